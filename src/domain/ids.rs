//! The short names people use for things (`A12`, `P7`, `O3`, `G4`) and the keys that never leave the house.
//!
//! Short ids count from 1 inside one community. In any case, with or without a leading `#`, they are the same id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not a short id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a short id")]
pub struct NotAnId;

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                digits_after(text, $letter).map(Self)
            }
        }
    };
}

short_id!(
    /// An ask of one community: `A12`.
    AskId, "A"
);
short_id!(
    /// A pledge of one community: `P7`.
    PledgeId, "P"
);
short_id!(
    /// An offer of one community: `O3`.
    OfferId, "O"
);
short_id!(
    /// A gathering of one community: `G4`.
    GatheringId, "G"
);

/// The number in `A12`; at most seven digits, so that no typing can overflow a counter.
fn digits_after(text: &str, letter: &str) -> Result<u32, NotAnId> {
    let text = text.strip_prefix('#').unwrap_or(text);
    let (head, digits) = text.split_at_checked(1).ok_or(NotAnId)?;
    if !head.eq_ignore_ascii_case(letter) || digits.is_empty() || digits.len() > 7 {
        return Err(NotAnId);
    }
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotAnId);
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err(NotAnId),
        Ok(number) => Ok(number),
    }
}

/// Any of the things a person can point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ref {
    Ask(AskId),
    Pledge(PledgeId),
    Offer(OfferId),
    Gathering(GatheringId),
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ref::Ask(id) => id.fmt(f),
            Ref::Pledge(id) => id.fmt(f),
            Ref::Offer(id) => id.fmt(f),
            Ref::Gathering(id) => id.fmt(f),
        }
    }
}

impl FromStr for Ref {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let ask = || text.parse().map(Ref::Ask);
        let pledge = |_| text.parse().map(Ref::Pledge);
        let offer = |_| text.parse().map(Ref::Offer);
        let gathering = |_| text.parse().map(Ref::Gathering);
        ask().or_else(pledge).or_else(offer).or_else(gathering)
    }
}

impl From<AskId> for Ref {
    fn from(id: AskId) -> Self {
        Ref::Ask(id)
    }
}

impl From<PledgeId> for Ref {
    fn from(id: PledgeId) -> Self {
        Ref::Pledge(id)
    }
}

/// A community's key in this installation. Never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommunityId(pub i64);

/// A member's key in this installation. Never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_in_any_case_and_refuse_what_only_looks_like_one() {
        assert_eq!("a12".parse(), Ok(AskId(12)));
        assert_eq!("#P7".parse(), Ok(Ref::Pledge(PledgeId(7))));
        assert_eq!("A1234567".parse(), Ok(AskId(1_234_567)), "seven digits, and no more");
        for wrong in ["", "A", "A0", "A-1", "A1x", "A12345678", "é1", "P1"] {
            assert_eq!(wrong.parse::<AskId>(), Err(NotAnId), "{wrong}");
        }
    }
}
