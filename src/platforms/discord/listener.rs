//! What Discord tells: interactions, servers that come and go, and what somebody writes to the bot alone.
//!
//! An interaction is acknowledged before anything else, since Discord waits for three seconds and no more; only what was
//! acknowledged is handed to the engine. Where a form has to open, the form is the acknowledgement.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use serenity::client::{ClientBuilder, Context, EventHandler};
use serenity::gateway::ShardStageUpdateEvent;
use serenity::model::application::{
    ActionRowComponent, CommandInteraction, ComponentInteraction, Interaction, ModalInteraction,
};
use serenity::model::channel::Message;
use serenity::model::gateway::{GatewayIntents, Ready};
use serenity::model::guild::{Guild, Role as GuildRole, UnavailableGuild};
use serenity::model::id::{GuildId, InteractionId, RoleId};
use serenity::model::permissions::Permissions;
use tokio_util::sync::CancellationToken;

use super::RunError;
use super::custom::{Custom, Stale};
use super::hearing::{self, Interacts, Scene};
use super::session::{self, Session};
use super::standings::{self, Standings, Whom};
use super::trouble::Trouble;
use super::unreadable::Unreadable;
use super::{commands, forms, options, permissions, words};
use crate::domain::community::{Account, Language, Platform, Role};
use crate::engine::Engine;
use crate::engine::inbound::{Body, Named, Place};
use crate::engine::suggest::Asking;
use crate::failpoint::{self, Point};
use crate::grammar::Invocation;
use crate::grammar::form::Filled;
use crate::grammar::specs::{IN, Verb};
use crate::speech::copy;
use crate::speech::doc::Doc;
use crate::speech::message::Ability;

/// Discord's kinds of answer to an interaction.
const MESSAGE: u8 = 4;
const DEFERRED: u8 = 5;
const CHOICES: u8 = 8;
const FORM: u8 = 9;
/// Seen by the person alone.
const EPHEMERAL: u32 = 64;
/// The most that Discord takes for the name of a choice, and for its value.
const MOST_CHOICE: usize = 100;

/// Hears until `shutdown`.
///
/// # Errors
/// Discord does not take the bot any more, or the engine stopped.
pub(super) async fn run(
    session: Session,
    engine: Engine,
    language: Language,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let ears = Ears {
        session: session.clone(),
        engine,
        language,
        stopped: CancellationToken::new(),
        servers: Mutex::default(),
        standings: Standings::default(),
    };
    let stopped = ears.stopped.clone();
    let ears = Arc::new(ears);
    // Nothing here needs a privileged intent.
    let intents = GatewayIntents::GUILDS | GatewayIntents::DIRECT_MESSAGES;
    let listening = Listening(Arc::downgrade(&ears));
    let mut asking = std::pin::pin!(ears.keep_asking());
    let client = ClientBuilder::new_with_http(session.for_gateway(), intents);
    let client = client.event_handler(listening).raw_event_handler(Unreadable).await;
    let mut client = client.map_err(|error| RunError::Ended(session::ended(&error)))?;
    let shards = Arc::clone(&client.shard_manager);
    let mut ended = std::pin::pin!(client.start());
    tokio::select! {
        ended = &mut ended => match ended {
            Err(error) => return Err(RunError::Ended(session::ended(&error))),
            Ok(()) => return Err(RunError::Ended("the connection was closed".to_owned())),
        },
        () = &mut asking => {}
        () = shutdown.cancelled() => {}
        () = stopped.cancelled() => {}
    }
    // It is not waited for until serenity's client has ended: if it happens to be connecting anew, it never does.
    shards.shutdown_all().await;
    if stopped.is_cancelled() { Err(RunError::Stopped(crate::engine::Stopped)) } else { Ok(()) }
}

/// What hears. serenity calls each event in a task of its own.
struct Ears {
    session: Session,
    engine: Engine,
    /// For people whose own language the copy does not have.
    language: Language,
    /// The engine has stopped.
    stopped: CancellationToken,
    /// The names of the servers that the bot is on.
    servers: Mutex<HashMap<GuildId, String>>,
    standings: Standings,
}

/// What serenity calls. A shard of serenity 0.12 that was started anew outlives its client (`ShardManager::restart_shard` leaves
/// a note behind that the next shutdown takes for its own), so it must not keep the engine: whatever is told after the end is
/// heard by nobody.
struct Listening(Weak<Ears>);

#[async_trait]
impl EventHandler for Listening {
    async fn ready(&self, _: Context, ready: Ready) {
        if let Some(ears) = self.0.upgrade() {
            ears.ready(ready).await;
        }
    }

    async fn resume(&self, _: Context, _: serenity::model::event::ResumedEvent) {
        if let Some(ears) = self.0.upgrade() {
            ears.connected(true);
        }
    }

    async fn shard_stage_update(&self, _: Context, stage: ShardStageUpdateEvent) {
        if let Some(ears) = self.0.upgrade()
            && !stage.new.is_connecting()
            && stage.new != serenity::gateway::ConnectionStage::Connected
        {
            ears.connected(false);
        }
    }

    async fn guild_create(&self, _: Context, guild: Guild, _: Option<bool>) {
        if let Some(ears) = self.0.upgrade() {
            ears.guild_create(guild).await;
        }
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        if let Some(ears) = self.0.upgrade() {
            ears.guild_delete(guild).await;
        }
    }

    async fn guild_role_update(&self, _: Context, _: Option<GuildRole>, role: GuildRole) {
        if let Some(ears) = self.0.upgrade() {
            ears.ask_again(Whom::On(role.guild_id)).await;
        }
    }

    async fn guild_role_delete(&self, _: Context, server: GuildId, _: RoleId, _: Option<GuildRole>) {
        if let Some(ears) = self.0.upgrade() {
            ears.ask_again(Whom::On(server)).await;
        }
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        if let Some(ears) = self.0.upgrade() {
            ears.interaction_create(interaction).await;
        }
    }

    async fn message(&self, _: Context, message: Message) {
        if let Some(ears) = self.0.upgrade() {
            ears.message(message).await;
        }
    }
}

impl Ears {
    fn connected(&self, whether: bool) {
        self.engine.vitals().platform(Platform::Discord, whether);
    }

    async fn ready(&self, ready: Ready) {
        tracing::info!("connected to Discord");
        self.connected(true);
        if ready.guilds.is_empty() {
            let invitation = permissions::invitation(ready.application.id);
            tracing::info!(invitation, "on no server yet; whoever manages one can bring the bot to it");
        }
        // All there are, those with an outage too. Nobody tells what happened before.
        let servers: Vec<String> = ready.guilds.iter().map(|guild| guild.id.to_string()).collect();
        let known = self.engine.servers_are(Platform::Discord, &servers).await;
        self.unless_stopped(known);
        if let Err(trouble) = self.keep_commands().await {
            tracing::error!(%trouble, "the commands could not be registered; they are tried again at the next connection");
        }
        self.ask_again(Whom::Everybody).await;
    }

    async fn guild_create(&self, guild: Guild) {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).insert(guild.id, guild.name.clone());
        let server = guild.id.to_string();
        let back = self.engine.server_back(Platform::Discord, &server).await;
        self.unless_stopped(back);
        if let Some(channel) = permissions::first_to_write_in(&guild, self.session.me) {
            let language = commands::language(&guild.preferred_locale);
            let greeted = self.engine.greet(Platform::Discord, &server, &channel.to_string(), language).await;
            self.unless_stopped(greeted);
        }
    }

    /// An outage looks nearly the same and changes nothing.
    async fn guild_delete(&self, guild: UnavailableGuild) {
        if guild.unavailable {
            return;
        }
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).remove(&guild.id);
        let left = self.engine.server_left(Platform::Discord, &guild.id.to_string()).await;
        self.unless_stopped(left);
    }

    async fn interaction_create(&self, interaction: Interaction) {
        let done = match &interaction {
            Interaction::Command(command) => self.called(command).await,
            Interaction::Autocomplete(typing) => self.typing(typing).await,
            Interaction::Component(press) => self.pressed(press).await,
            Interaction::Modal(form) => self.sent(form).await,
            _ => Ok(()),
        };
        if let Err(trouble) = done {
            // Nothing was recorded, and Discord tells the person that nobody answered.
            tracing::warn!(%trouble, interaction = interaction.id().get(), "not acknowledged, so not heard");
        }
    }

    /// A direct message. In servers people use commands; what they say to each other there is not the bot's to hear.
    async fn message(&self, message: Message) {
        if message.author.bot || message.guild_id.is_some() || message.content.trim().is_empty() {
            return;
        }
        let inbound = hearing::written(&message);
        let _ = self.sure_of(&inbound.place, &inbound.from, standings::ACKNOWLEDGED).await;
        let heard = self.engine.hear(inbound).await;
        self.unless_stopped(heard);
    }
}

impl Ears {
    fn unless_stopped<T>(&self, result: Result<T, crate::engine::Stopped>) {
        if result.is_err() {
            self.stopped.cancel();
        }
    }

    /// Asks about everybody who convenes by standing, every few minutes, until the engine stops.
    async fn keep_asking(&self) {
        while !self.stopped.is_cancelled() {
            tokio::time::sleep(standings::EVERY).await;
            self.ask_again(Whom::Everybody).await;
        }
    }

    async fn ask_again(&self, whom: Whom<'_>) {
        let asked = standings::ask_again(&self.session, &self.engine, whom).await;
        self.unless_stopped(asked);
    }

    /// Where Discord does not say what somebody is, it is asked. Whether it is known then.
    async fn sure_of(&self, place: &Place, who: &Account, patience: Duration) -> bool {
        if matches!(place, Place::Public { .. }) {
            return true;
        }
        let sure = self.standings.sure_of(&self.session, &self.engine, who, patience).await;
        let known = matches!(sure, Ok(true));
        self.unless_stopped(sure);
        known
    }

    /// Registers the commands if they are not registered as they are now.
    async fn keep_commands(&self) -> Result<(), Trouble> {
        let registered = self.session.http.get_global_commands_with_localizations().await?;
        let registered: Vec<Value> =
            registered.iter().map(|command| serde_json::to_value(command).unwrap_or_default()).collect();
        let wanted = commands::all();
        if commands::differs(&registered, &wanted) {
            self.session.http.create_global_commands(&wanted).await?;
            tracing::info!(commands = wanted.len(), "registered the commands");
        }
        Ok(())
    }

    fn language(&self, locale: &str) -> Language {
        commands::language(locale).unwrap_or(self.language)
    }

    /// Answers an interaction for the first time. Where nobody can tell whether that arrived it is tried once more: if it did,
    /// Discord says so.
    async fn answer(&self, interaction: &impl Interacts, kind: u8, data: &Value) -> Result<(), Trouble> {
        let answer = json!({"type": kind, "data": data});
        let _ = failpoint::pass(Point::BeforeAcknowledging).await;
        match self.respond(interaction, &answer).await {
            Err(Trouble::Unclear(_) | Trouble::Unreached) => match self.respond(interaction, &answer).await {
                Err(Trouble::Answered) => Ok(()),
                second => second,
            },
            first => first,
        }
    }

    async fn respond(&self, interaction: &impl Interacts, answer: &Value) -> Result<(), Trouble> {
        let (id, token) = interaction.thread();
        let answered = self.session.whispers.create_interaction_response(InteractionId::new(id), token, answer, vec![]);
        answered.await.map_err(Trouble::from)
    }

    /// Acknowledges, and only then hands it on. The answer comes by the outbox.
    async fn take_in(
        &self,
        interaction: &impl Interacts,
        server: Option<GuildId>,
        body: Body,
        named: Vec<Named>,
    ) -> Result<(), Trouble> {
        self.answer(interaction, DEFERRED, &json!({"flags": EPHEMERAL})).await?;
        let _ = failpoint::pass(Point::BeforeHearing).await;
        let scene = interaction.scene(self.name_of(server));
        let able = match &body {
            Body::Invoked(filled) => self.able(filled.spec.verb, &scene.place).await,
            _ => Vec::new(),
        };
        let _ = self.sure_of(&scene.place, &scene.from, standings::ACKNOWLEDGED).await;
        let heard = self.engine.hear(hearing::inbound(interaction, scene, body, named, able)).await;
        self.unless_stopped(heard);
        Ok(())
    }

    /// What the bot may do where the community's cards stand, or would stand from now on. What Discord does not say is left
    /// out.
    async fn able(&self, verb: Verb, place: &Place) -> Vec<(Ability, bool)> {
        let Place::Public { id, server: Some(server), .. } = place else { return Vec::new() };
        let home = match verb {
            Verb::CommunityCheck => self.engine.home(Platform::Discord, server).await,
            Verb::CommunitySetup => None,
            _ => return Vec::new(),
        };
        let Ok(channel) = home.as_deref().unwrap_or(id).parse() else { return Vec::new() };
        match permissions::of(&self.session.http, self.session.me, channel).await {
            Ok(may) => permissions::abilities(may),
            // A channel that the bot may not see is not shown to it at all.
            Err(Trouble::Nowhere) => vec![(Ability::Find, false)],
            Err(Trouble::Closed(_)) => permissions::abilities(Permissions::empty()),
            Err(trouble) => {
                tracing::warn!(%trouble, "what the bot may do could not be asked");
                Vec::new()
            }
        }
    }

    fn name_of(&self, server: Option<GuildId>) -> Option<String> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).get(&server?).cloned()
    }

    /// Says at once that a button or a command means nothing any more.
    async fn stale(&self, interaction: &impl Interacts, locale: &str) -> Result<(), Trouble> {
        self.at_once(interaction, locale, copy::stale_button).await
    }

    /// Says what needs no look at anything.
    async fn at_once(
        &self,
        interaction: &impl Interacts,
        locale: &str,
        words: impl Fn(Language) -> Doc,
    ) -> Result<(), Trouble> {
        let language = self.language(locale);
        let whisper = words::answer(&words(language), words::Reader::default(), true, language);
        self.answer(interaction, MESSAGE, &whisper.body).await
    }

    /// A slash command. Bare, those that need somebody's own words open their form.
    async fn called(&self, command: &CommandInteraction) -> Result<(), Trouble> {
        let Some(called) = options::called(&command.data, command.guild_id) else {
            return self.stale(command, &command.locale).await;
        };
        if called.nobody {
            return self.at_once(command, &command.locale, copy::nobody_picked).await;
        }
        if commands::opens_a_form(called.filled.spec)
            && let Ok(begun) = called.filled.invocation()
            && !begun.wants().is_empty()
            && self.may_fill_in(&begun, command.scene(None)).await
            && let Some(form) = forms::modal(&called.filled, self.language(&command.locale))
        {
            return self.answer(command, FORM, &form).await;
        }
        self.take_in(command, command.guild_id, Body::Invoked(called.filled), called.named).await
    }

    /// A form of the conveners' is opened for nobody who would have filled it in for nothing: they are answered as whoever
    /// sends it is.
    async fn may_fill_in(&self, begun: &Invocation, scene: Scene) -> bool {
        if begun.spec.who != Role::Convener || scene.standing == Some(Role::Convener) {
            return true;
        }
        self.engine.convenes_in(&scene.from, &scene.place, &scene.roles, begun.option(IN.name)).await
    }

    /// Choices for what is being typed. That there are none is an answer too.
    async fn typing(&self, typing: &CommandInteraction) -> Result<(), Trouble> {
        let mut choices = Vec::new();
        if let Some(options::Typing { spec, field, begun, community }) = options::typing(&typing.data) {
            let scene = typing.scene(self.name_of(typing.guild_id));
            let (field, typed) = (field.to_owned(), begun.to_owned());
            let Scene { from, place, language, .. } = scene;
            let asking = Asking { from, place, language, spec, field, typed, community };
            let sure = self.sure_of(&asking.place, &asking.from, standings::WHILE_TYPING).await;
            if sure && let Some(suggested) = self.engine.suggest(&asking).await {
                choices.extend(suggested.choices.iter().filter(|one| one.value.chars().count() <= MOST_CHOICE).map(
                    |one| {
                        let name = copy::choice(&one.choice, &suggested.voice);
                        json!({"name": words::shortened(&name, MOST_CHOICE), "value": one.value})
                    },
                ));
            }
        }
        self.answer(typing, CHOICES, &json!({"choices": choices})).await
    }

    async fn pressed(&self, press: &ComponentInteraction) -> Result<(), Trouble> {
        let language = self.language(&press.locale);
        let form = match Custom::read(&press.data.custom_id) {
            Ok(Custom::Press(short)) => {
                return self.take_in(press, press.guild_id, Body::Pressed(short.said()), Vec::new()).await;
            }
            Ok(Custom::Open(short)) => {
                let Some(begun) = short.invocation() else { return self.stale(press, &press.locale).await };
                if !self.may_fill_in(&begun, press.scene(None)).await {
                    return self.take_in(press, press.guild_id, Body::Pressed(short.said()), Vec::new()).await;
                }
                forms::modal(&Filled::of(&begun), language)
            }
            Ok(Custom::Again { draft }) => {
                let scene = press.scene(None);
                let draft = self.engine.draft(&scene.from, &draft.to_string()).await;
                draft.and_then(|draft| forms::modal(&draft, language))
            }
            Ok(Custom::Form(_)) | Err(Stale) => None,
        };
        match form {
            Some(form) => self.answer(press, FORM, &form).await,
            None => self.stale(press, &press.locale).await,
        }
    }

    async fn sent(&self, form: &ModalInteraction) -> Result<(), Trouble> {
        let inputs =
            form.data.components.iter().flat_map(|row| &row.components).filter_map(|component| match component {
                ActionRowComponent::InputText(input) => Some((input.custom_id.as_str(), input.value.as_deref()?)),
                _ => None,
            });
        match forms::submitted(&form.data.custom_id, inputs) {
            Ok(filled) => self.take_in(form, form.guild_id, Body::Invoked(filled), Vec::new()).await,
            Err(Stale) => self.stale(form, &form.locale).await,
        }
    }
}
