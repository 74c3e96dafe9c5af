"""People in tests: each is a real Matrix client (matrix-nio) that writes, and remembers everything it sees.

Each has keys like any other client's, its device vouched for by its owner, so that it reads and writes in encrypted rooms
as in others. Waiting is for an event, with a deadline, woken by the sync. Nothing here sleeps in the hope that something
has happened.
"""

import asyncio
import contextlib
import dataclasses
import logging
import time

import signing
from homeserver import Refused, call, quoted
from nio import AsyncClient, AsyncClientConfig, EncryptionError, MegolmEvent
from nio.store import SqliteMemoryStore

# It warns at every try while a homeserver is restarted, which is what these tests do.
logging.getLogger("nio").setLevel(logging.ERROR)
# What cannot be decrypted yet is kept and tried again; the rest of what it warns of is the tests' own business.
logging.getLogger("nio.crypto").setLevel(logging.ERROR)

EVERYTHING = {"room": {"timeline": {"limit": 5000}}, "presence": {"not_types": ["*"]}}

UNDECRYPTABLE = "undecryptable"
"""The kind of an event whose key has not come."""

ENCRYPTED = {"algorithm": "m.megolm.v1.aes-sha2"}


class Waited(AssertionError):
    """What was waited for did not come in time."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """One event as a member's client got it, decrypted if it could be."""

    room: str
    id: str
    sender: str
    kind: str
    content: dict
    state_key: str | None
    encrypted: bool = False
    """Whether it was encrypted on its way."""
    at: int = 0
    """Milliseconds since 1970, by the homeserver."""

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
    def relation(self):
        found = self.content.get("m.relates_to")
        return found if isinstance(found, dict) else {}

    @property
    def answers(self):
        """The event this answers: as the bot says, in this room or (for a private answer) in another; or as a client shows."""
        reply = self.relation.get("m.in_reply_to")
        reply = reply.get("event_id") if isinstance(reply, dict) else None
        return self.content.get("org.barnraiser.answers") or reply

    @property
    def edits(self):
        return self._related("m.replace")

    @property
    def thread(self):
        """The message whose thread this is in."""
        return self._related("m.thread")

    @property
    def reacts(self):
        """(event, emoji) of a reaction."""
        event = self._related("m.annotation")
        return (event, self.relation.get("key")) if event and self.kind == "m.reaction" else None

    @property
    def redacts(self):
        return self.content.get("redacts") if self.kind == "m.room.redaction" else None

    @property
    def short(self):
        """For a failure's message."""
        links = "".join(f" {name} {link}" for name, link in (("answers", self.answers), ("edits", self.edits)) if link)
        return f"{self.room[:8]} {self.id} {self.sender} [{self.msgtype or self.kind}]{links} {self.body!r}"

    def mentions(self, user):
        return user in self.content.get("m.mentions", {}).get("user_ids", [])

    def _related(self, how):
        return self.relation.get("event_id") if self.relation.get("rel_type") == how else None


class Watcher:
    """Somebody who remembers events, and lets a test wait for them."""

    def __init__(self, user_id):
        self.id = user_id
        self.seen = []
        self._places = {}
        """Where in `seen` an event stands."""
        self._news = asyncio.Condition()
        self._broken = None

    def all(self, wanted):
        return [seen for seen in self.seen if wanted(seen)]

    def unread(self, room=None):
        """What could not be decrypted so far."""
        return self.all(lambda s: s.kind == UNDECRYPTABLE and room in (None, s.room))

    async def wait(self, what, wanted, within=30):
        """The first event, seen already or to come, for which `wanted` is true."""
        return (await self.wait_for_all(what, [wanted], within))[0]

    async def wait_for_all(self, what, wanted, within=30):
        """The first event for each of the conditions."""

        def first_of_each():
            return [next((seen for seen in self.seen if want(seen)), None) for want in wanted]

        def missing():
            return f"{sum(1 for one in first_of_each() if one is None)} of {len(wanted)} missing"

        return await self.until(what, lambda: all(found := first_of_each()) and found, within, missing)

    async def until(self, what, happened, within=30, missing=None):
        """What `happened` gives, asked again after each piece of news, as soon as it is something."""
        deadline = time.monotonic() + within
        async with self._news:
            while True:
                if found := happened():
                    return found
                if self._broken:
                    raise self._broken
                left = deadline - time.monotonic()
                try:
                    await asyncio.wait_for(self._news.wait(), max(left, 0))
                except (asyncio.TimeoutError, TimeoutError):
                    more = f" ({missing()})" if missing else ""
                    last = "\n".join(f"  {seen.short}" for seen in self.seen[-12:])
                    raise Waited(f"{self.id} waited {within} s for {what}{more}; last seen:\n{last}") from None

    def note(self, seen):
        """Remembers an event; one that was undecryptable gives way to the same one decrypted."""
        place = self._places.get(seen.id)
        if place is None:
            self._places[seen.id] = len(self.seen)
            self.seen.append(seen)
        elif self.seen[place].kind == UNDECRYPTABLE and seen.kind != UNDECRYPTABLE:
            self.seen[place] = seen

    def knows(self, event_id):
        return event_id in self._places

    async def tell(self):
        """There is news: whoever waits looks again."""
        async with self._news:
            self._news.notify_all()

    async def break_off(self, error):
        """The waiting test must hear of it."""
        self._broken = error
        await self.tell()


class Member(Watcher):
    """Use `await Member.enter(...)`, and `await member.leave()` at the end."""

    def __init__(self, url, user_id, welcome):
        super().__init__(user_id)
        self.url = url
        self.welcome = welcome
        self.identity = None
        self._sealed = {}
        """What could not be decrypted so far, as nio has it."""
        self._checked = set()
        """Rooms of which it is known whether they are encrypted."""
        self._loop = None
        self._since = None
        # Its keys go with it: who enters again has a new device, as after reinstalling.
        config = AsyncClientConfig(store=SqliteMemoryStore, max_timeout_retry_wait_time=1)
        self.client = AsyncClient(url, user_id, config=config)

    @classmethod
    async def enter(cls, url, user_id, password, welcome=(), signed=True, identity=None):
        """Logs in and begins to listen. Invitations from the users in `welcome` are accepted. The device is vouched for
        by `identity`, or by a new one; not at all if it is not to be `signed`."""
        member = cls(url, user_id, frozenset(welcome))
        answer = await member.client.login(password, device_name="test")
        if not member.client.access_token:
            raise RuntimeError(f"{user_id} cannot log in: {answer}")
        await member.client.keys_upload()
        member.identity = identity
        if signed:
            await member.sign_device(password)
        member.listen()
        return member

    async def sign_device(self, password):
        """Vouches for this device, as clients ask everybody to after signing in."""
        if self.identity is None:
            self.identity = await self._api(signing.begin, self.id, password)
        await self._api(self.identity.vouch_for, self.device)

    async def leave(self):
        await self.stop_listening()
        await self.client.close()

    def listen(self):
        """Goes on where it stopped listening."""
        self._loop = asyncio.create_task(self._listen())

    async def stop_listening(self):
        """From now on this member sees nothing more, and can still do things. It costs the homeserver nothing meanwhile."""
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None

    @property
    def device(self):
        return self.client.device_id

    async def cross_signed(self, user, device):
        """Is this device vouched for by its owner, as far as the homeserver shows it to this member?"""
        return await self._api(signing.cross_signed, user, device)

    async def devices(self, user):
        return await self._api(signing.devices, user)

    async def call(self, path, body=None, method=None):
        """Any request of the client API, in this member's name. Raises `Refused`."""
        return await asyncio.to_thread(call, self.url, path, body, self.client.access_token, method)

    def hand_keys(self, keys):
        """Takes the room keys of another of its own clients, as after comparing emoji there; returns how many were new."""
        taken = sum(self.client.olm.inbound_group_store.add(key) for key in keys)
        self._try_again()
        return taken

    # --- rooms -----------------------------------------------------------------------------------------------------------

    async def create_room(self, name=None, invite=(), direct=False, encrypted=False, space=False, state=()):
        state = [*state]
        if encrypted:
            state.append({"type": "m.room.encryption", "state_key": "", "content": ENCRYPTED})
        answer = await self.client.room_create(
            name=name, invite=list(invite), is_direct=direct, initial_state=state, space=space
        )
        return _good(answer, "room_id").room_id

    async def invite(self, room, user):
        await self.client.room_invite(room, user)

    async def join(self, room):
        return _good(await self.client.join(room), "room_id").room_id

    async def quit(self, room):
        await self.client.room_leave(room)

    async def kick(self, room, user):
        await self.client.room_kick(room, user)

    async def ban(self, room, user):
        await self.client.room_ban(room, user)

    async def set_state(self, room, kind, content, key=""):
        answer = await self.client.room_put_state(room, kind, content, key)
        return _good(answer, "event_id").event_id

    async def get_state(self, room, kind, key=""):
        """A piece of a room's state, as the homeserver has it now; `None` if there is none."""
        try:
            return await self.call(f"/_matrix/client/v3/rooms/{quoted(room)}/state/{quoted(kind)}/{quoted(key)}")
        except Refused as refused:
            if refused.status != 404:
                raise
            return None

    async def set_power(self, room, user, power):
        levels = await self.get_state(room, "m.room.power_levels") or {}
        users = {**levels.get("users", {}), user: power}
        return await self.set_state(room, "m.room.power_levels", {**levels, "users": users})

    async def set_name(self, name):
        """The display name, which anybody may choose."""
        await self.client.set_displayname(name)

    async def add_to_space(self, space, room):
        await self.set_state(space, "m.space.child", {"via": ["localhost"]}, room)
        await self.set_state(room, "m.space.parent", {"via": ["localhost"], "canonical": True}, space)

    async def upgrade(self, room, version="12"):
        """Replaces a room by a new one, whose id is returned. Nobody is invited into it but by their own client."""
        path = f"/_matrix/client/v3/rooms/{quoted(room)}/upgrade"
        return (await self.call(path, {"new_version": version}))["replacement_room"]

    # --- words -----------------------------------------------------------------------------------------------------------

    async def send(self, room, kind, content, plain=False):
        """Sends any content, encrypted where the room is (unless it is to go in the open); returns its event id."""
        if plain:
            path = f"/_matrix/client/v3/rooms/{quoted(room)}/send/{quoted(kind)}/{time.monotonic_ns()}"
            return (await self.call(path, content, "PUT"))["event_id"]
        await self._know(room)
        answer = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        return _good(answer, "event_id").event_id

    async def say(self, room, text, **more):
        """Writes a line; returns its event id."""
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def edit(self, room, event, text):
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        return await self.say(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation})

    async def reply(self, room, event, text):
        return await self.say(room, text, **{"m.relates_to": {"m.in_reply_to": {"event_id": event}}})

    async def say_in_thread(self, room, root, text, **more):
        reply = {"event_id": root}
        relation = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": reply}
        return await self.say(room, text, **{"m.relates_to": relation}, **more)

    async def react(self, room, event, emoji):
        relation = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room, event):
        return _good(await self.client.room_redact(room, event), "event_id").event_id

    # --- listening -------------------------------------------------------------------------------------------------------

    async def _api(self, asked, *more):
        return await asyncio.to_thread(asked, self.url, self.client.access_token, *more)

    async def _know(self, room):
        """Waits until this client knows the room as it is: in the clear it would say what belongs encrypted."""
        if room not in self._checked:
            await self.until(f"the room {room}", lambda: room in self.client.rooms)
            if await self.get_state(room, "m.room.encryption"):
                await self.until(f"the encryption of {room}", lambda: self.client.rooms[room].encrypted)
            self._checked.add(room)
        if self.client.rooms[room].encrypted and self.client.should_query_keys:
            await self.client.keys_query()

    async def _listen(self):
        try:
            while True:
                answer = await self.client.sync(timeout=30000, sync_filter=EVERYTHING, since=self._since)
                if not hasattr(answer, "next_batch"):
                    await asyncio.sleep(0.2)  # The homeserver is just starting or stopping: ask again.
                    continue
                self._since = answer.next_batch
                # First the keys: whoever is told of somebody's coming may write to them at once.
                await self._keep_keys()
                await self._take(answer)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            await self.break_off(error)

    async def _keep_keys(self):
        """What nio wants to do between two syncs."""
        client = self.client
        await client.send_to_device_messages()
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())

    async def _take(self, answer):
        for room, invited in answer.rooms.invite.items():
            inviters = {event.sender for event in invited.invite_state}
            if inviters & self.welcome:
                await self.client.join(room)
        for room, joined in answer.rooms.join.items():
            gap = await self._gap(room, joined.timeline) if joined.timeline.limited else []
            for event in (*gap, *joined.timeline.events):
                self._take_event(room, event)
        for room, left in answer.rooms.leave.items():
            for event in left.timeline.events:
                self._take_event(room, event)
        if answer.to_device_events:
            self._try_again()
        await self.tell()

    async def _gap(self, room, timeline):
        """What lies between the events known of a room and a timeline that was cut short, oldest first."""
        found = []
        if not any(seen.room == room for seen in self.seen):
            return found  # Just come in: what was said before is not for this member.
        start = timeline.prev_batch
        while start:
            page = _good(await self.client.room_messages(room, start, limit=500), "chunk")
            for event in page.chunk:
                if self.knows(event.source["event_id"]):
                    return found[::-1]
                found.append(event)
            start = page.end if page.chunk else None
        return found[::-1]

    def _take_event(self, room, event):
        source = event.source
        if isinstance(event, MegolmEvent):
            event.room_id = room
            self._sealed[event.event_id] = event
        if source.get("event_id"):
            self.note(_seen(room, event))

    def _try_again(self):
        for event_id, sealed in list(self._sealed.items()):
            with contextlib.suppress(EncryptionError):
                opened = self.client.decrypt_event(sealed)
                del self._sealed[event_id]
                self.note(_seen(sealed.room_id, opened))


def _seen(room, event):
    source = event.source
    content = source.get("content")
    if not isinstance(content, dict):
        content = {}
    # One that was redacted has nothing left to decrypt.
    sealed = source["type"] == "m.room.encrypted" and bool(content)
    kind = UNDECRYPTABLE if sealed else source["type"]
    encrypted = sealed or bool(getattr(event, "decrypted", False))
    at = source.get("origin_server_ts", 0)
    return Seen(room, source["event_id"], source["sender"], kind, content, source.get("state_key"), encrypted, at)


def _good(answer, field):
    if not hasattr(answer, field):
        raise RuntimeError(f"the homeserver refused: {answer}")
    return answer
