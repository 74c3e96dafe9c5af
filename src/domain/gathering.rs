//! A gathering: a dated meeting, and the digest that goes before it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::calendar::{MORNING, Zone, days_after};
use super::community::Norms;
use super::ids::{GatheringId, MemberId};
use super::refusal::Refusal;

/// Where a gathering's digest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestState {
    /// It goes out by itself on its day.
    Scheduled,
    /// A convener holds it back until they post it.
    Held,
    Posted,
}

impl DigestState {
    pub fn name(self) -> &'static str {
        match self {
            DigestState::Scheduled => "scheduled",
            DigestState::Held => "held",
            DigestState::Posted => "posted",
        }
    }

    /// The state stored under a name.
    pub fn from_name(name: &str) -> Option<DigestState> {
        [DigestState::Scheduled, DigestState::Held, DigestState::Posted].into_iter().find(|state| state.name() == name)
    }
}

/// A dated meeting of the community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathering {
    pub id: GatheringId,
    pub starts: DateTime,
    pub zone: Zone,
    pub place: Option<String>,
    /// Runs this gathering.
    pub facilitator: Option<MemberId>,
    /// Records what was said aloud.
    pub scribe: Option<MemberId>,
    pub cancelled_at: Option<Timestamp>,
    pub digest: DigestState,
}

impl Gathering {
    /// The instant it begins.
    pub fn instant(&self) -> Timestamp {
        self.zone.instant(self.starts)
    }

    /// When its digest is posted by itself: 09:00 of the community, `digest_days` civil days before.
    pub fn digest_at(&self, norms: &Norms) -> Timestamp {
        self.zone.instant(days_after(self.starts.date(), -i64::from(norms.digest_days)).to_datetime(MORNING))
    }

    /// When the conveners see it first: a day earlier.
    pub fn preview_at(&self, norms: &Norms) -> Timestamp {
        self.zone.instant(days_after(self.starts.date(), -i64::from(norms.digest_days) - 1).to_datetime(MORNING))
    }

    /// Moves it. Its digest is scheduled anew unless it has gone out.
    ///
    /// # Errors
    /// It is cancelled or over.
    pub fn move_to(self, starts: DateTime, now: Timestamp) -> Result<Gathering, Refusal> {
        self.must_be_ahead(now)?;
        Ok(Gathering { starts, ..self })
    }

    /// Calls it off.
    ///
    /// # Errors
    /// It is cancelled already, or over.
    pub fn cancel(self, now: Timestamp) -> Result<Gathering, Refusal> {
        self.must_be_ahead(now)?;
        Ok(Gathering { cancelled_at: Some(now), ..self })
    }

    /// The same, if its digest can still be posted or held back.
    ///
    /// # Errors
    /// It has gone out, or the gathering is called off.
    pub fn with_digest_ahead(self) -> Result<Gathering, Refusal> {
        let id = super::Ref::Gathering(self.id);
        if self.digest == DigestState::Posted {
            return Err(Refusal::DigestAlreadyPosted(id));
        }
        if self.cancelled_at.is_some() { Err(Refusal::GatheringOver(id)) } else { Ok(self) }
    }

    fn must_be_ahead(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.cancelled_at.is_some() || self.instant() <= now {
            return Err(Refusal::GatheringOver(super::Ref::Gathering(self.id)));
        }
        Ok(())
    }
}
