//! What people live through with the real program in real rooms: the scripts of `tests/matrix/`, each with a Synapse of its own
//! and clients we did not write.
//!
//! Needs `BARNRAISER_TEST_VENV` (matrix-synapse and matrix-nio) and, for the member with matrix-js-sdk, `BARNRAISER_TEST_NODE`;
//! `tests/run` makes both. Without them these tests fail, as those of `matrix` do.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Plays a script; what is missing stands in its output.
fn play(script: &str, more: &[&str]) {
    let venv = std::env::var_os("BARNRAISER_TEST_VENV");
    let venv = PathBuf::from(venv.expect("BARNRAISER_TEST_VENV must name a venv; tests/run makes one"));
    let mut told = Command::new(venv.join("bin/python"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix").join(script);
    let told = told.arg(path).args(more).status().expect("the venv's Python starts");
    assert!(told.success(), "{script} does not hold; what was missing stands above");
}

const BOT: [&str; 2] = ["--bot", env!("CARGO_BIN_EXE_barnraiser")];

#[test]
fn the_clients_in_these_tests_understand_each_other() {
    play("clients.py", &[]);
}

#[test]
fn the_whole_story_in_a_real_room() {
    play("story.py", &BOT);
}

#[test]
fn eastbanks_weeks_in_an_encrypted_room_come_to_the_same_as_on_the_console() {
    play("encrypted.py", &BOT);
}

#[test]
fn people_press_signs_take_presses_back_and_change_their_words() {
    play("pressing.py", &BOT);
}

#[test]
fn rooms_move_under_a_community() {
    play("moving.py", &BOT);
}

#[test]
fn what_an_unverified_device_says_is_remembered_and_asked_about_once() {
    play("sealed.py", &BOT);
}

#[test]
fn people_who_mean_harm_get_nothing() {
    play("hostile.py", &BOT);
}

#[test]
fn thousands_of_messages_while_it_is_away_hide_no_command() {
    play("deaf.py", &BOT);
}

#[test]
fn a_first_start_survives_every_death() {
    play("beginning.py", &BOT);
}

#[test]
fn the_homeservers_own_limits_are_kept_to() {
    play("limits.py", &BOT);
}
