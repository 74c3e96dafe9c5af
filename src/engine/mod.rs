//! The one writer: takes what happened, decides, saves, and only then answers.

use std::collections::HashMap;

use crate::domain::community::Platform;

pub mod inbound;
pub mod parcel;

use inbound::{Inbound, Reply, Roster};
use parcel::{Parcel, Receipt};

/// The engine has stopped; nothing more is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine has stopped")]
pub struct Stopped;

/// What became of something a person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Show this.
    Reply(Box<Reply>),
    /// The answer is in the outbox.
    Queued,
    /// This event was heard before; nothing happened.
    Again,
}

/// The way to the engine; clones share it.
#[derive(Debug, Clone)]
pub struct Engine {}

impl Engine {
    /// Takes in what a person did. Returns after its commit.
    pub async fn hear(&self, _inbound: Inbound) -> Result<Heard, Stopped> {
        Err(Stopped)
    }

    /// Takes in who convenes a place by the platform's standing.
    pub async fn roster(&self, _roster: Roster) -> Result<(), Stopped> {
        Err(Stopped)
    }

    /// Remembers the last event of a room that needs no second look.
    pub async fn bookmark(&self, _platform: Platform, _room: &str, _event: &str) -> Result<(), Stopped> {
        Err(Stopped)
    }

    /// The last events remembered, by room.
    pub async fn bookmarks(&self, _platform: Platform) -> Result<HashMap<String, String>, Stopped> {
        Err(Stopped)
    }

    /// The next message to deliver on a platform: claimed, asked again whether it still makes sense, its body frozen.
    pub async fn claim(&self, _platform: Platform) -> Result<Option<Parcel>, Stopped> {
        Err(Stopped)
    }

    /// Takes in how an attempt ended.
    pub async fn receipt(&self, _receipt: Receipt) -> Result<(), Stopped> {
        Err(Stopped)
    }
}
