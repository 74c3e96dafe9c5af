//! How what people do reaches the bot, and how its answers reach them: feeds that are handed over again after a crash, twice
//! and out of order where a platform is muddled; and commands that are gone when nobody answers them.

use std::collections::BTreeSet;

use barnraiser::domain::Refusal;
use barnraiser::domain::community::Platform;
use barnraiser::engine::Heard;
use barnraiser::engine::inbound::Cause;
use barnraiser::speech::message::Message;

use super::super::deeds;
use super::super::dice::later;
use super::super::history::Event;
use super::super::platform::Learned;
use super::super::together::all;
use super::{Fell, Life, Plan};

impl Life {
    /// Whether this was said where nothing is handed over again: no confirmation means not recorded.
    pub(super) fn forgets(&self, deed: usize) -> bool {
        self.cast.people[self.deeds[deed].who].platform == Platform::Discord
    }

    /// Nothing came back. What was said is gone; its person tries again in a while, if that can do no harm.
    pub(super) fn unanswered(&mut self, deed: usize) {
        let (event, act) = (self.deeds[deed].event.clone(), self.deeds[deed].act);
        self.note(Event::Unanswered { event });
        let room = self.rooms.get_mut(&deeds::room(&self.deeds[deed])).expect("it was said there");
        room.said.retain(|said| *said != deed);
        room.heard = room.heard.min(room.said.len());
        if act.may_be_repeated() {
            let at = later(self.now(), self.dice.minutes(15, 90));
            self.plan(at, Plan::TryAgain(deed));
        }
    }

    /// Whoever was not answered looks whether it was taken in after all, and otherwise says it again.
    pub(super) async fn try_again(&mut self) -> Result<(), Fell> {
        for deed in std::mem::take(&mut self.trying) {
            if self.deeds[deed].answered.is_some() {
                continue;
            }
            if let Some(text) = deeds::look(self.deeds[deed].act) {
                self.looks += 1;
                let mut look = self.deeds[deed].clone();
                look.event = format!("look-{}", self.looks);
                let inbound = deeds::inbound(&self.cast, &look, text.to_owned(), self.now());
                let engine = self.engine();
                let heard = self.unless_it_falls(engine.hear(inbound)).await?.expect("it runs");
                let Heard::Reply(reply) = heard else { continue };
                if let Some(found) = deeds::found(&self.cast, self.deeds[deed].act, &reply.message) {
                    self.deeds[deed].taken = self.deeds[deed].maybe.last().copied();
                    let event = self.deeds[deed].event.clone();
                    self.inner().learned.push(Learned { event, message: found, refused: false });
                    continue;
                }
            }
            let again = &mut self.deeds[deed];
            again.tries += 1;
            again.event = format!("event-{deed}-try-{}", again.tries);
            let (event, room) = (again.event.clone(), deeds::room(again));
            self.by_event.insert(event.clone(), deed);
            let text = deeds::text(&self.cast, self.deeds[deed].who, self.deeds[deed].act).expect("said before");
            self.note(Event::Did { deed, event, text });
            self.rooms.entry(room).or_default().said.push(deed);
        }
        Ok(())
    }

    pub(super) async fn hear(&mut self) -> Result<(), Fell> {
        let now = self.now();
        let muddled = now < self.muddled_until;
        let mut batch: Vec<usize> = Vec::new();
        for room in self.rooms.values() {
            batch.extend(&room.said[room.heard..]);
        }
        batch.sort_unstable();
        if muddled {
            let twice: Vec<usize> = batch.iter().copied().filter(|_| self.dice.of_100(30)).collect();
            batch.extend(twice);
            self.dice.shuffle(&mut batch);
        }
        for chunk in batch.chunks(32) {
            self.hear_some(chunk).await?;
        }
        Ok(())
    }

    pub(super) async fn hear_some(&mut self, chunk: &[usize]) -> Result<(), Fell> {
        let now = self.now();
        let engine = self.engine();
        let mut inbound = Vec::new();
        for deed in chunk {
            self.deeds[*deed].maybe.push(now);
            let deed = &self.deeds[*deed];
            let text = deeds::text(&self.cast, deed.who, deed.act).expect("it was said before");
            inbound.push(deeds::inbound(&self.cast, deed, text, now));
        }
        let heard = self.unless_it_falls(all(inbound.into_iter().map(|i| engine.hear(i)))).await?;
        let mut full = false;
        for (deed, heard) in chunk.iter().zip(heard) {
            let event = self.deeds[*deed].event.clone();
            match heard.expect("it runs") {
                Heard::Queued => {
                    self.note(Event::Queued { event });
                    self.deeds[*deed].taken = Some(now);
                }
                Heard::Silently => unreachable!("every deed is typed"),
                Heard::Again => {
                    self.note(Event::Again { event });
                    let deed = &mut self.deeds[*deed];
                    let before = deed.maybe.len().checked_sub(2).map(|n| deed.maybe[n]);
                    deed.taken = deed.taken.or(before);
                }
                Heard::Reply(reply) if matches!(reply.message, Message::Refused(Refusal::Fault { .. })) => {
                    self.note(Event::Unanswered { event });
                    self.deeds[*deed].maybe.pop();
                    full = true;
                }
                Heard::Reply(reply) => {
                    self.deeds[*deed].taken = Some(now);
                    let refused = reply.cause == Cause::Refusal;
                    self.inner().learned.push(Learned { event, message: reply.message, refused });
                }
            }
        }
        if full {
            // What was not taken in is handed over again; for a command typed on the other platform its person is told.
            return Ok(());
        }
        self.bookmark(chunk).await
    }

    /// The rooms were heard up to here. Their last event is remembered now and then, so that after a crash some is heard
    /// again.
    pub(super) async fn bookmark(&mut self, chunk: &[usize]) -> Result<(), Fell> {
        let engine = self.engine();
        let mut marks = Vec::new();
        let names: BTreeSet<String> = chunk.iter().map(|deed| deeds::room(&self.deeds[*deed])).collect();
        for name in names {
            let room = self.rooms.get_mut(&name).expect("something was said there");
            while room.said.get(room.heard).is_some_and(|deed| self.deeds[*deed].taken.is_some()) {
                room.heard += 1;
            }
            let Some(last) = room.heard.checked_sub(1) else { continue };
            let event = self.deeds[room.said[last]].event.clone();
            if self.dice.of_100(50) {
                marks.push((name, event));
            }
        }
        let marks = marks.iter().map(|(room, event)| engine.bookmark(Platform::Matrix, room, event));
        self.unless_it_falls(all(marks)).await?;
        Ok(())
    }

    /// People read their answers and go on.
    pub(super) fn learn(&mut self) {
        let now = self.now();
        let learned = std::mem::take(&mut self.inner().learned);
        for Learned { event, message, refused } in learned {
            let deed = self.by_event[&event];
            let text = short(&message);
            self.note(Event::Answered { event, refused, text });
            let deed = &mut self.deeds[deed];
            if deed.answered.is_some() {
                continue;
            }
            let act = deed.act;
            // Told that it is so already, they know that their first try was taken in.
            let already = (refused && deed.tries > 1).then(|| deeds::already(act, &message)).flatten();
            if already.is_some() {
                deed.taken = deed.maybe.first().copied();
            }
            let (refused, message) = already.map_or((refused, message), |message| (false, message));
            (deed.answered, deed.refused) = (Some(now), Some(refused));
            if !refused {
                let next = deeds::follow_up(&mut self.cast, &mut self.dice, self.size, act, &message, now);
                for intent in next {
                    self.intend(intent);
                }
            }
        }
    }
}

/// What an answer is, in a word: for the printed history.
fn short(message: &Message) -> String {
    let text = format!("{message:?}");
    let end = text.find(['(', '{']).unwrap_or(text.len());
    let longer = text.char_indices().nth(120).map_or(text.len(), |(at, _)| at);
    if matches!(message, Message::Refused(_)) { text[..longer].to_owned() } else { text[..end].trim().to_owned() }
}
