"""What is said of the tables that all share: how many cells are hidden, and what changed since the version before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from socialcare.deliver.tables import Table


def suppressed(connection: psycopg.Connection, version_id: int, tables: Sequence[Table]) -> dict[str, dict[str, int]]:
    """Return how many cells of each shared table are hidden, by the column that says so. Never which."""
    found = {}
    for table in _shared(tables):
        statuses = [c.name for c in table.columns if c.name.endswith("status") and c.kind == "text"]
        if not statuses or not _is_kept(connection, table.name, version_id):
            continue
        counts = sql.SQL(", ").join(
            sql.SQL("count(*) filter (where {} = 'suppressed')").format(sql.Identifier(name)) for name in statuses
        )
        row = connection.execute(sql.SQL("select {} from {}").format(counts, _rows(table.name, version_id))).fetchone()
        assert row is not None
        found[table.name] = {name: count for name, count in zip(statuses, row, strict=True) if count}
    return found


def since_before(connection: psycopg.Connection, version_id: int, tables: Sequence[Table]) -> dict[str, Any]:
    """Return the version that people read before this one, and the rows added, removed and changed since.

    Of shared tables only; one that is new, or whose rows of then are no longer kept, has no counts.
    """
    row = connection.execute(
        "select from_version from versions.history where to_version = %s order by move_id limit 1", [version_id]
    ).fetchone()
    before = row[0] if row else None
    if before is None:
        return {"since_version": None, "tables": {}}
    counted = {table.name: _compared(connection, table, version_id, before) for table in _shared(tables)}
    return {"since_version": before, "tables": counted}


def _compared(connection: psycopg.Connection, table: Table, now: int, before: int) -> Mapping[str, int] | None:
    if not all(_is_kept(connection, table.name, version) for version in (now, before)):
        return None
    # Not what the table has now: a column that came later was given to the rows of then as well.
    row = connection.execute(
        "select shape -> %s -> 'columns' from versions.version where version_id = %s", [table.name, before]
    ).fetchone()
    had = {column["name"] for column in (row[0] if row and row[0] else ())}
    if not set(table.grain) <= had:
        return None
    both = [column.name for column in table.columns if column.name in had]
    row = connection.execute(
        sql.SQL(
            "select count(*) filter (where b.version_id is null), count(*) filter (where n.version_id is null),"
            " count(*) filter (where row({new}) is distinct from row({old})"
            " and n.version_id is not null and b.version_id is not null)"
            " from {now} n full join {before} b on {key}"
        ).format(
            new=_fields("n", both),
            old=_fields("b", both),
            now=_rows(table.name, now),
            before=_rows(table.name, before),
            key=sql.SQL(" and ").join(
                sql.SQL("{} = {}").format(sql.Identifier("n", name), sql.Identifier("b", name)) for name in table.grain
            ),
        )
    ).fetchone()
    assert row is not None
    return dict(zip(("added", "removed", "changed"), row, strict=True))


def _fields(side: str, names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(side, name) for name in names)


def _shared(tables: Sequence[Table]) -> list[Table]:
    """Of a council's own rows nothing is counted: how many changed overnight may be one child."""
    return [table for table in tables if table.access == "shared"]


def _rows(table: str, version_id: int) -> sql.Identifier:
    return sql.Identifier("versions", f"{table}__v{version_id}")


def _is_kept(connection: psycopg.Connection, table: str, version_id: int) -> bool:
    row = connection.execute(
        "select to_regclass(%s) is not null", [_rows(table, version_id).as_string(connection)]
    ).fetchone()
    return bool(row and row[0])
