"""A small honest bot to measure beside: what most people would write with matrix-nio in an afternoon, and nothing done badly
on purpose.

    python nio_bot.py --homeserver URL --user @nio:localhost --password-file FILE --data FOLDER [--encrypted]

It accepts every invitation. `!nio ask …` and `!nio pledge …` become one row each, committed durably to SQLite (WAL,
synchronous=FULL) before they are answered by an m.notice with the row's number; everything else is none of its business.
It keeps no promise beyond that: what was said while it was away is not heard, and an answer that does not get out is lost.
"""

import argparse
import asyncio
import contextlib
import pathlib
import signal
import sqlite3
import time

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, RoomMessageText

PREFIX = "!nio "
LETTERS = {"ask": "A", "pledge": "P"}


def open_database(path):
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = full")
    database.execute(
        "create table if not exists said (id integer primary key, kind text not null, event text not null unique, "
        "room text not null, sender text not null, words text not null, at integer not null)"
    )
    return database


class Bot:
    def __init__(self, wanted):
        self.database = open_database(wanted.data / "nio.db")
        self.began = time.time() * 1000
        # Without a store there is no encryption; with one in memory its keys go with it, which is enough here.
        store = {}
        if wanted.encrypted:
            from nio.store import SqliteMemoryStore

            store = {"store": SqliteMemoryStore}
        config = AsyncClientConfig(encryption_enabled=wanted.encrypted, **store)
        self.client = AsyncClient(wanted.homeserver, wanted.user, config=config)
        self.client.add_event_callback(self.invited, InviteMemberEvent)
        self.client.add_event_callback(self.heard, RoomMessageText)

    async def invited(self, room, event):
        if event.state_key == self.client.user_id and event.membership == "invite":
            await self.client.join(room.room_id)

    async def heard(self, room, event):
        if event.sender == self.client.user_id or event.server_timestamp < self.began:
            return
        if not event.body.startswith(PREFIX):
            return
        kind, _, words = event.body.removeprefix(PREFIX).partition(" ")
        if kind not in LETTERS:
            return
        row = self.database.execute(
            "insert into said (kind, event, room, sender, words, at) values (?, ?, ?, ?, ?, ?)",
            (kind, event.event_id, room.room_id, event.sender, words, event.server_timestamp),
        )
        answer = {
            "msgtype": "m.notice",
            "body": f"Recorded: {LETTERS[kind]}{row.lastrowid}",
            "m.relates_to": {"m.in_reply_to": {"event_id": event.event_id}},
        }
        await self.client.room_send(room.room_id, "m.room.message", answer, ignore_unverified_devices=True)

    async def run(self, password):
        await self.client.login(password, device_name="nio")
        if not self.client.access_token:
            raise SystemExit("the homeserver did not take the password")
        await self.client.sync_forever(timeout=30000, full_state=True)


async def main():
    parser = argparse.ArgumentParser(description="A small bot to measure beside.")
    parser.add_argument("--homeserver", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--encrypted", action="store_true")
    wanted = parser.parse_args()
    bot = Bot(wanted)
    running = asyncio.create_task(bot.run(wanted.password_file.read_text().strip()))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await bot.client.close()
    bot.database.close()


if __name__ == "__main__":
    asyncio.run(main())
