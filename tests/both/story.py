"""One community in a room on Matrix and a channel on Discord, with one program: people ask and promise on either, and are one
person with both of their accounts.

    python tests/both/story.py --bot target/debug/barnraiser --twin target/debug/discord-twin

Places and accounts are joined by codes said on both sides, and those who overhear one get nothing by it. Reminders go where
somebody was last, or where they can be reached. Each platform goes away in turn, and the program dies meanwhile. In the end
the totals are what the console comes to.

Exit code 0 if all of it holds; otherwise 1, and what was missing. Needs the venv described in tests/matrix/homeserver.py.
"""

import asyncio

import homes
from homes import CHANNEL, CHAT, DM, ROOM, check, civil, code, figures
from checks import step

SECRET = "a quiet lift to the clinic"
MILL, YARD = "mill", "yard"
"""Where another community speaks, on Discord and on Matrix."""
FLOUR = "Flour for the oven"
PROMISED = "what you promised"
"""Stands in every reminder."""
NO_CODE, TOO_MANY, OTHERS = "That is no code of mine", "Those were many wrong codes", "That code is for"
"""How a code is refused."""


class Story(homes.Homes):
    begin = civil("2026-03-05 18:00")

    async def tell(self):
        on_matrix, on_discord = ["amara", "dev", "bea", "luis", "hana"], ["dora", "amara", "bea", "luis", "noor", "pia", "mallory", "sol"]
        await self.open(on_matrix, on_discord, "Eastbank on the other side")
        await self.two_places()
        await self.asks_and_promises()
        await self.who_overhears_a_code_gets_nothing()
        await self.one_person()
        await self.a_reminder_on_matrix()
        await self.a_reminder_on_discord_and_one_that_cannot_go_there()
        await self.discord_is_away()
        await self.matrix_is_away()
        await self.all_at_once()
        await self.a_digest()
        await self.a_reminder_waits_for_discord()
        await self.another_community()
        await self.parted()
        self.bot.stop()
        self.judge()

    # --- one community ---------------------------------------------------------------------------------------------------

    async def two_places(self):
        step("a community in a room on Matrix")
        await self.says("amara", ROOM, "community setup", name="Eastbank", zone=homes.ZONE)
        await self.does("amara", ROOM, "gathering new", when="2026-03-19 18:00", where="Library")

        step("a channel on Discord becomes one of its places by a code said on both sides, and everybody is told")
        first = code(await self.says("amara", ROOM, "community link"))
        await self.refused("hana", ROOM, "community link", "for conveners", code=first)
        second = code(await self.says("dora", CHANNEL, "community link", code=first))
        asked = await self.alone("amara", "Dora")
        check("on Discord" in asked.body, f"who said the code is told as {asked.body!r}")
        await self.refused("dora", CHANNEL, "community link", OTHERS, code=second)
        told = await self.says("amara", ROOM, "community link", code=second)
        check("is now a place of Eastbank" in told, f"joined, it says {told!r}")
        self.on_discord("sol", CHANNEL, "belong together, as Eastbank")
        await self.people["hana"].wait("the news", lambda s: s.room == self.room and "belong together, as Eastbank" in s.body)
        self.alone_on_discord("dora", "is now a place of Eastbank")
        check("G1" in await self.says("pia", CHANNEL, "gathering list"), "the gathering is not known on Discord")

    async def asks_and_promises(self):
        step("an ask on either has a card in both")
        await self.does("dev", ROOM, "ask", words="Folding tables", need=3, by="2026-03-12")
        of_matrix, of_discord = await self.card("A1", "0 of 3")
        await self.does("noor", CHANNEL, "ask", words="Hands for the garden", need=2, by="2026-03-16")
        garden, _ = await self.card("A2", "0 of 2")

        step("a promise on either changes both where they stand; and both accounts of Bea, whom nobody knows for one, promise")
        await self.does("bea", ROOM, "pledge", ask="A1", what="a table of mine", by="2026-03-12")
        await self.card("A1", "1 of 3")
        form = self.discord.people["bea"].press(of_discord, "Pledge")
        check(form.modal, f"the button opens no form: {form}")
        answer = self.only(self.discord.people["bea"].hands_in(form, what="another table", by="2026-03-12"))
        check("P2" in answer, f"the form makes no pledge: {answer}")
        self.note("bea", CHANNEL, "pledge", answer, ask="A1", what="another table", by="2026-03-12")
        now, there = await self.card("A1", "2 of 3")
        check((now.id, there["id"]) == (of_matrix.id, of_discord["id"]), "A1 has other cards than before")
        await self.does("luis", CHANNEL, "pledge", ask="A2", what="two hands", by="2026-03-16")
        await self.card("A2", "1 of 2")
        told = await self.press("dev", garden, "💭")
        check("A2" in told, f"a sign under what was asked on Discord: {told!r}")
        self.note("dev", ROOM, "maybe", ask="A2")

        step("a private ask on Discord is on no card, and the other account does not know of it yet")
        await self.does("bea", CHANNEL, "ask", words=SECRET, visibility="private")
        check(SECRET in await self.says("bea", DM, "mine"), "a private ask is not listed to who asked")
        check(SECRET not in await self.says("bea", CHAT, "mine"), "a stranger's account is shown a private ask")

        step("Luis promises something for what he asked for by his other account")
        await self.does("luis", CHANNEL, "ask", words="A ladder", need=4)
        await self.does("luis", ROOM, "pledge", ask="A4", what="the neighbours'", by="2026-03-25")
        await self.card("A4", "1 of 4")

    # --- one person ------------------------------------------------------------------------------------------------------

    async def who_overhears_a_code_gets_nothing(self):
        step("a wrong code is none; and where it was given it is none either")
        await self.refused("dev", CHAT, "link", NO_CODE, code="BCDF-GHJK")
        first = code(await self.says("bea", CHANNEL, "link"))
        await self.refused("bea", DM, "link", OTHERS, code=first)

        step("who says somebody's first code holds a second one that nobody says for them, and is named")
        second = code(await self.says("mallory", CHANNEL, "link", code=first))
        self.alone_on_discord("bea", "Mallory")
        await self.refused("mallory", DM, "link", OTHERS, code=second)
        await self.refused("bea", CHAT, "link", NO_CODE, code=first)
        await self.refused("hana", CHAT, "link", NO_CODE, code=second)

        step("a second code counts only where the first was given, and guessing ends")
        first = code(await self.says("bea", CHANNEL, "link"))
        second = code(await self.says("bea", CHAT, "link", code=first))
        for name, where in (("dev", CHAT), ("mallory", CHANNEL)):
            await self.refused(name, where, "link", NO_CODE, code=second)
        await self.refused("bea", CHAT, "link", OTHERS, code=second)
        for guess in ("GHJK-MNPQ", "link", "BCDF-GHJM", "nonsense"):
            await self.refused("mallory", CHANNEL, "link", NO_CODE, code=guess)
        other = code(await self.says("noor", CHANNEL, "link"))
        await self.refused("mallory", CHANNEL, "link", TOO_MANY, code=other)
        check(SECRET not in await self.says("bea", CHAT, "mine"), "they are one before both have said so")
        self.second = second

    async def one_person(self):
        step("the second code, said where the first was given: one person, with what either asked and promised")
        told = await self.says("bea", DM, "link", code=self.second)
        check("@bea:localhost" in told, f"joined, it says {told!r}")
        check("on Discord" in (await self.alone("bea", "are one person")).body, "the other account is not told")
        for where in (CHAT, DM, CHANNEL):
            mine = await self.says("bea", where, "mine")
            check(all(words in mine for words in ("P1", "P2", SECRET)), f"hers, {where}: {mine}")

        step("nobody else knows of a private ask, on either; it answers like one that does not exist")
        for name, where in (("hana", ROOM), ("noor", CHANNEL), ("luis", CHAT), ("luis", DM)):
            check(SECRET not in await self.says(name, where, "needs"), f"{name} is shown it")
        for name, where in (("hana", ROOM), ("noor", CHANNEL)):
            hidden, none = [await self.says(name, where, "maybe", ask=ask) for ask in ("A3", "A99")]
            check(hidden.replace("A3", "A99") == none, f"{hidden!r} is not {none!r}")

        step("Luis, the other way round: and what he asks for himself he cannot promise any more")
        first = code(await self.says("luis", ROOM, "link"))
        second = code(await self.says("luis", CHANNEL, "link", code=first))
        await self.says("luis", CHAT, "link", code=second)
        check("P3" in await self.says("luis", CHAT, "mine") and "P4" in await self.says("luis", DM, "mine"), "not all is his")
        for where in (ROOM, CHANNEL):
            told = await self.says("luis", where, "pledge", ask="A4", what="mine", by="2026-03-20")
            check("P5" not in told, f"he promises himself something, {where}: {told}")

        step("whoever is invited to a private ask by one account is by the other")
        letter = "somebody to read a letter"
        await self.does("noor", CHANNEL, "ask", words=letter, visibility="private")
        await self.says("noor", CHANNEL, "invite", ask="A5", who="luis")
        for where in (CHAT, DM):
            check(letter in await self.says("luis", where, "needs"), f"Luis is not shown what he is invited to, {where}")
        # A form of Discord's names only who is on that server.
        self.discord.people["noor"].says(DM, "invite A5 who:hana")
        self.alone_on_discord("noor", "hana")
        check(letter in await self.says("hana", CHAT, "needs"), "Hana, who is on Matrix alone, is not shown it")
        check(letter not in await self.says("bea", CHAT, "needs"), "Bea is shown what Luis is invited to")

        step("who convenes by the one account does by the other, where no platform says so; and reads what is private")
        first = code(await self.says("amara", CHAT, "link"))
        second = code(await self.says("amara", CHANNEL, "link", code=first))
        check("conveners" in await self.says("amara", DM, "care"), "she convenes already")
        await self.says("amara", CHAT, "link", code=second)
        care = await self.says("amara", DM, "care")
        check("conveners" not in care, f"she does not convene on Discord: {care}")

    # --- reminders -------------------------------------------------------------------------------------------------------

    async def a_reminder_on_matrix(self):
        step("Bea was last on Matrix: one reminder there for what both accounts promised, none on Discord, and its answers work")
        await self.says("bea", CHAT, "me")
        self.begin_at(civil("2026-03-10 09:03"))
        nudge = await self.alone("bea", PROMISED)
        check("P1" in nudge.body and "P2" in nudge.body, f"the reminder says {nudge.body!r}")
        self.reminded("bea", 1, 0)
        await self.does("bea", CHAT, "done", pledge="P1")
        question = await self.alone("dev", "confirm P1")
        await self.press("dev", question, "✅")
        self.note("dev", CHAT, "confirm", pledge="P1")

        step("what was promised on Discord is moved on Discord, and thanks for what was done on Matrix find her there")
        await self.does("bea", DM, "adjust", pledge="P2", by="2026-03-16")
        await self.does("dev", ROOM, "thanks", pledge="P1", words="The tables stood well")
        self.alone_on_discord("bea", "The tables stood well")

    async def a_reminder_on_discord_and_one_that_cannot_go_there(self):
        step("Bea was last on Discord: her reminder is there, and none on Matrix")
        luis = self.discord.people["luis"]
        await self.says("luis", DM, "me")
        luis.takes_messages(False)
        self.begin_at(civil("2026-03-14 09:03"))
        nudge = self.alone_on_discord("bea", PROMISED)
        check("P2" in nudge["text"] and "P1" not in nudge["text"], f"the reminder says {nudge['text']!r}")
        self.presses("bea", nudge, "done P2")
        self.note("bea", DM, "done", pledge="P2")

        step("Luis, who was last on Discord, takes no messages there: his goes to Matrix, and answering it works")
        nudge = await self.alone("luis", PROMISED)
        check("P3" in nudge.body, f"the reminder says {nudge.body!r}")
        await self.press("luis", nudge, "✅")
        self.note("luis", CHAT, "done", pledge="P3")
        question = self.alone_on_discord("noor", "arrive")
        self.presses("noor", question, "confirm P3")
        self.note("noor", DM, "confirm", pledge="P3")
        form = self.discord.people["noor"].slash(DM, "thanks", pledge="P3")
        self.only(self.discord.people["noor"].hands_in(form, words="The beans are up"))
        self.note("noor", DM, "thanks", pledge="P3", words="The beans are up")
        await self.alone("luis", "The beans are up")
        luis.takes_messages(True)
        self.reminded("bea", 1, 1)
        self.reminded("luis", 1, 0)

        step("what he asked for himself is kept when he says so, on the other side than he did it")
        check("yourself" in await self.does("luis", CHAT, "done", pledge="P4"), "silence would confirm his own word")
        await self.does("luis", DM, "confirm", pledge="P4")

    # --- one platform is away --------------------------------------------------------------------------------------------

    async def discord_is_away(self):
        step("Discord is away: on Matrix all goes on, also after a death; when it is back, all of it is there once")
        self.discord_goes()
        await self.does("dev", ROOM, "ask", words="Soup for the evening", need=5)
        await self.does("hana", ROOM, "pledge", ask="A6", what="lentils", by="2026-03-28")
        await self.does("hana", ROOM, "pledge", ask="A2", what="a spade", by="2026-03-28")
        self.killed()
        await self.does("amara", ROOM, "pledge", ask="A6", what="bread", by="2026-03-28")
        await self.people["hana"].wait("A6 on Matrix", lambda s: s.room == self.room and s.edits and "2 of 5" in s.body)
        seen = [message["text"] for message in self.discord.people["sol"].sees(CHANNEL)]
        check(not [text for text in seen if "2 of 5" in text], "it was not away")
        await self.bot.shows("readyz", 200, 60)
        self.discord_is_back()
        await self.card("A6", "2 of 5")
        await self.card("A2", "2 of 2")
        self.alone_on_discord("noor", "a spade")

    async def matrix_is_away(self):
        step("Matrix is away: on Discord all goes on, also after a death; when it is back, all of it is there once")
        await asyncio.to_thread(self.home.stop)
        await self.does("noor", CHANNEL, "ask", words="Somebody who sings", need=6)
        await self.does("pia", CHANNEL, "pledge", ask="A7", what="two songs", by="2026-03-28")
        await self.does("pia", CHANNEL, "pledge", ask="A6", what="spoons", by="2026-03-28")
        self.killed()
        self.discord.hears()
        await self.does("mallory", CHANNEL, "pledge", ask="A7", what="a third", by="2026-03-28")
        self.on_discord("sol", CHANNEL, "2 of 6")
        await self.bot.shows("readyz", 200, 60)
        await asyncio.to_thread(self.home.start)
        await self.card("A7", "2 of 6")
        await self.card("A6", "3 of 5")
        await self.alone("dev", "spoons")

    async def all_at_once(self):
        step("many promise on both at once, and the bot dies meanwhile: what was confirmed counts, on both, and nothing else")
        await self.does("dev", ROOM, "ask", words="Chairs", need=40)
        said, begun = [], []
        for number in range(1, 7):
            said.append(await self.say("hana", self.room, f'!aid pledge A8 what:"chair {number}" by:2026-03-28'))
            begun.append(self.discord.people["pia"].slash(CHANNEL, "pledge", wait="none", ask="A8", what=f"seat {number}", by="2026-03-28"))
            if number == 3:
                await self.people["hana"].wait("the first answer", homes.answered(said[0]))
                self.bot.kill()
                self.bot.start()
        await self.people["hana"].wait_for_all("every answer on Matrix", [homes.answered(event) for event in said], 180)
        self.discord.hears()
        await self.does("pia", CHANNEL, "pledge", ask="A8", what="the last seat", by="2026-03-28")
        outcomes = [self.discord.people["pia"].outcome(one) for one in begun]
        # What was acknowledged when it died, and not yet recorded, is never confirmed.
        confirmed = [one for one in outcomes if one.message and not one.message["thinking"]]
        check(all("Your pledge is" in self.only(one) for one in confirmed), f"confirmed otherwise: {outcomes}")
        count = len(said) + len(confirmed) + 1
        print(f"    {len(confirmed)} of {len(begun)} on Discord were confirmed", flush=True)
        ((promised,),) = self.bot.ask("select count(*) from pledges p join asks a on a.community_id = p.community_id and a.number = p.ask where a.number = 8")
        check(promised == count, f"{count} were confirmed and {promised} are recorded")
        await self.card("A8", f"{count} of 40")
        self.lines += [f'hana: /pledge A8 what:"a chair" by:2026-03-28'] * (count - 1)

    # --- the digest, and the end -----------------------------------------------------------------------------------------

    async def a_digest(self):
        step("the conveners of both places read the digest first; then it stands in both, with the same figures")
        self.begin_at(civil("2026-03-15 09:03"))
        before = await self.alone("amara", "This is what everyone will read")
        there = self.alone_on_discord("dora", "This is what everyone will read")
        check(figures(before.body) == figures(there["text"]), f"they read {before.body!r} and {there['text']!r}")
        self.begin_at(civil("2026-03-16 09:03"))
        of_discord = self.on_discord("sol", CHANNEL, "what we kept")["text"]
        digest = lambda s: s.room == self.room and "what we kept" in s.body  # noqa: E731
        of_matrix = (await self.people["hana"].wait("the digest", digest, 60)).body
        check("3 of" in of_matrix, f"three were kept: {of_matrix!r}")
        check(figures(of_matrix) == figures(of_discord), f"the digest says {of_matrix!r} and {of_discord!r}")

    async def a_reminder_waits_for_discord(self):
        step("a reminder for Discord waits for it, and goes nowhere else; the next one goes where Bea was meanwhile")
        verse = homes.named(await self.does("bea", CHANNEL, "pledge", ask="A7", what="a verse", by="2026-03-20"))
        self.bot.stop()
        self.twin.until(connected=False)
        self.discord_goes()
        self.begin_at(civil("2026-03-18 09:03"), hears=False)
        waits = "select 1 from outbox where cause = 'nudge' and state != 'delivered' and refs = ?"
        await self.bot.until("the reminder", lambda: self.bot.ask(waits, f'["{verse}"]'))
        await self.says("bea", CHAT, "mine")
        self.killed()
        await self.says("bea", CHAT, "mine")
        self.reminded("bea", 1, 1)
        self.discord_is_back()
        self.alone_on_discord("bea", PROMISED, 2)
        self.begin_at(civil("2026-03-21 09:03"))
        check_up = await self.people["bea"].wait("the question", lambda s: PROMISED in s.body and verse in s.body, 60)
        check(check_up.sender == homes.BOT, "somebody else asks")
        self.reminded("bea", 2, 2)

    async def another_community(self):
        step("a community that began on Discord takes a room on Matrix in; and the two know nothing of each other")
        self.discord.enter("zoe", shown="Zoe")
        self.discord.open_server("Millrace", "zoe", [MILL], members=["noor"])
        await self.says("zoe", MILL, "community setup", name="Millrace", zone="America/Denver")
        # A convener of one of its communities may bring it along.
        await self.open_room(YARD, "amara", "dev")
        first = code(await self.says("zoe", MILL, "community link"))
        second = code(await self.says("amara", YARD, "community link", code=first))
        self.alone_on_discord("zoe", "@amara:localhost")
        await self.refused("amara", YARD, "community link", OTHERS, code=second)
        check("is now a place of Millrace" in await self.says("zoe", MILL, "community link", code=second), "it is not joined")
        await self.says("zoe", MILL, "ask", words=FLOUR, need=9)
        card = await self.people["dev"].wait("the card", lambda s: s.room == self.rooms[YARD] and FLOUR in s.body and not s.answers)
        check("P1" in await self.says("dev", YARD, "pledge", ask="A1", what="a sack", by="2026-03-28"), "its pledges are others'")
        check("1 of 9" in self.on_discord("noor", MILL, "1 of 9")["text"], "the card on Discord is as it was")
        await self.people["dev"].until("the card", lambda: "1 of 9" in self.reads(self.people["dev"], card), 60)
        for name, where in (("dev", YARD), ("noor", MILL)):
            told = await self.says(name, where, "needs")
            check(FLOUR in told and "Chairs" not in told, f"what is looked for in Millrace, {where}: {told}")
        for name, where in (("dev", ROOM), ("noor", CHANNEL), ("hana", CHAT), ("pia", DM)):
            told = await self.says(name, where, "needs")
            check(FLOUR not in told and "Chairs" in told, f"what is looked for in Eastbank, {where}: {told}")
        seen = [m["text"] for m in self.discord.people["sol"].sees(CHANNEL)] + [str(s.content) for s in self.people["hana"].seen]
        check(not [text for text in seen if FLOUR in text or "Millrace" in text], "Eastbank hears of Millrace")

    async def parted(self):
        step("an account that leaves begins anew, and the other keeps everything; the one put out is told")
        told = await self.says("bea", DM, "unlink")
        check("@bea:localhost" in told, f"parted, it says {told!r}")
        check("Nothing of yours" in await self.says("bea", DM, "mine"), "the account that left has kept something")
        hidden, none = [await self.says("bea", DM, "stillneeded", id=ask) for ask in ("A3", "A99")]
        check(hidden.replace("A3", "A99") == none, f"{hidden!r} is not {none!r}")
        check(SECRET in await self.says("bea", CHAT, "mine"), "the account that stayed has lost something")
        await self.says("luis", CHAT, "unlink", account="discord")
        self.alone_on_discord("luis", "took it out")
        check("A4" not in await self.says("luis", DM, "mine"), "the account put out has kept something")
        check("A4" in await self.says("luis", CHAT, "mine"), "the other one has lost something")

    def judge(self):
        step("every command has one answer, nothing was said twice, everybody could read it")
        self.check_whole(failed=[("nudge", "failed", '["P3"]')])
        on_discord = {name: [m["text"] for w in (CHANNEL, DM) for m in one.sees(w)] for name, one in self.discord.people.items()}
        on_matrix = {name: [str(s.content) for s in one.seen] for name, one in self.people.items()}
        for seen, insiders in ((on_discord, {"bea", "dora"}), (on_matrix, {"bea", "amara"})):
            shown = {name for name, texts in seen.items() if any(SECRET in text for text in texts)}
            check(shown == insiders, f"what is private was shown to {shown}, not to who asked and the conveners alone")
        for said in (*self.people["hana"].all(lambda s: s.sender == homes.BOT), *self.discord.people["sol"].sees(CHANNEL)):
            check(not homes.CODE.search(str(said)), f"a code is where others read: {said}")

        step("the totals are those of the console")
        ours, of_millrace = self.totals(":report\n", "--data", self.bot.data)
        (theirs,) = self.totals("\n".join([self.lines[0], ":convener amara", *self.lines[1:], ":report\n"]))
        check(of_millrace["pledges"]["open"] == ["P1"], f"Millrace's totals are {of_millrace}")
        check(ours == theirs, f"the totals are {ours}, the console's {theirs}")
        check(ours["pledges"]["kept"] == ["P1", "P2", "P3", "P4"] and ours["thanks"] == 2, f"the totals are {ours}")

    # --- looking ---------------------------------------------------------------------------------------------------------

    async def refused(self, who, where, command, how, /, **options):
        told = await self.says(who, where, command, **options)
        check(how in told, f"{who}'s {command} {options} is answered {told!r}")

    def reminded(self, name, on_matrix, on_discord):
        """So many reminders somebody has seen so far on either."""
        seen = len(self.people[name].all(lambda s: s.sender == homes.BOT and not s.edits and PROMISED in s.body))
        there = len([m for m in self.discord.people[name].sees(DM) if PROMISED in m["text"]])
        check((seen, there) == (on_matrix, on_discord), f"{name} was reminded {seen} times on Matrix, {there} on Discord")


if __name__ == "__main__":
    homes.main(Story, __doc__)
