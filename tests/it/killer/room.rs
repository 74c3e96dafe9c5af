//! The killer in real rooms: tests/matrix/killer.py, with a real Synapse and several bots. The program is
//! `BARNRAISER_TEST_MATRIX_BINARY` or the one built with these tests, and it dies `BARNRAISER_TEST_MATRIX_KILLS` times.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::chance::{seed, wanted};

#[test]
fn however_often_it_dies_a_conversation_is_answered_once() {
    let named = std::env::var_os("BARNRAISER_TEST_MATRIX_BINARY");
    let knows_points = cfg!(feature = "failpoints") || named.is_some();
    let binary = named.map_or_else(|| env!("CARGO_BIN_EXE_barnraiser").into(), PathBuf::from);
    let venv = std::env::var_os("BARNRAISER_TEST_VENV");
    let venv = PathBuf::from(venv.expect("BARNRAISER_TEST_VENV must name a venv; tests/run makes one"));
    let kills = wanted("BARNRAISER_TEST_MATRIX_KILLS", 6);
    let mut killer = Command::new(venv.join("bin/python"));
    killer.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix/killer.py"));
    killer.arg("--bot").arg(binary).arg("--kills").arg(kills.to_string()).arg("--seed").arg(seed().to_string());
    // Fifty deaths over a conversation of three hundred commands.
    killer.arg("--commands").arg((6 * kills).to_string());
    killer.arg("--backlog").arg(if kills >= 100 { "500" } else { "20" });
    if knows_points {
        killer.arg("--points");
    }
    let done = killer.status().expect("the venv's Python starts");
    assert!(done.success(), "it does not hold; what was missing stands above");
}
