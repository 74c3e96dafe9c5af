"""A real Synapse on a free loopback port, in an empty folder that goes away with it.

For tests only: every limit is lifted, accounts are registered by a shared secret, and it speaks to no other server. It
ends only the process it started itself.

As a module: `with Homeserver() as home: home.register("ana", "pw")`.
As a program: `python homeserver.py --user ana:pw` prints one line of JSON with its address, then takes the lines `stop`
and `start` (each answered by a line of JSON) until its standard input is closed.

The environment variable BARNRAISER_TEST_VENV names a venv with matrix-synapse==1.163.2; without it, the running Python
must have Synapse.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Homeserver:
    def __init__(self):
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

    def register(self, name, password):
        """Makes an account; returns its user id."""
        nonce = self._call("/_synapse/admin/v1/register")["nonce"]
        mac = hmac.new(self.secret.encode(), f"{nonce}\0{name}\0{password}\0notadmin".encode(), hashlib.sha1)
        account = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac.hexdigest()}
        return self._call("/_synapse/admin/v1/register", account)["user_id"]

    def log(self):
        """The end of what it wrote, for a failure's message."""
        texts = [path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(texts)[-4000:]

    def _answers(self):
        try:
            self._call("/_matrix/client/versions")
            return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _call(self, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        # No proxy: this is loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as response:
            return json.load(response)

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
            "rc_message": NO_LIMIT,
            "rc_registration": NO_LIMIT,
            "rc_login": {"address": NO_LIMIT, "account": NO_LIMIT, "failed_attempts": NO_LIMIT},
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
        # JSON is YAML too.
        (self.folder / "homeserver.json").write_text(json.dumps(config, indent=1))


def main():
    parser = argparse.ArgumentParser(description="A Synapse for tests, until standard input is closed.")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD")
    wanted = parser.parse_args()
    with Homeserver() as home:
        for user in wanted.user:
            home.register(*user.split(":", 1))
        print(json.dumps({"url": home.url, "port": home.port}), flush=True)
        for line in sys.stdin:
            order = line.strip()
            if order not in ("stop", "start"):
                print(json.dumps({"error": "say stop or start"}), flush=True)
                continue
            getattr(home, order)()
            print(json.dumps({"done": order}), flush=True)


if __name__ == "__main__":
    main()
