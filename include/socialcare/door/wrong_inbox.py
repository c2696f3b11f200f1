"""Another council's file in this inbox: known by the number that it states, or by its bytes, told without detail.

A return in CSV states no council. But a file that another council sent before, to the byte and with rows about people
in it, is not this council's: it is refused, both are told, and a person finds out whose it is. A list that names nobody
(of teams, of courses) may well be the same in two councils.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from socialcare.database import connect
from socialcare.door import reply
from socialcare.door.arrival import Delivery, NotPlainError, open_plain
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns

REASON = "another_council"
_PEOPLE = ("child", "worker", "staff", "family")


def refused_if_anothers(delivery: Delivery) -> tuple[Delivery, str]:
    """Return the delivery, refused when another council sent one of its files before, and that council's id."""
    sizes = [size for _, size, _ in delivery.stamps()]
    with connect("loader") as connection:
        known = connection.execute(
            "select distinct f.file_sha256, f.file_bytes, d.council_id, d.return_id, f.table_name"
            " from door.files f join raw.deliveries d using (delivery_id)"
            " where f.file_bytes = any(%s) and f.rows_loaded > 0 and d.council_id <> %s",
            [sizes, delivery.council_id],
        ).fetchall()
    of_people = [row[:3] for row in known if _is_about_people(row[3], row[4])]
    owners = {digest: owner for digest, _, owner in of_people}
    wanted = {size for _, size, _ in of_people}
    for path, size in zip(delivery.files, sizes, strict=True):  # only what is as large as a known one is read
        if size in wanted and (owner := owners.get(_sha256(path))):
            return replace(delivery, problem=delivery.problem or REASON), owner
    return delivery, ""


def _is_about_people(return_id: str, table: str) -> bool:
    declared = {spec.id: spec for spec in all_returns()}.get(return_id)
    columns = declared.tables[table].every_column.values() if declared and table in declared.tables else ()
    return any(column.type == "identifier" and column.identifies in _PEOPLE for column in columns)


def tell_owner(council_id: str, owner: str) -> int:
    """Tell the council whose file it may be, if the file stated none itself; return the number of the delivery."""
    with connect("loader") as connection:
        row = connection.execute(
            "select delivery_id, return_id from raw.deliveries where council_id = %s and reason = %s"
            " order by delivery_id desc limit 1",
            [council_id, REASON],
        ).fetchone()
    assert row is not None
    if owner:
        reply.notice(council(owner).dfe_code, row[1], row[0])
    return int(row[0])


def _sha256(path: Path) -> str:
    try:
        with open_plain(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # BinaryIO is a stub
    except NotPlainError:
        return ""  # the door itself names it
