"""Rotate a key: what raw holds is hashed again under the new one, and later deliveries follow the same chain.

The new key is in the folder of secrets before anything else happens; it is in force when the transaction that hashed
everything again says so (``door.key_rotations``). Killed between the two, nothing has happened: the next rotation uses
the key that waits there. Older keys stay, for every identifier begins with the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import numpy as np
import psycopg
from psycopg import sql

from socialcare.credentials import write_private
from socialcare.database import connect
from socialcare.door import load, records
from socialcare.door.identity import REGION_STAFF, key_of, later_key, renewed
from socialcare.errors import Fault
from socialcare.registry.councils import all_councils, council
from socialcare.registry.return_tables import Identifies
from socialcare.registry.returns import Return, all_returns
from socialcare.settings import get_settings

_AT_ONCE = 50_000
#: How columns of tokens are named.
_NAMED = ("_pseudonym", "_token")


def rotate(whose: str) -> dict[str, int]:
    """Rotate a council's key, or that of the region's workers (``region-staff``); return rows rewritten by table.

    Raises Fault ``council_unknown``, ``pseudonym_undeclared``, ``door_load_failed``: nothing is changed then.
    """
    name = whose if whose == REGION_STAFF else key_of("child", council(whose).id)
    with load.nothing_told(), connect("loader") as connection:
        for declared in all_councils():
            if whose in (REGION_STAFF, declared.id):
                records.lock(connection, declared.id)
        number = _in_force(connection, name) + 1
        write_private(get_settings().secrets / later_key(name, number), secrets.token_hex(32))
        tables = _tables(connection, name)
        _hash_again(connection, name, number, whose, tables)
        rows = {table: _rewrite(connection, table, columns, whose) for table, columns in tables.items()}
        _renumber_findings(connection, name, whose)
        connection.execute("insert into door.key_rotations (key_name, number) values (%s, %s)", [name, number])
    return rows


def _in_force(connection: psycopg.Connection, name: str) -> int:
    query = "select coalesce(max(number), 0) from door.key_rotations where key_name = %s"
    row = connection.execute(query, [name]).fetchone()
    assert row is not None
    return int(row[0])


def _tables(connection: psycopg.Connection, name: str) -> dict[str, list[str]]:
    """Return the columns of raw that hold tokens under the key, by table.

    A column that no declaration knows any more could be under any key: it must not stay under an old one unseen.
    """
    there: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'raw'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
    ):
        there.setdefault(table, set()).add(column)
    declared: dict[str, dict[str, Identifies]] = {
        f"{r.id}__{table}": {
            str(c.loaded_as): c.identifies for c in t.every_column.values() if c.is_loaded and c.becomes == "pseudonym"
        }
        for r in all_returns()
        for table, t in r.tables.items()
    }
    for table, columns in there.items():
        if strange := sorted(c for c in columns - set(declared.get(table, {})) if c.endswith(_NAMED)):
            raise Fault(
                "pseudonym_undeclared",
                f"No declaration says whose tokens {', '.join(strange)} holds, so it cannot be hashed again.",
                where=f"raw.{table}",
                remedy="declare the column again, or drop it from the table if nothing needs it.",
            )
    found = {
        table: [c for c, kind in columns.items() if c in there.get(table, ()) and _is_under(kind, name)]
        for table, columns in declared.items()
    }
    return {table: columns for table, columns in found.items() if columns}


def _is_under(kind: Identifies, name: str) -> bool:
    return (kind == "worker") == (name == REGION_STAFF)


def _hash_again(
    connection: psycopg.Connection, name: str, number: int, whose: str, tables: dict[str, list[str]]
) -> None:
    """Make a table of every token there is, and what it becomes. The key never goes to the server."""
    connection.execute("create temp table tokens (old text primary key) on commit drop")
    connection.execute(
        "create temp table hashed (old text primary key, new text not null, old_number bigint, new_number bigint)"
        " on commit drop"
    )
    for table, columns in tables.items():
        for column in columns:
            connection.execute(
                sql.SQL(
                    "insert into tokens select distinct {c} from raw.{t} where {c} is not null and {mine}"
                    " on conflict do nothing"
                ).format(c=sql.Identifier(column), t=sql.Identifier(table), mine=_mine(whose, "council_id"))
            )
    for old in _blocks(connection):
        new = renewed(old, name, number)
        with connection.cursor().copy("copy hashed from stdin") as copy:
            for row in zip(old, new, _numbers(old), _numbers(new), strict=True):
                copy.write_row(row)
    connection.execute("create index on hashed (old_number)")
    connection.execute("analyze hashed")


def _blocks(connection: psycopg.Connection) -> Iterator[list[str]]:
    with connection.cursor("tokens") as cursor:
        cursor.execute("select old from tokens")
        while block := cursor.fetchmany(_AT_ONCE):
            yield [old for (old,) in block]


def _numbers(tokens: list[str]) -> list[int]:
    """Return the first 64 bits of tokens, as findings have them."""
    return [int(n) for n in np.frombuffer(bytes.fromhex("".join(tokens)), dtype=np.int64)[::2]]


def _rewrite(connection: psycopg.Connection, table: str, columns: list[str], whose: str) -> int:
    """Put the new tokens of all columns in the place of the old ones, each row once."""
    names = [(sql.Identifier(column), sql.Identifier(f"of_{column}")) for column in columns]
    statement = sql.SQL(
        "update raw.{t} as rows set {sets} from raw.{t} as was {joins} where rows.ctid = was.ctid and {mine}"
    ).format(
        t=sql.Identifier(table),
        sets=sql.SQL(", ").join(sql.SQL("{} = {}.new").format(*pair) for pair in names),
        joins=sql.SQL(" ").join(
            sql.SQL("left join hashed as {of} on {of}.old = was.{c}").format(c=c, of=of) for c, of in names
        ),
        mine=_mine(whose, "was.council_id"),
    )
    return connection.execute(statement).rowcount


def _renumber_findings(connection: psycopg.Connection, name: str, whose: str) -> None:
    """Let findings follow. The number of somebody of whom no row came in is not known any more: it becomes 0.

    Not null, which is a row of nobody knows whom: the history would take any row that is missing for that one.
    """
    for declared in all_returns():
        for table in _judged_under(declared, name):
            connection.execute(
                sql.SQL(
                    "update door.findings f set subject_token = coalesce("
                    "(select new_number from hashed where old_number = f.subject_token limit 1), 0)"
                    " from raw.deliveries d where d.delivery_id = f.delivery_id and d.return_id = %s"
                    " and f.table_name = %s and f.subject_token is not null and {}"
                ).format(_mine(whose, "d.council_id")),
                [declared.id, table],
            )


def _judged_under(declared: Return, name: str) -> list[str]:
    """Return the tables whose findings are about somebody with a token under the key."""
    found = []
    for table, about in declared.tables.items():
        column = about.every_column[about.subject(declared.subject) or about.key[0]]
        if column.type == "identifier" and _is_under(column.identifies, name):
            found.append(table)
    return found


def _mine(whose: str, column: str) -> sql.Composed | sql.SQL:
    if whose == REGION_STAFF:
        return sql.SQL("true")
    return sql.SQL("{} = {}").format(sql.SQL(column), sql.Literal(whose))
