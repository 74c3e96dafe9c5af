"""People in tests: each is a real Matrix client (matrix-nio) that writes, and remembers everything it sees.

Waiting is for an event, with a deadline, woken by the sync. Nothing here sleeps in the hope that something has happened.
"""

import asyncio
import dataclasses
import logging
import time

from nio import AsyncClient, AsyncClientConfig

# It warns at every try while a homeserver is restarted, which is what these tests do.
logging.getLogger("nio").setLevel(logging.ERROR)

EVERYTHING = {"room": {"timeline": {"limit": 5000}}, "presence": {"not_types": ["*"]}}


class Waited(AssertionError):
    """What was waited for did not come in time."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """One event as a member's client got it."""

    room: str
    id: str
    sender: str
    kind: str
    content: dict
    state_key: str | None

    @property
    def body(self):
        return self.content.get("body", "")

    @property
    def msgtype(self):
        return self.content.get("msgtype")

    @property
    def key(self):
        """The bot's own mark of a message."""
        return self.content.get("org.barnraiser.key")

    @property
    def answers(self):
        """The event this answers, in this room or (for a private answer) in another."""
        reply = self.content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
        return reply or self.content.get("org.barnraiser.answers")

    @property
    def edits(self):
        relation = self.content.get("m.relates_to", {})
        return relation.get("event_id") if relation.get("rel_type") == "m.replace" else None

    @property
    def short(self):
        """For a failure's message."""
        links = "".join(f" {name} {link}" for name, link in (("answers", self.answers), ("edits", self.edits)) if link)
        return f"{self.room[:8]} {self.id} {self.sender} [{self.msgtype or self.kind}]{links} {self.body!r}"

    def mentions(self, user):
        return user in self.content.get("m.mentions", {}).get("user_ids", [])


class Member:
    """Use `await Member.enter(...)`, and `await member.leave()` at the end."""

    def __init__(self, url, user_id, welcome):
        self.id = user_id
        self.welcome = welcome
        self.seen = []
        self._ids = set()
        self._news = asyncio.Condition()
        self._loop = None
        self._broken = None
        self.client = AsyncClient(url, user_id, config=AsyncClientConfig(max_timeout_retry_wait_time=1))

    @classmethod
    async def enter(cls, url, user_id, password, welcome=()):
        """Logs in and begins to listen. Invitations from the users in `welcome` are accepted."""
        member = cls(url, user_id, frozenset(welcome))
        answer = await member.client.login(password, device_name="test")
        if not member.client.access_token:
            raise RuntimeError(f"{user_id} cannot log in: {answer}")
        member._loop = asyncio.create_task(member._listen())
        return member

    async def leave(self):
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self.client.close()

    async def create_room(self, name=None, invite=(), direct=False):
        answer = await self.client.room_create(name=name, invite=list(invite), is_direct=direct)
        return _good(answer, "room_id").room_id

    async def invite(self, room, user):
        await self.client.room_invite(room, user)

    async def join(self, room):
        return _good(await self.client.join(room), "room_id").room_id

    async def say(self, room, text, **more):
        """Writes a line; returns its event id."""
        content = {"msgtype": "m.text", "body": text, **more}
        answer = await self.client.room_send(room, "m.room.message", content)
        return _good(answer, "event_id").event_id

    def all(self, wanted):
        return [seen for seen in self.seen if wanted(seen)]

    async def wait(self, what, wanted, within=30):
        """The first event, seen already or to come, for which `wanted` is true."""
        return (await self.wait_for_all(what, [wanted], within))[0]

    async def wait_for_all(self, what, wanted, within=30):
        """The first event for each of the conditions."""
        deadline = time.monotonic() + within
        async with self._news:
            while True:
                found = [next((seen for seen in self.seen if want(seen)), None) for want in wanted]
                if all(found):
                    return found
                if self._broken:
                    raise self._broken
                left = deadline - time.monotonic()
                try:
                    await asyncio.wait_for(self._news.wait(), max(left, 0))
                except (asyncio.TimeoutError, TimeoutError):
                    missing = sum(1 for one in found if one is None)
                    last = "\n".join(f"  {seen.short}" for seen in self.seen[-12:])
                    raise Waited(
                        f"{self.id} waited {within} s for {what} ({missing} of {len(wanted)} missing); last seen:\n{last}"
                    ) from None

    async def _listen(self):
        since = None
        try:
            while True:
                answer = await self.client.sync(timeout=30000, sync_filter=EVERYTHING, since=since)
                if not hasattr(answer, "next_batch"):
                    await asyncio.sleep(0.2)  # The homeserver is just starting or stopping: ask again.
                    continue
                since = answer.next_batch
                await self._take(answer)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # The waiting test must hear of it.
            self._broken = error
            async with self._news:
                self._news.notify_all()

    async def _take(self, answer):
        for room, invited in answer.rooms.invite.items():
            inviters = {event.sender for event in invited.invite_state}
            if inviters & self.welcome:
                await self.client.join(room)
        async with self._news:
            for room, joined in answer.rooms.join.items():
                for event in joined.timeline.events:
                    self._note(room, event.source)
            self._news.notify_all()

    def _note(self, room, source):
        if source["event_id"] in self._ids:
            return
        self._ids.add(source["event_id"])
        content = source.get("content") or {}
        key = source.get("state_key")
        self.seen.append(Seen(room, source["event_id"], source["sender"], source["type"], content, key))


def _good(answer, field):
    if not hasattr(answer, field):
        raise RuntimeError(f"the homeserver refused: {answer}")
    return answer
