//! What a person and a community settled, and whether everything is in place.

use super::dates::{self, Form, clock};
use super::draft::Draft;
use super::linking;
use jiff::Timestamp;

use super::phrase::{Arg, count, key, literal, own, said};
use crate::domain::community::Role;
use crate::speech::doc::Line;
use crate::speech::message::{Ability, CheckItem, MeLine, SettingsLine, Trouble};

pub(super) fn me(d: &mut Draft<'_>, me: &MeLine, changed: bool) {
    if changed {
        d.tell("me-changed", &[]);
    }
    d.heading("me-heading", &[]);
    let quiet = if me.quiet_from == me.quiet_until {
        d.line("me-quiet-none", &[])
    } else {
        let (from, until) = (own(clock(me.quiet_from)), own(clock(me.quiet_until)));
        d.line("me-quiet", &[("from", from), ("until", until)])
    };
    let away = match me.away_until {
        Some(last) => d.line("me-away", &[("date", own(dates::full_day(d, last, Form::Bare)))]),
        None => d.line("me-not-away", &[]),
    };
    let role = match me.role {
        Role::Convener => "convener",
        Role::Member => "member",
    };
    let mut lines = vec![
        d.line("me-name", &[("name", said(&me.name.0))]),
        d.line("me-zone", &[("zone", own(me.zone.name()))]),
        d.line("me-language", &[("language", key(me.language.tag()))]),
        quiet,
        away,
        d.line("me-notices", &[("notices", key(if me.notices { "on" } else { "off" }))]),
        d.line("me-role", &[("role", key(role))]),
    ];
    if !me.accounts.is_empty() {
        lines.push(d.line("me-accounts", &[("accounts", linking::accounts(d, &me.accounts))]));
    }
    d.list(lines);
    let example = d.example();
    d.tell("me-hint", &[("example", example)]);
}

pub(super) fn community_ready(d: &mut Draft<'_>, settings: &SettingsLine) {
    d.tell("community-ready", &[("name", said(&settings.name.0))]);
    let lines = settings_lines(d, settings);
    d.list(lines);
    let example = d.example();
    d.tell("community-ready-next", &[("example", example)]);
}

pub(super) fn community(d: &mut Draft<'_>, settings: &SettingsLine) {
    d.heading("settings-heading", &[("name", said(&settings.name.0))]);
    let lines = settings_lines(d, settings);
    d.list(lines);
    d.tell("settings-hint", &[]);
}

fn settings_lines(d: &Draft<'_>, settings: &SettingsLine) -> Vec<Line> {
    let mut lines = vec![
        d.line("settings-zone", &[("zone", own(settings.zone.name()))]),
        d.line("settings-language", &[("language", key(settings.language.tag()))]),
        d.line("settings-nudges", &[("nudges", count(settings.nudges))]),
        d.line("settings-confirm", &[("days", count(settings.confirm_days))]),
        d.line("settings-digest", &[("days", count(settings.digest_days))]),
        match &settings.weekly {
            Some(schedule) => d.line("settings-weekly", &[("schedule", literal(schedule))]),
            None => d.line("settings-weekly-off", &[]),
        },
    ];
    let threads = |wanted| d.line("settings-threads", &[("threads", key(if wanted { "on" } else { "off" }))]);
    lines.extend(settings.threads.map(threads));
    lines
}

pub(super) fn check(d: &mut Draft<'_>, items: &[(CheckItem, bool)], troubles: &[Trouble], backup: Option<Timestamp>) {
    d.heading("check-heading", &[]);
    let line = |(item, ok): &(CheckItem, bool)| {
        let yes_or_no = ("ok", key(if *ok { "yes" } else { "no" }));
        match item {
            CheckItem::ZoneChosen => Some(d.line("check-zone", &[yes_or_no])),
            CheckItem::PlaceKnown => Some(d.line("check-place", &[yes_or_no])),
            CheckItem::HasConvener => Some(d.line("check-convener", &[yes_or_no])),
            CheckItem::GatheringAhead => Some(d.line("check-gathering", &[yes_or_no, ("example", d.example())])),
            // How many wait is said among the troubles.
            CheckItem::May(Ability::Find) => (!ok).then(|| d.line("check-place-gone", &[])),
            CheckItem::May(Ability::See) => Some(d.line("check-may-see", &[yes_or_no])),
            CheckItem::May(Ability::Write) => Some(d.line("check-may-write", &[yes_or_no])),
            CheckItem::May(Ability::Embed) => Some(d.line("check-may-embed", &[yes_or_no])),
            CheckItem::May(Ability::Attach) => Some(d.line("check-may-attach", &[yes_or_no])),
            CheckItem::May(Ability::ReadHistory) => Some(d.line("check-may-read", &[yes_or_no])),
            CheckItem::May(Ability::Threads) => Some(d.line("check-may-thread", &[yes_or_no])),
            CheckItem::May(Ability::Events) => Some(d.line("check-may-events", &[yes_or_no])),
            CheckItem::AllOut => ok.then(|| d.line("check-all-out", &[])),
        }
    };
    let mut lines: Vec<_> = items.iter().filter_map(line).collect();
    lines.extend(backup.map(|at| d.line("check-backup", &[("when", on(d, at))])));
    lines.extend(troubles.iter().map(|trouble| self::trouble(d, *trouble)));
    d.list(lines);
    if items.iter().all(|(_, ok)| *ok) && troubles.is_empty() {
        d.tell("check-all-well", &[]);
    }
}

fn trouble(d: &Draft<'_>, trouble: Trouble) -> Line {
    match trouble {
        Trouble::Parked(n) => d.line("check-parked", &[("count", count(n))]),
        Trouble::Failed(n) => d.line("check-failed", &[("count", count(n))]),
        Trouble::Expired(n) => d.line("check-expired", &[("count", count(n))]),
        Trouble::Unreachable(n) => d.line("check-unreachable", &[("count", count(n))]),
        Trouble::Late { since } => d.line("check-late", &[("when", on(d, since))]),
        Trouble::Clock { minutes } => d.line("check-clock", &[("minutes", count(minutes))]),
        Trouble::Backup { newest: Some(at) } => d.line("check-backup-failed", &[("when", on(d, at))]),
        Trouble::Backup { newest: None } => d.line("check-backup-never", &[]),
    }
}

fn on(d: &Draft<'_>, at: Timestamp) -> Arg {
    dates::moment(d, at, Form::On)
}
