//! The table of commands. Slash commands, text commands, help and the command reference are all derived from it; a command
//! that is not here does not exist.

use crate::domain::community::Role;

/// Which command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    Ask,
    Needs,
    Pledge,
    Maybe,
    Done,
    Adjust,
    HandBack,
    Confirm,
    StillNeeded,
    Thanks,
    Withdraw,
    Edit,
    Offer,
    Offers,
    Invite,
    Mine,
    Me,
    Link,
    Unlink,
    GatheringNew,
    GatheringList,
    GatheringShow,
    GatheringMove,
    GatheringCancel,
    DigestPreview,
    DigestPost,
    DigestHold,
    Care,
    CommunitySetup,
    CommunitySettings,
    CommunityCheck,
    CommunityLink,
    ConvenerAdd,
    ConvenerRemove,
    Help,
}

/// What a command points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Nothing,
    Ask,
    Pledge,
    AskOrPledge,
    /// An ask or an offer to take back; a pledge is understood as handing it back.
    Anything,
    /// If none is named, the next one.
    Gathering,
}

/// What the words beside id and options are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    None,
    /// They go where this option goes, if it is not given.
    As(&'static str),
    /// The thing itself.
    Own,
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Words,
    Amount,
    When,
    Kind,
    Visibility,
    Person,
    /// On platforms that have them, a role as well.
    PersonOrRole,
    Zone,
    Language,
    Hours,
    DayOrOff,
    OnOff,
    /// A whole number from the first to the second.
    Number(u8, u8),
    Schedule,
    Community,
}

/// An option of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt {
    pub name: &'static str,
    pub takes: Takes,
}

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    pub verb: Verb,
    /// One word, or a noun and a verb: `ask`, `gathering new`.
    pub path: &'static str,
    /// Other single words for it, in any language.
    pub aliases: &'static [&'static str],
    pub who: Role,
    pub target: Target,
    pub wording: Wording,
    pub options: &'static [Opt],
}

const fn opt(name: &'static str, takes: Takes) -> Opt {
    Opt { name, takes }
}

/// Every command takes it: which community is meant, in a direct chat with someone who is in several.
pub const IN: Opt = opt("in", Takes::Community);

const BY: Opt = opt("by", Takes::When);
const KIND: Opt = opt("kind", Takes::Kind);
const NEED: Opt = opt("need", Takes::Amount);
const AMOUNT: Opt = opt("amount", Takes::Amount);
const NOTE: Opt = opt("note", Takes::Words);
const WHAT: Opt = opt("what", Takes::Words);
const FIRST: Opt = opt("first", Takes::Words);
const WHO: Opt = opt("who", Takes::Person);
const WHO_OR_ROLE: Opt = opt("who", Takes::PersonOrRole);
const WHEN: Opt = opt("when", Takes::When);
const WHERE: Opt = opt("where", Takes::Words);
const CODE: Opt = opt("code", Takes::Words);
const ZONE: Opt = opt("zone", Takes::Zone);
const LANGUAGE: Opt = opt("language", Takes::Language);
const COMMUNITY: &[Opt] = &[
    opt("name", Takes::Words),
    ZONE,
    LANGUAGE,
    opt("nudges", Takes::Number(0, 3)),
    opt("confirm", Takes::Number(1, 30)),
    opt("digest", Takes::Number(1, 14)),
    opt("weekly", Takes::Schedule),
    opt("threads", Takes::OnOff),
];

const fn member(verb: Verb, path: &'static str, aliases: &'static [&'static str]) -> Spec {
    Spec { verb, path, aliases, who: Role::Member, target: Target::Nothing, wording: Wording::None, options: &[] }
}

const fn convener(verb: Verb, path: &'static str) -> Spec {
    Spec { who: Role::Convener, ..member(verb, path, &[]) }
}

/// What `help` tells about beside commands: what it is called in any language, and its name.
pub const TOPICS: &[(&str, &str)] =
    &[("example", "example"), ("ejemplo", "example"), ("privacy", "privacy"), ("privacidad", "privacy")];

/// Every command, in the order people meet them.
pub const SPECS: &[Spec] = &[
    Spec {
        wording: Wording::Own,
        options: &[KIND, NEED, BY, opt("visibility", Takes::Visibility)],
        ..member(Verb::Ask, "ask", &["pido", "pedir"])
    },
    Spec { options: &[KIND], ..member(Verb::Needs, "needs", &["asks", "necesidades"]) },
    Spec {
        target: Target::Ask,
        wording: Wording::As("what"),
        options: &[WHAT, BY, FIRST, AMOUNT],
        ..member(Verb::Pledge, "pledge", &["prometo", "prometer"])
    },
    Spec { target: Target::Ask, ..member(Verb::Maybe, "maybe", &["quizás", "quizas"]) },
    Spec {
        target: Target::Pledge,
        wording: Wording::As("note"),
        options: &[AMOUNT, NOTE],
        ..member(Verb::Done, "done", &["hecho"])
    },
    Spec {
        target: Target::Pledge,
        wording: Wording::As("note"),
        options: &[BY, AMOUNT, WHAT, FIRST, NOTE, opt("nudges", Takes::OnOff)],
        ..member(Verb::Adjust, "adjust", &["ajustar", "ajusto"])
    },
    // No reason is asked, and none is kept.
    Spec { target: Target::Pledge, ..member(Verb::HandBack, "handback", &["devolver", "devuelvo"]) },
    Spec { target: Target::Pledge, ..member(Verb::Confirm, "confirm", &["confirmar", "confirmo"]) },
    Spec {
        target: Target::AskOrPledge,
        wording: Wording::As("note"),
        options: &[NOTE],
        ..member(Verb::StillNeeded, "stillneeded", &["falta"])
    },
    Spec { target: Target::Pledge, wording: Wording::Own, ..member(Verb::Thanks, "thanks", &["gracias"]) },
    Spec { target: Target::Anything, ..member(Verb::Withdraw, "withdraw", &["retirar", "retiro"]) },
    Spec {
        target: Target::Ask,
        wording: Wording::Own,
        options: &[KIND, NEED, BY, opt("visibility", Takes::Visibility)],
        ..member(Verb::Edit, "edit", &["editar"])
    },
    Spec { wording: Wording::Own, options: &[KIND], ..member(Verb::Offer, "offer", &["ofrezco", "ofrecer"]) },
    Spec { options: &[KIND], ..member(Verb::Offers, "offers", &["ofertas"]) },
    Spec {
        target: Target::Ask,
        wording: Wording::As("who"),
        options: &[WHO],
        ..member(Verb::Invite, "invite", &["invitar", "invito"])
    },
    member(Verb::Mine, "mine", &["mío", "mio", "mis"]),
    Spec {
        options: &[
            ZONE,
            LANGUAGE,
            opt("quiet", Takes::Hours),
            opt("away", Takes::DayOrOff),
            opt("notices", Takes::OnOff),
        ],
        ..member(Verb::Me, "me", &["yo"])
    },
    Spec { options: &[CODE], wording: Wording::As("code"), ..member(Verb::Link, "link", &["vincular", "vinculo"]) },
    Spec {
        options: &[opt("account", Takes::Words)],
        wording: Wording::As("account"),
        ..member(Verb::Unlink, "unlink", &["desvincular", "desvinculo"])
    },
    Spec {
        options: &[WHEN, WHERE, opt("facilitator", Takes::Person), opt("scribe", Takes::Person)],
        wording: Wording::As("when"),
        ..convener(Verb::GatheringNew, "gathering new")
    },
    member(Verb::GatheringList, "gathering list", &[]),
    Spec { target: Target::Gathering, ..member(Verb::GatheringShow, "gathering show", &[]) },
    Spec {
        target: Target::Gathering,
        wording: Wording::As("when"),
        options: &[WHEN],
        ..convener(Verb::GatheringMove, "gathering move")
    },
    Spec { target: Target::Gathering, ..convener(Verb::GatheringCancel, "gathering cancel") },
    Spec { target: Target::Gathering, ..convener(Verb::DigestPreview, "digest preview") },
    Spec { target: Target::Gathering, ..convener(Verb::DigestPost, "digest post") },
    Spec { target: Target::Gathering, ..convener(Verb::DigestHold, "digest hold") },
    convener(Verb::Care, "care"),
    Spec { options: COMMUNITY, wording: Wording::As("name"), ..convener(Verb::CommunitySetup, "community setup") },
    Spec { options: COMMUNITY, ..convener(Verb::CommunitySettings, "community settings") },
    convener(Verb::CommunityCheck, "community check"),
    Spec { options: &[CODE], wording: Wording::As("code"), ..convener(Verb::CommunityLink, "community link") },
    Spec { options: &[WHO_OR_ROLE], wording: Wording::As("who"), ..convener(Verb::ConvenerAdd, "convener add") },
    Spec { options: &[WHO_OR_ROLE], wording: Wording::As("who"), ..convener(Verb::ConvenerRemove, "convener remove") },
    Spec { wording: Wording::Own, ..member(Verb::Help, "help", &["ayuda", "start"]) },
];

/// The command at a path or by an alias, in any case.
pub fn find(words: &str) -> Option<&'static Spec> {
    let words = words.to_lowercase();
    SPECS.iter().find(|spec| spec.path == words || spec.aliases.contains(&words.as_str()))
}

/// The second words of a noun such as `gathering`; empty if it is none.
pub fn under(noun: &str) -> Vec<&'static str> {
    let noun = noun.to_lowercase();
    SPECS
        .iter()
        .filter_map(|spec| spec.path.split_once(' '))
        .filter(|(n, _)| *n == noun)
        .map(|(_, verb)| verb)
        .collect()
}

/// The first word of every command, aliases included: what `/word` may be in a place where others talk too.
pub fn first_words() -> impl Iterator<Item = &'static str> {
    SPECS.iter().flat_map(|spec| spec.path.split(' ').take(1).chain(spec.aliases.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_command_and_every_wording_has_its_option() {
        for spec in SPECS {
            for name in spec.aliases.iter().chain([&spec.path]) {
                let same = SPECS.iter().filter(|s| s.path == *name || s.aliases.contains(name)).count();
                assert_eq!(same, 1, "{name}");
            }
            if let Wording::As(option) = spec.wording {
                assert!(spec.options.iter().any(|o| o.name == option), "{}", spec.path);
            }
            assert!(spec.options.iter().all(|o| o.name != IN.name), "{}", spec.path);
        }
    }
}
