//! Receipts: what became of a message, and who has to hear of it if nothing did (DESIGN.md section 5). An input to the one
//! writer. It never sends anything again by itself: what may be there is looked for first.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::case::{Case, Post, Stop, to_json};
use super::inbound::Cause;
use super::keys::Keys;
use super::meaning::{self, Addressee, Heard, Meaning};
use super::outgoing::Frozen;
use super::parcel::{Destination, Extent, Outcome, Receipt};
use super::{Defaults, buttons, places};
use crate::domain::{CommunityId, MemberId};
use crate::speech::message::{Message, Sign};
use crate::store::outbox::{self, Onward, Priority, Sent, Settled};
use crate::store::rows::StoredCommunity;
use crate::store::scope::PlaceRow;
use crate::store::script::Script;
use crate::store::{Fault, people, routes};

/// How long a history that could not be read is left alone before it is asked again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// An unreadable history is asked this often before a steward has to.
const MOST_LOOKS: u32 = 30;
/// A place that takes nothing is tried again after as long as it has been taking nothing, but not sooner and not later.
const TRY_SOONEST: SignedDuration = SignedDuration::from_mins(10);
const TRY_LATEST: SignedDuration = SignedDuration::from_hours(6);
/// How often somebody is asked to open their direct messages before the conveners are told, and within which time.
const ASK_AT_MOST: u32 = 2;
const ASKED_OF_LATE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What a receipt is taken in with.
pub(super) struct Receiving<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub now: Timestamp,
}

impl Receiving<'_> {
    /// Takes in how an attempt or a lookup ended.
    pub(super) async fn receipt(self, receipt: Receipt) -> Result<Script, Fault> {
        let mut script = Script::default();
        let Some(sent) = outbox::sent(self.conn, receipt.row).await? else { return Ok(script) };
        match sent.state.as_str() {
            "sending" => self.attempted(&mut script, &sent, receipt).await?,
            "unknown" => self.looked(&mut script, &sent, receipt).await?,
            // A receipt that comes late changes nothing: the row was settled, or will be looked up.
            _ => {}
        }
        Ok(script)
    }

    fn later(&self, wait: SignedDuration) -> Timestamp {
        self.now.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }

    /// Whatever else goes the same way waits too.
    fn shut(&self, script: &mut Script, sent: &Sent, after: SignedDuration, of: Extent) {
        let route = if of == Extent::Platform { routes::PLATFORM } else { &sent.route };
        routes::shut(script, &sent.platform, route, self.later(after));
    }

    async fn attempted(mut self, script: &mut Script, sent: &Sent, receipt: Receipt) -> Result<(), Fault> {
        let (row, now) = (receipt.row, self.now);
        match receipt.outcome {
            Outcome::Delivered { message } => {
                outbox::attempted(script, row, "delivered", None, now);
                self.there(script, sent, row, &message, &receipt.seeds).await?;
            }
            // The bot was put out, or the room was upgraded, while it was on its way.
            Outcome::Refused { reason } | Outcome::Closed { reason }
                if sent.cause != Cause::Moved.name()
                    && places::has_gone(self.conn, &sent.platform, &sent.route).await? =>
            {
                outbox::attempted(script, row, "closed", Some(&reason), now);
                outbox::not_taken(script, row, now);
            }
            Outcome::Refused { reason } => {
                tracing::warn!(row, reason, "the platform will not take it");
                outbox::attempted(script, row, "refused", Some(&reason), now);
                outbox::settle(script, row, Settled::Failed, now);
                self.tell_conveners(script, sent, "undelivered").await?;
            }
            // The token is not good any more. What was recorded is said where it always can be.
            Outcome::Closed { reason } if is_whisper(sent) => {
                tracing::info!(row, reason, "too late to be whispered");
                outbox::attempted(script, row, "closed", Some(&reason), now);
                self.say_directly(script, sent, row)?;
            }
            // What everybody is to read waits until the place takes something again.
            Outcome::Closed { reason } if is_for_all(sent) && !is_ease(sent) => {
                tracing::warn!(row, reason, "nothing is taken there; it waits");
                outbox::attempted(script, row, "closed", Some(&reason), now);
                self.wait_for_place(script, sent, row, &reason).await?;
            }
            Outcome::Closed { reason } => {
                tracing::warn!(row, reason, "nothing is taken there");
                outbox::attempted(script, row, "closed", Some(&reason), now);
                let goes_on = !is_ease(sent) && self.say_to_another_account(script, sent, row).await?;
                outbox::settle(script, row, Settled::Failed, now);
                if !is_ease(sent) {
                    routes::ill(script, &sent.platform, &sent.route, &reason, now);
                    if !goes_on {
                        self.fall_back(script, sent).await?;
                    }
                }
            }
            Outcome::Later { after, of } => {
                outbox::attempted(script, row, "later", None, now);
                outbox::not_taken(script, row, self.later(after));
                self.shut(script, sent, after, of);
            }
            Outcome::Unknown { reason } => {
                tracing::warn!(row, attempts = sent.attempts, reason, "may or may not have been taken");
                outbox::attempted(script, row, "unknown", Some(&reason), now);
                outbox::unknown(script, row, self.later(self.defaults.quarantine));
            }
            // No lookup was asked for; whoever says so has taken one row for another.
            Outcome::Absent | Outcome::Unreadable { .. } => {
                outbox::unknown(script, row, self.later(self.defaults.quarantine));
            }
        }
        Ok(())
    }

    async fn looked(mut self, script: &mut Script, sent: &Sent, receipt: Receipt) -> Result<(), Fault> {
        let (row, now) = (receipt.row, self.now);
        match receipt.outcome {
            Outcome::Delivered { message } => self.there(script, sent, row, &message, &receipt.seeds).await?,
            Outcome::Absent => outbox::absent(script, row, now),
            // Whether it is there or not, nobody has to look after an ease; and a whisper is gone with its token.
            Outcome::Unreadable { .. } if is_whisper(sent) || (is_ease(sent) && sent.looks >= MOST_LOOKS) => {
                outbox::settle(script, row, Settled::Parked, now);
                outbox::settle(script, row, Settled::Expired, now);
            }
            Outcome::Unreadable { reason } => {
                routes::ill(script, &sent.platform, &sent.route, &reason, now);
                if sent.looks < MOST_LOOKS {
                    tracing::warn!(row, looks = sent.looks, reason, "cannot be looked up yet");
                    outbox::unknown(script, row, self.later(LOOK_AGAIN));
                } else {
                    tracing::error!(row, reason, "parked: nobody can tell whether it was taken");
                    outbox::settle(script, row, Settled::Parked, now);
                    self.tell_conveners(script, sent, "parked").await?;
                }
            }
            // An absent platform is no closed history: however long it takes, this look does not count.
            Outcome::Later { after, of } => {
                outbox::not_looked(script, row, self.later(after));
                self.shut(script, sent, after, of);
            }
            Outcome::Refused { .. } | Outcome::Closed { .. } | Outcome::Unknown { .. } => {
                outbox::unknown(script, row, self.later(LOOK_AGAIN));
            }
        }
        Ok(())
    }

    /// It is there, and whatever was in the way of others is not any more. Its buttons follow.
    async fn there(
        &mut self,
        script: &mut Script,
        sent: &Sent,
        row: i64,
        message: &str,
        seeds: &[Sign],
    ) -> Result<(), Fault> {
        if !seeds.is_empty()
            && let Some((said, edited)) = self.said(sent).await?
        {
            // What an edit says stands where the edited message does.
            let under = edited.as_deref().unwrap_or(message);
            buttons::add(script, self.keys, self.now, sent, under, &said, seeds)?;
        }
        outbox::card_posted(script, row, message);
        outbox::card_moved(script, row);
        outbox::delivered(script, row, message, self.now);
        if sent.ill_since.is_some() {
            self.is_well(script, sent).await?;
        }
        Ok(())
    }

    /// Something got through where nothing did: whatever waited for that may follow, and cards show what is true by now.
    async fn is_well(&mut self, script: &mut Script, sent: &Sent) -> Result<(), Fault> {
        // Editing may be allowed where posting is not.
        let waits = !sent.held && outbox::waits_there(self.conn, &sent.platform, &sent.route).await?;
        let on_a_card = [Cause::Card, Cause::Moved].iter().any(|cause| cause.name() == sent.cause);
        if waits && on_a_card && self.said(sent).await?.is_some_and(|(_, edits)| edits.is_some()) {
            return Ok(());
        }
        routes::well(script, &sent.platform, &sent.route);
        outbox::let_go_there(script, &sent.platform, &sent.route, self.now);
        let Some((stored, places, place)) = self.place(sent).await? else { return Ok(()) };
        let mut case = self.case(script, stored, places);
        places::show_stale(&mut case, &place).await?;
        *script = case.script;
        Ok(())
    }

    /// A place takes nothing: what is said there waits, is tried again ever more rarely until it would come too late, and
    /// the conveners hear once that the place needs them. What may be there already is looked for first.
    async fn wait_for_place(&mut self, script: &mut Script, sent: &Sent, row: i64, reason: &str) -> Result<(), Fault> {
        let now = self.now;
        let since = sent.ill_since.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(now);
        let again = self.later(now.duration_since(since).clamp(TRY_SOONEST, TRY_LATEST));
        routes::ill(script, &sent.platform, &sent.route, reason, now);
        outbox::not_taken(script, row, again);
        outbox::hold(script, row, again, now);
        let Some((stored, places, place)) = self.place(sent).await? else { return Ok(()) };
        let conveners = people::conveners(self.conn, stored.community.id).await?;
        // By its day: a place that comes and goes is told about once a day at most.
        let effect = format!("takes_nothing:{}:{}", place.reference, stored.community.zone.date(since));
        let mut case = self.case(script, stored, places);
        for convener in &conveners {
            only_faults(case.tell(convener, &effect, Heard::TakesNothing(place.id), vec![]))?;
        }
        *script = case.script;
        Ok(())
    }

    /// The place that a message is for, with its community and all places of that; nothing if it is none of them any more.
    async fn place(&mut self, sent: &Sent) -> Result<Option<(StoredCommunity, Vec<PlaceRow>, PlaceRow)>, Fault> {
        let Ok(platform) = sent.platform.parse() else { return Ok(None) };
        let Some((community, place)) = people::of_place(self.conn, platform, &sent.route).await? else {
            return Ok(None);
        };
        let places = people::places(self.conn, community).await?;
        let stored = people::community(self.conn, community).await?.filter(|_| places.contains(&place));
        Ok(stored.map(|stored| (stored, places, place)))
    }

    /// What a row said, and which message it edited. What a restored backup found without having said it is asked what it
    /// means.
    async fn said(&mut self, sent: &Sent) -> Result<Option<(Message, Option<String>)>, Fault> {
        let broken = |_| Fault::Decode("an outbox row's body cannot be read".into());
        if let Some(body) = &sent.body {
            let Frozen { message, edits, .. } = serde_json::from_str(body).map_err(broken)?;
            return Ok(Some((message, edits)));
        }
        let meaning = serde_json::from_str(&sent.meaning).map_err(broken)?;
        let (community, member) = (CommunityId(sent.community_id.unwrap_or_default()), sent.member_id.map(MemberId));
        let to = Addressee { community, member, now: self.now, edits: true };
        Ok(meaning::resolve(self.conn, meaning, &to).await?.map(|message| (message, None)))
    }

    /// Somebody's direct messages are closed on one platform: what was for them alone goes to another account of theirs,
    /// if anything got through to that one of late.
    async fn say_to_another_account(&mut self, script: &mut Script, sent: &Sent, row: i64) -> Result<bool, Fault> {
        let Some(member) = sent.member_id.map(MemberId) else { return Ok(false) };
        for account in people::accounts_of(self.conn, member).await? {
            let route = format!("dm:{}", account.id);
            let platform = account.platform;
            let destination = to_json(&Destination::Person(account))?;
            // It was tried there before, or is this very one.
            let tried = outbox::is_known(self.conn, sent.community_id, &sent.effect, &destination).await?
                || (platform.name() == sent.platform && route == sent.route);
            if !tried && !routes::is_ill(self.conn, platform.name(), &route).await? {
                let onward = Onward { id: self.keys.outbox(), platform, destination: &destination, place: None };
                outbox::say_also(script, row, onward);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Somebody's direct messages are closed. Where others have seen them speak they are asked, at most once a day and
    /// without a word of what it was, to open them; anywhere else that would tell others that they use the bot at all. If
    /// asking has not helped, or there is nowhere to ask, the conveners hear of it.
    async fn fall_back(&mut self, script: &mut Script, sent: &Sent) -> Result<(), Fault> {
        let (Some(member), Some(community)) = (sent.member_id.map(MemberId), sent.community_id.map(CommunityId)) else {
            return Ok(());
        };
        let asked = format!("fallback:M{}:", member.0);
        let since = self.now.saturating_sub(ASKED_OF_LATE).unwrap_or(Timestamp::MIN);
        let often = outbox::said_since(self.conn, community, &asked, since).await?;
        let place = people::seen_in(self.conn, member, &sent.platform).await?;
        let stored = people::community(self.conn, community).await?;
        let places = people::places(self.conn, community).await?;
        let place = places.iter().find(|known| Some(known.id) == place && known.left_at.is_none()).cloned();
        let (Some(place), Some(stored), true) = (place, stored, often < ASK_AT_MOST) else {
            return self.tell_conveners(script, sent, "undelivered").await;
        };
        let effect = format!("{asked}{}", stored.community.zone.date(self.now));
        let mut case = self.case(script, stored, places);
        let post = Post {
            effect: &effect,
            place: &place,
            cause: Cause::Notice,
            refs: Vec::new(),
            meaning: &Meaning::CannotReach { member, route: sent.route.clone() },
            priority: Priority::Notice,
            lane: None,
        };
        let posted = case.post(post);
        *script = case.script;
        only_faults(posted)
    }

    /// What was recorded is confirmed in the direct chat; what was refused is asked again by whoever still wants it.
    fn say_directly(&mut self, script: &mut Script, sent: &Sent, row: i64) -> Result<(), Fault> {
        let destination = serde_json::from_str(&sent.destination);
        let Ok(Destination::Whisper { account, .. }) = destination else {
            return Err(Fault::Decode("an outbox row's destination cannot be read".into()));
        };
        if sent.cause == Cause::Reply.name() {
            let platform = account.platform;
            let destination = to_json(&Destination::Person(account))?;
            let onward = Onward { id: self.keys.outbox(), platform, destination: &destination, place: None };
            outbox::send_on(script, row, onward, Settled::Failed, self.now);
        } else {
            outbox::settle(script, row, Settled::Failed, self.now);
        }
        Ok(())
    }

    /// A working place for what a receipt leads to.
    fn case(&mut self, script: &mut Script, community: StoredCommunity, places: Vec<PlaceRow>) -> Case<'_> {
        Case {
            conn: &mut *self.conn,
            keys: &mut *self.keys,
            now: self.now,
            event: "receipt",
            community,
            places,
            script: std::mem::take(script),
            joined: Vec::new(),
        }
    }

    /// The conveners hear once, and without a word of the message, that somebody could not be reached or that nobody can
    /// tell whether something was said.
    async fn tell_conveners(&mut self, script: &mut Script, sent: &Sent, what: &str) -> Result<(), Fault> {
        let member = sent.member_id.map(MemberId);
        let parked = what == "parked";
        // What conveners themselves cannot be told about, and answers the person can ask for again, go no further.
        let about_help = [Cause::Nudge, Cause::Notice].iter().any(|cause| cause.name() == sent.cause);
        let told = parked || (about_help && member.is_some());
        let community = CommunityId(sent.community_id.unwrap_or_default());
        let Some(stored) = people::community(self.conn, community).await?.filter(|_| told) else {
            return Ok(());
        };
        let places = people::places(self.conn, community).await?;
        let conveners = people::conveners(self.conn, community).await?;
        let mut case = self.case(script, stored, places);
        let heard = match member {
            Some(member) if !parked => Heard::Undelivered(member),
            _ => Heard::Parked,
        };
        for convener in conveners.iter().filter(|c| Some(c.member.id) != member) {
            // By what could not be said, not by its row: row numbers are dealt again after a restored backup.
            only_faults(case.tell(convener, &format!("{what}:{}", sent.effect), heard.clone(), vec![]))?;
        }
        *script = case.script;
        Ok(())
    }
}

/// Nothing here is somebody's words, so nothing can be refused.
fn only_faults(told: Result<(), Stop>) -> Result<(), Fault> {
    match told {
        Ok(()) | Err(Stop::Refused(_)) => Ok(()),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Is it said in a place, where everybody reads it?
fn is_for_all(sent: &Sent) -> bool {
    matches!(serde_json::from_str(&sent.destination), Ok(Destination::Place { .. }))
}

fn is_whisper(sent: &Sent) -> bool {
    sent.route.starts_with("whisper:")
}

/// Buttons and calendars are an ease: the same is said elsewhere.
fn is_ease(sent: &Sent) -> bool {
    [Cause::Button, Cause::Event].iter().any(|cause| cause.name() == sent.cause)
}
