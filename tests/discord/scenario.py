"""What a bot and the people of a server live through on the stand-in: the same for every library.

Each step is a member's doing, through the stand-in's control API, and what that member and others then see. The bot itself
is discordpy.py or js/discordjs.mjs; both have the same commands and tell the same. Nothing here is about Barnraiser's own bot.
"""

from bots import GIVE_UP, check
from twin import Refused

COMMANDS = "card find fleeting form late may meet post say slow thread tour whisper wrong".split()


def same(found, wanted, what):
    check(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def refused(attempt, what):
    """What one's client would not let one do."""
    try:
        done = attempt()
    except Refused:
        return
    raise AssertionError(f"the stand-in took {what}: {done}")


class Scenario:
    def __init__(self, twin, step):
        self.twin, self.step, self.bot = twin, step, None

    def settle(self):
        """A server with its people, before the bot comes; returns what the bot must know."""
        twin = self.twin
        self.ana, self.ben, self.cleo = twin.person("ana", "Ana"), twin.person("ben", "Ben"), twin.person("cleo", "Cleo")
        self.app = twin.application("porter")
        people = [self.ben.id, self.cleo.id]
        self.guild = twin.post("/guild", name="Eastbank", owner=self.ana.id, members=people, channels=["square"])["id"]
        self.conveners = twin.post("/role", name="Conveners", permissions=["MANAGE_EVENTS"], members=[self.cleo.id])["id"]
        self.invite()
        for name, denied in (("quiet", "READ_MESSAGE_HISTORY"), ("closed", "SEND_MESSAGES")):
            twin.post("/channel", name=name, overwrites=[{"user": "porter", "deny": [denied]}])
        # A machine that has much to do must not decide what is too late; where that is the question, it is asked with a moved clock.
        twin.post("/settings", reply_within_ms=GIVE_UP * 1000)
        return self.app["token"], self.guild

    def invite(self):
        self.twin.post("/guild/add", permissions=["MANAGE_EVENTS", "CREATE_EVENTS"])

    def play(self, bot):
        self.bot = bot
        steps = [
            self.it_introduces_itself,
            self.it_answers_commands,
            self.clients_refuse_what_they_should,
            self.it_completes,
            self.it_shows_a_card,
            self.it_opens_forms,
            self.it_answers_later,
            self.it_writes_to_one_alone,
            self.it_opens_a_thread,
            self.it_plans_gatherings,
            self.it_knows_what_it_may,
            self.it_posts_and_reads_back,
            self.it_looks_at_everything,
            self.it_is_refused,
            self.it_comes_too_late,
            self.it_hears_what_it_may_hear,
            self.it_sees_the_server_change,
            self.it_keeps_to_limits,
            self.it_comes_back,
            self.it_is_put_out_and_invited_again,
        ]
        for step in steps:
            self.step(step.__name__.replace("_", " "))
            step()
        unknown = self.twin.unknown()
        check(not unknown, f"routes that the stand-in does not have were asked for: {unknown}")

    def it_introduces_itself(self):
        ready = self.bot.told("ready")
        same(ready["user"], "porter", "who it is")
        same(ready["commands"], COMMANDS, "its commands, as they were taken")
        same(ready["fetched"], COMMANDS, "its commands, as they are read back")
        same(ready["at_home"], ["here"], "its commands in one server")
        [guild] = ready["guilds"]
        same(guild["name"], "Eastbank", "the server")
        same(guild["channels"], ["closed", "quiet", "square"], "its channels")
        same(guild["roles"], ["@everyone", "Conveners", "porter"], "its roles")

    def it_answers_commands(self):
        all_of_it = {
            "text": "Hello",
            "times": 2,
            "much": 2.5,
            "kind": "food",
            "who": self.ben.id,
            "role": self.conveners,
            "where": self.channel("quiet"),
            "loud": True,
        }
        answer = self.ana.slash("square", "say", **all_of_it)
        words = "text: Hello; times: 2; much: 2.5; kind: food; who: Ben; role: Conveners; where: quiet; loud: yes; by: Ana; "
        same(answer.content, f"{words}in: square; locale: en-US", "every kind of option")
        check(not answer.ephemeral, "it is not for everybody")
        same(self.ben.sees("square")[-1]["content"], answer.content, "what Ben sees")
        short = self.ben.slash("square", "say", text="¡Hola!", times=1)
        words = "text: ¡Hola!; times: 1; much: -; kind: -; who: -; role: -; where: -; loud: -; by: Ben; in: square"
        same(short.content, f"{words}; locale: en-US", "only what must be said")
        same(self.ben.slash("square", "here").content, "Here", "a command of this server")

    def clients_refuse_what_they_should(self):
        ben = self.ben
        refused(lambda: ben.slash("square", "say", text="x"), "a command without a required option")
        refused(lambda: ben.slash("square", "say", text="x", times=4), "a number that is too large")
        refused(lambda: ben.slash("square", "say", text="x" * 51, times=1), "words that are too long")
        refused(lambda: ben.slash("square", "say", text="x", times="two"), "words for a number")
        refused(lambda: ben.slash("square", "say", text="x", times=1, kind="boat"), "a choice there is not")
        refused(lambda: ben.slash("square", "say", text="x", times=1, colour="red"), "an option there is not")
        refused(lambda: ben.slash("square", "sing"), "a command there is not")
        refused(lambda: ben.slash("square", "meet plan", name="x"), "a command that only conveners see")
        refused(lambda: ben.slash("dm", "may"), "a server's command, in a direct message")

    def it_completes(self):
        found = self.ben.completes("square", "find", "id", "A1")
        same([one["value"] for one in found], ["A1", "A12"], "what it completes")
        same(found[1]["name"], "A12, a lamp", "how it is shown")
        same(self.ben.completes("square", "find", "id", "Z"), [], "nothing to complete")
        answer = self.ben.slash("square", "find", id="A12")
        same((answer.content, answer.ephemeral), ("Found A12", True), "for Ben alone")
        check("Found A12" not in self.contents(self.ana), "Ana sees what is for Ben alone")

    def it_shows_a_card(self):
        card = self.ana.slash("square", "card").message
        same(card["embeds"][0]["title"], "A1", "the embed")
        same([len(row["components"]) for row in card["components"]], [5, 1], "its buttons and its list")
        for count in (1, 2):
            self.ben.press(card, "card:pledge")
            same(self.ana.sees_message(card)["content"], f"Pledges: {count}", "the card")
        same(self.ana.sees_message(card)["embeds"][0]["title"], "A1", "what was not edited")
        noted = self.cleo.press(card, "card:maybe")
        same((noted.content, noted.ephemeral), ("Noted, Cleo", True), "for Cleo alone")
        self.ben.press(card, "card:later")
        self.ana.waits_to_see("square", "Pledges: 12")
        refused(lambda: self.ben.press(card, "card:gone"), "a press of a button that cannot be pressed")
        refused(lambda: self.ben.press(card, "card:none"), "a press of a button there is not")
        chosen = self.ben.choose(card, "card:kind", ["food", "ride"])
        same((chosen.content, chosen.ephemeral), ("Chosen: food, ride", True), "what was chosen")
        refused(lambda: self.ben.choose(card, "card:kind", ["food", "ride", "time"]), "more than may be chosen")
        refused(lambda: self.ben.choose(card, "card:kind", ["boat"]), "a value there is not")
        self.card = card

    def it_opens_forms(self):
        form = self.ben.slash("square", "form")
        same(form.modal["title"], "An ask", "the form")
        refused(lambda: self.ben.hands_in(form, what="x"), "words that are too short for the form")
        refused(lambda: self.ben.hands_in(form, why="because"), "a form without what it must have")
        refused(lambda: self.ana.hands_in(form, what="Tables"), "somebody else's form")
        answer = self.ben.hands_in(form, what="Tables", why="For Friday")
        same((answer.content, answer.ephemeral), ("What: Tables; why: For Friday", True), "what was handed in")
        more = self.cleo.press(self.card, "card:more")
        self.cleo.hands_in(more, what="A lamp", why="")
        same(self.ana.sees_message(self.card)["content"], "What: A lamp; why: - 0", "the card under the form")

    def it_answers_later(self):
        self.ben.slash("square", "slow")
        told = self.bot.told("slow")
        same((told["first"], told["ephemeral"]), ("Worked it out", True), "what the bot reads back")
        same(self.contents(self.ben)[-2:], ["Worked it out", "There is more, and better"], "what Ben sees in the end")
        check("Worked it out" not in self.contents(self.ana), "Ana sees what is for Ben alone")
        self.ben.slash("square", "fleeting")
        self.ben.waits_to_see("square", "Gone again")
        check("Here for a moment" not in self.contents(self.ben), "what was taken back is still there")

    def it_writes_to_one_alone(self):
        self.ben.slash("square", "whisper", text="Psst")
        self.ben.waits_to_see("square", "Sent to ben")
        same(self.ben.sees("dm")[-1]["content"], "Psst!", "the direct message, edited")
        self.ben.takes_messages(False)
        self.ben.slash("square", "whisper", text="Psst")
        self.ben.waits_to_see("square", "Refused: 403 50007")
        self.ben.takes_messages(True)
        answer = self.cleo.slash("dm", "find", id="B2")
        same(answer.content, "Found B2", "a command in a direct message")

    def it_opens_a_thread(self):
        self.ana.slash("square", "thread", name="Lamps")
        self.ana.waits_to_see("square", "Lamps in square")
        self.bot.told("thread", name="Lamps")
        [under] = [one for one in self.ana.sees("square") if one["content"] == "A thread follows"]
        same([one["content"] for one in self.ana.sees(under["thread"]["id"]) if one["content"]], ["Talk here"], "the thread")

    def it_plans_gatherings(self):
        meet = lambda what, **more: self.cleo.slash("square", f"meet {what}", **more).content  # noqa: E731
        same(meet("plan", name="Potluck"), "Potluck at The hall, scheduled", "a new gathering")
        self.bot.told("event", name="Potluck")
        same(meet("move"), "Potluck on 2031-03-05 18:00", "the gathering, moved")
        self.bot.told("event moved", name="Potluck")
        same(meet("cancel"), "Events left: 0", "after it was called off")
        self.bot.told("event gone", name="Potluck")

    def it_knows_what_it_may(self):
        same(
            self.ben.slash("square", "may").content.split("\n"),
            [
                "told: send, embed, history, events",
                "worked out: send, embed, history, events",
                "you: send, embed, history",
                "all the same: yes",
                "Eastbank, roles of mine: @everyone, porter",
            ],
            "what it may in the square",
        )
        here = self.ana.slash("quiet", "may").content.split("\n")
        same(here[:4:3], ["told: send, embed, events", "all the same: yes"], "what it may in the quiet channel")
        same(here[2], "you: send, embed, history, events", "what the owner may")

    def it_posts_and_reads_back(self):
        self.ben.slash("square", "post")
        self.ben.waits_to_see(
            "square", "same message: yes; embeds: 1; in history: yes; after it: 0; deleted: 404 10008"
        )
        check(self.contents(self.ana).count("Kept, edited") == 1, "it stands there more than once, or not at all")
        self.ben.slash("closed", "post")
        self.ben.waits_to_see("closed", "refused: 403 50013")

    def it_looks_at_everything(self):
        answer = self.ana.slash("square", "tour")
        found = "Ana with 1 roles; 3 channels, 3 roles; 1 servers; Porter of Eastbank; note.txt, 5 bytes; 🙋 by porter"
        same(answer.content, f"{found}; true, aside, kept, true; Looks around", "what it found")

    def it_is_refused(self):
        self.ben.slash("square", "wrong")
        codes = {
            "twice": "400 40060",
            "empty": "400 50006",
            "long": "400 50035",
            "nonce": "400 50035",
            "no message": "404 10008",
            "no channel": "404 10003",
            "no user": "400 50033",
            "not its own": "404 10062",
            "same name": "400 50035",
            "bad name": "400 50035",
        }
        self.ben.waits_to_see("square", "; ".join(f"{name}: {code}" for name, code in codes.items()))

    def it_comes_too_late(self):
        self.twin.post("/settings", reply_within_ms=3000)
        slow = self.ben.slash("square", "late", wait="none")
        self.bot.told("late")
        self.twin.post("/clock", advance_ms=4000)
        self.bot.say("go")
        self.bot.told("answered", code="404 10062")
        check(self.ben.outcome(slow).failed, "Ben is not told that it did not respond")
        self.twin.post("/settings", reply_within_ms=GIVE_UP * 1000)
        fast = self.ben.slash("square", "late", wait="none")
        self.bot.told("late")
        self.bot.say("go")
        self.bot.told("answered", code="200 0")
        same(self.ben.outcome(fast).content, "In time", "an answer in time")

    def it_hears_what_it_may_hear(self):
        said = self.ana.says("square", "Words for the people here")
        self.bot.told("message", author="ana", where="square", content="")
        self.ana.edits(said, "Other words")
        self.bot.told("edited", content="")
        self.ana.deletes(said)
        self.bot.told("deleted")
        words = f"<@{self.app['user']}> hello"
        self.ana.says("square", words)
        self.bot.told("message", author="ana", where="square", content=words)
        self.ana.waits_to_see("square", "You called?")
        self.ben.says("dm", "Between us")
        self.bot.told("message", author="ben", where="dm", content="Between us")

    def it_sees_the_server_change(self):
        twin, bot = self.twin, self.bot
        twin.post("/channel", name="pantry")
        bot.told("channel", name="pantry")
        twin.post("/overwrite", channel="pantry", role="@everyone", deny=["SEND_MESSAGES"])
        bot.told("channel changed", name="pantry")
        twin.post("/channel/delete", channel="pantry")
        bot.told("channel gone", name="pantry")
        twin.post("/role", name="Scribes")
        bot.told("role", name="Scribes")
        twin.post("/role/permissions", role="Scribes", permissions=["MANAGE_MESSAGES"])
        bot.told("role changed", name="Scribes")
        twin.post("/member/roles", user="porter", roles=["porter", "Scribes"])
        bot.told("member", name="porter", roles=["@everyone", "Scribes", "porter"])
        twin.post("/role/delete", role="Scribes")
        bot.told("role gone", name="Scribes")
        twin.post("/guild/owner", user="cleo")
        bot.told("owner", id=self.cleo.id)
        twin.post("/reaction", user="ana", message=self.card["id"], emoji="👍")
        bot.told("reaction", emoji="👍")

    def it_keeps_to_limits(self):
        before = self.twin.too_many()
        self.twin.post("/fault", route="POST /channels/*/messages", do="rate_limit", ms=100)
        self.ben.slash("square", "post")
        self.ben.waits_to_see(
            "square", "same message: yes; embeds: 1; in history: yes; after it: 0; deleted: 404 10008", times=2
        )
        same(self.twin.too_many(), before + 1, "requests that were too many")

    def it_comes_back(self):
        before = self.twin.sessions()
        for how in ("close", "reconnect"):
            self.twin.post("/fault", gateway=how)
            words = f"<@{self.app['user']}> missed after {how}"
            self.ana.says("square", words)
            self.bot.told("message", content=words)
            self.bot.told("resumed")
        same(self.twin.sessions(), before, "the session, resumed twice")
        self.bot.told("session")
        self.twin.post("/fault", gateway="invalid_session")
        self.bot.told("session")
        same(self.ben.slash("square", "here").content, "Here", "a command after a new session")
        check(not self.twin.sessions() & before, "the session that was called invalid is still there")

    def it_is_put_out_and_invited_again(self):
        self.twin.post("/guild/outage")
        self.bot.told("unavailable", guild="Eastbank")
        self.twin.post("/guild/back")
        self.bot.told("available", guild="Eastbank")
        self.twin.post("/guild/remove")
        self.bot.told("removed", guild="Eastbank")
        self.invite()
        self.bot.told("joined", guild="Eastbank")
        same(self.ben.slash("square", "find", id="A1").content, "Found A1", "a command after it came back")

    def channel(self, name):
        return next(one["id"] for one in self.twin.get("/channels") if one["name"] == name)

    def contents(self, person):
        return [one["content"] for one in person.sees("square")]
