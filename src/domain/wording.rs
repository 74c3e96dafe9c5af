//! What words a card will not carry, and which details a person is asked about before they stand in the open.
//!
//! The screen is small on purpose and errs towards asking: it knows English and Spanish, addresses, telephone numbers and
//! the plainest words of health, law and status. It never rewrites what somebody said.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The most letters (grapheme clusters) a person's words may have in one place.
pub const MOST_LETTERS: usize = 1_000;

/// More marks than this on one letter is decoration that breaks other people's screens; living scripts use up to four.
const MOST_MARKS: usize = 6;

/// Why words are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objection {
    /// Longer than [`MOST_LETTERS`]: how many letters it has.
    TooLong { letters: usize },
    /// It would ring a whole room (`@everyone`).
    RingsEveryone,
    /// It looks like a program or a web page's markup.
    LooksLikeCode,
    /// Characters that change the direction of reading, or that cannot be seen.
    HiddenCharacters,
    /// A heap of marks on one letter.
    StackedMarks,
}

/// A private detail found in words that would stand in the open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Detail {
    Address,
    Phone,
    Health,
    Status,
}

/// Looks for a reason not to carry these words.
///
/// # Errors
/// The first objection found, in the order of [`Objection`].
pub fn screen(words: &str) -> Result<(), Objection> {
    let letters = words.graphemes(true).count();
    if letters > MOST_LETTERS {
        return Err(Objection::TooLong { letters });
    }
    let lower = words.to_lowercase();
    if ["@everyone", "@here", "@room", "@channel"].iter().any(|call| says_word(&lower, call)) {
        return Err(Objection::RingsEveryone);
    }
    if ["javascript:", "vbscript:", "data:text"].iter().any(|scheme| lower.contains(scheme)) || has_tag(&lower) {
        return Err(Objection::LooksLikeCode);
    }
    let says_nothing = !words.is_empty() && !words.chars().any(is_visible);
    if words.chars().any(is_hidden) || says_nothing {
        return Err(Objection::HiddenCharacters);
    }
    if words.graphemes(true).any(|g| g.chars().filter(|c| is_combining_mark(*c)).count() > MOST_MARKS) {
        return Err(Objection::StackedMarks);
    }
    Ok(())
}

/// `call` as a word of its own: `@here` but not `@heresy` or `me@hereford`.
fn says_word(lower: &str, call: &str) -> bool {
    lower.match_indices(call).any(|(at, _)| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + call.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// `<img`, `</a`, `<!--`: an opening bracket that starts a tag. "<3" and "a < b" are not.
fn has_tag(lower: &str) -> bool {
    lower.match_indices('<').any(|(at, _)| {
        let mut rest = lower[at + 1..].chars();
        let closes = lower[at..].contains('>') || lower[at..].contains('=');
        match rest.next() {
            Some('/' | '!') => closes,
            Some(c) if c.is_ascii_alphabetic() => closes,
            _ => false,
        }
    })
}

/// Direction overrides and isolates, characters for private use, and control characters other than a line's own.
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}')
        || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Whether a character alone shows something: no blank, no mark without its letter, and none of those that Unicode has drawn by
/// nothing (`Default_Ignorable_Code_Point`, with the blank of Braille).
fn is_visible(c: char) -> bool {
    let drawn_by_nothing = matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}');
    !drawn_by_nothing && !c.is_whitespace() && !c.is_control() && !is_combining_mark(c)
}

const STREETS: [&str; 20] = [
    "st",
    "street",
    "ave",
    "avenue",
    "rd",
    "road",
    "blvd",
    "boulevard",
    "ln",
    "lane",
    "dr",
    "drive",
    "ct",
    "court",
    "pl",
    "way",
    "terrace",
    "apt",
    "apartment",
    "unit",
];
const CALLES: [&str; 8] = ["calle", "avenida", "avda", "carrera", "plaza", "paseo", "depto", "apartamento"];
const HEALTH: [&str; 43] = [
    "insulin",
    "insulina",
    "diabetes",
    "diabetic",
    "diabética",
    "diabético",
    "hiv",
    "vih",
    "aids",
    "sida",
    "cancer",
    "cáncer",
    "chemo",
    "quimioterapia",
    "dialysis",
    "diálisis",
    "abortion",
    "aborto",
    "pregnant",
    "pregnancy",
    "embarazada",
    "embarazo",
    "clinic",
    "clínica",
    "hospital",
    "surgery",
    "cirugía",
    "therapy",
    "terapia",
    "medication",
    "medicine",
    "medicación",
    "medicina",
    "prescription",
    "receta",
    "depression",
    "depresión",
    "suicidal",
    "suicide",
    "overdose",
    "rehab",
    "diagnosis",
    "diagnóstico",
];
const STATUS: [&str; 16] = [
    "undocumented",
    "indocumentado",
    "indocumentada",
    "deportation",
    "deportación",
    "asylum",
    "asilo",
    "visa",
    "immigration",
    "inmigración",
    "eviction",
    "desalojo",
    "evicted",
    "probation",
    "parole",
    "warrant",
];

/// The private details in these words, each once, in order.
pub fn private_details(words: &str) -> Vec<Detail> {
    let lower = words.to_lowercase();
    let tokens: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).collect();
    let mut found = Vec::new();
    if has_address(&tokens) {
        found.push(Detail::Address);
    }
    if has_phone(&lower) {
        found.push(Detail::Phone);
    }
    if tokens.iter().any(|t| HEALTH.contains(t)) {
        found.push(Detail::Health);
    }
    if tokens.iter().any(|t| STATUS.contains(t)) {
        found.push(Detail::Status);
    }
    found
}

/// "1420 Alder St" (a number, at most three words, a kind of street) or "calle Olmo 12" (the other way round).
fn has_address(tokens: &[&str]) -> bool {
    let is_number = |t: &&str| t.len() <= 5 && t.bytes().all(|b| b.is_ascii_digit());
    tokens.iter().enumerate().any(|(at, token)| {
        let next = tokens.iter().skip(at + 1).take(4);
        let numbered = is_number(token) && next.clone().skip(1).any(|t| STREETS.contains(t));
        let calle = CALLES.contains(token) && next.clone().any(is_number);
        numbered || calle
    })
}

/// Seven to fifteen digits with nothing but the usual separators between them. The digits of a date are not among them,
/// and numbers such as `14 28 10 00` only look long side by side.
fn has_phone(lower: &str) -> bool {
    let separators = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '+');
    lower.split(|c: char| !c.is_ascii_digit() && !separators(c)).flat_map(|run| run.split("  ")).any(|run| {
        let rest: Vec<&str> = run.split(' ').filter(|part| !is_date(part)).collect();
        let digits = rest.iter().flat_map(|part| part.bytes()).filter(u8::is_ascii_digit).count();
        let short_numbers = rest.iter().all(|part| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()));
        (7..=15).contains(&digits) && !short_numbers
    })
}

/// `2026-03-11`, also in brackets or at the end of a sentence.
fn is_date(part: &str) -> bool {
    let date = part.trim_matches(|c: char| !c.is_ascii_digit());
    date.len() == "2026-03-11".len() && date.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neighbours_address_phone_and_health_are_noticed() {
        let words = "my neighbour at 1420 Alder St apt 3 needs insulin, call 555-0148";
        assert_eq!(private_details(words), [Detail::Address, Detail::Phone, Detail::Health]);
        assert_eq!(private_details("Vive en calle Olmo 12, tel. +34 600 123 456"), [Detail::Address, Detail::Phone]);
    }

    #[test]
    fn a_street_has_a_number_before_or_after_it() {
        for words in ["7 Elm Street", "somewhere at 12 Martin Luther King Way", "calle de la Paz 12", "12345 Oak Lane"]
        {
            assert_eq!(private_details(words), [Detail::Address], "{words}");
        }
        for words in
            ["Paint the street", "a table for plaza day", "7 streets", "123456 Oak Lane", "two hands, 14 March"]
        {
            assert_eq!(private_details(words), [], "{words}");
        }
    }

    #[test]
    fn a_telephone_number_is_noticed_also_beside_a_date() {
        for words in [
            "555-0148",
            "on 2026-03-11 555-0148",
            "(2026-03-11) 555 0148",
            "5550148",
            "123456789012345",
            "+1.555.0148",
            "+1 23 45 67 89",
        ] {
            assert_eq!(private_details(words), [Detail::Phone], "{words}");
        }
        for words in
            ["2026-03-11 2026-03-12", "from 2026-03-11.", "10 12 14 16", "555-014", "1234567890123456", "555  0148"]
        {
            assert_eq!(private_details(words), [], "{words}");
        }
    }

    #[test]
    fn ordinary_asks_are_left_in_peace() {
        for words in [
            "A step-free room for the Saturday repair café, 14 and 28 March, 10:00-14:00, six tables.",
            "Two people who can rewire a lamp safely, Sat 14 March 10:00.",
            "dos noches de «Conoce tu contrato»: 18 de marzo y 1 de abril, 18:00-20:00.",
            "Print 150 bilingual flyers by 2026-03-12. File is ready.",
            "40 folding chairs for the spring assembly, Sat 11 April, collect Friday.",
            "Childcare for the lease night, Wed 22 April 18:00-20:00, about six children.",
            "a street party on the 14th",
        ] {
            assert_eq!(private_details(words), [], "{words}");
            assert_eq!(screen(words), Ok(()), "{words}");
        }
    }

    #[test]
    fn words_that_would_ring_break_or_hide_are_not_carried() {
        assert_eq!(screen("@everyone free pizza"), Err(Objection::RingsEveryone));
        assert_eq!(screen("[x](javascript:alert(1))"), Err(Objection::LooksLikeCode));
        for code in
            ["<img src=x onerror=alert(1)>", "<img src=x", "</b>", "<!-- x -->", "a vbscript: b", "data:text/html,x"]
        {
            assert_eq!(screen(code), Err(Objection::LooksLikeCode), "{code}");
        }
        for call in ["@here", "go, @Room!", "(@channel)"] {
            assert_eq!(screen(call), Err(Objection::RingsEveryone), "{call}");
        }
        for nothing in [
            "\u{200B}\u{2060}",
            "\u{AD}",
            " \u{200E}\u{200F}",
            "\u{180E}\u{2064}\u{2061}",
            "\u{E0041}\u{E007F}",
            "\u{301}",
        ] {
            assert_eq!(screen(nothing), Err(Objection::HiddenCharacters), "{nothing:?}");
        }
        assert_eq!(screen("a bell: \u{7}"), Err(Objection::HiddenCharacters));
        assert_eq!(screen("\u{202E}sdrawkcab"), Err(Objection::HiddenCharacters));
        assert_eq!(screen(&format!("e{}", "\u{0301}".repeat(40))), Err(Objection::StackedMarks));
        assert_eq!(screen(&"x".repeat(3_900)), Err(Objection::TooLong { letters: 3_900 }));
        let marked = format!("e{}", "\u{0301}".repeat(MOST_MARKS));
        for fine in [
            "👩🏽‍🔧 ن 修理",
            "I <3 chairs, 2 < 3 and 5 > 4",
            "<b without an end",
            "mail me@here, @heresy, @here_now",
            "https://example.org/a?b=c",
            "two\u{AD}fold \u{200D}",
            "?",
            "two lines\nand a\ttab",
            &marked,
            &"x".repeat(MOST_LETTERS),
        ] {
            assert_eq!(screen(fine), Ok(()), "{fine}");
        }
    }
}
