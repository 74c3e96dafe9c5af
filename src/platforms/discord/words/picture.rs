//! The picture of a card that the README shows: drawn from the very message that goes to Discord, so that it cannot grow old.

use std::fmt::Write as _;

use super::*;
use crate::platforms::discord::words::tests::{card_to_show, letter, place};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/discord-card.svg");
const WIDTH: u32 = 640;
const LINE: u32 = 24;

/// A line of Discord's markdown as its client shows it: bold or not, times in words.
fn shown(line: &str) -> (bool, String) {
    let bold = line.strip_prefix("**").and_then(|line| line.strip_suffix("**"));
    let mut text = bold.unwrap_or(line).replace(['\u{2060}', '`', '\\'], "");
    for (tag, words) in [("<t:1773500400:F>", "Saturday, 14 March 2026 10:00"), ("<t:1773500400:R>", "in 8 days")] {
        text = text.replace(tag, words);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    (bold.is_some(), text)
}

fn draw(body: &Value) -> String {
    let mut drawn = String::new();
    let mut y = 20;
    let write = |drawn: &mut String, x: u32, text: &str, y: &mut u32| {
        for line in text.lines() {
            *y += LINE;
            let (bold, words) = shown(line);
            let weight = if bold { " font-weight=\"700\"" } else { "" };
            let _ = writeln!(drawn, r##"  <text x="{x}" y="{y}" fill="#dbdee1"{weight}>{words}</text>"##);
        }
    };
    write(&mut drawn, 24, body["content"].as_str().unwrap(), &mut y);
    for embed in body["embeds"].as_array().unwrap() {
        let top = y + 14;
        let mut inside = String::new();
        y += 18;
        write(&mut inside, 44, embed["description"].as_str().unwrap(), &mut y);
        y += 14;
        let (within, height, edge) = (WIDTH - 48, y - top, embed["color"].as_u64().unwrap());
        let _ =
            writeln!(drawn, r##"  <rect x="24" y="{top}" width="{within}" height="{height}" rx="4" fill="#2b2d31"/>"##);
        let _ =
            writeln!(drawn, r##"  <rect x="24" y="{top}" width="4" height="{height}" rx="2" fill="#{edge:06x}"/>"##);
        drawn.push_str(&inside);
    }
    for row in body["components"].as_array().unwrap() {
        let mut x = 24;
        y += 12;
        for button in row["components"].as_array().unwrap() {
            let label = button["label"].as_str().unwrap();
            let width = 40 + 9 * u32::try_from(label.chars().count()).unwrap();
            let fill = if button["style"] == 1 { "#5865f2" } else { "#4e5058" };
            let (middle, base) = (x + width / 2, y + 21);
            let _ = writeln!(drawn, r##"  <rect x="{x}" y="{y}" width="{width}" height="32" rx="4" fill="{fill}"/>"##);
            let _ = writeln!(
                drawn,
                r##"  <text x="{middle}" y="{base}" fill="#ffffff" text-anchor="middle">{label}</text>"##
            );
            x += width + 8;
        }
        y += 32;
    }
    let height = y + 24;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"15\">\n  <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#313338\"/>\n{drawn}</svg>\n"
    )
}

/// With `BARNRAISER_TEST_WRITE=1` it is drawn anew.
#[test]
fn the_picture_in_the_readme_is_of_a_card_as_it_is() {
    let doc = copy::say(&card_to_show(), &super::tests::voice(Language::English));
    let drawn = draw(&message(&letter(place(), doc), Reader::default()).body);
    if std::env::var_os("BARNRAISER_TEST_WRITE").is_some() {
        std::fs::write(FILE, &drawn).unwrap();
    }
    assert_eq!(std::fs::read_to_string(FILE).unwrap(), drawn, "docs/discord-card.svg is not of this card");
}
