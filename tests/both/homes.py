"""One program with two homes: it is on Matrix and on Discord at once, a Synapse and the stand-in, and people have an account on
either or on both. What a script about one community in two places begins with; the clients are those of `tests/matrix` and
`tests/discord`.

While a script waits on Discord nobody reads on Matrix; nothing is lost by it, since they read it afterwards. It ends only the
processes it started itself.
"""

import argparse
import asyncio
import json
import pathlib
import re
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
for shared in ("matrix", "discord", "stories"):
    sys.path.append(str(TESTS / shared))

import homeserver  # noqa: E402

homeserver.use_venv()

import community  # noqa: E402
import played  # noqa: E402
from bot import BOT, ZONE, civil  # noqa: E402
from checks import check, entered  # noqa: E402
from community import answered, bot_entered, card_of, from_bot  # noqa: E402
from program import section  # noqa: E402
from twin import Twin  # noqa: E402

ROOM, CHAT = "room", "chat"
"""Where somebody speaks on Matrix: in the community's room, or alone with the bot."""
CHANNEL, DM = "help", "dm"
"""And on Discord."""

POSITIONS = ("ask", "pledge", "id", "code", "account", "words")
"""Options that have no name where a command is written as text, in this order."""
OF_HELPER, OF_ASKER = ("done", "adjust", "handback"), ("confirm", "thanks")
"""Whose a pledge must be, and whose the ask it is for, for somebody to say this about it."""

PATIENT = 55
"""Seconds; what met a bad connection is tried again half a minute later, however soon the platform is back."""

CODE = re.compile(r"\b[B-DF-HJ-NP-TV-Z]{4}-[B-DF-HJ-NP-TV-Z]{4}\b")


class Homes(community.Community):
    """`tell` is the script's; `main` gives it a homeserver, a stand-in and a bot that is at home on both."""

    inviters = ("@amara:localhost",)
    twin = None
    """The stand-in."""

    def __init__(self, home, bot, wanted):
        super().__init__(home, bot, wanted)
        self.discord = played.Played(self.twin, bot, wanted.record)
        self.rooms = {}
        """The ids of rooms by where people say they speak."""
        self.lines = []
        """What was asked, promised and done, as the console would be told."""
        self.made_by = {}
        """Which account an ask or a pledge is of, and for a pledge which ask it is for."""

    # --- the beginning ---------------------------------------------------------------------------------------------------

    async def open(self, on_matrix, on_discord, server):
        """Everybody has their accounts; the first of each list convenes there. The bot runs, and nothing is set up yet."""
        for name in on_matrix:
            await self.enter(name, welcome=[BOT, f"@{on_matrix[0]}:localhost"])
        for name in on_discord:
            self.discord.enter(name, shown=name.title())
        self.begin_at(self.begin)
        await self.open_room(ROOM, *on_matrix)
        self.discord.open_server(server, on_discord[0], [CHANNEL])

    async def open_room(self, where, *names):
        """An encrypted room of the first one's, with the others and the bot in it."""
        first, *others = (self.people[name] for name in names)
        invited = [member.id for member in others]
        room = self.rooms[where] = await first.create_room(where, invite=[BOT, *invited], encrypted=True)
        await first.wait_for_all("everybody in the room", [entered(room, user) for user in invited])
        for member in (first, *others):
            await member.wait("the bot in the room", bot_entered(room), 60)

    @property
    def room(self):
        return self.rooms[ROOM]

    def begin_at(self, at, hears=True):
        """Starts the bot at this time; if it runs, it is ended first."""
        if self.bot.process is not None:
            self.bot.stop()
            self.twin.until(connected=False)
        self.bot.start(at=at)
        self.lines.append(f":now {at:%Y-%m-%d %H:%M} {ZONE}")
        if hears:
            self.discord.hears()

    def killed(self):
        """As if the power went; and on again."""
        self.bot.kill()
        self.twin.until(connected=False)
        self.bot.start()

    def discord_goes(self):
        """Discord takes nothing any more and says nothing; what is told it first it takes, and does not come to say so."""
        self.twin.post("/fault", route="POST /channels/*/messages", do="drop_after", times=1)
        self.twin.post("/fault", route="*", do="drop_before", times=100_000)
        self.twin.post("/fault", gateway="refuse", on=True)
        if self.bot.process is not None:
            self.twin.post("/fault", gateway="close", code=4000)

    def discord_is_back(self):
        self.twin.post("/fault/clear")
        self.twin.post("/fault", gateway="refuse", on=False)
        self.twin.post("/until", timeout_ms=PATIENT * 1000, connected=True)

    # --- what people do --------------------------------------------------------------------------------------------------

    async def does(self, who, where, command, /, **options):
        """Somebody uses a command at one of the places, and it is noted for the console: the words of the answer."""
        answer = await self.says(who, where, command, **options)
        self.note(who, where, command, answer, **options)
        return answer

    def note(self, who, where, command, answer="", /, **options):
        """Somebody did by a sign or a button what this command does."""
        about = options.get("pledge") or options.get("ask") or options.get("id")
        speaker = f"{who}{'-d' if self.is_discord(where) else ''}"
        if command in OF_HELPER:
            speaker = self.made_by[about][0]
        if command in OF_ASKER:
            speaker = self.made_by[self.made_by[about][1]][0]
        if command in ("ask", "pledge"):
            self.made_by[named(answer)] = (speaker, about)
        alone = "@dm" if options.get("visibility") == "private" else ""
        self.lines.append(f"{speaker}{alone}: /{written(command, options)}")

    async def says(self, who, where, command, /, **options):
        """The same of what the console need not hear of."""
        if self.is_discord(where):
            return self.only(self.discord.people[who].slash(where, command, **options))
        text = written(command, options)
        if where in self.rooms:
            return (await self.ask(who, self.rooms[where], f"!aid {text}", within=60)).body
        return (await self.ask(who, await self.chat(who), text, within=60)).body

    def is_discord(self, where):
        return where == DM or where in self.discord.channels

    async def press(self, name, message, sign):
        """Somebody presses a sign under a message on Matrix: the words of the answer."""
        event = await self.people[name].react(message.room, message.id, sign)
        self.commands.append((name, event, sign))
        return (await self.answer(name, event, sign)).body

    def presses(self, name, message, command):
        """And a button under one on Discord."""
        return self.only(self.discord.people[name].press(message, played.button_for(message, command)))

    def only(self, outcome):
        """The words of an answer on Discord, which its person alone sees."""
        check(not outcome.failed and outcome.message, f"no answer: {outcome}")
        check(outcome.ephemeral, f"others see the answer {outcome.content!r}")
        return outcome.message["text"]

    # --- what people see -------------------------------------------------------------------------------------------------

    async def card(self, ask, words):
        """Waits until the one card of an ask says this in both places, and compares their figures; both, as they are."""
        seen = self.on_discord("sol", CHANNEL, words)
        check(seen["text"].startswith(f"{ask} ") or f"{ask} is" in seen["text"], f"not {ask}'s card: {seen['text']}")
        of_discord = [m for m in self.discord.people["sol"].sees(CHANNEL) if f"{ask} is" in m["text"]]
        check([m["id"] for m in of_discord] == [seen["id"]], f"{ask} has {len(of_discord)} cards on Discord")
        hana = self.people["hana"]
        is_card = from_bot(self.room, "m.notice", card_of(f"{ask} is"))
        of_matrix = await hana.wait(f"{ask}'s card", is_card, 60)
        await hana.until(f"{words!r} on {ask}'s card", lambda: words in self.reads(hana, of_matrix), 60)
        check(len(hana.all(is_card)) == 1, f"{ask} has {len(hana.all(is_card))} cards on Matrix")
        ours, theirs = figures(self.reads(hana, of_matrix)), figures(seen["text"])
        check(ours == theirs, f"{ask}'s card says {ours} on Matrix, {theirs} on Discord")
        return of_matrix, seen

    @staticmethod
    def reads(member, message):
        """How a message reads by now, edited or not."""
        edits = member.all(lambda s: s.edits == message.id)
        return edits[-1].content["m.new_content"]["body"] if edits else message.body

    async def alone(self, name, words, within=60):
        """What the bot wrote to somebody alone on Matrix, with these words in it."""
        to_them = lambda s: s.sender == BOT and s.room != self.room and not s.edits and words in s.body  # noqa: E731
        return await self.people[name].wait(f"{words!r} alone", to_them, within)

    def alone_on_discord(self, name, words, times=1):
        """The same in their direct messages on Discord."""
        return self.on_discord(name, DM, words, times)

    def on_discord(self, name, where, words, times=1):
        """The newest message there with these words, which so many have by now."""
        person = self.discord.people[name]
        holds = {"user": person.id, "channel": where, "contains": words, "count": times}
        return self.twin.post("/until", timeout_ms=PATIENT * 1000, **holds)[-1]

    # --- in the end ------------------------------------------------------------------------------------------------------

    def check_whole(self, failed=()):
        """What holds at the end of every script, in which these messages were not taken. The bot does not run any more."""
        self.check_answers()
        self.check_keys()
        self.check_read()
        self.discord.finish()
        eyes = [(person, where) for person in self.discord.people.values() for where in (CHANNEL, DM)]
        seen = {m["id"]: m for person, where in eyes for m in person.sees(where) if m["from"] == "barnraiser"}
        keys = [message["nonce"] for message in seen.values() if message["nonce"]]
        check(len(keys) == len(set(keys)), "something was said twice on Discord")
        # The story's gathering is long over by the stand-in's clock, and Discord's calendar takes nothing of the past.
        waits = "select cause, state, refs from outbox where state in ('sending', 'unknown', 'parked', 'failed') and cause != 'event'"
        rest = self.bot.ask(waits)
        check(rest == list(failed), f"not settled: {rest}")

    def totals(self, script, *where):
        """The totals of each community, after what the script says in the console."""
        path = self.bot.folder / "some.script"
        path.write_text(script)
        told = map(json.loads, self.bot.tool("console", "--json", "--script", path, *where).splitlines())
        return [line["report"] for line in told if "report" in line]


def written(command, options):
    """A command as it is typed."""
    loose = [str(options[name]) for name in POSITIONS if name in options]
    return " ".join([command, *loose, *(f'{name}:"{value}"' for name, value in options.items() if name not in POSITIONS)])


def code(text):
    """The code in something that was said."""
    found = CODE.search(text)
    check(found, f"no code in {text!r}")
    return found.group()


def named(text):
    """The first ask or pledge that an answer names."""
    found = re.search(r"\b[AP]\d+\b", text)
    check(found, f"no ask and no pledge in {text!r}")
    return found.group()


def figures(text):
    """Every figure and id in a text, in order, and not what could be typed or when it is."""
    text = re.sub(r"(/|!aid )\w+ [^\n]*", "", text.replace("*", "").replace("`", ""))
    return re.findall(r"\d+ of \d+|\d+ in hand|\d+ no longer|\d+ handed back|\b[AP]\d+\b", text)


def main(script, about):
    """What a script does when it is run."""
    parser = argparse.ArgumentParser(description=about.split("\n\n")[0])
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--twin", required=True, help="the discord-twin program")
    wanted = parser.parse_args()
    wanted.bot = str(pathlib.Path(wanted.bot).resolve())
    with tempfile.TemporaryDirectory(prefix="barnraiser-both-") as folder:
        folder = pathlib.Path(folder)
        wanted.record = folder / "wire.jsonl"
        with Twin(wanted.twin, wanted.record) as twin:
            # Discord's own care that nothing is said twice is not relied on.
            twin.post("/settings", nonce_window_ms=0)
            # How long an unclear message rests before it is looked up changes nothing about what happens then.
            more = f'[delivery]\nquarantine_seconds = 1\n[log]\nlevel = "{played.Played.log}"\n{section(twin, folder)}'
            placed = type(script.__name__, (script,), {"twin": twin, "more": more})
            held = asyncio.run(community.play(placed, wanted))
    sys.exit(held)
