//! What could not be decrypted: it is remembered, waits for its key, and ten minutes later its sender is asked, once, to say
//! it again. Nothing is guessed from it, and in a public place nobody is named.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::case::{self, Row};
use super::inbound::{Cause, Place, Unread};
use super::keys::Keys;
use super::meaning::Meaning;
use super::parcel::Destination;
use crate::domain::community::Account;
use crate::domain::{CommunityId, MemberId};
use crate::store::outbox::Priority;
use crate::store::script::Script;
use crate::store::timers::{self, Due, Timer};
use crate::store::unread::{self, NewUnread, Puzzle};
use crate::store::{Fault, people, places, scope};

/// Keys often come a little after what they open.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// Nobody waits for an answer this long, and nobody is asked in one room more often than this.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long a key may still come.
const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most that is kept of one room.
const MOST: u32 = 200;

/// What taking in something unread may use.
pub(super) struct Puzzling<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub now: Timestamp,
}

impl Puzzling<'_> {
    /// Something came that nobody can read. What is known already, was heard, or is more than a day old changes nothing.
    pub(super) async fn unread(self, new: &Unread) -> Result<Script, Fault> {
        let mut script = Script::default();
        let at = new.at.min(self.now);
        if self.now.duration_since(at) > A_DAY || unread::is_known(self.conn, new.platform, &new.event).await? {
            return Ok(script);
        }
        let (room, direct) = match &new.place {
            Place::Public { id, .. } => (id.as_str(), false),
            Place::Direct { id, .. } => (id.as_str(), true),
        };
        let ask_at = after(self.now, PATIENCE);
        let (platform, event, account) = (new.platform, new.event.as_str(), new.from.id.as_str());
        let row = NewUnread { platform, event, room, direct, account, at, seen_at: self.now, ask_at };
        unread::remember(&mut script, row);
        unread::keep_at_most(&mut script, platform, room, MOST);
        let first = unread::next_after(self.conn, Timestamp::MIN).await?;
        arm(&mut script, self.defaults, first.map_or(ask_at, |first| first.min(ask_at)));
        Ok(script)
    }

    /// Everybody who has waited long enough is asked, all of theirs in one room at once.
    pub(super) async fn due(mut self) -> Result<Script, Fault> {
        let mut script = Script::default();
        for puzzle in unread::due(self.conn, self.now).await? {
            match self.worth_asking(&puzzle).await? {
                true => self.ask(&mut script, &puzzle).await?,
                false => unread::let_be(&mut script, &puzzle, self.now),
            }
        }
        match unread::next_after(self.conn, self.now).await? {
            Some(next) => arm(&mut script, self.defaults, next),
            None => timers::disarm(&mut script, CommunityId(0), Due::Unread, 0, None),
        }
        Ok(script)
    }

    /// Not if the bot was away for so long that nobody wonders any more, if they were asked there of late, or if the bot is
    /// not there to hear it again.
    async fn worth_asking(&mut self, puzzle: &Puzzle) -> Result<bool, Fault> {
        let fresh = self.now.duration_since(puzzle.due_at) <= A_DAY;
        let rested = puzzle.asked_at.is_none_or(|at| self.now.duration_since(at) >= A_DAY);
        let left = !puzzle.direct && places::is_left(self.conn, puzzle.platform, &puzzle.room).await?;
        Ok(fresh && rested && !left)
    }

    async fn ask(&mut self, script: &mut Script, puzzle: &Puzzle) -> Result<(), Fault> {
        let (Some(oldest), Some(newest)) = (puzzle.events.first(), puzzle.events.last()) else { return Ok(()) };
        let (platform, id) = (puzzle.platform, puzzle.room.clone());
        let account = Account { platform, id: puzzle.account.clone() };
        let (community, member) = self.whose(puzzle, &account).await?;
        let destination = match puzzle.direct {
            true => Destination::Chat { platform, id, account },
            false => Destination::Place { platform, id },
        };
        let count = u32::try_from(puzzle.events.len()).unwrap_or(u32::MAX);
        let meaning = Meaning::CouldNotRead { count, until: after(self.now, A_DAY) };
        // By the oldest of them: after a restored backup the same may be unread again, with more behind it.
        let effect = format!("unread:{oldest}");
        let row = Row {
            community,
            member,
            effect: &effect,
            destination,
            place: None,
            cause: Cause::Refusal,
            refs: Vec::new(),
            meaning: &meaning,
            answers: Some(newest),
            lane: None,
            priority: Priority::Reply,
            not_before: self.now,
        };
        case::put(script, self.keys, self.now, row)?;
        unread::asked(script, puzzle, self.now);
        Ok(())
    }

    /// Whose words it is answered in: those of the place's community, or of the one they last acted in.
    async fn whose(
        &mut self,
        puzzle: &Puzzle,
        account: &Account,
    ) -> Result<(Option<CommunityId>, Option<MemberId>), Fault> {
        let community = match puzzle.direct {
            true => scope::candidates(self.conn, account, &[]).await?.first().map(|c| c.community),
            false => people::of_place(self.conn, puzzle.platform, &puzzle.room).await?.map(|(id, _)| id),
        };
        let Some(community) = community else { return Ok((None, None)) };
        let person = people::of_account(self.conn, community, account).await?;
        Ok((Some(community), person.map(|person| person.member.id)))
    }
}

/// What has waited for a key for a week is given up.
pub(super) fn tidy(script: &mut Script, now: Timestamp) {
    unread::forget_before(script, now.saturating_sub(A_WEEK).unwrap_or(Timestamp::MIN));
}

fn arm(script: &mut Script, defaults: &Defaults, at: Timestamp) {
    let timer = Timer { community: CommunityId(0), due: Due::Unread, number: 0, member: None, at };
    timers::arm(script, timer, &defaults.zone);
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}
