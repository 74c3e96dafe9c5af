"""The real program on the stand-in: started, killed and told to end, over real sockets, with a data folder of its own.

It ends only the processes it started itself.
"""

import contextlib
import datetime
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from bots import GIVE_UP, check

APPLICATION = "barnraiser"
TOKEN = "a-token-that-is-good-on-the-stand-in-alone"


def section(twin, folder):
    """The bot is an application of the stand-in's: what its configuration says about that. Its token is put into `folder`."""
    twin.post("/application", name=APPLICATION, token=TOKEN)
    token = folder / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    return f"""\
[discord]
token_file = "{token}"
connect_to = "{twin.at["https"]}"
ca_file = "{twin.at["ca"]}"
"""


class Program:
    """The bot and its folder. Use it as a context manager: it goes away with what it kept."""

    def __init__(self, binary, twin, quarantine=1, zone="UTC", log="info"):
        self.binary = str(pathlib.Path(binary).resolve())
        self.twin = twin
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-discord-"))
        self.process = None
        self.talks = log
        self.config = self.folder / "barnraiser.toml"
        # How long an unclear message rests before it is looked up changes nothing about what happens then.
        self.config.write_text(
            f"""\
data = "{self.folder}/data"
[community]
zone = "{zone}"
[delivery]
quarantine_seconds = {quarantine}
[health]
listen = "off"
{section(twin, self.folder)}"""
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *words):
        return [self.binary, *words, "--config", str(self.config)]

    def environment(self, **more):
        # Only what this test says: a setting of the one who runs it would be taken for the bot's.
        return {name: value for name, value in os.environ.items() if not name.startswith("BARNRAISER_")} | more

    def start(self, kill=None, at=None):
        """Starts it; with `kill` it ends itself at that point (src/failpoint.rs), with `at` its clock shows that time."""
        env = self.environment(BARNRAISER_LOG=self.talks, **({"BARNRAISER_TEST_KILL": kill} if kill else {}))
        then = [] if at is None else ["--rehearse-from", f"{at.astimezone(datetime.timezone.utc):%Y-%m-%d %H:%M:%S} UTC"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.command("run"), *then], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env
            )

    def start_whole(self, at=None):
        """Starts it and waits until it hears and its commands are there."""
        self.start(at=at)
        self.twin.until(connected=True)
        self.twin.until(command="pledge")

    def lives(self):
        """Whether it still runs. That it ended by anything but SIGKILL is a failure."""
        if self.process is None:
            return False
        code = self.process.poll()
        if code is None:
            return True
        self.process = None
        check(code == -9, f"the bot ended with {code}:\n{self.log()[-3000:]}")
        self.twin.until(connected=False)
        return False

    def gone(self, within):
        """Whether it has ended by itself within so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(within)
        return not self.lives()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.twin.until(connected=False)

    def end(self):
        """SIGTERM, and a clean end."""
        self.process.terminate()
        code = self.process.wait(GIVE_UP)
        self.process = None
        self.twin.until(connected=False)
        check(code == 0, f"the bot ended with {code}:\n{self.log()[-3000:]}")

    def tool(self, *words):
        """Another of the program's commands, which must succeed: what it answered."""
        command = [self.binary, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment())
        check(done.returncode == 0, f"{words[0]} failed: {done.stderr}")
        return done.stdout

    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def rows(self, question, *values):
        """What its database says, as dictionaries."""
        path = self.folder / "data" / "barnraiser.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=GIVE_UP)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(question, values)]

    def resident(self):
        """Its resident memory in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024
