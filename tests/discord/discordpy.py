"""The bot of the scenario with discord.py. What it must do is written in scenario.py; js/discordjs.mjs does the same with
another library.

The first line of standard input is JSON: {"http": …, "token": …, "guild": …}. Each further line is a word from the scenario
("go"). Standard output is for lines of JSON alone: what this library made of what it was told.
"""

import asyncio
import datetime
import io
import json
import logging
import sys
import urllib.request

import discord
import yarl
from discord import app_commands
from discord.app_commands import locale_str
from discord.gateway import DiscordWebSocket

SPANISH = {"say": "decir", "Says back what it was told": "Repite lo que se le dice"}


def tell(**line):
    print(json.dumps(line), flush=True)


def said(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def code(error):
    return f"{error.status} {error.code}"


class Spanish(app_commands.Translator):
    async def translate(self, string, locale, context):
        return SPANISH.get(string.message) if locale is discord.Locale.spain_spanish else None


class Card(discord.ui.View):
    """A card's buttons and its list of choices. Nothing a press needs is kept here: the count stands in the message."""

    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Pledge", custom_id="card:pledge", style=discord.ButtonStyle.primary, row=0)
    async def pledge(self, interaction, button):
        count = int(interaction.message.content.split()[-1]) + 1
        await interaction.response.edit_message(content=f"Pledges: {count}")

    @discord.ui.button(label="Maybe", custom_id="card:maybe", row=0)
    async def maybe(self, interaction, button):
        await interaction.response.send_message(f"Noted, {interaction.user.display_name}", ephemeral=True)

    @discord.ui.button(label="Later", custom_id="card:later", row=0)
    async def later(self, interaction, button):
        await interaction.response.defer()
        count = int(interaction.message.content.split()[-1]) + 10
        await interaction.edit_original_response(content=f"Pledges: {count}")

    @discord.ui.button(label="More", custom_id="card:more", row=0)
    async def more(self, interaction, button):
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Gone", custom_id="card:gone", disabled=True, row=0)
    async def gone(self, interaction, button):
        await interaction.response.send_message("This cannot be pressed", ephemeral=True)

    @discord.ui.select(
        custom_id="card:kind",
        placeholder="Kinds of help",
        min_values=1,
        max_values=2,
        row=1,
        options=[
            discord.SelectOption(label="Food", value="food", description="A meal"),
            discord.SelectOption(label="Ride", value="ride", emoji="🚗"),
            discord.SelectOption(label="Time", value="time"),
        ],
    )
    async def kind(self, interaction, select):
        await interaction.response.send_message(f"Chosen: {', '.join(select.values)}", ephemeral=True)


class Form(discord.ui.Modal, title="An ask"):
    what = discord.ui.TextInput(label="What", custom_id="what", min_length=3, max_length=40)
    why = discord.ui.TextInput(label="Why", custom_id="why", style=discord.TextStyle.paragraph, required=False)

    def __init__(self):
        super().__init__(custom_id="form", timeout=None)

    async def on_submit(self, interaction):
        words = f"What: {self.what.value}; why: {self.why.value or '-'}"
        if interaction.message:
            await interaction.response.edit_message(content=f"{words} 0")
        else:
            await interaction.response.send_message(words, ephemeral=True)


class Bot(discord.Client):
    def __init__(self, guild):
        intents = discord.Intents(guilds=True, messages=True, reactions=True, guild_scheduled_events=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        self.home = discord.Object(guild)
        self.words = asyncio.Queue()
        self.synced = False

    async def setup_hook(self):
        await self.tree.set_translator(Spanish())
        for command in COMMANDS:
            self.tree.add_command(command)
        self.tree.add_command(here, guild=self.home)
        self.add_view(Card())

    async def on_ready(self):
        tell(told="session")
        if self.synced:
            return
        self.synced = True
        everywhere = [command.name for command in await self.tree.sync()]
        at_home = [command.name for command in await self.tree.sync(guild=self.home)]
        fetched = [command.name for command in await self.tree.fetch_commands()]
        guilds = [
            {"name": one.name, "channels": sorted(c.name for c in one.channels), "roles": sorted(r.name for r in one.roles)}
            for one in self.guilds
        ]
        tell(
            told="ready",
            user=self.user.name,
            guilds=guilds,
            commands=sorted(everywhere),
            fetched=sorted(fetched),
            at_home=sorted(at_home),
        )

    async def on_resumed(self):
        tell(told="resumed")

    async def on_message(self, message):
        if message.author == self.user:
            return
        where = "dm" if message.guild is None else message.channel.name
        tell(told="message", where=where, author=message.author.name, content=message.content)
        if self.user in message.mentions:
            await message.reply("You called?")

    async def on_raw_message_edit(self, payload):
        if payload.message.author != self.user:
            tell(told="edited", content=payload.message.content)

    async def on_raw_message_delete(self, payload):
        tell(told="deleted")

    async def on_guild_unavailable(self, guild):
        tell(told="unavailable", guild=guild.name)

    async def on_guild_available(self, guild):
        tell(told="available", guild=guild.name)

    async def on_guild_remove(self, guild):
        tell(told="removed", guild=guild.name)

    async def on_guild_join(self, guild):
        tell(told="joined", guild=guild.name)

    async def on_guild_channel_create(self, channel):
        tell(told="channel", name=channel.name)

    async def on_guild_role_create(self, role):
        tell(told="role", name=role.name)

    async def on_guild_channel_update(self, before, after):
        tell(told="channel changed", name=after.name)

    async def on_guild_channel_delete(self, channel):
        tell(told="channel gone", name=channel.name)

    async def on_guild_role_update(self, before, after):
        tell(told="role changed", name=after.name)

    async def on_guild_role_delete(self, role):
        tell(told="role gone", name=role.name)

    async def on_guild_update(self, before, after):
        tell(told="owner", id=str(after.owner_id))

    async def on_member_update(self, before, after):
        tell(told="member", name=after.name, roles=sorted(role.name for role in after.roles))

    async def on_raw_reaction_add(self, payload):
        if payload.user_id != self.user.id:
            tell(told="reaction", emoji=payload.emoji.name)

    async def on_thread_create(self, thread):
        tell(told="thread", name=thread.name)

    async def on_scheduled_event_create(self, event):
        tell(told="event", name=event.name)

    async def on_scheduled_event_update(self, before, after):
        tell(told="event moved", name=after.name)

    async def on_scheduled_event_delete(self, event):
        tell(told="event gone", name=event.name)


@app_commands.command(name=locale_str("say"), description=locale_str("Says back what it was told"))
@app_commands.choices(kind=[app_commands.Choice(name="Food", value="food"), app_commands.Choice(name="Ride", value="ride")])
async def say(
    interaction: discord.Interaction,
    text: app_commands.Range[str, 1, 50],
    times: app_commands.Range[int, 1, 3],
    much: float | None = None,
    kind: str | None = None,
    who: discord.Member | None = None,
    role: discord.Role | None = None,
    where: discord.TextChannel | None = None,
    loud: bool | None = None,
):
    """What Discord's options become in this library."""
    parts = {
        "text": text,
        "times": times,
        "much": much,
        "kind": kind,
        "who": who and who.display_name,
        "role": role and role.name,
        "where": where and where.name,
        "loud": loud,
        "by": interaction.user.display_name,
        "in": interaction.channel.name,
        "locale": interaction.locale.value,
    }
    await interaction.response.send_message("; ".join(f"{key}: {said(value)}" for key, value in parts.items()))


@app_commands.command(description="Finds an ask by its id")
async def find(interaction: discord.Interaction, id: str):
    await interaction.response.send_message(f"Found {id}", ephemeral=True)


@find.autocomplete("id")
async def find_ids(interaction, typed):
    return [app_commands.Choice(name=f"{one}, a lamp", value=one) for one in ("A1", "A12", "B2") if one.startswith(typed)]


@app_commands.command(description="Posts a card")
async def card(interaction: discord.Interaction):
    embed = discord.Embed(title="A1", description="Two folding tables", colour=0x336699)
    embed.add_field(name="Needed", value="2").set_footer(text="by Friday")
    await interaction.response.send_message("Pledges: 0", embed=embed, view=Card())


@app_commands.command(description="Opens a form")
async def form(interaction: discord.Interaction):
    await interaction.response.send_modal(Form())


@app_commands.command(description="Answers later")
async def slow(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content="Worked it out")
    more = await interaction.followup.send("There is more", ephemeral=True, wait=True)
    await more.edit(content="There is more, and better")
    gone = await interaction.followup.send("Never mind", ephemeral=True, wait=True)
    await gone.delete()
    first = await interaction.original_response()
    tell(told="slow", first=first.content, ephemeral=first.flags.ephemeral)


@app_commands.command(description="Answers later, for everybody, and takes it back")
async def fleeting(interaction: discord.Interaction):
    await interaction.response.defer()
    await interaction.edit_original_response(content="Here for a moment")
    await interaction.delete_original_response()
    await interaction.followup.send("Gone again", ephemeral=True)


@app_commands.command(description="Writes to you alone")
async def whisper(interaction: discord.Interaction, text: str):
    await interaction.response.defer(ephemeral=True)
    try:
        sent = await interaction.user.send(text)
        await sent.edit(content=f"{text}!")
        answer = f"Sent to {interaction.user.name}"
    except discord.Forbidden as error:
        answer = f"Refused: {code(error)}"
    await interaction.edit_original_response(content=answer)


@app_commands.command(description="Opens a thread under its answer")
async def thread(interaction: discord.Interaction, name: str):
    await interaction.response.send_message("A thread follows")
    answer = await interaction.original_response()
    message = await interaction.channel.fetch_message(answer.id)
    opened = await message.create_thread(name=name, auto_archive_duration=1440)
    await opened.send("Talk here")
    await interaction.followup.send(f"{opened.name} in {opened.parent.name}", ephemeral=True)


@app_commands.guild_only()
@app_commands.default_permissions(manage_events=True)
class Meet(app_commands.Group):
    def __init__(self):
        super().__init__(name="meet", description="Gatherings")

    @app_commands.command(description="Plans one")
    async def plan(self, interaction: discord.Interaction, name: str):
        begins = datetime.datetime(2031, 3, 4, 18, 0, tzinfo=datetime.UTC)
        event = await interaction.guild.create_scheduled_event(
            name=name,
            description="All welcome",
            start_time=begins,
            end_time=begins + datetime.timedelta(hours=2),
            entity_type=discord.EntityType.external,
            location="The hall",
            privacy_level=discord.PrivacyLevel.guild_only,
        )
        await interaction.response.send_message(f"{event.name} at {event.location}, {event.status.name}")

    @app_commands.command(description="Moves it by a day")
    async def move(self, interaction: discord.Interaction):
        [event] = await interaction.guild.fetch_scheduled_events()
        day = datetime.timedelta(days=1)
        event = await event.edit(start_time=event.start_time + day, end_time=event.end_time + day)
        await interaction.response.send_message(f"{event.name} on {event.start_time:%Y-%m-%d %H:%M}")

    @app_commands.command(description="Calls it off")
    async def cancel(self, interaction: discord.Interaction):
        [event] = await interaction.guild.fetch_scheduled_events()
        await event.delete()
        left = await interaction.guild.fetch_scheduled_events()
        await interaction.response.send_message(f"Events left: {len(left)}")


@app_commands.command(description="What the bot and you may do here")
@app_commands.guild_only()
async def may(interaction: discord.Interaction):
    """As Discord says it with the interaction, and as this library works it out from roles and overwrites."""
    me, channel = interaction.guild.me, interaction.channel
    guild, fetched = await interaction.client.fetch_guild(interaction.guild_id), await interaction.guild.fetch_member(me.id)
    rows = {
        "told": interaction.app_permissions,
        "worked out": interaction.guild.get_channel(channel.id).permissions_for(me),
        "you": interaction.permissions,
    }
    names = {"send": "send_messages", "embed": "embed_links", "history": "read_message_history", "events": "manage_events"}
    lines = [f"{row}: {', '.join(n for n, flag in names.items() if getattr(can, flag)) or '-'}" for row, can in rows.items()]
    # In a channel of words, this library leaves out what is about voices.
    differ = (rows["told"].value ^ rows["worked out"].value) & ~discord.Permissions.voice().value
    lines.append(f"all the same: {said(differ == 0)}")
    lines.append(f"{guild.name}, roles of mine: {', '.join(sorted(role.name for role in fetched.roles))}")
    await interaction.response.send_message("\n".join(lines), ephemeral=True)


@app_commands.command(description="Posts, edits, reads back and deletes")
@app_commands.guild_only()
async def post(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    channel, answers = interaction.client.get_channel(interaction.channel_id), []
    nonce = f"post:{interaction.id}"
    try:
        first = await channel.send("Kept", nonce=nonce)
        again = await channel.send("Kept", nonce=nonce)
        answers.append(f"same message: {said(first.id == again.id)}")
        await first.edit(content="Kept, edited", embed=discord.Embed(description="An embed"))
        answers.append(f"embeds: {len((await channel.fetch_message(first.id)).embeds)}")
        read = [message async for message in channel.history(limit=10)]
        answers.append(f"in history: {said(first.id in [message.id for message in read])}")
        newer = [message async for message in channel.history(limit=10, after=first)]
        answers.append(f"after it: {len(newer)}")
        doomed = await channel.send("Doomed")
        await doomed.delete()
        try:
            await channel.fetch_message(doomed.id)
        except discord.HTTPException as error:
            answers.append(f"deleted: {code(error)}")
    except discord.HTTPException as error:
        answers.append(f"refused: {code(error)}")
    await interaction.edit_original_response(content="; ".join(answers))


@app_commands.command(description="Looks at everything there is")
@app_commands.guild_only()
async def tour(interaction: discord.Interaction):
    """What a bot may ask for or do that is nobody's errand here."""
    await interaction.response.defer(ephemeral=True)
    client, guild = interaction.client, interaction.guild
    channel, answers = guild.get_channel(interaction.channel_id), []
    person, member = await client.fetch_user(interaction.user.id), await guild.fetch_member(interaction.user.id)
    answers.append(f"{person.global_name} with {len(member.roles)} roles")
    answers.append(f"{len(await guild.fetch_channels())} channels, {len(await guild.fetch_roles())} roles")
    answers.append(f"{len([one async for one in client.fetch_guilds()])} servers")
    named = await guild.me.edit(nick="Porter of Eastbank")
    answers.append(named.nick)
    async with channel.typing():
        message = await channel.send("With a file", file=discord.File(io.BytesIO(b"hello"), "note.txt"))
    answers.append(f"{message.attachments[0].filename}, {message.attachments[0].size} bytes")
    await message.add_reaction("🙋")
    [reaction] = (await channel.fetch_message(message.id)).reactions
    answers.append(f"{reaction.emoji} by {', '.join([user.name async for user in reaction.users()])}")
    await reaction.remove(client.user)
    aside = await channel.create_thread(name="Aside", type=discord.ChannelType.public_thread)
    active = [thread.name for thread in await guild.active_threads()]
    aside = await aside.edit(name="Aside, kept", archived=True)
    answers.append(f"{'Aside' in active}, {aside.name}, {aside.archived}".lower())
    [own] = [command for command in await client.tree.fetch_commands() if command.name == "tour"]
    await own.edit(description="Looks around")
    answers.append((await client.tree.fetch_command(own.id)).description)
    await interaction.edit_original_response(content="; ".join(answers))


@app_commands.command(description="Everything that Discord refuses")
async def wrong(interaction: discord.Interaction):
    await interaction.response.send_message("Trying", ephemeral=True)
    channel, rest, answers = interaction.channel, interaction.client.http, []
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"

    async def attempt(name, method, path, **more):
        try:
            await rest.request(discord.http.Route(method, path), **more)
            answers.append(f"{name}: taken")
        except discord.HTTPException as error:
            answers.append(f"{name}: {code(error)}")

    messages = f"/channels/{channel.id}/messages"
    await attempt("twice", "POST", callback, json={"type": 4, "data": {"content": "Again"}})
    await attempt("empty", "POST", messages, json={"content": ""})
    await attempt("long", "POST", messages, json={"content": "x" * 2001})
    await attempt("nonce", "POST", messages, json={"content": "x", "nonce": "n" * 26})
    await attempt("no message", "PATCH", f"{messages}/1", json={"content": "x"})
    await attempt("no channel", "GET", "/channels/1")
    await attempt("no user", "POST", "/users/@me/channels", json={"recipient_id": "1"})
    await attempt("not its own", "POST", f"/interactions/1/{interaction.token}x/callback", json={"type": 5})
    await attempt("same name", "PUT", f"/applications/{interaction.application_id}/commands", json=SAME_NAME)
    await attempt("bad name", "PUT", f"/applications/{interaction.application_id}/commands", json=BAD_NAME)
    await interaction.edit_original_response(content="; ".join(answers))


SAME_NAME = [{"name": "twin", "description": "One"}, {"name": "twin", "description": "Two"}]
BAD_NAME = [{"name": "Not Lower", "description": "One"}]


@app_commands.command(description="Answers when it is told to, which may be too late")
async def late(interaction: discord.Interaction):
    tell(told="late")
    await interaction.client.words.get()
    try:
        await interaction.response.send_message("In time", ephemeral=True)
        tell(told="answered", code="200 0")
    except discord.HTTPException as error:
        tell(told="answered", code=code(error))


@app_commands.command(description="Only in this server")
async def here(interaction: discord.Interaction):
    await interaction.response.send_message("Here", ephemeral=True)


COMMANDS = [say, find, card, form, slow, fleeting, whisper, thread, Meet(), may, post, tour, wrong, late]


async def listen(lines, words):
    while line := await lines.readline():
        words.put_nowait(line.decode().strip())


async def main():
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    wanted = json.loads(await lines.readline())
    base = f"{wanted['http']}/api/v10"
    with urllib.request.urlopen(f"{base}/gateway", timeout=10) as answer:
        gateway = json.load(answer)["url"]
    discord.http.Route.BASE = base
    # This library never asks where the gateway is.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    discord.utils.setup_logging(handler=logging.StreamHandler(sys.stderr), level=logging.WARNING)
    async with Bot(int(wanted["guild"])) as bot:
        listening = asyncio.create_task(listen(lines, bot.words))
        listening.add_done_callback(lambda _: asyncio.ensure_future(bot.close()))
        await bot.start(wanted["token"])


if __name__ == "__main__":
    asyncio.run(main())
