"""A reader who asks every 50 ms, in one isolation level, and keeps every sight that is not whole or not published."""

from __future__ import annotations

import threading
from typing import Any

import psycopg

from socialcare.database import connect

EVERY_SECONDS = 0.05
#: One statement, one sight: what is said of the version beside what the version holds. Every row has one value.
_SIGHT = (
    b"select (select version_id from published.about), (select checksum from published.about), count(*), min(value),"
    b" max(value) from published.comparison"
)


class Poller(threading.Thread):
    """``rows``: how many the mart has in every version; ``role``: who reads."""

    def __init__(self, level: psycopg.IsolationLevel, *, rows: int, role: str = "analyst") -> None:
        super().__init__(daemon=True)
        self.level, self.rows, self.role = level, rows, role
        self.stop = threading.Event()
        self.reads = 0
        self.not_whole: list[Any] = []
        self.seen: dict[int, set[tuple[str, Any]]] = {}

    def run(self) -> None:
        with connect(self.role) as connection:
            connection.isolation_level = self.level
            while not self.stop.wait(EVERY_SECONDS):
                with connection.transaction():
                    first = connection.execute(_SIGHT).fetchone()
                    again = connection.execute(_SIGHT).fetchone()
                self._judge(first, again)

    def _judge(self, first: Any, again: Any) -> None:
        self.reads += 2
        if self.level is psycopg.IsolationLevel.REPEATABLE_READ and first != again:
            self.not_whole.append((first, again))
        for version, checksum, count, low, high in (first, again):
            if count != self.rows or low != high:
                self.not_whole.append((version, count, low, high))
            self.seen.setdefault(version, set()).add((checksum, low))

    def end(self) -> None:
        """Stop reading."""
        self.stop.set()
        self.join(30)
        assert not self.is_alive()

    def never_published(self) -> list[Any]:
        """Return what was seen that no move of the pointer ever published: version, checksum and value together."""
        with connect("publisher") as connection:
            published = dict(
                connection.execute(
                    "select version_id, shared_checksum from versions.version"
                    " where version_id in (select to_version from versions.history)"
                ).fetchall()
            )
        return [
            (version, sights)
            for version, sights in self.seen.items()
            if {checksum for checksum, _ in sights} != {published.get(version)} or len(sights) != 1
        ]
