"""A real Synapse on a free loopback port, in an empty folder that goes away with it.

For tests only: every limit is lifted (unless its own are asked for), accounts are registered by a shared secret, and it
speaks to no other server. It ends only the process it started itself.

As a module: `with Homeserver() as home: home.register("ana", "pw")`.
As a program: `python homeserver.py --user ana:pw` prints one line of JSON with its address, then takes the lines `stop`,
`start`, `user NAME:PASSWORD` and `ask SELECT …` (each answered by a line of JSON) until its standard input is closed.

The environment variable BARNRAISER_TEST_VENV names a venv with matrix-synapse==1.163.2; without it, the running Python
must have Synapse.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

READY_WITHIN = 60
"""Seconds until a started Synapse must answer; it takes about three."""

STOP_WITHIN = 20
"""Seconds for a clean stop, before it is killed."""

NO_LIMIT = {"per_second": 100000, "burst_count": 100000}


def venv_python():
    """The Python that has Synapse and matrix-nio."""
    venv = os.environ.get("BARNRAISER_TEST_VENV")
    return str(pathlib.Path(venv) / "bin" / "python") if venv else sys.executable


def use_venv():
    """Runs this script again by the venv's Python, if the running one has no matrix-nio."""
    if importlib.util.find_spec("nio"):
        return
    if not os.environ.get("BARNRAISER_TEST_VENV") or os.environ.get("BARNRAISER_STORY_REEXEC"):
        sys.exit("BARNRAISER_TEST_VENV must name a venv with matrix-synapse and matrix-nio; tests/run makes one")
    os.execve(venv_python(), [venv_python(), *sys.argv], {**os.environ, "BARNRAISER_STORY_REEXEC": "1"})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Refused(Exception):
    """The homeserver answered, but not with success."""

    def __init__(self, status, content):
        super().__init__(f"{status} {content}")
        self.status = status
        self.content = content


def call(url, path, body=None, token=None, method=None, timeout=20):
    """One request of the client or admin API; returns what was answered. Raises `Refused`, or an OSError."""
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url + path, data=data, headers=headers, method=method)
    # No proxy: this is loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:
        text = refused.read().decode(errors="replace")
        try:
            content = json.loads(text)
        except ValueError:
            content = {"error": text}
        raise Refused(refused.code, content) from None


def quoted(part):
    """A room, user or event id as a part of a path."""
    return urllib.parse.quote(part, safe="")


class Homeserver:
    def __init__(self, limits=False):
        """With `limits` it keeps the limits that Synapse has by default, for everything but registration and login."""
        self.limits = limits
        self._steward = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="synapse-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret = os.urandom(16).hex()
        self.process = None
        self._write_config()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Starts it and waits until it answers."""
        out = open(self.folder / "output.log", "ab")
        command = [venv_python(), "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.json")]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder)
        out.close()
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"Synapse ended with {self.process.returncode}:\n{self.log()}")
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Synapse did not answer within {READY_WITHIN} s:\n{self.log()}")
            time.sleep(0.05)

    def stop(self):
        """Stops it as an operator would; its data stays for the next start."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def register(self, name, password, admin=False):
        """Makes an account; returns its user id."""
        return self._register(name, password, admin)["user_id"]

    def ask(self, question, *given):
        """The rows of a `select` on its own database, while it runs."""
        path = self.folder / "homeserver.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(question, given).fetchall()

    def admin(self, path, body=None, method=None):
        """A request of the admin API, by an administrator made for it."""
        if self._steward is None:
            self._steward = self._register("steward", os.urandom(16).hex(), True)["access_token"]
        return call(self.url, path, body, self._steward, method)

    def lift_limits(self, user):
        """This user may say as much as they like, where the others have limits."""
        path = f"/_synapse/admin/v1/users/{quoted(user)}/override_ratelimit"
        self.admin(path, {"messages_per_second": 0, "burst_count": 0})

    def log(self):
        """The end of what it wrote, for a failure's message."""
        texts = [path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(texts)[-4000:]

    def _register(self, name, password, admin):
        nonce = call(self.url, "/_synapse/admin/v1/register")["nonce"]
        standing = "admin" if admin else "notadmin"
        mac = hmac.new(self.secret.encode(), f"{nonce}\0{name}\0{password}\0{standing}".encode(), hashlib.sha1)
        account = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac.hexdigest()}
        return call(self.url, "/_synapse/admin/v1/register", account)

    def _answers(self):
        try:
            call(self.url, "/_matrix/client/versions")
            return True
        except (Refused, OSError):
            return False

    def _write_config(self):
        key = base64.b64encode(os.urandom(32)).decode().rstrip("=")
        (self.folder / "signing.key").write_text(f"ed25519 a_test {key}\n")
        log = {
            "version": 1,
            "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": {
                "file": {
                    "class": "logging.FileHandler",
                    "formatter": "plain",
                    "filename": str(self.folder / "homeserver.log"),
                }
            },
            "root": {"level": "WARNING", "handlers": ["file"]},
            "disable_existing_loggers": False,
        }
        (self.folder / "log.json").write_text(json.dumps(log))
        config = {
            "server_name": "localhost",
            "pid_file": str(self.folder / "homeserver.pid"),
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "tls": False,
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "log_config": str(self.folder / "log.json"),
            "registration_shared_secret": self.secret,
            "macaroon_secret_key": os.urandom(16).hex(),
            "form_secret": os.urandom(16).hex(),
            "report_stats": False,
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "presence": {"enabled": False},
            "rc_registration": NO_LIMIT,
            "rc_login": {"address": NO_LIMIT, "account": NO_LIMIT, "failed_attempts": NO_LIMIT},
        }
        unlimited = {
            "rc_message": NO_LIMIT,
            "rc_admin_redaction": NO_LIMIT,
            "rc_joins": {"local": NO_LIMIT, "remote": NO_LIMIT},
            "rc_joins_per_room": NO_LIMIT,
            "rc_invites": {"per_room": NO_LIMIT, "per_user": NO_LIMIT, "per_issuer": NO_LIMIT},
            "rc_room_creation": NO_LIMIT,
            "rc_key_requests": NO_LIMIT,
            "rc_media_create": NO_LIMIT,
            "rc_user_directory": NO_LIMIT,
            "rc_profile": NO_LIMIT,
        }
        if not self.limits:
            config |= unlimited
        # JSON is YAML too.
        (self.folder / "homeserver.json").write_text(json.dumps(config, indent=1))


def main():
    parser = argparse.ArgumentParser(description="A Synapse for tests, until standard input is closed.")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD")
    parser.add_argument("--limits", action="store_true", help="keep Synapse's own limits")
    wanted = parser.parse_args()
    with Homeserver(wanted.limits) as home:
        for user in wanted.user:
            home.register(*user.split(":", 1))
        print(json.dumps({"url": home.url, "port": home.port}), flush=True)
        for line in sys.stdin:
            print(json.dumps(obey(home, line.strip())), flush=True)


def obey(home, order):
    what, _, more = order.partition(" ")
    if order in ("stop", "start"):
        getattr(home, order)()
        return {"done": order}
    if what == "user" and ":" in more:
        return {"done": home.register(*more.split(":", 1))}
    if what == "ask" and more:
        return {"rows": home.ask(more)}
    return {"error": "say stop, start, user NAME:PASSWORD or ask SELECT …"}


if __name__ == "__main__":
    main()
