//! How a community begins: it is met in a place that has none, and has the installation's defaults until its conveners
//! choose.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::case::{self, Case, Row};
use super::gatherings::arm_weekly;
use super::inbound::Cause;
use super::keys::Keys;
use super::meaning::Meaning;
use super::parcel::Destination;
use super::roster::Placing;
use crate::domain::community::{Community, Language, Norms, Platform};
use crate::domain::{AskId, GatheringId, OfferId, PledgeId};
use crate::speech::message::Message;
use crate::store::outbox::Priority;
use crate::store::rows::StoredCommunity;
use crate::store::script::Script;
use crate::store::{Fault, inbox, people, places};

/// A community for a place that has none.
pub(super) async fn new_community(
    conn: &mut SqliteConnection,
    keys: &mut Keys,
    defaults: &Defaults,
    now: Timestamp,
    name: &str,
) -> Result<StoredCommunity, Fault> {
    let id = keys.community();
    let mut norms = Norms::default();
    norms.weekly.clone_from(&defaults.weekly);
    let plain: String =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(32).collect();
    let plain = plain.trim_matches('-').to_owned();
    let mut slug = if plain.is_empty() { format!("community-{}", id.0) } else { plain };
    if people::slug_taken(conn, &slug).await? {
        slug = format!("{slug}-{}", id.0);
    }
    let community = Community {
        id,
        slug,
        name: name.to_owned(),
        zone: defaults.zone.clone(),
        language: defaults.language,
        norms,
        made_at: now,
    };
    Ok(StoredCommunity {
        community,
        set_up: false,
        last_weekly: None,
        next_ask: AskId(1),
        next_pledge: PledgeId(1),
        next_offer: OfferId(1),
        next_gathering: GatheringId(1),
    })
}

impl Placing<'_> {
    /// The first words on a server: what the bot is, and how to begin. Where a community is already, or was greeted before,
    /// nothing is said.
    pub(super) async fn greet(
        self,
        platform: Platform,
        server: &str,
        channel: String,
        language: Option<Language>,
    ) -> Result<Script, Fault> {
        let mut script = Script::default();
        let event = format!("welcome:{server}");
        let is_known = places::on_server(self.conn, platform, server).await?.is_some();
        if is_known || inbox::heard_at(self.conn, platform, &event).await?.is_some() {
            return Ok(script);
        }
        inbox::note(&mut script, platform, &event, self.now);
        let row = Row {
            community: None,
            member: None,
            effect: &event,
            destination: Destination::Place { platform, id: channel },
            place: None,
            cause: Cause::Notice,
            refs: Vec::new(),
            meaning: &Meaning::said(Message::Welcome, language),
            answers: None,
            lane: None,
            priority: Priority::Notice,
            not_before: self.now,
        };
        case::put(&mut script, self.keys, self.now, row)?;
        Ok(script)
    }
}

/// Records a community that begins in the one place it is known by.
pub(super) fn begin(case: &mut Case<'_>, place_name: &str) {
    people::new_community(&mut case.script, &case.community.community);
    for place in &case.places {
        people::new_place(&mut case.script, case.community.community.id, place, place_name);
    }
    arm_weekly(case);
}
