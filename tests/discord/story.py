"""What members, conveners, strangers and people who mean harm live through on a Discord server.

    python tests/discord/story.py --bot target/debug/barnraiser --twin target/debug/discord-twin

Two servers with one bot: forms, cards, reminders with their buttons, private and anonymous asks that are begun where others
talk, forged and stale buttons, closed direct messages, an outage, a removal and a return. The bot logs as much as it can, and
in the end no word, name or token is in its log.

Exit code 0 if all of it holds; otherwise 1, and what was missing.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "stories"))

import played  # noqa: E402
import weeks  # noqa: E402
from played import button_for, check, means, step  # noqa: E402
from program import TOKEN  # noqa: E402
from twin import Refused  # noqa: E402

FAMILY = "Quillfeather"
"""Everybody's family name, which stands nowhere but in names."""
WORD = "marzipan"
"""Is in everything that anybody types."""
SECRET = "nougat"
"""Is besides in everything private."""
HERE, THERE = ("help", "chat"), ("mill", "pond")
"""The channels of the two servers."""
EVERYTHING = "trace," + ",".join(f"{library}=trace" for library in ("serenity", "sqlx", "hyper", "h2", "rustls", "reqwest", "tungstenite"))


class Story(played.Played):
    log = EVERYTHING

    def tell(self):
        for name in ("amara", "dev", "bea", "luis", "noor", "sol", "kim", "wim", "zoe"):
            self.enter(name, shown=f"{name.title()} {FAMILY}")
        self.east = self.open_server(f"Eastbank {FAMILY}", "amara", HERE, members=["dev", "bea", "luis", "noor", "sol", "kim"])
        self.west = self.open_server(f"Westbank {FAMILY}", "wim", THERE, members=["zoe", "noor"])
        self.starts = 0
        self.begin("2026-03-10 08:00")
        self.commands_are_there()
        self.two_servers_begin()
        self.nobody_is_no_convener()
        self.a_form_is_mended()
        self.a_card_is_pressed()
        self.private_things_begin_among_others()
        self.what_is_offered_while_typing()
        self.a_reminder_has_buttons()
        self.a_promise_is_kept()
        self.harm_is_answered_kindly()
        self.a_command_of_another_time()
        self.direct_messages_are_closed()
        self.an_outage_changes_nothing()
        self.put_out_and_back()
        self.whoever_loses_a_role_convenes_no_more()
        self.gatherings_are_events()
        self.an_ask_has_a_thread()
        self.two_servers_know_nothing_of_each_other()
        self.private_things_stayed_private()
        self.bot.end()
        self.commands_were_registered_when_they_changed()
        self.the_log_is_silent_about_people()

    def begin(self, civil):
        """Starts the bot at this time; if it runs, it is ended first."""
        if self.bot.process is not None:
            self.bot.end()
            self.twin.until(connected=False)
        self.bot.start(at=weeks.instant(civil))
        self.starts += 1
        self.hears()

    # --- the beginning ---------------------------------------------------------------------------------------------------

    def commands_are_there(self):
        step("members are shown their commands, and the conveners theirs besides, in their own language")
        shown = {name: self.commands_of(name) for name in ("dev", "amara")}
        check({"ask", "pledge", "mine"} <= shown["dev"] and "care" not in shown["dev"], f"a member is shown {shown['dev']}")
        check("care" in shown["amara"], f"a convener is shown {shown['amara']}")
        spanish = next(one for one in self.twin.get("/commands") if one["name"] == "ask")
        check(spanish["name_localizations"]["es-ES"] == "pido", f"in Spanish: {spanish['name_localizations']}")

    def commands_were_registered_when_they_changed(self):
        step("the commands were registered at the first start, when they had changed, and never else")
        sent = [
            line["method"] for line in self.on_the_wire()
            if line["side"] == "rest" and line["from"] == "bot" and "/commands" in line["path"] and line["method"] != "GET"
        ]
        # The POST is the test's own.
        check(sent == ["PUT", "POST", "PUT"], f"of commands was sent {sent}, in {self.starts} starts")
        check("dance" not in self.commands_of("bea"), "a command of another time is still there")

    def commands_of(self, name):
        return {command["name"] for command in self.twin.get("/commands", user=name, channel="chat")}

    def two_servers_begin(self):
        step("the greeting's form is for whoever may manage the server; a member hears so before they have filled it in")
        greeting = self.people["dev"].waits_to_see("help", "keep its promises")[-1]
        pressed = self.people["dev"].press(greeting, "Set up")
        told = self.only(pressed)
        check("conveners" in told and not pressed.modal, f"a member who presses Set up is told {told}")
        form = self.people["amara"].press(greeting, "Set up")
        check(form.modal and form.modal["title"] == "Set up this community", f"whoever may gets {form}")

        step("whoever may manage a server sets its community up; a member may not")
        told = self.only(self.people["amara"].slash("help", "community setup", name="Eastbank", zone=weeks.ZONE))
        check("Eastbank is ready" in told, f"the answer to the setup: {told}")
        self.only(self.people["wim"].slash("mill", "community setup", name="Westbank", zone="Europe/Madrid"))
        try:
            self.people["dev"].slash("chat", "community setup", name="Mine")
            check(False, "a member's client lets them set the community up")
        except Refused:
            pass

    def nobody_is_no_convener(self):
        step("everybody at once and the bot itself are no conveners; a stranger who writes to it hears what makes it know them")
        for nobody in (self.east["id"], self.application()):
            told = self.only(self.people["amara"].slash("help", "convener add", who=nobody))
            check("pick a person" in told, f"who makes {nobody} a convener is told {told}")
        self.people["zoe"].says("dm", "needs")
        told = self.people["zoe"].waits_to_see("dm", "Use one of my commands")[-1]["text"]
        check("<@" not in told, f"a direct message calls its reader: {told}")

    # --- asking and pledging ---------------------------------------------------------------------------------------------

    def a_form_is_mended(self):
        dev, bea = self.people["dev"], self.people["bea"]
        step("a bare /ask opens a form; what is sent is an ask, its answer is only its person's, its card everybody's")
        form = dev.slash("chat", "ask")
        check(form.modal and fields(form)["words"] == "", f"no form, but {form}")
        asked = self.only(dev.hands_in(form, words=f"Two people who can rewire a {WORD} lamp", need="2"))
        check("A1" in asked, f"the answer names A1: {asked}")
        self.card = self.wait_for("noor", "help", "A1 is looking for help")

        step("a form that does not parse says what was wrong, and opens again with everything in it")
        form = bea.slash("chat", "pledge")
        check(set(fields(form)) >= {"ask", "what", "by"}, f"the form asks {fields(form)}")
        typed = {"ask": "A1", "what": f"me with a {WORD} tester", "by": "someday"}
        refused = bea.hands_in(form, **typed)
        told = self.only(refused)
        check("someday" in told and "P1" not in told, f"the answer says what was wrong: {told}")
        again = bea.press(refused.message, "Try again")
        # What was right stands in the form's title and is not asked again.
        kept = {"ask": means(again.modal).removeprefix("pledge "), **fields(again)} if again.modal else {}
        check(typed.items() <= kept.items(), f"the form has forgotten: {again}")
        told = self.only(bea.hands_in(again, by="2026-03-12"))
        check("P1" in told, f"the answer names P1: {told}")

        step("the card is edited where it stands")
        edited = self.wait_for("noor", "help", "1 of 2")
        check(edited["id"] == self.card["id"] and edited["edits"] > 0, f"another card: {edited['text']}")

    def a_card_is_pressed(self):
        step("the buttons of a card: one opens the form of a pledge to it, one keeps a maybe")
        luis, noor = self.people["luis"], self.people["noor"]
        form = luis.press(self.card, "Pledge")
        check(form.modal and "ask" not in fields(form) and "what" in fields(form), f"no form of A1's: {form}")
        told = self.only(luis.hands_in(form, what=f"my {WORD} hands", by="2026-03-12"))
        check("P2" in told, f"the answer names P2: {told}")
        self.only(noor.press(self.card, "Maybe"))
        self.wait_for("noor", "help", "A1 is in hand")
        cards = [message for message in noor.sees("help") if "A1" in message["text"] and not message["ephemeral"]]
        check(len(cards) == 1, f"A1 has {len(cards)} cards")
        check(FAMILY not in cards[0]["text"], "the card names somebody")

    def private_things_begin_among_others(self):
        step("a private and an anonymous ask, begun where others talk: nobody else sees anything")
        sol, bea = self.people["sol"], self.people["bea"]
        before = {name: self.eyes(name) for name in self.people if name != "sol"}
        form = sol.slash("chat", "ask")
        self.only(sol.hands_in(form, words=f"A quiet {SECRET} {WORD} lift", visibility="private"))
        self.only(sol.slash("chat", "ask", words=f"An unnamed {SECRET} {WORD} bed", visibility="anonymous"))
        # Whatever the bot says about them is said before what it is asked for next.
        told = self.only(self.people["dev"].slash("chat", "ask", words=f"A {WORD} ladder", by="2026-03-20"))
        check("A4" in told, f"the third ask after them: {told}")
        self.wait_for("noor", "help", "A4 is looking for help")
        for name, had in before.items():
            new = [message["text"] for id, message in self.eyes(name).items() if id not in had and "A4" not in message["text"]]
            check(not new, f"{name} sees {new}")

        step("what one may not see answers like what does not exist")
        for command, more in (("pledge", {"what": f"a {WORD}", "by": "2026-03-20"}), ("maybe", {}), ("edit", {"words": WORD}), ("stillneeded", {})):
            name = "id" if command == "stillneeded" else "ask"
            hidden, none = (self.only(bea.slash("chat", command, **{name: ask}, **more)) for ask in ("A2", "A99"))
            check(hidden.replace("A2", "A99") == none, f"{command}: {hidden!r} is not {none!r}")
        check(SECRET not in self.only(bea.slash("chat", "needs")), "a list shows what is private")

    def what_is_offered_while_typing(self):
        step("what is offered while somebody types is theirs to see")
        people = self.people
        offered = {name: values(people[name].completes("chat", "pledge", "ask", "")) for name in ("bea", "dev", "noor", "amara")}
        check(offered["bea"] == offered["noor"] == ["A4"], f"to others is offered {offered}")
        check(offered["dev"] == [], f"to the asker is offered {offered['dev']}")
        check(offered["amara"][0] == "A4" and set(offered["amara"]) <= {"A4", "A3", "A2"}, f"to the convener is offered {offered['amara']}")
        check(values(people["zoe"].completes("pond", "pledge", "ask", "")) == [], "another server is offered what is looked for here")
        check(values(people["bea"].completes("chat", "done", "pledge", "")) == ["P1"], "somebody else's pledge is offered")
        check(values(people["bea"].completes("chat", "done", "pledge", "P2")) == [], "somebody else's pledge is offered, typed out")
        when = people["bea"].completes("chat", "pledge", "by", "fri")
        check(values(when) == ["2026-03-13"] and "13" in when[0]["name"], f"a date while it is typed: {when}")
        check(weeks.ZONE in values(people["amara"].completes("chat", "community settings", "zone", "chica")), "no zone is offered")
        (self.slug,) = values(people["bea"].completes("dm", "mine", "in", ""))
        check(self.slug.startswith("eastbank"), f"in a direct chat the community {self.slug!r} is offered")

    # --- reminders and keeping -------------------------------------------------------------------------------------------

    def a_reminder_has_buttons(self):
        step("at nine there is a reminder for the two who promised, in their direct messages, with its buttons")
        self.begin("2026-03-10 09:03")
        bea = self.people["bea"]
        nudge = self.wait_for("bea", "dm", "P1")
        wanted = {"done P1", "adjust P1 by:", "handback P1", "adjust P1 nudges:off"}
        check({means(button) for button in nudge["buttons"]} == wanted, f"its buttons are {nudge['buttons']}")
        self.wait_for("luis", "dm", "P2")
        for name in self.people:
            if name != "bea":
                check(nudge["id"] not in self.eyes(name), f"{name} sees bea's reminder")
        form = bea.press(nudge, button_for(nudge, "adjust P1"))
        check(form.modal and "by" in fields(form), f"no form for a new date: {form}")
        told = self.only(bea.hands_in(form, by="2026-03-14"))
        check("P1" in told, f"the answer to a new date: {told}")
        self.only(bea.press(nudge, "adjust P1 nudges:off" and next(b["custom_id"] for b in nudge["buttons"] if "nudges:off" in b["custom_id"])))
        self.nudge = nudge

    def a_promise_is_kept(self):
        dev, bea = self.people["dev"], self.people["bea"]
        step("done, still needed, done again, arrived: by buttons in direct messages")
        self.only(bea.press(self.nudge, button_for(self.nudge, "done P1")))
        question = self.wait_for("dev", "dm", "arrive")
        check(button_for(question, "confirm P1") and button_for(question, "stillneeded P1"), f"its buttons are {question['buttons']}")
        still = dev.press(question, button_for(question, "stillneeded P1"))
        self.only(dev.hands_in(still, note=f"the {WORD} is dark") if still.modal else still)
        self.only(bea.slash("dm", "done", pledge="P1", note=f"now it {WORD}s"))
        question = self.wait_for("dev", "dm", "arrive", 2)
        self.only(dev.press(question, button_for(question, "confirm P1")))

        step("thanks are written into a form, and reach who helped")
        form = dev.slash("chat", "thanks", pledge="P1")
        check(form.modal and "words" in fields(form), f"no form for thanks: {form}")
        self.only(dev.hands_in(form, words=f"the {WORD} lamp burns"))
        self.wait_for("bea", "dm", f"the {WORD} lamp burns")

        step("a button from an earlier time is answered kindly, and changes nothing")
        before = self.facts()
        for command in ("done P1", "handback P1"):
            told = self.only(bea.press(self.nudge, button_for(self.nudge, command)))
            check("P1" in told, f"a press on the old reminder: {told}")
        self.only(dev.press(question, button_for(question, "stillneeded P1")))
        check(self.facts() == before, "a stale button changed something")

    # --- harm ------------------------------------------------------------------------------------------------------------

    def harm_is_answered_kindly(self):
        step("forged buttons, other people's, other servers', other times': a kind word for who presses, and nothing changes")
        refused = self.people["noor"].slash("chat", "pledge", ask="A4", what=f"a {WORD}", by="whenever")
        draft = means({"custom_id": next(b["custom_id"] for b in refused.message["buttons"])})
        before = self.facts()
        forged = [
            ("chat", "noor", "1|p|||done P2"),
            ("chat", "noor", "1|p|||handback P2"),
            ("chat", "noor", "1|p|||confirm P2"),
            ("chat", "bea", "1|p|||withdraw A1"),
            ("chat", "bea", "1|p|||maybe A2"),
            ("chat", "bea", "1|o|||thanks P2"),
            ("chat", "bea", "1|o|||edit A2"),
            ("chat", "dev", "1|p|||digest post"),
            ("chat", "dev", "1|p|||gathering cancel G1"),
            ("chat", "dev", "1|p|||community check"),
            ("chat", "bea", f"1|a|||{draft}"),
            ("chat", "bea", "1|a|||1"),
            ("pond", "zoe", "1|p|||done P2"),
            ("pond", "zoe", f"1|p||{self.slug}|done P2"),
            ("pond", "zoe", f"1|p||{self.slug}|maybe A4"),
            ("pond", "zoe", f"1|o||{self.slug}|pledge A4 what: by:"),
            ("pond", "zoe", f"1|p||{self.slug}|mine"),
            ("chat", "bea", "1|f|||ask"),
            ("chat", "bea", "2|p|||done P1"),
            ("chat", "bea", "1|p|||dance"),
            ("chat", "bea", "1|p|||ask words"),
            ("chat", "bea", "nobody's"),
        ]
        for channel, name, custom_id in forged:
            message = self.as_the_bot("POST", f"/channels/{self.channels[channel]}/messages", {
                "content": "Press here",
                "components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "?", "custom_id": custom_id}]}],
            })
            person = self.people[name]
            outcome = person.press(message, custom_id)
            if outcome.modal:
                typed = {"words": f"a {WORD}", "what": f"a {WORD}", "by": "2026-03-20"}
                outcome = person.hands_in(outcome, **{field: typed[field] for field in fields(outcome) if field in typed})
            told = self.only(outcome)
            check(SECRET not in told, f"{custom_id} shows what is private: {told}")
            if name == "zoe":
                check(WORD not in told, f"{custom_id} shows another server's words: {told}")
            now = self.facts()
            check(now == before, f"{name} changed something with {custom_id!r}: {told}\n{before}\n{now}")

    def a_command_of_another_time(self):
        step("a command that the bot has no more is answered kindly")
        self.as_the_bot("POST", f"/applications/{self.application()}/commands", {"name": "dance", "description": "of another time"})
        self.only(self.people["bea"].slash("chat", "dance"))

    # --- who cannot be reached, and where the bot is not -----------------------------------------------------------------

    def direct_messages_are_closed(self):
        step("direct messages are closed: a word where everybody talks that says nothing, twice; then the conveners hear of it")
        self.people["luis"].takes_messages(False)
        for number, morning in enumerate(("2026-03-13 09:03", "2026-03-16 09:03"), 1):
            self.begin(morning)
            call = f"<@{self.people['luis'].id}>"
            said = self.people["noor"].waits_to_see("help", call, number)[-1]
            check("P2" not in said["text"] and WORD not in said["text"], f"the word in the channel says {said['text']}")
            check([one["id"] for one in said["mentions"]] == [self.people["luis"].id], f"it calls {said['mentions']}")
        before = len(self.people["amara"].sees("dm"))
        self.only(self.people["dev"].slash("chat", "withdraw", id="A1"))
        note = self.people["amara"].waits_to_see("dm", "", before + 1)[-1]
        check("Luis" in note["text"] and WORD not in note["text"], f"the conveners are told {note['text']}")
        self.people["luis"].takes_messages(True)

    def an_outage_changes_nothing(self):
        step("an outage of the server changes nothing")
        before = self.facts()
        self.twin.post("/guild/outage", guild=self.east["id"])
        self.only(self.people["zoe"].slash("pond", "needs"))
        check("A4" in self.only(self.people["dev"].slash("dm", "mine")), "nobody is answered alone while a server is out")
        check(self.places_left() == 0, "an outage was taken for a removal")
        self.twin.post("/guild/back", guild=self.east["id"])
        self.only(self.people["bea"].slash("chat", "needs"))
        check(self.facts() == before, "an outage changed something")

    def put_out_and_back(self):
        step("put out of the server, the bot says nothing about it to anybody; back again, all is there")
        self.only(self.people["bea"].slash("chat", "pledge", ask="A4", what=f"my {WORD} ladder", by="2026-03-20"))
        self.twin.post("/guild/remove", guild=self.east["id"])
        self.until_places_left(1)
        before = {name: set(self.eyes(name)) for name in ("amara", "dev", "bea", "luis", "noor", "sol")}
        self.begin("2026-03-18 09:03")
        self.only(self.people["zoe"].slash("pond", "needs"))
        for name, had in before.items():
            check(set(self.eyes(name)) == had, f"{name} hears of a community that the bot was put out of")
        self.twin.post("/guild/add", guild=self.east["id"])
        self.until_places_left(0)
        told = self.only(self.people["bea"].slash("chat", "mine"))
        check("P3" in told and f"my {WORD} ladder" in told, f"not all is there: {told}")
        self.wait_for("bea", "dm", "P3")

        step("put out of a server while it was away, the bot notices")
        self.bot.end()
        self.twin.until(connected=False)
        self.twin.post("/guild/remove", guild=self.east["id"])
        self.begin("2026-03-18 10:00")
        self.until_places_left(1)
        self.twin.post("/guild/add", guild=self.east["id"])
        self.until_places_left(0)

    # --- what changes on a server ----------------------------------------------------------------------------------------

    def whoever_loses_a_role_convenes_no_more(self):
        step("whoever loses the role they convened by convenes no more, alone with the bot either, and hears of nothing private")
        kim, server = self.people["kim"], self.east["id"]
        role = self.twin.post("/role", guild=server, name="Keepers", permissions=["MANAGE_GUILD"], members=[kim.id])["id"]
        self.only(kim.slash("chat", "care"))
        self.only(kim.slash("dm", "care"))
        self.twin.post("/member/roles", guild=server, user=kim.id, roles=[])
        # Whatever was learned about Kim is good for half a minute, and everybody is asked about anew at the latest at the next start.
        self.begin("2026-03-18 11:00")
        told = self.only(kim.slash("dm", "care"))
        check("for conveners" in told, f"alone with the bot Kim convenes on: {told}")
        self.only(self.people["sol"].slash("chat", "ask", words=f"A {SECRET} {WORD} visit", visibility="private"))
        self.wait_for("amara", "dm", "visit")
        check("visit" not in self.only(kim.slash("dm", "needs")), "Kim is shown what is for conveners")
        check("visit" not in str(kim.completes("dm", "pledge", "ask", "")), "Kim is offered what is for conveners")
        check("visit" not in json.dumps(list(self.eyes("kim").values())), "Kim hears what is for conveners")

        step("a role that is named a convening one works until the server takes its people's away")
        named = self.twin.post("/role", guild=server, name="Bakers", permissions=[], members=[kim.id])["id"]
        self.only(self.people["amara"].slash("chat", "convener add", who=named))
        self.only(kim.slash("chat", "needs"))
        check("for conveners" not in self.only(kim.slash("dm", "care")), "the named role does not convene")
        self.twin.post("/role/delete", guild=server, role=named)
        self.twin.post("/role/delete", guild=server, role=role)
        self.begin("2026-03-18 12:00")
        told = self.only(kim.slash("dm", "care"))
        check("for conveners" in told, f"without the role Kim convenes on: {told}")

    def gatherings_are_events(self):
        step("gatherings stand among the server's events, two in the same minute as two, and each is called off by itself")
        amara = self.people["amara"]
        for _ in range(2):
            self.only(amara.slash("chat", "gathering new", when="2027-01-12 18:00", where="Library"))
        self.until_events("G1", "G2")
        self.only(amara.slash("chat", "gathering cancel", gathering="G2"))
        self.until_events("G1")
        self.only(amara.slash("chat", "gathering cancel", gathering="G1"))
        self.until_events()

    def until_events(self, *wanted):
        """Nobody is told when an event is there; so it is looked for after each answer of somebody elsewhere."""
        for _ in range(50):
            names = sorted(event["name"] for event in self.twin.get("/events", guild=self.east["id"]))
            if names == [f"Gathering {gathering} · Eastbank" for gathering in wanted]:
                return
            self.only(self.people["zoe"].slash("pond", "needs"))
        check(False, f"among the events there is {names}, not {wanted}")

    def an_ask_has_a_thread(self):
        step("where a community wants it, an ask has a thread under its card; what is said there is said in the community")
        dev, bea, noor = self.people["dev"], self.people["bea"], self.people["noor"]
        self.only(self.people["amara"].slash("chat", "community settings", threads=True))
        ask = re.search(r"A\d+", self.only(dev.slash("chat", "ask", words=f"A long {WORD} table", need=2)))[0]
        card = self.wait_for("noor", "help", f"{ask} is looking for help")
        self.only(bea.slash("chat", "pledge", ask=ask, what=f"my {WORD} table", by="2026-03-27"))
        self.wait_for("noor", "help", "1 of 2")
        check(self.threads() == {card["id"]: f"About {ask}"}, f"the threads are {self.threads()}")
        self.only(noor.slash(card["id"], "pledge", ask=ask, what=f"mine {WORD}", by="2026-03-27"))
        self.wait_for("noor", "help", f"{ask} is in hand")
        check(all(one["ephemeral"] for one in noor.sees(card["id"])), "the bot says something in the thread")

    def threads(self):
        """The names of the server's public threads, by their ids."""
        channels = self.twin.get("/channels", guild=self.east["id"])
        return {channel["id"]: channel["name"] for channel in channels if channel["type"] == 11}

    def places_left(self):
        ((left,),) = (row.values() for row in self.bot.rows("select count(*) from places where left_at is not null"))
        return left

    def until_places_left(self, count):
        """Nobody is told by what the bot does about it; so its book is looked into after each answer of somebody elsewhere."""
        for _ in range(50):
            if self.places_left() == count:
                return
            self.only(self.people["zoe"].slash("pond", "needs"))
        check(False, f"{self.places_left()} places are left, not {count}")

    # --- what nobody may know --------------------------------------------------------------------------------------------

    def two_servers_know_nothing_of_each_other(self):
        step("two servers know nothing of each other")
        zoe, noor = self.people["zoe"], self.people["noor"]
        for command in ("needs", "offers", "mine"):
            check(WORD not in self.only(zoe.slash("pond", command)), f"/{command} shows another server's words")
        told = self.only(zoe.slash("pond", "ask", words=f"A western {WORD} wheel"))
        check("A1" in told, f"its asks are numbered by themselves: {told}")
        self.wait_for("wim", "mill", "A1 is looking for help")
        check("western" not in self.only(noor.slash("chat", "needs")), "a list shows another server's words")
        check("western" in self.only(noor.slash("pond", "needs")), "who is in both sees here what is here")
        check(values(noor.completes("pond", "pledge", "ask", "")) == ["A1"], "another server's asks are offered")
        for name in ("amara", "dev", "bea", "luis", "sol"):
            check("western" not in json.dumps(list(self.eyes(name).values())), f"{name} sees another server's words")
        for name in ("wim", "zoe"):
            seen = [message["text"] for message in self.eyes(name).values()]
            check(not [text for text in seen if WORD in text and "western" not in text], f"{name} sees another server's words")

    def private_things_stayed_private(self):
        step("what was private stayed private")
        # Kim did convene for a while.
        for name in set(self.people) - {"sol", "amara", "kim"}:
            check(SECRET not in json.dumps(list(self.eyes(name).values())), f"{name} sees private words")

    def the_log_is_silent_about_people(self):
        step("no word, name or token is in the log, though it says all it can")
        log = self.bot.log()
        check("TRACE" in log and "DEBUG" in log, "the log was not talkative")
        tokens = {line["body"]["d"]["token"] for line in self.on_the_wire() if told(line, "INTERACTION_CREATE")}
        check(len(tokens) > 50, f"only {len(tokens)} interactions were on the wire")
        for what in {WORD, SECRET, FAMILY, TOKEN, *tokens}:
            for line in log.splitlines():
                check(what not in line, f"{what!r} is in the log: {line[:1000]}")

    # --- looking ---------------------------------------------------------------------------------------------------------

    def only(self, outcome):
        """The words of an answer that its person alone sees."""
        check(not outcome.failed and outcome.message, f"no answer: {outcome}")
        check(outcome.ephemeral, f"others see the answer {outcome.content!r}")
        text = outcome.message["text"]
        check(text.strip(), f"an empty answer: {outcome.message}")
        return text

    def eyes(self, name):
        """All that somebody has in front of them, in every channel of both servers and alone, by its id."""
        person = self.people[name]
        return {message["id"]: message for channel in (*HERE, *THERE, "dm") for message in person.sees(channel)}

    def wait_for(self, name, channel, words, times=1):
        return self.people[name].waits_to_see(channel, words, times)[-1]

    def facts(self):
        """What the bot knows of asks and pledges."""
        tables = ("select * from asks order by community_id, number", "select * from pledges order by community_id, number", "select * from gatherings")
        return [self.bot.rows(question) for question in tables]


def fields(opened):
    """The fields of a form, and what is in them."""
    inputs = [row["components"][0] for row in opened.modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in inputs}


def values(choices):
    return [choice["value"] for choice in choices]


def told(line, event):
    return line["side"] == "gateway" and line["from"] == "twin" and line["body"].get("t") == event


if __name__ == "__main__":
    played.main(Story, __doc__)
