"""From a command to its answer in a room on a real Synapse, beside a small bot written with matrix-nio, and what both keep in
memory. docs/benchmarks.md says how to read the figures.

    python tests/matrix/benchmark.py --bot target/release/barnraiser
    python tests/matrix/benchmark.py --bot target/debug/barnraiser --commands 40 --no-hour

One member says one command after the other, asks and pledges in turn, in rounds that alternate between the two bots; after
each command comes one message between two members in a room without bots, which is the homeserver's own time. Then an
hour's traffic goes through one room with both bots, as fast as the homeserver takes it.
Exit code 1 if an answer is missing, or if the bot takes more than --bound times as long as the other; otherwise 0. Needs
the venv described in homeserver.py.
"""

import argparse
import asyncio
import contextlib
import os
import pathlib
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
from homeserver import Homeserver, venv_python  # noqa: E402
from members import Member  # noqa: E402

NIO_BOT = pathlib.Path(__file__).resolve().with_name("nio_bot.py")

ROUND = 25
"""Commands to one bot before it is the other's turn."""

WARM = 4
"""Commands to each bot before anything is measured; an even number."""

KINDS = ("asks", "pledges")
"""In turn, from the first that is measured."""

TO_HELP = 10
"""Asks among which the pledges are spread."""

CHATTER = 3600
"""Messages in an hour that are not for the bot: one a second, a lively room."""

HOURS_COMMANDS = 120
"""Commands in an hour: two a minute, more than a community has ever been seen to say."""

ANSWERED_WITHIN = 120
"""Seconds; whoever waits longer is not answered."""

LEAST = 0.001
"""Seconds; a difference smaller than this is noise, and no divisor."""


class Listener(Member):
    """A member who notes the moment at which each event came, and wakes whoever waits for it."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.came = {}
        """Seconds on the clock by what came: ("event", id), ("answer", id of the command), ("card", which one) or
        ("sign", which one)."""
        self.cards = 0
        self.signs = 0
        self._bells = {}

    async def _take(self, answer):
        now = time.monotonic()
        for joined in answer.rooms.join.values():
            for event in joined.timeline.events:
                self._note_time(event.source, now)
        await super()._take(answer)

    def _note_time(self, source, now):
        if ("event", source.get("event_id")) in self.came:
            return
        content = source.get("content") or {}
        relation = content.get("m.relates_to") or {}
        told = [("event", source.get("event_id"))]
        answers = (relation.get("m.in_reply_to") or {}).get("event_id") or content.get("org.barnraiser.answers")
        edits = relation.get("rel_type") == "m.replace"
        if answers and not edits:
            told.append(("answer", answers))
        elif source.get("sender") == Barnraiser.user and source.get("type") == "m.reaction":
            told.append(("sign", self.signs))
            self.signs += 1
        elif source.get("sender") == Barnraiser.user and content.get("org.barnraiser.key"):
            told.append(("card", self.cards))
            self.cards += 1
        for what in told:
            if what not in self.came:
                self.came[what] = now
                if bell := self._bells.pop(what, None):
                    bell.set_result(now)

    async def moment(self, what):
        """When it came, or comes."""
        if what in self.came:
            return self.came[what]
        bell = self._bells[what] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(bell, ANSWERED_WITHIN)
        except (asyncio.TimeoutError, TimeoutError):
            raise AssertionError(f"{self.id} waited {ANSWERED_WITHIN} s for {what}") from None


class Program:
    """A bot as a process of its own."""

    def __init__(self, home, folder, encrypted):
        self.folder = folder
        self.home = home
        self.encrypted = encrypted
        self.process = None
        folder.mkdir()
        self.password = folder / "password"
        self.password.write_text("bot-password\n")
        self.password.chmod(0o600)
        home.register(self.user.split(":")[0].lstrip("@"), "bot-password")

    def start(self):
        # Only what this test says: a setting of the one who runs it would be taken for the bot's.
        env = {name: value for name, value in os.environ.items() if not name.startswith("BARNRAISER_")}
        with open(self.folder / "bot.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env
            )

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def count(self, table):
        database = f"file:{self.database()}?mode=ro"
        with contextlib.closing(sqlite3.connect(database, uri=True)) as database:
            return database.execute(f"select count(*) from {table}").fetchone()[0]

    def log(self):
        path = self.folder / "bot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def memory(self):
        """Resident now, and at most so far, in MB."""
        check(self.process.poll() is None, f"{self.name} has ended:\n{self.log()[-2000:]}")
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines())
        return tuple(int(lines[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))


class Barnraiser(Program):
    name = "barnraiser"
    user = "@bot:localhost"
    prefix = "!aid"
    tables = ("asks", "pledges")

    def database(self):
        return self.folder / "data" / "barnraiser.db"

    def __init__(self, binary, *more):
        self.binary = binary
        super().__init__(*more)

    def command(self):
        config = self.folder / "barnraiser.toml"
        config.write_text(
            f"""\
data = "{self.folder}/data"
[health]
listen = "off"
[matrix]
messages_per_minute = 6000
burst = 1000
homeserver = "{self.home.url}"
user = "{self.user}"
password_file = "{self.password}"
inviters = ["*:localhost"]
"""
        )
        return [self.binary, "run", "--config", str(config)]


class Nio(Program):
    name = "matrix-nio"
    user = "@nio:localhost"
    prefix = "!nio"
    tables = ("said",)

    def database(self):
        return self.folder / "nio.db"

    def command(self):
        command = [venv_python(), str(NIO_BOT), "--homeserver", self.home.url, "--user", self.user]
        command += ["--password-file", str(self.password), "--data", str(self.folder)]
        return command + (["--encrypted"] if self.encrypted else [])


class Hall:
    """Everyone who is measured, and their rooms."""

    def __init__(self, wanted, home, folder):
        self.home = home
        self.encrypted = wanted.encrypted
        self.bots = [
            Barnraiser(wanted.bot, home, folder / "barnraiser", wanted.encrypted),
            Nio(home, folder / "nio", wanted.encrypted),
        ]
        self.people = []
        self.rooms = {}
        self.said = {bot: 0 for bot in self.bots}
        """Commands that are rows afterwards."""
        self.cards = 0
        self.signed = 0
        """Asks whose cards have both signs."""
        self.by = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 20 * 86400))

    async def gather(self):
        welcome = [bot.user for bot in self.bots]
        for name in ("ana", "luis"):
            user = self.home.register(name, "password")
            self.people.append(await Listener.enter(self.home.url, user, "password", welcome=welcome))
        self.ana, self.luis = self.people
        for bot in self.bots:
            bot.start()
            self.rooms[bot] = await self.room(f"With {bot.name}", [bot.user, self.ana.id])
            await self.luis.wait(f"{bot.name} in its room", self.joined(bot), 60)
        self.aside = await self.room("Aside", [self.ana.id])

    async def room(self, name, invite):
        more = {"encrypted": True} if self.encrypted else {}
        room = await self.luis.create_room(name, invite=invite, **more)
        await self.ana.join(room)
        return room

    def joined(self, bot):
        return lambda s: s.kind == "m.room.member" and s.state_key == bot.user and s.content["membership"] == "join"

    async def ready(self):
        """A community, and asks of Luis that the pledges go to. He wants no notices: by default each pledge would bring him
        one, but not at night, and two runs should be alike."""
        bot = self.bots[0]
        for text in ('community setup name:"Hall" zone:UTC', "me notices:off"):
            await self.answer(self.luis, self.rooms[bot], f"{bot.prefix} {text}")
        for _ in range(TO_HELP):
            await self.answer(self.luis, self.rooms[bot], f"{bot.prefix} ask Many hands need:1000")
            await self.card()

    async def answer(self, member, room, text):
        """Seconds from saying it to seeing the answer."""
        began = time.monotonic()
        event = await member.say(room, text)
        return await member.moment(("answer", event)) - began

    async def card(self):
        """Until the next card, or edit of one, has come: what follows an answer must not weigh on the next command."""
        await self.ana.moment(("card", self.cards))
        self.cards += 1
        # A new card, and no edit of one, has two signs under it; each is a message to the homeserver.
        asks = self.bots[0].count("asks")
        if asks > self.signed:
            self.signed = asks
            await self.ana.moment(("sign", 2 * asks - 1))

    def command(self, bot):
        """Asks and pledges in turn: each is recorded, and new."""
        self.said[bot] += 1
        number = self.said[bot]
        if number % 2:
            return f"{bot.prefix} ask Number {number} kind:goods need:2 by:{self.by}"
        return f'{bot.prefix} pledge A{1 + number // 2 % TO_HELP} what:"number {number}" by:{self.by} first:"look"'

    async def round(self, bot, commands):
        """One command after the other, each with a message aside; the seconds of both."""
        times, own = [], []
        for _ in range(commands):
            times.append(await self.answer(self.ana, self.rooms[bot], self.command(bot)))
            if bot is self.bots[0]:
                await self.card()
            own.append(await self.pass_by())
        return times, own

    async def pass_by(self):
        """Seconds that the homeserver itself takes from one member to another."""
        began = time.monotonic()
        event = await self.ana.say(self.aside, "A message of about the length of a command, said to nobody in particular")
        return await self.luis.moment(("event", event)) - began

    async def hour(self):
        """An hour's traffic in one room with both bots; every command in it has its answer. Seconds it took."""
        first, second = self.bots
        room = self.rooms[first]
        await self.luis.invite(room, second.user)
        there = self.joined(second)
        await self.luis.wait(f"{second.name} in the other's room", lambda s: s.room == room and there(s), 60)
        began = time.monotonic()
        waiting = await asyncio.gather(*(self.talk(room, person) for person in self.people))
        for event in sum(waiting, []):
            await self.ana.moment(("answer", event))
        return time.monotonic() - began

    async def talk(self, room, person):
        """One person's share of the hour. The commands are Ana's: nobody pledges to an ask of their own."""
        waiting = []
        share = CHATTER // len(self.people)
        every = share // HOURS_COMMANDS
        for number in range(share):
            await person.say(room, f"Message {number} of an hour in which people talk about this and that")
            if person is self.ana and number % every == 0:
                waiting += [await person.say(room, self.command(bot)) for bot in self.bots]
        return waiting

    def judge(self):
        """Every command is a row: an answer that refuses would be quick, and worth nothing."""
        for bot in self.bots:
            rows = sum(bot.count(table) for table in bot.tables)
            wanted = self.said[bot] + (TO_HELP if bot is self.bots[0] else 0)  # Those of Luis.
            check(rows == wanted, f"{bot.name} has {rows} rows of {wanted} commands")

    async def part(self):
        for bot in self.bots:
            bot.kill()
        for member in self.people:
            with contextlib.suppress(Exception):
                await member.leave()


def percentile(times, share):
    """The time within which that share of them lay, in milliseconds."""
    ordered = sorted(times)
    return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


async def measure(wanted, hall):
    await hall.gather()
    await hall.ready()
    memory = {bot: [bot.memory()] for bot in hall.bots}
    for bot in hall.bots:
        await hall.round(bot, WARM)
    times = {bot: [] for bot in hall.bots}
    own, medians = [], {bot: [] for bot in hall.bots}
    left = wanted.commands
    while left > 0:
        part = min(left, ROUND)
        left -= part
        # Whoever came last goes first in the next round.
        for bot in hall.bots if len(medians[hall.bots[0]]) % 2 else reversed(hall.bots):
            answers, aside = await hall.round(bot, part)
            times[bot] += answers
            own += aside
            medians[bot].append((statistics.median(answers), statistics.median(aside)))
    for bot in hall.bots:
        memory[bot].append(bot.memory())
    took = None
    if wanted.hour:
        print(f"{wanted.commands} commands to each are answered; now the hour", flush=True)
        took = await hall.hour()
        for bot in hall.bots:
            memory[bot].append(bot.memory())
    return times, own, medians, memory, took


def report(wanted, times, own, medians, memory, took):
    """Prints the figures; returns how many times as long the first bot takes as the second."""
    bots = list(times)
    print(f"{'':30} {'p50':>9} {'p99':>9}   less the homeserver's own")
    server = percentile(own, 0.5), percentile(own, 0.99)
    print(f"{'homeserver, member to member':30} {server[0]:6.1f} ms {server[1]:6.1f} ms   ({len(own)} messages)")
    less = {}
    for bot in bots:
        p50, p99 = percentile(times[bot], 0.5), percentile(times[bot], 0.99)
        less[bot] = p50 - server[0], p99 - server[1]
        print(
            f"{bot.name + ', command to answer':30} {p50:6.1f} ms {p99:6.1f} ms   p50 {less[bot][0]:.1f} ms, "
            f"p99 {less[bot][1]:.1f} ms   ({len(times[bot])} commands)"
        )
        kinds = ", ".join(f"{kind} {percentile(times[bot][n::2], 0.5):.1f} ms" for n, kind in enumerate(KINDS[: len(times[bot])]))
        print(f"{'':30} of these, p50: {kinds}")
    first, second = bots
    rounds = [
        max(ours - aside, LEAST) / max(theirs - beside, LEAST)
        for (ours, aside), (theirs, beside) in zip(medians[first], medians[second])
    ]
    apart = max(less[first][0], 1000 * LEAST) / max(less[second][0], 1000 * LEAST)
    ratio = percentile(times[first], 0.5) / percentile(times[second], 0.5)
    print(
        f"{first.name} / {second.name}, p50: {ratio:.2f}; less the homeserver's own: {apart:.2f} "
        f"(rounds from {min(rounds):.2f} to {max(rounds):.2f})"
    )
    stages = ["at the start", f"after {wanted.commands} commands", "after the hour"]
    for bot in bots:
        seen = [f"{stage} {rss:.0f} MB (most {most:.0f})" for stage, (rss, most) in zip(stages, memory[bot])]
        print(f"{bot.name}, resident: {', '.join(seen)}")
    if took is not None:
        print(f"the hour: {CHATTER} messages and {HOURS_COMMANDS} commands to each, all answered in {took:.0f} s")
    return ratio


async def run(wanted):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-benchmark-"))
    with Homeserver() as home:
        hall = Hall(wanted, home, folder)
        try:
            print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start", flush=True)
            figures = await measure(wanted, hall)
            ratio = report(wanted, *figures)
            hall.judge()
            print(f"load {os.getloadavg()[0]:.1f} at the end")
            check(ratio <= wanted.bound, f"{ratio:.2f} times as long as the other bot; at most {wanted.bound} is right")
            return 0
        except Exception:
            traceback.print_exc()
            for bot in hall.bots:
                print(f"--- {bot.name}\n{bot.log()[-4000:]}", file=sys.stderr)
            print(f"--- the homeserver\n{home.log()}", file=sys.stderr)
            return 1
        finally:
            await hall.part()
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="From a command to its answer on a real Synapse.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--commands", type=int, default=500, help="to each bot")
    parser.add_argument("--hour", action=argparse.BooleanOptionalAction, default=True, help="an hour's traffic at the end")
    parser.add_argument("--bound", type=float, default=5, help="at most so many times as long as the other bot")
    parser.add_argument("--encrypted", action="store_true", help="in encrypted rooms")
    wanted = parser.parse_args()
    wanted.bot = str(pathlib.Path(wanted.bot).resolve())
    if wanted.commands < 1:
        parser.error("--commands takes a number from 1")
    sys.exit(asyncio.run(run(wanted)))


if __name__ == "__main__":
    main()
