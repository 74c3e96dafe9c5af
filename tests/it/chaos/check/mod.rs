//! The checker, in the manner of Jepsen: it knows what people did and were answered, what the platform was asked and what it
//! did, and the database at the end. It shares no rule with the bot; what should have happened it works out by itself.

mod buttons;
mod delivery;
mod digests;
mod facts;
mod notices;
mod nudges;
mod promises;
mod records;

pub use facts::Facts;

/// Something that must not be, and the words by which its part of the history is found.
#[derive(Debug)]
pub struct Complaint {
    pub what: String,
    pub about: Vec<String>,
}

pub fn complaint(what: String, about: impl IntoIterator<Item = String>) -> Complaint {
    Complaint { what, about: about.into_iter().collect() }
}

/// Everything that is wrong with a history.
pub fn check(facts: &Facts<'_>) -> Vec<Complaint> {
    let mut wrong = Vec::new();
    delivery::check(facts, &mut wrong);
    buttons::check(facts, &mut wrong);
    records::check(facts, &mut wrong);
    promises::check(facts, &mut wrong);
    nudges::check(facts, &mut wrong);
    notices::check(facts, &mut wrong);
    digests::check(facts, &mut wrong);
    wrong
}
