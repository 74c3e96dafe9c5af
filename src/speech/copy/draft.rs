//! A message being written: one voice, and the blocks so far.

use std::fmt::Display;

use super::dates::{self, Form};
use super::phrase::{self, Arg, Args, Phrase};
use crate::domain::ask::KindOfHelp;
use crate::domain::calendar::When;
use crate::speech::doc::{Block, Button, Doc, Line, Span};
use crate::speech::message::Voice;
use crate::speech::sign::Sign;

/// The document so far, and who it is spoken to.
pub(super) struct Draft<'v> {
    pub voice: &'v Voice,
    doc: Doc,
}

/// A button before its label has words.
pub(super) struct Answer<'a> {
    label: &'a str,
    command: String,
    sign: Option<Sign>,
}

impl<'a> Answer<'a> {
    /// One that can be typed, and pressed where buttons have words.
    pub fn words(label: &'a str, command: String) -> Self {
        Answer { label, command, sign: None }
    }

    /// One that can be pressed everywhere.
    pub fn sign(label: &'a str, command: String, sign: Sign) -> Self {
        Answer { label, command, sign: Some(sign) }
    }
}

impl<'v> Draft<'v> {
    pub fn new(voice: &'v Voice) -> Self {
        Draft { voice, doc: Doc::default() }
    }

    pub fn finish(self) -> Doc {
        self.doc
    }

    /// A text as one line, wherever it is broken in the locale file.
    pub fn line(&self, id: &str, args: Args<'_>) -> Line {
        let mut line = Line::new();
        for phrase in phrase::phrases(self.voice.language, id, args) {
            let (Phrase::Paragraph(more) | Phrase::Item(more)) = phrase;
            if !line.is_empty() {
                phrase::push(&mut line, Span::Text(" ".to_owned()));
            }
            phrase::extend(&mut line, more);
        }
        line
    }

    /// A text as bare words: for labels, and for pieces of dates.
    pub fn words(&self, id: &str, args: Args<'_>) -> String {
        self.line(id, args).iter().map(Span::text).collect()
    }

    /// A line for use as a variable of another.
    pub fn part(&self, id: &str, args: Args<'_>) -> Arg {
        Arg::Spans(self.line(id, args))
    }

    pub fn heading(&mut self, id: &str, args: Args<'_>) {
        let line = self.line(id, args);
        self.doc.blocks.push(Block::Heading(line));
    }

    /// A text with everything in it: its paragraphs, and its items as a list of their own.
    pub fn tell(&mut self, id: &str, args: Args<'_>) {
        let mut items = Vec::new();
        for phrase in phrase::phrases(self.voice.language, id, args) {
            match phrase {
                Phrase::Item(line) => items.push(line),
                Phrase::Paragraph(line) => {
                    self.list(std::mem::take(&mut items));
                    self.paragraph(line);
                }
            }
        }
        self.list(items);
    }

    pub fn paragraph(&mut self, line: Line) {
        self.doc.blocks.push(Block::Paragraph(line));
    }

    /// Several sentences as one paragraph.
    pub fn sentences(&mut self, sentences: Vec<Line>) {
        let line = self.in_a_row(sentences);
        self.paragraph(line);
    }

    /// Several sentences one after the other.
    pub fn in_a_row(&self, sentences: Vec<Line>) -> Line {
        let mut whole = Line::new();
        for sentence in sentences.into_iter().filter(|sentence| !sentence.is_empty()) {
            if !whole.is_empty() {
                phrase::push(&mut whole, Span::Text(" ".to_owned()));
            }
            phrase::extend(&mut whole, sentence);
        }
        whole
    }

    /// A list; an empty one is left out.
    pub fn list(&mut self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.doc.blocks.push(Block::List(lines));
        }
    }

    pub fn button(&mut self, label: &str, command: String) {
        self.answers(vec![Answer::words(label, command)], None);
    }

    /// Buttons about one thing. In a message about several things, `id` stands on each label, and there are no signs: it
    /// could not be told what they mean.
    pub fn answers(&mut self, answers: Vec<Answer<'_>>, id: Option<&dyn Display>) {
        for Answer { label, command, sign } in answers {
            let mut label = self.words(label, &[]);
            if let Some(id) = id {
                label = self.words("button-with-id", &[("label", phrase::own(label)), ("id", phrase::own(id))]);
            }
            self.doc.buttons.push(Button { label, command, sign: sign.filter(|_| id.is_none()) });
        }
    }

    /// Lines joined by the piece that separates them.
    pub fn joined(&self, lines: Vec<Line>, separator: &str, last_separator: &str) -> Line {
        let last = lines.len().saturating_sub(1);
        let mut whole = Line::new();
        for (at, line) in lines.into_iter().enumerate() {
            if at > 0 {
                phrase::extend(&mut whole, self.line(if at == last { last_separator } else { separator }, &[]));
            }
            phrase::extend(&mut whole, line);
        }
        whole
    }

    /// Pieces on one line: 1 of 2 · by Friday.
    pub fn pieces(&self, lines: Vec<Line>) -> Line {
        self.joined(lines, "piece-separator", "piece-separator")
    }

    /// A due date after a preposition: Friday 13 March.
    pub fn when(&self, when: &When) -> Arg {
        dates::when(self, when, Form::Inline)
    }

    /// A due date after a colon.
    pub fn label_when(&self, when: &When) -> Arg {
        dates::when(self, when, Form::Bare)
    }

    /// When something happens: on Friday 13 March.
    pub fn on(&self, when: &When) -> Arg {
        dates::when(self, when, Form::On)
    }

    /// The name of a kind of help.
    pub fn kind(&self, kind: KindOfHelp) -> Arg {
        self.part("kind-of-help", &[("kind", phrase::key(kind.name()))])
    }

    /// A day a week from now in figures, for examples that would work.
    pub fn example(&self) -> Arg {
        phrase::own(crate::domain::calendar::days_after(self.voice.zone.date(self.voice.now), 7))
    }
}
