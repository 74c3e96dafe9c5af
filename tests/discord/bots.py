"""A bot of the scenario in a process of its own: discord.py or discord.js. It is told where the stand-in is, and tells what it
makes of it.

It ends only the process it started itself.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
GIVE_UP = 30
"""Seconds after which something that should have come never will; on a machine at rest it is there in less than one."""


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def folder():
    found = os.environ.get("BARNRAISER_TEST_NODE_DISCORD")
    if not found:
        sys.exit("BARNRAISER_TEST_NODE_DISCORD must name a folder with discord.js and the schemas; tests/run makes one")
    return pathlib.Path(found)


def node():
    """The Node installed beside the libraries, or else the one of this machine."""
    for own in sorted(folder().glob("node_modules/node-*/bin/node")):
        return str(own)
    found = shutil.which("node")
    return found or sys.exit("there is no Node; tests/run brings one for Linux, elsewhere install Node 22 or newer")


LIBRARIES = {
    "discord.py": lambda: [sys.executable, str(HERE / "discordpy.py")],
    "discord.js": lambda: [node(), str(HERE / "js" / "discordjs.mjs")],
}


class Bot:
    """Use it as a context manager. What it tells is kept until it is taken, so nothing is missed by asking late."""

    def __init__(self, library, http, token, guild):
        self.library = library
        self._errors = tempfile.TemporaryFile()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(LIBRARIES[library](), stdin=pipe, stdout=pipe, stderr=self._errors, text=True)
        self._told, self._ended, self._change = [], False, threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self.say(json.dumps({"http": http, "token": token, "guild": guild}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def say(self, word):
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def told(self, what, **like):
        """Waits until it has told `what` with these values, and takes that out of what it told."""

        def fits(line):
            return line["told"] == what and all(line.get(key) == value for key, value in like.items())

        with self._change:
            self._change.wait_for(lambda: self._ended or any(map(fits, self._told)), GIVE_UP)
            found = next(filter(fits, self._told), None)
            check(found, f"{self.library} never told {what} {like or ''}, but {self._told}\n{self.errors()}")
            self._told.remove(found)
            return found

    def errors(self):
        """The end of what it wrote about itself, for a failure's message."""
        whole = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), 8000, max(whole - 8000, 0)).decode(errors="replace")

    def _listen(self):
        for line in self._process.stdout:
            with self._change:
                self._told.append(json.loads(line))
                self._change.notify_all()
        with self._change:
            self._ended = True
            self._change.notify_all()
