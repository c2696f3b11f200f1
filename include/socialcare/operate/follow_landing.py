"""Follow a landing from beside it: a release is seen when its transaction ends, whoever loads it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from socialcare.database import connect

_SECONDS = 0.5
_NEW = (
    "select release, count(*), sum(rows_loaded) from raw.landings where source_id = %s and landing_id > %s"
    " group by release order by min(landing_id)"
)


@contextmanager
def following(source_id: str, tell: Callable[[str, int, int], None]) -> Iterator[None]:
    """While the block runs, ``tell`` each release of the source as it lands: its tables and rows."""
    over = threading.Event()
    with connect("loader") as connection:
        row = connection.execute("select coalesce(max(landing_id), 0) from raw.landings").fetchone()
    follower = threading.Thread(target=_follow, args=(source_id, row[0] if row else 0, tell, over), daemon=True)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()


def _follow(source_id: str, after: int, tell: Callable[[str, int, int], None], over: threading.Event) -> None:
    seen: set[str] = set()
    with suppress(psycopg.Error), connect("loader", autocommit=True) as connection:  # it only tells
        while True:
            last = over.wait(_SECONDS)
            for release, tables, rows in connection.execute(_NEW, [source_id, after]):
                if release not in seen:
                    seen.add(release)
                    tell(f"release {release} landed, tables: {tables}, rows: {rows:,}", len(seen), 0)
            if last:
                return
