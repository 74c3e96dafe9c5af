//! A rendered message before any platform: paragraphs and lists of spans, and the answers it invites.
//!
//! What people typed is a span of its own ([`Span::Said`]): each platform escapes it, and none may read it as markup, a
//! link or a mention.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::sign::Sign;
use crate::domain::community::Platform;

/// A run of text with one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// The bot's own words.
    Text(String),
    /// The bot's own words, stressed.
    Strong(String),
    /// A command to type, letter by letter, without its prefix: each platform puts its own in front. It may quote what
    /// somebody typed (a command offered back to them), so it is escaped like their words.
    Code(String),
    /// Something to type that is no whole command, such as `visibility:private`. It gets no prefix, and is escaped too.
    Literal(String),
    /// What a person typed. Never markup.
    Said(String),
    /// A minute of a day, for platforms that show it to each reader in their own zone; everywhere else it is as `shown`.
    When {
        at: Timestamp,
        shown: String,
        /// The words that `shown` begins with and that are still needed before what a platform shows instead: "on ".
        lead: String,
    },
    /// A place, for platforms that show their own as a link; everywhere else it is as `shown`, which somebody typed.
    Place {
        platform: Platform,
        /// The platform's own id of it.
        id: String,
        shown: String,
    },
}

impl Span {
    pub fn text(&self) -> &str {
        match self {
            Span::Text(text) | Span::Strong(text) | Span::Code(text) | Span::Literal(text) | Span::Said(text) => text,
            Span::When { shown, .. } | Span::Place { shown, .. } => shown,
        }
    }
}

/// A line of spans.
pub type Line = Vec<Span>;

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading(Line),
    Paragraph(Line),
    List(Vec<Line>),
}

/// An answer the message invites: what it says, and the command that is the same as pressing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    /// A whole command without any prefix, such as `done P7`, or one only begun, such as `adjust P7 by:`.
    pub command: String,
    /// What stands for it where buttons have no words; none if it would not be clear in this message what it means.
    pub sign: Option<Sign>,
}

/// An image that goes with a message. The words say everything that it shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// A file name for those who save it, such as `kept.png`.
    pub name: String,
    /// Its media type, such as `image/png`.
    pub mime: String,
    pub bytes: Vec<u8>,
    /// Width and height in pixels.
    pub width: u32,
    pub height: u32,
    /// What it shows, for those who do not see it.
    pub alt: String,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture").field("name", &self.name).field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// A message in the words of one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doc {
    pub blocks: Vec<Block>,
    pub buttons: Vec<Button>,
    pub picture: Option<Picture>,
}

impl Doc {
    /// The whole as plain text that reads well alone: an empty line between paragraphs, a dash before each item of a
    /// list, which follows its paragraph at once, and commands behind `prefix` (`/` on the console, `!aid ` on Matrix).
    pub fn plain(&self, prefix: &str) -> String {
        let mut text = String::new();
        let mut before: Option<&Block> = None;
        for block in &self.blocks {
            // A list belongs to the paragraph or heading above it.
            let belongs = matches!((before, block), (Some(Block::Heading(_) | Block::Paragraph(_)), Block::List(_)));
            if before.is_some() && !belongs {
                text.push('\n');
            }
            before = Some(block);
            match block {
                Block::Heading(line) | Block::Paragraph(line) => {
                    push_line(&mut text, line, prefix);
                    text.push('\n');
                }
                Block::List(lines) => {
                    for line in lines {
                        text.push_str("- ");
                        push_line(&mut text, line, prefix);
                        text.push('\n');
                    }
                }
            }
        }
        let mut unsaid = self.unsaid_buttons().peekable();
        if unsaid.peek().is_some() {
            text.push('\n');
            for button in unsaid {
                let _ = writeln!(text, "{}: {prefix}{}", button.label, button.command);
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The buttons whose command the text does not spell out already: where buttons are only lines of text, the others
    /// would say the same thing twice.
    pub fn unsaid_buttons(&self) -> impl Iterator<Item = &Button> {
        self.buttons.iter().filter(|button| !self.spells_out(&button.command))
    }

    /// Is there a command in the text with the same verb and id?
    fn spells_out(&self, command: &str) -> bool {
        let start = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
        let wanted = start(command);
        let lines = self.blocks.iter().flat_map(|block| match block {
            Block::Heading(line) | Block::Paragraph(line) => std::slice::from_ref(line),
            Block::List(lines) => lines.as_slice(),
        });
        lines.flatten().any(|span| matches!(span, Span::Code(code) if start(code) == wanted))
    }
}

fn push_line(text: &mut String, line: &Line, prefix: &str) {
    for span in line {
        match span {
            Span::Code(command) => {
                text.push_str(prefix);
                text.push_str(command);
            }
            other => text.push_str(other.text()),
        }
    }
}
