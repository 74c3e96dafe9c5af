//! What falls due: each timer asks again whether it still makes sense, writes what is to be said, and arms what comes next.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::case::{Case, Letter, Stop};
use super::inbound::Cause;
use super::keys::Keys;
use super::meaning::{Meaning, NudgeOf};
use super::unread::Puzzling;
use super::{Defaults, asks, codes, gatherings, places, pledges, telling, unread};
use crate::domain::calendar::{Waking, next_day};
use crate::domain::nudge::{self, Budget, Step};
use crate::domain::{AskId, CommunityId, GatheringId, MemberId, PledgeId, Ref};
use crate::store::outbox::{self, Priority};
use crate::store::places::all_left;
use crate::store::rows::{Person, StoredPledge};
use crate::store::scope::{self, Subject};
use crate::store::script::Script;
use crate::store::timers::{self, Due, Timer};
use crate::store::{Fault, people, writes};

/// What a due timer may use.
pub(super) struct Handling<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub now: Timestamp,
}

impl Handling<'_> {
    /// Handles one due timer and returns what it writes. A timer whose thing is gone is put away.
    pub(super) async fn handle(self, timer: Timer) -> Result<Script, Fault> {
        if timer.due == Due::Housekeeping {
            return Ok(self.housekeeping());
        }
        if timer.due == Due::Unread {
            let Handling { conn, keys, defaults, now } = self;
            return Puzzling { conn, keys, defaults, now }.due().await;
        }
        let Some(community) = people::community(self.conn, timer.community).await? else {
            return Ok(put_away(timer));
        };
        let known = people::places(self.conn, timer.community).await?;
        let mut case = Case {
            conn: self.conn,
            keys: self.keys,
            now: self.now,
            event: timer.due.name(),
            community,
            places: known,
            script: Script::default(),
            joined: Vec::new(),
        };
        let days = self.defaults.grace_days;
        if timer.due == Due::Ending {
            places::ending_due(&mut case, timer, days).await?;
            return Ok(case.script);
        }
        if all_left(&case.places) {
            places::hold(&mut case, timer, days);
            return Ok(case.script);
        }
        match fall_due(&mut case, timer).await {
            Ok(()) => Ok(case.script),
            Err(Stop::Fault(fault)) => Err(fault),
            Err(Stop::Refused(refusal)) => Err(Fault::Protocol(format!("a timer was refused: {refusal:?}"))),
        }
    }

    /// Blanks what has been kept long enough, and comes again.
    fn housekeeping(self) -> Script {
        let mut script = Script::default();
        let days = i64::from(self.defaults.retention_days);
        let before = self.now.saturating_sub(jiff::SignedDuration::from_hours(24 * days));
        writes::blank_words_before(&mut script, before.unwrap_or(Timestamp::MIN));
        unread::tidy(&mut script, self.now);
        codes::tidy(&mut script, self.now);
        arm_housekeeping(&mut script, self.defaults, self.now);
        script
    }
}

/// Arms the installation's next housekeeping.
pub(super) fn arm_housekeeping(script: &mut Script, defaults: &Defaults, now: Timestamp) {
    if let Some(at) = defaults.housekeeping.next_after(now, &defaults.zone) {
        let timer = Timer { community: CommunityId(0), due: Due::Housekeeping, number: 0, member: None, at };
        timers::arm(script, timer, &defaults.zone);
    }
}

fn put_away(timer: Timer) -> Script {
    let mut script = Script::default();
    timers::disarm(&mut script, timer.community, timer.due, timer.number, timer.member);
    script
}

async fn fall_due(case: &mut Case<'_>, timer: Timer) -> Result<(), Stop> {
    match timer.due {
        Due::Nudge => match timer.member {
            Some(member) => nudges(case, member).await,
            None => nothing_left(case, timer),
        },
        Due::Silence => match subject(case, PledgeId(timer.number).into()).await? {
            Some(subject) => pledges::confirm_by_silence(case, &subject, PledgeId(timer.number)),
            None => nothing_left(case, timer),
        },
        Due::AskStillNeeded => match subject(case, AskId(timer.number).into()).await? {
            Some(subject) => asks::ask_again(case, &subject, AskId(timer.number)),
            None => nothing_left(case, timer),
        },
        Due::Notices => match timer.member {
            Some(member) => telling::notices_due(case, member).await,
            None => nothing_left(case, timer),
        },
        Due::DigestPreview => gatherings::preview_due(case, GatheringId(timer.number)).await,
        Due::DigestPost => gatherings::post_due(case, GatheringId(timer.number)).await,
        Due::Weekly => gatherings::weekly_due(case),
        Due::Housekeeping | Due::Unread | Due::Ending => Ok(()),
    }
}

/// What a timer was about is gone. Left standing it would be due again at once, for ever.
fn nothing_left(case: &mut Case<'_>, timer: Timer) -> Result<(), Stop> {
    timers::disarm(&mut case.script, timer.community, timer.due, timer.number, timer.member);
    Ok(())
}

async fn subject(case: &mut Case<'_>, about: Ref) -> Result<Option<Subject>, Stop> {
    let community = case.here().id;
    Ok(scope::of(case.conn, community, about).await?.and_then(|scope| scope.subject))
}

/// A pledge with a step ahead of it, and where that timer stands.
struct Ahead {
    subject: Subject,
    id: PledgeId,
    step: Step,
    is_due: bool,
    budget: Budget,
}

impl Ahead {
    fn stored(&self) -> Option<&StoredPledge> {
        self.subject.pledge(self.id)
    }
}

/// One person's morning: every step that is due becomes one message; care notes go to the conveners; what must wait waits.
async fn nudges(case: &mut Case<'_>, member: MemberId) -> Result<(), Stop> {
    let Some(person) = people::person(case.conn, member).await? else { return Ok(()) };
    let waking = person.member.waking.clone();
    let steps = ahead(case, &person).await?;
    let mut said: Vec<(&Ahead, Step)> = Vec::new();
    let mut early: Vec<&Ahead> = Vec::new();
    let today = waking.zone.date(case.now);
    for item in &steps {
        let Some(stored) = item.stored() else { continue };
        if !item.is_due {
            early.push(item);
            continue;
        }
        let planned = nudge::when_late(item.step, case.now, &stored.pledge.due, &waking, item.budget);
        if planned.on > today {
            // A reminder missed on the due day itself: the check comes tomorrow.
            case.plan(item.id, member, &waking, Some(planned));
        } else if planned.step == Step::CareNote {
            care_note(case, item).await?;
        } else {
            said.push((item, planned.step));
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    if !may_write_now(case, &person).await? {
        for (item, step) in said {
            let on = waking.zone.date(next_chance(case, &waking));
            case.plan(item.id, member, &waking, Some(nudge::Planned { step, on }));
        }
        return Ok(());
    }
    // A reminder that would come within a day goes out with what goes out anyway; checks never do.
    said.extend(early.into_iter().filter(|item| item.step == Step::Reminder).map(|item| (item, item.step)));
    said.sort_by_key(|(item, _)| item.id);
    write_nudge(case, &person, &said)
}

/// Awake, not nudged today by any community, and no earlier nudge message still waits to get through.
async fn may_write_now(case: &mut Case<'_>, person: &Person) -> Result<bool, Stop> {
    let waking = &person.member.waking;
    let last = people::last_nudged(case.conn, person.member.id).await?;
    let last = last.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let nudged_today = last.is_some_and(|at| waking.zone.date(at) >= waking.zone.date(case.now));
    Ok(waking.awake(case.now) && !nudged_today && !outbox::nudge_waits(case.conn, person.member.id).await?)
}

/// This person's next morning, which is tomorrow's if today had its message.
fn next_chance(case: &Case<'_>, waking: &Waking) -> Timestamp {
    waking.next_morning(case.now)
}

/// The person's steps that are due, and those of the coming day, in the order of their pledges. Timers whose pledge has
/// none are put away.
async fn ahead(case: &mut Case<'_>, person: &Person) -> Result<Vec<Ahead>, Stop> {
    let community = case.here().id;
    let zone = &person.member.waking.zone;
    let civil = zone.civil(case.now);
    let tomorrow = zone.instant(next_day(civil.date()).to_datetime(civil.time()));
    let norms = case.here().norms.clone();
    let mut steps = Vec::new();
    for timer in timers::nudges_of(case.conn, community, person.member.id, tomorrow).await? {
        let id = PledgeId(timer.number);
        let found = subject(case, id.into()).await?;
        let step = found.as_ref().and_then(|s| s.pledge(id)).filter(|p| p.pledge.is_open()).and_then(|p| p.step);
        match (found, step) {
            (Some(subject), Some(step)) => {
                let budget = subject.pledge(id).map(|p| p.budget(&norms));
                let Some(budget) = budget else { continue };
                steps.push(Ahead { subject, id, step, is_due: timer.at <= case.now, budget });
            }
            _ => timers::disarm(&mut case.script, community, Due::Nudge, timer.number, None),
        }
    }
    Ok(steps)
}

/// One message for all of it, and what comes after each.
fn write_nudge(case: &mut Case<'_>, person: &Person, said: &[(&Ahead, Step)]) -> Result<(), Stop> {
    let member = person.member.id;
    let waking = person.member.waking.clone();
    let community = case.here().id;
    let today = waking.zone.date(case.now);
    let (mut items, mut counted) = (Vec::new(), Vec::new());
    for (item, step) in said {
        let Some(stored) = item.stored() else { continue };
        let n = stored.nudges_sent + 1;
        let budget = Budget { sent: n, ..item.budget };
        let next = nudge::after(*step, today, &stored.pledge.due, &waking, budget);
        let last = next.is_none_or(|next| next.step == Step::CareNote);
        items.push(NudgeOf { pledge: item.id, step: *step, due: stored.pledge.due.clone(), last });
        counted.push((item.id, n));
        writes::record_nudge(&mut case.script, community, item.id, n, *step, case.now);
        case.plan(item.id, member, &waking, next);
    }
    people::nudged(&mut case.script, member, case.now);
    let refs = items.iter().map(|item| item.pledge.into()).collect();
    // By its pledges and which nudge of each it is: a day can come twice to someone who flies west.
    let named: Vec<String> = counted.iter().map(|(pledge, n)| format!("{pledge}:{n}")).collect();
    let effect = format!("nudge:{}", named.join("+"));
    let meaning = Meaning::Nudge(items);
    let (cause, priority, not_before) = (Cause::Nudge, Priority::Nudge, case.now);
    case.write_to(person, Letter { effect: &effect, cause, refs, meaning: &meaning, priority, not_before })
}

/// Silence ends in a private note to the conveners, and the bot never writes to the helper about it again.
async fn care_note(case: &mut Case<'_>, item: &Ahead) -> Result<(), Stop> {
    let community = case.here().id;
    writes::record_care_note(&mut case.script, community, item.id, case.now);
    timers::disarm(&mut case.script, community, Due::Nudge, item.id.0, None);
    // A new date and a second silence make a second note; never two on one day.
    let effect = format!("care:{}:{}", item.id, case.here().zone.date(case.now));
    let meaning = Meaning::CareNote(item.id);
    for convener in people::conveners(case.conn, community).await? {
        let not_before = convener.member.waking.now_or_next_morning(case.now);
        let (refs, cause, priority) = (vec![item.id.into()], Cause::Care, Priority::Nudge);
        case.write_to(&convener, Letter { effect: &effect, cause, refs, meaning: &meaning, priority, not_before })?;
    }
    Ok(())
}
