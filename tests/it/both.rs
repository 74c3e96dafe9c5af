//! One community in a room on Matrix and a channel on Discord at once: the script of `tests/both/`, with a Synapse and a stand-in
//! Discord of its own.
//!
//! Needs `BARNRAISER_TEST_VENV`, as `rooms` does; `tests/run` makes it. Without it this test fails.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers_on_twin::stand_in;

#[test]
fn one_community_on_both_and_people_with_an_account_on_each() {
    let venv = std::env::var_os("BARNRAISER_TEST_VENV");
    let venv = PathBuf::from(venv.expect("BARNRAISER_TEST_VENV must name a venv; tests/run makes one"));
    let mut told = Command::new(venv.join("bin/python"));
    told.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/both/story.py"));
    told.args(["--bot", env!("CARGO_BIN_EXE_barnraiser"), "--twin"]).arg(stand_in());
    let told = told.status().expect("the venv's Python starts");
    assert!(told.success(), "the story on both does not hold; what was missing stands above");
}
