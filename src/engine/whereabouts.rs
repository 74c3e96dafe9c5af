//! Where something is said: the community that is meant, with everything the command needs to know of it.

use sqlx::sqlite::SqliteConnection;

use super::beginning;
use super::case::Stop;
use super::hear::Hearing;
use super::inbound::{Inbound, Place};
use super::speaker::How;
use crate::domain::community::{Account, Role};
use crate::domain::{CommunityId, Ref, Refusal};
use crate::grammar::Invocation;
use crate::grammar::specs::IN;
use crate::store::Fault;
use crate::store::scope::{self, Candidate, PlaceRow, Scope};

impl Hearing<'_> {
    /// The community this is said in, with what is pointed at. Said in a place nobody knows yet, a new one.
    pub(super) async fn place(
        &mut self,
        inbound: &Inbound,
        said: Option<&Invocation>,
        target: Option<Ref>,
        how: How,
    ) -> Result<(Scope, bool), Stop> {
        if let How::LetGo(community) = how {
            let scope = scope::in_community(self.conn, &inbound.from, community, target).await?;
            return Ok((scope.ok_or(Refusal::NoCommunity)?, false));
        }
        match &inbound.place {
            Place::Public { id, name, server } => {
                let known = scope::in_public(self.conn, &inbound.from, id, server.as_deref(), target).await?;
                if let Some(scope) = known {
                    return Ok((scope, false));
                }
                let (platform, reference, server) = (inbound.from.platform, id.clone(), server.clone());
                let place = PlaceRow { id: self.keys.place(), platform, reference, server, left_at: None };
                let community = beginning::new_community(self.conn, self.keys, self.defaults, self.now, name).await?;
                Ok((
                    Scope {
                        community,
                        places: vec![place],
                        person: None,
                        standings: Vec::new(),
                        roles: Vec::new(),
                        subject: None,
                    },
                    true,
                ))
            }
            Place::Direct { shared, .. } => {
                let community = self.meant(inbound, shared, said, how).await?;
                let scope = scope::in_community(self.conn, &inbound.from, community, target).await?;
                Ok((scope.ok_or(Refusal::NoCommunity)?, false))
            }
        }
    }

    /// The community meant in a direct chat: the one named, the only one, or the one they last acted in. A button stands
    /// under one community's message, so that for it the last one is no answer.
    async fn meant(
        &mut self,
        inbound: &Inbound,
        shared: &[String],
        said: Option<&Invocation>,
        how: How,
    ) -> Result<CommunityId, Stop> {
        let candidates = scope::candidates(self.conn, &inbound.from, shared).await?;
        Ok(among(&candidates, said.and_then(|s| s.option(IN.name)), how)?)
    }

    /// The same where not knowing it is no reason to stop.
    pub(super) async fn meant_if_any(
        &mut self,
        inbound: &Inbound,
        shared: &[String],
        said: Option<&Invocation>,
    ) -> Result<Option<CommunityId>, Fault> {
        match self.meant(inbound, shared, said, How::Typed).await {
            Ok(community) => Ok(Some(community)),
            Err(Stop::Refused(_)) => Ok(None),
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }
}

/// Which of these communities somebody means who is alone with the bot, and may have named one.
pub(super) fn among(candidates: &[Candidate], named: Option<&str>, how: How) -> Result<CommunityId, Refusal> {
    let slugs = || candidates.iter().map(|c| c.slug.clone()).collect();
    if let Some(slug) = named {
        let named = candidates.iter().find(|c| c.slug.eq_ignore_ascii_case(slug));
        return Ok(named.ok_or_else(|| Refusal::WhichCommunity(slugs()))?.community);
    }
    match candidates {
        [] => Err(Refusal::NoCommunity),
        [only] => Ok(only.community),
        [last, ..] if how == How::Typed && last.acted_at.is_some_and(|at| at > 0) => Ok(last.community),
        _ => Err(Refusal::WhichCommunity(slugs())),
    }
}

/// Whether somebody convenes the community they would be heard in: as they are known there, or by one of the roles that the
/// platform says they have. What is not known is no.
pub(super) async fn convenes(
    conn: &mut SqliteConnection,
    from: &Account,
    place: &Place,
    roles: &[String],
    named: Option<&str>,
) -> Result<bool, Fault> {
    let scope = match place {
        Place::Public { id, server, .. } => scope::in_public(conn, from, id, server.as_deref(), None).await?,
        Place::Direct { shared, .. } => match among(&scope::candidates(conn, from, shared).await?, named, How::Typed) {
            Ok(meant) => scope::in_community(conn, from, meant, None).await?,
            Err(_) => None,
        },
    };
    Ok(scope.is_some_and(|scope| {
        let as_known = scope.person.as_ref().is_some_and(|person| person.member.role() == Role::Convener);
        as_known || roles.iter().any(|role| scope.roles.contains(role))
    }))
}
