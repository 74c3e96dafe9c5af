"""The whole loop in a real Matrix room: people ask, pledge, are nudged, finish, thank, and get a digest.

    python tests/matrix/story.py --bot target/debug/barnraiser

Starts a Synapse of its own and the real bot, which is killed without warning in the middle of a burst, and whose
homeserver goes away and comes back; at last it goes on from a backup, on another folder, as after a fire. In the end, every
command has exactly one answer, and no message was said twice.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import argparse
import asyncio
import collections
import contextlib
import datetime
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from homeserver import Homeserver, free_port, venv_python  # noqa: E402

try:
    from members import Member
except ImportError:
    if os.environ.get("BARNRAISER_STORY_REEXEC") or not os.environ.get("BARNRAISER_TEST_VENV"):
        raise
    os.execve(venv_python(), [venv_python(), *sys.argv], {**os.environ, "BARNRAISER_STORY_REEXEC": "1"})

ZONE = zoneinfo.ZoneInfo("America/Chicago")
BEGIN = datetime.datetime(2026, 3, 10, 8, 59, 30, tzinfo=ZONE)
"""Half a minute before nine: a pledge due on the 12th is reminded at nine on the 10th."""

AFTER_A_KILL = 180
"""Seconds: what was on its way when the bot died is looked up 90 s after the attempt, and then sent."""

BOT = "@bot:localhost"


class Bot:
    """The real program. Its clock goes on where it stood when it is started again."""

    def __init__(self, binary, url, folder):
        self.binary = binary
        self.folder = folder
        self.data = folder / "data"
        self.health = free_port()
        self.process = None
        self.began = None
        password = folder / "password"
        password.write_text("bot-password\n")
        password.chmod(0o600)
        self.config = folder / "barnraiser.toml"
        self.config.write_text(
            f"""\
data = "{self.data}"
[community]
zone = "America/Chicago"
[health]
listen = "127.0.0.1:{self.health}"
[matrix]
messages_per_minute = 6000
burst = 1000
homeserver = "{url}"
user = "{BOT}"
password_file = "{password}"
inviters = ["@convener:localhost"]
"""
        )

    def start(self):
        if self.began is None:
            self.began = time.monotonic()
        passed = datetime.timedelta(seconds=int(time.monotonic() - self.began))
        now = (BEGIN.astimezone(datetime.timezone.utc) + passed).astimezone(ZONE)
        clock = f"{now:%Y-%m-%d %H:%M:%S} America/Chicago"
        log = open(self.folder / "bot.log", "ab")
        command = [self.binary, "run", "--config", str(self.config), "--rehearse-from", clock]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=own_settings())
        log.close()

    def kill(self):
        """As if the power went."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.process = None
        check(code == 0, f"SIGTERM ends the bot cleanly, but it ended with {code}")

    def tool(self, *what):
        """Another of the program's commands; it must succeed."""
        command = [self.binary, *map(str, what)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=own_settings())
        check(done.returncode == 0, f"{what[0]} failed: {done.stderr}")

    def page(self, name):
        """What a health page answers: its status and its words; 0 where nobody answers."""
        # No proxy: this is loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.health}/{name}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    async def shows(self, name, status, within):
        """Asks a health page until it has this status, as whoever watches over a machine does."""
        deadline = time.monotonic() + within
        while (seen := await asyncio.to_thread(self.page, name))[0] != status:
            check(time.monotonic() < deadline, f"/{name} is not {status} within {within} s, but {seen}")
            await asyncio.sleep(0.1)
        return seen[1]

    def log(self):
        path = self.folder / "bot.log"
        return path.read_text(errors="replace") if path.exists() else ""


def own_settings():
    """Only what this test says: a setting of the one who runs it would be taken for the bot's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BARNRAISER_")}


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def step(what):
    print(f"- {what}", flush=True)


class Story:
    def __init__(self, home, bot):
        self.home = home
        self.bot = bot
        self.people = {}
        self.commands = []
        """(member's name, event id, text) of everything said to the bot."""

    async def enter(self, name, welcome=()):
        user = self.home.register(name, f"{name}-password")
        member = await Member.enter(self.home.url, user, f"{name}-password", welcome)
        self.people[name] = member
        return member

    async def say(self, name, room, text):
        event = await self.people[name].say(room, text)
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
        came = await member.wait(
            "the direct chat with the bot",
            lambda s: s.kind == "m.room.create" and s.content.get("org.barnraiser.direct") == member.id,
            within,
        )
        return came.room

    async def tell(self):
        convener = await self.enter("convener", welcome=[BOT])
        ana = await self.enter("ana", welcome=[BOT])
        luis = await self.enter("luis", welcome=[BOT])
        stranger = await self.enter("stranger")

        step("the convener invites the bot and sets the community up")
        self.bot.start()
        room = await convener.create_room("Eastbank", invite=[BOT, ana.id, luis.id])
        await ana.join(room)
        await luis.join(room)
        await convener.wait("the bot in the room", lambda s: s.room == room and joined(s, BOT))
        await self.ask("convener", room, '!aid community setup name:"Eastbank" zone:America/Chicago')

        step("a stranger's invitation is not accepted")
        elsewhere = await stranger.create_room("Elsewhere", invite=[BOT])

        step("Ana asks, and sees the answer and a card")
        said = await self.ask("ana", room, "!aid ask Two folding tables need:2 kind:goods by:2026-03-13")
        check("A1" in said.body, f"the answer names A1: {said.body!r}")
        card = await ana.wait("the card of A1", from_bot(room, "m.notice", card_of("A1")))

        step("Luis pledges; the card is edited in place")
        said = await self.ask("luis", room, '!aid pledge A1 what:"two tables" amount:2 by:2026-03-12')
        check("P1" in said.body, f"the answer names P1: {said.body!r}")
        await ana.wait("the edited card", lambda s: s.sender == BOT and s.edits == card.id)

        step("at nine, Luis is nudged alone, and his phone rings")
        chat = await self.chat_of("luis", within=120)
        nudge = await luis.wait("the nudge about P1", nudge_to(luis, chat, "P1"), 90)
        check(not ana.all(lambda s: s.id == nudge.id), "nobody else sees the nudge")

        step("the bot is killed in the middle of a burst, and started again")
        burst = []
        for number in range(1, 5):
            burst.append(await self.say("ana", room, f"!aid ask Burst {number} kind:goods"))
        await ana.wait("the first answer of the burst", answered(burst[0]))
        self.bot.kill()
        for number in range(5, 9):
            burst.append(await self.say("ana", room, f"!aid ask Burst {number} kind:goods"))
        self.bot.start()
        await ana.wait_for_all("all answers of the burst", [answered(event) for event in burst], AFTER_A_KILL)

        step("the homeserver goes away and comes back")
        await self.bot.shows("readyz", 200, 30)
        await asyncio.to_thread(self.home.stop)
        page = await self.bot.shows("readyz", 503, 60)
        check("no platform is connected" in page, f"/readyz says why: {page!r}")
        await self.bot.shows("healthz", 200, 5)
        await asyncio.to_thread(self.home.start)
        await self.ask("ana", room, "!aid needs", within=90)
        await self.bot.shows("readyz", 200, 60)

        step("Luis says done; Ana is asked, confirms and thanks")
        await self.ask("luis", chat, "done P1", within=60)
        anas = await self.chat_of("ana")
        await ana.wait("the request to confirm P1", nudge_to(ana, anas, "confirm P1"), 60)
        await self.ask("ana", room, "!aid confirm P1")
        await self.ask("ana", room, "!aid thanks P1 The tables made the evening")

        step("the convener calls a gathering and posts the digest")
        await self.ask("convener", room, '!aid gathering new when:"2026-04-16 18:00" where:"Library Room B"')
        await self.ask("convener", room, "!aid digest post")
        await ana.wait("the digest", from_bot(room, "m.text", lambda s: "Eastbank" in s.body or "Two folding" in s.body), 60)

        step("a private ask stays private")
        secret = "A quiet lift to the clinic"
        await self.ask("ana", anas, f"ask {secret} visibility:private need:1")
        await self.ask("luis", room, "!aid needs")
        for member in (luis, convener):
            shown = member.all(lambda s: s.room == room and secret.lower() in str(s.content).lower())
            check(not shown, f"{member.id} sees the private ask in the room")
        check(not luis.all(lambda s: secret.lower() in str(s.content).lower()), "Luis sees the private ask somewhere")

        step("a backup is made while it runs; what it says after it is lost with its folder, and it goes on from the backup")
        backup = self.bot.folder / "backup.tar"
        await asyncio.to_thread(self.bot.tool, "backup", backup, "--config", self.bot.config)
        told = await self.ask("luis", room, "!aid ask A ladder, three metres kind:goods")
        number = numbered(told)
        card = await luis.wait(f"the card of {number}", from_bot(room, "m.notice", card_of(number)))
        self.bot.kill()
        shutil.rmtree(self.bot.data)
        await asyncio.to_thread(self.bot.tool, "restore", backup, "--data", self.bot.data)
        self.bot.start()
        # It hears of the ladder again, and finds what it had said. The next thing has the next number.
        later = await self.ask("ana", room, "!aid ask Somebody to hold the ladder", within=AFTER_A_KILL)
        check(numbered(later) != number, f"{number} is given to two asks")
        await self.ask("luis", room, f"!aid edit {number} A ladder, four metres", within=AFTER_A_KILL)
        await luis.wait(f"the edit of {number}'s card", lambda s: s.sender == BOT and s.edits == card.id, AFTER_A_KILL)

        step("every command has one answer, and nothing was said twice")
        self.bot.stop()
        self.check_answers()
        self.check_keys()
        check(not stranger.all(lambda s: s.room == elsewhere and joined(s, BOT)), "the bot went along with a stranger")
        await stranger.wait(
            "the bot's answer to the stranger",
            lambda s: s.room == elsewhere and s.state_key == BOT and s.content.get("membership") == "leave",
        )

    def events(self):
        """Everything any member saw, once."""
        return {seen.id: seen for member in self.people.values() for seen in member.seen}

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


def numbered(answer):
    """The ask that an answer names."""
    found = re.search(r"\bA\d+\b", answer.body)
    check(found is not None, f"the answer names an ask: {answer.body!r}")
    return found.group()


def card_of(ask):
    return lambda s: not s.answers and re.search(rf"\b{ask}\b", s.body) is not None


def answered(event):
    return lambda s: s.sender == BOT and s.answers == event and not s.edits


def joined(seen, user):
    return seen.kind == "m.room.member" and seen.state_key == user and seen.content.get("membership") == "join"


def from_bot(room, msgtype, more):
    return lambda s: s.room == room and s.sender == BOT and s.msgtype == msgtype and not s.edits and more(s)


def nudge_to(member, chat, word):
    """A message that rings: text, in the direct chat, mentioning its reader."""
    return from_bot(chat, "m.text", lambda s: s.mentions(member.id) and word in s.body)


async def run(binary):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-story-"))
    with Homeserver() as home:
        home.register("bot", "bot-password")
        bot = Bot(binary, home.url, folder)
        story = Story(home, bot)
        try:
            await story.tell()
            print("the story holds", flush=True)
            return 0
        except Exception:
            traceback.print_exc()
            print(f"--- the bot's log\n{bot.log()[-8000:]}\n--- the homeserver's log\n{home.log()}", file=sys.stderr)
            return 1
        finally:
            bot.kill()
            for member in story.people.values():
                with contextlib.suppress(Exception):
                    await member.leave()
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="The end-to-end story on a real Synapse.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    wanted = parser.parse_args()
    sys.exit(asyncio.run(run(str(pathlib.Path(wanted.bot).resolve()))))


if __name__ == "__main__":
    main()
