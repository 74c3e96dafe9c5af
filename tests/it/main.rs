//! The one integration test binary, so that everything is linked once.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod config;
mod layering;
