//! Whether those who convene by what they may do on a server still may.
//!
//! Without a privileged intent Discord tells a bot nothing about people who lose a role or leave. So whoever convenes by
//! standing is asked about again: before they do anything where Discord does not say what they are, when the roles of a
//! server change, and every few minutes, since some of what waits is for conveners alone. Where Discord does not answer,
//! nothing changes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serenity::model::guild::PartialGuild;
use serenity::model::id::{GuildId, UserId};
use tokio::time::Instant;

use super::hearing::convenes;
use super::session::{self, Session};
use super::trouble::Trouble;
use crate::domain::community::{Account, Platform};
use crate::engine::{Engine, Stopped};

/// All of them are asked about this often.
pub(super) const EVERY: Duration = Duration::from_secs(300);
/// What was learned about one person is good for this long: somebody who types asks with every letter.
const GOOD_FOR: Duration = Duration::from_secs(30);
/// How long somebody who types waits for it: Discord wants an answer within three seconds.
pub(super) const WHILE_TYPING: Duration = Duration::from_secs(2);
/// And somebody who was acknowledged: as long as a request to Discord may take.
pub(super) const ACKNOWLEDGED: Duration = session::REQUEST_TIMEOUT;

/// What was asked about whom, lately.
#[derive(Debug, Default)]
pub(super) struct Standings {
    asked: Mutex<HashMap<Account, Instant>>,
}

impl Standings {
    /// Makes sure of one person. False if Discord did not say in time; then nobody knows.
    pub(super) async fn sure_of(
        &self,
        session: &Session,
        engine: &Engine,
        who: &Account,
        patience: Duration,
    ) -> Result<bool, Stopped> {
        let known = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(who).copied();
        if known.is_some_and(|at| at.elapsed() < GOOD_FOR) {
            return Ok(true);
        }
        match tokio::time::timeout(patience, ask_again(session, engine, Whom::One(who))).await {
            Ok(Ok(Asked { people: 0, .. })) => Ok(true),
            Ok(Ok(Asked { unanswered: 0, .. })) => {
                self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(who.clone(), Instant::now());
                Ok(true)
            }
            Ok(Ok(_)) | Err(_) => Ok(false),
            Ok(Err(stopped)) => Err(stopped),
        }
    }
}

/// How many were asked about, and of how many Discord did not say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    people: usize,
    unanswered: usize,
}

/// Who is asked about, of those who convene by standing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whom<'a> {
    Everybody,
    /// Those of a server. What happens there is no reason to ask about others.
    On(GuildId),
    One(&'a Account),
}

/// Asks about them, and tells the engine who convenes by standing no more.
pub(super) async fn ask_again(session: &Session, engine: &Engine, whom: Whom<'_>) -> Result<Asked, Stopped> {
    let (mut servers, mut asked) = (HashMap::new(), Asked::default());
    let (who, only) = match whom {
        Whom::Everybody => (None, None),
        Whom::On(server) => (None, Some(server.to_string())),
        Whom::One(who) => (Some(who), None),
    };
    let standings = engine.standings(Platform::Discord, who).await;
    for standing in standings.into_iter().filter(|standing| only.as_ref().is_none_or(|only| standing.server == *only)) {
        asked.people += 1;
        let (Ok(guild), Ok(user)) = (standing.server.parse(), standing.account.parse()) else { continue };
        let is = match stands(session, &mut servers, guild, user).await {
            Ok(is) => is,
            Err(trouble) => {
                tracing::debug!(%trouble, "somebody's standing could not be asked");
                asked.unanswered += 1;
                continue;
            }
        };
        if let Some(roles) = is {
            engine.stands_no_more(Platform::Discord, standing, roles).await?;
        }
    }
    Ok(asked)
}

/// `None` if somebody still convenes the server by what they may do there; otherwise the roles that they have left.
async fn stands(
    session: &Session,
    servers: &mut HashMap<GuildId, PartialGuild>,
    guild: GuildId,
    user: UserId,
) -> Result<Option<Vec<String>>, Trouble> {
    let member = match session.http.get_member(guild, user).await.map_err(Trouble::from) {
        Ok(member) => member,
        // Not on the server any more.
        Err(Trouble::Gone(_)) => return Ok(Some(Vec::new())),
        Err(trouble) => return Err(trouble),
    };
    let server = match servers.entry(guild) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(session.http.get_guild(guild).await?),
    };
    let may = server.member_permissions(&member);
    Ok((!convenes(may)).then(|| member.roles.iter().map(ToString::to_string).collect()))
}
