"""When is that? The second opinion on civil time, for tests/it/oracle.

Reads zone names from stdin, one a line, and says for each when the things happen that Barnraiser reckons with: a daily
time in the hour that spring leaves out, one in the hour that autumn repeats, the first Tuesday of the month, the mornings
of a pledge, and every few minutes around each change of the clocks. Everything comes from Python's zoneinfo (PEP 495) and
dateutil (rrule, relativedelta, resolve_imaginary), with the zone data of the tzdata package. It must share neither code
nor method with the program it is compared with.

For each zone a line of JSON, then the instants of its rules in their order, as little-endian 64-bit seconds. With
`--show ZONE` the same as text, to read.
"""

import json
import os
import sys
from array import array
from datetime import date, datetime, time, timedelta, timezone
from importlib import resources

if os.environ.get("PYTHONTZPATH") != "":
    sys.exit("civil.py: set PYTHONTZPATH to nothing, so that the zone data is the tzdata package's and not the machine's")

import tzdata  # noqa: E402
from dateutil.relativedelta import relativedelta  # noqa: E402
from dateutil.rrule import DAILY, MONTHLY, TU, rrule  # noqa: E402
from dateutil.tz import datetime_ambiguous, resolve_imaginary  # noqa: E402
from zoneinfo import ZoneInfo, available_timezones  # noqa: E402

FIRST, LAST = date(2024, 1, 1), date(2035, 12, 31)
MORNING = time(9)
# Where neither spring nor autumn does anything, these hours are asked.
PLAIN_GAP, PLAIN_FOLD = time(2, 30), time(1, 30)
# Somebody far away promises for a minute of this zone.
ELSEWHERE = ["Pacific/Kiritimati", "America/Los_Angeles", "Australia/Lord_Howe", "Africa/Casablanca"]

START = datetime.combine(FIRST, time())
DAYS = [day.date() for day in rrule(DAILY, dtstart=START, until=datetime.combine(LAST, time()))]
TUESDAYS = [day.date() for day in rrule(MONTHLY, byweekday=TU(1), dtstart=START, until=datetime.combine(LAST, time()))]


def instant(day, at, zone):
    """The instant of a civil time, and whether it was missing (-1), doubled (1) or plain (0)."""
    local = datetime.combine(day, at, tzinfo=zone)
    utc = local.astimezone(timezone.utc)
    back = utc.astimezone(zone)
    if (back.hour, back.minute, back.day) != (local.hour, local.minute, local.day):
        # It does not exist. What dateutil makes of it must be what PEP 495 makes of it.
        moved = resolve_imaginary(local).astimezone(timezone.utc)
        assert moved == utc, (zone, local, moved, utc)
        return int(utc.timestamp()), -1
    return int(utc.timestamp()), 0


def changes(zone):
    """Every change of the offset: its instant, and the offsets before and after it."""

    def offset(second):
        return datetime.fromtimestamp(second, zone).utcoffset()

    step = 6 * 3600
    start = int(START.replace(tzinfo=timezone.utc).timestamp()) - 4 * step
    end = int(datetime.combine(LAST, time(), tzinfo=timezone.utc).timestamp()) + 8 * step
    before = offset(start)
    for second in range(start + step, end, step):
        after = offset(second)
        if after != before:
            low, high = second - step, second
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            yield high, before, after
        before = after


def middle(change):
    """The minute in the middle of what a change leaves out or repeats, on the wall clock."""
    second, before, after = change
    wall = datetime.fromtimestamp(second, timezone.utc).replace(tzinfo=None) + min(before, after)
    return (wall + abs(after - before) / 2).replace(second=0).time()


def near(found, zone):
    """The days around each change."""
    days = set()
    for second, _, _ in found:
        day = datetime.fromtimestamp(second, zone).date()
        days.update(day + relativedelta(days=n) for n in range(-3, 4))
    return sorted(day for day in days if FIRST <= day <= LAST)


def mornings(due_day, zone):
    """Two days before, the morning after."""
    for days in (-2, 1):
        yield instant(due_day + relativedelta(days=days), MORNING, zone)


def rules(name):
    """Each rule's description and its rows: civil time, (instant, kind)."""
    zone = ZoneInfo(name)
    found = list(changes(zone))
    gaps = sorted({middle(c) for c in found if c[2] > c[1]})
    folds = sorted({middle(c) for c in found if c[2] < c[1]})
    odd = near(found, zone)

    for at in gaps or [PLAIN_GAP]:
        yield {"rule": "gap", "at": at}, [(datetime.combine(d, at), instant(d, at, zone)) for d in DAYS]
    for at in folds or [PLAIN_FOLD]:
        yield {"rule": "fold", "at": at}, [(datetime.combine(d, at), instant(d, at, zone)) for d in DAYS]
    for at in sorted({time(18), *gaps, *folds}):
        yield {"rule": "first_tuesday", "at": at}, [(datetime.combine(d, at), instant(d, at, zone)) for d in TUESDAYS]
    yield {"rule": "two_days_before", "due": "day"}, [(d, row) for d in DAYS for row in mornings(d, zone)]
    for at in sorted({*gaps, *folds}):
        for helper in [None, *ELSEWHERE]:
            theirs = ZoneInfo(helper) if helper else zone
            rows = []
            for day in odd:
                due = datetime.fromtimestamp(instant(day, at, zone)[0], theirs).date()
                rows += [(datetime.combine(day, at), row) for row in mornings(due, theirs)]
            yield {"rule": "two_days_before", "due": "minute", "at": at, "helper": helper}, rows
    around = []
    for second, before, after in found:
        wall = datetime.fromtimestamp(second, timezone.utc).replace(tzinfo=None) + before
        for minutes in range(-240, 241, 5):
            local = wall + timedelta(minutes=minutes)
            around.append((local, instant(local.date(), local.time(), zone)))
    yield {"rule": "around", "changes": [second for second, _, _ in found]}, around


def plain(value):
    return value.strftime("%H:%M") if isinstance(value, time) else str(value)


def answer(name):
    """The description of each rule, and the instants of all of them."""
    described, seconds = [], array("q")
    for rule, rows in rules(name):
        missing = sum(kind == -1 for _, (_, kind) in rows)
        described.append({**rule, "rows": len(rows), "missing": missing})
        seconds.extend(second for _, (second, _) in rows)
    if sys.byteorder == "big":
        seconds.byteswap()
    return described, seconds.tobytes()


def main():
    if sys.argv[1:2] == ["--show"]:
        zone = ZoneInfo(sys.argv[2])
        for rule, rows in rules(sys.argv[2]):
            for civil, (second, kind) in rows:
                doubled = isinstance(civil, datetime) and datetime_ambiguous(civil, zone)
                note = "missing" if kind else "doubled" if doubled else ""
                print(*(plain(v) for v in rule.values()), civil, datetime.fromtimestamp(second, timezone.utc), note)
        return
    out = sys.stdout.buffer
    # The release, and the zones that this side knows.
    hello = {"tzdata": tzdata.IANA_VERSION, "zones": sorted(available_timezones())}
    out.write(json.dumps(hello).encode() + b"\n")
    known = {}
    for name in sys.stdin.read().split():
        # Half of the names are other names for a zone that was answered already.
        data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
        if data not in known:
            known[data] = answer(name)
        described, seconds = known[data]
        out.write(json.dumps({"zone": name, "rules": described}, default=plain).encode() + b"\n")
        out.write(seconds)
        out.flush()


main()
