"""Two hundred interactions at once, while backups of the same data are made one after the other: all are acknowledged in time, each is
confirmed or refused, none twice.

    python tests/discord/burst.py --bot target/debug/barnraiser --twin target/debug/discord-twin --hurry

The stand-in itself lets nobody answer after three seconds. With --hurry 99 of 100 have to be acknowledged within one, which is
fair on a machine that does nothing else.
Exit code 0 if all of it holds; otherwise 1, and what was missing. Needs Python alone.
"""

import argparse
import pathlib
import random
import subprocess
import sys
import threading

from bots import check
from circle import CHANNEL, Circle
from program import Program
from twin import Twin

AT_ONCE = 200
MOSTLY_IN_TIME = 1000
"""Milliseconds within which 99 of 100 are acknowledged."""


class Backups:
    """Backups without a pause, until told to stop. Use it as a context manager."""

    def __init__(self, program):
        self.program, self.made, self.failed = program, 0, None
        self.stop, self.first = threading.Event(), threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.make)
        self.thread.start()
        check(self.first.wait(60), "no backup was made")
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        check(self.failed is None, f"a backup failed: {self.failed}")

    def make(self):
        while not self.stop.is_set() and self.failed is None:
            file = self.program.folder / f"backup-{self.made}.tar"
            command = self.program.command("backup", str(file))
            done = subprocess.run(command, env=self.program.environment(), capture_output=True, text=True)
            if done.returncode != 0:
                self.failed = done.stderr
            else:
                self.made += 1
            self.first.set()


def run(wanted):
    with Twin(wanted.twin) as twin, Program(wanted.bot, twin) as program:
        circle = Circle(twin, program, random.Random(wanted.seed))
        circle.gather()
        asks = [circle.ask(None) for _ in range(3)]
        for ask in asks:
            circle.answer(ask)
        twin.until(user="amara", channel=CHANNEL, contains="A3")
        crowd = [f"member{number}" for number in range(wanted.at_once)]
        for name in crowd:
            twin.post("/user", name=name)
            twin.post("/member/join", user=name)
        with Backups(program) as backups:
            before = backups.made
            acts = at_once(circle, crowd)
            told = [circle.outcome(act, "reply", 60_000) for act in acts]
            during = backups.made
        late = [one for one in told if one["outcome"] != "acknowledged" or one["thinking"]]
        check(not late, f"{len(late)} were not acknowledged or not answered: {late[:3]}")
        took = sorted(one["after_ms"] for one in told)
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        print(
            f"burst: {len(acts)} interactions at once during {during - before + 1} backups: acknowledged p50 {p50} ms, "
            f"p99 {p99} ms, the last after {took[-1]} ms"
        )
        circle.settle()
        program.end()
        counts = circle.judge()
        check(counts["whispered"] == len(acts) + 4, f"not everybody was answered where they asked: {dict(counts)}")
        recorded = counts["pledges"]
        refused = sum(act.kind == "refused" for act in acts)
        check(recorded == len(acts) - refused, f"{recorded} pledges of {len(acts) - refused}")
        print(f"{recorded} confirmed, {refused} refused, none twice; seed {wanted.seed}")
        check(not wanted.hurry or p99 <= MOSTLY_IN_TIME, f"the slowest of 100 took {p99} ms")
        return 0


def at_once(circle, crowd):
    """Everybody at the same moment; every tenth asks for what cannot be."""
    acts, begin = [None] * len(crowd), threading.Barrier(len(crowd))

    def one(number, name):
        words = f"Thing {number}."
        impossible = number % 10 == 9
        begin.wait()
        ask = "A999" if impossible else f"A{1 + number % 3}"
        acts[number] = circle.slash(
            "refused" if impossible else "pledge", name, "pledge", words, ask=ask, what=words, by=circle.by()
        )

    threads = [threading.Thread(target=one, args=each) for each in enumerate(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return acts


def main():
    parser = argparse.ArgumentParser(description="Two hundred interactions at once, during backups.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--twin", required=True, type=pathlib.Path, help="the discord-twin program")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--hurry", action="store_true", help="fail if they are not acknowledged within a second")
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
