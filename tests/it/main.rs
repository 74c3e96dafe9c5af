//! The one integration test binary, so that everything is linked once.
// matrix-sdk's futures nest deeper than the default (rustc 1.94 and newer).
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod accounts;
mod afterwards;
mod asks;
mod awkward;
mod backup;
#[cfg(all(feature = "discord", feature = "matrix"))]
mod both;
mod budget;
mod buttons;
#[cfg(feature = "failpoints")]
mod chaos;
mod check;
mod cli;
mod clocks;
mod commands;
mod config;
mod console;
mod conveners;
mod corners;
mod courier;
mod doctor;
mod eastbank;
mod edits;
mod faults;
mod fuzzed;
mod gatherings;
mod health;
mod homes;
mod killer;
mod layering;
mod leaving;
mod linked;
mod lists;
#[cfg(feature = "matrix")]
mod litestream;
mod machines;
#[cfg(feature = "matrix")]
mod matrix;
mod moving;
mod opening;
#[cfg(any(feature = "matrix", feature = "oracle"))]
mod oracle;
mod places;
mod pledges;
#[cfg(target_os = "linux")]
mod power;
mod presses;
mod promises;
mod protocol;
mod restore;
mod rhythm;
mod rig;
#[cfg(feature = "matrix")]
mod rooms;
mod servers;
#[cfg(feature = "discord")]
mod servers_on_twin;
mod stale;
mod suggest;
mod threads;
mod together;
mod unread;
