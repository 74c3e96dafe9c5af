"""Messages the bot may not read: from a device that its owner has not verified.

    python tests/matrix/sealed.py --bot target/debug/barnraiser

They are remembered. What can be read in time, because the device was verified meanwhile, is heard as if it had just come; of
the rest their writer is told after ten minutes, once, and what they say again then is not done twice.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import datetime

from bot import BOT, civil
from checks import check, step
from community import Community, answered, bot_entered, main

WAITING = "select event from unread"


class Sealed(Community):
    begin = civil("2026-03-10 10:00:00")

    async def tell(self):
        convener = await self.enter("convener", welcome=[BOT])
        uma = await self.enter("uma", welcome=[BOT, convener.id], signed=False)
        vera = await self.enter("vera", welcome=[BOT, convener.id], signed=False)
        self.bot.start()
        room = await convener.create_room("Eastbank", invite=[BOT, uma.id, vera.id], encrypted=True)
        await uma.join(room)
        await vera.join(room)
        await convener.wait("the bot in the room", bot_entered(room), 60)
        await self.ask("convener", room, '!aid community setup name:"Eastbank" zone:America/Chicago')

        step("words from devices nobody verified are remembered, across a crash, and nothing is done with them")
        umas = [await uma.say(room, text) for text in ("Good morning", "!aid ask A ladder kind:goods")]
        early = await self.say("vera", room, "!aid ask A hammer kind:goods")
        await self.bot.until("three remembered", lambda: len(self.bot.ask(WAITING)) == 3)
        self.bot.kill()
        self.bot.start()
        await self.ask("convener", room, "!aid needs", within=90)
        check(not self.bot.ask("select * from asks"), "it did what an unverified device said")

        step("Vera verifies her device in time: what she said is heard now, once")
        await vera.sign_device("vera-password")
        said = await vera.wait("the answer to what Vera said before", answered(early), 120)
        check("A1" in said.body, f"the answer names no ask: {said.body!r}")
        await self.bot.until("two remembered", lambda: len(self.bot.ask(WAITING)) == 2)

        step("ten minutes later Uma is told, once, and the message quotes nothing")
        self.bot.stop()
        self.bot.start(at=self.begin + datetime.timedelta(minutes=12))
        asked = await convener.wait("the request to say it again", answered(umas[1]), 60)
        check("A ladder" not in asked.body and uma.id not in str(asked.content), f"it tells too much: {asked.content}")

        step("she verifies it and says it again; the late keys do nothing more")
        await uma.sign_device("uma-password")
        said = await self.ask("uma", room, "!aid ask A ladder kind:goods", within=60)
        check("A2" in said.body, f"the answer names no ask: {said.body!r}")
        await self.ask("convener", room, "!aid needs")
        check(self.bot.ask("select count(*) from asks") == [(2,)], "something was done twice")
        self.bot.stop()
        check(not convener.all(answered(umas[0])), "it asked about every message by itself")
        self.check_answers()
        self.check_keys()


if __name__ == "__main__":
    main(Sealed, __doc__)
