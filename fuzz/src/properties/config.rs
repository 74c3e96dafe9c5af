//! A configuration file as an operator might write it. The input is the file.
//!
//! Whatever is wrong is said with its place and its mend, the same each time, and what is secret never shows.

use std::cell::RefCell;
use std::fs;

use barnraiser::config::Config;

/// A password in the seeds, so that one can look whether it came out.
const SECRET: &str = "hunter2-a-secret";
/// How it stands there; written elsewhere, it is no secret.
const AS_PASSWORD: &str = "password = \"hunter2-a-secret\"";

thread_local! {
    /// One folder for the whole run: a configuration is a file, with its secrets beside it.
    static FOLDER: RefCell<tempfile::TempDir> = RefCell::new(tempfile::tempdir().expect("a folder"));
}

pub fn holds(data: &[u8]) {
    FOLDER.with_borrow(|folder| {
        let path = folder.path().join("barnraiser.toml");
        fs::write(&path, data).expect("there is room");
        let load = || Config::load(Some(&path), std::iter::empty());
        let loaded = load();
        assert_eq!(loaded, load(), "read twice, it says the same");
        let shown = format!("{loaded:?}");
        let text = String::from_utf8_lossy(data);
        let said = loaded.as_ref().err().into_iter().flatten().map(ToString::to_string).collect::<String>();
        if text.matches(SECRET).count() == text.matches(AS_PASSWORD).count() {
            assert!(!shown.contains(SECRET) && !said.contains(SECRET), "a secret shows");
        }
        match &loaded {
            Ok(config) => {
                assert!((7..=3_650).contains(&config.rhythm.retention_days));
                assert!(!config.log.level.is_empty());
                assert!(config.matrix.as_ref().is_none_or(|matrix| !matrix.user.is_empty()));
            }
            Err(problems) => {
                assert!(!problems.is_empty(), "refused without a reason");
                for problem in problems {
                    let said = problem.to_string();
                    assert!(!said.trim().is_empty());
                    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
                }
            }
        }
    });
}
