//! The way out to Discord: sends a letter once with its key, and finds by that key what an earlier attempt may have sent.
//!
//! The key goes out as the message's nonce, by which Discord itself refuses a second one for some minutes, and stays in the
//! message (`custom`, `words`). It never retries by itself what may have been taken, and never says something meant for one
//! person where others read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use serenity::builder::CreateAttachment;
use serenity::http::MessagePagination;
use serenity::model::application::{ActionRowComponent, Button, ButtonKind};
use serenity::model::channel;
use serenity::model::id::{ChannelId, GuildId, MessageId, UserId};
use serenity::model::permissions::Permissions;

use super::session::Session;
use super::trouble::Trouble;
use super::words::{self, Face, Reader};
use super::{calendar, permissions, threads};
use crate::delivery::gateway::{Gateway, Letter, Lookup, ServerClock, Sight};
use crate::domain::community::Platform;
use crate::engine::inbound::Cause;
use crate::engine::parcel::{Destination, Outcome, Pace, Parcel, Rate};
use crate::speech::message::Message;

/// Discord takes five messages in five seconds in one channel; of these two are kept for what people wait for. The figures
/// are its headers' of old, nowhere promised: serenity's limiter holds to what they say today.
const EACH: Rate = Rate { every: SignedDuration::from_secs(1), burst: 5, reserve: 2 };
/// Fifty requests a second over all; some are left for answers to interactions.
const OVERALL: Rate = Rate { every: SignedDuration::from_millis(25), burst: 30, reserve: 10 };

/// How long Discord may take to say what time it is: a late answer says nothing about now.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(10);
const CLOCK_ADDRESS: &str = "https://discord.com/api/v10/gateway";
/// A lookup reads this far before the time it was asked for: two machines' clocks are compared here.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// A lookup that would have to read more than this gives up.
const MOST_MESSAGES: usize = 5_000;
const PAGE_MESSAGES: u8 = 100;

/// Sends messages to channels and people; clones share one application.
#[derive(Debug, Clone)]
pub struct DiscordGateway {
    session: Session,
    /// The direct chats opened so far. Opened again, Discord answers with the same.
    chats: Arc<Mutex<HashMap<UserId, ChannelId>>>,
}

/// Where a letter goes in the end.
enum Target<'a> {
    Channel(ChannelId),
    /// The answer to an interaction.
    Whisper(&'a str),
    /// A server's calendar.
    Calendar(GuildId),
}

impl DiscordGateway {
    pub(super) fn new(session: &Session) -> Self {
        DiscordGateway { session: session.clone(), chats: Arc::default() }
    }

    async fn target<'a>(&self, destination: &'a Destination) -> Result<Target<'a>, Trouble> {
        Ok(match destination {
            Destination::Place { id, .. } | Destination::Chat { id, .. } => {
                Target::Channel(ChannelId::new(number(id)?))
            }
            Destination::Person(account) => Target::Channel(self.chat(UserId::new(number(&account.id)?)).await?),
            Destination::Whisper { token, .. } => Target::Whisper(token),
            Destination::Calendar { server, .. } => Target::Calendar(GuildId::new(number(server)?)),
        })
    }

    /// The direct chat with a person. That there is one does not say that they take anything there.
    async fn chat(&self, person: UserId) -> Result<ChannelId, Trouble> {
        let known = self.chats.lock().unwrap_or_else(PoisonError::into_inner).get(&person).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let chat = self.session.http.create_private_channel(&json!({"recipient_id": person})).await?.id;
        self.chats.lock().unwrap_or_else(PoisonError::into_inner).insert(person, chat);
        Ok(chat)
    }

    async fn send(&self, letter: &Letter, target: Target<'_>) -> Result<String, Trouble> {
        let parcel = &letter.parcel;
        let mut face = words::message(letter, Reader::of(parcel));
        if let Message::FormRefused { draft, .. } = &parcel.message
            && let Ok(draft) = draft.parse()
        {
            face = face.offering_again(draft, parcel.voice.language);
        }
        let Face { body, file } = face;
        let files: Vec<_> = file.into_iter().map(|file| CreateAttachment::bytes(file.bytes, file.name)).collect();
        let sent = match (target, &parcel.edits) {
            (Target::Whisper(token), _) => {
                self.session.whispers.edit_original_interaction_response(token, &body, files).await?
            }
            (Target::Channel(channel), Some(message)) => {
                let message = MessageId::new(number(message)?);
                self.session.http.edit_message(channel, message, &body, files).await?
            }
            (Target::Channel(channel), None) => self.session.http.send_message(channel, files, &body).await?,
            (Target::Calendar(server), _) => return calendar::put(&self.session, server, letter).await,
        };
        if parcel.opens_thread {
            threads::open_under(&self.session, &sent, parcel).await;
        }
        Ok(sent.id.to_string())
    }

    /// Reads a channel back for the bot's own message with this key.
    async fn search(&self, channel: ChannelId, key: &str, since: Timestamp) -> Result<Lookup, Trouble> {
        let oldest = since.checked_sub(CLOCK_SLACK).unwrap_or(Timestamp::MIN);
        let (mut before, mut read) = (None, 0);
        loop {
            let page = before.map(MessagePagination::Before);
            let page = self.session.http.get_messages(channel, page, Some(PAGE_MESSAGES)).await?;
            if let Some(found) = page.iter().find(|message| message.author.id == self.session.me && holds(message, key))
            {
                return Ok(Lookup::Found(found.id.to_string()));
            }
            read += page.len();
            let Some(last) = page.last() else { return Ok(Lookup::Absent) };
            if last.timestamp.unix_timestamp() < oldest.as_second() || page.len() < usize::from(PAGE_MESSAGES) {
                return Ok(Lookup::Absent);
            }
            if read > MOST_MESSAGES {
                return Ok(Lookup::Unreadable("too much to read".into()));
            }
            before = Some(last.id);
        }
    }
}

/// Is it the message with this key?
fn holds(message: &channel::Message, key: &str) -> bool {
    let buttons = message.components.iter().flat_map(|row| &row.components);
    let ids = buttons.filter_map(|component| match component {
        ActionRowComponent::Button(Button { data: ButtonKind::NonLink { custom_id, .. }, .. }) => {
            Some(custom_id.as_str())
        }
        _ => None,
    });
    words::key(ids) == Some(key)
}

fn number(id: &str) -> Result<u64, Trouble> {
    id.parse().ok().filter(|id| *id != 0).ok_or_else(|| Trouble::Refused("no id of Discord's".into()))
}

#[async_trait]
impl Gateway for DiscordGateway {
    fn platform(&self) -> Platform {
        Platform::Discord
    }

    fn pace(&self) -> Pace {
        Pace { overall: Some(OVERALL), each: Some(EACH) }
    }

    async fn deliver(&self, letter: &Letter) -> Outcome {
        let target = match self.target(&letter.parcel.destination).await {
            Ok(target) => target,
            Err(trouble) => return trouble.before_sending(),
        };
        match self.send(letter, target).await {
            Ok(message) => Outcome::Delivered { message },
            // Without the permission there is no calendar. What is in it is said elsewhere, too.
            Err(Trouble::Closed(reason)) if matches!(letter.parcel.destination, Destination::Calendar { .. }) => {
                Outcome::Refused { reason }
            }
            // Somebody deleted the card, which is theirs to do: there is nothing left to edit.
            Err(Trouble::Gone(_)) if letter.parcel.edits.is_some() => {
                Outcome::Delivered { message: letter.parcel.edits.clone().unwrap_or_default() }
            }
            // The channel was deleted with every card in it.
            Err(Trouble::Nowhere) if letter.parcel.cause == Cause::Moved => {
                Outcome::Delivered { message: letter.parcel.edits.clone().unwrap_or_default() }
            }
            // The one that the nonce stands for was deleted already.
            Err(Trouble::Gone(code)) if matches!(letter.parcel.destination, Destination::Whisper { .. }) => {
                Outcome::Closed { reason: code.to_string() }
            }
            Err(trouble) => trouble.while_sending(),
        }
    }

    /// Without the permission to read the history Discord answers with an empty one.
    async fn sight(&self, parcel: &Parcel) -> Sight {
        let Destination::Place { id, .. } = &parcel.destination else { return Sight::Clear };
        let needed = Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY;
        let Ok(channel) = number(id) else { return Sight::Barred("no id of Discord's".into()) };
        match permissions::of(&self.session.http, self.session.me, ChannelId::new(channel)).await {
            Ok(may) if may.contains(needed) => Sight::Clear,
            Ok(_) => Sight::Barred("the history may not be read".into()),
            Err(Trouble::Closed(reason) | Trouble::Refused(reason)) => Sight::Barred(reason),
            Err(Trouble::Nowhere) => Sight::Barred("no such channel".into()),
            // Discord does not answer: the search then has no answer either.
            Err(_) => Sight::Clear,
        }
    }

    async fn find(&self, parcel: &Parcel, since: Timestamp) -> Lookup {
        let found = match self.target(&parcel.destination).await {
            Ok(Target::Channel(channel)) => self.search(channel, &parcel.key, since).await,
            Ok(Target::Whisper(token)) => match self.session.whispers.get_original_interaction_response(token).await {
                Ok(answer) if holds(&answer, &parcel.key) => Ok(Lookup::Found(answer.id.to_string())),
                Ok(_) => Ok(Lookup::Absent),
                Err(error) => Err(Trouble::from(error)),
            },
            Ok(Target::Calendar(server)) => calendar::find(&self.session, server, parcel).await,
            Err(trouble) => Err(trouble),
        };
        found.unwrap_or_else(Trouble::while_looking)
    }

    /// What Discord puts on its answers.
    async fn clock(&self) -> ServerClock {
        let asked = self.session.web.get(CLOCK_ADDRESS).timeout(CLOCK_TIMEOUT);
        let Ok(answer) = asked.send().await else { return ServerClock::Unreached };
        let date = answer.headers().get("date").and_then(|date| rfc2822::parse(date.to_str().ok()?).ok());
        date.map_or(ServerClock::Silent, |date| ServerClock::Shows(date.timestamp()))
    }
}
