//! Sending, changing and deleting messages.

use serde_json::{Value, json};

use super::{Call, Reply, channels, nothing, ok, threads};
use crate::clock::Id;
use crate::errors::{self, Answer, Refusal};
use crate::gateway::{MESSAGE_CONTENT, events};
use crate::permissions::{
    self, ATTACH_FILES, EMBED_LINKS, MANAGE_MESSAGES, MANAGE_THREADS, MENTION_EVERYONE, READ_MESSAGE_HISTORY,
};
use crate::rules::message::{Draft, Within, not_empty, read, settable};
use crate::rules::{components, embeds};
use crate::state::{COMPONENTS_V2, DM, LOADING, Message, SUPPRESS_EMBEDS, World};
use crate::wire::{self, Eyes};

/// A message as an application reads it over REST.
pub fn show(world: &World, id: Id, app: Id) -> Value {
    let reads_content = world.apps.get(&app).is_some_and(|app| app.privileged & MESSAGE_CONTENT != 0);
    world.messages.get(&id).map_or(Value::Null, |message| wire::message(world, message, Eyes { app, reads_content }))
}

/// `POST /channels/{id}/messages`
pub fn create(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let channel = call.id(0)?;
    let may = channels::may_send(world, channel, call.app)?;
    let mut draft = read(&call.body, &call.files, false, Within::Body)?;
    if !call.files.is_empty() && may & ATTACH_FILES == 0 {
        return Err(errors::missing_permissions());
    }
    not_empty(&draft)?;
    if may & EMBED_LINKS == 0 {
        // Discord takes the message and leaves its embeds away, without a word.
        draft.embeds = None;
    }
    if let Some(original) = draft.reply_to {
        let there = world.messages.get(&original).is_some_and(|message| message.channel == channel);
        if may & READ_MESSAGE_HISTORY == 0 {
            return Err(Refusal::new(403, 160_002, "Cannot reply without permission to read message history"));
        }
        if !there && draft.fail_if_not_exists {
            return Err(errors::bad_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message"));
        }
        draft.reply_to = draft.reply_to.filter(|_| there);
    }
    if let Some(earlier) = said_already(world, call.app, &draft) {
        return if world.messages.contains_key(&earlier) {
            ok(with_nonce(show(world, earlier, call.app), &draft))
        } else {
            // It was sent and then deleted: Discord neither repeats it nor shows it.
            Err(errors::unknown_message())
        };
    }
    let flags = settable(draft.flags.unwrap_or(0), false);
    let mut message = Message { channel, author: call.app, flags, ..Message::default() };
    message.kind = if draft.reply_to.is_some() { 19 } else { 0 };
    message.reference = draft.reply_to;
    fill(world, &mut message, &draft, may & MENTION_EVERYONE != 0);
    let id = give_message(world, message);
    remember(world, call.app, &draft, id);
    ok(with_nonce(show(world, id, call.app), &draft))
}

fn with_nonce(mut shown: Value, draft: &Draft) -> Value {
    if let Some(nonce) = &draft.nonce {
        wire::merge(&mut shown, json!({"nonce": nonce}));
    }
    shown
}

fn key_of(nonce: &Value) -> String {
    nonce.as_str().map_or_else(|| nonce.to_string(), str::to_owned)
}

/// The message of the same author with the same nonce, while `enforce_nonce` remembers it.
fn said_already(world: &World, author: Id, draft: &Draft) -> Option<Id> {
    if !draft.enforce_nonce {
        return None;
    }
    let nonce = key_of(draft.nonce.as_ref()?);
    let (message, at_ms) = world.nonces.get(&(author, nonce))?;
    let fresh = world.now_ms() - at_ms < world.settings.nonce_window_ms;
    fresh.then_some(*message)
}

fn remember(world: &mut World, author: Id, draft: &Draft, message: Id) {
    if let Some(nonce) = &draft.nonce {
        let now = world.now_ms();
        world.nonces.insert((author, key_of(nonce)), (message, now));
    }
}

/// Puts a draft into a message: what it names, and nothing else.
pub fn fill(world: &mut World, message: &mut Message, draft: &Draft, may_mention_everyone: bool) {
    if let Some(content) = &draft.content {
        message.content.clone_from(content);
    }
    if let Some(wanted) = &draft.embeds {
        message.embeds = embeds::settled(wanted);
    }
    if let Some(wanted) = &draft.components {
        message.components = components::settled(wanted);
    }
    if let Some(wanted) = &draft.attachments {
        let old = std::mem::take(&mut message.attachments);
        for each in wanted {
            if each["keep"].is_null() {
                let id = world.next_id();
                message.attachments.push(attachment(message.channel, id, each));
            } else {
                message.attachments.extend(old.iter().find(|kept| kept["id"] == each["keep"]).cloned());
            }
        }
    }
    message.nonce.clone_from(&draft.nonce);
    message.tts |= draft.tts;
    if draft.content.is_some() || draft.allowed_mentions.is_object() {
        mention(world, message, draft, may_mention_everyone);
    }
}

fn attachment(channel: Id, id: Id, file: &Value) -> Value {
    let name = file["filename"].as_str().unwrap_or("file");
    let url = format!("https://cdn.discordapp.com/attachments/{channel}/{id}/{name}");
    let mut out = json!({
        "id": id, "filename": name, "size": file["size"], "url": url, "proxy_url": url.replace("cdn.", "media."),
    });
    for name in ["content_type", "description"] {
        if file[name].is_string() {
            wire::merge(&mut out, json!({name: file[name]}));
        }
    }
    out
}

/// Whom the content mentions, of those `allowed_mentions` lets through.
fn mention(world: &World, message: &mut Message, draft: &Draft, may_mention_everyone: bool) {
    let allowed = &draft.allowed_mentions;
    let lets = |kind: &str, id: Option<Id>| {
        if !allowed.is_object() {
            return true;
        }
        let parsed = allowed["parse"].as_array().is_some_and(|parse| parse.iter().any(|each| each == kind));
        let listed =
            allowed[kind].as_array().is_some_and(|list| list.iter().any(|each| id.is_some() && Id::of(each) == id));
        parsed || listed
    };
    let (users, roles) = mentioned(&message.content);
    message.mentions =
        users.into_iter().filter(|id| world.users.contains_key(id) && lets("users", Some(*id))).collect();
    message.mention_roles = roles.into_iter().filter(|id| lets("roles", Some(*id))).collect();
    let shouts = message.content.contains("@everyone") || message.content.contains("@here");
    message.mention_everyone = shouts && may_mention_everyone && lets("everyone", None);
    if let Some(original) = message.reference.and_then(|id| world.messages.get(&id)) {
        let pings = !allowed.is_object() || allowed["replied_user"] == json!(true);
        if pings && !message.mentions.contains(&original.author) {
            message.mentions.push(original.author);
        }
    }
}

/// The people and roles that a text mentions, in order, each once.
pub fn mentioned(content: &str) -> (Vec<Id>, Vec<Id>) {
    let (mut users, mut roles) = (Vec::new(), Vec::new());
    for piece in content.split("<@").skip(1) {
        let Some((inner, _)) = piece.split_once('>') else { continue };
        let (list, digits) = match inner.strip_prefix('&') {
            Some(digits) => (&mut roles, digits),
            None => (&mut users, inner.strip_prefix('!').unwrap_or(inner)),
        };
        if let Some(id) = Id::parse(digits).filter(|id| !list.contains(id)) {
            list.push(id);
        }
    }
    (users, roles)
}

/// Puts a message where it belongs and tells everybody who may know. Its id and time are made here.
pub fn give_message(world: &mut World, mut message: Message) -> Id {
    let id = world.next_id();
    message.id = id;
    message.sent_ms = world.now_ms();
    let quiet = message.only_for.is_some();
    if let Some(channel) = world.channels.get_mut(&message.channel) {
        channel.messages.push(id);
        if !quiet {
            channel.last_message = Some(id);
            if let Some(thread) = &mut channel.thread {
                thread.messages_sent += 1;
                thread.message_count += 1;
                thread.archived = false;
                thread.members.entry(message.author).or_insert(message.sent_ms);
            }
        }
    }
    let (channel, mentions) = (message.channel, message.mentions.clone());
    world.messages.insert(id, message);
    events::message(world, "MESSAGE_CREATE", id);
    if !quiet && world.channels.get(&channel).is_some_and(|channel| channel.thread.is_some()) {
        // Whoever is mentioned in a thread is in it from then on, if they see the channel it hangs in.
        for user in mentions {
            threads::draw_in(world, channel, user);
        }
    }
    world.touch();
    id
}

/// Takes a message away and tells everybody who may know.
pub fn delete_message(world: &mut World, id: Id) {
    let Some(message) = world.messages.remove(&id) else { return };
    if let Some(channel) = world.channels.get_mut(&message.channel) {
        channel.messages.retain(|each| *each != id);
        if let Some(thread) = channel.thread.as_mut().filter(|_| message.only_for.is_none()) {
            thread.message_count = thread.message_count.saturating_sub(1);
        }
    }
    events::message_deleted(world, &message);
    world.touch();
}

/// Changes a message as a draft says. `fills`: it takes the place of a "thinking…", which is no edit to anybody.
pub fn change(world: &mut World, id: Id, draft: &Draft, fills: bool) -> Answer<()> {
    let Some(mut message) = world.messages.get(&id).cloned() else { return Err(errors::unknown_message()) };
    let (nonce, now) = (message.nonce.clone(), world.now_ms());
    if let Some(flags) = draft.flags {
        let movable = SUPPRESS_EMBEDS | COMPONENTS_V2;
        // The second kind of components stays.
        message.flags = message.flags & !SUPPRESS_EMBEDS | flags & movable;
    }
    let everyone = world
        .channels
        .get(&message.channel)
        .map_or(0, |channel| permissions::in_channel(world, channel, message.author));
    fill(world, &mut message, draft, everyone & MENTION_EVERYONE != 0);
    message.nonce = nonce;
    let bare = message.content.is_empty() && message.embeds.is_empty() && message.components.is_empty();
    if bare && message.attachments.is_empty() {
        return Err(errors::empty_message());
    }
    if fills {
        message.flags &= !LOADING;
    } else {
        message.edited_ms = Some(now);
        message.edits += 1;
    }
    world.messages.insert(id, message);
    events::message(world, "MESSAGE_UPDATE", id);
    world.touch();
    Ok(())
}

/// The message in the path, if the application can know of it.
pub fn find(world: &World, call: &Call) -> Answer<Message> {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    channels::may_see(world, channel, call.app)?;
    let found = world.messages.get(&id).filter(|message| message.channel == channel && message.only_for.is_none());
    found.cloned().ok_or_else(errors::unknown_message)
}

/// `PATCH /channels/{id}/messages/{id}`
pub fn edit(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let message = find(world, call)?;
    if message.author != call.app {
        return Err(errors::not_the_author());
    }
    if message.kind != 0 && message.kind != 19 && message.kind != 20 {
        return Err(errors::system_message());
    }
    still_open(world, message.channel, call.app)?;
    let layout = message.flags & COMPONENTS_V2 != 0;
    let mut draft = read(&call.body, &call.files, layout, Within::Body)?;
    draft.nonce = None;
    let may =
        world.channels.get(&message.channel).map_or(0, |channel| permissions::in_channel(world, channel, call.app));
    if may & EMBED_LINKS == 0 && draft.embeds.is_some() {
        draft.embeds = Some(Vec::new());
    }
    change(world, message.id, &draft, false)?;
    ok(show(world, message.id, call.app))
}

/// Nothing is edited in an archived thread.
fn still_open(world: &World, channel: Id, app: Id) -> Answer<()> {
    let Some(channel) = world.channels.get(&channel) else { return Err(errors::unknown_channel()) };
    let archived = channel.thread.as_ref().is_some_and(|thread| thread.archived);
    let minds = permissions::in_channel(world, channel, app) & MANAGE_THREADS == 0;
    if archived && minds { Err(errors::archived()) } else { Ok(()) }
}

/// `DELETE /channels/{id}/messages/{id}`
pub fn delete(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let message = find(world, call)?;
    if message.author != call.app {
        let channel = world.channels.get(&message.channel).ok_or_else(errors::unknown_channel)?;
        if channel.kind == DM {
            return Err(errors::not_of_a_dm());
        }
        if permissions::in_channel(world, channel, call.app) & MANAGE_MESSAGES == 0 {
            return Err(errors::missing_permissions());
        }
    }
    delete_message(world, message.id);
    nothing()
}
