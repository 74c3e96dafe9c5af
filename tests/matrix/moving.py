"""Rooms that change under a community: a space whose people may invite the bot and convene its rooms, a kick and a return, an
upgrade, a tombstone that lies, a ban.

    python tests/matrix/moving.py --bot target/debug/barnraiser

What the community has is kept through all of it, nothing is said where the bot was put out, and it follows only where both
rooms say that one goes on in the other.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

from bot import BOT
from checks import check, entered, step
from community import Community, answered, bot_entered, card_of, from_bot, main

LEFT = "select left_at is not null from places where ref = ?"


class Moving(Community):
    more = 'conveners_of = "space"\n'

    async def tell(self):
        convener = await self.enter("convener", welcome=[BOT])
        ana = await self.enter("ana", welcome=[BOT])
        luis = await self.enter("luis", welcome=[BOT, ana.id])
        self.bot.start()

        step("somebody of a space may bring the bot to a room, and who has power in the space convenes it")
        space = await convener.create_room("East side", invite=[BOT, ana.id], space=True)
        await ana.join(space)
        await convener.wait("the bot in the space", bot_entered(space), 60)
        self.bot.stop()
        text = self.bot.config.read_text()
        self.bot.config.write_text(text.replace('"@convener:localhost"', f'"@convener:localhost", "{space}"'))
        self.bot.start()
        room = await ana.create_room("Eastbank", invite=[convener.id, luis.id])
        await convener.join(room)
        await luis.wait("Luis in the room", entered(room, luis.id))
        await convener.set_state(space, "m.space.child", {"via": ["localhost"]}, room)
        await ana.invite(room, BOT)
        await ana.wait("the bot in the room", bot_entered(room), 60)
        refused = await self.ask("convener", room, "!aid community setup name:Eastbank zone:America/Chicago")
        check("convener" in refused.body.lower(), f"a space alone may not claim a room: {refused.body!r}")
        await ana.set_state(room, "m.space.parent", {"via": ["localhost"]}, space)
        said = await self.ask("convener", room, "!aid community setup name:Eastbank zone:America/Chicago")
        check("Eastbank" in said.body, f"the convener of the space is none here: {said.body!r}")

        step("kicked, the bot says nothing there; back again, all is there, and the card is the same")
        await self.ask("ana", room, "!aid ask Two folding tables need:2 kind:goods")
        card = await ana.wait("the card", from_bot(room, "m.notice", card_of("A1")))
        await ana.kick(room, BOT)
        await self.bot.until("the place left", lambda: self.bot.ask(LEFT, room) == [(1,)])
        unheard = await ana.say(room, "!aid ask Something nobody hears")
        await ana.invite(room, BOT)
        arrival = lambda: len(ana.all(lambda s: bot_entered(room)(s))) > 1  # noqa: E731
        await ana.until("the bot back in the room", arrival, 60)
        said = await self.ask("luis", room, "!aid needs")
        check("Two folding tables" in said.body, f"it forgot what was asked: {said.body!r}")
        await self.ask("ana", room, "!aid edit A1 Three folding tables")
        await ana.wait("the edited card", lambda s: s.sender == BOT and s.edits == card.id, 60)
        check(not ana.all(answered(unheard)), "it answered what was said while it was out")

        step("an upgraded room is followed: the community goes on, with a card of each open ask")
        next_room = await ana.upgrade(room)
        await ana.invite(next_room, BOT)
        await ana.invite(next_room, luis.id)
        await ana.wait("the card in the new room", from_bot(next_room, "m.notice", card_of("A1")), 60)
        await luis.wait("Luis in the new room", entered(next_room, luis.id))
        said = await self.ask("luis", next_room, "!aid pledge A1 what:one by:friday")
        check("P1" in said.body, f"the pledge in the new room: {said.body!r}")
        moved = self.bot.ask("select count(*) from communities"), self.bot.ask("select ref from places where left_at is null and moved_to is null")
        check(moved == ([(1,)], [(next_room,)]), f"the places are {moved}")

        step("a tombstone that names a room which knows nothing of it leads nowhere")
        trap = await ana.create_room("Trap", invite=[BOT])
        await ana.wait("the bot in the trap", bot_entered(trap), 60)
        await ana.set_state(next_room, "m.room.tombstone", {"body": "This way", "replacement_room": trap})
        await self.ask("ana", trap, "!aid needs")
        await self.ask("ana", next_room, "!aid ask A ladder")
        check(self.bot.ask("select 1 from places where ref = ?", next_room), "it followed a tombstone that lies")

        step("banned, it is silent, and what the community has is kept")
        await ana.ban(next_room, BOT)
        await self.bot.until("the place left", lambda: self.bot.ask(LEFT, next_room) == [(1,)])
        check(self.bot.ask("select words from asks where number = 1 and community_id = 1") == [("Three folding tables",)], "lost")
        self.bot.stop()
        self.check_answers()
        self.check_keys()


if __name__ == "__main__":
    main(Moving, __doc__)
