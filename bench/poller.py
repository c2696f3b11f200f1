"""Readers every 50 ms through nights that are killed at random moments: they see only what was published, whole.

    python -m bench.poller [nights] [seed]     30 nights by default; the long run is 200

A warehouse of its own, marts made by hand (tests/warehouse/hand_made.py), one night a process that is killed. After
each kill the night runs again, and must give the same checksum as the same night never killed.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from socialcare.settings import get_settings

ROWS = 500


def main(nights: int = 30, seed: int = 6) -> None:
    from socialcare import embedded
    from socialcare.warehouse import schema

    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    os.environ["SOCIALCARE_HOME"] = str(home)
    get_settings.cache_clear()
    try:
        with embedded.available():
            schema.apply()
            story = through_kills(nights, seed)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print("| nights | killed | reads | sights that were not whole and published | restarts that differed |")
    print("|---|---|---|---|---|")
    print(f"| {nights} | {story['killed']} | {story['reads']} | {story['bad']} | {story['differed']} |")
    if story["bad"] or story["differed"]:
        raise SystemExit("a reader saw what was never published, or a restart gave other figures")


def through_kills(nights: int, seed: int) -> dict[str, int]:
    """Kill each night once, at a moment drawn from ``seed``, while two readers poll; return what was seen."""
    from tests.warehouse.hand_made import night
    from tests.warehouse.poller import Poller

    from socialcare.warehouse import versions

    moments, killed, differed = random.Random(seed), 0, 0
    night("clean", 1, rows=ROWS)
    began = time.monotonic()
    clean = {1: versions.checksum(night("whole", 1, rows=ROWS))}
    lasts = time.monotonic() - began
    levels = (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)
    pollers = [Poller(level, rows=3 * ROWS) for level in levels]
    for poller in pollers:
        poller.start()
    for n in range(nights):
        value = 2 + n
        process = multiprocessing.get_context("fork").Process(target=_one_night, args=(value,))
        process.start()
        time.sleep(lasts * moments.uniform(0.02, 1.2))
        process.kill()
        process.join()
        killed += process.exitcode != 0
        clean[value] = versions.checksum(night(f"again {value}", value, rows=ROWS))  # restarted: another build key
        differed += clean[value] != versions.checksum(night(f"clean {value}", value, rows=ROWS))
    for poller in pollers:
        poller.end()
    bad = sum(len(poller.not_whole) + len(poller.never_published()) for poller in pollers)
    return {"killed": killed, "reads": sum(p.reads for p in pollers), "bad": bad, "differed": differed}


def _one_night(value: int) -> None:
    from tests.warehouse.hand_made import night

    night(f"again {value}", value, rows=ROWS)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
