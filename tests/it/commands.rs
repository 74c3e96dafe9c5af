//! `docs/commands.md` is derived from the table of commands and the copy. When it no longer fits, this test says so; with
//! `BARNRAISER_TEST_WRITE=1` it writes the page anew.

use std::fmt::Write as _;
use std::path::Path;

use barnraiser::domain::Zone;
use barnraiser::domain::community::{Language, Role};
use barnraiser::grammar::SPECS;
use barnraiser::speech::copy;
use barnraiser::speech::message::{Message, Voice};

fn page() -> String {
    // Dates in examples are counted from here.
    let now = "2026-03-05T18:00:00Z".parse().expect("an instant");
    let voice = Voice { language: Language::English, zone: Zone::utc(), now };
    let mut page = String::from(
        "# Commands\n\nDerived from `src/grammar/specs.rs` by `tests/it/commands.rs`; do not edit. On Matrix each begins with \
         `!aid ` instead of `/`, and in a direct chat with nothing.\n\nEvery command takes `in:COMMUNITY` in a direct chat, for \
         people who are in several. Words with spaces stand in quotes: `by:\"14 march 10:00\"`.\n",
    );
    for spec in SPECS {
        let who = if spec.who == Role::Convener { " (conveners)" } else { "" };
        let options: Vec<String> = spec.options.iter().map(|opt| format!("`{}:`", opt.name)).collect();
        let _ = write!(page, "\n## {}{who}\n\n", spec.path);
        let help = copy::say(&Message::Help { path: Some(spec.path.to_owned()), role: spec.who }, &voice);
        let _ = writeln!(page, "```text\n{}\n```", help.plain("/"));
        if !options.is_empty() {
            let _ = writeln!(page, "\nOptions: {}", options.join(", "));
        }
    }
    page
}

#[test]
fn the_command_reference_fits_the_commands() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    if std::env::var_os("BARNRAISER_TEST_WRITE").is_some() {
        std::fs::write(&path, page()).expect("docs/commands.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/commands.md does not fit the commands: BARNRAISER_TEST_WRITE=1 cargo test --no-default-features commands"
    );
}
