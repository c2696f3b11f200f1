"""The schema ``published``: a stable view per mart over the current version, and what is said about it."""

from __future__ import annotations

import psycopg
from psycopg import sql

from socialcare.warehouse.versions_marts import Column, Mart
from socialcare.warehouse.versions_tables import columns_of

#: Views of ``published`` that are no mart: made with the schema.
PLATFORM_VIEWS = ("about", "source_status")


def ensure_view(connection: psycopg.Connection, mart: Mart) -> bool:
    """Make or change the mart's view if its definition differs; return whether it did.

    Columns keep their places and new ones come last, so that views and queries built upon it go on working.
    A column that is gone from the mart stays, and is null.
    """
    statement = _definition(connection, mart).as_string(connection)
    known = connection.execute("select definition from versions.views where mart = %s", [mart.name]).fetchone()
    present = columns_of(connection, mart.name, "published")
    if present and known is not None and known[0] == statement:
        return False
    connection.execute(statement.encode())
    connection.execute(
        "insert into versions.views (mart, definition) values (%s, %s)"
        " on conflict (mart) do update set definition = excluded.definition, made_at = now()",
        [mart.name, statement],
    )
    return True


def retire_views(connection: psycopg.Connection, marts: list[str]) -> None:
    """Drop the views of marts that are no longer made (``prepare`` made sure that they were deprecated)."""
    gone = connection.execute(
        "select mart from versions.views where not mart = any(%s)", [[*marts, *PLATFORM_VIEWS]]
    ).fetchall()
    for (mart,) in gone:
        connection.execute(sql.SQL("drop view if exists {}").format(sql.Identifier("published", mart)))
        connection.execute("delete from versions.views where mart = %s", [mart])


def _definition(connection: psycopg.Connection, mart: Mart) -> sql.Composed:
    view = sql.Identifier("published", mart.name)
    stored = columns_of(connection, mart.name)
    shown = columns_of(connection, mart.name, "published")
    present = [name for name in shown if name not in mart.read_time]
    names = present + [name for name in mart.column_names if name not in present]
    fields: list[sql.Composable] = [
        sql.Identifier(name)
        if name in stored
        else sql.SQL("null::{} as {}").format(sql.SQL(shown[name]), sql.Identifier(name))
        for name in names
    ]
    fields = _with_read_time(connection, mart, fields, names)
    options = " with (security_invoker = true)" if mart.access == "own" else ""
    statements = [
        sql.SQL(
            "create or replace view {}{} as select {} from versions.{} "
            "where version_id = (select c.version_id from versions.current c)"
        ).format(view, sql.SQL(options), sql.SQL(", ").join(fields), sql.Identifier(mart.name)),
        sql.SQL("comment on view {} is {}").format(view, sql.Literal(_mart_comment(mart))),
    ]
    described = {column.name: column for column in mart.columns}
    for name in [*names, *mart.read_time]:
        statements.append(
            sql.SQL("comment on column {}.{} is {}").format(
                view, sql.Identifier(name), sql.Literal(_comment(name, described.get(name), mart))
            )
        )
    return sql.SQL(";\n").join(statements)


def _with_read_time(
    connection: psycopg.Connection, mart: Mart, fields: list[sql.Composable], names: list[str]
) -> list[sql.Composable]:
    """Put the columns that are computed when read where they already stand, or at the end."""
    placed: list[sql.Composable] = []
    by_name = dict(zip(names, fields, strict=True))
    computed = {
        name: sql.SQL("({}) as {}").format(sql.SQL(expression), sql.Identifier(name))
        for name, expression in mart.read_time.items()
    }
    order = list(columns_of(connection, mart.name, "published"))
    order += [name for name in [*names, *computed] if name not in order]
    for name in order:
        placed.append(computed.get(name) or by_name[name])
    return placed


def _mart_comment(mart: Mart) -> str:
    who = "Each council sees its own rows." if mart.access == "own" else "Read by analysts and councils."
    return " ".join(part for part in (mart.description.strip(), who, _deprecation(mart.deprecated)) if part)


def _comment(name: str, column: Column | None, mart: Mart) -> str:
    if column is None:
        if name in mart.read_time:
            return "Computed when read."
        return "Removed from the mart: always null. See the comment it had before in the change log."
    return " ".join(part for part in (column.description, _deprecation(column.deprecated)) if part)


def _deprecation(deprecated: dict[str, str] | None) -> str:
    if not deprecated:
        return ""
    return (
        f"DEPRECATED since {deprecated.get('since', '?')},"
        f" removed after {deprecated.get('remove_after', '?')}; use {deprecated.get('use', 'nothing')}."
    )
