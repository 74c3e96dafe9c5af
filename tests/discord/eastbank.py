"""Six weeks of Eastbank on a Discord server: what tests/stories/eastbank.script says in the console is done by people at their
clients, with slash commands, forms, and the buttons under cards, reminders and questions.

    python tests/discord/eastbank.py --bot target/debug/barnraiser --twin target/debug/discord-twin

The console is the oracle. What it says, to whom, at which moment, why and about what, people on the server have in front of
them too, and nothing else; the cards and the digest come to the same figures, and the totals at the end are the same. The
weeks pass by stopping the bot and starting it with a later clock: at each line of the script that moves it, and at each moment
at which the console said something.

Exit code 0 if all of it holds; otherwise 1, and what was missing.
"""

import collections
import json
import pathlib
import re
import sys
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "stories"))

import played  # noqa: E402
import weeks  # noqa: E402
from played import button_for, check, step  # noqa: E402
from twin import Refused  # noqa: E402

PLACE = "eastbank"
ABOUT = ("ask", "pledge", "id")
"""What commands call the ask or the pledge they are about."""
LOOSE = {"pledge": "what", "done": "note", "adjust": "note"}
"""Which option the words are that stand alone in a line, where they are not the command's own."""
FORMS = ("pledge", "adjust")
"""Commands whose buttons open a form."""


class Eastbank(played.Played):
    zone = weeks.ZONE

    def tell(self):
        script = weeks.lines()
        of_console, report = self.console()
        for line in of_console:
            line["at"] = weeks.lived_at(weeks.utc(line["at"]), script)
        for name in sorted({who for lines in script.values() for who, _, _ in lines}):
            self.enter(name)
        step(f"{len(self.people)} people on a server")
        self.open_server("Eastbank", owner="amara", channels=[PLACE])
        self.said = []
        """What the bot said, as lines of the console's."""
        self.ways = collections.Counter()
        """How often people pressed, filled in a form, used a command, or wrote."""
        self.noted = set()
        """The rows of the bot's own book that are among them."""
        for at in sorted({line["at"] for line in of_console} | set(script)):
            self.live(at, script.get(at, []), [line for line in of_console if line["at"] == at])
        self.judge(of_console, report)

    def console(self):
        """Every message of the console's, in order, and its totals."""
        told = [json.loads(line) for line in self.bot.tool("console", "--script", weeks.SCRIPT, "--json").splitlines()]
        return told[:-1], told[-1]["report"]

    # --- the weeks -------------------------------------------------------------------------------------------------------

    def live(self, at, lines, expected):
        of_itself = [line for line in expected if line["cause"] in weeks.OF_ITSELF]
        if not lines and not of_itself:
            return
        civil = at.astimezone(zoneinfo.ZoneInfo(weeks.ZONE))
        step(f"{civil:%a %d %b %H:%M}: {len(lines)} said, {len(of_itself)} of itself")
        alone = collections.Counter({name: len(person.sees("dm")) for name, person in self.people.items()})
        self.bot.start(at=at)
        self.hears()
        for who, is_alone, what in lines:
            alone[who] += self.does(who, is_alone, what)
        alone.update(line["to"].removeprefix("dm:") for line in of_itself if line["to"] != "public")
        for name, count in alone.items():
            if count:
                self.people[name].waits_to_see("dm", "", count)
        # Only how things stand at last: edits of a card are made as often as there is time for.
        public = {tuple(line["refs"]): line["text"] for line in expected if line["to"] == "public"}
        for text in public.values():
            self.people["noor"].waits_to_see(PLACE, heading(text))
        self.bot.end()
        self.twin.until(connected=False)
        self.note(at)

    def does(self, who, is_alone, what):
        """Somebody does what a line of the script says, as they would on Discord. How many messages that adds to what they have
        in front of them in their direct messages with the bot."""
        person, (command, values, loose) = self.people[who], self.read(what)
        about = next((values[name] for name in ABOUT if name in values), None)
        if loose and command == "pledge":
            # No form of the bot's lets anybody say it like this.
            person.says("dm", what)
            self.ways["wrote"] += 1
            return 2
        # A button says no more than itself, if it opens no form.
        more = {name: value for name, value in values.items() if name not in ABOUT}
        pressed = None if more and command not in FORMS else self.pressed(person, command, about)
        if pressed is not None:
            message, button = pressed
            place = "dm" if message in person.sees("dm") else PLACE
            try:
                done = person.press(message, button)
            except Refused:
                # The card was edited between the look and the press.
                done = person.press(*self.pressed(person, command, about))
            self.ways["form" if done.modal else "button"] += 1
            if done.modal:
                done = person.hands_in(done, **{name: str(value) for name, value in more.items()})
        else:
            # Nobody knows a stranger who writes alone; and in a server nobody else sees it either.
            place = "dm" if is_alone and person.sees("dm") and command != "invite" else PLACE
            done = person.slash(place, command, **values)
            self.ways["command"] += 1
        check(not done.failed and done.message, f"{who} has no answer to {what!r}: {done}")
        check(done.ephemeral, f"others see the answer to {who}'s {what!r}")
        return 1 if place == "dm" else 0

    def pressed(self, person, command, about):
        """The newest message with a button that does or begins this, and the button."""
        wanted = " ".join(part for part in (command, about) if part)
        for place in ("dm", PLACE):
            for message in reversed(person.sees(place)):
                if button := button_for(message, wanted):
                    return message, button
        return None

    def read(self, what):
        """A line as a slash command: its name, its options, and whether words stand in it that belong to none."""
        commands = {}
        for top in self.twin.get("/commands"):
            below = [option for option in top.get("options", []) if option["type"] == 1]
            commands |= {f"{top['name']} {sub['name']}": sub for sub in below} or {top["name"]: top}
        name = max((name for name in commands if what.startswith(name)), key=len)
        options = {option["name"]: option["type"] for option in commands[name].get("options", [])}
        values, rest = {}, what.removeprefix(name)
        for found in re.finditer(r'(\w+):("([^"]*)"|\S+)', rest):
            if found[1] in options:
                values[found[1]] = found[3] if found[3] is not None else found[2]
                rest = rest.replace(found[0], "")
        words = rest.split()
        if words and re.fullmatch(r"[AP]\d+", words[0]):
            values[next(name for name in ABOUT if name in options)] = words.pop(0)
        if words:
            values["words" if "words" in options else LOOSE[name]] = " ".join(words)
        return name, {key: int(value) if options[key] == 4 else value for key, value in values.items()}, bool(words)

    # --- what was said ---------------------------------------------------------------------------------------------------

    def note(self, at):
        """Takes down what the bot said since the last time: of the bot's own book why and about what, from people's eyes to whom
        and how it reads."""
        seen = {}
        for name, person in self.people.items():
            for place in (PLACE, "dm"):
                for message in person.sees(place):
                    to = f"dm:{name}" if place == "dm" else "public"
                    readers = seen.setdefault(message["id"], (message, set()))[1]
                    readers.add(f"only:{name}" if message["ephemeral"] else to)
        rows = self.bot.rows("select id, effect, cause, refs, message from outbox where state = 'delivered' order by settled_at, id")
        posted = {line["message"] for line in self.said}
        for row in (row for row in rows if row["id"] not in self.noted):
            self.noted.add(row["id"])
            check(row["message"] in seen, f"nobody sees what was said about {row['refs']}: {row['cause']}")
            message, readers = seen[row["message"]]
            check(len(readers) == 1, f"{readers} see {message['text']!r}")
            (to,) = readers
            refs = json.loads(row["refs"])
            edit = row["message"] in posted
            posted.add(row["message"])
            # Nobody brings the bot to a console, so it greets nobody there.
            cause = "welcome" if row["effect"].startswith("welcome:") else row["cause"]
            self.said.append({"at": at, "to": to, "cause": cause, "refs": refs, "edit": edit, "message": row["message"]})
        self.seen = seen

    # --- in the end ------------------------------------------------------------------------------------------------------

    def judge(self, of_console, report):
        step("what it says of itself is what the console says: to whom, when, why, about what")
        for cause in weeks.OF_ITSELF:
            self.same(cause, of_console, lambda line: line["to"])
        step("every command has the console's answer, and nobody else sees it")
        for cause in ("reply", "refusal"):
            # The console says alone what was asked alone; here every answer is its person's only.
            self.same(cause, of_console, lambda line: line["to"].split(":")[1])

        check(min(self.ways[way] for way in ("button", "form", "command", "wrote")) > 0, f"not every way was gone: {self.ways}")
        print(f"    by {dict(self.ways)}", flush=True)

        step("the cards and the digest come to the console's figures")
        posted = collections.Counter(line["refs"][0] for line in self.said if line["cause"] == "card" and not line["edit"])
        check(max(posted.values()) == 1, f"asks with more cards than one: {posted}")
        ours, theirs = self.cards(), {line["refs"][0]: figures(line["text"]) for line in of_console if line["cause"] == "card"}
        check(ours == theirs, f"the cards say {ours}, the console's {theirs}")
        digests = [figures(line["text"]) for line in of_console if line["cause"] == "digest"]
        found = [figures(self.seen[line["message"]][0]["text"]) for line in self.said if line["cause"] == "digest"]
        check(found == digests, f"the digest says {found}, the console's {digests}")

        step("and so do the totals")
        script = self.bot.folder / "report.script"
        script.write_text(":report\n")
        told = self.bot.tool("console", "--json", "--script", script, "--data", self.bot.folder / "data")
        totals = json.loads(told.splitlines()[-1])["report"]
        check(totals == report, f"the totals are {totals}, the console's {report}")
        check(weeks.short(totals) == (weeks.TOTALS, weeks.ASKS), f"the totals are {totals}")

        step("everything that people have in front of them has a name of its own, and nothing still waits")
        known = collections.Counter(line["message"] for line in self.said if not line["edit"])
        bots = [message for message, _ in self.seen.values() if message["from"] == "barnraiser"]
        check({message["id"] for message in bots} == set(known), "somebody sees what the bot does not know it said")
        keys = collections.Counter(message["nonce"] for message in bots if message["nonce"])
        check(max(keys.values()) == 1, f"said twice: {[key for key, times in keys.items() if times > 1]}")
        # The story's gatherings are long over by the stand-in's clock, and Discord's calendar takes nothing of the past.
        unsettled = self.bot.rows(
            "select cause, state, refs from outbox where state in ('sending', 'unknown', 'parked', 'failed') and cause != 'event'"
        )
        check(not unsettled, f"not settled: {unsettled}")

        step("private words were private")
        insiders = {"sol", "amara", "luis", "pia"}
        for name in set(self.people) - insiders:
            for message in (message for place in (PLACE, "dm") for message in self.people[name].sees(place)):
                check("clinic" not in json.dumps(message), f"{name} sees the private ask: {message['text']}")

    def same(self, cause, of_console, to):
        def rows(lines):
            said = (line for line in lines if line["cause"] == cause)
            return collections.Counter((f"{line['at']:%m-%d %H:%M}", to(line), *line["refs"]) for line in said)

        ours, theirs = rows(self.said), rows(of_console)
        missing, more = list(theirs - ours), list(ours - theirs)
        check(ours == theirs, f"{cause}: missing {missing[:9]} ({len(missing)}), too much {more[:9]} ({len(more)})")
        print(f"    {sum(ours.values())} of {cause}", flush=True)

    def cards(self):
        """What stands on the cards."""
        posted = {line["refs"][0]: line["message"] for line in self.said if line["cause"] == "card" and not line["edit"]}
        return {ask: figures(self.seen[message][0]["text"]) for ask, message in posted.items()}


def heading(text):
    return text.split("\n")[0]


def figures(text):
    """How a text begins, and every figure and id in it, in order. Dates look different here, so they are no figures; neither is
    what could be typed, which the console writes where here a button stands."""
    text = re.sub(r"/\w+ [^\n]*", "", text.replace("*", ""))
    return [heading(text), *re.findall(r"\d+ of \d+|\d+ in hand|\d+ no longer|\d+ handed back|\b[AP]\d+\b", text)]


if __name__ == "__main__":
    played.main(Eastbank, __doc__)
