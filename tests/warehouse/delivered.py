"""Deliveries as they stand in raw once the door let them in: made by hand, so that each row is one a test names."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
from psycopg import sql

from socialcare.database import ADMIN, connect

Row = dict[str, Any]


def token(name: str) -> str:
    """A token such as the door makes: 32 hexadecimal digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def number(name: str) -> int:
    """The same token as findings have it: its first 8 bytes, the lowest first."""
    return int.from_bytes(bytes.fromhex(token(name))[:8], "little", signed=True)


def deliver(
    as_of: str,
    tables: dict[str, list[Row]],
    *,
    return_id: str = "ssda903",
    council: str = "durham",
    year: int = 2027,
    waiting: dict[str, list[int | None]] | None = None,
    is_synthetic: bool = False,
    verdict: str = "accepted",
) -> int:
    """Put a delivery in raw; return its number. ``waiting``: whose rows of a table wait outside, one token each."""
    waiting = waiting or {}
    loaded, outside = sum(map(len, tables.values())), sum(map(len, waiting.values()))
    with connect("loader") as connection:
        delivery = connection.execute(
            "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
            " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict)"
            " values (%s, %s, %s, %s, %s, gen_random_uuid()::text, %s, %s, %s, %s) returning delivery_id",
            [council, return_id, year, as_of, is_synthetic, loaded + outside, loaded, outside, verdict],
        ).fetchone()
        assert delivery is not None
        for position, (table, rows) in enumerate(tables.items(), start=1):
            waits = waiting.get(table, [])
            connection.execute(
                "insert into door.files (delivery_id, position, table_name, verdict, file_sha256, file_bytes, rows_in,"
                " rows_loaded, rows_quarantined) values (%s, %s, %s, %s, '', 1, %s, %s, %s)",
                [delivery[0], position, table, verdict, len(rows) + len(waits), len(rows), len(waits)],
            )
            for line, row in enumerate(rows, start=2):
                _insert(connection, f"{return_id}__{table}", {"council_id": council, **row}, delivery[0], line)
            for line, subject in enumerate(waits, start=900):
                connection.execute(
                    "insert into door.findings (delivery_id, table_name, line, rule_code, column_name, severity,"
                    " subject_token) values (%s, %s, %s, 'X', '', 'quarantine', %s)",
                    [delivery[0], table, line, subject],
                )
    return int(delivery[0])


def _insert(connection: psycopg.Connection, table: str, row: Row, delivery: int, line: int) -> None:
    whole = {**row, "_delivery_id": delivery, "_line": line}
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier("raw", table),
            sql.SQL(", ").join(map(sql.Identifier, whole)),
            sql.SQL(", ").join(sql.Placeholder() * len(whole)),
        ),
        list(whole.values()),
    )


def empty() -> None:
    """Take every delivery, its rows and its history out again."""
    with connect(ADMIN) as connection:
        connection.execute("truncate raw.deliveries, door.findings cascade")
        connection.execute(
            "do $$ declare one regclass; begin for one in select c.oid from pg_class as c"
            " join pg_attribute as a on a.attrelid = c.oid and a.attname in ('_delivery_id', 'known_from_delivery')"
            " where c.relkind = 'r' loop execute format('delete from %s', one); end loop;"
            " delete from intermediate.int_history__deliveries; end $$"
        )


def rows(query: str, role: str = "transformer") -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connect(role) as connection:
        return connection.execute(query).fetchall()
