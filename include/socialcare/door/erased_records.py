"""The numbers of erased children's records, as keyed tokens: what belongs to a record may come without it.

The factors of an assessment and the answers of an audit name no child. While the record comes with them it says whose
they are; in a later delivery it may be absent. The tokens are in ``door.erased_records`` and beside the keys, from
where a restored backup gets them. Each says how often the key was rotated when it was made: from a token follow those
under later keys, and never one under an earlier key.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import lru_cache
from pathlib import Path

import psycopg

from socialcare.credentials import replace_private
from socialcare.door.identity import Pseudonymiser, key_of, renewed
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings

#: A return and one of its tables.
Of = tuple[str, str]
#: Tokens of records, by the table that has them.
Records = Mapping[Of, Set[str]]


@lru_cache(maxsize=1)
def with_parts() -> frozenset[Of]:
    """Return the tables to whose records rows of other tables belong."""
    return frozenset(
        (declared.id, parent)
        for declared in all_returns()
        for table in declared.tables.values()
        for parent in table.belongs_to.values()
    )


def known(connection: psycopg.Connection, pseudonymiser: Pseudonymiser) -> tuple[Records, Pseudonymiser]:
    """Return the tokens under one key, and what makes such tokens.

    That key is the one in force; after a restore it may be a later one, which the platform had reached before.
    """
    council_id, name = pseudonymiser.council_id, key_of("record", pseudonymiser.council_id)
    held = _held(connection, council_id)
    newest = max([pseudonymiser.times_renewed(name), *(times for *_, times, _ in held)])
    found: dict[Of, set[str]] = {}
    for return_id, table, times, token in held:
        found.setdefault((return_id, table), set()).add(_chain(token, name, times, newest)[-1])
    return found, Pseudonymiser(council_id, {name: newest})


def in_tables(connection: psycopg.Connection, pseudonymiser: Pseudonymiser) -> Records:
    """Return the tokens under every key under which tables may have them."""
    council_id, name = pseudonymiser.council_id, key_of("record", pseudonymiser.council_id)
    newest = pseudonymiser.times_renewed(name)
    found: dict[Of, set[str]] = {}
    for return_id, table, times, token in _held(connection, council_id):
        found.setdefault((return_id, table), set()).update(
            _chain(token, name, times, newest) if times <= newest else ()
        )
    return found


def remember(connection: psycopg.Connection, pseudonymiser: Pseudonymiser, met: Records) -> None:
    """Keep the tokens of records that an erased child has, made by the pseudonymiser.

    Only of records that others belong to. The list beside the keys is first: killed after it, ``take_over`` follows it.
    """
    council_id = pseudonymiser.council_id
    times = pseudonymiser.times_renewed(key_of("record", council_id))
    there = _held(connection, council_id)
    new = {(*of, times, token) for of in with_parts() & met.keys() for token in met[of]} - there
    if new:
        replace_private(_list(council_id), "".join(f"{' '.join(map(str, row))}\n" for row in sorted(there | new)))
        _insert(connection, council_id, new)


def take_over(connection: psycopg.Connection, council_id: str) -> None:
    """Put what is listed beside the keys into the table: the database may be older than the list."""
    path = _list(council_id)
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    _insert(connection, council_id, {(of, table, int(times), token) for of, table, times, token in lines})


def _held(connection: psycopg.Connection, council_id: str) -> set[tuple[str, str, int, str]]:
    query = "select return_id, table_name, renewed, token from door.erased_records where council_id = %s"
    return set(connection.execute(query, [council_id]).fetchall())


def _insert(connection: psycopg.Connection, council_id: str, rows: Set[tuple[str, str, int, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into door.erased_records (council_id, return_id, table_name, renewed, token)"
            " values (%s, %s, %s, %s, %s) on conflict do nothing",
            [(council_id, *row) for row in sorted(rows)],
        )


def _chain(token: str, name: str, times: int, newest: int) -> list[str]:
    """Return a token, then what each later key makes of it."""
    chain = [token]
    for number in range(times + 1, newest + 1):
        chain += renewed(chain[-1:], name, number)
    return chain


def _list(council_id: str) -> Path:
    return get_settings().secrets / f"erased_records-{council_id}"
