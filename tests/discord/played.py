"""A bot, a server and the people on it: what every script in which people use the bot on Discord begins with, and what must hold
at the end of each of them.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time
import traceback
import urllib.request

from bots import check
from program import APPLICATION, TOKEN, Program
from twin import Twin

UNREAD = "Discord told something that cannot be read"
"""What the bot logs of an event that its SDK passes over, which nothing of the stand-in's may be."""


def step(what):
    print(f"- {what}", flush=True)


class Played:
    """A script says in `tell` what happens; `play` gives it a stand-in and a bot."""

    zone = "America/Chicago"
    log = "info,barnraiser=debug"
    """How much the bot logs."""

    def __init__(self, twin, bot, record):
        self.twin = twin
        self.bot = bot
        self.record = record
        self.people = {}
        self.channels = {}
        """The ids of channels by their names."""

    def tell(self):
        raise NotImplementedError

    def enter(self, name, shown=None):
        """Somebody with a Discord account."""
        self.people[name] = self.twin.person(name, shown or name)
        return self.people[name]

    def open_server(self, name, owner, channels, members=None, **more):
        """A server with the bot on it, and everybody but the owner as a member. Its channels, by name."""
        members = [other for other in members or self.people if other != owner]
        opened = self.twin.post(
            "/guild", name=name, owner=owner, members=members, apps=[APPLICATION], channels=list(channels), **more
        )
        self.channels |= opened["channels"]
        return opened

    def hears(self):
        """Waits until the bot is connected and its commands are there."""
        self.twin.until(connected=True)
        self.twin.until(command="help")

    def as_the_bot(self, method, path, body):
        """What somebody does who has got hold of the bot's token, or an older version of the bot did."""
        headers = {"Authorization": f"Bot {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.twin.http}/api/v10{path}", json.dumps(body).encode(), headers, method=method)
        # No proxy: this is loopback.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.loads(answer.read())

    def application(self):
        return self.twin.get("/commands")[0]["application_id"]

    def on_the_wire(self):
        """The record of everything that was said between the bot and the stand-in."""
        with open(self.record) as lines:
            # The stand-in may just be writing the last one.
            return [json.loads(line) for line in lines if line.endswith("\n")]

    def finish(self):
        """What holds at the end of every script."""
        check(self.twin.unknown() == [], f"the stand-in does not know {self.twin.unknown()}")
        check(UNREAD not in self.bot.log(), "the bot was told something that its SDK cannot read")


def means(button):
    """The command that one of the bot's buttons stands for."""
    parts = (button.get("custom_id") or "").split("|", 4)
    return parts[4] if len(parts) == 5 else ""


def button_for(message, command):
    """The custom id of a message's button for this command, whole or begun; `None` if it has none."""
    found = (button["custom_id"] for button in message["buttons"] if means(button).split(" what:")[0].split(" by:")[0] == command)
    return next(found, None)


def play(script, wanted):
    """Plays a script from beginning to end. 0 if it holds; what was missing is printed."""
    began = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-played-"))
    record = folder / "wire.jsonl"
    try:
        with Twin(wanted.twin, record) as twin, Program(wanted.bot, twin, zone=script.zone, log=script.log) as bot:
            try:
                played = script(twin, bot, record)
                played.tell()
                played.finish()
            except Exception:
                traceback.print_exc()
                print(f"--- the bot's log\n{bot.log()[-8000:]}", file=sys.stderr)
                return 1
        print(f"it holds ({time.monotonic() - began:.0f} s)", flush=True)
        return 0
    finally:
        if wanted.keep:
            print(f"what was on the wire: {record}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def main(script, about):
    """What a script does when it is run."""
    parser = argparse.ArgumentParser(description=about.split("\n\n")[0])
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--twin", required=True, help="the discord-twin program")
    parser.add_argument("--keep", action="store_true", help="keep the record of what was on the wire")
    sys.exit(play(script, parser.parse_args()))
