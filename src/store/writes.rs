//! Recording what happened to asks, pledges, offers and thanks.

use jiff::Timestamp;

use super::script::{Bind, Script};
use crate::domain::ask::{Ask, AskState};
use crate::domain::nudge::Step;
use crate::domain::offer::Offer;
use crate::domain::pledge::{ConfirmedBy, Pledge, PledgeState};
use crate::domain::{AskId, CommunityId, MemberId, PledgeId, When};

fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The three columns of a due date.
fn due(by: Option<&When>) -> [Bind; 3] {
    match by {
        Some(when) => [when.due.to_string().into(), when.zone.name().into(), ms(when.instant()).into()],
        None => [Bind::Null, Bind::Null, Bind::Null],
    }
}

/// A new ask, under the community's next number. `origin` is the event that made it.
pub fn new_ask(script: &mut Script, community: CommunityId, ask: &Ask, origin: &str) {
    let [civil, zone, at] = due(ask.by.as_ref());
    script.write("update communities set next_ask = next_ask + 1 where id = ?", [community.0.into()]);
    script.write(
        "insert into asks (community_id, number, asker_id, words, kind, need, due, due_zone, due_at, visibility, made_at, \
         origin) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            community.0.into(),
            ask.id.0.into(),
            ask.asker.0.into(),
            ask.words.as_str().into(),
            ask.kind.map(|k| k.name()).into(),
            ask.need.into(),
            civil,
            zone,
            at,
            ask.visibility.name().into(),
            ms(ask.made_at).into(),
            origin.into(),
        ],
    );
}

/// An ask as it is now.
pub fn change_ask(script: &mut Script, community: CommunityId, ask: &Ask) {
    let [civil, zone, at] = due(ask.by.as_ref());
    let withdrawn = match ask.state {
        AskState::Open => None,
        AskState::Withdrawn { at } => Some(ms(at)),
    };
    script.write(
        "update asks set words = ?, kind = ?, need = ?, due = ?, due_zone = ?, due_at = ?, visibility = ?, \
         withdrawn_at = ? where community_id = ? and number = ?",
        [
            ask.words.as_str().into(),
            ask.kind.map(|k| k.name()).into(),
            ask.need.into(),
            civil,
            zone,
            at,
            ask.visibility.name().into(),
            withdrawn.into(),
            community.0.into(),
            ask.id.0.into(),
        ],
    );
}

/// The ask's card shows something new.
pub fn touch_ask(script: &mut Script, community: CommunityId, ask: AskId) {
    script.write(
        "update asks set version = version + 1 where community_id = ? and number = ?",
        [community.0.into(), ask.0.into()],
    );
}

/// A new pledge, under the community's next number. `origin` is the event that made it.
pub fn new_pledge(script: &mut Script, community: CommunityId, pledge: &Pledge, origin: &str) {
    let [civil, zone, at] = due(Some(&pledge.due));
    script.write("update communities set next_pledge = next_pledge + 1 where id = ?", [community.0.into()]);
    script.write(
        "insert into pledges (community_id, number, ask, helper_id, what, first_step, amount, due, due_zone, due_at, \
         state, state_at, made_at, origin) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)",
        [
            community.0.into(),
            pledge.id.0.into(),
            pledge.ask.0.into(),
            pledge.helper.0.into(),
            pledge.what.as_str().into(),
            pledge.first_step.as_deref().into(),
            pledge.amount.into(),
            civil,
            zone,
            at,
            ms(pledge.made_at).into(),
            ms(pledge.made_at).into(),
            origin.into(),
        ],
    );
    script.write(
        "delete from maybes where community_id = ? and ask = ? and member_id = ?",
        [community.0.into(), pledge.ask.0.into(), pledge.helper.0.into()],
    );
}

/// A pledge as it is now. A pledge that is not open has no step ahead of it.
pub fn change_pledge(script: &mut Script, community: CommunityId, pledge: &Pledge) {
    let [civil, zone, at] = due(Some(&pledge.due));
    let (state, done_so_far, state_at, confirmed_by) = match pledge.state {
        PledgeState::Open { done_so_far } => ("open", done_so_far, pledge.made_at, None),
        PledgeState::Done { at } => ("done", 0, at, None),
        PledgeState::Kept { at, by: ConfirmedBy::Asker } => ("kept", 0, at, Some("asker")),
        PledgeState::Kept { at, by: ConfirmedBy::Silence } => ("kept", 0, at, Some("silence")),
        PledgeState::HandedBack { at } => ("handed_back", 0, at, None),
        PledgeState::Released { at } => ("released", 0, at, None),
    };
    script.write(
        "update pledges set what = ?, first_step = ?, amount = ?, due = ?, due_zone = ?, due_at = ?, state = ?, \
         done_so_far = ?, state_at = ?, confirmed_by = ?, version = version + 1, \
         step = case when ? = 'open' then step end where community_id = ? and number = ?",
        [
            pledge.what.as_str().into(),
            pledge.first_step.as_deref().into(),
            pledge.amount.into(),
            civil,
            zone,
            at,
            state.into(),
            done_so_far.into(),
            ms(state_at).into(),
            confirmed_by.into(),
            state.into(),
            community.0.into(),
            pledge.id.0.into(),
        ],
    );
}

/// The step ahead of a pledge. With one ahead it is not unanswered any more.
pub fn set_step(script: &mut Script, community: CommunityId, pledge: PledgeId, step: Option<Step>) {
    script.write(
        "update pledges set step = ?, care_noted_at = case when ? is null then care_noted_at end \
         where community_id = ? and number = ?",
        [step.map(Step::name).into(), step.map(Step::name).into(), community.0.into(), pledge.0.into()],
    );
}

/// The helper wants no reminders about it, or wants them again.
pub fn set_nudges_stopped(script: &mut Script, community: CommunityId, pledge: PledgeId, stopped: bool) {
    script.write(
        "update pledges set nudges_stopped = ? where community_id = ? and number = ?",
        [stopped.into(), community.0.into(), pledge.0.into()],
    );
}

/// Nudge `n` about a pledge is in the outbox.
pub fn record_nudge(script: &mut Script, community: CommunityId, pledge: PledgeId, n: u8, step: Step, now: Timestamp) {
    script.write(
        "insert into nudges (community_id, pledge, n, step, at) values (?, ?, ?, ?, ?)",
        [community.0.into(), pledge.0.into(), n.into(), step.name().into(), ms(now).into()],
    );
    script.write(
        "update pledges set nudges_sent = ? where community_id = ? and number = ?",
        [n.into(), community.0.into(), pledge.0.into()],
    );
}

/// Nudge `n` about a pledge, the last one counted, was never said.
pub fn unrecord_nudge(script: &mut Script, community: CommunityId, pledge: PledgeId, n: u8) {
    script.write(
        "delete from nudges where community_id = ? and pledge = ? and n = ?",
        [community.0.into(), pledge.0.into(), n.into()],
    );
    script.write(
        "update pledges set nudges_sent = max(nudges_sent - 1, 0) where community_id = ? and number = ?",
        [community.0.into(), pledge.0.into()],
    );
}

/// The conveners were told; nothing is ahead of this pledge any more.
pub fn record_care_note(script: &mut Script, community: CommunityId, pledge: PledgeId, now: Timestamp) {
    script.write(
        "update pledges set care_noted_at = ?, step = null where community_id = ? and number = ?",
        [ms(now).into(), community.0.into(), pledge.0.into()],
    );
}

/// Interest, which nobody is nudged about.
pub fn add_maybe(script: &mut Script, community: CommunityId, ask: AskId, member: MemberId, now: Timestamp) {
    script.write(
        "insert into maybes (community_id, ask, member_id, made_at) values (?, ?, ?, ?) on conflict do nothing",
        [community.0.into(), ask.0.into(), member.0.into(), ms(now).into()],
    );
}

pub fn drop_maybe(script: &mut Script, community: CommunityId, ask: AskId, member: MemberId) {
    script.write(
        "delete from maybes where community_id = ? and ask = ? and member_id = ?",
        [community.0.into(), ask.0.into(), member.0.into()],
    );
}

/// Somebody may now read a private ask.
pub fn add_invitation(
    script: &mut Script,
    community: CommunityId,
    ask: AskId,
    member: MemberId,
    by: MemberId,
    now: Timestamp,
) {
    script.write(
        "insert into invitations (community_id, ask, member_id, invited_by, made_at) values (?, ?, ?, ?, ?) \
         on conflict do nothing",
        [community.0.into(), ask.0.into(), member.0.into(), by.0.into(), ms(now).into()],
    );
}

pub fn add_thanks(
    script: &mut Script,
    community: CommunityId,
    pledge: PledgeId,
    member: MemberId,
    words: &str,
    now: Timestamp,
) {
    script.write(
        "insert into thanks (community_id, pledge, member_id, words, made_at) values (?, ?, ?, ?, ?)",
        [community.0.into(), pledge.0.into(), member.0.into(), words.into(), ms(now).into()],
    );
}

/// A new offer, under the community's next number.
pub fn new_offer(script: &mut Script, community: CommunityId, offer: &Offer) {
    script.write("update communities set next_offer = next_offer + 1 where id = ?", [community.0.into()]);
    script.write(
        "insert into offers (community_id, number, giver_id, words, kind, made_at) values (?, ?, ?, ?, ?, ?)",
        [
            community.0.into(),
            offer.id.0.into(),
            offer.giver.0.into(),
            offer.words.as_str().into(),
            offer.kind.map(|k| k.name()).into(),
            ms(offer.made_at).into(),
        ],
    );
}

pub fn change_offer(script: &mut Script, community: CommunityId, offer: &Offer) {
    script.write(
        "update offers set withdrawn_at = ? where community_id = ? and number = ?",
        [offer.withdrawn_at.map(ms).into(), community.0.into(), offer.id.0.into()],
    );
}

/// Blanks the words of everything that ended before an instant; the counts stay. Promise 9.
pub fn blank_words_before(script: &mut Script, before: Timestamp) {
    let before = ms(before);
    script.write(
        "update pledges set what = null, first_step = null where state != 'open' and state_at < ? \
         and (what is not null or first_step is not null)",
        [before.into()],
    );
    script.write(
        "update asks set words = null where words is not null and made_at < ? and coalesce(withdrawn_at, due_at, made_at) < ? \
         and not exists (select 1 from pledges p indexed by pledges_of_ask where p.community_id = asks.community_id and p.ask = asks.number \
          and (p.state in ('open', 'done') or p.state_at >= ?)) \
         and (withdrawn_at is not null or need <= (select coalesce(sum(p.amount), 0) from pledges p indexed by pledges_of_ask \
          where p.community_id = asks.community_id and p.ask = asks.number and p.state = 'kept'))",
        [before.into(), before.into(), before.into()],
    );
    script.write("update thanks set words = null where words is not null and made_at < ?", [before.into()]);
    script.write("update offers set words = null where words is not null and withdrawn_at < ?", [before.into()]);
    // A parked row keeps what it says only as long as everything else.
    script.write(
        "update outbox set state = 'expired', body = null, meaning = '', settled_at = made_at where state = 'parked' and made_at < ?",
        [before.into()],
    );
    // What was heard and said is a record of who spoke when. It is kept only as long as a platform may repeat itself.
    script.write("delete from inbox where at < ?", [before.into()]);
    script.write("delete from presses where at < ?", [before.into()]);
    script.write("delete from drafts", []);
    script.write("delete from held_notices where told_at < ?", [before.into()]);
    script.write(
        "delete from routes where ill_since is null and full_at < ? and shut_until < ?",
        [before.into(), before.into()],
    );
    script.write(
        "delete from outbox where made_at < ? and state in ('delivered', 'failed', 'cancelled', 'expired')",
        [before.into()],
    );
}
