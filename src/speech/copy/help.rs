//! Help: what there is, in one line each, and examples for one command. The commands themselves are `grammar`'s.

use super::draft::Draft;
use super::phrase::{Arg, command, own};
use crate::domain::community::Role;
use crate::grammar::specs::{self, SPECS, Spec, Verb};
use crate::speech::doc::Span;

/// Where a command stands in the whole help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Asking,
    Helping,
    Yours,
    Convening,
}

fn group(spec: &Spec) -> Group {
    if spec.who == Role::Convener {
        return Group::Convening;
    }
    match spec.verb {
        Verb::Ask | Verb::Edit | Verb::Confirm | Verb::StillNeeded | Verb::Thanks | Verb::Withdraw | Verb::Invite => {
            Group::Asking
        }
        Verb::Needs | Verb::Pledge | Verb::Maybe | Verb::Done | Verb::Adjust | Verb::HandBack | Verb::Offer => {
            Group::Helping
        }
        Verb::Offers
        | Verb::Mine
        | Verb::Me
        | Verb::Link
        | Verb::Unlink
        | Verb::GatheringList
        | Verb::GatheringShow
        | Verb::Help => Group::Yours,
        Verb::GatheringNew
        | Verb::GatheringMove
        | Verb::GatheringCancel
        | Verb::DigestPreview
        | Verb::DigestPost
        | Verb::DigestHold
        | Verb::Care
        | Verb::CommunitySetup
        | Verb::CommunitySettings
        | Verb::CommunityCheck
        | Verb::CommunityLink
        | Verb::ConvenerAdd
        | Verb::ConvenerRemove => Group::Convening,
    }
}

pub(super) fn help(d: &mut Draft<'_>, path: Option<&str>, role: Role) {
    let Some(wanted) = path.map(|path| path.split_whitespace().collect::<Vec<_>>().join(" ")) else {
        everything(d, role);
        return;
    };
    if let Some(spec) = specs::find(&wanted) {
        one(d, spec);
        return;
    }
    match wanted.as_str() {
        "example" => return d.tell("help-story-hint", &[("date", d.example())]),
        "privacy" => return d.tell("help-privacy-hint", &[]),
        _ => {}
    }
    // `help gathering`: everything that begins with it.
    let noun = wanted.to_lowercase();
    let below: Vec<&Spec> = SPECS.iter().filter(|spec| spec.path.split(' ').next() == Some(noun.as_str())).collect();
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
    for (heading, wanted) in groups {
        if wanted == Group::Convening && role != Role::Convener {
            continue;
        }
        d.tell(heading, &[]);
        lines(d, SPECS.iter().filter(|spec| group(spec) == wanted));
    }
    d.tell("help-hint", &[]);
}

fn lines<'s>(d: &mut Draft<'_>, specs: impl Iterator<Item = &'s Spec>) {
    let line = |spec: &Spec| {
        let does = d.part(&command_id(spec.path), &[]);
        d.line("help-line", &[("command", command(spec.path)), ("does", does)])
    };
    let lines = specs.map(line).collect();
    d.list(lines);
}

fn one(d: &mut Draft<'_>, spec: &Spec) {
    let does = d.part(&command_id(spec.path), &[]);
    d.tell("help-one", &[("path", own(spec.path)), ("does", does)]);
    let example = d.example();
    d.tell(&usage_id(spec.path), &[("example", example)]);
    if !spec.aliases.is_empty() {
        let aliases = spec.aliases.iter().map(|alias| vec![Span::Code((*alias).to_owned())]).collect();
        let aliases = Arg::Spans(d.joined(aliases, "series-comma", "series-or"));
        d.tell("help-aliases", &[("aliases", aliases)]);
    }
}

/// A command in one line. It is read by everybody, so it says whom it is for.
pub(super) fn describe(d: &Draft<'_>, spec: &Spec) -> String {
    let id = command_id(spec.path);
    match spec.who {
        Role::Convener => d.words("describe-convening", &[("does", d.part(&id, &[]))]),
        Role::Member => d.words(&id, &[]),
    }
}

pub(super) fn describe_parameter(d: &Draft<'_>, name: &str) -> String {
    d.words(&format!("parameter-{name}"), &[])
}

/// The id of a command's examples, if there is such a command.
pub(super) fn usage(path: &str) -> Option<String> {
    specs::find(path).map(|spec| usage_id(spec.path))
}

fn command_id(path: &str) -> String {
    format!("command-{}", path.replace(' ', "-"))
}

fn usage_id(path: &str) -> String {
    format!("usage-{}", path.replace(' ', "-"))
}
