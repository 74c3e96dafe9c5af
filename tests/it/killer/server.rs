//! The killer on servers: tests/discord/killer.py, with a stand-in Discord for each of several bots. The program is the one built
//! with these tests, and it dies `BARNRAISER_TEST_DISCORD_KILLS` times.

use super::chance::{seed, wanted};
use crate::servers_on_twin::play;

#[test]
fn however_often_it_dies_on_discord_nothing_is_lost_and_nothing_said_twice() {
    let kills = wanted("BARNRAISER_TEST_DISCORD_KILLS", 12).to_string();
    let seed = seed().to_string();
    let mut told = vec!["--kills", &kills, "--seed", &seed];
    if cfg!(feature = "failpoints") {
        told.push("--points");
    }
    play("killer.py", &told);
}
