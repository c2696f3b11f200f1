"""Remove children's rows from every table of a database, and count them where deliveries are counted.

Whichever schema a table is in, a column of tokens is known by its name: a token of 128 bits means one child, and a
table that nobody thought of (a left-over of dbt, an old version) must not keep it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from socialcare.door.erased import records_of
from socialcare.registry.returns import all_returns

#: How columns of tokens are named.
_NAMED = r"(_pseudonym|_token)$"


@dataclass
class _Went:
    """Rows that went: by table, and of each delivery's tables those that were loaded and those that waited."""

    rows: Counter[str] = field(default_factory=Counter)
    loaded: Counter[tuple[int, str]] = field(default_factory=Counter)
    waited: Counter[tuple[int, str]] = field(default_factory=Counter)


def remove(connection: psycopg.Connection, council_id: str, tokens: list[str]) -> dict[str, int]:
    """Remove every row with one of the tokens, and rows of their records; return how many by table."""
    went = _Went()
    linked = _linked()
    found: dict[str, set[str]] = {}
    for schema, table, columns in _tables(connection):
        found.setdefault(table, set()).update(_delete(connection, (schema, table), columns, tokens, went))
    for schema, table, columns in _tables(connection):
        for column, parent in linked.get(table, {}).items():
            if column in columns and found.get(parent):
                _delete(connection, (schema, table), [column], sorted(found[parent]), went)
    _delete_findings(connection, council_id, tokens, went)
    _count(connection, went)
    return dict(went.rows)


def _tables(connection: psycopg.Connection) -> list[tuple[str, str, list[str]]]:
    """Return every table that has columns of tokens, with them."""
    return connection.execute(
        "select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and n.nspname <> 'door'"
        " and a.attnum > 0 and not a.attisdropped and a.atttypid in ('text'::regtype, 'varchar'::regtype)"
        " and a.attname ~ %s group by 1, 2 order by 1, 2",
        [_NAMED],
    ).fetchall()


def _linked() -> dict[str, dict[str, str]]:
    """Return the tables that name no child: by which column they belong to records of which table of raw."""
    found: dict[str, dict[str, str]] = {}
    for declared in all_returns():
        for name, table in declared.tables.items():
            columns = {
                str(table.every_column[column].loaded_as): f"{declared.id}__{parent}"
                for column, parent in table.belongs_to.items()
                if table.every_column[column].is_loaded
            }
            if columns:
                for relation in (f"{declared.id}__{name}", f"int_history__{declared.id}__{name}"):
                    found[relation] = columns
    return found


def _records(relation: str) -> list[str]:
    """Return the columns that number a table's records, of a table of raw."""
    return_id, _, name = relation.partition("__")
    for declared in all_returns():
        if declared.id == return_id and name in declared.tables:
            table = declared.tables[name]
            columns = table.every_column
            return [str(columns[c].loaded_as) for c in records_of(table) if columns[c].is_loaded]
    return []


def _delete(
    connection: psycopg.Connection, relation: tuple[str, str], columns: list[str], tokens: list[str], went: _Went
) -> set[str]:
    """Delete the rows that hold a token in any of the columns; return the tokens of their records."""
    schema, table = relation
    of_raw = schema == "raw" and "__" in table
    numbered = [c for c in _records(table) if c in columns] if of_raw else []
    returned: list[sql.Composable] = [sql.Identifier("_delivery_id") if of_raw else sql.SQL("null::bigint")]
    rows = connection.execute(
        sql.SQL("delete from {} where {} returning {}").format(
            sql.Identifier(schema, table),
            sql.SQL(" or ").join(sql.SQL("{} = any(%(tokens)s)").format(sql.Identifier(c)) for c in columns),
            sql.SQL(", ").join([*returned, *map(sql.Identifier, numbered)]),
        ),
        {"tokens": tokens},
    ).fetchall()
    if rows:
        went.rows[f"{schema}.{table}"] += len(rows)
    if of_raw:
        went.loaded.update((row[0], table.partition("__")[2]) for row in rows)
    return {token for row in rows for token in row[1:] if token}


def _delete_findings(connection: psycopg.Connection, council_id: str, tokens: list[str], went: _Went) -> None:
    """Delete what was found about the children; each row that waited outside for it is counted once."""
    numbers = [int.from_bytes(bytes.fromhex(token)[:8], "little", signed=True) for token in tokens]
    rows = connection.execute(
        "delete from door.findings f using raw.deliveries d where d.delivery_id = f.delivery_id and d.council_id = %s"
        " and f.subject_token = any(%s) returning f.delivery_id, f.table_name, f.line, f.severity",
        [council_id, numbers],
    ).fetchall()
    waited = {(delivery, table, line) for delivery, table, line, severity in rows if severity == "quarantine"}
    went.waited.update((delivery, table) for delivery, table, _ in waited)
    if rows:
        went.rows["door.findings"] += len(rows)


def _count(connection: psycopg.Connection, went: _Went) -> None:
    """Move the rows that went from loaded and quarantined to erased: what came in still adds up."""
    for delivery_id, table in sorted({*went.loaded, *went.waited}):
        changes = {"id": delivery_id, "loaded": went.loaded[delivery_id, table], "table": table}
        changes["waited"] = went.waited[delivery_id, table]
        connection.execute(
            "update door.files set rows_loaded = rows_loaded - %(loaded)s,"
            " rows_quarantined = rows_quarantined - %(waited)s, rows_erased = rows_erased + %(loaded)s + %(waited)s"
            " where delivery_id = %(id)s and table_name = %(table)s and verdict <> 'not_taken'",
            changes,
        )
        connection.execute(
            "update raw.deliveries set rows_loaded = rows_loaded - %(loaded)s,"
            " rows_quarantined = rows_quarantined - %(waited)s, rows_erased = rows_erased + %(loaded)s + %(waited)s"
            " where delivery_id = %(id)s",
            changes,
        )
