//! The check a convener asks for: what is still missing before the community can rely on the bot, and what is in trouble.
//! What is parked is looked for again, and what waits for a place is tried again: whoever asks may have mended what was in
//! the way.
//!
//! Counts and times only. Whom a message was for stands on no list: what did not get through is told one by one, when it
//! happens.

use jiff::{SignedDuration, Timestamp};

use super::case::{Answered, Case, Stop};
use super::inbound::Place;
use super::places;
use super::speaker::Speaker;
use super::vitals::{Backup, Skew, Vitals};
use crate::speech::message::{Ability, CheckItem, Message, Trouble};
use crate::store::{condition, gatherings, outbox, people};

/// How long a message that failed or came too late is still mentioned.
const RECENT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Something is late from here on; a minute is nothing.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// What is parked or waits is tried again: whoever asks may have mended what was in the way.
pub(super) async fn check(case: &mut Case<'_>, speaker: &Speaker, vitals: &Vitals) -> Result<Answered, Stop> {
    let (community, now) = (case.here().id, case.now);
    outbox::look_again(&mut case.script, community, now);
    outbox::let_go(&mut case.script, community, now);
    for place in case.places.clone() {
        places::show_stale(case, &place).await?;
    }
    let since = now.saturating_sub(RECENT).unwrap_or(Timestamp::MIN);
    let ahead = gatherings::next_after(case.conn, community, now).await?.is_some();
    let stuck = condition::stuck(case.conn, community, since).await?;
    let mut unreachable = condition::unreachable_places(case.conn, community).await?;
    let all_out = stuck.parked + stuck.failed + stuck.expired == 0 && unreachable.is_empty();
    // What the platform says now is newer than what came of the last message.
    unreachable.retain(|place| Some(*place) != home_is_known(case, speaker));
    let unreachable = u32::try_from(unreachable.len()).unwrap_or(u32::MAX);
    let mut items = vec![
        (CheckItem::ZoneChosen, case.community.set_up),
        (CheckItem::PlaceKnown, !case.places.is_empty()),
        (CheckItem::HasConvener, !people::conveners(case.conn, community).await?.is_empty()),
        (CheckItem::GatheringAhead, ahead),
        (CheckItem::AllOut, all_out),
    ];
    let wanted = |ability: &Ability| *ability != Ability::Threads || case.here().norms.threads;
    let able = speaker.able.iter().filter(|(ability, _)| wanted(ability));
    items.extend(able.map(|(ability, may)| (CheckItem::May(*ability), *may)));
    let late = condition::overdue(case.conn, Some(community), now).await?;
    let late = late.filter(|since| now.duration_since(*since) > LATE);
    let mut troubles = Vec::new();
    troubles.extend(Some(stuck.parked).filter(|n| *n > 0).map(Trouble::Parked));
    troubles.extend(Some(stuck.failed).filter(|n| *n > 0).map(Trouble::Failed));
    troubles.extend(Some(stuck.expired).filter(|n| *n > 0).map(Trouble::Expired));
    troubles.extend(Some(unreachable).filter(|n| *n > 0).map(Trouble::Unreachable));
    troubles.extend(late.map(|since| Trouble::Late { since }));
    troubles.extend(vitals.skew().map(|skew| Trouble::Clock { minutes: minutes(skew) }));
    let mut backup = None;
    match vitals.backup() {
        Backup::On { newest, failing: false } => backup = newest,
        Backup::On { newest, failing: true } => troubles.push(Trouble::Backup { newest }),
        Backup::Off => {}
    }
    Ok(Answered::private(Message::Check { items, troubles, backup }, []))
}

/// The place the platform was asked about, if it says all there is to say about it: the bot may see it, write and read there,
/// or it is gone.
fn home_is_known(case: &Case<'_>, speaker: &Speaker) -> Option<i64> {
    let Place::Public { id, server, .. } = &speaker.place else { return None };
    let needed = [Ability::See, Ability::Write, Ability::ReadHistory];
    let open = needed.iter().all(|ability| speaker.able.contains(&(*ability, true)));
    let gone = speaker.able.contains(&(Ability::Find, false));
    let home = case.places.iter().find(|place| place.is_where(speaker.platform, id, server.as_deref()));
    home.filter(|_| open || gone).map(|place| place.id)
}

fn minutes(skew: Skew) -> u32 {
    let (Skew::WentBack(by) | Skew::Disagrees(_, by)) = skew;
    u32::try_from(by.abs().as_mins()).unwrap_or(u32::MAX)
}
