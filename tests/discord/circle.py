"""A circle of people on the stand-in who ask, pledge, press and fill in forms, whether the bot lives or not; and the judgement in
the end: nothing lost, nothing twice, each answered at most once, and nothing recorded of which its person was not told that it
was noticed.

What people saw is the stand-in's to say, what was recorded is the database's: neither is believed about the other.
"""

import collections
import dataclasses
import datetime
import re
import time

from bots import GIVE_UP, check
from twin import Refused

CONVENER = "amara"
ASKERS = ["dev", "luis", "zoe", "kofi"]
HELPERS = ["bea", "omar", "ines", "noor", "teo", "lena", "yara", "finn"]
"""So many that nobody does more than the bot answers one person."""
CHANNEL = "help"
GREETING = "Hello! I help"
NEED = 900
"""More than is ever pledged: an ask never fills up."""

SETTLED_WITHIN = 300
"""Seconds; a backlog on a busy machine takes its time, since the bot keeps to Discord's pace."""


@dataclasses.dataclass
class Act:
    """Something a person did that is an interaction."""

    interaction: str
    kind: str
    user: str
    words: str
    """What only this act says, if it has words."""


def noon():
    """A zone where it is about noon, so that nobody is asleep whenever this runs."""
    east = 12 - datetime.datetime.now(datetime.timezone.utc).hour
    # Etc's signs are the other way round.
    return f"Etc/GMT{'-' if east > 0 else '+'}{abs(east)}" if east else "UTC"


def key_of(message):
    """The delivery key in a message of the bot's."""
    for button in message["buttons"]:
        parts = (button["custom_id"] or "").split("|")
        if len(parts) >= 5 and parts[2]:
            return parts[2]
    return None


class Circle:
    def __init__(self, twin, program, chance):
        self.twin, self.program, self.chance = twin, program, chance
        self.acts = []
        self.too_late = set()
        """Interactions whose answer was on its way when the bot died, and could not be looked up before their token ran out."""
        self.serial = 0

    def gather(self, zone=None, at=None):
        """A server with the bot, which is told that it is one community; `at` is what its clock shows."""
        for name in (CONVENER, *ASKERS, *HELPERS):
            self.twin.post("/user", name=name)
        members = [*ASKERS, *HELPERS]
        self.twin.post(
            "/guild", name="Eastbank", owner=CONVENER, members=members, apps=["barnraiser"], channels=[CHANNEL, "chat"]
        )
        self.program.start_whole(at)
        setup = {"name": "Eastbank", "zone": zone or noon()}
        self.begin("setup", CONVENER, "/slash", channel=CHANNEL, command="community setup", options=setup)
        self.answer(self.acts[-1])

    # --- acting --------------------------------------------------------------------------------------------------------

    def begin(self, kind, user, path, words="", /, **what):
        told = self.twin.post(path, user=user, wait="none", **what)
        act = Act(told["interaction"], kind, user, words)
        self.acts.append(act)
        return act

    def slash(self, kind, user, command, words="", /, **options):
        return self.begin(kind, user, "/slash", words, channel=CHANNEL, command=command, options=options)

    def outcome(self, act, wait="none", timeout_ms=0):
        return self.twin.get("/interaction", id=act.interaction, wait=wait, timeout_ms=timeout_ms)

    def answer(self, act):
        """Waits for the answer, which has to come."""
        told = self.outcome(act, "reply", GIVE_UP * 1000)
        check(told["outcome"] == "acknowledged" and not told["thinking"], f"{act} has no answer: {told}")
        return told["message"]

    def fresh(self):
        self.serial += 1
        return f"Number {self.serial}."

    def by(self):
        return (datetime.date.today() + datetime.timedelta(days=20)).isoformat()

    def act(self, patience_ms=150):
        """Somebody does something, and waits a moment for what comes."""
        kinds = ["pledge", "press", "maybe", "done", "done", "confirm", "needs", "mine", "type", "type"]
        kind = self.chance.choice(kinds)
        card = self.some_card()
        # Few asks with many pledges: a channel takes one card a second.
        if card is None or self.chance.random() < (0.3 if self.serial < 10 else 0.05):
            kind = self.chance.choice(["ask", "form"])
        try:
            begun = getattr(self, kind)(card)
        except Refused:
            # A form or a button that the bot has not brought (yet): their own client has nothing to send.
            return
        if begun is not None:
            self.outcome(begun, "reply", patience_ms)

    def ask(self, _):
        words = self.fresh()
        return self.slash("ask", self.chance.choice(ASKERS), "ask", words, words=words, need=NEED)

    def form(self, _):
        asker, words = self.chance.choice(ASKERS), self.fresh()
        opened = self.slash("opens", asker, "ask")
        return self.fill(opened, asker, "ask", words, words=words, need=str(NEED))

    def pledge(self, card):
        words = self.fresh()
        ask = self.chance.choice(re.findall(r"\bA\d+\b", card["text"])[:1])
        return self.slash("pledge", self.chance.choice(HELPERS), "pledge", words, ask=ask, what=words, by=self.by())

    def press(self, card):
        helper, words = self.chance.choice(HELPERS), self.fresh()
        opened = self.begin("opens", helper, "/press", message=card["id"], button="Pledge")
        return self.fill(opened, helper, "pledge", words, what=words, by=self.by())

    def fill(self, opened, user, kind, words, /, **values):
        """Fills in the form that an act opens, once it has."""
        if not self.outcome(opened, "ack", 150)["modal"]:
            return None
        return self.begin(kind, user, "/modal", words, interaction=opened.interaction, values=values)

    def maybe(self, card):
        return self.begin("maybe", self.chance.choice(HELPERS), "/press", message=card["id"], button="Maybe")

    def done(self, _):
        """For a pledge somebody was confirmed: the latest answers are looked at."""
        for act in reversed(self.acts[-30:]):
            if act.kind == "pledge" and (number := re.search(r"\bP\d+\b", self.said(act))):
                return self.slash("done", act.user, "done", number[0], pledge=number[0])
        return None

    def confirm(self, _):
        asker = self.chance.choice(ASKERS)
        asked = [one for one in self.see(asker, "dm")[-10:] if any(b["label"] == "Yes, it arrived" for b in one["buttons"])]
        if not asked:
            return None
        return self.begin("confirm", asker, "/press", message=self.chance.choice(asked)["id"], button="Yes, it arrived")

    def needs(self, _):
        return self.slash("needs", self.chance.choice(HELPERS), "needs")

    def mine(self, _):
        return self.slash("mine", self.chance.choice(HELPERS), "mine")

    def type(self, _):
        typed = {"channel": CHANNEL, "command": "pledge", "options": {"ask": ""}, "focused": "ask"}
        return self.begin("types", self.chance.choice(HELPERS), "/autocomplete", **typed)

    # --- looking -------------------------------------------------------------------------------------------------------

    def see(self, user, channel):
        seen = self.twin.get("/see", user=user, channel=channel)
        return [one for one in seen if one["from"] == "barnraiser"]

    def said(self, act):
        message = self.outcome(act)["message"]
        return message["text"] if message and not message["thinking"] else ""

    def cards(self, channel=CHANNEL):
        """Every message that everybody reads, but for the greeting."""
        public = [one for one in self.see(CONVENER, channel) if not one["ephemeral"]]
        return [one for one in public if GREETING not in one["text"]]

    def some_card(self):
        cards = self.cards()
        return self.chance.choice(cards) if cards else None

    # --- in the end ----------------------------------------------------------------------------------------------------

    def settle(self, within=SETTLED_WITHIN):
        """Until the bot has nothing more to say."""
        deadline = time.monotonic() + within
        open_rows = "select cause, state, attempts, looks from outbox where state in ('ready', 'sending', 'unknown')"
        while rows := self.program.rows(open_rows):
            check(self.program.lives(), "the bot is gone")
            check(time.monotonic() < deadline, f"{len(rows)} messages are still not settled: {rows[:5]}")
            time.sleep(0.05)  # The bot's own database is asked; nobody could wake us.

    def judge(self):
        """Everything that was done, seen and recorded; the counts for the report."""
        told = {act.interaction: self.outcome(act) for act in self.acts}
        noted = {row["event"] for row in self.program.rows("select event from inbox where platform = 'discord'")}
        heard = {event for event in noted if not event.startswith("welcome:")}
        counts = collections.Counter(interactions=len(self.acts))
        sent_on = self.judge_rows()
        for act in self.acts:
            self.judge_act(act, told[act.interaction], act.interaction in heard, sent_on, counts)
        strange = heard - set(told)
        check(not strange, f"recorded, but nobody did it: {strange}")
        answers = {act.interaction: self.answer_of(act, told, sent_on) for act in self.acts}
        self.judge_records(answers, heard, counts)
        self.judge_messages(counts)
        check(not self.twin.unknown(), f"routes the stand-in does not have: {self.twin.unknown()}")
        return counts

    def judge_act(self, act, told, is_heard, sent_on, counts):
        acknowledged = told["outcome"] == "acknowledged"
        check(acknowledged or not is_heard, f"recorded and never acknowledged: {act}")
        if not acknowledged:
            counts["not acknowledged, not recorded"] += 1
            return
        if told["type"] != 5:
            check(act.kind in ("opens", "types"), f"answered at once with {told['type']}: {act} {told['message']}")
            counts["forms and choices"] += 1
            return
        answered = not told["thinking"]
        check(is_heard or not answered, f"confirmed and not recorded: {act} {told['message']}")
        directly = act.interaction in sent_on
        if not is_heard:
            counts["acknowledged, died, not recorded, not confirmed"] += 1
            return
        if act.interaction in self.too_late and not answered and not directly:
            counts["on its way at a death, and looked for too late"] += 1
            return
        check(answered or directly, f"recorded and never answered: {act}")
        check(not (answered and directly), f"answered twice, whispered and directly: {act}")
        check(told["updates"] <= 1 and not told["followups"], f"answered {told['updates']} times: {act}")
        counts["answered directly" if directly else "whispered"] += 1

    def judge_rows(self):
        """Every row has come to an end, and what could not be whispered was said once elsewhere: the messages that were, by
        what they answer."""
        rows = self.program.rows("select id, effect, destination, cause, state, answers, message from outbox")
        left = [row for row in rows if row["state"] in ("ready", "sending", "unknown", "parked")]
        check(not left, f"not settled: {left[:5]}")
        failed = [row for row in rows if row["state"] in ("failed", "expired")]
        replies = [row for row in rows if row["state"] == "delivered" and row["answers"] and '"person"' in row["destination"].lower()]
        by_event = collections.Counter(row["answers"] for row in replies)
        for row in failed:
            if row["state"] == "expired" and row["answers"] in self.too_late:
                continue
            tried = self.program.rows("select * from attempts where row = ?", row["id"])
            check(by_event[row["answers"]] == 1, f"failed, and not said elsewhere: {row}, {tried}")
        return {row["answers"]: row["message"] for row in replies}

    def answer_of(self, act, told, sent_on):
        if act.interaction in sent_on:
            return self.twin.get("/message", id=sent_on[act.interaction])["text"]
        message = told[act.interaction]["message"]
        return message["text"] if message and not message["thinking"] else ""

    def judge_records(self, answers, heard, counts):
        """Whatever was confirmed is in the database, with the number that was said, and nothing else is."""
        for kind, table, letter, words in (("ask", "asks", "A", "words"), ("pledge", "pledges", "P", "what")):
            stored = {row[words]: row["number"] for row in self.program.rows(f"select {words}, number from {table}")}
            expected = {act.words for act in self.acts if act.kind == kind and act.interaction in heard}
            check(set(stored) == expected, f"{kind}: recorded {set(stored) - expected}, lost {expected - set(stored)}")
            numbers = sorted(stored.values())
            check(numbers == list(range(1, len(expected) + 1)), f"the numbers of {table}: {numbers}")
            for act in self.acts:
                if act.kind == kind and act.interaction in heard - self.too_late:
                    said = answers[act.interaction]
                    number = f"{letter}{stored[act.words]}"
                    check(re.search(rf"\b{number}\b", said), f"{act} became {number} and was told: {said!r}")
            counts[table] = len(expected)
        done = {row["number"] for row in self.program.rows("select number from pledges where state in ('done', 'kept')")}
        for act in self.acts:
            if act.kind == "done" and act.interaction in heard:
                check(int(act.words[1:]) in done, f"{act} was heard and is not done")
        counts["done"] = len(done)

    def judge_messages(self, counts):
        greetings = [one for one in self.see(CONVENER, CHANNEL) if GREETING in one["text"]]
        check(len(greetings) == 1, f"greeted {len(greetings)} times")
        cards = self.cards()
        asks = self.program.rows(
            "select number, need, (select coalesce(sum(amount), 0) from pledges p where p.ask = a.number "
            "and p.state not in ('handed_back', 'released')) as covered from asks a"
        )
        for ask in asks:
            mine = [one["text"] for one in cards if re.search(rf"\bA{ask['number']}\b", one["text"].splitlines()[0])]
            check(len(mine) == 1, f"A{ask['number']} has {len(mine)} cards")
            check(f"{ask['covered']} of {ask['need']}" in mine[0], f"the card of A{ask['number']}: {mine[0]!r}, {ask}")
        check(len(cards) == len(asks), f"{len(cards)} cards for {len(asks)} asks")
        people = {CONVENER, *ASKERS, *(act.user for act in self.acts)}
        whispers = [one for user in people for one in self.see(user, CHANNEL) if one["ephemeral"]]
        direct = {user: self.see(user, "dm") for user in people}
        messages = {one["id"]: one for one in [*cards, *whispers, *(one for all_of in direct.values() for one in all_of)]}
        keys = collections.Counter(key_of(one) for one in messages.values() if not one["thinking"])
        check(not keys[None], "messages without a key")
        twice = [key for key, times in keys.items() if times > 1]
        check(not twice, f"said twice: {twice}")
        stored = {row["key"] for row in self.program.rows("select key from outbox where key is not null")}
        check(not set(keys) - stored, f"said and not known: {set(keys) - stored}")
        counts["messages"] = len(messages)
        # The same again by what people read, without a word from the bot's own keys.
        names = self.program.rows(
            "select p.number, m.name, p.state from pledges p join asks a on a.number = p.ask join members m on m.id = a.asker_id"
        )
        for pledge in names:
            here = [one["text"] for one in direct[pledge["name"]]]
            number = rf"\*\*P{pledge['number']}\*\*|\*P{pledge['number']}\*"
            told = sum(len(re.findall(rf"pledged (?:{number})", text)) for text in here)
            is_done = pledge["state"] in ("done", "kept")
            # What waited until the pledge was done is stale: then only that is said.
            check(told == 1 or (is_done and told == 0), f"{pledge['name']} was told {told} times of P{pledge['number']}")
            asked = sum(len(re.findall(rf"says (?:{number})", text)) for text in here)
            check(asked == is_done or (pledge["state"] == "kept" and asked == 0), f"{pledge} was asked about {asked} times")
            counts["done before it was told"] += not told
        counts["notices"] = sum(map(len, direct.values()))
