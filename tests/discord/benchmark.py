"""How soon people are noticed and answered on the stand-in for Discord, beside the small bot that one would write with discord.js and
better-sqlite3 in an afternoon (rival/bot.mjs), and how much memory both take.

    BARNRAISER_TEST_NODE_RIVAL=FOLDER python tests/discord/benchmark.py --bot target/release/barnraiser --twin target/release/discord-twin

Members say the same ask to each, one after the other, in rounds that alternate between the bots. An acknowledgement is timed by the
stand-in, from the event it sends to the first reply it gets; an answer from the member's command to what they see of it. In the end
the rows of both are counted, so that a refusal cannot pass for a quick answer. It fails if an answer is missing, or if
somebody was noticed more than five times as late as by the other bot: that is no aim but a wall.

FOLDER holds the packages of rival/ (npm ci --ignore-scripts); tests/run makes one. Figures are worth something only on a machine
that does nothing else.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from bots import GIVE_UP, HERE, check
from circle import CHANNEL, Circle
from program import Program
from twin import Twin

ROUND = 25
PEOPLE = 100
"""So many that nobody says more than the bot answers one person."""

RIVAL = "rival"
RIVAL_TOKEN = "another-token-that-is-good-on-the-stand-in-alone"
WALL = 5
SHORTEST = 2
"""Milliseconds: the stand-in counts whole ones."""


class Rival:
    """The other bot. Use it as a context manager."""

    def __init__(self, twin):
        self.packages = os.environ.get("BARNRAISER_TEST_NODE_RIVAL") or sys.exit("BARNRAISER_TEST_NODE_RIVAL must name a folder")
        self.twin = twin
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-rival-"))
        self.file = self.folder / "asks.db"

    def __enter__(self):
        self.twin.post("/application", name=RIVAL, token=RIVAL_TOKEN)
        self.twin.post("/guild/add", app=RIVAL)
        wanted = json.dumps({"http": self.twin.http, "token": RIVAL_TOKEN, "file": str(self.file)})
        command = [self.node(), str(HERE / "rival" / "bot.mjs"), wanted]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        check(self.process.stdout.readline() == "ready\n", "the other bot does not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(GIVE_UP)
        shutil.rmtree(self.folder, ignore_errors=True)

    def node(self):
        for own in sorted(pathlib.Path(self.packages).glob("node_modules/node-*/bin/node")):
            return str(own)
        return shutil.which("node") or sys.exit("there is no Node; tests/run brings one for Linux, elsewhere install Node 22 or newer")

    def rows(self):
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            return database.execute("select count(*) from asks").fetchone()[0]


def memory(process):
    """What the kernel calls resident, now and at most: MB."""
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    sizes = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS:", "VmHWM:")))
    return [round(int(sizes[name].split()[0]) / 1000) for name in ("VmRSS", "VmHWM")]


def percentile(times, percent):
    return sorted(times)[min(len(times) * percent // 100, len(times) - 1)]


class Side:
    """One bot, and what was measured of it."""

    def __init__(self, name, app, process):
        self.name, self.app, self.process = name, app, process
        self.noticed, self.answered, self.rounds = [], [], []
        self.at_first = memory(process)

    def round(self, twin, people, first, count):
        before = len(self.noticed)
        for number in range(first, first + count):
            options = {"words": f"Number {number}.", "need": 9}
            began = time.perf_counter()
            told = twin.post(
                "/slash", user=people[number % len(people)], channel=CHANNEL, command="ask", app=self.app, options=options,
                timeout_ms=GIVE_UP * 1000,
            )
            self.answered.append(1000 * (time.perf_counter() - began))
            check(told["outcome"] == "acknowledged" and not told["thinking"], f"{self.name} does not answer: {told}")
            check("is recorded" in told["message"]["text"], f"{self.name} says: {told['message']['text']}")
            self.noticed.append(told["after_ms"])
        self.rounds.append(statistics.median(self.noticed[before:]))

    def tell(self):
        figures = [f(times) for times in (self.noticed, self.answered) for f in (statistics.median, lambda t: percentile(t, 99))]
        now, most = memory(self.process)
        print(
            f"| {self.name} | {figures[0]:.0f} ms | {figures[1]:.0f} ms | {figures[2]:.1f} ms | {figures[3]:.1f} ms "
            f"| {self.at_first[0]} MB | {now} MB | {most} MB |"
        )


def run(wanted):
    with Twin(wanted.twin) as twin, Program(wanted.bot, twin) as program:
        circle = Circle(twin, program, random.Random(1))
        circle.gather()
        people = [f"member{number}" for number in range(PEOPLE)]
        for name in people:
            twin.post("/user", name=name)
            twin.post("/member/join", user=name)
        with Rival(twin) as rival:
            sides = [Side("Barnraiser", "barnraiser", program.process), Side("the discord.js bot", RIVAL, rival.process)]
            for first in range(0, wanted.commands, ROUND):
                for side in sides:
                    side.round(twin, people, first, min(ROUND, wanted.commands - first))
                sides.reverse()
            sides.sort(key=lambda side: side.name)
            print(f"{wanted.commands} asks to each, in rounds of {ROUND} that alternate; load {os.getloadavg()[0]:.1f}\n")
            print("| | noticed, p50 | p99 | answered, p50 | p99 | resident at first | after | at most |\n|---|---|---|---|---|---|---|---|")
            for side in sides:
                side.tell()
            recorded = program.rows("select count(*) as so_many from asks")[0]["so_many"]
            check(recorded == rival.rows() == wanted.commands, f"{recorded} and {rival.rows()} rows of {wanted.commands}")
    ours, theirs = (statistics.median(side.noticed) for side in sides)
    check(ours <= WALL * max(theirs, SHORTEST), f"{ours} ms are more than {WALL} times {theirs} ms")
    return 0


def main():
    parser = argparse.ArgumentParser(description="How soon people are noticed, beside another bot.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--twin", required=True, type=pathlib.Path, help="the discord-twin program")
    parser.add_argument("--commands", type=int, default=500)
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
