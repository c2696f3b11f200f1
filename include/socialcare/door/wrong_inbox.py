"""Another council's file in this inbox: known by the number that it states, or by its bytes, told without detail.

A return in CSV states no council. But a file that another council sent before, to the byte and with rows about people
in it, is not this council's, in a zip or not: it is refused, both are told, and a person finds out whose it is. A list
that names nobody (of teams, of courses) may well be the same in two councils.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from socialcare.database import connect
from socialcare.door.verdicts import JudgedFile
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns

REASON = "another_council"
_PEOPLE = ("child", "worker", "staff", "family")


def owner_of(connection: psycopg.Connection, council_id: str, files: Iterable[JudgedFile]) -> str:
    """Return the DfE code of the other council that sent one of these files before; empty when none did."""
    known = connection.execute(
        "select distinct d.council_id, d.return_id, f.table_name"
        " from door.files f join raw.deliveries d using (delivery_id)"
        " where f.file_sha256 = any(%s) and f.rows_loaded > 0 and d.council_id <> %s order by 1, 2, 3",
        [[file.found.sha256 for file in files], council_id],
    ).fetchall()
    owners = [owner for owner, return_id, table in known if _is_about_people(return_id, table)]
    return council(owners[0]).dfe_code if owners else ""


def _is_about_people(return_id: str, table: str) -> bool:
    declared = {spec.id: spec for spec in all_returns()}.get(return_id)
    columns = declared.tables[table].every_column.values() if declared and table in declared.tables else ()
    return any(column.type == "identifier" and column.identifies in _PEOPLE for column in columns)


def newest(council_id: str) -> int:
    """Return the number of the newest delivery of this council that was refused for being another's."""
    with connect("loader") as connection:
        row = connection.execute(
            "select delivery_id from raw.deliveries where council_id = %s and reason = %s"
            " order by delivery_id desc limit 1",
            [council_id, REASON],
        ).fetchone()
    assert row is not None
    return int(row[0])
