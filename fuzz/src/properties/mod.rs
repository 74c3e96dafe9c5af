//! What must hold for every text that people, operators or platforms can send. Each target reads its bytes as a text that
//! can be read and written by hand, so that seeds and findings stay legible. Shared by the fuzzer and the program's tests;
//! a property must not depend on anything but its bytes.

use barnraiser::domain::Zone;
use barnraiser::domain::community::Language;
use barnraiser::speech::copy;
use barnraiser::speech::doc::{Block, Doc, Span};
use barnraiser::speech::message::{Message, Voice};
use jiff::Timestamp;

pub mod config;
pub mod dates;
pub mod grammar;
pub mod ids;
pub mod schedules;
pub mod speech;

/// One property, fed with bytes. It panics when it does not hold.
pub type Property = fn(&[u8]);

/// Every target by its name: that of its folder of seeds.
pub const ALL: [(&str, Property); 6] = [
    ("config", config::holds),
    ("dates", dates::holds),
    ("grammar", grammar::holds),
    ("ids", ids::holds),
    ("schedules", schedules::holds),
    ("speech", speech::holds),
];

pub const LANGUAGES: [Language; 2] = [Language::English, Language::Spanish];

/// The moment at which everything is said that does not bring its own.
pub fn evening() -> Timestamp {
    "2026-03-05T18:20:00-06:00".parse().expect("an instant")
}

pub fn chicago() -> Zone {
    "America/Chicago".parse().expect("bundled")
}

pub fn voice(language: Language) -> Voice {
    Voice { language, zone: chicago(), now: evening() }
}

/// `ZONE|INSTANT|TEXT`: where and when something was said, and what. What is not there, or no zone and no instant, is
/// Chicago in the evening.
pub fn said_somewhere(data: &[u8]) -> (Zone, Timestamp, String) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '|');
    if let (Some(zone), Some(now), Some(said)) = (parts.next(), parts.next(), parts.next())
        && let (Ok(zone), Ok(now)) = (zone.parse(), now.parse())
        && (year(0)..year(200)).contains(&now)
    {
        return (zone, now, said.to_owned());
    }
    (chicago(), evening(), text.into_owned())
}

/// So many years after 1970, about.
fn year(after: i64) -> Timestamp {
    Timestamp::from_second(after * 31_557_600).expect("in range")
}

/// A message in both languages, in which nothing that was typed has become anything else. Gives what it looks like.
pub fn clean(message: &Message) -> [String; 2] {
    let stored = serde_json::to_string(message).expect("rows keep it as JSON");
    assert_eq!(&serde_json::from_str::<Message>(&stored).expect("and read it again"), message);
    LANGUAGES.map(|language| {
        let doc = copy::say(message, &voice(language));
        let plain = doc.plain("/");
        if let Some(hidden) = plain.chars().find(|c| hides(*c)) {
            panic!("{hidden:?} reaches the reader in {plain:?}");
        }
        for span in spans(&doc) {
            if let Span::Text(text) | Span::Strong(text) = span {
                assert!(!text.contains('\n'), "a line of its own in {text:?}");
            }
        }
        plain
    })
}

/// Characters that nobody sees and that change what others see: controls, directions, and what stands in for variables.
fn hides(c: char) -> bool {
    let direction = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || direction || ('\u{E000}'..='\u{F8FF}').contains(&c)
}

pub fn spans(doc: &Doc) -> impl Iterator<Item = &Span> {
    doc.blocks.iter().flat_map(|block| match block {
        Block::Heading(line) | Block::Paragraph(line) => line.iter().collect::<Vec<_>>(),
        Block::List(lines) => lines.iter().flatten().collect(),
    })
}
