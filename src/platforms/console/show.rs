//! How the console shows a message: for people, or as one JSON object a line for other tools.

use std::io::{IsTerminal as _, Write};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::ask::Standing;
use crate::domain::{Ref, Zone};
use crate::engine::Report;
use crate::engine::inbound::Cause;
use crate::speech::doc::Doc;

/// What stands before a command on the console.
pub const PREFIX: &str = "/";

/// A message as somebody sees it.
pub struct Shown<'a> {
    pub at: Timestamp,
    pub community: &'a str,
    /// `public`, `dm:WHO` or `only:WHO`.
    pub to: &'a str,
    pub cause: Cause,
    pub refs: &'a [Ref],
    pub edit: bool,
    pub doc: &'a Doc,
    /// The reader's zone, for showing the time to people.
    pub zone: &'a Zone,
}

/// The contract of `--json`: other tools read it.
#[derive(Serialize)]
struct JsonLine<'a> {
    at: String,
    community: &'a str,
    to: &'a str,
    cause: &'static str,
    refs: Vec<String>,
    edit: bool,
    text: String,
}

#[derive(Serialize)]
struct JsonReport {
    report: JsonTotals,
}

#[derive(Serialize)]
struct JsonTotals {
    asks: JsonAsks,
    pledges: JsonPledges,
    thanks: u32,
}

#[derive(Serialize)]
struct JsonAsks {
    met: Vec<String>,
    in_hand: Vec<String>,
    open: Vec<String>,
    withdrawn: Vec<String>,
}

#[derive(Serialize)]
struct JsonPledges {
    kept: Vec<String>,
    open: Vec<String>,
    handed_back: Vec<String>,
    released: Vec<String>,
}

/// Where the console shows things; clones share it.
#[derive(Clone)]
pub struct Stage {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    json: bool,
    colour: bool,
}

impl Stage {
    /// On the process's standard output.
    pub fn stdout(json: bool) -> Stage {
        let colour = !json && std::io::stdout().is_terminal();
        Stage { out: Arc::new(Mutex::new(Box::new(std::io::stdout()))), json, colour }
    }

    /// Into anything that can be written to.
    pub fn into(out: Box<dyn Write + Send>, json: bool) -> Stage {
        Stage { out: Arc::new(Mutex::new(out)), json, colour: false }
    }

    /// Shows a message.
    pub fn show(&self, shown: &Shown<'_>) {
        let text = shown.doc.plain(PREFIX);
        if self.json {
            let line = JsonLine {
                at: shown.at.to_string(),
                community: shown.community,
                to: shown.to,
                cause: shown.cause.name(),
                refs: shown.refs.iter().map(Ref::to_string).collect(),
                edit: shown.edit,
                text,
            };
            return self.json_line(&line);
        }
        let when = shown.zone.civil(shown.at).strftime("%a %-d %b %H:%M").to_string();
        let place = if shown.to == "public" { format!("#{}", shown.community) } else { shown.to.replace(':', " ") };
        let edit = if shown.edit { " (edited)" } else { "" };
        let head = format!("{when}  {place}{edit}");
        let head = if self.colour { format!("\u{1b}[2m{head}\u{1b}[0m") } else { head };
        let mut lines = format!("{head}\n");
        for line in text.lines() {
            lines.push_str(if line.is_empty() { "" } else { "    " });
            lines.push_str(line);
            lines.push('\n');
        }
        // An empty line, so that messages stand apart.
        self.print(&format!("\n{lines}"));
    }

    /// Shows a community's totals.
    pub fn report(&self, community: &str, report: &Report) {
        let asks = |wanted: Standing| {
            report.asks.iter().filter(|(_, standing)| *standing == wanted).map(|(id, _)| id.to_string()).collect()
        };
        let pledges = |ids: &[crate::domain::PledgeId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let totals = JsonTotals {
            asks: JsonAsks {
                met: asks(Standing::Met),
                in_hand: asks(Standing::InHand),
                open: asks(Standing::Open),
                withdrawn: asks(Standing::Withdrawn),
            },
            pledges: JsonPledges {
                kept: pledges(&report.kept),
                open: pledges(&report.open),
                handed_back: pledges(&report.handed_back),
                released: pledges(&report.released),
            },
            thanks: report.thanks,
        };
        if self.json {
            return self.json_line(&JsonReport { report: totals });
        }
        let row = |name: &str, ids: &[String]| format!("  {name:<12} {:>3}  {}\n", ids.len(), ids.join(" "));
        let JsonTotals { asks, pledges, thanks } = totals;
        self.print(&format!(
            "{community}\n{}{}{}{}{}{}{}{}  {:<12} {thanks:>3}\n",
            row("met", &asks.met),
            row("in hand", &asks.in_hand),
            row("open", &asks.open),
            row("withdrawn", &asks.withdrawn),
            row("kept", &pledges.kept),
            row("promised", &pledges.open),
            row("handed back", &pledges.handed_back),
            row("released", &pledges.released),
            "thanks",
        ));
    }

    /// Says something of the console's own, to people only.
    pub fn aside(&self, text: &str) {
        if !self.json {
            self.print(&format!("{text}\n"));
        }
    }

    fn json_line(&self, line: &impl Serialize) {
        let mut text = serde_json::to_string(line).expect("strings, numbers and lists always have a JSON form");
        text.push('\n');
        self.print(&text);
    }

    /// A reader that has gone away (a closed pipe) ends nothing: what was done stays done.
    fn print(&self, text: &str) {
        if let Ok(mut out) = self.out.lock() {
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        }
    }
}
