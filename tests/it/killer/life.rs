//! One life of a story in the real program: it dies, is started again on the same folder, and goes on with the first command
//! that is not in the folder's inbox. At the end what people read and what the folder holds is held against a life in which
//! nothing happened.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::bot::{self, End, Fate, Run};
use super::tale::Tale;
use super::witness;
use crate::console::Said;

/// The story as it goes when nothing happens.
pub struct Undisturbed {
    tale: Tale,
    run: Run,
    truth: Vec<String>,
}

/// What became of a life.
pub struct Ends {
    pub deaths: Vec<End>,
    /// Messages that were held against the undisturbed life.
    pub messages: usize,
    /// Commands that were recorded and whose direct answer died with the process that had it.
    pub unanswered: usize,
}

/// Waits for something asynchronous from a thread that has nothing else to do.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

impl Undisturbed {
    pub fn of(script: &str) -> Undisturbed {
        let folder = tempfile::tempdir_in(super::quick_disk()).expect("a folder");
        let data = folder.path().join("data");
        let tale = Tale::read(script);
        let run = bot::play(&data, &tale.after(0), &Fate::Natural, bot::knows_points());
        assert_eq!(run.end, End::Whole);
        let answers = run.said.iter().filter(|said| is_answer(said)).count();
        assert_eq!(
            answers,
            tale.commands(),
            "every command is answered at once, and nothing else looks like an answer"
        );
        assert_eq!(run.reports.len(), 1, "the story ends with its totals");
        let truth = wait(witness::truth(&data));
        wait(witness::keys_agree(&data));
        Undisturbed { tale, run, truth }
    }

    /// The boundaries it passes.
    pub fn passes(&self) -> Vec<String> {
        let mut passes = self.run.passed.clone();
        passes.sort();
        passes.dedup();
        passes
    }

    pub fn tale(&self) -> &Tale {
        &self.tale
    }

    pub fn messages(&self) -> usize {
        self.run.said.len()
    }

    /// Holds a life against this one: what people read in all its openings together, the totals, and the folder. `unseen`
    /// commands were recorded without their answer being seen; of other messages at most `unshown` may be missing on the
    /// screen, where the process died between noting one and showing it. Returns how many messages were compared.
    pub fn compare(
        &self,
        said: &[Said],
        report: &[serde_json::Value],
        data: &std::path::Path,
        unseen: usize,
        unshown: usize,
    ) -> usize {
        let mut expected = counted(&self.run.said);
        for (message, times) in counted(said) {
            let left = expected.get_mut(&message).filter(|left| **left >= times);
            let left = left.unwrap_or_else(|| panic!("said {times} times, and that is more than once each: {message}"));
            *left -= times;
        }
        let missing: Vec<&String> =
            expected.iter().filter(|(_, times)| **times > 0).map(|(message, _)| message).collect();
        let (answers, others): (Vec<&String>, Vec<&String>) =
            missing.into_iter().partition(|message| message.starts_with("reply") || message.starts_with("refusal"));
        assert_eq!(answers.len(), unseen, "of {unseen} commands the answer is rightly missing: {answers:#?}");
        assert!(others.len() <= unshown, "lost: {others:#?}");
        assert_eq!(report, self.run.reports, "the totals");
        let truth = wait(witness::truth(data));
        let differing: Vec<&String> = truth
            .iter()
            .filter(|row| !self.truth.contains(row))
            .chain(self.truth.iter().filter(|row| !truth.contains(row)))
            .collect();
        assert!(differing.is_empty() && truth.len() == self.truth.len(), "the folders differ: {differing:#?}");
        wait(witness::keys_agree(data));
        said.len()
    }
}

/// The messages as comparable text, with how often each is there.
fn counted(said: &[Said]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for said in said {
        let Said { at, community, to, cause, refs, edit, text } = said;
        *counted.entry(format!("{cause} {at} {community} {to} {refs:?} {edit} {text}")).or_default() += 1;
    }
    counted
}

/// Whether a message is shown by the console itself, as the answer to the one who spoke.
pub fn is_answer(said: &Said) -> bool {
    said.cause == "reply" || said.cause == "refusal"
}

/// A life under way.
pub struct Life<'a> {
    of: &'a Undisturbed,
    /// For a failure's message.
    called: String,
    /// Goes away with the life, unless the life went wrong.
    folder: Option<tempfile::TempDir>,
    data: PathBuf,
    /// Commands in the inbox, of all openings so far.
    heard: usize,
    opening: Option<usize>,
    said: Vec<Said>,
    reports: Vec<serde_json::Value>,
    deaths: Vec<End>,
    unanswered: usize,
}

impl<'a> Life<'a> {
    pub fn begin(of: &'a Undisturbed, called: String) -> Life<'a> {
        let folder = tempfile::tempdir_in(super::quick_disk()).expect("a folder");
        let data = folder.path().join("data");
        Life {
            of,
            called,
            data,
            folder: Some(folder),
            heard: 0,
            opening: None,
            said: Vec::new(),
            reports: Vec::new(),
            deaths: Vec::new(),
            unanswered: 0,
        }
    }

    /// Commands recorded so far.
    pub fn heard(&self) -> usize {
        self.heard
    }

    /// Whether the last death may have left a message of which nobody knows whether it was said.
    pub fn left_something_unknown(&self) -> bool {
        let points = ["after-commit-claim", "before-sending", "after-sending", "before-commit-receipt", "-lookup"];
        match self.deaths.last() {
            Some(End::At(point)) => points.iter().any(|unknown| point.ends_with(unknown)),
            _ => false,
        }
    }

    /// Starts the program, lets it meet its fate, and looks at what is left.
    pub fn go_on(&mut self, fate: &Fate) -> End {
        let run = bot::play(&self.data, &self.of.tale.after(self.heard), fate, false);
        let folder = wait(witness::look(&self.data));
        let opened = folder.opening != self.opening;
        let heard = if opened { folder.opening.map_or(0, |opening| folder.heard_in(opening)) } else { 0 };
        let answered = run.said.iter().filter(|said| is_answer(said)).count();
        assert!(answered <= heard, "{}: {answered} commands were answered and {heard} recorded", self.story());
        assert!(heard <= answered + 1, "{}: {heard} commands were recorded and {answered} answered", self.story());
        self.unanswered += heard - answered;
        self.opening = folder.opening;
        self.heard += heard;
        assert_eq!(self.heard, folder.heard(), "{}: what was heard before is still there", self.story());
        self.said.extend(run.said);
        self.reports.extend(run.reports);
        if run.end != End::Whole {
            self.deaths.push(run.end.clone());
        }
        run.end
    }

    /// After the last line: nothing lost, nothing twice.
    pub fn judge(mut self) -> Ends {
        // One that dies after its totals shows them again.
        self.reports.dedup();
        let unshown = self.deaths.iter().filter(|end| **end == End::Outside).count();
        let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            self.of.compare(&self.said, &self.reports, &self.data, self.unanswered, unshown)
        }));
        match judged {
            Ok(messages) => Ends { deaths: self.deaths, messages, unanswered: self.unanswered },
            Err(why) => {
                let kept = self.folder.take().map(tempfile::TempDir::keep);
                super::say(&format!("{}; the folder is kept in {kept:?}", self.story()));
                std::panic::resume_unwind(why)
            }
        }
    }

    fn story(&self) -> String {
        format!("{}, after {:?}", self.called, self.deaths)
    }
}
