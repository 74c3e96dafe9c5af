//! What follows the first reply: `@original` and followups, as long as the token lives.

use super::{Call, Reply, interactions, messages, nothing, ok};
use crate::clock::Id;
use crate::errors::{self, Answer};
use crate::rules::message::{Within, not_empty, read, settable};
use crate::state::{COMPONENTS_V2, EPHEMERAL, Interaction, LOADING, World};

/// The interaction whose token stands in the path.
fn find(world: &World, call: &mut Call) -> Answer<Interaction> {
    let app = call.id(0)?;
    let found = world.tokens.get(call.text(1)).and_then(|id| world.interactions.get(id));
    let interaction = found.filter(|found| found.app == app).ok_or_else(errors::bad_webhook_token)?;
    if world.now_ms() - interaction.made_ms > world.settings.token_for_ms {
        return Err(errors::bad_webhook_token());
    }
    if interaction.ack.is_none() {
        return Err(errors::unknown_webhook());
    }
    call.app = app;
    Ok(interaction.clone())
}

/// The message in the path: `@original`, or one that this token made.
fn target(call: &Call, interaction: &Interaction) -> Answer<Id> {
    if call.params.len() == 2 {
        return interaction.original.ok_or_else(errors::unknown_message);
    }
    let id = call.id(2)?;
    let own = interaction.original == Some(id) || interaction.followups.contains(&id);
    if own { Ok(id) } else { Err(errors::unknown_message()) }
}

/// `GET /webhooks/{application}/{token}/messages/{message}`
pub fn get(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let interaction = find(world, call)?;
    let id = target(call, &interaction)?;
    if world.messages.contains_key(&id) {
        ok(messages::show(world, id, call.app))
    } else {
        Err(errors::unknown_message())
    }
}

/// `PATCH /webhooks/{application}/{token}/messages/{message}`
pub fn edit(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let interaction = find(world, call)?;
    let id = target(call, &interaction)?;
    change(world, call, &interaction, id)
}

fn change(world: &mut World, call: &Call, interaction: &Interaction, id: Id) -> Answer<Reply> {
    let message = world.messages.get(&id).ok_or_else(errors::unknown_message)?;
    let fills = message.flags & LOADING != 0;
    let layout = message.flags & COMPONENTS_V2 != 0;
    let mut draft = read(&call.body, &call.files, layout, Within::Body)?;
    // Who sees it was fixed by the first reply.
    draft.flags = draft.flags.map(|flags| settable(flags, false));
    messages::change(world, id, &draft, fills)?;
    if let Some(stored) = world.interactions.get_mut(&interaction.id)
        && stored.original == Some(id)
    {
        stored.filled = true;
        stored.updates += 1;
    }
    ok(messages::show(world, id, call.app))
}

/// `POST /webhooks/{application}/{token}`: the first one after "thinking…" takes its place.
pub fn follow_up(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let interaction = find(world, call)?;
    let thinking = interaction.original.filter(|id| world.messages.get(id).is_some_and(|it| it.flags & LOADING != 0));
    if let Some(id) = thinking {
        let draft = read(&call.body, &call.files, false, Within::Body)?;
        not_empty(&draft)?;
        return change(world, call, &interaction, id);
    }
    let draft = read(&call.body, &call.files, false, Within::Body)?;
    not_empty(&draft)?;
    let flags = settable(draft.flags.unwrap_or(0), true);
    let mut message = interactions::reply_message(&interaction, flags);
    message.kind = if interaction.original.is_some() { 19 } else { 0 };
    message.reference = interaction.original.filter(|id| world.messages.contains_key(id));
    if message.reference.is_none() {
        message.kind = 0;
    }
    message.follows = interaction.original;
    message.only_for = (flags & EPHEMERAL != 0).then_some(interaction.user);
    let may = interactions::everyone(world, &interaction);
    messages::fill(world, &mut message, &draft, may);
    let id = messages::give_message(world, message);
    if let Some(stored) = world.interactions.get_mut(&interaction.id) {
        stored.followups.push(id);
    }
    ok(messages::show(world, id, call.app))
}

/// `DELETE /webhooks/{application}/{token}/messages/{message}`
pub fn delete(world: &mut World, call: &mut Call) -> Answer<Reply> {
    let interaction = find(world, call)?;
    let id = target(call, &interaction)?;
    if !world.messages.contains_key(&id) {
        return Err(errors::unknown_message());
    }
    messages::delete_message(world, id);
    nothing()
}
