"""The real program in tests, as its operator has it: a folder, a configuration, a clock that may be moved, an end.

It ends only the process it started itself.
"""

import asyncio
import contextlib
import datetime
import os
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
import zoneinfo

from checks import check
from homeserver import free_port

BOT = "@bot:localhost"
PASSWORD = "bot-password"
ZONE = "America/Chicago"


def civil(text):
    """A civil time in the bot's zone: "2026-03-10 08:59:30"."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(ZONE))


def own_settings():
    """Only what this test says: a setting of the one who runs it would be taken for the bot's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BARNRAISER_")}


class Bot:
    """The real program. Its clock goes on where it stood when it is started again, unless it is moved."""

    def __init__(self, binary, url, folder, begin=None, inviters=("@convener:localhost",), more="", user=BOT, pace=(6000, 1000)):
        """With `begin` its clock shows that time at the first start; without, it is right. `more` is added to its
        configuration, within [matrix]; without a `pace` it keeps the one it has by itself."""
        self.binary = binary
        self.folder = folder
        self.data = folder / "data"
        self.health = free_port()
        self.process = None
        self._shows = begin
        self._since = None
        password = folder / "password"
        password.write_text(f"{PASSWORD}\n")
        password.chmod(0o600)
        self.config = folder / "barnraiser.toml"
        pace = f"messages_per_minute = {pace[0]}\nburst = {pace[1]}\n" if pace else ""
        named = ", ".join(f'"{inviter}"' for inviter in inviters)
        self.config.write_text(
            f"""\
data = "{self.data}"
[community]
zone = "{ZONE}"
[health]
listen = "127.0.0.1:{self.health}"
[matrix]
{pace}homeserver = "{url}"
user = "{user}"
password_file = "{password}"
inviters = [{named}]
{more}"""
        )

    def start(self, at=None):
        """Starts it; with `at`, at that time instead of where its clock would stand by now."""
        if at is not None:
            self._shows, self._since = at, None
        if self._since is None:
            self._since = time.monotonic()
        command = [self.binary, "run", "--config", str(self.config)]
        if self._shows is not None:
            command += ["--rehearse-from", f"{self.now():%Y-%m-%d %H:%M:%S} {ZONE}"]
        with open(self.folder / "bot.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=own_settings())

    def now(self):
        """What its clock shows, to the second."""
        if self._shows is None:
            return datetime.datetime.now(zoneinfo.ZoneInfo(ZONE))
        passed = datetime.timedelta(seconds=int(time.monotonic() - self._since))
        return (self._shows.astimezone(datetime.timezone.utc) + passed).astimezone(zoneinfo.ZoneInfo(ZONE))

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
        """Another of the program's commands; it must succeed. What it answered."""
        command = [self.binary, *map(str, what)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=own_settings())
        check(done.returncode == 0, f"{what[0]} failed: {done.stderr}")
        return done.stdout

    def ask(self, question, *given):
        """The rows of a `select` on its database, whether it runs or not."""
        path = self.data / "barnraiser.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(question, given).fetchall()

    async def until(self, what, happened, within=60, missing=lambda: None):
        """What `happened` gives, as soon as it is something: its database is asked again and again; nobody could wake us."""
        deadline = time.monotonic() + within
        while not (found := happened()):
            check(self.process.poll() is None, f"the bot ended while {what} was waited for")
            check(time.monotonic() < deadline, f"{what} did not come within {within} s: {missing()}")
            await asyncio.sleep(0.05)
        return found

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
