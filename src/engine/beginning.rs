//! How a community begins: it is met in a place that has none, and has the installation's defaults until its conveners
//! choose.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::case::Case;
use super::gatherings::arm_weekly;
use super::keys::Keys;
use crate::domain::community::{Community, Norms};
use crate::domain::{AskId, GatheringId, OfferId, PledgeId};
use crate::store::rows::StoredCommunity;
use crate::store::{Fault, people};

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

/// Records a community that begins in the one place it is known by.
pub(super) fn begin(case: &mut Case<'_>, place_name: &str) {
    people::new_community(&mut case.script, &case.community.community);
    for place in &case.places {
        people::new_place(&mut case.script, case.community.community.id, place, place_name);
    }
    arm_weekly(case);
}
