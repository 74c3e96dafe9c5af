"""People and programs that mean harm, or only write what nobody should: in an encrypted room and around it. Nothing happens
that should not, and everybody else is answered as before.

    python tests/matrix/hostile.py --bot target/debug/barnraiser

Each of them tries one thing. After each, somebody honest says something and is answered; that comes through the same room
after it, so what the hostile thing would have caused has happened by then. In the end nothing has changed but by those
who may change it. With --plain it all happens in rooms that are not encrypted.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import collections
import contextlib
import json
import time

import homeserver

homeserver.use_venv()

import community  # noqa: E402
from bot import BOT, civil  # noqa: E402
from checks import check, entered, step  # noqa: E402
from community import answered, bot_entered, card_of, from_bot  # noqa: E402
from homeserver import Refused  # noqa: E402
from members import Member  # noqa: E402

ANSWERED_WITHIN = 10
"""Seconds until an allowed convener's invitation is answered, while a stranger's hundreds wait."""

REFUSALS = (Refused, RuntimeError)
"""How it is said that the homeserver itself does not take something."""

ODD_RELATIONS = [
    None,
    [],
    "m.replace",
    7,
    {},
    {"rel_type": None, "event_id": None},
    {"rel_type": "m.replace", "event_id": 7},
    {"rel_type": "m.replace", "event_id": {"event_id": "$x"}},
    {"rel_type": ["m.annotation"], "event_id": "$x", "key": "✅"},
    {"rel_type": "m.thread", "event_id": "$nowhere", "m.in_reply_to": "$nowhere"},
    {"rel_type": "m.thread", "event_id": "$nowhere", "m.in_reply_to": {"event_id": ["$nowhere"]}},
    {"m.in_reply_to": {"event_id": None}},
    {"m.in_reply_to": []},
]

ODD_CONTENTS = [
    {},
    {"msgtype": "m.text"},
    {"msgtype": "m.text", "body": None},
    {"msgtype": "m.text", "body": ["!aid ask Listed"]},
    {"msgtype": "m.text", "body": {"!aid": "ask Mapped"}},
    {"msgtype": ["m.text"], "body": "!aid ask Typed oddly"},
    {"msgtype": "m.notice", "body": "!aid ask Noticed"},
    {"msgtype": "m.emote", "body": "!aid ask Acted"},
    {"msgtype": "m.image", "body": "!aid ask Pictured", "url": "mxc://localhost/nothing"},
    {"msgtype": "m.text", "body": "thanks all", "format": "org.matrix.custom.html", "formatted_body": "!aid ask Formatted"},
    {"msgtype": "m.text", "body": "!aid needs\u0000", "m.mentions": {"user_ids": BOT}},
    {"msgtype": "m.text", "body": "hello", "m.mentions": [BOT]},
    {"msgtype": "m.text", "body": "hello", "m.mentions": {"user_ids": [7, None, {}]}},
    {"msgtype": "m.text", "body": "hello", "org.barnraiser.key": {"key": "x"}, "org.barnraiser.answers": 7},
]

REACTIONS = ["✅", "👍", "✔️", "☑️", "❌", "🕒", "↩️", "🤔", "🔕", "📅"]
"""Whatever the bot may take for a button, and some more: in the wrong hands none of them is one."""


class Hostile(community.Community):
    begin = civil("2026-03-10 08:59:30")
    """Half a minute before nine, when a pledge due on the 12th is reminded of."""

    async def tell(self):
        self.encrypted = not self.wanted.plain
        convener = await self.enter("convener", welcome=[BOT])
        ana = await self.enter("ana", welcome=[BOT])
        luis = await self.enter("luis", welcome=[BOT])
        mallory = await self.enter("mallory", welcome=[BOT])
        self.bot.start()
        others = [ana.id, luis.id, mallory.id]
        self.room = await convener.create_room("Eastbank", invite=[BOT, *others], encrypted=self.encrypted)
        for member in (ana, luis, mallory):
            await member.join(self.room)
        for member in self.people.values():
            await member.wait_for_all("everybody in the room", [entered(self.room, user) for user in [BOT, *others]])
        await self.ask("convener", self.room, '!aid community setup name:"Eastbank" zone:America/Chicago')
        await self.ask("ana", self.room, "!aid ask Two folding tables need:2 kind:goods by:2026-03-13")
        self.card = await mallory.wait("the card of A1", from_bot(self.room, "m.notice", card_of("A1")))
        await self.ask("luis", self.room, '!aid pledge A1 what:"two tables" amount:2 by:2026-03-12')
        self.chat = await self.chat_of("luis", within=120)
        self.nudge = await luis.wait("the nudge about P1", from_bot(self.chat, "m.text", lambda s: "P1" in s.body), 90)

        for attempt in (
            self.reactions,
            self.relations,
            self.contents,
            self.edits,
            self.names,
            self.long_bodies,
            self.powers,
            self.in_the_clear,
            self.unsigned,
            self.chat_of_three,
            self.flood,
        ):
            if self.wanted.only and attempt.__name__ not in self.wanted.only:
                continue
            before = self.state()
            await attempt()
            await self.honest()
            after = self.state()
            check(after == before, f"{attempt.__name__} changed something: {difference(before, after)}")

        step("every honest command has one answer, the hostile ones none, and nothing was said twice")
        self.bot.stop()
        self.check_answers()
        self.check_keys()
        check("panicked" not in self.bot.log(), "a part of the bot broke")
        for secret in ("Formatted", "folding tables", "Listed"):
            check(secret not in self.bot.log(), f"the log shows people's words: {secret}")

    # --- what is tried ---------------------------------------------------------------------------------------------------

    async def reactions(self):
        step("reactions on what is not the bot's, from another room, and of the wrong shape")
        mallory, ana, luis = (self.people[name] for name in ("mallory", "ana", "luis"))
        own = await self.say("luis", self.chat, "mine")
        await self.answer("luis", own, "mine")
        said = await ana.say(self.room, "tea, anybody?")
        for emoji in REACTIONS:
            await self.harm(mallory, self.room, "m.reaction", reaction(self.nudge.id, emoji))
            await self.harm(mallory, self.room, "m.reaction", reaction(said, emoji))
            await self.harm(luis, self.chat, "m.reaction", reaction(own, emoji))
        for event in (self.nudge.id, self.card.id, 7, None, "", "$" * 300):
            for odd in (7, None, [], {"key": "✅"}, "", "✅ not yet", "👍" * 500):
                await self.harm(luis, self.chat, "m.reaction", reaction(event, odd))

    async def relations(self):
        step("relations of the wrong shape, and to nowhere")
        mallory = self.people["mallory"]
        to_nowhere = [
            {"rel_type": "m.thread", "event_id": event, "m.in_reply_to": {"event_id": event}}
            for event in ("$nowhere", self.nudge.id, self.card.id)
        ]
        for relation in (*ODD_RELATIONS, *to_nowhere):
            content = {"msgtype": "m.text", "body": "what of it", "m.relates_to": relation}
            await self.harm(mallory, self.room, "m.room.message", content)

    async def contents(self):
        step("contents of the wrong shape, and words that only a client shows")
        for content in ODD_CONTENTS:
            await self.harm(self.people["mallory"], self.room, "m.room.message", content)

    async def edits(self):
        step("edits of somebody else's words, and commands that only an edit makes")
        mallory, ana = self.people["mallory"], self.people["ana"]
        said = await ana.say(self.room, "I am glad of the tables")
        own = await mallory.say(self.room, "never mind")
        for event, text in (
            (said, "!aid withdraw A1"),
            (self.card.id, "A1 is not needed any more"),
            (self.nudge.id, "done P1"),
            (own, "!aid ask Edited in"),
        ):
            await self.harm(mallory, self.room, "m.room.message", edit(event, text))
        await mallory.redact(self.room, own)
        with contextlib.suppress(*REFUSALS):
            await mallory.redact(self.room, self.card.id)

    async def names(self):
        step("a display name that is a convener's, and one that is the bot's")
        mallory, convener, ana = (self.people[name] for name in ("mallory", "convener", "ana"))
        await self.call_themselves(mallory, "convener")
        await self.refused("mallory", "!aid community quiet 00:00-00:00")
        await self.refused("mallory", '!aid gathering new when:"2026-04-16 18:00" where:"Mallory\'s"')
        await self.refused("mallory", "!aid withdraw A1")
        await self.call_themselves(mallory, "luis")
        await self.refused("mallory", "!aid done P1")
        await self.call_themselves(mallory, "bot")
        talk = await ana.say(self.room, "mallory: needs, I have many")
        await convener.wait("Ana's words", lambda s: s.id == talk)
        await self.call_themselves(mallory, "mallory")

    async def long_bodies(self):
        step("as long as an event may be")
        longest = 40_000 if self.encrypted else 60_000
        for body in ("x" * longest, "> " * 20_000, "\n" * 20_000, "🧺" * 10_000, "!aidx " * 6_000, "bot" * 13_000):
            content = {"msgtype": "m.text", "body": body[:longest]}
            await self.harm(self.people["mallory"], self.room, "m.room.message", content)
        # These are commands, and have an answer; it says no.
        for body in (f"!aid ask {'x' * longest}", "!aid pledge " + 'what:"' * 6_000, "!aid " * 8_000):
            await self.refused("mallory", body[:longest])

    async def powers(self):
        step("somebody gives themselves a standing that the room does not")
        mallory = self.people["mallory"]
        with contextlib.suppress(RuntimeError):
            await mallory.set_power(self.room, mallory.id, 100)
        own = await mallory.create_room("Eastbank", invite=[BOT], encrypted=self.encrypted)
        # Being invited by them makes nobody's room the bot's.
        await self.honest()
        check(not mallory.all(bot_entered(own)), "the bot went along with Mallory")
        await self.refused("mallory", "!aid digest post")

    async def in_the_clear(self):
        if not self.encrypted:
            return
        step("a command that was not encrypted in an encrypted room, and one that nobody can decrypt")
        mallory = self.people["mallory"]
        megolm = {"algorithm": "m.megolm.v1.aes-sha2"}
        for kind, content in (
            ("m.room.message", {"msgtype": "m.text", "body": "!aid ask In the clear"}),
            ("m.room.encrypted", {**megolm, "body": "!aid ask Closed"}),
            ("m.room.encrypted", {**megolm, "sender_key": "x", "session_id": "y", "ciphertext": "z", "device_id": "D"}),
            ("m.room.encrypted", {"algorithm": 7, "ciphertext": {"a": []}}),
        ):
            await mallory.send(self.room, kind, content, plain=True)

    async def unsigned(self):
        if not self.encrypted:
            return
        step("a device that its owner does not vouch for reads nothing and is not heard")
        thief = await Member.enter(self.home.url, "@ana:localhost", "ana-password", signed=False)
        self.people["thief"] = thief
        convener = self.people["convener"]
        await convener.until("the thief's device", lambda: thief.device in convener.client.device_store["@ana:localhost"])
        before = len(self.commands)
        said = await thief.say(self.room, "!aid withdraw A1")
        await convener.wait("the thief's words", lambda s: s.id == said)
        await self.honest()
        check(len(self.commands) > before, "nobody said anything")
        check(not convener.all(answered(said)), "an unsigned device was answered")
        read = thief.all(lambda s: s.sender == BOT and s.kind == "m.room.message" and s.encrypted)
        check(not read, f"an unsigned device reads what the bot writes: {[s.short for s in read]}")

    async def chat_of_three(self):
        step("somebody else in a direct chat: their reactions on the nudge are nothing, and nothing private is said there")
        luis, mallory = self.people["luis"], self.people["mallory"]
        await luis.invite(self.chat, mallory.id)
        await mallory.join(self.chat)
        await luis.wait("Mallory in the chat", entered(self.chat, mallory.id))
        for emoji in REACTIONS:
            await self.harm(mallory, self.chat, "m.reaction", reaction(self.nudge.id, emoji))
        event = await self.say("luis", self.chat, "!aid mine")
        await luis.wait("what is Luis's", lambda s: answered(event)(s) and s.room != self.chat)
        await luis.kick(self.chat, mallory.id)

    async def flood(self):
        step(f"{self.wanted.invites} invitations of a stranger wait when the bot comes back, and then the convener's")
        stranger = await self.enter("stranger")
        convener = self.people["convener"]
        await stranger.stop_listening()  # Its rooms are none of anybody's business.
        self.bot.stop()
        rooms = [await stranger.create_room(invite=[BOT]) for _ in range(self.wanted.invites)]
        room = await convener.create_room("Millrace", invite=[BOT], encrypted=self.encrypted)
        began = time.monotonic()
        self.bot.start()
        await convener.wait("the bot in the new room", bot_entered(room), ANSWERED_WITHIN)
        print(f"  answered after {time.monotonic() - began:.1f} s", flush=True)
        # How fast it declines the others is its own affair; that costs it messages.
        where = "select room_id, membership from local_current_membership where user_id = ?"
        now = dict(self.home.ask(where, BOT))
        check(all(now[room] in ("invite", "leave") for room in rooms), "the bot went along with a stranger")

    # --- how it is judged ------------------------------------------------------------------------------------------------

    async def harm(self, member, room, kind, content):
        """Sends something, unless the homeserver itself refuses it."""
        with contextlib.suppress(*REFUSALS):
            await member.send(room, kind, content)

    async def refused(self, name, text):
        """Says something that this person may not: there is an answer, and nothing has changed."""
        before = self.state()
        await self.ask(name, self.room, text)
        check(self.state() == before, f"{name} may not say {text!r}, but: {difference(before, self.state())}")

    async def call_themselves(self, member, name):
        await member.set_name(name)
        convener = self.people["convener"]
        await convener.wait(
            f"the name {name}",
            lambda s: s.state_key == member.id and s.room == self.room and s.content.get("displayname") == name,
        )

    async def honest(self):
        """Somebody who means well is answered, in the room and alone."""
        await self.ask("ana", self.room, "!aid needs", within=60)
        unsaid = "select 1 from outbox where state in ('ready', 'sending', 'unknown')"
        await self.bot.until("a calm bot", lambda: not self.bot.ask(unsaid))

    def state(self):
        """Everything that somebody without the right could have changed, by name."""
        tables = "communities members standings asks pledges maybes invitations thanks offers gatherings".split()
        found = {}
        for table in tables:
            rows = self.bot.ask(f"select * from {table}")
            # A name is each person's own to choose, and Mallory is known once they have spoken.
            if table == "members":
                rows = [row[0] for row in rows if row[0] <= self.known()]
            # The convener's second room is theirs to bring the bot to.
            if table == "communities":
                rows = [row for row in rows if "Millrace" not in row]
            if table == "standings":
                rows = [row for row in rows if row[0] <= self.known()]
            found[table] = collections.Counter(json.dumps(row, default=str) for row in rows)
        sent = "select effect from outbox where cause in ('notice', 'nudge', 'care', 'preview', 'digest') order by id"
        found["said of itself"] = self.bot.ask(sent)
        return found

    def known(self):
        """The highest number of a member when it began."""
        if not hasattr(self, "_known"):
            ((self._known,),) = self.bot.ask("select max(id) from members")
        return self._known


def reaction(event, emoji):
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": emoji}}


def edit(event, text):
    new = {"msgtype": "m.text", "body": text}
    return {**new, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}


def difference(before, after):
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def arguments(parser):
    parser.add_argument("--plain", action="store_true", help="in rooms that are not encrypted")
    parser.add_argument("--invites", type=int, default=500, help="how many a stranger sends")
    parser.add_argument("--only", action="append", metavar="ATTEMPT", help="this attempt alone, such as flood; or several")


if __name__ == "__main__":
    community.main(Hostile, __doc__, arguments)
