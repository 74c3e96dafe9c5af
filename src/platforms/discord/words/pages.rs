//! Where the words of a message go: the content first, then embeds, and no page longer than Discord takes.

use super::markdown::{cut, length, markdown};
use crate::speech::doc::{Block, Doc, Line, Span};

/// Discord's numbers.
const MOST_DESCRIPTION: usize = 4_096;
/// Of all embeds of one message together.
const MOST_EMBEDDED: usize = 6_000;

/// The text of a message as it fills.
pub(super) struct Pages {
    pub content: String,
    most_content: usize,
    /// Whether the content says anything beside whom it calls.
    speaks: bool,
    pub embeds: Vec<String>,
}

impl Pages {
    /// Empty pages, but for what the content begins with.
    pub fn new(begins: &str, most_content: usize) -> Self {
        Pages { content: begins.to_owned(), most_content, speaks: false, embeds: Vec::new() }
    }

    /// Puts a document onto the pages. False if not all of it found room.
    ///
    /// What has a heading is a card, a digest or a list: its content is all up to what stands right under the first heading,
    /// and reads well alone; the rest is an embed. What has none is all content.
    pub fn fill(&mut self, doc: &Doc) -> bool {
        let heading = doc.blocks.iter().position(|block| matches!(block, Block::Heading(_)));
        let last_plain = heading.map_or(usize::MAX, |at| match doc.blocks.get(at + 1) {
            Some(Block::Paragraph(_) | Block::List(_)) => at + 1,
            Some(Block::Heading(_)) | None => at,
        });
        let whole = self.fill_until(doc, last_plain);
        if !self.speaks {
            let alt = doc.picture.as_ref().map_or("…", |picture| picture.alt.as_str());
            self.begin(&[Span::Said(alt.to_owned())]);
        }
        whole
    }

    fn fill_until(&mut self, doc: &Doc, last_plain: usize) -> bool {
        let mut before: Option<&Block> = None;
        for (at, block) in doc.blocks.iter().enumerate() {
            let lines = match block {
                Block::Heading(line) | Block::Paragraph(line) => std::slice::from_ref(line),
                Block::List(lines) => lines.as_slice(),
            };
            for (number, line) in lines.iter().enumerate() {
                let gap = match (before, block) {
                    _ if number > 0 => "\n",
                    // What stands under a heading belongs to it, and a list to its paragraph.
                    (Some(Block::Heading(_)), _) | (Some(Block::Paragraph(_)), Block::List(_)) => "\n",
                    _ => "\n\n",
                };
                if !self.put(gap, block, line, at <= last_plain) {
                    return false;
                }
            }
            before = Some(block);
        }
        true
    }

    /// Puts one line where there is room for it. False if it had to be cut.
    fn put(&mut self, gap: &str, block: &Block, line: &Line, is_plain: bool) -> bool {
        let (begins, ends, line) = match block {
            Block::Heading(line) => ("**", "**", unstressed(line)),
            Block::Paragraph(_) => ("", "", line.clone()),
            Block::List(_) => ("- ", "", line.clone()),
        };
        let words = markdown(&line);
        if words.trim().is_empty() {
            return true;
        }
        let whole = format!("{begins}{words}{ends}");
        if is_plain && self.embeds.is_empty() && self.fits_content(gap, &whole) {
            self.add_to_content(gap, &whole);
            return true;
        }
        // Not even its first words would be read by those who see no embeds.
        if !self.speaks {
            self.begin(&line);
        }
        let used: usize = self.embeds.iter().map(|page| length(page)).sum();
        let left = MOST_EMBEDDED.saturating_sub(used);
        if let Some(page) = self.embeds.last_mut()
            && length(page) + length(gap) + length(&whole) <= MOST_DESCRIPTION
            && length(gap) + length(&whole) <= left
        {
            page.push_str(gap);
            page.push_str(&whole);
            return true;
        }
        let room = left.min(MOST_DESCRIPTION);
        if length(&whole) <= room {
            self.embeds.push(whole);
            return true;
        }
        let beginning = cut(&line, room.saturating_sub(length(begins) + length(ends)));
        if length(&beginning) > 1 {
            self.embeds.push(format!("{begins}{beginning}{ends}"));
        }
        false
    }

    fn fits_content(&self, gap: &str, whole: &str) -> bool {
        let gap = if self.speaks { length(gap) } else { 0 };
        length(&self.content) + gap + length(whole) <= self.most_content
    }

    fn add_to_content(&mut self, gap: &str, whole: &str) {
        if self.speaks {
            self.content.push_str(gap);
        }
        self.content.push_str(whole);
        self.speaks = true;
    }

    /// Puts the beginning of a line into an empty content.
    fn begin(&mut self, line: &[Span]) {
        let beginning = cut(line, self.most_content.saturating_sub(length(&self.content)));
        self.add_to_content("", &beginning);
    }
}

/// A heading is stressed as a whole.
fn unstressed(line: &Line) -> Line {
    let calm = |span: &Span| match span {
        Span::Strong(text) => Span::Text(text.clone()),
        other => other.clone(),
    };
    line.iter().map(calm).collect()
}
