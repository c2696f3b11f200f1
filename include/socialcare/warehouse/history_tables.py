"""The tables intermediate.int_history__<return>__<table>: made from its declaration when a return first comes."""

from __future__ import annotations

import psycopg
from psycopg import sql

from socialcare.registry.returns import Return
from socialcare.warehouse.history_shape import OF_VERSION, Shape, shape_of
from socialcare.warehouse.raw_returns import RawColumn


def shapes(declared: Return) -> dict[str, Shape]:
    """Return how each table of the return is followed, by table."""
    found = {name: shape_of(declared, name, table) for name, table in declared.tables.items()}
    return {name: shape for name, shape in found.items() if shape is not None}


def ensure(connection: psycopg.Connection, declared: Return) -> None:
    """Make the histories of a return that are missing, and add columns that its declaration gained."""
    there: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'intermediate'::regnamespace and c.relkind = 'r' and c.relname ^@ %s"
        " and a.attnum > 0 and not a.attisdropped",
        [f"int_history__{declared.id}__"],
    ):
        there.setdefault(table, set()).add(column)
    for shape in shapes(declared).values():
        _ensure(connection, shape, there.get(shape.table, set()))


def identified(shape: Shape) -> sql.Identifier:
    return sql.Identifier("intermediate", shape.table)


def _ensure(connection: psycopg.Connection, shape: Shape, there: set[str]) -> None:
    of_row = {
        name: RawColumn(about.kind.removesuffix(" not null"), about.meaning) for name, about in shape.columns.items()
    }
    wanted = {name: RawColumn(*about) for name, about in OF_VERSION.items()} | of_row
    missing = {name: about for name, about in wanted.items() if name not in there}
    if not missing:
        return
    table = identified(shape)
    listed = [sql.SQL("{} " + about.kind).format(sql.Identifier(name)) for name, about in missing.items()]
    statements = [
        sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(listed)),
        sql.SQL("create index {} on {} (council_id) where known_to is null").format(
            sql.Identifier(f"{shape.return_id}_{shape.name}_known"), table
        ),
        sql.SQL("comment on table {} is {}").format(table, sql.Literal(shape.means)),
    ]
    if there:
        statements = [sql.SQL("alter table {} add column {}").format(table, column) for column in listed]
    statements += [
        sql.SQL("comment on column {} is {}").format(
            sql.Identifier("intermediate", shape.table, name), sql.Literal(about.meaning)
        )
        for name, about in missing.items()
    ]
    connection.execute(sql.SQL("; ").join(statements))
