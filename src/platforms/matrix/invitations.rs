//! Whom the bot goes along with: people the operator listed, people of a listed space, those who convene one of its
//! communities already, and for a chat of two whoever shares a room with it.
//!
//! Invitations cost the one who sends them nothing, so a flood of them must cost the bot little: each is judged once, a few in
//! a turn; rooms are joined beside everything else, since a room's own homeserver may take its time; and only a few
//! invitations a minute are declined, the rest stays unanswered. Who is let in only for a chat gets a chat and nothing
//! else, whoever else is in the room.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use matrix_sdk::{Client, Room, RoomMemberships, RoomState};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::backoff::Patience;
use super::hearing::Company;
use super::trouble::Trouble;
use super::{direct, places};
use crate::config::{self, Inviter};
use crate::engine::{Engine, Stopped};

/// So many are judged in one turn; what people say is heard in between.
const A_TURN: usize = 20;
/// So many rooms are being joined at once.
const JOINING: usize = 4;
/// How long the homeserver may take over one; the next try goes on from there.
const JOIN_TIMEOUT: Duration = Duration::from_secs(60);
/// How soon to look whether a room could be joined.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Declining is an event that the homeserver counts like a message: so many a minute, and no more.
const DECLINED_A_MINUTE: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What an invitation is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Welcome,
    /// To a chat with this person.
    Chat(OwnedUserId),
    Unwelcome,
}

/// What stops answering.
pub(super) enum Halt {
    Engine,
    Trouble(Trouble),
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Self {
        Halt::Engine
    }
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Halt::Trouble(trouble)
    }
}

/// Answers invitations, a few at a time.
pub(super) struct Invitations {
    client: Client,
    account: config::Matrix,
    verdicts: HashMap<OwnedRoomId, Verdict>,
    /// When others than the listed brought the bot to a room in the last day.
    brought: HashMap<OwnedUserId, VecDeque<Instant>>,
    declined: VecDeque<Instant>,
    /// The rooms being joined. They end with the listener.
    joining: JoinSet<(OwnedRoomId, Result<(), Trouble>)>,
    under_way: HashSet<OwnedRoomId>,
    /// Rooms that could not be joined or judged, each with its own pause.
    patience: Patience<OwnedRoomId>,
}

impl Invitations {
    pub(super) fn new(client: Client, account: config::Matrix) -> Self {
        Invitations {
            client,
            account,
            verdicts: HashMap::new(),
            brought: HashMap::new(),
            declined: VecDeque::new(),
            joining: JoinSet::new(),
            under_way: HashSet::new(),
            patience: Patience::new(),
        }
    }

    /// How long until the next turn has something to do; `None` if nothing waits for a time.
    pub(super) fn until_next(&self) -> Option<Duration> {
        let invited = self.client.invited_rooms();
        let waits = invited.iter().map(|room| {
            let id = room.room_id().to_owned();
            let patience = self.patience.until(&id);
            match self.verdicts.get(&id) {
                _ if self.under_way.contains(&id) => LOOK_AGAIN,
                Some(Verdict::Unwelcome) => patience.max(self.until_decline()),
                Some(_) if self.joining.len() >= JOINING => LOOK_AGAIN,
                _ => patience,
            }
        });
        waits.min()
    }

    /// Joins rooms the bot is invited to by people it listens to, and declines others.
    pub(super) async fn answer(&mut self, engine: &Engine) -> Result<(), Halt> {
        self.note_joined()?;
        let invited = self.client.invited_rooms();
        let still: HashSet<&RoomId> = invited.iter().map(|room| room.room_id()).collect();
        self.verdicts.retain(|room, _| still.contains(&**room));
        self.patience.retain(|room| still.contains(&**room));
        self.judge_some(&invited, engine).await?;
        for room in &invited {
            let id = room.room_id().to_owned();
            if self.under_way.contains(&id) || !self.patience.allows(&id) {
                continue;
            }
            match self.verdicts.get(&id).cloned() {
                Some(Verdict::Welcome) => self.join(room, None),
                Some(Verdict::Chat(with)) => self.join(room, Some(with)),
                Some(Verdict::Unwelcome) if self.until_decline().is_zero() => self.decline(room).await?,
                _ => {}
            }
        }
        Ok(())
    }

    async fn judge_some(&mut self, invited: &[Room], engine: &Engine) -> Result<(), Halt> {
        let mut judged = 0;
        for room in invited {
            let id = room.room_id().to_owned();
            if judged == A_TURN || self.verdicts.contains_key(&id) || !self.patience.allows(&id) {
                continue;
            }
            judged += 1;
            match self.judge(room, engine).await {
                Ok(verdict) => drop(self.verdicts.insert(id, verdict)),
                Err(halt @ (Halt::Engine | Halt::Trouble(Trouble::LoggedOut))) => return Err(halt),
                // One invitation's trouble must not make the bot deaf to everything else.
                Err(Halt::Trouble(trouble)) => {
                    tracing::warn!(room = %id, %trouble, "cannot tell whose invitation this is; trying again");
                    self.patience.failed(id);
                }
            }
        }
        Ok(())
    }

    async fn judge(&mut self, room: &Room, engine: &Engine) -> Result<Verdict, Halt> {
        let Some(inviter) = room.invite_details().await.ok().map(|invite| invite.inviter_id) else {
            return Ok(Verdict::Unwelcome);
        };
        let is_chat = room.is_direct().await.unwrap_or(false);
        let welcome = if is_chat { Verdict::Chat(inviter.clone()) } else { Verdict::Welcome };
        let by_name = self.account.inviters.contains(&Inviter::User(inviter.to_string()));
        if by_name || self.goes_on_in(room).await? {
            return Ok(welcome);
        }
        let known = self.is_listed(&inviter).await?
            || engine.convenes(&places::account(&inviter)).await?
            || is_chat && !places::shared(&self.client, &inviter).await?.is_empty();
        Ok(if known && self.may_bring(&inviter) { welcome } else { Verdict::Unwelcome })
    }

    /// Is this what one of the bot's rooms was upgraded to, as both of them say?
    async fn goes_on_in(&self, room: &Room) -> Result<bool, Trouble> {
        let past = room.predecessor_room().and_then(|past| self.client.get_room(&past.room_id));
        let Some(past) = past.filter(|past| past.state() == RoomState::Joined) else { return Ok(false) };
        let leads_here = past.successor_room().is_some_and(|next| next.room_id == room.room_id());
        Ok(leads_here && places::company(&past).await? == Company::Public)
    }

    async fn is_listed(&self, inviter: &UserId) -> Result<bool, Trouble> {
        for listed in &self.account.inviters {
            let covered = match listed {
                Inviter::Space(space) => self.is_in(space, inviter).await?,
                other => other.covers(inviter.as_str()),
            };
            if covered {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn is_in(&self, space: &str, user: &UserId) -> Result<bool, Trouble> {
        let space = RoomId::parse(space).ok().and_then(|id| self.client.get_room(&id));
        // A space the bot was put out of shows who was in it then.
        let Some(space) = space.filter(|space| space.state() == RoomState::Joined) else { return Ok(false) };
        Ok(places::members(&space, RoomMemberships::JOIN).await?.contains(user))
    }

    /// Joins beside everything else; what came of it is noted in a later turn.
    fn join(&mut self, room: &Room, chat_with: Option<OwnedUserId>) {
        if self.joining.len() >= JOINING {
            return;
        }
        let (room, id) = (room.clone(), room.room_id().to_owned());
        self.under_way.insert(id.clone());
        self.joining.spawn(async move {
            let join = async {
                // Before it is joined, so that it is never taken for a place.
                if let Some(person) = &chat_with {
                    direct::note_chat(&room, person).await?;
                }
                room.join().await.map_err(Trouble::from)
            };
            let joined = tokio::time::timeout(JOIN_TIMEOUT, join).await;
            (id, joined.unwrap_or(Err(Trouble::Unclear("timeout".into()))))
        });
    }

    fn note_joined(&mut self) -> Result<(), Halt> {
        while let Some(done) = self.joining.try_join_next() {
            let Ok((id, joined)) = done else { continue };
            self.under_way.remove(&id);
            match joined {
                Ok(()) => tracing::info!(room = %id, "joined a room"),
                Err(Trouble::LoggedOut) => return Err(Halt::Trouble(Trouble::LoggedOut)),
                Err(trouble) => {
                    tracing::warn!(room = %id, %trouble, "could not join a room; trying again");
                    self.patience.failed(id);
                }
            }
        }
        Ok(())
    }

    async fn decline(&mut self, room: &Room) -> Result<(), Halt> {
        self.declined.retain(|then| then.elapsed() < MINUTE);
        self.declined.push_back(Instant::now());
        let id = room.room_id().to_owned();
        match room.leave().await.map_err(Trouble::from) {
            Ok(()) => {
                tracing::info!(room = %id, "declined an invitation from someone not listed");
                // It would be walked over at every start for ever.
                let _ = room.forget().await;
            }
            Err(Trouble::LoggedOut) => return Err(Halt::Trouble(Trouble::LoggedOut)),
            Err(trouble) => {
                tracing::warn!(room = %id, %trouble, "could not decline an invitation; trying again");
                self.patience.failed(id);
            }
        }
        Ok(())
    }

    /// May this person bring the bot to one more room today? If so, it counts.
    fn may_bring(&mut self, inviter: &UserId) -> bool {
        let brought = self.brought.entry(inviter.to_owned()).or_default();
        while brought.front().is_some_and(|first| first.elapsed() >= DAY) {
            brought.pop_front();
        }
        let may = brought.len() < self.account.rooms_a_day as usize;
        if may {
            brought.push_back(Instant::now());
        } else {
            tracing::warn!("somebody wants to bring the bot to too many rooms today");
        }
        may
    }

    /// How long until one more may be declined; nothing if one may be now.
    fn until_decline(&self) -> Duration {
        let oldest = self.declined.len().checked_sub(DECLINED_A_MINUTE).map(|before| self.declined[before]);
        oldest.map_or(Duration::ZERO, |oldest| MINUTE.saturating_sub(oldest.elapsed()))
    }
}
