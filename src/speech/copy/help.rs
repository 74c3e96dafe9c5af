//! Help: what there is, in one line each, and examples for one command.

use super::draft::Draft;
use super::phrase::{command, own};
use crate::domain::community::Role;

/// Where a command stands in the whole help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Asking,
    Helping,
    Yours,
    Convening,
}

/// Every command, in the order of the help. To be replaced by the paths of `grammar::SPECS`, which knows who may what.
const PATHS: [(&str, Group); 32] = [
    ("ask", Group::Asking),
    ("edit", Group::Asking),
    ("confirm", Group::Asking),
    ("stillneeded", Group::Asking),
    ("thanks", Group::Asking),
    ("withdraw", Group::Asking),
    ("invite", Group::Asking),
    ("needs", Group::Helping),
    ("pledge", Group::Helping),
    ("maybe", Group::Helping),
    ("done", Group::Helping),
    ("adjust", Group::Helping),
    ("handback", Group::Helping),
    ("offer", Group::Helping),
    ("offers", Group::Yours),
    ("mine", Group::Yours),
    ("me", Group::Yours),
    ("gathering list", Group::Yours),
    ("gathering show", Group::Yours),
    ("help", Group::Yours),
    ("gathering new", Group::Convening),
    ("gathering move", Group::Convening),
    ("gathering cancel", Group::Convening),
    ("digest preview", Group::Convening),
    ("digest post", Group::Convening),
    ("digest hold", Group::Convening),
    ("care", Group::Convening),
    ("community setup", Group::Convening),
    ("community settings", Group::Convening),
    ("community check", Group::Convening),
    ("convener add", Group::Convening),
    ("convener remove", Group::Convening),
];

/// Every path the copy has a line and examples for.
#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PATHS.iter().map(|(path, _)| *path)
}

pub(super) fn help(d: &mut Draft<'_>, path: Option<&str>, role: Role) {
    let Some(wanted) = path.map(|path| path.split_whitespace().collect::<Vec<_>>().join(" ")) else {
        everything(d, role);
        return;
    };
    if let Some((path, _)) = PATHS.iter().find(|(path, _)| *path == wanted) {
        one(d, path);
        return;
    }
    // `help gathering`: everything that begins with it.
    let below: Vec<&str> =
        PATHS.iter().map(|(path, _)| *path).filter(|path| path.split(' ').next() == Some(wanted.as_str())).collect();
    if below.is_empty() {
        everything(d, role);
    } else {
        lines(d, below.into_iter());
    }
}

fn everything(d: &mut Draft<'_>, role: Role) {
    d.heading("help-heading", &[]);
    let groups = [
        ("help-asking", Group::Asking),
        ("help-helping", Group::Helping),
        ("help-yours", Group::Yours),
        ("help-convening", Group::Convening),
    ];
    for (heading, group) in groups {
        if group == Group::Convening && role != Role::Convener {
            continue;
        }
        d.tell(heading, &[]);
        lines(d, PATHS.iter().filter(|(_, of)| *of == group).map(|(path, _)| *path));
    }
    d.tell("help-hint", &[]);
}

fn lines(d: &mut Draft<'_>, paths: impl Iterator<Item = &'static str>) {
    let lines = paths
        .map(|path| d.line("help-line", &[("command", command(path)), ("does", d.part(&command_id(path), &[]))]))
        .collect();
    d.list(lines);
}

fn one(d: &mut Draft<'_>, path: &str) {
    let does = d.part(&command_id(path), &[]);
    d.tell("help-one", &[("path", own(path)), ("does", does)]);
    let example = d.example();
    d.tell(&usage_id(path), &[("example", example)]);
}

/// The id of a command's examples, if there is such a command.
pub(super) fn usage(path: &str) -> Option<String> {
    PATHS.iter().any(|(known, _)| *known == path).then(|| usage_id(path))
}

fn command_id(path: &str) -> String {
    format!("command-{}", path.replace(' ', "-"))
}

fn usage_id(path: &str) -> String {
    format!("usage-{}", path.replace(' ', "-"))
}
