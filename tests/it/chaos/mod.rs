//! The simulator: six weeks of three communities in a second, with everything that can go wrong, and a checker that knows
//! only what happened. `BARNRAISER_TEST_SEED=n` replays one seed, `BARNRAISER_TEST_SEEDS=n` lives that many.

mod deeds;
mod dice;
mod faults;
mod history;
mod life;
mod people;
mod platform;
mod together;

use std::path::PathBuf;

use life::Life;
use people::Size;

/// A folder on a file system in memory, where there is one: what is synced there is as safe as it gets, and free.
fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}

fn live(seed: u64, size: Size) -> Life {
    let folder = tempfile::Builder::new().prefix("barnraiser-chaos").tempdir_in(memory()).expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut life = Life::draw(seed, size, folder.path());
    runtime.block_on(life.live());
    life
}

#[test]
fn first_look() {
    let from: u64 = std::env::var("BARNRAISER_TEST_SEED").ok().map_or(1, |n| n.parse().unwrap());
    let seeds: u64 = std::env::var("BARNRAISER_TEST_SEEDS").ok().map_or(1, |n| n.parse().unwrap());
    for seed in from..from + seeds {
        let began = std::time::Instant::now();
        let life = live(seed, Size::WHOLE);
        let history = life.history();
        println!("seed {seed}: {:?} deeds {} asks {} pledges {} entries {} met {:?} had {:?} crashes {:?}", began.elapsed(), life.deeds.len(), life.cast.asks.iter().filter(|a| a.id.is_some()).count(), life.cast.pledges.iter().filter(|a| a.id.is_some()).count(), history.0.len(), life.inner().met, life.had, life.crashes);
        if std::env::var_os("BARNRAISER_TEST_SHOW").is_some() { std::fs::write("/tmp/h-sim.history", history.text()).unwrap(); }
    }
}
