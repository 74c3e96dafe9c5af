//! Who convenes a place: what its platform says, and whom the operator appoints.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Defaults;
use super::beginning;
use super::case::Case;
use super::inbound::{Named, Roster};
use super::keys::Keys;
use super::places::come_back;
use crate::domain::community::Platform;
use crate::store::rows::Person;
use crate::store::scope::{PlaceRow, Standing};
use crate::store::script::Script;
use crate::store::{Fault, people};

/// What taking in a roster may use.
pub(super) struct Placing<'a> {
    pub conn: &'a mut SqliteConnection,
    pub keys: &'a mut Keys,
    pub defaults: &'a Defaults,
    pub now: Timestamp,
}

impl<'a> Placing<'a> {
    /// Whoever has standing in the place convenes it; nobody else does by standing.
    pub(super) async fn roster(self, roster: &Roster) -> Result<Script, Fault> {
        let (mut case, place) = self.open(roster.platform, &roster.place, &roster.place_name).await?;
        // A room that went on as another one says nothing about that one.
        if !case.places.contains(&place) {
            return Ok(Script::default());
        }
        // Who says who is in a room is in it.
        if place.left_at.is_some() {
            come_back(&mut case, &place).await?;
        }
        let before = people::standing_in(case.conn, place.id).await?;
        let mut after = Vec::new();
        for convener in &roster.conveners {
            let person = member(&mut case, convener).await?;
            after.push((person.member.id, convener.account.id.clone()));
        }
        let standing = |account: &str| Standing { place: place.id, account: account.to_owned() };
        for (id, account) in &after {
            people::set_standing(&mut case.script, *id, &standing(account), true);
        }
        for (id, account) in before.iter().filter(|known| !after.contains(known)) {
            people::set_standing(&mut case.script, *id, &standing(account), false);
        }
        Ok(case.script)
    }

    /// The operator makes somebody a convener.
    pub(super) async fn appoint(
        self,
        platform: Platform,
        place: &str,
        place_name: &str,
        who: &Named,
    ) -> Result<Script, Fault> {
        let (mut case, _) = self.open(platform, place, place_name).await?;
        let person = member(&mut case, who).await?;
        people::set_appointed(&mut case.script, person.member.id, true);
        Ok(case.script)
    }

    /// The place's community; a place not met before gets one.
    async fn open(self, platform: Platform, reference: &str, name: &str) -> Result<(Case<'a>, PlaceRow), Fault> {
        let Placing { conn, keys, defaults, now } = self;
        let (known, place, places) = match people::of_place(conn, platform, reference).await? {
            Some((id, place)) => (people::community(conn, id).await?, place, people::places(conn, id).await?),
            None => {
                let (id, reference) = (keys.place(), reference.to_owned());
                let place = PlaceRow { id, platform, reference, server: None, left_at: None };
                (None, place.clone(), vec![place])
            }
        };
        let is_new = known.is_none();
        let community = match known {
            Some(community) => community,
            None => beginning::new_community(conn, keys, defaults, now, name).await?,
        };
        let (script, joined) = (Script::default(), Vec::new());
        let mut case = Case { conn, keys, now, event: "roster", community, places, script, joined };
        if is_new {
            beginning::begin(&mut case, name);
        }
        Ok((case, place))
    }

    /// A place that is known, and one of its community's still, with that community.
    pub(super) async fn known(
        self,
        platform: Platform,
        reference: &str,
    ) -> Result<Option<(Case<'a>, PlaceRow)>, Fault> {
        let Placing { conn, keys, now, .. } = self;
        let Some((id, place)) = people::of_place(conn, platform, reference).await? else { return Ok(None) };
        let (community, places) = (people::community(conn, id).await?, people::places(conn, id).await?);
        let Some(community) = community.filter(|_| places.contains(&place)) else { return Ok(None) };
        let (script, joined) = (Script::default(), Vec::new());
        Ok(Some((Case { conn, keys, now, event: "place", community, places, script, joined }, place)))
    }
}

/// The member somebody is, from now on if not before.
async fn member(case: &mut Case<'_>, who: &Named) -> Result<Person, Fault> {
    let community = case.here().id;
    match people::of_account(case.conn, community, &who.account).await? {
        Some(person) => Ok(person),
        None => case.join(&who.account, &who.name, None, 0).await,
    }
}
