"""The tables raw.<return>__<table>: made from the declarations, widened when a declaration gains a column."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from socialcare.registry.return_tables import Column, Table
from socialcare.registry.returns import Return, all_returns

_TYPES = {"date": "date", "number": "numeric"}
_BEFORE = {"council_id": ("text not null", "Who sent it.")}
_AFTER = {
    "_delivery_id": ("bigint not null", "The delivery that brought the row."),
    "_line": ("integer not null", "Row in the file as a spreadsheet shows it: the heading is row 1."),
}


@dataclass(frozen=True)
class RawColumn:
    """One column of a raw table: its type and what it means."""

    kind: str
    meaning: str


def ensure_all(connection: psycopg.Connection) -> None:
    """Make the tables of every declared return where they are missing, and add columns that one gained."""
    connection.execute("set local role loader")
    there: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'raw'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
    ):
        there.setdefault(table, set()).add(column)
    for declared in all_returns():
        for name, table in declared.tables.items():
            _ensure(connection, declared, name, table, there.get(f"{declared.id}__{name}", set()))
    connection.execute("reset role")


def columns_of(table: Table) -> dict[str, RawColumn]:
    """Return the columns that the table has in raw, in their order."""
    wanted = {name: RawColumn(*about) for name, about in _BEFORE.items()}
    for name, column in table.every_column.items():
        if not column.is_loaded:
            continue
        needed = " not null" if name in table.key and column.mandatory else ""
        wanted[str(column.loaded_as)] = RawColumn(_type_of(column) + needed, column.meaning)
        if column.flag:
            wanted[column.flag] = RawColumn("boolean", f"True when only the month of {column.loaded_as} is kept.")
        if column.in_time:
            wanted[column.in_time.loaded_as] = RawColumn("boolean", column.in_time.meaning)
    return wanted | {name: RawColumn(*about) for name, about in _AFTER.items()}


def _type_of(column: Column) -> str:
    return "text" if column.becomes == "pseudonym" else _TYPES.get(column.type, "text")


def _ensure(connection: psycopg.Connection, declared: Return, name: str, table: Table, there: set[str]) -> None:
    raw, wanted = f"{declared.id}__{name}", columns_of(table)
    missing = {column: about for column, about in wanted.items() if column not in there}
    if not there:
        columns = [sql.SQL("{} " + about.kind).format(sql.Identifier(column)) for column, about in wanted.items()]
        connection.execute(sql.SQL("create table raw.{} ({})").format(sql.Identifier(raw), sql.SQL(", ").join(columns)))
        connection.execute(
            sql.SQL("create index {} on raw.{} using brin (_delivery_id)").format(
                sql.Identifier(f"{declared.id}_{name}_delivery"), sql.Identifier(raw)
            )
        )
        _comment(connection, sql.SQL("table raw.{}").format(sql.Identifier(raw)), table.means)
    for column, about in missing.items():
        if there:  # rows that came before it have none, so it may not be required
            connection.execute(
                sql.SQL("alter table raw.{} add column {} " + about.kind.removesuffix(" not null")).format(
                    sql.Identifier(raw), sql.Identifier(column)
                )
            )
        place = sql.SQL("column raw.{}.{}").format(sql.Identifier(raw), sql.Identifier(column))
        _comment(connection, place, about.meaning)


def _comment(connection: psycopg.Connection, place: sql.Composed, words: str) -> None:
    connection.execute(sql.SQL("comment on {} is {}").format(place, sql.Literal(words)))
