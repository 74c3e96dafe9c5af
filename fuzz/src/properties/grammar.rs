//! A command as somebody types it, through both steps of the grammar. The input is the text.

use barnraiser::domain::ask::Ask;
use barnraiser::domain::{Due, Ref, Refusal, wording};
use barnraiser::grammar::command::{Reading, understand};
use barnraiser::grammar::{Command, Invocation, text};
use barnraiser::speech::message::Message;

use super::{chicago, clean, evening};

/// Longer texts are cut by no platform we know, and would only be slow to look at.
const LONGEST: usize = 8_192;

pub fn holds(data: &[u8]) {
    let said = String::from_utf8_lossy(&data[..data.len().min(LONGEST)]);
    let read = text::read(&said, evening());
    assert_eq!(read, text::read(&said, evening()), "the same text is the same command");
    let invocation = match read {
        Ok(invocation) => invocation,
        Err(refusal) => return refused(refusal),
    };
    assert_eq!(invocation.said, said.trim());
    assert_eq!(text::read(&invocation.said, evening()).as_ref(), Ok(&invocation), "offered again, it is the same");
    assert_eq!(invocation.words.trim(), invocation.words);
    if let Some(target) = invocation.target {
        assert_eq!(target.to_string().parse::<Ref>(), Ok(target));
    }
    let values = invocation.values();
    let pairs = values.iter().map(|(name, value)| (*name, value.as_str()));
    let filled = Invocation::filled(invocation.spec, pairs).expect("what was read fills its form");
    assert_eq!(filled.values(), values, "filled in, it says the same");
    let zone = chicago();
    let reading = Reading { now: evening(), said_at: evening(), zone: &zone };
    match understand(&invocation, &reading) {
        Ok(command) => sound(&command),
        Err(refusal) => refused(refusal),
    }
}

/// A refusal can be said, in every language.
fn refused(refusal: Refusal) {
    clean(&Message::Refused(refusal));
}

/// What every understood command keeps to.
fn sound(command: &Command) {
    match command {
        Command::Ask { words: said, need, by, .. } => {
            words(said);
            amount(*need);
            ahead(*by);
        }
        Command::Pledge { what, by, first_step, amount: many, .. } => {
            words(what);
            first_step.iter().for_each(|step| words(step));
            amount(*many);
            ahead(Some(*by));
        }
        Command::Adjust { by, amount: many, what, first_step, note, .. } => {
            [what, first_step, note].into_iter().flatten().for_each(|said| words(said));
            amount(*many);
            ahead(*by);
        }
        Command::Done { amount: many, note, .. } => {
            amount(*many);
            note.iter().for_each(|note| words(note));
        }
        Command::Edit { words: said, need, by, .. } => {
            said.iter().for_each(|said| words(said));
            amount(*need);
            ahead(*by);
        }
        Command::Thanks { words: said, .. } | Command::Offer { words: said, .. } => words(said),
        Command::PledgeStillNeeded { note: Some(note), .. } => words(note),
        Command::Me(change) => {
            assert!(change.away.flatten().is_none_or(|last| last >= chicago().date(evening())));
        }
        Command::GatheringNew { starts, place, facilitator, scribe } => {
            ahead(Some(Due::Minute(*starts)));
            [place, facilitator, scribe].into_iter().flatten().for_each(|said| words(said));
        }
        Command::GatheringMove { starts, .. } => ahead(Some(Due::Minute(*starts))),
        Command::CommunitySetup(change) | Command::CommunitySettings(change) => {
            assert!(change.nudges.is_none_or(|most| most <= 3), "the budget of three");
            change.name.iter().for_each(|name| words(name));
            let weekly = change.weekly.iter().flatten();
            weekly.for_each(|text| assert!(text.parse::<barnraiser::domain::schedule::Schedule>().is_ok()));
        }
        _ => {}
    }
}

/// Words that may be shown to others.
fn words(said: &str) {
    assert!(!said.trim().is_empty());
    assert_eq!(wording::screen(said), Ok(()), "{said:?}");
}

fn amount(number: Option<u32>) {
    assert!(number.is_none_or(|number| (1..=Ask::MOST).contains(&number)));
}

fn ahead(due: Option<Due>) {
    assert!(due.is_none_or(|due| chicago().instant(due.civil()) > evening()));
}
