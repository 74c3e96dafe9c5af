"""Discord's own limits, and many cards that all have to be refreshed: the community moves to another channel, where every open ask
is posted again, and then somebody pledges to each of them. Discord hardly ever has to say "too much"; a reminder in between
goes first; in the end every card shows what is so.

    python tests/discord/limits.py --bot target/debug/barnraiser --twin target/debug/discord-twin --cards 300

A channel takes a message a second, so 300 cards take a quarter of an hour in all.
Exit code 0 if all of it holds; otherwise 1, and what was missing. Needs Python alone.
"""

import argparse
import datetime
import pathlib
import random
import re
import sys
import time

from bots import check
from circle import ASKERS, CHANNEL, CONVENER, HELPERS, Circle
from program import Program
from twin import Twin

MOST_REFUSED = 3
"""Of all requests, however many cards. What is left to chance is the first answer of each kind of request, which alone tells what
its limit is: sent side by side before it, one or two may be too many. And on a busy machine two that left a second apart may
arrive closer together."""

NUDGED_WITHIN = 10
"""Seconds from nine o'clock to the reminder, while cards wait for minutes."""

ELSEWHERE = "chat"
BEFORE_NINE = 6
"""Seconds that the bot's clock starts before nine o'clock: the cards are on their way by then."""


def run(wanted):
    with Twin(wanted.twin) as twin, Program(wanted.bot, twin) as program:
        twin.post("/settings", limits="discord")
        circle = Circle(twin, program, random.Random(wanted.seed))
        day = datetime.date.today() + datetime.timedelta(days=1)
        nine = datetime.datetime.combine(day, datetime.time(9), datetime.timezone.utc)
        circle.gather(zone="UTC", at=nine - datetime.timedelta(minutes=25))
        patience = 60 + 3 * wanted.cards

        began = time.monotonic()
        asked = [circle.slash("ask", ASKERS[n % 3], "ask", f"Number {n}.", words=f"Number {n}.", need=9) for n in range(wanted.cards)]
        for ask in asked:
            circle.answer(ask)
        due = day + datetime.timedelta(days=2)
        promise = {"ask": "A1", "what": "Thing 0.", "by": due.isoformat()}
        circle.answer(circle.slash("pledge", HELPERS[0], "pledge", "Thing 0.", **promise))
        circle.settle(patience)
        say(twin, f"{wanted.cards} asks posted", began)
        program.end()

        then = time.monotonic() + BEFORE_NINE
        program.start_whole(at=nine - datetime.timedelta(seconds=BEFORE_NINE))
        began = time.monotonic()
        moved = circle.begin(
            "setup", CONVENER, "/slash", channel=ELSEWHERE, command="community setup", options={"name": "Eastbank", "zone": "UTC"}
        )
        circle.answer(moved)
        reminded = twin.holds(user=HELPERS[0], channel="dm", contains="P1", timeout_ms=(BEFORE_NINE + NUDGED_WITHIN) * 1000)
        late = time.monotonic() - then
        posted = len(cards(circle))
        check(reminded, f"no reminder {late:.1f} s after nine; {posted} cards were posted")
        check(posted < wanted.cards, "every card had been posted before the reminder: the test shows nothing")
        check(late > -1, f"the reminder came {-late:.1f} s before nine")
        print(f"the reminder came {late:.1f} s after nine, when {posted} of {wanted.cards} cards were posted again", flush=True)
        circle.settle(patience)
        say(twin, f"{wanted.cards} cards posted in another channel", began)

        began = time.monotonic()
        for number in range(2, wanted.cards + 1):
            words = f"Thing {number}."
            helper = HELPERS[number % 5]
            circle.slash("pledge", helper, "pledge", words, ask=f"A{number}", what=words, by=due.isoformat())
        for act in circle.acts:
            circle.answer(act)
        circle.settle(patience)
        say(twin, f"{wanted.cards - 1} cards edited", began)
        program.end()

        shown = cards(circle)
        numbers = sorted(int(re.search(r"\bA(\d+)\b", text)[1]) for text in shown)
        check(numbers == list(range(1, wanted.cards + 1)), f"cards of {numbers}")
        wrong = [text for text in shown if "1 of 9 so far" not in text]
        check(not wrong, f"{len(wrong)} cards do not show what is so: {wrong[:2]}")
        nudges = [one for one in circle.see(HELPERS[0], "dm") if "P1" in one["text"]]
        check(len(nudges) == 1, f"reminded {len(nudges)} times")
        circle.judge_rows()
        refused = twin.get("/counters")["limits"]["served_429"]
        check(sum(refused.values()) <= MOST_REFUSED, f"too many were refused: {refused}")
        check(not twin.unknown(), f"routes the stand-in does not have: {twin.unknown()}")
        print(f"limits: {wanted.cards} cards posted, posted again and edited, {sum(refused.values())} requests refused {refused}")
        return 0


def cards(circle):
    return [one["text"] for one in circle.cards(ELSEWHERE)]


def say(twin, what, began):
    refused = twin.get("/counters")["limits"]["served_429"]
    print(f"- {what} after {time.monotonic() - began:.0f} s; refused so far: {refused}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Many cards under Discord's own limits.")
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--twin", required=True, type=pathlib.Path, help="the discord-twin program")
    parser.add_argument("--cards", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
