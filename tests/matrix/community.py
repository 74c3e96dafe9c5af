"""A bot, its people and what they said to each other: what every script in which people talk to the bot begins with, and
what must hold at the end of each of them.
"""

import argparse
import asyncio
import collections
import contextlib
import pathlib
import re
import shutil
import sys
import tempfile
import time
import traceback

from bot import BOT, PASSWORD, Bot
from checks import check, joined
from homeserver import Homeserver
from members import UNDECRYPTABLE, Member


class Community:
    """A script says in `tell` what happens; `play` gives it a homeserver and a bot."""

    begin = None
    """The civil time at which the bot's clock begins, if not now."""
    inviters = ("@convener:localhost",)
    limits = False
    """Whether the homeserver keeps its own limits."""
    more = ""
    """What is added to the bot's configuration."""
    pace = (6000, 1000)
    """Messages a minute and at once; `None` for the bot's own."""

    def __init__(self, home, bot, wanted):
        self.home = home
        self.bot = bot
        self.wanted = wanted
        self.people = {}
        self.chats = {}
        """The rooms in which people are alone with the bot, where they opened them themselves."""
        self.commands = []
        """(member's name, event id, text) of everything said to the bot."""

    async def tell(self):
        raise NotImplementedError

    async def enter(self, name, welcome=(), client=Member, **more):
        """Somebody new, by this client."""
        user = self.home.register(name, f"{name}-password")
        member = await client.enter(self.home.url, user, f"{name}-password", welcome, **more)
        self.people[name] = member
        return member

    async def gather(self):
        """A convener, Ana and Luis in an encrypted room with the bot, which has been told that it is Eastbank: the room."""
        for name in ("convener", "ana", "luis"):
            await self.enter(name, welcome=[BOT])
        self.bot.start()
        convener, *others = self.people.values()
        invited = [BOT, *(member.id for member in others)]
        room = await convener.create_room("Eastbank", invite=invited, encrypted=True)
        for member in others:
            await member.join(room)
        await convener.wait("the bot in the room", bot_entered(room), 60)
        await self.ask("convener", room, '!aid community setup name:"Eastbank" zone:America/Chicago')
        return room

    async def say(self, name, room, text, **more):
        event = await self.people[name].say(room, text, **more)
        self.commands.append((name, event, text))
        return event

    async def ask(self, name, room, text, within=30):
        """Says it and returns the bot's answer."""
        event = await self.say(name, room, text)
        return await self.answer(name, event, text, within)

    async def answer(self, name, event, text, within=30):
        return await self.people[name].wait(f"the answer to {text!r}", answered(event), within)

    async def chat_of(self, name, within=60):
        """The direct chat the bot opened with this person."""
        member = self.people[name]
        came = await member.wait("the direct chat with the bot", opened_for(member.id), within)
        return came.room

    async def chat(self, name, encrypted=True):
        """The direct chat of this person with the bot: the one the bot opened, or else one they open."""
        member = self.people[name]
        opened = member.all(opened_for(member.id))
        if opened:
            return opened[0].room
        if name not in self.chats:
            self.chats[name] = await member.create_room(invite=[BOT], direct=True, encrypted=encrypted)
        await member.wait("the bot in the chat", bot_entered(self.chats[name]))
        return self.chats[name]

    def events(self):
        """Everything any member saw, once; decrypted if any of them could."""
        seen = {}
        for member in self.people.values():
            for one in member.seen:
                if one.id not in seen or seen[one.id].kind == UNDECRYPTABLE:
                    seen[one.id] = one
        return seen

    def check_answers(self):
        answers = collections.defaultdict(list)
        for seen in self.events().values():
            if seen.sender == BOT and seen.answers and not seen.edits:
                answers[seen.answers].append(seen)
        for name, event, text in self.commands:
            found = answers[event]
            check(len(found) == 1, f"{name}'s {text!r} has {len(found)} answers: {[s.body for s in found]}")

    def check_keys(self):
        keys = collections.Counter(seen.key for seen in self.events().values() if seen.sender == BOT and seen.key)
        twice = [key for key, times in keys.items() if times > 1]
        check(not twice, f"said twice: {twice}")
        unmarked = [s for s in self.events().values() if s.sender == BOT and s.kind == "m.room.message" and not s.key]
        check(not unmarked, f"{len(unmarked)} messages of the bot carry no key")

    def check_read(self):
        """Everybody could read everything the bot wrote where they are."""
        for member in self.people.values():
            closed = [seen.short for seen in member.unread() if seen.sender == BOT]
            check(not closed, f"{member.id} cannot read {len(closed)} messages of the bot: {closed[:3]}")

    async def check_device(self, name):
        """The bot's one device is vouched for by its own keys, says the homeserver to this member."""
        member = self.people[name]
        devices = await member.devices(BOT)
        check(len(devices) == 1, f"the bot has the devices {devices}")
        check(await member.cross_signed(BOT, devices[0]), "the bot's device is not vouched for by the bot's own keys")
        return devices[0]


def opened_for(user):
    """The beginning of a direct chat that the bot opens."""
    return lambda s: s.kind == "m.room.create" and s.content.get("org.barnraiser.direct") == user


def card_of(ask):
    return lambda s: not s.answers and re.search(rf"\b{ask}\b", s.body) is not None


def answered(event):
    return lambda s: s.sender == BOT and s.answers == event and not s.edits


def bot_entered(room):
    return lambda s: s.room == room and joined(s, BOT)


def from_bot(room, msgtype, more):
    return lambda s: s.room == room and s.sender == BOT and s.msgtype == msgtype and not s.edits and more(s)


async def play(community, wanted):
    """Plays a script from beginning to end. 0 if it holds; what was missing is printed."""
    began = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-played-"))
    with Homeserver(community.limits) as home:
        home.register("bot", PASSWORD)
        bot = Bot(wanted.bot, home.url, folder, community.begin, community.inviters, community.more, pace=community.pace)
        played = community(home, bot, wanted)
        try:
            await played.tell()
            print(f"it holds ({time.monotonic() - began:.0f} s)", flush=True)
            return 0
        except Exception:
            traceback.print_exc()
            print(f"--- the bot's log\n{bot.log()[-8000:]}\n--- the homeserver's log\n{home.log()}", file=sys.stderr)
            return 1
        finally:
            bot.kill()
            for member in played.people.values():
                with contextlib.suppress(Exception):
                    await member.leave()
            shutil.rmtree(folder, ignore_errors=True)


def main(community, about, arguments=lambda parser: None):
    """What a script does when it is run."""
    parser = argparse.ArgumentParser(description=about.split("\n\n")[0])
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    arguments(parser)
    wanted = parser.parse_args()
    wanted.bot = str(pathlib.Path(wanted.bot).resolve())
    sys.exit(asyncio.run(play(community, wanted)))
