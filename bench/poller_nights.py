"""Readers every 50 ms through whole nights of the scheduler, each killed at a random moment and run again.

    python -m bench.poller_nights [nights] [seed]     3 nights by default; each takes about two minutes

The bundled sample and SYNTHETIC councils; each night brings another extract of Durham. What stands after each night,
killed and run again, must be what a home that nobody killed has after the same extracts.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from socialcare.settings import get_settings

ROOT = Path(__file__).resolve().parents[1]
EVERY_SECONDS = 0.05
#: One statement, one sight: the version that is told of beside what is there.
_SIGHT = (
    "select (select version_id from published.about), (select checksum from published.about), count(*),"
    " sum(hashtextextended(told::text, 0))::text from published.regional_comparison as told"
)
_CLEAN = """
import sys
from datetime import date
from socialcare import embedded
from socialcare.steps import night
from socialcare.warehouse import schema, versions, versions_build
from bench.poller_nights import deliver
with embedded.available():
    schema.apply()
    for number in range(int(sys.argv[1]) + 1):
        if number:
            deliver(number)
        assert night.run(f"clean {number}") == 0
        print(versions_build.checksum(versions.current()))
"""


class Reader(threading.Thread):
    """Reads in one isolation level, twice in a transaction."""

    def __init__(self, level: psycopg.IsolationLevel) -> None:
        super().__init__(daemon=True)
        self.level, self.stop, self.reads = level, threading.Event(), 0
        self.bad: list[Any] = []
        self.seen: dict[int, set[Any]] = {}

    def run(self) -> None:
        from socialcare.database import connect

        with connect("analyst") as connection:
            connection.isolation_level = self.level
            while not self.stop.wait(EVERY_SECONDS):
                with connection.transaction():
                    sights = [connection.execute(_SIGHT.encode()).fetchone() for _ in range(2)]
                if self.level is psycopg.IsolationLevel.REPEATABLE_READ and sights[0] != sights[1]:
                    self.bad.append(sights)
                for version, *what in filter(None, sights):
                    self.reads += 1
                    self.seen.setdefault(version, set()).add(tuple(what))


def deliver(number: int) -> None:
    """Put the extract of this night into Durham's inbox."""
    from socialcare.generate.deliver import write_delivery
    from socialcare.generate.ssda903 import ssda903

    day = date(2026, 11, 1) + timedelta(days=number)
    write_delivery(ssda903("durham", day, 2027, seed=number), get_settings().inbox / "durham", "durham", day, 2027)


def main(nights: int = 3, seed: int = 6) -> None:
    from socialcare import embedded
    from socialcare.warehouse import versions, versions_build

    moments = random.Random(seed)
    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    os.environ["SOCIALCARE_HOME"] = str(home)
    get_settings.cache_clear()
    differed, killed = 0, []
    try:
        clean = _clean(nights)
        with embedded.available():
            lasts = _whole_night()
            readers = [
                Reader(level)
                for level in (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)
            ]
            for reader in readers:
                reader.start()
            for number in range(1, nights + 1):
                deliver(number)
                killed.append(_killed_night(lasts * moments.uniform(0.2, 0.95)))
                _whole_night()
                differed += versions_build.checksum(versions.current() or 0) != clean[number]
            for reader in readers:
                reader.stop.set()
                reader.join(30)
            published = _published()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    bad = sum(len(reader.bad) for reader in readers)
    for reader in readers:
        bad += sum(
            len(sights) != 1 or {s[0] for s in sights} != {published.get(v)} for v, sights in reader.seen.items()
        )
    print(f"a whole night takes {lasts:.0f} s; killed after {', '.join(f'{s:.0f} s' for s in killed)}\n")
    print("| nights of the scheduler | reads | sights that were not whole and published | restarts that differed |")
    print("|---|---|---|---|")
    print(f"| {nights} | {sum(r.reads for r in readers)} | {bad} | {differed} |")
    if bad or differed:
        raise SystemExit("a reader saw what was never published, or a restart gave other figures")


def _clean(nights: int) -> list[str]:
    """Return the checksum after each night in a home of its own, in one process, that nobody kills."""
    with tempfile.TemporaryDirectory(prefix="socialcare-bench-") as home:
        Path(home).chmod(0o755)
        told = os.environ | {"SOCIALCARE_HOME": home}
        done = subprocess.run(
            [sys.executable, "-c", _CLEAN, str(nights)], env=told, cwd=ROOT, capture_output=True, text=True, check=True
        )
    return done.stdout.split()


def _start() -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "socialcare"), "run"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def _whole_night() -> float:
    began = time.monotonic()
    if _start().wait() != 0:
        raise SystemExit("a night that nobody killed did not end clean")
    return time.monotonic() - began


def _killed_night(after: float) -> float:
    """Kill the night, with no chance to say goodbye; return after how many seconds."""
    process = _start()
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return after


def _published() -> dict[int, str]:
    from socialcare.database import connect

    with connect("publisher") as connection:
        return dict(
            connection.execute(
                "select version_id, shared_checksum from versions.version"
                " where version_id in (select to_version from versions.history)"
            ).fetchall()
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
