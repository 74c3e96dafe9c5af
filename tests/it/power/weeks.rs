//! A community's weeks, made up by chance: a few hundred commands, some of them refused, with nights in between.

use std::fmt::Write as _;

use crate::killer::chance::Chance;

const PEOPLE: [&str; 9] = ["amara", "bea", "dev", "hana", "keisha", "luis", "noor", "omar", "pia"];

/// A script of so many commands or a few more.
pub fn weeks(seed: u64, commands: usize) -> String {
    let mut chance = Chance::of(seed, 77);
    let mut script = ":now 2026-03-02 09:30 America/Chicago\n:place eastbank\n:convener amara\n".to_owned();
    script.push_str("amara: /community setup name:\"Eastbank\" zone:America/Chicago language:en\n");
    script.push_str("amara: /gathering new when:\"2026-03-26 18:00\" where:\"Library Room B\"\n");
    // Everybody is met before anybody can be refused: who is refused as a stranger uses up a number that is not kept, and
    // the folders would differ in the numbers of those who come after.
    for who in PEOPLE {
        let _ = writeln!(script, "{who}: /ask A chair for {who} by:2026-03-12");
    }
    let (mut said, mut asks, mut pledges) = (2 + PEOPLE.len(), PEOPLE.len(), 0);
    for day in 0.. {
        let date = jiff::civil::date(2026, 3, 2).saturating_add(jiff::Span::new().days(day));
        if said >= commands {
            let _ = write!(script, ":now {date} 12:00\n:report\n");
            break;
        }
        // Most days are quiet; on some of them everybody has something to say.
        let turns = if day % 7 == 3 { 60 } else { 2 + chance.below(6) };
        for turn in 0..turns {
            if turn == 0 || turn == turns / 2 {
                let hour = if turn == 0 { 10 } else { 16 };
                let _ = writeln!(script, ":now {date} {hour}:{:02}", chance.below(60));
            }
            let who = PEOPLE[chance.below(PEOPLE.len())];
            let ask = 1 + chance.below(asks.max(1));
            let pledge = 1 + chance.below(pledges.max(1));
            let by = date.saturating_add(jiff::Span::new().days(2 + i64::try_from(chance.below(12)).expect("small")));
            let line = match chance.below(20) {
                0..5 => {
                    asks += 1;
                    let need = 1 + chance.below(4);
                    format!("{who}: /ask Something for day {day}, no {turn} need:{need} kind:goods by:{by}")
                }
                5..12 => {
                    pledges += 1;
                    format!("{who}: /pledge A{ask} what:\"I'll bring one, no {turn}\" by:{by} first:\"look for it\"")
                }
                12..15 => format!("{who}@dm: /done P{pledge}"),
                15 => format!("{who}: /confirm P{pledge}"),
                16 => format!("{who}@dm: /handback P{pledge}"),
                17 => format!("{who}: /adjust P{pledge} by:{by}"),
                18 => format!("{who}: /thanks P{pledge} That was kind, no {turn}"),
                _ => format!("{who}: /maybe A{ask}"),
            };
            script.push_str(&line);
            script.push('\n');
            said += 1;
        }
    }
    script
}
