//! What people settle for themselves and for their community, and who convenes it.

use super::case::{Answered, Case, Stop};
use super::gatherings::rearm;
use super::inbound::{Named, Place};
use super::meaning::Heard;
use super::speaker::Speaker;
use super::{linking, places, telling, view};
use crate::domain::community::{Community, Convening, Member, Norms};
use crate::domain::nudge::{self, Planned};
use crate::domain::refusal::{Needed, Refusal};
use crate::domain::{PledgeId, Ref};
use crate::grammar::command::{CommunityChange, MeChange};
use crate::speech::message::{Ability, Message};
use crate::store::timers;
use crate::store::{people, scope};

/// Shows or changes a person's own settings.
pub(super) async fn me(case: &mut Case<'_>, speaker: &Speaker, change: MeChange) -> Result<Answered, Stop> {
    let before = &speaker.person.member;
    if change == MeChange::default() {
        let accounts = linking::accounts(case, speaker).await?;
        return Ok(Answered::private(Message::Me(view::me_line(before, accounts)), []));
    }
    let mut after = before.clone();
    after.waking.zone = change.zone.unwrap_or(after.waking.zone);
    after.waking.quiet = change.quiet.unwrap_or(after.waking.quiet);
    after.waking.away_until = change.away.unwrap_or(after.waking.away_until);
    after.language = change.language.unwrap_or(after.language);
    after.notices = change.notices.unwrap_or(after.notices);
    people::change_member(&mut case.script, before, &after);
    move_nudges(case, before, &after).await?;
    telling::move_notices(case, &after).await?;
    let accounts = linking::accounts(case, speaker).await?;
    Ok(Answered::private(Message::MeChanged(view::me_line(&after, accounts)), []))
}

/// What is ahead of a person stays on its civil day and moves with their zone and their morning. What was put off to the
/// end of an absence comes back to its own day, or to now, when they are back early.
pub(super) async fn move_nudges(case: &mut Case<'_>, before: &Member, after: &Member) -> Result<(), Stop> {
    let community = case.here().id;
    let today = after.waking.zone.date(case.now);
    for timer in timers::all_nudges_of(case.conn, community, before.id).await? {
        let id = PledgeId(timer.number);
        let Some(scope) = scope::of(case.conn, community, Ref::Pledge(id)).await? else { continue };
        let Some(stored) = scope.subject.as_ref().and_then(|s| s.pledge(id)) else { continue };
        if let Some(step) = stored.step {
            let planned = before.waking.zone.date(timer.at);
            let own = nudge::own_day(step, &stored.pledge.due, &after.waking).unwrap_or(planned);
            let on = planned.min(own.max(today));
            case.plan(id, after.id, &after.waking, Some(Planned { step, on }));
        }
    }
    Ok(())
}

/// A convener names the community and its zone, or changes its norms.
/// Said on a server, cards and digests come to the channel it is said in from now on, if the bot may write there.
pub(super) async fn setup(case: &mut Case<'_>, speaker: &Speaker, change: CommunityChange) -> Result<Answered, Stop> {
    if change.name.is_none() && change.zone.is_none() && !case.community.set_up {
        return Err(Refusal::Missing { path: "community setup".to_owned(), what: Needed::Words }.into());
    }
    let may_not = |ability| speaker.able.contains(&(ability, false));
    if may_not(Ability::See) || may_not(Ability::Write) {
        return Err(Refusal::CannotPostHere { sees: !may_not(Ability::See) }.into());
    }
    if let Place::Public { id, name, server: Some(server) } = &speaker.place {
        let here = case.places.iter().find(|place| place.is_where(speaker.platform, id, Some(server)));
        if let Some(elsewhere) = here.filter(|place| place.reference != *id).cloned() {
            places::go_on(case, &elsewhere, id, name).await?;
        }
    }
    let line = change_community(case, change).await?;
    Ok(Answered::only(Message::CommunityReady(line), []))
}

pub(super) async fn settings(case: &mut Case<'_>, change: CommunityChange) -> Result<Answered, Stop> {
    let line = if change == CommunityChange::default() {
        view::settings_line(case.here(), &case.places)
    } else {
        change_community(case, change).await?
    };
    Ok(Answered::only(Message::Settings(line), []))
}

async fn change_community(
    case: &mut Case<'_>,
    change: CommunityChange,
) -> Result<crate::speech::message::SettingsLine, Stop> {
    let before = case.here().clone();
    // Whoever chose the zone or the name has set the community up, by whichever command.
    let set_up = change.zone.is_some() || change.name.is_some();
    let after = Community {
        name: change.name.unwrap_or(before.name),
        zone: change.zone.unwrap_or(before.zone),
        language: change.language.unwrap_or(before.language),
        norms: Norms {
            nudges: change.nudges.unwrap_or(before.norms.nudges),
            confirm_days: change.confirm_days.unwrap_or(before.norms.confirm_days),
            digest_days: change.digest_days.unwrap_or(before.norms.digest_days),
            weekly: change.weekly.unwrap_or(before.norms.weekly),
            threads: change.threads.unwrap_or(before.norms.threads),
        },
        ..before
    };
    people::change_community(&mut case.script, &after, set_up.then_some(case.now));
    case.community.community = after;
    rearm(case).await?;
    Ok(view::settings_line(case.here(), &case.places))
}

/// A role that was named instead of a person.
fn role<'s>(speaker: &'s Speaker, who: &str) -> Option<&'s Named> {
    speaker.named.iter().find(|named| named.is_role && named.typed == who)
}

/// Of a role: whoever has it is known for a convener by the next thing they do.
pub(super) async fn add_convener(case: &mut Case<'_>, speaker: &Speaker, who: &str) -> Result<Answered, Stop> {
    if let Some(role) = role(speaker, who) {
        people::set_convening_role(&mut case.script, case.community.community.id, &role.account, true);
        return Ok(Answered::only(Message::ConvenerAdded { name: role.name.as_str().into() }, []));
    }
    let person = case.named(who, &speaker.named).await?;
    people::set_appointed(&mut case.script, person.member.id, true);
    if person.member.convening.is_none() && person.member.id != speaker.person.member.id {
        let effect = format!("made_convener:{}", case.event);
        case.tell(&person, &effect, Heard::MadeConvener, Vec::new())?;
    }
    Ok(Answered::only(Message::ConvenerAdded { name: person.member.name.into() }, []))
}

pub(super) async fn remove_convener(case: &mut Case<'_>, speaker: &Speaker, who: &str) -> Result<Answered, Stop> {
    if let Some(role) = role(speaker, who) {
        people::set_convening_role(&mut case.script, case.community.community.id, &role.account, false);
        return Ok(Answered::only(Message::ConvenerRemoved { name: role.name.as_str().into() }, []));
    }
    let person = case.named(who, &speaker.named).await?;
    match person.member.convening {
        Some(Convening::Appointed) => {}
        Some(Convening::ByPlatform) => return Err(Refusal::ConvenesByPlatform(who.to_owned()).into()),
        None => return Err(Refusal::NoSuchPerson(who.to_owned()).into()),
    }
    if people::conveners(case.conn, case.here().id).await?.len() < 2 {
        return Err(Refusal::LastConvener.into());
    }
    people::set_appointed(&mut case.script, person.member.id, false);
    Ok(Answered::only(Message::ConvenerRemoved { name: person.member.name.into() }, []))
}
