"""The stand-in in a process of its own, and its control API in the words of the scenario: people, what they do, what they
see. The API itself is described in tests/discord-twin/README.md. It ends only the process it started itself.
"""

import dataclasses
import http.client
import json
import subprocess
import urllib.parse

from bots import GIVE_UP, check


class Refused(Exception):
    """What somebody's own client would not let them do."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a command, a press or a form, as the person who began it sees it."""

    interaction: str
    failed: bool
    ephemeral: bool
    message: dict | None
    modal: dict | None
    choices: list | None

    @property
    def content(self):
        return self.message and self.message["content"]


class Twin:
    """Use it as a context manager."""

    def __init__(self, binary, record=None):
        command = [str(binary), "--until-stdin-closes", *(["--record", str(record)] if record else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.at = json.loads(self._process.stdout.readline())
        self.http = self.at["http"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()

    def ask(self, method, path, **body):
        """One request of the control API. Raises `Refused`, or for what only a wrong test asks an AssertionError."""
        at = urllib.parse.urlsplit(self.http)
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=2 * GIVE_UP)
        try:
            connection.request(method, f"/twin{path}", json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        check(response.status == 200, f"{method} {path} {body}: {answer}")
        if isinstance(answer, dict) and answer.get("outcome") == "refused":
            raise Refused(answer["said"])
        return answer

    def post(self, path, **body):
        return self.ask("POST", path, **body)

    def get(self, path, **query):
        return self.ask("GET", f"{path}?{urllib.parse.urlencode(query)}")

    def application(self, name):
        return self.post("/application", name=name)

    def person(self, name, shown):
        return Person(self, self.post("/user", name=name, global_name=shown)["id"])

    def until(self, **holds):
        """Waits until it holds; the stand-in says when."""
        return self.post("/until", timeout_ms=GIVE_UP * 1000, **holds)

    def holds(self, timeout_ms, **what):
        """Whether it holds within that time."""
        try:
            self.post("/until", timeout_ms=timeout_ms, **what)
            return True
        except AssertionError:
            return False

    def unknown(self):
        return self.get("/unknown")

    def too_many(self):
        """How many requests were answered with 429 so far."""
        return self.get("/counters")["statuses"].get("429", 0)

    def sessions(self):
        """The gateway's sessions that are connected, by id."""
        return {one["id"] for one in self.get("/sessions") if one["connected"]}


class Person:
    """Somebody at their client."""

    def __init__(self, twin, user):
        self.twin, self.id = twin, user

    def slash(self, channel, command, wait="reply", **options):
        return self._begins("/slash", wait=wait, channel=channel, command=command, options=options)

    def completes(self, channel, command, option, typed, **options):
        options = {**options, option: typed}
        return self._begins("/autocomplete", channel=channel, command=command, focused=option, options=options).choices

    def press(self, message, button, wait="reply"):
        return self._begins("/press", wait=wait, message=message["id"], button=button)

    def choose(self, message, select, values):
        return self._begins("/select", message=message["id"], select=select, values=values)

    def hands_in(self, form, **values):
        return self._begins("/modal", interaction=form.interaction, values=values)

    def outcome(self, begun):
        """What has come by now of something that was not waited for."""
        return self._outcome(self.twin.get("/interaction", id=begun.interaction, timeout_ms=GIVE_UP * 1000))

    def says(self, channel, content):
        return self.twin.post("/message", user=self.id, channel=channel, content=content)

    def edits(self, message, content):
        self.twin.post("/message/edit", user=self.id, message=message["id"], content=content)

    def deletes(self, message):
        self.twin.post("/message/delete", user=self.id, message=message["id"])

    def takes_messages(self, whether):
        self.twin.post("/member/dms", user=self.id, open=whether)

    def sees(self, channel):
        return self.twin.get("/see", user=self.id, channel=channel)

    def sees_message(self, message):
        return next(one for one in self.sees(message["channel_id"]) if one["id"] == message["id"])

    def waits_to_see(self, channel, words, times=1):
        return self.twin.until(user=self.id, channel=channel, contains=words, count=times)

    def _begins(self, path, **what):
        return self._outcome(self.twin.post(path, user=self.id, timeout_ms=GIVE_UP * 1000, **what))

    @staticmethod
    def _outcome(told):
        names = [field.name for field in dataclasses.fields(Outcome) if field.name != "failed"]
        return Outcome(failed=told["outcome"] == "no_response", **{name: told[name] for name in names})
