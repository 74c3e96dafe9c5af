#![no_main]
//! See the properties of the same name.

libfuzzer_sys::fuzz_target!(|data: &[u8]| barnraiser_fuzz::properties::ids::holds(data));
