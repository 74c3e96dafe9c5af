//! What the histories amounted to, added up: one line a script can read.

use std::collections::BTreeMap;
use std::fmt;

use super::check::Facts;
use super::life::Life;

#[derive(Debug, Default)]
pub struct Figures {
    seeds: u64,
    inputs: u64,
    pledges: u64,
    deliveries: u64,
    crashes: u64,
    ends: BTreeMap<String, u64>,
    met: BTreeMap<String, u64>,
    had: BTreeMap<String, u64>,
    points: BTreeMap<String, u64>,
}

impl Figures {
    pub fn of(life: &Life, facts: &Facts<'_>) -> Figures {
        let mut figures = Figures { seeds: 1, ..Figures::default() };
        figures.inputs = life.deeds.len() as u64;
        figures.pledges = facts.courses.len() as u64;
        figures.deliveries = facts.ways.values().map(|way| way.posts as u64).sum();
        figures.crashes = life.crashes.values().sum();
        for row in &facts.ledger.messages {
            *figures.ends.entry(row.state.clone()).or_default() += 1;
        }
        figures.met = life.inner().met.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
        figures.had = life.had.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
        figures.points = life.crashes.clone();
        figures
    }

    pub fn seeds(&self) -> u64 {
        self.seeds
    }

    pub fn add(&mut self, other: &Figures) {
        self.seeds += other.seeds;
        self.inputs += other.inputs;
        self.pledges += other.pledges;
        self.deliveries += other.deliveries;
        self.crashes += other.crashes;
        let all = [&mut self.ends, &mut self.met, &mut self.had, &mut self.points];
        for (mine, theirs) in all.into_iter().zip([&other.ends, &other.met, &other.had, &other.points]) {
            for (what, n) in theirs {
                *mine.entry(what.clone()).or_default() += n;
            }
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |of: &BTreeMap<String, u64>| {
            of.iter().map(|(what, n)| format!("{}={n}", what.replace(' ', "-"))).collect::<Vec<_>>().join(" ")
        };
        write!(
            f,
            "chaos: seeds={} inputs={} pledges={} deliveries={} crashes={}\nchaos-rows: {}\nchaos-met: {}\nchaos-faults: {}\nchaos-points: {}",
            self.seeds,
            self.inputs,
            self.pledges,
            self.deliveries,
            self.crashes,
            list(&self.ends),
            list(&self.met),
            list(&self.had),
            list(&self.points),
        )
    }
}
