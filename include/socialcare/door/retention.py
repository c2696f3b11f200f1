"""What is about somebody goes when its agreed time is over: originals, receipts, rows, and what killed runs left.

What was destroyed is recorded (``door.destructions``): of which council, what, how many, when. Never whose.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from socialcare.database import connect
from socialcare.door import left_over, load, originals, records
from socialcare.registry.councils import Council, all_councils
from socialcare.settings import get_settings

_AGAIN = "-judged-again-"


def destroy_expired(now: datetime) -> dict[str, int]:
    """Destroy what is past each council's declared time; return how many originals, receipts, deliveries, rows went."""
    gone: Counter[str] = Counter({"originals": 0, "receipts": 0, "deliveries": 0, "rows": 0})
    with connect("loader") as connection:
        before = _destroyed_originals(connection)
    originals.destroy_expired(now.date())
    for council in all_councils():
        with load.nothing_told(), connect("loader") as connection:
            records.lock(connection, council.id)
            left_over.remove(council.id)
            named = now - timedelta(days=council.retention_days)
            went = Counter(originals=_destroyed_originals(connection)[council.id] - before[council.id])
            went["originals"] += originals.destroy_orphans(connection, council.id, named)
            went["receipts"] = _remove_receipts(council.id, named)
            _record(connection, council.id, went, named)
            gone += went
        gone += destroy_rows(council, now)
    return {name: gone[name] for name in ("originals", "receipts", "deliveries", "rows")}


def destroy_rows(council: Council, now: datetime, database: str | None = None) -> Counter[str]:
    """Destroy the rows of a council's deliveries whose time is over, and what is known of those deliveries."""
    before = now - timedelta(days=council.rows_retention_days)
    went: Counter[str] = Counter()
    with load.nothing_told(), connect("loader", database=database) as connection:
        records.lock(connection, council.id)
        due = connection.execute(
            "select delivery_id from raw.deliveries where council_id = %s and received_at < %s", [council.id, before]
        ).fetchall()
        if ids := [delivery_id for (delivery_id,) in due]:
            went["rows"] = sum(_delete(connection, "raw", table, "_delivery_id", ids) for table in _tables(connection))
            connection.execute(
                "delete from door.replay_changes where replay_id in"
                " (select replay_id from door.replays where delivery_id = any(%s))",
                [ids],
            )
            for table in ("replays", "findings", "files", "originals"):
                _delete(connection, "door", table, "delivery_id", ids)
            went["deliveries"] = _delete(connection, "raw", "deliveries", "delivery_id", ids)
            _record(connection, council.id, went, before)
    if database is None:  # beside a restored database are the originals of the one before
        with connect("loader") as connection:
            records.lock(connection, council.id)
            originals.destroy_orphans(connection, council.id, before)
    return went


def _destroyed_originals(connection: psycopg.Connection) -> Counter[str]:
    rows = connection.execute(
        "select council_id, count(*) from door.originals join raw.deliveries using (delivery_id)"
        " where destroyed_at is not null group by 1"
    )
    return Counter(dict(rows.fetchall()))


def _record(connection: psycopg.Connection, council_id: str, went: Counter[str], older_than: datetime) -> None:
    for what, how_many in went.items():
        if how_many:
            connection.execute(
                "insert into door.destructions (council_id, what, how_many, older_than) values (%s, %s, %s, %s)",
                [council_id, what, how_many, older_than],
            )


def _tables(connection: psycopg.Connection) -> list[str]:
    """Return the tables of raw that hold rows of deliveries."""
    found = connection.execute(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = '_delivery_id'"
        " where c.relnamespace = 'raw'::regnamespace and c.relkind = 'r' order by 1"
    )
    return [table for (table,) in found]


def _delete(connection: psycopg.Connection, schema: str, table: str, column: str, ids: list[int]) -> int:
    statement = sql.SQL("delete from {} where {} = any(%s)")
    return connection.execute(statement.format(sql.Identifier(schema, table), sql.Identifier(column)), [ids]).rowcount


def _remove_receipts(council_id: str, before: datetime) -> int:
    """Remove what was told to a council before that time. What was told again goes with what was told first."""
    told = [path for path in (get_settings().outbox / council_id).glob("*") if path.is_file()]
    old = [path for path in told if datetime.fromtimestamp(_first(path).lstat().st_mtime, UTC) < before]
    for path in old:
        path.unlink()
    return len(old)


def _first(path: Path) -> Path:
    first = path.with_name(path.name.split(_AGAIN)[0] + path.suffix) if _AGAIN in path.name else path
    return first if first.exists() else path
