//! What people live through with the real program on Discord servers: the scripts of `tests/discord/`, each with a stand-in
//! Discord of its own.
//!
//! Needs Python 3.11 and nothing else: the one of `BARNRAISER_TEST_VENV`, if that is set, or `python3`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The stand-in, built by the same cargo beside the program it is for.
pub fn stand_in() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let beside = Path::new(env!("CARGO_BIN_EXE_barnraiser")).ancestors().nth(2).expect("target/debug/barnraiser");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--package", "discord-twin", "--message-format", "json"]);
        cargo.arg("--target-dir").arg(beside).current_dir(env!("CARGO_MANIFEST_DIR"));
        let built = cargo.stderr(Stdio::inherit()).output().expect("cargo starts");
        assert!(built.status.success(), "the stand-in cannot be built; why stands above");
        let told = String::from_utf8(built.stdout).expect("cargo tells JSON");
        let told = told.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let of_twin = |line: &serde_json::Value| line["target"]["name"] == "discord-twin";
        let mut programs = told.filter(of_twin).filter_map(|line| line["executable"].as_str().map(PathBuf::from));
        programs.next().expect("cargo says where the stand-in is")
    })
}

/// Plays a script; what is missing stands in its output.
pub fn play(script: &str, more: &[&str]) {
    let venv = std::env::var_os("BARNRAISER_TEST_VENV").map(PathBuf::from);
    let python = venv.map_or_else(|| "python3".into(), |venv| venv.join("bin/python"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/discord").join(script);
    let mut told = Command::new(python);
    told.arg(path).args(["--bot", env!("CARGO_BIN_EXE_barnraiser"), "--twin"]).arg(stand_in()).args(more);
    let told = told.status().expect("Python starts");
    assert!(told.success(), "{script} does not hold; what was missing stands above");
}

#[test]
fn eastbanks_weeks_on_a_server_come_to_the_same_as_on_the_console() {
    play("eastbank.py", &[]);
}

#[test]
fn members_conveners_strangers_and_those_who_mean_harm_on_two_servers() {
    play("story.py", &[]);
}

#[test]
fn many_at_once_are_acknowledged_in_time_while_a_backup_is_made() {
    play("burst.py", &["--at-once", "60"]);
}

#[test]
fn discords_own_limits_are_kept_to_and_a_reminder_passes_the_cards() {
    play("limits.py", &["--cards", "12"]);
}
