//! What must hold for every text, for the fuzzer to try. The program's own tests hold the same properties against the
//! seeds and against everything that was ever found (tests/it/fuzzed.rs).

pub mod properties;
