"""The clients of these tests read and write to each other in an encrypted room, before any of them judges the bot: matrix-nio
and matrix-js-sdk, which we did not write, on a real Synapse.

    python tests/matrix/clients.py

Exit code 0 if all of it holds; otherwise 1, and what was missing. Needs the venv described in homeserver.py and the folder
described in reading.py.
"""

import asyncio
import contextlib
import sys
import time
import traceback

import homeserver

homeserver.use_venv()

from checks import check, entered, step  # noqa: E402
from homeserver import Homeserver  # noqa: E402
from members import UNDECRYPTABLE, Member  # noqa: E402
from reading import Reader  # noqa: E402


def reads(event):
    """This event, decrypted."""
    return lambda s: s.id == event and s.kind != UNDECRYPTABLE


async def meet(home, people):
    users = {name: home.register(name, f"{name}-password") for name in ("ana", "luis", "rosa", "zoe")}

    step("Ana and Luis vouch for their devices, Zoe does not; Rosa has another client")
    ana = people["ana"] = await Member.enter(home.url, users["ana"], "ana-password")
    luis = people["luis"] = await Member.enter(home.url, users["luis"], "luis-password", welcome=[ana.id])
    zoe = people["zoe"] = await Member.enter(home.url, users["zoe"], "zoe-password", welcome=[ana.id], signed=False)
    rosa = people["rosa"] = await Reader.enter(home.url, users["rosa"], "rosa-password", welcome=[ana.id])
    for member, vouched in ((ana, True), (luis, True), (rosa, True), (zoe, False)):
        check(await luis.cross_signed(member.id, member.device) is vouched, f"{member.id} is vouched for: not {vouched}")
    check(not await luis.cross_signed(ana.id, luis.device), "Luis's device is vouched for by Ana")

    step("in an encrypted room, each client reads what the other wrote")
    room = await ana.create_room("Eastbank", invite=[luis.id, rosa.id, zoe.id], encrypted=True)
    await ana.wait_for_all("everybody in the room", [entered(room, one.id) for one in (luis, rosa, zoe)])
    said = await ana.say(room, "Two folding tables")
    for member in (ana, luis, zoe, rosa):
        seen = await member.wait("Ana's words", reads(said))
        check(seen.body == "Two folding tables" and seen.encrypted, f"{member.id} reads {seen}")
    for member, vouched in ((ana, True), (luis, True), (zoe, False)):
        found = await rosa.finds_signed(member.id, member.device)
        check(found is vouched, f"by matrix-js-sdk, {member.id} is vouched for: {found}")
    check(rosa.all(reads(said))[0].shield == 0, "matrix-js-sdk shows a shield beside what Ana's own device wrote")
    answer = await rosa.say(room, "I have one")
    for member in (ana, luis):
        seen = await member.wait("Rosa's words", reads(answer))
        check(seen.body == "I have one" and seen.encrypted, f"{member.id} reads {seen}")

    step("a strict client writes nothing for an unsigned device and reads nothing from it; the others do")
    closed = await zoe.wait("something of Rosa's", lambda s: s.id == answer)
    check(closed.kind == UNDECRYPTABLE, f"Zoe reads {closed}")
    whisper = await zoe.say(room, "Believe me")
    await luis.wait("Zoe's words", reads(whisper))
    sealed = await rosa.wait("something of Zoe's", lambda s: s.id == whisper)
    check(sealed.kind == UNDECRYPTABLE, f"Rosa reads {sealed}")

    step("edits, reactions, threads, replies, redactions and words in the clear arrive")
    edited = await ana.edit(room, said, "Three folding tables")
    liked = await luis.react(room, said, "👍")
    waved = await rosa.react(room, said, "👋")
    threaded = await luis.say_in_thread(room, said, "Where to?")
    replied = await luis.reply(room, answer, "Thank you")
    bare = await ana.send(room, "m.room.message", {"msgtype": "m.text", "body": "for all to see"}, plain=True)
    removed = await ana.redact(room, said)
    for member in (luis, rosa):
        wanted = [reads(event) for event in (edited, liked, waved, threaded, replied, bare, removed)]
        edit, like, wave, thread, reply, plain, redaction = await member.wait_for_all("all of that", wanted)
        check(edit.edits == said and edit.content["m.new_content"]["body"] == "Three folding tables", f"the edit: {edit}")
        check(like.reacts == (said, "👍") and not like.encrypted, f"Luis's reaction: {like}")
        check(wave.reacts == (said, "👋") and wave.sender == rosa.id, f"Rosa's reaction: {wave}")
        check(thread.thread == said and thread.body == "Where to?", f"the thread: {thread}")
        check(reply.answers == answer, f"the reply: {reply}")
        check(plain.body == "for all to see" and not plain.encrypted, f"the words in the clear: {plain}")
        check(redaction.redacts == said, f"the redaction: {redaction}")

    step("a key that comes later opens what had been closed")
    again = await Member.enter(home.url, luis.id, "luis-password", identity=luis.identity)
    people["luis again"] = again
    check(await ana.cross_signed(luis.id, again.device), "Luis's second device is not vouched for")
    sealed = await again.wait("what was said before", lambda s: s.id == answer)
    check(sealed.kind == UNDECRYPTABLE, f"a device that has just come reads {sealed}")
    check(again.hand_keys(luis.client.olm.inbound_group_store) > 0, "Luis has no keys to hand on")
    await again.wait("what was closed", reads(answer))

    step("a room in a space, another power, a room that is replaced, and somebody who must leave")
    space = await ana.create_room("Millrace", space=True)
    await ana.add_to_space(space, room)
    check((await ana.get_state(space, "m.space.child", room))["via"], "the room is not in the space")
    await ana.set_power(room, luis.id, 50)
    check((await luis.get_state(room, "m.room.power_levels"))["users"][luis.id] == 50, "Luis has no other power")
    await luis.kick(room, zoe.id)
    gone = await zoe.wait("her leave", lambda s: s.room == room and s.state_key == zoe.id and s.sender == luis.id)
    check(gone.content["membership"] == "leave", f"Zoe's leave: {gone}")
    newer = await ana.upgrade(room)
    tomb = await luis.wait("the tombstone", lambda s: s.room == room and s.kind == "m.room.tombstone")
    check(tomb.content["replacement_room"] == newer, f"the tombstone: {tomb}")
    check(await ana.get_state(newer, "m.room.encryption"), "the room's successor is not encrypted")


async def limited(people):
    step("with the homeserver's own limits, only who is freed of them writes on and on")
    with Homeserver(limits=True) as home:
        slow, fast = home.register("slow", "pw"), home.register("fast", "pw")
        home.lift_limits(fast)
        for name, user in (("slow", slow), ("fast", fast)):
            member = people[name] = await Member.enter(home.url, user, "pw")
            room = await member.create_room()
            said = [member.send(room, "m.room.message", {"msgtype": "m.text", "body": str(n)}, plain=True) for n in range(20)]
            refused = [error for error in await asyncio.gather(*said, return_exceptions=True) if error]
            limits = [error for error in refused if getattr(error, "status", None) == 429]
            check(bool(limits) == (name == "slow"), f"{name}: {len(limits)} of 20 were too many")
        ((rooms,),) = home.ask("select count(*) from rooms")
        check(rooms == 2, f"the homeserver's database has {rooms} rooms")


async def run():
    began = time.monotonic()
    people = {}
    with Homeserver() as home:
        try:
            await meet(home, people)
            await limited(people)
            print(f"the clients understand each other ({time.monotonic() - began:.0f} s)", flush=True)
            return 0
        except Exception:
            traceback.print_exc()
            reader = people.get("rosa")
            print(f"--- the reader\n{reader.errors() if reader else ''}\n--- the homeserver\n{home.log()}", file=sys.stderr)
            return 1
        finally:
            for member in people.values():
                with contextlib.suppress(Exception):
                    await member.leave()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
