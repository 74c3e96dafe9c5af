//! A script that can be taken up in the middle: after so many commands were heard, with the clock and the place as they
//! stood there.

/// What a line of a script is to somebody who has to take it up again.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    /// The clock moves to a civil time. Doing it again is harmless as long as nothing later was done.
    Now(String),
    Place(String),
    /// Somebody speaks to the bot: the console gives it the next number of its opening.
    Command(String),
    /// Anything else. Doing it again changes nothing.
    Other(String),
}

/// A whole script.
#[derive(Debug, Clone)]
pub struct Tale {
    lines: Vec<Line>,
    zone: String,
}

impl Tale {
    /// Reads a script whose clock is set, with its zone, in its first `:now`. Commands begin with a slash, or are alone
    /// with the bot; none of them only looks, since a look leaves nothing by which it could be known to have happened.
    pub fn read(script: &str) -> Tale {
        let mut zone = None;
        let mut lines = Vec::new();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let word = |name: &str| line.strip_prefix(name).map(|rest| rest.trim().to_owned());
            lines.push(if let Some(at) = word(":now ") {
                let civil: Vec<&str> = at.split_whitespace().collect();
                zone = zone.or_else(|| civil.get(2).map(|zone| (*zone).to_owned()));
                Line::Now(civil[..2].join(" "))
            } else if let Some(place) = word(":place ") {
                Line::Place(place)
            } else if line.starts_with(':') {
                Line::Other(line.to_owned())
            } else {
                Line::Command(line.to_owned())
            });
        }
        Tale { lines, zone: zone.expect("the first :now names its zone") }
    }

    pub fn commands(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Command(_))).count()
    }

    /// The script from after the first `heard` commands to the end, beginning with what a new opening has to be told.
    pub fn after(&self, heard: usize) -> String {
        let (mut from, mut seen, mut now, mut place) = (0, 0, None, None);
        if heard > 0 {
            for (index, line) in self.lines.iter().enumerate() {
                match line {
                    Line::Now(at) => now = Some(at),
                    Line::Place(name) => place = Some(name),
                    Line::Command(_) => seen += 1,
                    Line::Other(_) => {}
                }
                if seen == heard {
                    from = index + 1;
                    break;
                }
            }
            assert_eq!(seen, heard, "no more commands were heard than the tale has");
        }
        let rest = &self.lines[from..];
        let mut script = String::new();
        let mut add = |line: &Line| match line {
            Line::Now(at) => script.push_str(&format!(":now {at} {}\n", self.zone)),
            Line::Place(name) => script.push_str(&format!(":place {name}\n")),
            Line::Command(line) | Line::Other(line) => script.push_str(&format!("{line}\n")),
        };
        // Where the clock is moved next, it may have been moved already: telling it the time before could turn it back.
        let moves_next = rest.iter().find(|line| !matches!(line, Line::Place(_)));
        if let (Some(now), false) = (now, matches!(moves_next, Some(Line::Now(_)))) {
            add(&Line::Now(now.clone()));
        }
        if let Some(place) = place {
            add(&Line::Place(place.clone()));
        }
        rest.iter().for_each(&mut add);
        script
    }
}

#[test]
fn a_tale_is_taken_up_where_it_was_left() {
    let tale = Tale::read(
        "# so\n:now 2026-03-05 17:30 America/Chicago\n:place eastbank\n:convener amara\ndev: /ask A\n\n\
         :now 2026-03-06 12:00\nbea: /ask B\n:report\n",
    );
    let zone = "America/Chicago";
    assert_eq!(tale.commands(), 2);
    let whole = format!(
        ":now 2026-03-05 17:30 {zone}\n:place eastbank\n:convener amara\ndev: /ask A\n:now 2026-03-06 12:00 {zone}\n\
         bea: /ask B\n:report\n"
    );
    assert_eq!(tale.after(0), whole);
    assert_eq!(tale.after(1), format!(":place eastbank\n:now 2026-03-06 12:00 {zone}\nbea: /ask B\n:report\n"));
    assert_eq!(tale.after(2), format!(":now 2026-03-06 12:00 {zone}\n:place eastbank\n:report\n"));
}
