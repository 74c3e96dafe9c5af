"""The bot is away while much is said: thousands of messages that are none of its business, with commands strewn in between,
and a homeserver that is restarted meanwhile. When it comes back, every command is answered, and once.

    python tests/matrix/deaf.py --bot target/debug/barnraiser

No sync brings so much at once: the homeserver cuts the timeline short, and the bot must read back to where it stopped
listening. With --plain it happens in a room that is not encrypted.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import asyncio
import itertools
import random
import re
import time

import homeserver

homeserver.use_venv()

import community  # noqa: E402
from bot import BOT  # noqa: E402
from checks import check, entered, step  # noqa: E402
from community import answered  # noqa: E402

TALKERS = ("ana", "luis", "rosa", "omar")
ANSWERED_WITHIN = 240
"""Seconds from the bot's return to its last answer, on a machine that has other things to do."""


class Deaf(community.Community):
    async def tell(self):
        chance = random.Random(self.wanted.seed)
        self.said = []
        for name in ("convener", *TALKERS):
            await self.enter(name, welcome=[BOT])
        convener, ana = self.people["convener"], self.people["ana"]
        self.bot.start()
        users = [self.people[name].id for name in TALKERS]
        self.room = await convener.create_room("Eastbank", invite=[BOT, *users], encrypted=not self.wanted.plain)
        for name in TALKERS:
            await self.people[name].join(self.room)
        for member in self.people.values():
            await member.wait_for_all("everybody in the room", [entered(self.room, user) for user in (BOT, *users)])
        await self.ask("convener", self.room, '!aid community setup name:"Eastbank" zone:America/Chicago')
        await self.ask("ana", self.room, "!aid ask Number 0 need:90 kind:goods")

        step(f"the bot is away while {self.wanted.messages} messages come, {self.wanted.commands} commands among them")
        self.bot.stop()
        for member in self.people.values():
            await member.stop_listening()
        lines = self.lines(chance)
        began = time.monotonic()
        await self.talk(lines[: len(lines) // 2])
        step("the homeserver is restarted")
        await asyncio.to_thread(self.home.stop)
        await asyncio.to_thread(self.home.start)
        await self.talk(lines[len(lines) // 2 :])
        print(f"  {len(lines)} messages in {time.monotonic() - began:.0f} s", flush=True)
        for member in self.people.values():
            member.listen()
        await ana.wait("the last that was said", lambda s: s.id == self.said[-1], ANSWERED_WITHIN)
        check(not ana.all(answered(self.commands[-1][1])), "the bot was not away")

        step("it comes back, and every command is answered")
        began = time.monotonic()
        self.bot.start()
        for name in TALKERS:
            mine = [event for who, event, _ in self.commands if who == name]
            await self.people[name].wait_for_all("all answers", [answered(event) for event in mine], ANSWERED_WITHIN)
        print(f"  after {time.monotonic() - began:.0f} s", flush=True)
        await self.ask("ana", self.room, "!aid needs")
        drained = "select 1 from outbox where state in ('ready', 'sending', 'unknown')"
        await self.bot.until("a calm bot", lambda: not self.bot.ask(drained))
        self.bot.stop()

        step("every command has one answer, every ask one number and one card, and nothing was said twice")
        self.check_answers()
        self.check_keys()
        self.check_read()
        asked = [event for _, event, text in self.commands if "!aid ask" in text]
        said = {seen.answers: seen.body for seen in self.events().values() if seen.sender == BOT and not seen.edits}
        numbers = sorted(int(re.search(r"\bA(\d+)\b", said[event])[1]) for event in asked)
        check(numbers == list(range(1, len(asked) + 1)), f"{len(asked)} asks became A{numbers}")
        shown = {seen.key for seen in self.events().values() if seen.sender == BOT}
        cards = self.bot.ask("select key from outbox where cause = 'card' and state = 'delivered'")
        check(all(key in shown for (key,) in cards), "a card was delivered that nobody saw")
        posted = self.bot.ask("select count(distinct lane) from outbox where cause = 'card' and state = 'delivered'")
        check(posted == [(len(asked),)], f"{len(asked)} asks have {posted} cards")

    def lines(self, chance):
        """(who, what, whether to the bot) in the order in which it is said."""
        talk = [(chance.choice(TALKERS), f"and so on, {number}", False) for number in range(self.wanted.messages)]
        asks = itertools.count(1)
        for _ in range(self.wanted.commands):
            who = chance.choice(TALKERS)
            said = chance.choice([f"!aid ask Number {next(asks)} kind:goods", "!aid maybe A1", "!aid needs", "bot: needs"])
            talk[chance.randrange(len(talk))] = (who, said, True)
        return talk

    async def talk(self, lines):
        """Everybody says their own lines in order, all at once."""

        async def one(name):
            for who, text, to_bot in lines:
                if who == name:
                    talk = self.say(name, self.room, text) if to_bot else self.people[name].say(self.room, text)
                    self.said.append(await talk)

        await asyncio.gather(*(one(name) for name in TALKERS))


def arguments(parser):
    parser.add_argument("--plain", action="store_true", help="in a room that is not encrypted")
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--commands", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)


if __name__ == "__main__":
    community.main(Deaf, __doc__, arguments)
