"""The whole loop in a real, encrypted Matrix room: people ask, pledge, are nudged, finish, thank, and get a digest.

    python tests/matrix/story.py --bot target/debug/barnraiser

Starts a Synapse of its own and the real bot, which is killed without warning in the middle of a burst, and whose
homeserver goes away and comes back; at last it goes on from a backup, on another folder and a new device, as after a
fire. In the end, every command has exactly one answer, and no message was said twice.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import asyncio
import re
import shutil

import homeserver

homeserver.use_venv()

import community  # noqa: E402
from bot import BOT, civil  # noqa: E402
from checks import check, joined, step  # noqa: E402
from community import answered, card_of, from_bot  # noqa: E402

AFTER_A_KILL = 180
"""Seconds: what was on its way when the bot died is looked up 90 s after the attempt, and then sent."""


class Story(community.Community):
    begin = civil("2026-03-10 08:59:30")
    """Half a minute before nine: a pledge due on the 12th is reminded at nine on the 10th."""

    async def tell(self):
        step("the convener invites the bot and sets the community up")
        room = await self.gather()
        convener, ana, luis = (self.people[name] for name in ("convener", "ana", "luis"))

        step("a stranger's invitation is not accepted")
        stranger = await self.enter("stranger")
        elsewhere = await stranger.create_room("Elsewhere", invite=[BOT])

        step("Ana asks, and sees the answer and a card")
        said = await self.ask("ana", room, "!aid ask Two folding tables need:2 kind:goods by:2026-03-13")
        check("A1" in said.body, f"the answer names A1: {said.body!r}")
        card = await ana.wait("the card of A1", from_bot(room, "m.notice", card_of("A1")))

        step("Luis pledges; the card is edited in place")
        said = await self.ask("luis", room, '!aid pledge A1 what:"two tables" amount:2 by:2026-03-12')
        check("P1" in said.body, f"the answer names P1: {said.body!r}")
        await ana.wait("the edited card", lambda s: s.sender == BOT and s.edits == card.id)

        step("at nine, Luis is nudged alone, and his phone rings")
        chat = await self.chat_of("luis", within=120)
        nudge = await luis.wait("the nudge about P1", nudge_to(luis, chat, "P1"), 90)
        check(not ana.all(lambda s: s.id == nudge.id), "nobody else sees the nudge")

        step("the bot is killed in the middle of a burst, and started again")
        burst = []
        for number in range(1, 5):
            burst.append(await self.say("ana", room, f"!aid ask Burst {number} kind:goods"))
        await ana.wait("the first answer of the burst", answered(burst[0]))
        self.bot.kill()
        for number in range(5, 9):
            burst.append(await self.say("ana", room, f"!aid ask Burst {number} kind:goods"))
        self.bot.start()
        await ana.wait_for_all("all answers of the burst", [answered(event) for event in burst], AFTER_A_KILL)

        step("the homeserver goes away and comes back")
        await self.bot.shows("readyz", 200, 30)
        await asyncio.to_thread(self.home.stop)
        page = await self.bot.shows("readyz", 503, 60)
        check("no platform is connected" in page, f"/readyz says why: {page!r}")
        await self.bot.shows("healthz", 200, 5)
        await asyncio.to_thread(self.home.start)
        await self.ask("ana", room, "!aid needs", within=90)
        await self.bot.shows("readyz", 200, 60)

        step("Luis says done; Ana is asked, confirms and thanks")
        await self.ask("luis", chat, "done P1", within=60)
        anas = await self.chat_of("ana")
        await ana.wait("the request to confirm P1", nudge_to(ana, anas, "confirm P1"), 60)
        await self.ask("ana", room, "!aid confirm P1")
        await self.ask("ana", room, "!aid thanks P1 The tables made the evening")

        step("the convener calls a gathering and posts the digest")
        await self.ask("convener", room, '!aid gathering new when:"2026-04-16 18:00" where:"Library Room B"')
        await self.ask("convener", room, "!aid digest post")
        await ana.wait("the digest", from_bot(room, "m.text", lambda s: "Eastbank" in s.body or "Two folding" in s.body), 60)

        step("a private ask stays private")
        secret = "A quiet lift to the clinic"
        await self.ask("ana", anas, f"ask {secret} visibility:private need:1")
        await self.ask("luis", room, "!aid needs")
        for member in (luis, convener):
            shown = member.all(lambda s: s.room == room and secret.lower() in str(s.content).lower())
            check(not shown, f"{member.id} sees the private ask in the room")
        check(not luis.all(lambda s: secret.lower() in str(s.content).lower()), "Luis sees the private ask somewhere")

        step("a backup is made while it runs; what it says after it is lost with its folder, and it goes on from the backup")
        backup = self.bot.folder / "backup.tar"
        await asyncio.to_thread(self.bot.tool, "backup", backup, "--config", self.bot.config)
        told = await self.ask("luis", room, "!aid ask A ladder, three metres kind:goods")
        number = numbered(told)
        card = await luis.wait(f"the card of {number}", from_bot(room, "m.notice", card_of(number)))
        device = await self.check_device("ana")
        self.bot.kill()
        shutil.rmtree(self.bot.data)
        await asyncio.to_thread(self.bot.tool, "restore", backup, "--data", self.bot.data)
        self.bot.start()
        # It hears of the ladder again, and finds what it had said. The next thing has the next number.
        later = await self.ask("ana", room, "!aid ask Somebody to hold the ladder", within=AFTER_A_KILL)
        check(numbered(later) != number, f"{number} is given to two asks")
        await self.ask("luis", room, f"!aid edit {number} A ladder, four metres", within=AFTER_A_KILL)
        await luis.wait(f"the edit of {number}'s card", lambda s: s.sender == BOT and s.edits == card.id, AFTER_A_KILL)

        check(await self.check_device("ana") != device, "the restored keys, which are behind, go on being used")

        step("every command has one answer, everybody could read it, and nothing was said twice")
        self.bot.stop()
        self.check_answers()
        self.check_keys()
        self.check_read()
        check(not stranger.all(lambda s: s.room == elsewhere and joined(s, BOT)), "the bot went along with a stranger")
        await stranger.wait(
            "the bot's answer to the stranger",
            lambda s: s.room == elsewhere and s.state_key == BOT and s.content.get("membership") == "leave",
        )


def numbered(answer):
    """The ask that an answer names."""
    found = re.search(r"\bA\d+\b", answer.body)
    check(found is not None, f"the answer names an ask: {answer.body!r}")
    return found.group()


def nudge_to(member, chat, word):
    """A message that rings: text, in the direct chat, mentioning its reader."""
    return from_bot(chat, "m.text", lambda s: s.mentions(member.id) and word in s.body)


if __name__ == "__main__":
    community.main(Story, __doc__)
