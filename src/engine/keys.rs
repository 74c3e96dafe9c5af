//! The names the engine gives: row numbers, and the delivery key of every message.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use sqlx::sqlite::SqliteConnection;

use super::clock::Ids;
use crate::domain::{CommunityId, MemberId, Ref};
use crate::store::{Fault, meta};

/// Counters over what the database holds, and the installation's own secret.
#[derive(Debug)]
pub(super) struct Keys {
    community: i64,
    place: i64,
    member: i64,
    outbox: i64,
    install: Vec<u8>,
    /// This process's own secret, kept nowhere: codes are made of it, so that no copy of the database gives one away.
    chance: [u8; 32],
    /// If a backup was restored: when it was made, and until when it is asked of everything whether it was said before.
    restored: Option<(Timestamp, Timestamp)>,
}

/// For so long after a restored backup whatever is to be said may have been said before: people come back from days away,
/// and what waited for them is due then.
const IN_DOUBT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Capital letters of which no two look alike, and which make no words.
pub(super) const LETTERS: &[u8] = b"BCDFGHJKMNPQRSTVWXZ";
/// How many of them a code has.
pub(super) const CODE: usize = 8;

fn hmac(secret: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The numbered things an effect is about, in its own order: `nudge:P1:2+P3:1` is about P1 and P3.
pub(super) fn things(effect: &str) -> Vec<Ref> {
    effect.split([':', '+']).filter_map(|part| part.parse().ok()).collect()
}

impl Keys {
    /// Reads where counting goes on; on a new database draws the installation's secret.
    pub(super) async fn load(conn: &mut SqliteConnection, ids: &dyn Ids) -> Result<Keys, Fault> {
        sqlx::query("insert into meta (key, value) values ('install', ?) on conflict do nothing")
            .bind(BASE32_NOPAD.encode(&ids.secret()))
            .execute(&mut *conn)
            .await?;
        let restored = restored(conn).await?;
        let (community, place, member, outbox, install): (i64, i64, i64, i64, String) = sqlx::query_as(
            "select (select coalesce(max(id), 0) from communities), (select coalesce(max(id), 0) from places), \
             (select coalesce(max(id), 0) from members), (select coalesce(max(id), 0) from outbox), \
             (select value from meta where key = 'install')",
        )
        .fetch_one(conn)
        .await?;
        let chance = ids.secret();
        Ok(Keys { community, place, member, outbox, install: install.into_bytes(), chance, restored })
    }

    /// For a question that may change nothing: whoever draws a name from it has to ask the writer.
    pub(super) fn none() -> Keys {
        Keys { community: 0, place: 0, member: 0, outbox: 0, install: Vec::new(), chance: [0; 32], restored: None }
    }

    /// Whether no name was drawn.
    pub(super) fn unused(&self) -> bool {
        [self.community, self.place, self.member, self.outbox] == [0; 4]
    }

    pub(super) fn community(&mut self) -> CommunityId {
        self.community += 1;
        CommunityId(self.community)
    }

    pub(super) fn place(&mut self) -> i64 {
        self.place += 1;
        self.place
    }

    pub(super) fn member(&mut self) -> MemberId {
        self.member += 1;
        MemberId(self.member)
    }

    pub(super) fn outbox(&mut self) -> i64 {
        self.outbox += 1;
        self.outbox
    }

    /// A code that nobody can guess, for what happens in this event and for nothing else.
    pub(super) fn code(&self, event: &str) -> String {
        let mut letters = Vec::new();
        for draw in 0_u8.. {
            let drawn = hmac(&self.chance, &[&[draw], event.as_bytes()]);
            // Every letter is as likely as any other: what would favour the first ones is not taken.
            let fair =
                drawn.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < 256 / LETTERS.len() * LETTERS.len());
            letters.extend(fair.map(|byte| char::from(LETTERS[byte % LETTERS.len()])));
            if letters.len() >= CODE {
                break;
            }
        }
        letters.into_iter().take(CODE).collect()
    }

    /// What is kept of a code.
    pub(super) fn hash(&self, code: &str) -> String {
        BASE32_NOPAD.encode(&hmac(&self.install, &[b"code|", code.as_bytes()]))
    }

    /// When the restored backup was made, for as long as what is to be said may have been said between then and the
    /// restoring.
    pub(super) fn restored(&self, now: Timestamp) -> Option<Timestamp> {
        self.restored.filter(|(_, until)| now < *until).map(|(made_at, _)| made_at)
    }

    /// What a message is known by wherever it goes: 24 letters and digits, the same for the same effect and destination
    /// for ever, also after a backup was restored. `origins` are the events that made the things the effect is about.
    pub(super) fn delivery(
        &self,
        community: Option<CommunityId>,
        effect: &str,
        destination: &str,
        origins: &[String],
    ) -> String {
        let community = community.map_or(0, |c| c.0);
        let name = format!("{community}|{effect}|{destination}");
        let origins = origins.iter().flat_map(|origin| [b"|".as_slice(), origin.as_bytes()]);
        let parts: Vec<&[u8]> = std::iter::once(name.as_bytes()).chain(origins).collect();
        let mut key = BASE32_NOPAD.encode(&hmac(&self.install, &parts));
        key.truncate(24);
        key
    }
}

async fn restored(conn: &mut SqliteConnection) -> Result<Option<(Timestamp, Timestamp)>, Fault> {
    let mut instants = [None, None];
    for (instant, key) in instants.iter_mut().zip([meta::RESTORED_MADE_AT, meta::RESTORED_AT]) {
        let text = meta::get(conn, key).await?;
        *instant = text.and_then(|ms| ms.parse().ok()).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    }
    let [Some(made_at), Some(at)] = instants else { return Ok(None) };
    Ok(Some((made_at, at.saturating_add(IN_DOUBT).unwrap_or(Timestamp::MAX))))
}
