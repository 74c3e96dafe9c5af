//! Whom the bot goes along with: people the operator listed, people of a listed space, those who convene one of its
//! communities already, and for a chat of two whoever shares a room with it.
//!
//! Invitations cost the one who sends them nothing, so a flood of them must cost the bot little: each is judged once, those
//! of listed people are answered first, and only a few others a minute are declined; the rest stays unanswered.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use matrix_sdk::{Client, Room, RoomMemberships};
use tokio::time::Instant;

use super::backoff::Patience;
use super::places;
use super::trouble::Trouble;
use crate::config::{self, Inviter};
use crate::engine::{Engine, Stopped};

/// So many are looked at in one turn; what people say is heard in between.
const A_TURN: usize = 20;
/// Declining is an event that the homeserver counts like a message: so many a minute, and no more.
const DECLINED_A_MINUTE: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What an invitation is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Welcome,
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
    /// Rooms that could not be joined, each with its own pause.
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
            patience: Patience::new(),
        }
    }

    /// How long until the next turn has something to do; `None` if nothing waits.
    pub(super) fn until_next(&self) -> Option<Duration> {
        let invited = self.client.invited_rooms();
        if invited.iter().any(|room| self.is_to_be_judged(room)) {
            Some(Duration::ZERO)
        } else {
            self.patience.until_next()
        }
    }

    /// Joins rooms the bot is invited to by people it listens to, and declines others.
    pub(super) async fn answer(&mut self, engine: &Engine) -> Result<(), Halt> {
        let invited = self.client.invited_rooms();
        let still: HashSet<&RoomId> = invited.iter().map(|room| room.room_id()).collect();
        self.verdicts.retain(|room, _| still.contains(&**room));
        let mut judged = 0;
        for room in &invited {
            if judged == A_TURN {
                break;
            }
            if !self.is_to_be_judged(room) {
                continue;
            }
            judged += 1;
            let id = room.room_id().to_owned();
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
        for room in &invited {
            let id = room.room_id();
            match self.verdicts.get(id).copied() {
                Some(Verdict::Welcome) if self.patience.allows(&id.to_owned()) => {
                    self.settle(room, Verdict::Welcome).await?;
                }
                Some(Verdict::Unwelcome) if self.patience.allows(&id.to_owned()) && self.may_decline() => {
                    self.declined.push_back(Instant::now());
                    self.settle(room, Verdict::Unwelcome).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_to_be_judged(&self, room: &Room) -> bool {
        !self.verdicts.contains_key(room.room_id()) && self.patience.allows(&room.room_id().to_owned())
    }

    async fn settle(&mut self, room: &Room, verdict: Verdict) -> Result<(), Halt> {
        let id = room.room_id().to_owned();
        let answered = if verdict == Verdict::Welcome { room.join().await } else { room.leave().await };
        match answered.map_err(Trouble::from) {
            Ok(()) => {
                let welcome = verdict == Verdict::Welcome;
                let done = if welcome { "joined a room" } else { "declined an invitation from someone not listed" };
                tracing::info!(room = %id, "{done}");
                self.patience.settled(&id);
                self.verdicts.remove(&id);
            }
            Err(Trouble::LoggedOut) => return Err(Halt::Trouble(Trouble::LoggedOut)),
            Err(trouble) => {
                tracing::warn!(room = %id, %trouble, "could not answer an invitation; trying again");
                self.patience.failed(id);
            }
        }
        Ok(())
    }

    async fn judge(&mut self, room: &Room, engine: &Engine) -> Result<Verdict, Halt> {
        let Some(inviter) = room.invite_details().await.ok().map(|invite| invite.inviter_id) else {
            return Ok(Verdict::Unwelcome);
        };
        let listed = Inviter::User(inviter.to_string());
        if self.account.inviters.contains(&listed) || self.goes_on_in(room.room_id()) {
            return Ok(Verdict::Welcome);
        }
        if self.is_welcome(room, &inviter, engine).await? && self.may_bring(&inviter) {
            return Ok(Verdict::Welcome);
        }
        Ok(Verdict::Unwelcome)
    }

    /// Is this what one of the bot's rooms was upgraded to?
    fn goes_on_in(&self, room: &RoomId) -> bool {
        self.client.joined_rooms().iter().any(|old| old.successor_room().is_some_and(|new| new.room_id == room))
    }

    async fn is_welcome(&self, room: &Room, inviter: &UserId, engine: &Engine) -> Result<bool, Halt> {
        for listed in &self.account.inviters {
            let covered = match listed {
                Inviter::Space(space) => self.is_in(space, inviter).await?,
                other => other.covers(inviter.as_str()),
            };
            if covered {
                return Ok(true);
            }
        }
        if engine.convenes(&places::account(inviter)).await? {
            return Ok(true);
        }
        let alone = room.is_direct().await.unwrap_or(false);
        Ok(alone && !places::shared(&self.client, inviter).await?.is_empty())
    }

    async fn is_in(&self, space: &str, user: &UserId) -> Result<bool, Trouble> {
        let Some(space) = RoomId::parse(space).ok().and_then(|id| self.client.get_room(&id)) else { return Ok(false) };
        Ok(places::members(&space, RoomMemberships::JOIN).await?.contains(user))
    }

    /// May this person bring the bot to one more room today? If so, it counts.
    fn may_bring(&mut self, inviter: &UserId) -> bool {
        let brought = self.brought.entry(inviter.to_owned()).or_default();
        let may = fewer_than(brought, self.account.rooms_a_day as usize, DAY);
        if may {
            brought.push_back(Instant::now());
        } else {
            tracing::warn!("somebody wants to bring the bot to too many rooms today");
        }
        may
    }

    fn may_decline(&mut self) -> bool {
        fewer_than(&mut self.declined, DECLINED_A_MINUTE, MINUTE)
    }
}

/// Were there fewer than so many within this time? Those before it are forgotten.
fn fewer_than(times: &mut VecDeque<Instant>, most: usize, within: Duration) -> bool {
    while times.front().is_some_and(|first| first.elapsed() >= within) {
        times.pop_front();
    }
    times.len() < most
}
