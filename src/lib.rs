#![recursion_limit = "256"]
pub mod config;
pub mod delivery;
pub mod domain;
pub mod engine;
pub mod ops;
pub mod speech;
