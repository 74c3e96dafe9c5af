"""What the scripts of this folder say and ask again and again: steps, checks, and the conditions they wait for."""


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def step(what):
    print(f"- {what}", flush=True)


def entered(room, user):
    """Somebody has come into a room."""
    return lambda s: s.room == room and joined(s, user)


def joined(seen, user):
    return seen.kind == "m.room.member" and seen.state_key == user and seen.content.get("membership") == "join"
