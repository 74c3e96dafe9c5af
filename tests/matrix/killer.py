"""The killer in real, encrypted rooms: several bots talk with their people on one Synapse and are killed over and over, at
every boundary of their work, in the middle of a request, and at any moment. In the end every command has exactly one answer
that everybody could read, every ask one number and one card, and no message was said twice.

    python tests/matrix/killer.py --bot target/debug/barnraiser --kills 110 --points --backlog 500

With --points the program was built with the feature `failpoints` and can be told to end itself at a point. At the end one
bot has to say --backlog messages that waited for it, and the time from its start to the first of them is taken.
Exit code 0 if all of it holds; otherwise 1, and what was missing. Needs the venv described in homeserver.py.
"""

import argparse
import asyncio
import collections
import contextlib
import os
import pathlib
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

import homeserver

homeserver.use_venv()

from checks import check  # noqa: E402
from door import Door, is_word  # noqa: E402
from homeserver import Homeserver  # noqa: E402
from members import Member  # noqa: E402

COMMITS = ["heard", "roster", "bookmark", "tick", "claim", "receipt"]
STEADY = [f"{when}-commit-{kind}" for kind in COMMITS for when in ("before", "after")]
STEADY += ["before-sending", "after-sending", "before-hearing"]
"""The boundaries every bot passes while people talk with it."""

LOOKUP = ["after-sending", "before-lookup", "after-lookup"]
"""In this order: only a death on the way of a message leads to a lookup."""

REQUESTS = {
    "within-sync": lambda method, path: method == "GET" and "/sync?" in path and "since=" in path,
    "within-send": lambda method, path: is_word(method, path),
}
"""Requests that the homeserver takes, and of whose answer the bot does not live to hear."""

BOUNDARIES = STEADY + LOOKUP[1:] + list(REQUESTS)
CIRCLES = 3
QUARANTINE = 1
"""Seconds until an unknown message is looked up. In earnest it is 90; how long changes nothing about what happens then."""

POINT_WITHIN = 20
"""Seconds within which a bot passes any point; where it does not, it is killed from outside."""

ANSWERED_WITHIN = 300
"""Seconds; a backlog on a busy machine takes its time, and only its first message is in a hurry."""

WAITING = 2
"""Commands without an answer that people are patient with, before they wait themselves."""

FIRST_WITHIN = 10
"""Seconds from a start to the first message of a backlog."""


class Circle:
    """A bot and its people."""

    def __init__(self, number, binary, home, chance):
        self.number = number
        self.binary = binary
        self.home = home
        self.chance = chance
        self.bot = f"@bot{number}:localhost"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-killer-"))
        self.door = Door(home.url)
        self.process = None
        self.began = 0
        self.people = []
        self.commands = []
        """(event id, kind, text) of everything said to the bot."""
        self.answered = set()
        self.deaths = collections.Counter()
        self.starts = []
        """(seconds to the first request, to the login taken up, to the first sync) of every start that came that far."""
        self.asks = 0
        self.late = False

    # --- the bot -------------------------------------------------------------------------------------------------------

    def start(self, kill=None):
        password = self.folder / "password"
        password.write_text("bot-password\n")
        password.chmod(0o600)
        config = self.folder / "barnraiser.toml"
        config.write_text(
            f"""\
data = "{self.folder}/data"
[delivery]
quarantine_seconds = {QUARANTINE}
[health]
listen = "off"

[matrix]
messages_per_minute = 6000
burst = 1000
homeserver = "{self.door.url}"
user = "{self.bot}"
password_file = "{password}"
inviters = ["@convener{self.number}:localhost"]
"""
        )
        # Only what this test says: a setting of the one who runs it would be taken for the bot's.
        env = {name: value for name, value in os.environ.items() if not name.startswith("BARNRAISER_")}
        if kill:
            env["BARNRAISER_TEST_KILL"] = kill
        with open(self.folder / "bot.log", "ab") as log:
            command = [self.binary, "run", "--config", str(config)]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)
        self.began = time.monotonic()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    async def gone(self, within):
        """Whether it ended by itself in that time. Anything but SIGKILL is a failure."""
        deadline = time.monotonic() + within
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.005)  # Asking whether a child has ended costs a moment; nothing is hoped for.
        code = self.process.returncode
        check(code == -9, f"bot {self.number} ended with {code}")
        self.process = None
        return True

    def note_start(self):
        steps = (lambda m, p: True, lambda m, p: "/account/whoami" in p, lambda m, p: "/sync" in p)
        times = [self.door.first(self.began, wanted) for wanted in steps]
        if all(times):
            self.starts.append(times)

    def log(self):
        path = self.folder / "bot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # --- the people ----------------------------------------------------------------------------------------------------

    async def gather(self):
        await self.door.open()
        self.home.register(f"bot{self.number}", "bot-password")
        for name in ("convener", "helper"):
            user = self.home.register(f"{name}{self.number}", "password")
            self.people.append(await Member.enter(self.home.url, user, "password", welcome=[self.bot]))
        convener, helper = self.people
        self.start()
        self.room = await convener.create_room(f"Circle {self.number}", invite=[self.bot, helper.id], encrypted=True)
        await helper.join(self.room)
        await convener.wait("the bot in the room", lambda s: s.room == self.room and self.joined(s), 60)
        self.chat = await helper.create_room(invite=[self.bot], direct=True, encrypted=True)
        await helper.wait("the bot in the chat", lambda s: s.room == self.chat and self.joined(s), 60)
        await self.say(convener, self.room, "setup", f'!aid community setup name:"Circle {self.number}" zone:UTC')
        await self.settle()

    def joined(self, seen):
        return seen.kind == "m.room.member" and seen.state_key == self.bot and seen.content["membership"] == "join"

    async def say(self, member, room, kind, text):
        self.commands.append((await member.say(room, text), kind, text))

    async def say_something(self):
        convener, helper = self.people
        by = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 20 * 86400))
        kind = self.chance.choice(["ask", "ask", "pledge", "pledge", "maybe", "needs", "mine"])
        if self.asks == 0:
            kind = "ask"
        some = f"A{self.chance.randint(1, max(self.asks, 1))}"
        if kind == "ask":
            self.asks += 1
            await self.say(convener, self.room, kind, f"!aid ask Number {self.asks} kind:goods need:90 by:{by}")
        elif kind == "pledge":
            await self.say(helper, self.room, kind, f'!aid pledge {some} what:"one of them" by:{by} first:"look"')
        elif kind == "maybe":
            await self.say(helper, self.room, kind, f"!aid maybe {some}")
        elif kind == "needs":
            await self.say(convener, self.room, kind, "!aid needs")
        else:
            await self.say(helper, self.chat, kind, "mine")

    def waiting(self):
        """Commands that have no answer yet."""
        for member in self.people:
            self.answered.update(seen.answers for seen in member.seen if seen.sender == self.bot and seen.answers)
        return [event for event, _, _ in self.commands if event not in self.answered]

    async def talk(self):
        """People go on talking, whether the bot lives or not, until they are told that it is late."""
        while not self.late:
            if len(self.waiting()) < WAITING:
                await self.say_something()
            await asyncio.sleep(0.4)  # People take a breath; what comes of it is waited for elsewhere.

    async def settle(self):
        """Until everything said has its answer, and every ask its card."""
        convener, helper = self.people
        for member in self.people:
            mine = [event for event, _, text in self.commands if (text == "mine") == (member is helper)]
            if mine:
                await member.wait_for_all("all answers", [answered(self.bot, event) for event in mine], ANSWERED_WITHIN)
        asks = sum(kind == "ask" for _, kind, _ in self.commands)
        cards = [lambda s, n=n: self.is_card(s) and f"A{n} " in s.body for n in range(1, asks + 1)]
        if cards:
            await convener.wait_for_all("all cards", cards, ANSWERED_WITHIN)

    def is_card(self, seen):
        is_message = seen.kind == "m.room.message" and seen.sender == self.bot and seen.room == self.room
        return is_message and seen.key and not seen.answers and not seen.edits

    # --- the killing ---------------------------------------------------------------------------------------------------

    async def die(self, plan, commands):
        """Dies at each point of the plan; `None` is any moment, from outside. So many commands are said meanwhile and after
        it, or more."""
        talking = asyncio.create_task(self.talk())
        try:
            for point in plan:
                if talking.done():
                    talking.result()
                # A start may pass these no more than once.
                once = point is None or any(one in point for one in ("lookup", "roster", "hearing"))
                nth = 1 if once else self.chance.choice([1, 1, 2, 3])
                if point in REQUESTS:
                    self.start()
                    self.door.deadly = (REQUESTS[point], self.process.kill)
                else:
                    self.start(point and f"{point}:{nth}")
                moment = POINT_WITHIN if point else self.chance.random() * 2.5
                if await self.gone(moment):
                    self.deaths[point] += 1
                else:
                    self.door.deadly = None
                    self.kill()
                    self.deaths["outside"] += 1
                self.note_start()
            self.start()
            while len(self.commands) < commands and not talking.done():
                await asyncio.sleep(0.1)  # People go on talking; what comes of it is waited for below.
        finally:
            self.late = True
            await talking
        await self.settle()

    async def carry(self, backlog):
        """Comes back to so many messages that have to be said; how long the first took, and all of them."""
        self.kill()
        convener, _ = self.people
        before = len(self.commands)
        for _ in range(backlog // 2):
            self.asks += 1
            await self.say(convener, self.room, "ask", f"!aid ask Number {self.asks} kind:goods")
        # Each of them is an answer and a card. Nothing gets out while the bot hears them.
        self.door.held = True
        heard = "select count(*) from outbox where state in ('ready', 'sending', 'unknown')"
        self.start()
        deadline = time.monotonic() + ANSWERED_WITHIN
        while (rows := self.count(heard)) < backlog - 1:
            check(time.monotonic() < deadline, f"only {rows} of {backlog} messages wait")
            await asyncio.sleep(0.1)  # The bot's own database is asked; nobody could wake us.
        self.kill()
        self.door.held = False
        check(len(self.waiting()) >= len(self.commands) - before - 1, "something got out while it was held")
        self.start()
        began = self.began
        await self.settle()
        first = self.door.first(began, is_word)
        self.note_start()
        return rows, first, time.monotonic() - began

    def count(self, question):
        path = self.folder / "data" / "barnraiser.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchone()[0]

    # --- in the end ----------------------------------------------------------------------------------------------------

    def judge(self):
        events = {seen.id: seen for member in self.people for seen in member.seen if seen.sender == self.bot}
        answers = collections.defaultdict(list)
        for seen in events.values():
            if seen.answers and not seen.edits:
                answers[seen.answers].append(seen)
        for event, _, text in self.commands:
            found = answers[event]
            check(len(found) == 1, f"{text!r} has {len(found)} answers: {[seen.body for seen in found]}")
        keys = collections.Counter(seen.key for seen in events.values() if seen.key)
        twice = [key for key, times in keys.items() if times > 1]
        check(not twice, f"said twice: {twice}")
        for kind, letter in (("ask", "A"), ("pledge", "P")):
            said = [answers[event][0].body for event, what, _ in self.commands if what == kind]
            found = [re.search(rf"\b{letter}(\d+)\b", body) for body in said]
            check(all(found), f"an answer to {kind} names none: {[b for b, f in zip(said, found) if not f]}")
            numbers = sorted(int(one[1]) for one in found)
            check(numbers == list(range(1, len(said) + 1)), f"{len(said)} times {kind} became {letter}{numbers}")
        closed = [seen.short for member in self.people for seen in member.unread() if seen.sender == self.bot]
        check(not closed, f"{len(closed)} messages of bot {self.number} cannot be read: {closed[:3]}")
        cards = collections.Counter(re.search(r"\bA\d+\b", s.body)[0] for s in events.values() if self.is_card(s))
        check(all(times == 1 for times in cards.values()), f"cards posted twice: {cards}")
        return len(keys)

    async def part(self):
        self.kill()
        for member in self.people:
            with contextlib.suppress(Exception):
                await member.leave()
        with contextlib.suppress(Exception):
            await self.door.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def answered(bot, event):
    return lambda s: s.sender == bot and s.answers == event and not s.edits


def plans(kills, points, chance):
    """What every circle dies of: each boundary as often as the others, and now and then from outside."""
    outside = [[None]] * (kills if not points else max(kills // 7, 1))
    rest = 0 if not points else kills - len(outside)
    deck = [[point] for point in STEADY] + [[point] for point in REQUESTS] + [LOOKUP]
    parts = list(outside)
    while rest > 0:
        chance.shuffle(deck)
        for part in deck:
            if rest > 0:
                parts.append(part)
                rest -= len(part)
    chance.shuffle(parts)
    return [[point for part in parts[n::CIRCLES] for point in part] for n in range(CIRCLES)]


async def run(wanted):
    began = time.monotonic()
    chance = random.Random(wanted.seed)
    with Homeserver() as home:
        circles = [Circle(n, wanted.bot, home, random.Random(wanted.seed * 100 + n)) for n in range(CIRCLES)]
        try:
            await asyncio.gather(*(circle.gather() for circle in circles))
            for circle in circles:
                circle.kill()
            killing = time.monotonic()
            todo = plans(wanted.kills, wanted.points, chance)
            await asyncio.gather(*(circle.die(plan, wanted.commands // CIRCLES) for circle, plan in zip(circles, todo)))
            killed = time.monotonic() - killing
            carried = await circles[0].carry(wanted.backlog) if wanted.backlog else None
            messages = sum(circle.judge() for circle in circles)
            report(wanted, circles, messages, killed, carried)
            print(f"it holds ({time.monotonic() - began:.0f} s)", flush=True)
            return 0
        except BaseException:
            traceback.print_exc()
            print(f"seed {wanted.seed}", file=sys.stderr)
            for circle in circles:
                print(f"--- bot {circle.number}, {circle.deaths}\n{circle.log()[-3000:]}", file=sys.stderr)
            print(f"--- the homeserver\n{home.log()}", file=sys.stderr)
            return 1
        finally:
            for circle in circles:
                await circle.part()


def report(wanted, circles, messages, killed, carried):
    deaths = sum((circle.deaths for circle in circles), collections.Counter())
    commands = sum(len(circle.commands) for circle in circles)
    by = ", ".join(f"{point} {times}" for point, times in sorted(deaths.items(), key=lambda one: str(one[0])) if point)
    starts = [times for circle in circles for times in circle.starts]
    median = [statistics.median(column) for column in zip(*starts)] if starts else [0, 0, 0]
    print(
        f"killer, Matrix: {sum(deaths.values())} deaths of {CIRCLES} bots ({by}); {commands} commands with one answer each, "
        f"{messages} messages, 0 lost, 0 twice; seed {wanted.seed}, {killed:.0f} s"
    )
    print(
        f"a start on Matrix, median of {len(starts)}: first request after {median[0]:.2f} s, login taken up after "
        f"{median[1]:.2f} s, first sync after {median[2]:.2f} s"
    )
    if carried:
        rows, first, whole = carried
        print(f"backlog of {rows} messages on Matrix: the first {first:.1f} s after the start, all of them {whole:.0f} s")
        check(first <= FIRST_WITHIN, f"the first message of the backlog took {first:.1f} s")
    if wanted.points and wanted.kills >= 5 * len(BOUNDARIES) * 8 // 7:
        few = {point: deaths[point] for point in BOUNDARIES if deaths[point] < 5}
        check(not few, f"died at fewer than five times: {few}")


def main():
    parser = argparse.ArgumentParser(description="The killer on a real Synapse.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--kills", type=int, default=9)
    parser.add_argument("--points", action="store_true", help="the program was built with the feature failpoints")
    parser.add_argument("--commands", type=int, default=0, help="at least so many in all")
    parser.add_argument("--backlog", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    wanted.bot = str(pathlib.Path(wanted.bot).resolve())
    sys.exit(asyncio.run(run(wanted)))


if __name__ == "__main__":
    main()
