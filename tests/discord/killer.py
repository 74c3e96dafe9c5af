"""The killer on the stand-in for Discord: people go on with commands, presses and forms while the program is killed over and over,
at every boundary of its work, in the middle of a request, and at any moment; then every fault the stand-in knows strikes it.
Discord's own memory of nonces is switched off. In the end nothing is lost, nothing was said twice, and each interaction
was answered at most once.

    python tests/discord/killer.py --bot target/debug/barnraiser --twin target/debug/discord-twin --points --kills 500

With --points the program was built with the feature `failpoints` and can be told to end itself at a point.
Exit code 0 if all of it holds; otherwise 1, and what was missing. Needs Python alone.
"""

import argparse
import collections
import pathlib
import random
import sys
import threading
import time
import traceback

from bots import check
from circle import Circle
from faults import strike_all
from program import Program
from twin import Twin

COMMITS = ["heard", "claim", "receipt"]
STEADY = [f"{when}-commit-{kind}" for kind in COMMITS for when in ("before", "after")]
STEADY += ["before-sending", "after-sending", "before-acknowledging", "before-hearing"]
"""The boundaries the bot passes while people talk with it."""

ONCE = ["before-commit-tick", "after-commit-tick"]
"""Those that a start passes no more than once."""

LOOKUP = ["after-sending", "before-lookup", "after-lookup"]
"""In this order: only a death on the way of a message leads to a lookup."""

REQUESTS = {
    "within-acknowledging": "POST /interactions/*/callback",
    "within-answering": "PATCH /webhooks/*/messages/*",
    "within-posting": "POST /channels/*/messages",
    "within-editing": "PATCH /channels/*/messages/*",
}
"""Requests that Discord takes, and of whose answer the bot does not live to hear."""

BOUNDARIES = STEADY + ONCE + LOOKUP[1:] + list(REQUESTS)
CIRCLES = 2
POINT_WITHIN = 8
"""Seconds within which a bot passes any point while people talk; where it does not, it is killed from outside."""

AWAY_AT_MOST = 5
LONG_AGO = 16 * 60 * 1000
"""Milliseconds after which no token of an interaction is good any more."""


class Killing:
    """One circle, and what its bot dies of."""

    def __init__(self, wanted, number):
        self.twin = Twin(wanted.twin)
        self.twin.post("/settings", nonce_window_ms=0)
        self.chance = random.Random(wanted.seed * 100 + number)
        self.program = Program(wanted.bot, self.twin)
        self.circle = Circle(self.twin, self.program, self.chance)
        self.deaths = collections.Counter()
        self.struck = collections.Counter()
        self.failed = None

    def play(self, plan, points):
        try:
            self.circle.gather()
            self.program.kill()
            for point in plan:
                self.die_at(point)
            if points:
                self.die_and_stay_away()
            self.program.start_whole()
            self.circle.settle()
            self.circle.judge()
            self.struck = strike_all(self.circle)
            self.circle.settle()
            self.program.end()
            self.counts = self.circle.judge()
        except BaseException:
            self.failed = traceback.format_exc()

    def die_at(self, point):
        """People talk until the bot is dead. `None` is any moment, from outside."""
        began = time.monotonic()
        deadly = REQUESTS.get(point)
        nth = 1 if point is None or point in ONCE + LOOKUP[1:] else self.chance.choice([1, 1, 2, 3])
        if deadly:
            before = self.faults_struck()
            self.twin.post("/fault", route=deadly, do="slow_after", ms=30_000, skip=nth - 1)
        self.program.start(None if point is None or deadly else f"{point}:{nth}")
        until = began + (POINT_WITHIN if point else self.chance.random() * 0.8)
        while self.program.lives() and time.monotonic() < until:
            if deadly and self.faults_struck() > before:
                break
            # Now and then somebody does not look whether the bot is there.
            if self.chance.random() < 0.03 or self.is_there():
                self.circle.act()
        if deadly:
            at = self.faults_struck() > before
            self.program.kill()
            self.twin.post("/fault/clear")
        else:
            at = point is not None and not self.program.lives()
            self.program.kill()
        self.deaths[point if at else "outside"] += 1

    def is_there(self):
        """Whether the bot is connected; waits for it a little."""
        return self.twin.holds(connected=True, timeout_ms=50)

    def faults_struck(self):
        return self.twin.get("/counters")["faults"]["struck"].get("slow_after", 0)

    def die_and_stay_away(self):
        """What was recorded and not answered before Discord's token for it ran out is said in the direct message. (What was
        on its way as an answer when the bot died cannot be looked up any more by then: it is never said a second time.)"""
        for _ in range(AWAY_AT_MOST):
            self.program.start_whole()
            self.circle.settle()
            self.program.kill()
            self.program.start("after-commit-heard:1")
            self.twin.until(connected=True)
            act = self.circle.ask(None)
            check(self.program.gone(POINT_WITHIN), f"it did not die where it was told to: {self.circle.outcome(act)}")
            self.deaths["after-commit-heard"] += 1
            self.twin.post("/clock", advance_ms=LONG_AGO)
            # Once in a while it is claimed in the same commit in which it is recorded.
            if self.program.rows("select 1 from outbox where answers = ? and state = 'ready'", act.interaction):
                return
            self.circle.too_late.add(act.interaction)
        check(False, "it always died too late")

    def close(self):
        self.program.__exit__()
        self.twin.__exit__()


def plans(kills, points, chance):
    """What every circle dies of: each boundary as often as the others, and now and then from outside."""
    outside = [[None]] * (kills if not points else max(kills // 7, 1))
    rest = 0 if not points else kills - len(outside)
    deck = [[point] for point in STEADY + ONCE] + [[point] for point in REQUESTS] + [LOOKUP]
    parts = list(outside)
    while rest > 0:
        chance.shuffle(deck)
        for part in deck:
            if rest > 0:
                parts.append(part)
                rest -= len(part)
    chance.shuffle(parts)
    return [[point for part in parts[n::CIRCLES] for point in part] for n in range(CIRCLES)]


def run(wanted):
    began = time.monotonic()
    killings = [Killing(wanted, number) for number in range(CIRCLES)]
    try:
        todo = plans(wanted.kills, wanted.points, random.Random(wanted.seed))
        threads = [threading.Thread(target=one.play, args=(plan, wanted.points)) for one, plan in zip(killings, todo)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        failed = [one for one in killings if one.failed]
        for one in failed:
            print(f"{one.failed}\n{one.deaths}\n{one.program.log()[-4000:]}", file=sys.stderr)
        if failed:
            print(f"seed {wanted.seed}", file=sys.stderr)
            return 1
        report(wanted, killings, time.monotonic() - began)
        return 0
    finally:
        for one in killings:
            one.close()


def report(wanted, killings, took):
    deaths = sum((one.deaths for one in killings), collections.Counter())
    struck = sum((one.struck for one in killings), collections.Counter())
    counts = sum((one.counts for one in killings), collections.Counter())
    listed = lambda counter: ", ".join(f"{name} {times}" for name, times in sorted(counter.items()))
    print(f"killer, Discord: {sum(deaths.values())} deaths of {CIRCLES} bots ({listed(deaths)})")
    print(f"faults that struck: {listed(struck)}")
    print(f"{listed(counts)}; 0 lost, 0 twice; seed {wanted.seed}, {took:.0f} s")
    if wanted.points and wanted.kills >= 5 * len(BOUNDARIES) * 8 // 7:
        few = {point: deaths[point] for point in BOUNDARIES if deaths[point] < 5}
        check(not few, f"died at fewer than five times: {few}")


def main():
    parser = argparse.ArgumentParser(description="The killer on the stand-in for Discord.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--twin", required=True, type=pathlib.Path, help="the discord-twin program")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--points", action="store_true", help="the program was built with the feature failpoints")
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
