"""Six weeks of Eastbank in an encrypted room: what tests/stories/eastbank.script says in the console is typed by people with
real clients, private asks in encrypted direct chats, one of them with another client than the rest.

    python tests/matrix/encrypted.py --bot target/debug/barnraiser

The console is the oracle: what it says without being asked (nudges, notices, the preview, the digest), to whom and on which
day, the bot in the room says too, and nothing else; and its totals at the end are the same. The weeks pass by stopping the
bot and starting it with a later clock: at each line of the script that moves it, and at each moment at which the console
said something.

In the end every message of the bot was encrypted, each of its readers could decrypt it, strict clients show no warning
beside it, and the bot's device is vouched for by the bot's own keys. With --plain it all happens in rooms that are not
encrypted. Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py and the folder described in reading.py.
"""

import asyncio
import collections
import contextlib
import dataclasses
import datetime
import json
import pathlib
import re
import sqlite3
import sys
import time
import zoneinfo

import homeserver

homeserver.use_venv()
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "stories"))

import community  # noqa: E402
import weeks  # noqa: E402
from bot import BOT, ZONE  # noqa: E402
from checks import check, entered, step  # noqa: E402
from community import bot_entered  # noqa: E402
from reading import Reader  # noqa: E402

WITH_ANOTHER_CLIENT = "dev"
"""Somebody of the script who has matrix-js-sdk."""


@dataclasses.dataclass
class Moment:
    at: datetime.datetime
    lines: list
    """(who, whether to the bot alone, what) of the script, in order."""
    said: collections.Counter
    """What the console said of itself."""


class Encrypted(community.Community):
    inviters = ("@amara:localhost",)

    async def tell(self):
        moments = self.moments()
        names = sorted({who for moment in moments for who, _, _ in moment.lines} | {"watcher"})
        step(f"{len(names)} people, and the bot in {'a room' if self.wanted.plain else 'an encrypted room'}")
        for name in names:
            client = {"client": Reader} if name in (WITH_ANOTHER_CLIENT, "watcher") else {}
            await self.enter(name, welcome=[BOT, "@amara:localhost"], **client)
        self.encrypted = not self.wanted.plain
        amara = self.people["amara"]
        invite = [self.people[name].id for name in names if name != "amara"]
        self.room = await amara.create_room("Eastbank", invite=invite, encrypted=self.encrypted)
        await amara.wait_for_all("everybody in the room", [entered(self.room, user) for user in invite])
        expected = collections.Counter()
        for moment in moments:
            expected += moment.said
            await self.live(moment, expected)
        await self.judge(expected)

    # --- the console's weeks ---------------------------------------------------------------------------------------------

    def moments(self):
        """Plays the script in the console, and returns every moment at which something is said by anybody."""
        data = self.bot.folder / "console"
        self.bot.tool("console", "--script", weeks.SCRIPT, "--data", data)
        moments = {at: Moment(at, said, collections.Counter()) for at, said in weeks.lines().items()}
        scripted = set(moments)
        for settled, what in effects(data / "barnraiser.db"):
            at = datetime.datetime.fromtimestamp(settled / 1000, datetime.timezone.utc)
            at = weeks.lived_at(at, scripted)
            moments.setdefault(at, Moment(at, [], collections.Counter())).said[what] += 1
        eventful = [moment for moment in moments.values() if moment.lines or moment.said]
        return sorted(eventful, key=lambda moment: moment.at)

    # --- the room's weeks ------------------------------------------------------------------------------------------------

    async def live(self, moment, expected):
        there = moment.at.astimezone(zoneinfo.ZoneInfo(ZONE))
        step(f"{there:%a %d %b %H:%M}: {len(moment.lines)} said, {sum(moment.said.values())} of itself")
        self.bot.start(at=moment.at)
        if not self.commands:
            amara = self.people["amara"]
            await amara.invite(self.room, BOT)
            await amara.wait("the bot in the room", bot_entered(self.room))
            await self.everybody_knows_the_bot()
        for who, alone, what in moment.lines:
            room, text = (await self.chat(who, self.encrypted), what) if alone else (self.room, f"!aid {what}")
            await self.ask(who, room, text)
        calm = lambda: self.missing(expected) is None and not self.waiting()  # noqa: E731
        await self.bot.until("what the console says", calm, missing=lambda: self.missing(expected))
        self.bot.stop()

    async def everybody_knows_the_bot(self):
        """Whoever has not seen it come would write what it cannot read."""
        for member in self.people.values():
            await member.wait("the bot in the room", bot_entered(self.room))

    def waiting(self):
        """How many messages could go out by now, or are on their way."""
        now = self.bot.now().timestamp() * 1000
        ((rows,),) = self.bot.ask(
            "select count(*) from outbox where state in ('sending', 'unknown') or (state = 'ready' and not_before <= ?)", now
        )
        return rows

    def said(self):
        return collections.Counter(what for _, what in effects(self.bot.data / "barnraiser.db"))

    def missing(self, expected):
        """What differs from what the console has said until then; `None` if nothing does."""
        said = self.said()
        return None if said == expected else f"missing {dict(expected - said)}, too much {dict(said - expected)}"

    # --- in the end ------------------------------------------------------------------------------------------------------

    async def judge(self, expected):
        step("the totals are the console's")
        differs = self.missing(expected)
        check(differs is None, f"what the bot said of itself is not what the console said: {differs}")
        report = self.bot.folder / "report.script"
        report.write_text(":report\n")
        said = self.bot.tool("console", "--json", "--script", report, "--data", self.bot.data)
        totals = json.loads(said.splitlines()[-1])["report"]
        pledges, asks = weeks.short(totals)
        check(pledges == weeks.TOTALS, f"the pledges are {pledges}")
        check(asks == weeks.ASKS, f"the asks are {asks}")

        step("every command has one answer, and nothing was said twice")
        delivered = {key for (key,) in self.bot.ask("select key from outbox where state = 'delivered' and key is not null")}
        await self.seen_by_somebody(delivered)
        self.check_answers()
        self.check_keys()

        step("private words were private")
        for member in self.people.values():
            if member.id not in ("@sol:localhost", "@amara:localhost", "@luis:localhost", "@pia:localhost"):
                shown = member.all(lambda s: "clinic appointment" in str(s.content))
                check(not shown, f"{member.id} sees the private ask")

        if not self.encrypted:
            return
        step("every message of the bot was encrypted, decrypted by all, and no client warns of it")
        self.check_read()
        for member in self.people.values():
            bare = member.all(lambda s: s.sender == BOT and s.kind == "m.room.message" and not s.encrypted)
            check(not bare, f"{member.id} saw {len(bare)} messages of the bot in the clear: {[s.short for s in bare[:3]]}")
        for name in (WITH_ANOTHER_CLIENT, "watcher"):
            warned = self.people[name].all(lambda s: s.sender == BOT and s.encrypted and s.shield != 0)
            check(not warned, f"{name}'s client warns of {len(warned)} messages: {[s.short for s in warned[:3]]}")
            cards = self.people[name].all(lambda s: s.sender == BOT and s.room == self.room and s.encrypted)
            check(cards, f"{name} saw nothing of the bot")
        device = await self.check_device("amara")
        check(await self.people["watcher"].finds_signed(BOT, device), "matrix-js-sdk finds the bot's device unsigned")

    async def seen_by_somebody(self, keys):
        """The last of what the bot said may be on its way to the people when it has stopped."""
        deadline = time.monotonic() + 30
        while unseen := keys - {event.key for event in self.events().values() if event.sender == BOT}:
            check(time.monotonic() < deadline, f"{len(unseen)} of {len(keys)} messages were seen by nobody")
            await asyncio.sleep(0.1)  # It is any of them who may see it; nobody alone could wake us.


def effects(path):
    """(milliseconds, (person or None, what)) of everything said and settled of itself, by a database of the bot's."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as database:
        rows = database.execute("select settled_at, effect, destination, cause from outbox where state = 'delivered'").fetchall()
        silent = database.execute("select state_at, number from pledges where confirmed_by = 'silence'").fetchall()
    found = [(at, (None, f"P{number} is kept")) for at, number in silent]
    for settled, effect, destination, cause in rows:
        if cause in weeks.OF_ITSELF:
            person = json.loads(destination).get("Person", {}).get("id")
            person = person and person.removeprefix("@").split(":")[0]
            # Members' numbers, events and minutes are each database's own.
            effect = re.sub(r":M\d+|:\d+\.\d+|:\$\S+|T\d\d:\S*Z", "", effect)
            found.append((settled, (person, effect)))
    return found


def arguments(parser):
    parser.add_argument("--plain", action="store_true", help="in rooms that are not encrypted")


if __name__ == "__main__":
    community.main(Encrypted, __doc__, arguments)
