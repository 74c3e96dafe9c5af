"""A member by a client that is not matrix-nio: matrix-js-sdk, in a process of its own (js/reader.mjs).

It waits like a `Member`, and can be told to say something. BARNRAISER_TEST_NODE names the folder in which tests/run has
installed it, with a Node of its own where there is one for this machine.
"""

import asyncio
import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import shutil
import tempfile

from members import Seen, Watcher

SCRIPT = pathlib.Path(__file__).resolve().parent / "js" / "reader.mjs"

LONGEST_LINE = 2**22
"""Bytes: a room's history may come in long lines."""

ENTERED_WITHIN = 60
"""Seconds; on a machine at rest it takes about two."""


@dataclasses.dataclass(frozen=True)
class Read(Seen):
    """An event, and what this client would show beside it: 0 nothing, 1 a grey shield, 2 a red one. `None` in the clear."""

    shield: int | None = None


def folder():
    found = os.environ.get("BARNRAISER_TEST_NODE")
    if not found:
        raise RuntimeError("BARNRAISER_TEST_NODE must name a folder with matrix-js-sdk; tests/run makes one")
    return pathlib.Path(found)


def node():
    """The Node installed beside the client, or else the one of this machine."""
    for own in sorted(folder().glob("node_modules/node-*/bin/node")):
        return str(own)
    found = shutil.which("node")
    if not found:
        raise RuntimeError("there is no Node; tests/run brings one for Linux, elsewhere install Node 22 or newer")
    return found


class Reader(Watcher):
    """Use `await Reader.enter(...)`, and `await reader.leave()` at the end."""

    def __init__(self, user_id):
        super().__init__(user_id)
        self.device = None
        self.process = None
        self._loop = None
        self._entered = asyncio.get_running_loop().create_future()
        self._numbers = itertools.count(1)
        self._orders = {}
        """What was ordered and has no answer yet, by number."""
        self._errors = tempfile.TemporaryFile()

    @classmethod
    async def enter(cls, url, user_id, password, welcome=(), strict=True):
        """Logs in, vouches for its device, and begins to listen. Invitations from the users in `welcome` are accepted. A
        strict one reads nothing from devices for which their owners do not vouch."""
        reader = cls(user_id)
        reader.process = await asyncio.create_subprocess_exec(
            node(),
            str(SCRIPT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=reader._errors,
            limit=LONGEST_LINE,
        )
        reader._loop = asyncio.create_task(reader._listen())
        wanted = {"url": url, "user": user_id, "password": password, "welcome": list(welcome), "strict": strict}
        reader._write(wanted)
        reader.device = await asyncio.wait_for(reader._entered, ENTERED_WITHIN)
        return reader

    async def leave(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        self._loop.cancel()
        await asyncio.gather(self._loop, return_exceptions=True)
        self._errors.close()

    async def send(self, room, kind, content):
        return await self._order("send", room=room, kind=kind, content=content)

    async def say(self, room, text, **more):
        """Writes a line; returns its event id."""
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def react(self, room, event, emoji):
        relation = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room, event):
        return await self._order("redact", room=room, event=event)

    async def finds_signed(self, user, device):
        """Does this client find that the device is vouched for by its owner?"""
        return await self._order("vouched", user=user, device=device)

    def errors(self):
        """The end of what it wrote about itself, for a failure's message."""
        # The process goes on writing where it stands, so nothing is moved here.
        whole = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), 4000, max(whole - 4000, 0)).decode(errors="replace")

    async def _order(self, order, **more):
        number = next(self._numbers)
        answer = self._orders[number] = asyncio.get_running_loop().create_future()
        self._write({"n": number, "order": order, **more})
        return await asyncio.wait_for(answer, ENTERED_WITHIN)

    def _write(self, line):
        self.process.stdin.write(json.dumps(line).encode() + b"\n")

    async def _listen(self):
        try:
            async for line in self.process.stdout:
                await self._take(json.loads(line))
            raise RuntimeError(f"the reader ended:\n{self.errors()}")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            for waiting in (self._entered, *self._orders.values()):
                if not waiting.done():
                    waiting.set_exception(error)
            await self.break_off(error)

    async def _take(self, line):
        if "event" in line:
            self.note(Read(**line["event"]))
            await self.tell()
        elif "entered" in line:
            self._entered.set_result(line["device"])
        elif "refused" in line:
            self._orders.pop(line["n"]).set_exception(RuntimeError(f"{self.id} could not: {line['refused']}"))
        else:
            self._orders.pop(line["n"]).set_result(line["done"])
