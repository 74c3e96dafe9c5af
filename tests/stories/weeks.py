"""The weeks of tests/stories/eastbank.script, for those who live them again on a platform: who says what at which moment, and what
it comes to in the end. It plays nothing and asks nobody.
"""

import datetime
import pathlib
import re
import zoneinfo

SCRIPT = pathlib.Path(__file__).resolve().parent / "eastbank.script"
ZONE = "America/Chicago"

TOTALS = {"kept": 12, "handed_back": ["P3", "P7"], "released": ["P11"], "open": ["P16"]}
ASKS = {"met": [f"A{n}" for n in range(1, 9)], "in_hand": ["A9"], "open": ["A10", "A11"]}
"""What the console ends with, written down once more so that nobody changes both unawares."""

SLACK = datetime.timedelta(minutes=3)
"""People take a while to type what the script says at one moment, and what follows days later follows as much later."""

OF_ITSELF = ("notice", "nudge", "care", "preview", "digest")
"""Causes of what the bot says without being asked. A card is edited as often as there is time for."""


def instant(text):
    """A civil time of the community: "2026-03-10 08:59"."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(ZONE)).astimezone(datetime.timezone.utc)


def utc(text):
    """An instant as the console writes it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def lines():
    """What people say at each moment, in order: (who, whether to the bot alone, what without the slash)."""
    moments = {}
    for line in SCRIPT.read_text().splitlines():
        if now := re.fullmatch(r":now (\S+ \S+)( \S+)?", line):
            at = instant(now[1])
            moments[at] = []
        elif said := re.fullmatch(r"(\w+)(@dm)?: /(.+)", line):
            moments[at].append((said[1], bool(said[2]), said[3]))
    return moments


def lived_at(settled, moments):
    """When people live what the console said then: what is not of a line of the script falls due some time after one, and on
    a platform that was said a little later."""
    return settled if settled in moments else settled + SLACK


def short(report):
    """The totals of a `:report`, as `TOTALS` and `ASKS` have them."""
    pledges = {**report["pledges"], "kept": len(report["pledges"]["kept"])}
    return pledges, {state: report["asks"][state] for state in ASKS}
