//! Every integration test, in one binary, so that the SDKs are linked once.
#![recursion_limit = "256"]

#[cfg(feature = "matrix")]
mod matrix;
