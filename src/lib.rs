#![recursion_limit = "256"]
pub mod domain;
pub mod grammar;
