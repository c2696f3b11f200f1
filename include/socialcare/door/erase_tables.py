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
from socialcare.door.erased_records import Of, Records, with_parts
from socialcare.registry.returns import Table, all_returns, return_spec

#: How columns of tokens are named.
NAMED = r"(_pseudonym|_token)$"


@dataclass
class _Went:
    """Rows that went: by table, and of each delivery's tables those that were loaded and those that waited."""

    rows: Counter[str] = field(default_factory=Counter)
    loaded: Counter[tuple[int, str]] = field(default_factory=Counter)
    waited: Counter[tuple[int, str]] = field(default_factory=Counter)


def remove(
    connection: psycopg.Connection, council_id: str, tokens: list[str], kept: Records
) -> tuple[dict[str, int], Records]:
    """Remove every row with one of the tokens, and what belongs to their records; return how many by table went.

    ``kept``: records of erased children that were known before. Those that were found now are returned too.
    """
    went, found = _Went(), dict[Of, set[str]]()
    tables = _tables(connection)
    for schema, table, columns in tables:
        of = _of(table) if schema == "raw" else None
        records = _delete(connection, (schema, table), columns, tokens, went)
        if of in with_parts() and records:
            found[of] = records
    records_of_all = {of: found.get(of, set()) | set(kept.get(of, ())) for of in with_parts()}
    for schema, table, columns in tables:
        for column, of in _linked().get(table, {}).items():
            if column in columns and records_of_all[of]:
                _delete(connection, (schema, table), [column], sorted(records_of_all[of]), went, of)
                if schema != "raw" and went.rows[f"{schema}.{table}"]:
                    _follow_anew(connection, council_id, of[0])
    _delete_findings(connection, council_id, tokens, records_of_all, went)
    _count(connection, went)
    return dict(went.rows), found


def raw_holds(connection: psycopg.Connection, tokens: list[str]) -> bool:
    """Whether a row of raw has one of the tokens."""
    return any(
        connection.execute(
            sql.SQL("select from {} where {} limit 1").format(
                sql.Identifier(schema, table),
                sql.SQL(" or ").join(sql.SQL("{} = any(%(tokens)s)").format(sql.Identifier(c)) for c in columns),
            ),
            {"tokens": tokens},
        ).fetchone()
        is not None
        for schema, table, columns in _tables(connection)
        if schema == "raw"
    )


def _tables(connection: psycopg.Connection) -> list[tuple[str, str, list[str]]]:
    """Return every table that has columns of tokens, with them."""
    return connection.execute(
        "select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and n.nspname <> 'door'"
        " and a.attnum > 0 and not a.attisdropped and a.atttypid in ('text'::regtype, 'varchar'::regtype)"
        " and a.attname ~ %s group by 1, 2 order by 1, 2",
        [NAMED],
    ).fetchall()


def _linked() -> dict[str, dict[str, Of]]:
    """Return the tables that name no child: by which column they belong to records of which table."""
    found: dict[str, dict[str, Of]] = {}
    for declared in all_returns():
        for name, table in declared.tables.items():
            columns = {
                str(table.every_column[column].loaded_as): (declared.id, parent)
                for column, parent in table.belongs_to.items()
                if table.every_column[column].is_loaded
            }
            if columns:
                for relation in (f"{declared.id}__{name}", f"int_history__{declared.id}__{name}"):
                    found[relation] = columns
    return found


def _of(relation: str) -> Of | None:
    """Return which table of which return a table of raw holds."""
    return_id, _, name = relation.partition("__")
    declared = next((one for one in all_returns() if one.id == return_id), None)
    return (return_id, name) if declared and name in declared.tables else None


def _numbered(table: Table) -> list[str]:
    """Return the columns of raw that number a table's records."""
    columns = table.every_column
    return [str(columns[c].loaded_as) for c in records_of(table) if columns[c].is_loaded]


def _delete(
    connection: psycopg.Connection,
    relation: tuple[str, str],
    columns: list[str],
    tokens: list[str],
    went: _Went,
    parent: Of | None = None,
) -> set[str]:
    """Delete the rows that hold a token in any of the columns; return the tokens of their records.

    ``parent``: only rows whose delivery gives no such record to anybody else, for numbers are given anew.
    """
    schema, table = relation
    of_raw = schema == "raw" and "__" in table
    of = _of(table) if of_raw else None
    numbered = [c for c in _numbered(_spec(of)) if c in columns] if of else []
    returned: list[sql.Composable] = [sql.Identifier("_delivery_id") if of_raw else sql.SQL("null::bigint")]
    rows = connection.execute(
        sql.SQL("delete from {} as t where ({}){} returning {}").format(
            sql.Identifier(schema, table),
            sql.SQL(" or ").join(sql.SQL("t.{} = any(%(tokens)s)").format(sql.Identifier(c)) for c in columns),
            _unless_of_others(parent, columns[0]) if of_raw and parent else sql.SQL(""),
            sql.SQL(", ").join([*returned, *map(sql.Identifier, numbered)]),
        ),
        {"tokens": tokens},
    ).fetchall()
    if rows:
        went.rows[f"{schema}.{table}"] += len(rows)
    if of_raw:
        went.loaded.update((row[0], table.partition("__")[2]) for row in rows)
    return {token for row in rows for token in row[1:] if token}


def _follow_anew(connection: psycopg.Connection, council_id: str, return_id: str) -> None:
    """Have the next night make a return's histories anew: what went may be of a number that another child has now."""
    connection.execute(
        "update intermediate.int_history__deliveries set reading = '' where council_id = %s and return_id = %s",
        [council_id, return_id],
    )


def _unless_of_others(parent: Of, column: str) -> sql.Composable:
    """Return that no row of the same delivery gives the number to a record of another child."""
    (number,) = _numbered(_spec(parent))
    return sql.SQL(
        " and not exists (select from raw.{} as p where p._delivery_id = t._delivery_id and p.{} = t.{})"
    ).format(sql.Identifier("__".join(parent)), sql.Identifier(number), sql.Identifier(column))


def _spec(of: Of) -> Table:
    return return_spec(of[0]).tables[of[1]]


def _delete_findings(
    connection: psycopg.Connection, council_id: str, tokens: list[str], records: Records, went: _Went
) -> None:
    """Delete what was found about the children; each row that waited outside for it is counted once.

    A row that names no child may be known by the number that it begins with, where that is its record's.
    """
    about = [("", "", tokens)]
    for declared in all_returns():
        for name, table in declared.tables.items():
            if parent := table.belongs_to.get(table.key[0]):
                about.append((declared.id, name, sorted(records.get((declared.id, parent), ()))))
    for return_id, of, some in about:
        rows = connection.execute(
            "delete from door.findings f using raw.deliveries d where d.delivery_id = f.delivery_id"
            " and d.council_id = %(council)s and f.subject_token = any(%(numbers)s)"
            " and (%(name)s = '' or d.return_id = %(return)s and f.table_name = %(name)s)"
            " returning f.delivery_id, f.table_name, f.line, f.severity",
            {"council": council_id, "numbers": _numbers(some), "return": return_id, "name": of},
        ).fetchall()
        waited = {(delivery, table, line) for delivery, table, line, severity in rows if severity == "quarantine"}
        went.waited.update((delivery, table) for delivery, table, _ in waited)
        if rows:
            went.rows["door.findings"] += len(rows)


def _numbers(tokens: list[str]) -> list[int]:
    """Return the first 64 bits of tokens, as findings have them."""
    return [int.from_bytes(bytes.fromhex(token)[:8], "little", signed=True) for token in tokens]


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
