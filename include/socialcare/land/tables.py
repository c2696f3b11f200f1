"""The tables raw.<source>__<table>: made from the declarations, widened when a declaration gains a column."""

from __future__ import annotations

import psycopg
from psycopg import sql

from socialcare.registry import Source
from socialcare.registry.tables import Table

#: The landing is written in the same transaction and never removed; a foreign key, checked for each row, would take
#: longer than all of the rest.
CONTROL = (
    ("_landing_id", "bigint not null", "The landing that brought the row"),
    ("_release_id", "text not null", "Source and release, such as dfe_children_looked_after/2024"),
    ("_file_sha256", "text not null", "The archived file the row came from"),
    ("_line", "integer not null", "The row's physical line (or sheet row) in that file, from 1"),
)


def ensure(connection: psycopg.Connection, source: Source) -> None:
    """Make the source's raw tables where they are missing, and add columns that its declaration gained.

    Two may do so at once, a look and a build: the second waits, and finds them made.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtextextended('tables of ' || %s, 0))", [source.id])
        for name, table in source.tables.items():
            _ensure_table(connection, source.raw_table(name), table)


def _ensure_table(connection: psycopg.Connection, name: str, table: Table) -> None:
    there = {
        row[0]
        for row in connection.execute(
            "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
            [f"raw.{name}"],
        )
    }
    wanted = {column.name: column.meaning for column in table.all_columns}
    if not there:
        columns = [sql.SQL("{} text").format(sql.Identifier(column)) for column in wanted]
        columns += [sql.SQL("{} " + kind).format(sql.Identifier(column)) for column, kind, _ in CONTROL]
        connection.execute(
            sql.SQL("create table if not exists raw.{} ({})").format(sql.Identifier(name), sql.SQL(", ").join(columns))
        )
        connection.execute(sql.SQL("create index on raw.{} (_landing_id)").format(sql.Identifier(name)))
        _comment(connection, name, None, table.description)
        for column, _, meaning in CONTROL:
            _comment(connection, name, column, meaning)
    for (constraint,) in connection.execute(
        "select conname from pg_constraint where conrelid = to_regclass(%s) and contype = 'f'", [f"raw.{name}"]
    ):
        connection.execute(
            sql.SQL("alter table {} drop constraint {}").format(sql.Identifier("raw", name), sql.Identifier(constraint))
        )
    for column in wanted.keys() - there if there else ():
        connection.execute(
            sql.SQL("alter table {} add column if not exists {} text").format(
                sql.Identifier("raw", name), sql.Identifier(column)
            )
        )
    for column in wanted.keys() - there:
        _comment(connection, name, column, wanted[column])


def _comment(connection: psycopg.Connection, table: str, column: str | None, words: str) -> None:
    if column is None:
        target = sql.SQL("table raw.{}").format(sql.Identifier(table))
    else:
        target = sql.SQL("column raw.{}.{}").format(sql.Identifier(table), sql.Identifier(column))
    connection.execute(sql.SQL("comment on {} is {}").format(target, sql.Literal(words)))
