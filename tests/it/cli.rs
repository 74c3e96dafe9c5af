//! The command line when something is wrong: one clear sentence on standard error, an exit that says so, and no panic.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::console::{barnraiser, feed, story};

/// What went wrong, as an operator reads it; the folder's own name is written FOLDER.
fn trouble(out: &Output, folder: &Path) -> String {
    let errors = String::from_utf8(out.stderr.clone()).unwrap();
    assert_eq!(out.status.code(), Some(1), "{errors}");
    assert!(!errors.contains("panicked") && !errors.contains("RUST_BACKTRACE"), "{errors}");
    assert_eq!(errors.trim_end().lines().count(), 1, "one sentence: {errors}");
    errors.replace(&folder.display().to_string(), "FOLDER").trim_end().to_owned()
}

fn console(args: &[&str]) -> Command {
    let mut command = barnraiser();
    command.arg("console").args(args);
    command
}

fn in_folder(folder: &Path) -> Command {
    let mut command = console(&["--script", "-", "--data"]);
    command.arg(folder);
    command
}

#[test]
fn a_console_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let out = feed(console(&[]).current_dir(&folder), "dev: /ask Two lamps\n");
    assert_snapshot!(trouble(&out, folder.path()), @"barnraiser: standard input is no terminal. Give a script with --script FILE, or --script - to read it here");
    assert!(out.stdout.is_empty());
    // The same when nothing at all is asked for, since the console is what one gets.
    let out = feed(barnraiser().current_dir(&folder), "");
    assert_snapshot!(trouble(&out, folder.path()), @"barnraiser: standard input is no terminal. Give a script with --script FILE, or --script - to read it here");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_data_folder_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    assert_snapshot!(trouble(&feed(&mut in_folder(&file), ""), folder.path()), @"barnraiser: the data folder FOLDER/file cannot be used: File exists (os error 17). Choose another with --data, or mend its permissions");
    assert_snapshot!(trouble(&feed(&mut in_folder(&file.join("below")), ""), folder.path()), @"barnraiser: the data folder FOLDER/file/below cannot be used: Not a directory (os error 20). Choose another with --data, or mend its permissions");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a folder");
}

#[test]
fn a_database_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("barnraiser.db"), "this is a shopping list, not a database ".repeat(100))
        .unwrap();
    assert_snapshot!(trouble(&feed(&mut in_folder(folder.path()), ""), folder.path()), @"barnraiser: the database FOLDER/barnraiser.db cannot be opened: error returned from database: (code: 26) file is not a database");
}

#[test]
fn a_second_process_on_the_same_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut first =
        in_folder(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // It reads its script to the end before it opens anything, so the lock is taken here as it would take it.
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success(), "and the folder is free again after it");
    let lock = std::fs::File::open(folder.path().join("barnraiser.lock")).unwrap();
    lock.lock().unwrap();
    let out = feed(&mut in_folder(folder.path()), "dev: /ask Two lamps\n");
    assert_snapshot!(trouble(&out, folder.path()), @"barnraiser: another barnraiser is already using FOLDER. Stop it first, or choose another folder with --data");
    assert!(out.stdout.is_empty());
    lock.unlock().unwrap();
    assert!(feed(&mut in_folder(folder.path()), "").status.success());
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let folder = tempfile::tempdir().unwrap();
    assert!(feed(&mut in_folder(folder.path()), "").status.success());
    let mut conn = SqliteConnectOptions::new().filename(folder.path().join("barnraiser.db")).connect().await.unwrap();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (99991231235959, 'of days to come', true, x'00', 1)",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    conn.close().await.unwrap();
    assert_snapshot!(trouble(&feed(&mut in_folder(folder.path()), ""), folder.path()), @"barnraiser: FOLDER/barnraiser.db was written by a newer version of barnraiser. Use that version, or restore an older backup");
}

#[test]
fn a_script_with_a_wrong_line_does_nothing_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |line: &str| {
        let script = format!(":now 2026-03-05 17:30 America/Chicago\ndev: /ask Two lamps\n{line}\n");
        let out = feed(&mut in_folder(folder.path()), &script);
        assert!(out.stdout.is_empty(), "{line}");
        trouble(&out, folder.path())
    };
    assert_snapshot!(wrong(":nwo 2026-03-06 10:00"), @r#"barnraiser: line 3: ":nwo" is not one of :place NAME, :convener WHO, :now CIVIL [ZONE], :wait SPAN, :crash, :offline until CIVIL, :report"#);
    assert_snapshot!(wrong(":now tomorrow"), @r#"barnraiser: line 3: "tomorrow" is not a date and time such as 2026-03-05 17:30"#);
    assert_snapshot!(wrong(":now 2026-03-06 10:00 Eastbank"), @r#"barnraiser: line 3: "Eastbank" is not a time zone such as America/Chicago"#);
    assert_snapshot!(wrong(":wait -3h"), @r#"barnraiser: line 3: "-3h" is not a span such as 3 days or 2h 30m, going forward"#);
    assert_snapshot!(wrong(":place"), @"barnraiser: line 3: :place needs a name");
    assert_snapshot!(wrong(":convener two words"), @r#"barnraiser: line 3: "two words" is not a name: letters, digits, - and _ only"#);
    assert_snapshot!(wrong(":offline 2026-03-06 10:00"), @"barnraiser: line 3: :offline needs until CIVIL");
    assert_snapshot!(wrong("/ask Two lamps"), @"barnraiser: line 3: a line is WHO: TEXT, WHO@dm: TEXT, a word with a colon before it such as :now, or # a comment");
    assert_snapshot!(wrong("somebody said something"), @"barnraiser: line 3: a line is WHO: TEXT, WHO@dm: TEXT, a word with a colon before it such as :now, or # a comment");
}

#[test]
fn a_clock_that_would_go_back_ends_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let script = ":now 2026-03-05 17:30 America/Chicago\n:now 2026-03-05 17:29\n";
    assert_snapshot!(trouble(&feed(&mut in_folder(folder.path()), script), folder.path()), @"barnraiser: line 2: the console's clock only moves forward: it shows 2026-03-05T17:30:00");
    let script = ":now 2026-03-05 17:30 America/Chicago\n:wait 9000 years\n";
    assert_snapshot!(trouble(&feed(&mut in_folder(folder.path()), script), folder.path()), @"barnraiser: line 2: that is beyond the end of the calendar");
}

#[test]
fn a_script_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.script");
    let out = feed(console(&["--script"]).arg(&missing), "");
    assert_snapshot!(trouble(&out, folder.path()), @"barnraiser: the script FOLDER/missing.script cannot be read: No such file or directory (os error 2)");
    std::fs::write(&missing, [0xff, 0xfe, 0x00]).unwrap();
    let out = feed(console(&["--script"]).arg(&missing), "");
    assert_snapshot!(trouble(&out, folder.path()), @"barnraiser: the script FOLDER/missing.script cannot be read: stream did not contain valid UTF-8");
}

#[test]
fn a_script_from_a_file_and_from_a_pipe_are_the_same() {
    let script = story("eastbank.script");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("story");
    std::fs::write(&file, &script).unwrap();
    let from_file = feed(console(&["--json", "--seed", "3", "--script"]).arg(&file), "");
    let from_pipe = feed(&mut console(&["--json", "--seed", "3", "--script", "-"]), &script);
    assert!(from_file.status.success() && !from_file.stdout.is_empty());
    assert!(from_file.stdout == from_pipe.stdout);
}

#[test]
fn a_folder_goes_on_where_the_last_script_ended() {
    let folder = tempfile::tempdir().unwrap();
    let script = story("eastbank.script");
    let (before, after) = script.split_once(":now 2026-03-13 16:05").unwrap();
    let whole = feed(&mut console(&["--json", "--script", "-"]), &script);
    let first = feed(in_folder(folder.path()).arg("--json"), before);
    let rest = format!(":now 2026-03-12 17:00 America/Chicago\n:place eastbank\n:now 2026-03-13 16:05{after}");
    let second = feed(in_folder(folder.path()).arg("--json"), &rest);
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    assert!([first.stdout, second.stdout].concat() == whole.stdout);
}

#[test]
fn a_reader_that_goes_away_ends_nothing() {
    let mut child = console(&["--script", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), story("eastbank.script").as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}
