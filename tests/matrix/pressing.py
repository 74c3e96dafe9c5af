"""What people do in an encrypted room without typing a whole command: press the signs under the bot's messages, take a press
back, change what they wrote, answer in a thread, fill in a form that their client made of a described command.

    python tests/matrix/pressing.py --bot target/debug/barnraiser

Every press is answered once, in words, where it was made; a press never makes a pledge; what is taken back is undone; and
what somebody changed is offered as a command, never acted on by itself.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

from bot import BOT, civil
from checks import check, step
from community import Community, answered, card_of, from_bot, main

DESCRIPTION = "org.matrix.msc4391.command_description"


class Pressing(Community):
    # Half a minute before nine: a pledge due on the 12th is reminded at nine on the 10th.
    begin = civil("2026-03-10 08:59:30")
    more = 'describe_commands = "on"\n'

    async def tell(self):
        room = await self.gather()
        ana, luis = self.people["ana"], self.people["luis"]

        step("an ask has a card with two signs under it, in the order in which it names them")
        await self.ask("ana", room, "!aid ask Two folding tables need:2 kind:goods by:2026-03-13")
        card = await luis.wait("the card", from_bot(room, "m.notice", card_of("A1")))
        await self.signs(luis, room, card, ["🙋", "💭"])
        check(card.body.index("🙋") < card.body.index("💭"), f"the card names its signs in another order: {card.body!r}")

        step("a press on 💭 is a maybe, once; taken back it is none any more; the answers stand under the card")
        press = await self.press("luis", room, card, "💭")
        said = await self.answer("luis", press, "💭")
        check(said.thread == card.id, f"the answer is not under the card: {said.content}")
        check("A1" in said.body, f"the answer names no ask: {said.body!r}")
        await luis.redact(room, press)
        await luis.wait("the answer to the press taken back", lambda s: s.thread == card.id and s.id != said.id)

        step("a press on 🙋, in whatever colour, promises nothing: it is told how to")
        press = await self.press("luis", room, card, "🙋🏽")
        said = await self.answer("luis", press, "🙋")
        check("pledge A1" in said.body, f"it does not say how to pledge: {said.body!r}")
        check(not self.bot.ask("select * from pledges"), "a press made a pledge")

        step("a pledge is typed, answered under the card, and its reminder has four signs")
        said = await self.ask("luis", room, '!aid pledge A1 what:"two tables" amount:2 by:2026-03-12')
        check(said.thread == card.id, f"the answer is not under the card: {said.content}")
        chat = await self.chat_of("luis", within=120)
        nudge = await luis.wait("the reminder", from_bot(chat, "m.text", lambda s: "P1" in s.body), 90)
        check(nudge.encrypted, "the direct chat is not encrypted")
        await self.signs(luis, chat, nudge, ["✅", "📅", "↩️", "🔕"])

        step("🔕 stops the reminders, and taken back they come again")
        stopped = "select nudges_stopped from pledges where number = 1"
        press = await self.press("luis", chat, nudge, "🔕")
        await self.answer("luis", press, "🔕")
        check(self.bot.ask(stopped) == [(1,)], "🔕 did not stop the reminders")
        await luis.redact(chat, press)
        await self.bot.until("reminders again", lambda: self.bot.ask(stopped) == [(0,)])

        step("📅 asks for the new date; ✅ is done, and Ana's ✅ confirms it")
        said = await self.answer("luis", await self.press("luis", chat, nudge, "📅"), "📅")
        check("adjust P1" in said.body, f"it does not say how to give a new date: {said.body!r}")
        await self.answer("luis", await self.press("luis", chat, nudge, "✅"), "✅")
        anas = await self.chat_of("ana")
        please = await ana.wait("the request to confirm", from_bot(anas, "m.text", lambda s: "confirm P1" in s.body), 60)
        await self.signs(ana, anas, please, ["✅", "❗"])
        await self.answer("ana", await self.press("ana", anas, please, "✅"), "✅")
        check(self.bot.ask("select state from pledges") == [("kept",)], "P1 is not kept")

        step("changed words are offered as a command, and nothing is done by itself")
        event = await self.say("ana", room, "!aid ask A lader kind:goods")
        await self.answer("ana", event, "the ask")
        change = await ana.edit(room, event, "!aid ask A ladder, three metres kind:goods")
        offer = await ana.wait("the offer", answered(change))
        check("!aid edit A2 A ladder, three metres" in offer.body, f"it offers {offer.body!r}")
        check(self.bot.ask("select words from asks where number = 2") == [("A lader",)], "it changed by itself")
        other = await luis.send(room, "m.room.message", forged(event, "!aid ask Forged words"))

        step("a mention, a slash and a thread are heard; help is short in the room and whole in the chat")
        mention = {"m.mentions": {"user_ids": [BOT]}}
        await self.answer("ana", await self.say("ana", room, f"{BOT} needs", **mention), "a mention")
        await self.answer("ana", await self.say("ana", room, "/needs"), "a slash")
        within = await ana.say_in_thread(room, card.id, "!aid needs")
        self.commands.append(("ana", within, "!aid needs in the thread"))
        await self.answer("ana", within, "a command in a thread")
        short = await self.ask("luis", room, "!aid help")
        whole = await self.ask("luis", chat, "help")
        check(len(short.body) * 2 < len(whole.body), f"{len(short.body)} letters of help in the room, {len(whole.body)} in the chat")
        check(not luis.all(answered(other)), "somebody else's words were changed, and the bot listened")

        step("given the power, it describes its commands in the room, and a form that a client fills in is heard")
        described = lambda s: s.room == room and s.sender == BOT and s.kind == DESCRIPTION  # noqa: E731
        check(not ana.all(described), "it described commands without the power to")
        await self.people["convener"].set_power(room, BOT, 50)
        wanted = lambda s: described(s) and s.content.get("command") == "aid needs"  # noqa: E731
        await ana.wait("the description of `needs`", wanted, 60)
        form = {"org.matrix.msc4391.command": {"command": "aid needs", "arguments": {}}, **mention}
        await self.answer("ana", await self.say("ana", room, "/aid needs", **form), "a filled-in form")

        step("every command and every press has one answer, and nothing was said twice")
        self.bot.stop()
        self.check_answers()
        self.check_keys()
        self.check_read()

    async def press(self, name, room, message, emoji):
        press = await self.people[name].react(room, message.id, emoji)
        self.commands.append((name, press, emoji))
        return press

    async def signs(self, member, room, message, emojis):
        """The bot's own signs are under a message, in this order and no others."""
        own = lambda s: s.room == room and s.sender == BOT and s.reacts and s.reacts[0] == message.id  # noqa: E731
        await member.wait("the last sign", lambda s: own(s) and s.reacts[1] == emojis[-1], 60)
        seen = [s.reacts[1] for s in member.all(own)]
        check(seen == emojis, f"the signs are {seen} and not {emojis}")


def forged(event, text):
    """A change of somebody else's message."""
    content = {"msgtype": "m.text", "body": text}
    relation = {"rel_type": "m.replace", "event_id": event}
    return {**content, "m.new_content": content, "m.relates_to": relation}


if __name__ == "__main__":
    main(Pressing, __doc__)
