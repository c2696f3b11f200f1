"""Reads a published table for one audience: in order, in batches, with no more in memory than one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from socialcare.database import connect
from socialcare.deliver.tables import Column, Table
from socialcare.errors import Fault
from socialcare.registry import Council

BATCH = 5_000
SYNTHETIC = "SYNTHETIC, not about real children"
_REAL, _NONE = "the council's own records", "no extract received"

#: Said of each row that comes from a council's records, in every file.
DATA_KIND = Column("data_kind", "text", description=f"{SYNTHETIC}; {_REAL}; or {_NONE}")

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Facts:
    """What is known of a table before it is read: its rows, the newest day described, whether any is generated."""

    rows: int
    as_of: date | None
    is_synthetic: bool


@contextmanager
def reading_as(role: str) -> Iterator[psycopg.Connection]:
    """Open a connection that sees one moment, as ``role``, whose rights decide what it sees."""
    with connect(role) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        # A role may change its own defaults: what this depends on is set here.
        connection.execute("set local row_security = on")
        connection.execute("set local statement_timeout = 0")
        connection.execute("set local timezone = 'UTC'")
        yield connection


def facts(connection: psycopg.Connection, table: Table, council: Council | None) -> Facts:
    """Look at a table before it is read.

    Raises Fault ``foreign_rows`` when a council's role can read another council's own rows, and ``mart_missing``.
    """
    as_of, synthetic = (
        sql.SQL("max(as_of_date)") if table.has("as_of_date") else sql.SQL("null::date"),
        sql.SQL("coalesce(bool_or(is_synthetic), false)") if table.has("is_synthetic") else sql.SQL("false"),
    )
    where, given = _where(table, council)
    query = sql.SQL("select count(*), {}, {} from {}{}").format(as_of, synthetic, _view(table), where)
    try:
        row = connection.execute(query, given).fetchone()
    except psycopg.errors.UndefinedTable:
        raise Fault(
            "mart_missing",
            f"published.{table.name} is not there, so there is nothing to deliver.",
            where=f"published.{table.name}",
            remedy="publish a version first: `socialcare run`.",
        ) from None
    assert row is not None
    if council is not None and table.access == "own":
        _require_none_of_others(connection, table, council)
    return Facts(*row)


def _require_none_of_others(connection: psycopg.Connection, table: Table, council: Council) -> None:
    foreign = connection.execute(
        sql.SQL("select exists (select from {} where council_code is distinct from %s)").format(_view(table)),
        [council.ons_code],
    ).fetchone()
    if foreign and foreign[0]:
        raise Fault(
            "foreign_rows",
            f"The role {council.role} can read another council's own figures; nothing was delivered.",
            where=f"published.{table.name}",
            remedy="publish again, which reapplies row-level security, and find out how it was lost.",
        )


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of the table's files: its own, and of councils' records what kind they are."""
    return (*table.columns, DATA_KIND) if table.tells_of_councils_records else table.columns


def batches(
    connection: psycopg.Connection, table: Table, council: Council | None, *, is_synthetic: bool
) -> Iterator[Rows]:
    """Yield the table's rows in the order of its key: all of them, or those of one council.

    ``is_synthetic``: of a table that does not say of its rows whether they are generated, whether all of them are.
    """
    fields: list[sql.Composable] = [_field(column) for column in table.columns]
    if table.tells_of_councils_records:
        fields.append(_data_kind(table, is_synthetic))
    kinds = {column.name: column.kind for column in table.columns}
    # In the order of their bytes: no sort rule of any machine's language has a say.
    order = [
        sql.SQL('{} collate "C"' if kinds[name] == "text" else "{}").format(sql.Identifier(name))
        for name in table.order_by
    ]
    where, given = _where(table, council)
    query = sql.SQL("select {} from {}{} order by {}").format(
        sql.SQL(", ").join(fields), _view(table), where, sql.SQL(", ").join(order)
    )
    with connection.cursor(name="extract") as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _view(table: Table) -> sql.Identifier:
    return sql.Identifier("published", table.name)


def _where(table: Table, council: Council | None) -> tuple[sql.SQL, list[str]]:
    """Of what all share, a council's folder holds its own rows; of what is its own, row-level security decides."""
    if council is None or table.access == "own" or table.explains:
        return sql.SQL(""), []
    return sql.SQL(" where council_code = %s"), [council.ons_code]


def _field(column: Column) -> sql.Composed:
    plain = column.kind != "text" or column.type in ("text", "character varying")
    return sql.SQL("{}" if plain else "{}::text").format(sql.Identifier(column.name))


def _data_kind(table: Table, is_synthetic: bool) -> sql.Composable:
    if not table.has("is_synthetic"):
        return sql.Literal(SYNTHETIC if is_synthetic else _REAL)
    nothing = sql.SQL("as_of_date is null") if table.has("as_of_date") else sql.SQL("false")
    return sql.SQL("case when is_synthetic then {} when {} then {} else {} end").format(
        sql.Literal(SYNTHETIC), nothing, sql.Literal(_NONE), sql.Literal(_REAL)
    )
