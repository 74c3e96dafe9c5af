//! Codes that join two sides, an account with another or a place with a community: a code is said on both.
//!
//! The first side is given a code. Whoever says it on the other side is given a second one, and the first side is told who
//! that was; only when the first side says the second code is anything joined. So each side has shown that it reads what the
//! other is told in private, and each was told before, by name and platform, whom it is about to be joined with:
//!
//! - Whoever overhears the first code and says it themselves holds a second one that nobody will say for them. Nothing
//!   was joined, and the first side has their name.
//! - Whoever overhears the second code cannot use it: it counts only where the first was given.
//! - Whoever talks somebody into saying a code of theirs needs to talk the answer out of them, too, and that answer says
//!   what it is for.
//! - Guessing is of no use: eight letters out of nineteen, a quarter of an hour, and after five wrong ones an account is
//!   heard no more until an hour is over, whatever it says.
//!
//! A code is used once, and of what it was only a hash is kept.

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Row, Stop, put};
use super::inbound::Cause;
use super::keys::{CODE, LETTERS};
use super::meaning::Meaning;
use super::parcel::Destination;
use crate::domain::community::Account;
use crate::domain::{CommunityId, MemberId, Refusal};
use crate::speech::message::{Message, Words};
pub(super) use crate::store::codes::{Joins, Open};
use crate::store::outbox::Priority;
use crate::store::script::Script;
use crate::store::{Fault, codes};

/// How long a code may be said.
const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// So many wrong codes of one account are answered within this span.
const MOST_WRONG: u32 = 5;
const WRONG_SPAN: SignedDuration = SignedDuration::from_hours(1);

/// Gives a first code.
pub(super) fn give(case: &mut Case<'_>, by: &Account, joins: Joins) -> Words {
    let (code, hash, until) = make(case);
    let community = case.here().id;
    codes::give(&mut case.script, by, joins, community, &hash, until);
    shown(&code)
}

/// The first code was said on another side: the second.
pub(super) fn answer(case: &mut Case<'_>, open: &Open, other: &Account, place: Option<i64>) -> Words {
    let (code, hash, until) = make(case);
    codes::answer(&mut case.script, open, other, place, &hash, until);
    shown(&code)
}

/// What a code that somebody says stands for.
pub(super) async fn said(case: &mut Case<'_>, by: &Account, joins: Joins, code: &str) -> Result<Open, Stop> {
    let began = case.now.saturating_sub(WRONG_SPAN).unwrap_or(Timestamp::MIN);
    if codes::wrong_since(case.conn, by, began).await? >= MOST_WRONG {
        return Err(Refusal::TooManyCodes.into());
    }
    let Some(code) = read(code) else { return Err(Refusal::NoSuchCode.into()) };
    let hash = case.keys.hash(&code);
    codes::open(case.conn, &hash, joins, case.now).await?.ok_or_else(|| Refusal::NoSuchCode.into())
}

/// A code was used up.
pub(super) fn close(case: &mut Case<'_>, open: &Open) {
    codes::close(&mut case.script, &open.by, open.joins);
}

/// An account is somebody else's: what it was given or has answered joins nothing any more.
pub(super) fn forget_of(script: &mut Script, account: &Account) {
    codes::forget_of(script, account);
}

/// A wrong code is remembered, although a refusal changes nothing else.
pub(super) fn was_wrong(script: &mut Script, by: &Account, now: Timestamp) {
    codes::was_wrong(script, by, WRONG_SPAN, now);
}

/// Tells an account what came of its code, in private and at once: it answers what was done a moment ago elsewhere.
pub(super) fn tell(
    case: &mut Case<'_>,
    community: CommunityId,
    member: MemberId,
    account: &Account,
    message: Message,
) -> Result<(), Fault> {
    let effect = format!("code:{}", case.event);
    let row = Row {
        community: Some(community),
        member: Some(member),
        effect: &effect,
        destination: Destination::Person(account.clone()),
        place: None,
        cause: Cause::Reply,
        refs: Vec::new(),
        meaning: &Meaning::Said(Box::new(message)),
        answers: None,
        lane: None,
        priority: Priority::Reply,
        not_before: case.now,
    };
    put(&mut case.script, case.keys, case.now, row)
}

/// What is over is forgotten.
pub(super) fn tidy(script: &mut Script, now: Timestamp) {
    codes::forget_over(script, WRONG_SPAN, now);
}

fn make(case: &Case<'_>) -> (String, String, Timestamp) {
    let code = case.keys.code(case.event);
    let hash = case.keys.hash(&code);
    (code, hash, case.now.saturating_add(LASTS).unwrap_or(Timestamp::MAX))
}

/// In two halves, so that it is read without losing one's place.
fn shown(code: &str) -> Words {
    let (first, second) = code.split_at(CODE / 2);
    format!("{first}-{second}").into()
}

/// A code as it may be typed: in any case, with or without what stands between its halves.
fn read(said: &str) -> Option<String> {
    let letters = said.chars().filter(|c| !c.is_whitespace() && !"-–.".contains(*c));
    let code: String = letters.take(CODE + 1).map(|c| c.to_ascii_uppercase()).collect();
    (code.len() == CODE && code.bytes().all(|b| LETTERS.contains(&b))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_nothing_else_is_one() {
        for said in ["BCDF-GHJK", "bcdfghjk", " Bcdf – ghjk ", "bcdf ghjk"] {
            assert_eq!(read(said).as_deref(), Some("BCDFGHJK"), "{said}");
        }
        for wrong in ["", "BCDFGHJ", "BCDFGHJKM", "ABCDFGHJ", "BCDFGHJ8", "bcdfghjß", "@bea:example.org"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(shown("BCDFGHJK"), Words::from("BCDF-GHJK"));
    }
}
