"""Every fault the stand-in knows, struck once or more while a circle of people goes on: on each request the bot makes, and on its
gateway. Afterwards the circle is judged like always.
"""

import collections
import functools

from bots import GIVE_UP, check

ROUTES = {
    "acknowledging": "POST /interactions/*/callback",
    "answering": "PATCH /webhooks/*/messages/*",
    "posting": "POST /channels/*/messages",
    "editing": "PATCH /channels/*/messages/*",
}

TROUBLES = [
    {"do": "drop_before"},
    {"do": "drop_after"},
    {"do": "status", "status": 500},
    {"do": "status", "status": 500, "takes_effect": True},
    {"do": "status", "status": 502},
    {"do": "status", "status": 502, "takes_effect": True},
    {"do": "rate_limit", "ms": 300},
    {"do": "rate_limit", "ms": 300, "global": True},
    {"do": "slow_before", "ms": 400},
    {"do": "slow_after", "ms": 400},
]

WHILE_LOOKING = ["drop_before", "drop_after", "status", "rate_limit"]
"""What strikes the lookup itself."""

GATEWAY = [
    {"gateway": "close", "code": 4000},
    {"gateway": "close", "code": 1001, "resumable": False},
    {"gateway": "reconnect"},
    {"gateway": "invalid_session", "resumable": True},
    {"gateway": "invalid_session"},
]
ACTS_AT_MOST = 300
HEARTBEAT_MS = 1500


def strikes():
    """Every fault, as its name and what strikes a circle with it."""
    for name, route in ROUTES.items():
        for trouble in TROUBLES:
            how = strike_acknowledgement if name == "acknowledging" else strike
            yield f"{name} {trouble['do']}", functools.partial(how, fault={"route": route, **trouble})
    for do in WHILE_LOOKING:
        yield f"looking {do}", functools.partial(strike_lookup, do=do)
    for trouble in GATEWAY:
        yield f"gateway {trouble['gateway']}", functools.partial(strike_gateway, trouble=trouble)
    yield "gateway duplicate", functools.partial(disorder, fault={"gateway": "duplicate_next", "times": 6})
    yield "gateway reorder", functools.partial(disorder, fault={"gateway": "reorder_next"})
    yield "gateway silent", fall_silent


def strike_some(circle, part, of):
    """This circle's part of them all; how often which one struck."""
    struck = collections.Counter()
    for name, strikes_with in list(strikes())[part::of]:
        strikes_with(circle)
        struck[name] += 1
    circle.twin.post("/fault/clear")
    return struck


def strike_acknowledgement(circle, fault):
    """Whoever waits is answered all the same, unless Discord wants to be left alone."""
    before = times(circle.twin, fault["do"])
    circle.twin.post("/fault", **fault)
    act = circle.ask(None)
    if fault["do"] == "rate_limit":
        circle.outcome(act, "ack", 500)
    else:
        circle.answer(act)
    check(times(circle.twin, fault["do"]) > before, f"never struck: {fault}")


def strike_lookup(circle, do):
    """A message of unknown fate, whose lookup then fails as well."""
    lookup = {"route": "GET /channels/*/messages", "do": do, **({"ms": 300} if do == "rate_limit" else {})}
    circle.twin.post("/fault", **lookup)
    strike(circle, {"route": ROUTES["posting"], "do": "drop_after"}, waits_for=do)


def strike_gateway(circle, trouble):
    circle.twin.post("/fault", **trouble)
    acts(circle, 3)
    check(circle.twin.holds(connected=True, timeout_ms=GIVE_UP * 1000), f"not back after {trouble}")
    acts(circle, 3)


def disorder(circle, fault):
    """Events that come twice, or one before the other."""
    for _ in range(3):
        circle.twin.post("/fault", **fault)
        acts(circle, 6)


def fall_silent(circle):
    """The connection is dead and nobody says so, until the bot notices that its heart beats unheard."""
    twin = circle.twin
    # Told at the beginning of a connection, so there has to be a new one.
    twin.post("/settings", heartbeat_interval_ms=HEARTBEAT_MS)
    twin.post("/fault", gateway="reconnect")
    twin.until(heartbeats=1)
    twin.post("/fault", gateway="silent")
    acts(circle, 3)
    check(twin.holds(connected=False, timeout_ms=GIVE_UP * 1000), "it never noticed that nobody answers")
    twin.post("/fault", gateway="silent", on=False)
    check(twin.holds(connected=True, timeout_ms=GIVE_UP * 1000), "not back after the silence")
    acts(circle, 3)


def strike(circle, fault, waits_for=None):
    """People go on until it has struck."""
    name = waits_for or fault["do"]
    before = times(circle.twin, name)
    circle.twin.post("/fault", **fault)
    for _ in range(ACTS_AT_MOST):
        circle.act()
        if times(circle.twin, name) > before and not waiting(circle.twin):
            return
    check(False, f"never struck: {fault}, {waits_for}")


def times(twin, name):
    return twin.get("/counters")["faults"]["struck"].get(name, 0)


def waiting(twin):
    return twin.get("/counters")["faults"]["waiting"]


def acts(circle, count):
    for _ in range(count):
        circle.act()
