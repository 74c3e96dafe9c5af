//! Places that go away, come back or move (DESIGN.md, promises 4 and 9).
//!
//! Nothing is said to a place the bot is not in, and while it is in none of a community's places nothing is said about that
//! community to anybody by itself. What is due waits and is asked again when one of them is back; what no longer makes sense
//! by then is let go. After the grace period the community ends: what people said is gone from the file.
//!
//! Invited back later still, it goes on with what is left of it and does not begin as another one. Cards of before stand
//! in that room: A1 must never come to mean another ask. And its name, zone and language were settled once.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::case::{Case, Post, Stop, card_lane, to_json};
use super::gatherings::arm_weekly;
use super::inbound::{Cause, Inbound, Place};
use super::keys::Keys;
use super::meaning::{Meaning, NudgeOf};
use super::parcel::Destination;
use super::roster::Placing;
use crate::domain::Zone;
use crate::domain::ask::{AskState, Standing, Visibility};
use crate::domain::calendar::days_after;
use crate::domain::community::{Member, Platform};
use crate::domain::{AskId, CommunityId};
use crate::store::outbox::{self, Onward, Priority, Settled, UnsaidNudge, Waiting};
use crate::store::places::{self, Absence};
use crate::store::scope::{self, PlaceRow, Subject};
use crate::store::script::Script;
use crate::store::timers::{self, Due, Timer};
use crate::store::{Fault, lists, people, routes, writes};

/// What waits for a place that has been away for longer than the grace period is looked at again this much later.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// The end of a community that comes later than this was missed by a bot that was not running.
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Placing<'_> {
    /// The bot was put out of a place, or left it.
    pub(super) async fn left(self, platform: Platform, reference: &str) -> Result<Script, Fault> {
        let days = self.defaults.grace_days;
        let Some((mut case, place)) = self.known(platform, reference).await? else { return Ok(Script::default()) };
        leave(&mut case, &place, days);
        Ok(case.script)
    }

    /// The bot is in a place again.
    pub(super) async fn back(self, platform: Platform, reference: &str, name: &str) -> Result<Script, Fault> {
        let Some((mut case, place)) = self.known(platform, reference).await? else { return Ok(Script::default()) };
        if place.left_at.is_some() {
            come_back(&mut case, &place).await?;
            places::set_name(&mut case.script, place.id, name);
        }
        Ok(case.script)
    }

    /// A place goes on under another id: with its community, its people and what waited for it. Cards in the old room stay
    /// as they are; what is still asked gets a new one. If there is a place already, nothing is mixed.
    pub(super) async fn moved(self, platform: Platform, from: &str, to: &str, name: &str) -> Result<Script, Fault> {
        let days = self.defaults.grace_days;
        let Some((mut case, old)) = self.known(platform, from).await?.filter(|_| from != to) else {
            return Ok(Script::default());
        };
        if !go_on(&mut case, &old, to, name).await? {
            leave(&mut case, &old, days);
        }
        Ok(case.script)
    }

    /// Somebody was heard in a place, so the bot is there.
    pub(super) async fn heard_in(self, inbound: &Inbound) -> Result<Script, Fault> {
        let platform = inbound.from.platform;
        match &inbound.place {
            Place::Public { server: Some(server), .. } => self.server_back(platform, server).await,
            Place::Public { id, name, .. } => self.back(platform, id, name).await,
            Place::Direct { .. } => Ok(Script::default()),
        }
    }

    /// The bot was put out of a whole server.
    pub(super) async fn server_left(self, platform: Platform, server: &str) -> Result<Script, Fault> {
        match places::on_server(self.conn, platform, server).await? {
            Some(channel) => self.left(platform, &channel).await,
            None => Ok(Script::default()),
        }
    }

    /// The bot is on a server again.
    pub(super) async fn server_back(self, platform: Platform, server: &str) -> Result<Script, Fault> {
        let Some(channel) = places::on_server(self.conn, platform, server).await? else { return Ok(Script::default()) };
        let Some((mut case, place)) = self.known(platform, &channel).await? else { return Ok(Script::default()) };
        if place.left_at.is_some() {
            come_back(&mut case, &place).await?;
        }
        Ok(case.script)
    }
}

/// A place goes on under another id: with its community, its people and what waited for it. What is still asked gets a new
/// card. A room is over, and its cards stay as they are; in a channel of a server people go on reading and pressing, so that
/// nothing of an ask stays there. False, and nothing happens, if there is a place already.
pub(super) async fn go_on(case: &mut Case<'_>, old: &PlaceRow, to: &str, name: &str) -> Result<bool, Fault> {
    let (platform, server, reference) = (old.platform, old.server.clone(), to.to_owned());
    let new = match places::goes_on_as(case.conn, platform, to).await? {
        None => {
            let new = PlaceRow { id: case.keys.place(), platform, reference, server, left_at: None };
            people::new_place(&mut case.script, case.community.community.id, &new, name);
            new
        }
        // It once moved from there, and moves back.
        Some((id, end)) if end.id == old.id => {
            places::revive(&mut case.script, id, name);
            PlaceRow { id, platform, reference, server, left_at: None }
        }
        Some(_) => return Ok(false),
    };
    if old.left_at.is_some() {
        come_back(case, old).await?;
    }
    let asks = places::asks_with_cards(case.conn, old.id).await?;
    places::moved(&mut case.script, old.id, new.id);
    // What waited for the old one goes on to the new one, or is no use.
    outbox::let_go_there(&mut case.script, platform.name(), &old.reference, case.now);
    if old.server.is_none() {
        places::forget_cards(&mut case.script, old.id);
    }
    for ask in asks {
        if old.server.is_some() {
            say_moved(case, ask, old).await?;
        }
        show(case, ask, &new, is_open).await?;
    }
    for place in case.places.iter_mut().filter(|place| place.id == old.id) {
        place.clone_from(&new);
    }
    Ok(true)
}

/// An ask's card in a place that is none any more says so instead, under a name of its own each time.
async fn say_moved(case: &mut Case<'_>, ask: AskId, old: &PlaceRow) -> Result<(), Fault> {
    let community = case.here().id;
    let Some(subject) = scope::of(case.conn, community, ask.into()).await?.and_then(|scope| scope.subject) else {
        return Ok(());
    };
    let posted = case.post(Post {
        effect: &format!("moved:{ask}:v{}", subject.ask.version),
        place: old,
        cause: Cause::Moved,
        refs: vec![ask.into()],
        meaning: &Meaning::CardMoved(ask, old.id),
        priority: Priority::Card,
        lane: Some(card_lane(community, ask, old.id)),
    });
    only_faults(posted)
}

fn leave(case: &mut Case<'_>, place: &PlaceRow, days: u32) {
    if place.left_at.is_some() {
        return;
    }
    places::left(&mut case.script, place.id, case.now);
    for known in case.places.iter_mut().filter(|known| known.id == place.id) {
        known.left_at = Some(case.now.as_millisecond());
    }
    if let Some(at) = ends_at(&case.places, &case.community.community.zone, days) {
        arm_ending(case, at);
    }
}

fn arm_ending(case: &mut Case<'_>, at: Timestamp) {
    let (community, zone) = (case.here().id, case.here().zone.clone());
    timers::arm(&mut case.script, Timer { community, due: Due::Ending, number: 0, member: None, at }, &zone);
}

/// When a community ends all of whose places were left; `None` as long as one of them was not.
fn ends_at(places: &[PlaceRow], zone: &Zone, days: u32) -> Option<Timestamp> {
    if !places::all_left(places) {
        return None;
    }
    let last = places.iter().filter_map(|place| place.left_at).max();
    last.and_then(|ms| Timestamp::from_millisecond(ms).ok()).map(|at| days_later(at, zone, days))
}

fn days_later(at: Timestamp, zone: &Zone, days: u32) -> Timestamp {
    let civil = zone.civil(at);
    zone.instant(days_after(civil.date(), days.into()).to_datetime(civil.time()))
}

/// A place is back, by whatever it was noticed. What waited for it is asked again from now on, once, as after a downtime;
/// the weekly digest comes at its next time.
pub(super) async fn come_back(case: &mut Case<'_>, place: &PlaceRow) -> Result<(), Fault> {
    let (community, now) = (case.here().id, case.now);
    let was_without = places::all_left(&case.places);
    places::back(&mut case.script, place.id);
    for known in case.places.iter_mut().filter(|known| known.id == place.id) {
        known.left_at = None;
    }
    routes::well(&mut case.script, place.platform.name(), &place.reference);
    outbox::let_go(&mut case.script, community, now);
    if was_without {
        timers::let_go(&mut case.script, community);
        timers::disarm(&mut case.script, community, Due::Ending, 0, None);
        places::not_ended(&mut case.script, community);
        arm_weekly(case);
    }
    // The platform may have refused an edit before anybody said that the bot is out.
    show_stale(case, place).await
}

/// Cards that a place did not take are shown there as they are now.
pub(super) async fn show_stale(case: &mut Case<'_>, place: &PlaceRow) -> Result<(), Fault> {
    for ask in places::stale_cards(case.conn, place.id).await? {
        show(case, ask, place, |_| true).await?;
    }
    Ok(())
}

/// An ask's card is shown as it is now: edited where it stands, posted where it does not.
pub(super) async fn show(
    case: &mut Case<'_>,
    ask: AskId,
    place: &PlaceRow,
    worth: impl Fn(&Subject) -> bool,
) -> Result<(), Fault> {
    let community = case.here().id;
    let scope = scope::of(case.conn, community, ask.into()).await?;
    if let Some(subject) = scope.and_then(|scope| scope.subject).filter(worth) {
        writes::touch_ask(&mut case.script, community, ask);
        only_faults(case.card_in(ask, subject.ask.version + 1, place))?;
    }
    Ok(())
}

/// Is somebody still looking for help with it, where everyone may know?
pub(super) fn is_open(subject: &Subject) -> bool {
    let ask = &subject.ask.ask;
    ask.visibility == Visibility::Open && ask.state == AskState::Open && ask.standing(subject.tally()) != Standing::Met
}

/// Nothing here is somebody's words, so nothing can be refused.
fn only_faults(done: Result<(), Stop>) -> Result<(), Fault> {
    match done {
        Ok(()) | Err(Stop::Refused(_)) => Ok(()),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// A timer of a community without a place waits. It is looked at again when the community would end, at the earliest.
pub(super) fn hold(case: &mut Case<'_>, timer: Timer, days: u32) {
    let ends = ends_at(&case.places, &case.community.community.zone, days);
    let until = ends.into_iter().chain(case.now.saturating_add(A_DAY).ok()).max().unwrap_or(Timestamp::MAX);
    timers::hold(&mut case.script, timer, until);
}

/// The grace period of a community is over: it ends, unless it has a place again or the grace period has become longer. If
/// the bot itself was away it may have been invited back meanwhile, or a backup restored: it looks around for a day first.
pub(super) async fn ending_due(case: &mut Case<'_>, timer: Timer, days: u32) -> Result<(), Fault> {
    let (community, now) = (case.here().id, case.now);
    match ends_at(&case.places, &case.community.community.zone, days) {
        None => timers::disarm(&mut case.script, community, Due::Ending, 0, None),
        Some(at) if at > now => arm_ending(case, at),
        Some(_) if now.duration_since(timer.at) > AN_HOUR => {
            arm_ending(case, now.saturating_add(A_DAY).unwrap_or(Timestamp::MAX));
        }
        Some(_) => end(case).await?,
    }
    Ok(())
}

/// Open pledges are released and open asks withdrawn, and nobody is told: there is nowhere left to say it.
async fn end(case: &mut Case<'_>) -> Result<(), Fault> {
    let (community, now) = (case.here().id, case.now);
    for stored in lists::pledges(case.conn, community).await? {
        if let Some(released) = stored.pledge.release(now) {
            writes::change_pledge(&mut case.script, community, &released);
        }
    }
    places::forget_words(&mut case.script, community, now);
    tracing::info!(community = community.0, "a community ended: its places were left and did not come back in time");
    Ok(())
}

/// What becomes of a message that stands next, as far as it depends on where the bot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Open,
    /// It waits for the place to come back, and is looked at again then.
    Shut(Timestamp),
    /// It is no use when the place comes back, or where it goes on.
    Over,
    /// The place goes on as another one, and so does the message.
    Elsewhere,
    /// A nudge that was not said is not counted: it goes back to where it came from.
    Back,
    /// The grace period is over: it is not kept any longer.
    Forgotten,
}

/// Asked in the moment of sending.
pub(super) async fn way(
    conn: &mut SqliteConnection,
    defaults: &Defaults,
    platform: Platform,
    row: &Waiting,
    now: Timestamp,
) -> Result<Way, Fault> {
    let absence = places::absence(conn, platform, &row.route, row.community_id).await?;
    let (ready, is) = (row.state == "ready", |cause: Cause| row.cause == cause.name());
    let (since, card) = match absence {
        // That it moved is said where it was.
        Absence { place_moved: true, .. } if is(Cause::Moved) => return Ok(Way::Open),
        // What may stand in the old room is looked for in the old room; new cards are posted in the new one.
        Absence { place_moved: true, .. } if ready && is(Cause::Card) => return Ok(Way::Over),
        Absence { place_moved: true, .. } if ready => return Ok(Way::Elsewhere),
        Absence { place_moved: true, .. } => return Ok(Way::Open),
        Absence { place_left_at: Some(since), .. } => (since, is(Cause::Card)),
        // Only what the bot says by itself. Whoever writes to it alone is answered.
        Absence { community_left_at: Some(since), .. } if ready && by_itself(row) => (since, true),
        _ => return Ok(Way::Open),
    };
    let since = Timestamp::from_millisecond(since).unwrap_or(now);
    let until = days_later(since, &defaults.zone, defaults.grace_days);
    Ok(match card {
        _ if until <= now && absence.place_left_at.is_some() => Way::Forgotten,
        // What may be there already is looked for once the room can be read again; a card goes on where it stands.
        _ if !ready => Way::Shut(until),
        _ if is(Cause::Nudge) && row.attempts == 0 && row.absent_at.is_none() => Way::Back,
        true => Way::Shut(until.max(now.saturating_add(A_DAY).unwrap_or(Timestamp::MAX))),
        false => Way::Over,
    })
}

fn by_itself(row: &Waiting) -> bool {
    let causes = [Cause::Nudge, Cause::Notice, Cause::Care, Cause::Preview];
    row.member_id.is_some() && causes.iter().any(|cause| cause.name() == row.cause)
}

/// A nudge that was counted and never handed to a platform is taken back: it was no nudge, and its step is ahead again.
/// `helper` is whose pledges they are.
pub(super) async fn take_back(
    conn: &mut SqliteConnection,
    script: &mut Script,
    row: &UnsaidNudge,
    helper: Option<&Member>,
    now: Timestamp,
) -> Result<(), Fault> {
    let community = CommunityId(row.community_id);
    outbox::remove(script, row.id);
    let items = nudge_items(&row.meaning)?;
    for item in items {
        let Some(scope) = scope::of(conn, community, item.pledge.into()).await? else { continue };
        let Some(stored) = scope.subject.as_ref().and_then(|subject| subject.pledge(item.pledge)) else { continue };
        writes::unrecord_nudge(script, community, item.pledge, stored.nudges_sent);
        let still_meant = stored.pledge.is_open() && !stored.nudges_stopped && stored.pledge.due == item.due;
        if let Some(helper) = helper.filter(|_| still_meant) {
            writes::set_step(script, community, item.pledge, Some(item.step));
            let (number, member) = (item.pledge.0, Some(helper.id));
            let timer = Timer { community, due: Due::Nudge, number, member, at: now };
            timers::arm(script, timer, &helper.waking.zone);
        }
    }
    Ok(())
}

/// A message for a room that was upgraded goes to the new one.
pub(super) async fn send_on(
    conn: &mut SqliteConnection,
    keys: &mut Keys,
    script: &mut Script,
    platform: Platform,
    row: &Waiting,
    now: Timestamp,
) -> Result<(), Fault> {
    if let Some((_, place)) = places::goes_on_as(conn, platform, &row.route).await? {
        let destination = to_json(&Destination::Place { platform, id: place.reference })?;
        let onward = Onward { id: keys.outbox(), platform, destination: &destination, place: Some(place.id) };
        outbox::send_on(script, row.id, onward, Settled::Cancelled, now);
    }
    Ok(())
}

/// Is the bot out of this room, or is it not the place any more? Then what was refused there waits, or goes on.
pub(super) async fn has_gone(conn: &mut SqliteConnection, platform: &str, route: &str) -> Result<bool, Fault> {
    let Ok(platform) = platform.parse() else { return Ok(false) };
    let absence = places::absence(conn, platform, route, None).await?;
    Ok(absence.place_moved || absence.place_left_at.is_some())
}

/// What a nudge row is about.
fn nudge_items(meaning: &str) -> Result<Vec<NudgeOf>, Fault> {
    match serde_json::from_str(meaning) {
        Ok(Meaning::Nudge(items)) => Ok(items),
        _ => Err(Fault::Decode("a nudge's meaning cannot be read".into())),
    }
}
