//! What people may say, and how text becomes one of it. No I/O, no platform, and no sentence: refusals are values.

pub mod when;
