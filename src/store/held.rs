//! Notices that wait for their person's morning, so that they come as one message.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Fault;
use super::script::Script;
use crate::domain::{CommunityId, MemberId};

/// A notice that waits for a member's morning. The same one waits once, and not at all if it was told already.
pub fn hold(script: &mut Script, community: CommunityId, member: MemberId, effect: &str, meaning: &str) {
    script.write(
        "insert into held_notices (community_id, member_id, effect, meaning) select ?, ?, ?, ? \
         where not exists (select 1 from outbox where community_id = ? and effect = ?) on conflict do nothing",
        [
            community.0.into(),
            member.0.into(),
            effect.into(),
            meaning.into(),
            community.0.into(),
            self::effect(effect, member).into(),
        ],
    );
}

/// What a notice is called that is told at once.
pub fn effect(effect: &str, member: MemberId) -> String {
    format!("notice:{effect}:M{}", member.0)
}

/// A notice just put in the outbox is taken out again if it waits for their morning, or was told on one.
pub fn unless_held(script: &mut Script, community: CommunityId, member: MemberId, effect: &str) {
    script.write(
        "delete from outbox where community_id = ? and effect = ? and state = 'ready' and attempts = 0 and absent_at is null \
         and exists (select 1 from held_notices where community_id = ? and member_id = ? and effect = ?)",
        [
            community.0.into(),
            self::effect(effect, member).into(),
            community.0.into(),
            member.0.into(),
            effect.into(),
        ],
    );
}

/// What waits for a member's morning, oldest first.
pub async fn of(conn: &mut SqliteConnection, member: MemberId) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar("select meaning from held_notices where member_id = ? and told_at is null order by id")
        .bind(member.0)
        .fetch_all(conn)
        .await
}

/// They are in the outbox now.
pub fn release(script: &mut Script, member: MemberId, now: Timestamp) {
    script.write(
        "update held_notices set told_at = ?, meaning = '' where member_id = ? and told_at is null",
        [now.as_millisecond().into(), member.0.into()],
    );
}
