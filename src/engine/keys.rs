//! The names the engine gives: row numbers, and the delivery key of every message.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sqlx::sqlite::SqliteConnection;

use super::clock::Ids;
use crate::domain::{CommunityId, MemberId};
use crate::store::Fault;

/// Counters over what the database holds, and the installation's own secret.
#[derive(Debug)]
pub(super) struct Keys {
    community: i64,
    place: i64,
    member: i64,
    outbox: i64,
    install: Vec<u8>,
}

impl Keys {
    /// Reads where counting goes on; on a new database draws the installation's secret.
    pub(super) async fn load(conn: &mut SqliteConnection, ids: &dyn Ids) -> Result<Keys, Fault> {
        sqlx::query("insert into meta (key, value) values ('install', ?) on conflict do nothing")
            .bind(BASE32_NOPAD.encode(&ids.secret()))
            .execute(&mut *conn)
            .await?;
        let (community, place, member, outbox, install): (i64, i64, i64, i64, String) = sqlx::query_as(
            "select (select coalesce(max(id), 0) from communities), (select coalesce(max(id), 0) from places), \
             (select coalesce(max(id), 0) from members), (select coalesce(max(id), 0) from outbox), \
             (select value from meta where key = 'install')",
        )
        .fetch_one(conn)
        .await?;
        Ok(Keys { community, place, member, outbox, install: install.into_bytes() })
    }

    /// For a question that may change nothing: whoever draws a name from it has to ask the writer.
    pub(super) fn none() -> Keys {
        Keys { community: 0, place: 0, member: 0, outbox: 0, install: Vec::new() }
    }

    /// Whether no name was drawn.
    pub(super) fn unused(&self) -> bool {
        self.community + self.place + self.member + self.outbox == 0
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

    /// What a message is known by wherever it goes: 24 letters and digits, the same for the same effect and destination
    /// for ever, also after a backup was restored.
    pub(super) fn delivery(&self, community: Option<CommunityId>, effect: &str, destination: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.install).expect("HMAC takes a key of any length");
        let community = community.map_or(0, |c| c.0);
        mac.update(format!("{community}|{effect}|{destination}").as_bytes());
        let mut key = BASE32_NOPAD.encode(&mac.finalize().into_bytes());
        key.truncate(24);
        key
    }
}
