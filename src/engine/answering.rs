//! Which use case answers which command.

use super::asks::{self, EditAsk, NewAsk};
use super::case::{Answered, Case, Stop};
use super::gatherings::{self, NewGathering};
use super::pledges::{self, Change, NewPledge};
use super::speaker::{How, Speaker};
use super::vitals::Vitals;
use super::{check, linking, listing, people, pressing, uniting};
use crate::domain::community::{Community, Role};
use crate::domain::{Ref, Refusal, Zone};
use crate::grammar::Invocation;
use crate::grammar::command::{self, Command, Reading};
use crate::grammar::specs::Verb;
use crate::speech::message::{Message, Words};
use crate::store::scope::Subject;

/// The rules every command shares, then the command itself.
pub(super) async fn answer(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: Option<Subject>,
    said: &Invocation,
    vitals: &Vitals,
) -> Result<Answered, Stop> {
    let member = &speaker.person.member;
    if said.spec.who == Role::Convener && member.role() != Role::Convener {
        return Err(Refusal::ConvenersOnly.into());
    }
    // What they may not see answers exactly like what does not exist, before anything else is said about it.
    let subject = subject.filter(|s| s.ask.ask.seen_by(s.viewer(member)));
    if let Some(target @ (Ref::Ask(_) | Ref::Pledge(_))) = said.target
        && subject.is_none()
    {
        return Err(Refusal::NotFound(target).into());
    }
    let begun = subject.as_ref().filter(|_| speaker.how == How::Pressed);
    if let Some(refusal) = begun.and_then(|subject| pressing::only_begins(speaker, subject, said)) {
        return Err(refusal.into());
    }
    let zone = reading_zone(said.spec.verb, case.here(), &member.waking.zone).clone();
    let command = command::understand(said, &Reading { now: case.now, said_at: speaker.said_at, zone: &zone })?;
    match command {
        Command::Ask { words, kind, need, by, visibility } => {
            asks::ask(case, speaker, NewAsk { words, kind, need, by, visibility }).await
        }
        Command::Needs { kind } => listing::needs(case, speaker, kind).await,
        Command::Offer { words, kind } => asks::offer(case, speaker, words, kind),
        Command::Offers { kind } => listing::offers(case, kind).await,
        Command::WithdrawOffer { offer } => asks::withdraw_offer(case, speaker, offer).await,
        Command::Mine => listing::mine(case, speaker).await,
        Command::Me(change) => people::me(case, speaker, change).await,
        Command::Link { code } => linking::link(case, speaker, code.as_deref()).await,
        Command::Unlink { account } => linking::unlink(case, speaker, account.as_deref()).await,
        Command::GatheringNew { starts, place, facilitator, scribe } => {
            gatherings::new(case, speaker, NewGathering { starts, place, facilitator, scribe }).await
        }
        Command::GatheringList => gatherings::list(case).await,
        Command::GatheringShow { gathering } => gatherings::show(case, gathering).await,
        Command::GatheringMove { gathering, starts } => gatherings::move_to(case, gathering, starts).await,
        Command::GatheringCancel { gathering } => gatherings::cancel(case, gathering).await,
        Command::DigestPreview { gathering } => gatherings::preview(case, gathering).await,
        Command::DigestPost { gathering } => gatherings::post(case, gathering).await,
        Command::DigestHold { gathering } => gatherings::hold(case, gathering).await,
        Command::Care => listing::care(case).await,
        Command::CommunitySetup(change) => people::setup(case, speaker, change).await,
        Command::CommunitySettings(change) => people::settings(case, change).await,
        Command::CommunityCheck => check::check(case, speaker, vitals).await,
        Command::CommunityLink { code } => uniting::link(case, speaker, code.as_deref()).await,
        Command::ConvenerAdd { who } => people::add_convener(case, speaker, &who).await,
        Command::ConvenerRemove { who } => people::remove_convener(case, speaker, &who).await,
        // In a room everyone scrolls past it; where nobody else sees the answer, a terminal too, it is whole.
        Command::Help { path: None } if said.is_bare() && speaker.answered_in_public() => {
            Ok(Answered::only(Message::ShortHelp, []))
        }
        Command::Help { path } => Ok(Answered::only(Message::Help { path, role: speaker.person.member.role() }, [])),
        about => match subject {
            Some(subject) => answer_about(case, speaker, &subject, about).await,
            None => Err(Refusal::NothingToChange.into()),
        },
    }
}

/// In which zone the dates of a command are read. A gathering is where the community is; all else is in the person's own.
pub(super) fn reading_zone<'z>(verb: Verb, here: &'z Community, own: &'z Zone) -> &'z Zone {
    match verb {
        Verb::GatheringNew | Verb::GatheringMove => &here.zone,
        _ => own,
    }
}

/// The commands about an ask this person may see, or about one of its pledges.
async fn answer_about(
    case: &mut Case<'_>,
    speaker: &Speaker,
    subject: &Subject,
    command: Command,
) -> Result<Answered, Stop> {
    let noted = |note: Option<String>| note.map(Words::from);
    match command {
        Command::Pledge { what, by, first_step, amount, .. } => {
            pledges::pledge(case, speaker, subject, NewPledge { what, by, first_step, amount })
        }
        Command::Maybe { .. } => asks::maybe(case, speaker, subject),
        Command::Done { pledge, amount, note } => pledges::done(case, speaker, subject, pledge, amount, noted(note)),
        Command::Adjust { pledge, by, amount, what, first_step, note, nudges } => {
            let change = Change { by, amount, what, first_step, note: noted(note), nudges };
            pledges::adjust(case, speaker, subject, pledge, change)
        }
        Command::HandBack { pledge } => pledges::hand_back(case, speaker, subject, pledge),
        Command::Confirm { pledge } => pledges::confirm(case, speaker, subject, pledge),
        Command::PledgeStillNeeded { pledge, note } => {
            pledges::still_needed(case, speaker, subject, pledge, noted(note))
        }
        Command::AskStillNeeded { .. } => asks::still_needed(case, speaker, subject),
        Command::Thanks { pledge, words } => pledges::thanks(case, speaker, subject, pledge, &words),
        Command::WithdrawAsk { .. } => asks::withdraw(case, speaker, subject),
        Command::Edit { words, kind, need, by, visibility, .. } => {
            asks::edit(case, speaker, subject, EditAsk { words, kind, need, by, visibility })
        }
        Command::Invite { who, .. } => asks::invite(case, speaker, subject, &who).await,
        _ => Err(Refusal::NothingToChange.into()),
    }
}
