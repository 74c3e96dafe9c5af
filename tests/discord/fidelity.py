"""Is the stand-in like Discord? Judged by what we did not write: discord.py and discord.js live through the same scenario on
it, and everything that was said meanwhile, both ways, is held to the schemas that Discord and discord-api-types publish.

    python tests/discord/fidelity.py --twin target/debug/discord-twin

Exit code 0 if all of it holds, otherwise 1, and what did not stands above the counts. Needs discord.py (tests/requirements.txt)
and BARNRAISER_TEST_NODE_DISCORD, a folder with the packages of js/; tests/run makes both.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

from bots import HERE, LIBRARIES, Bot, folder, node
from scenario import Scenario
from twin import Twin

WITHOUT_SCHEMA = {}
"""What nobody publishes a schema for, by its name in the counts, with the reason. Anything else without one is a failure."""


def live_through(binary, library, record):
    """Plays the scenario with one library; returns what went wrong, if anything."""
    began = time.monotonic()
    said = []
    try:
        with Twin(binary, record) as twin:
            scenario = Scenario(twin, said.append)
            with Bot(library, twin.http, *scenario.settle()) as bot:
                try:
                    scenario.play(bot)
                except Exception as error:
                    error.add_note(f"what {library} wrote:\n{bot.errors()}")
                    raise
        return None
    except Exception:
        return f"{library}, after {', '.join(said[:-1]) or 'nothing'}:\n{traceback.format_exc()}"
    finally:
        print(f"{library}: {len(said)} steps in {time.monotonic() - began:.0f} s", flush=True)


def hold_to_schemas(records):
    """What schemas.mjs says about them."""
    command = [node(), str(HERE / "js" / "schemas.mjs"), *map(str, records)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(answer.stdout)


def report(found, all_of_them):
    """Prints the counts; returns whether everything had a schema and held to it. Only what all libraries did together must
    have needed every line of known.mjs."""
    print("\nheld to what is published:")
    sides = collections.Counter()
    for name, times in sorted(found["held"].items()):
        print(f"{times:6}  {name}")
        sides["payloads of the gateway" if name.startswith("gateway") else "HTTP bodies"] += times
    print("; ".join(f"{times} {side}" for side, times in sides.items()), f"by {len(found['held'])} schemas")
    print(f"{sum(found['known'].values())} times for one of {len(found['known'])} known reasons what is published was not right")
    unused = [why for why, times in found["known"].items() if not times and all_of_them]
    for why in unused:
        print(f"NOT NEEDED, remove it from known.mjs: {why}")
    unnamed = [name for name in found["without"] if name not in WITHOUT_SCHEMA]
    for name, times in sorted(found["without"].items()):
        print(f"{times:6}  without a schema: {name} ({WITHOUT_SCHEMA.get(name, 'and nobody says why')})")
    each = collections.Counter((one["where"], one["schema"], one["what"]) for one in found["wrong"])
    for (where, schema, what), times in sorted(each.items()):
        print(f"WRONG, {times} times, {where}: {schema}: {what}")
    return not unnamed and not each and not unused


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--twin", required=True, type=pathlib.Path, help="the stand-in's program")
    parser.add_argument("--library", choices=sorted(LIBRARIES), action="append", help="only this one")
    parser.add_argument("--records", type=pathlib.Path, help="a folder to keep the records in")
    wanted = parser.parse_args()
    folder()
    libraries = wanted.library or list(LIBRARIES)
    with tempfile.TemporaryDirectory() as scratch:
        kept = wanted.records or pathlib.Path(scratch)
        records = [kept / f"{library}.jsonl" for library in libraries]
        with concurrent.futures.ThreadPoolExecutor() as both:
            lives = both.map(lambda one: live_through(wanted.twin, *one), zip(libraries, records, strict=True))
            broken = [life for life in lives if life]
        whole = report(hold_to_schemas(records), not wanted.library)
    for life in broken:
        print(f"\n{life}", file=sys.stderr)
    return 0 if whole and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
