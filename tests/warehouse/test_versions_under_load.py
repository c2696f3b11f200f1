"""Readers who never stop, and nights that are killed: nobody ever sees an empty, half or mixed version."""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading
import time

import psycopg
import pytest

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.warehouse import versions
from socialcare.warehouse.versions_tables import content_checksum

from .hand_made import make_marts, manifest, night, rows

NIGHTS = 30
ROWS = 100  # per council: three councils


class Poller(threading.Thread):
    """Reads both views for ever, in one isolation level; keeps every sight that is not whole."""

    def __init__(self, level: psycopg.IsolationLevel, role: str) -> None:
        super().__init__(daemon=True)
        self.level, self.role = level, role
        self.stop = threading.Event()
        self.reads, self.bad = 0, []  # type: ignore[var-annotated]

    def run(self) -> None:
        query = b"select count(*), min(value), max(value) from published.comparison"
        with connect(self.role) as connection:
            connection.isolation_level = self.level
            while not self.stop.is_set():
                with connection.transaction():
                    first = connection.execute(query).fetchone()
                    again = connection.execute(query).fetchone()
                self._judge(first, again)

    def _judge(self, first: tuple, again: tuple) -> None:
        self.reads += 2
        steady = self.level is not psycopg.IsolationLevel.REPEATABLE_READ or first == again
        for count, low, high in (first, again):
            if count != 3 * ROWS or low != high or not steady:
                self.bad.append((first, again))


def test_readers_see_whole_versions_through_thirty_publishes(warehouse: str) -> None:
    night("0", 0, rows=ROWS)
    pollers = [
        Poller(psycopg.IsolationLevel.READ_COMMITTED, "analyst"),
        Poller(psycopg.IsolationLevel.REPEATABLE_READ, "analyst"),
        Poller(psycopg.IsolationLevel.READ_COMMITTED, "council_durham"),
    ]
    for poller in pollers:
        poller.start()
    for n in range(1, NIGHTS + 1):
        night(str(n), n, rows=ROWS)
        if n % 10 == 0:
            versions.rollback(why="try")
    for poller in pollers:
        poller.stop.set()
        poller.join(20)
    assert [poller.bad for poller in pollers] == [[], [], []]
    assert min(poller.reads for poller in pollers) > NIGHTS


def test_readers_see_only_what_was_published_through_nights_that_are_killed(warehouse: str) -> None:
    """Six nights here; thirty and two hundred in bench/poller.py."""
    from bench.poller import through_kills

    story = through_kills(6, seed=11)
    assert (story["bad"], story["differed"]) == (0, 0)
    assert story["killed"] >= 3, "most nights ended before they could be killed"
    assert story["reads"] > 20


def _one_night(key: str, value: float) -> None:
    night(key, value, rows=2000)


def test_a_killed_night_leaves_nothing_and_the_next_equals_a_clean_one(warehouse: str) -> None:
    night("clean", 1, rows=2000)
    spawn = multiprocessing.get_context("fork")
    lengths = random.Random(2)  # the moments differ in effect anyway: a process starts at its own pace
    began = time.monotonic()
    whole = spawn.Process(target=_one_night, args=("whole", 9))
    whole.start()
    whole.join()
    lasts = time.monotonic() - began  # machines differ: the moments are shares of a whole night here
    killed = 0
    for n in range(6):
        seen = versions.current()
        process = spawn.Process(target=_one_night, args=(f"night {n}", 10 + n))
        process.start()
        time.sleep(lasts * lengths.uniform(0.05, 0.9))
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        now = rows("analyst", "select count(*), count(distinct value), max(value) from published.comparison")[0]
        assert now[:2] == (6000, 1)
        assert versions.current() == seen or now[2] == 10 + n
        again = night(f"night {n}", 10 + n, rows=2000)
        with connect("publisher") as connection:
            marts = _declared(connection)
            assert versions.checksum(again) == content_checksum(connection, marts)
        assert rows("analyst", "select distinct value from published.comparison") == [(10 + n,)]
    assert killed >= 3, "most nights ended before they could be killed"
    left = rows("publisher", "select count(*) from versions.version where state = 'building'")
    assert left == [(0,)]
    tables = rows("publisher", "select count(*) from pg_class where relname ~ '^comparison__v[0-9]+$'")
    assert tables[0][0] == 5  # settings.keep_versions


def _declared(connection: psycopg.Connection) -> list:
    from socialcare.warehouse.versions_marts import declared_marts

    return declared_marts(connection, manifest())


def test_two_nights_at_once_give_one_winner_and_one_refusal(warehouse: str) -> None:
    night("0", 0)
    seen = versions.current()
    make_marts(1)
    version_id = versions.prepare("1", manifest=manifest())
    versions.mark_audited(version_id)
    ended: list[str] = []

    def publish() -> None:
        try:
            versions.publish(version_id, seen)
            ended.append("published")
        except Fault as fault:
            ended.append(fault.name)

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert "published" in ended
    assert versions.current() == version_id
    assert len(rows("publisher", f"select 1 from versions.history where to_version = {version_id}")) == 1


@pytest.mark.parametrize("step", ["prepare", "publish"])
def test_publishing_stays_quick(warehouse: str, step: str) -> None:
    """A loose bound against accidents; the measured figures are in bench/."""
    night("0", 0, rows=ROWS)
    taken = []
    for n in range(1, 6):
        make_marts(n, rows=ROWS)
        seen, start = versions.current(), time.perf_counter()
        version_id = versions.prepare(str(n), manifest=manifest())
        prepared = time.perf_counter()
        versions.mark_audited(version_id)
        audited = time.perf_counter()
        versions.publish(version_id, seen)
        taken.append(prepared - start if step == "prepare" else time.perf_counter() - audited)
    assert sorted(taken)[2] < 2
