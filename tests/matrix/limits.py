"""A homeserver with its own limits: a message every five seconds after the first ten, and the bot as it comes.

    python tests/matrix/limits.py --bot target/debug/barnraiser

People write faster than the bot may. It keeps to the limits by itself, answers first, reminds in between, and in
the end every card shows what is so and has its signs.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import homeserver

homeserver.use_venv()

from bot import BOT, civil  # noqa: E402
from checks import check, step  # noqa: E402
from community import Community, answered, card_of, from_bot, main  # noqa: E402
from door import Door  # noqa: E402

WITHIN = 240

MOST_REFUSED = 2
"""Of some forty."""


class Limits(Community):
    begin = civil("2026-03-10 08:59:20")
    limits = True
    pace = None

    async def tell(self):
        door = Door(self.home.url)
        await door.open()
        try:
            self.bot.config.write_text(self.bot.config.read_text().replace(self.home.url, door.url))
            await self.talk(door)
        finally:
            await door.close()

    async def talk(self, door):
        room = await self.gather()
        ana, luis = self.people["ana"], self.people["luis"]
        for member in (ana, luis):
            self.home.lift_limits(member.id)

        step("four asks and a pledge in one breath")
        said = [await self.say("ana", room, f"!aid ask Number {n} kind:goods need:9 by:2026-03-20") for n in range(1, 5)]
        await luis.wait("A1's answer", answered(said[0]), WITHIN)
        said.append(await self.say("luis", room, '!aid pledge A1 what:"one of them" by:2026-03-12'))
        await ana.wait_for_all("all answers", [answered(event) for event in said], WITHIN)

        step("the reminder of nine o'clock does not wait behind cards and their signs")
        nudge = await luis.wait("the reminder", lambda s: s.sender == BOT and s.mentions(luis.id) and "P1" in s.body, WITHIN)
        before = len(luis.all(lambda s: s.sender == BOT and s.room == room and s.reacts))
        check(before < 8, "everything else had been said already: the test shows nothing")

        step("in the end every card shows what is so, with its signs, and the homeserver hardly had to say no")
        cards = [from_bot(room, "m.notice", card_of(f"A{n}")) for n in range(1, 5)]
        found = await ana.wait_for_all("the cards", cards, WITHIN)
        for card in found:
            await ana.until("both signs", lambda card=card: len(under(ana, card)) == 2, WITHIN)
        # On a busy machine two that left five seconds apart may arrive closer together.
        refused = door.refused
        check(len(refused) <= MOST_REFUSED, f"{len(refused)} requests were refused: {refused}")
        check(nudge.encrypted, "the direct chat is not encrypted")
        self.bot.stop()
        self.check_answers()
        self.check_keys()
        self.check_read()


def under(member, message):
    """The bot's own signs under a message."""
    return member.all(lambda s: s.sender == BOT and s.reacts and s.reacts[0] == message.id)


if __name__ == "__main__":
    main(Limits, __doc__)
