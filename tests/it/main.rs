//! The one integration test binary, so that everything is linked once.
// matrix-sdk's futures nest deeper than the default (rustc 1.94 and newer).
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod awkward;
mod budget;
mod cli;
mod commands;
mod config;
mod console;
mod corners;
mod eastbank;
mod killer;
mod layering;
#[cfg(feature = "matrix")]
mod matrix;
#[cfg(target_os = "linux")]
mod power;
mod promises;
mod rig;
