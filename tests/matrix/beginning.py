"""A bot that is killed in the middle of its first start, again and again: at every request with which it uploads keys, signs
its device and puts its secrets away, before the homeserver has taken it or after.

    python tests/matrix/beginning.py --bot target/debug/barnraiser

Whenever it dies, the next start goes on from there: one device, signed by the account's own keys; and the recovery key, that
was on the disk before anything needed it, opens them for a new device.
Exit code 0 if all of it holds; otherwise 1, and what was missing.

Needs the venv described in homeserver.py.
"""

import argparse
import asyncio
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

from bot import PASSWORD, Bot
from checks import check
from door import Door
from homeserver import Homeserver
from members import Member

REQUESTS = [
    ("POST", "/keys/upload"),
    ("POST", "/keys/device_signing/upload"),
    ("POST", "/keys/signatures/upload"),
    ("PUT", "/account_data/m.key_backup"),
    ("POST", "/room_keys/version"),
    ("PUT", "/account_data/m.secret_storage.key."),
    ("PUT", "/account_data/m.cross_signing.master"),
    ("PUT", "/account_data/m.cross_signing.self_signing"),
    ("PUT", "/account_data/m.megolm_backup.v1"),
    ("PUT", "/account_data/m.secret_storage.default_key"),
]
"""Everything a first start tells the homeserver about keys."""

STARTED = "logged in to the homeserver"
WITHIN = 120


async def begin(home, binary, number, request, when, asker):
    """One account's beginning, with one death at a request."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="barnraiser-beginning-"))
    door = Door(home.url)
    await door.open()
    user = home.register(f"bot{number}", PASSWORD)
    bot = Bot(binary, door.url, folder, user=user)
    died = f"killed {when} {' '.join(request)}"
    try:
        wanted = lambda method, path: method == request[0] and request[1] in path  # noqa: E731
        bot.start()
        setattr(door, "deadly" if when == "after" else "deadly_before", (wanted, bot.process.kill))
        await until(f"{died}: its death", lambda: bot.process.poll() is not None)
        check(bot.process.returncode == -9, f"{died}: it ended with {bot.process.returncode} before that")
        await start(bot, 1, died)
        first = await asker.devices(user)
        check(len(first) == 1, f"{died}: the devices are {first}")
        check(await asker.cross_signed(user, first[0]), f"{died}: its device is not signed")
        # The same account on a new machine, with nothing but the recovery key.
        bot.kill()
        shutil.rmtree(bot.data / "matrix")
        await start(bot, 2, f"{died}, on a new device")
        (second,) = [device for device in await asker.devices(user) if device not in first]
        check(await asker.cross_signed(user, second), f"{died}: the new device is not signed")
    except Exception:
        print(f"--- {died}\n{bot.log()[-3000:]}", file=sys.stderr)
        raise
    finally:
        bot.kill()
        await door.close()
        shutil.rmtree(folder, ignore_errors=True)


async def start(bot, times, what):
    bot.start()
    try:
        await until(f"{what}: the start", lambda: bot.log().count(STARTED) >= times or bot.process.poll() is not None)
    finally:
        check(bot.process.poll() is None, f"{what}: it ended with {bot.process.poll()}")


async def until(what, happened):
    deadline = time.monotonic() + WITHIN
    while not happened():
        check(time.monotonic() < deadline, f"{what} did not come within {WITHIN} s")
        await asyncio.sleep(0.02)  # A log and a process are looked at; nobody could wake us.


async def run(wanted):
    began = time.monotonic()
    with Homeserver() as home:
        asker = await Member.enter(home.url, home.register("ana", "ana-password"), "ana-password")
        try:
            deaths = [(request, when) for request in REQUESTS for when in ("before", "after")]
            if not wanted.all:
                deaths = [death for n, death in enumerate(deaths) if n % 4 in (0, 3)]
            for number, (request, when) in enumerate(deaths):
                await begin(home, wanted.bot, number, request, when, asker)
            took = time.monotonic() - began
            print(f"it holds: {len(deaths)} deaths in the middle of a first start, {took:.0f} s", flush=True)
            return 0
        except Exception:
            traceback.print_exc()
            return 1
        finally:
            await asker.leave()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bot", required=True, help="the barnraiser program")
    parser.add_argument("--all", action="store_true", help="before and after every request, not only one of the two")
    wanted = parser.parse_args()
    wanted.bot = str(pathlib.Path(wanted.bot).resolve())
    sys.exit(asyncio.run(run(wanted)))


if __name__ == "__main__":
    main()
