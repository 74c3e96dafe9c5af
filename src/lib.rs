#![recursion_limit = "256"]
pub mod delivery;
pub mod domain;
pub mod engine;
pub mod platforms;
pub mod speech;
