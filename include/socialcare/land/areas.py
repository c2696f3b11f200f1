"""Areas of a table: every code is one that the platform knows, and none that a comparison needs was lost.

The build tests both again. Here they stop one file, there they would stop the whole night.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Set
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pac

from socialcare.errors import Fault
from socialcare.land.headings import Naming
from socialcare.land.values import BLANK, our_word
from socialcare.registry import all_councils
from socialcare.settings import get_settings

ENGLAND = "E92000001"
#: Column of a code -> the level of the rows that must have one, the column of the area's name, the list of codes.
_LISTS = {
    "country_code": ("National", "country_name", ""),  # England alone
    "region_code": ("Regional", "region_name", "regions.csv"),
    "new_la_code": ("Local authority", "la_name", "councils.csv"),
}
FOLDER = "seeds/councils"
#: What joins the two councils of a joint return.
_JOINT = " / "


def check(table: pa.Table, lines: pa.Array, naming: Naming) -> None:
    """Raise Fault ``area_unknown`` for the first code, in the order of columns, that no list knows, or that lacks."""
    if not naming.table.standard:
        return
    for column, (level, named, file) in _LISTS.items():
        if column not in table.column_names:
            continue
        codes, known = table.column(column), _known(file)
        for code in codes.unique().drop_null().to_pylist():
            if unknown := [part for part in code.split(_JOINT) if part not in known]:
                at = pac.index(codes, code).as_py()
                raise _unknown(naming, column, repr(unknown[0]), table.column(named)[at].as_py(), lines[at].as_py())
        levels = table.column("geographic_level")
        words = [word for word in levels.unique().to_pylist() if our_word(naming, "geographic_level", word) == level]
        lacks = pac.and_(codes.is_null(), pac.is_in(levels, pa.array(words, pa.string())))
        if pac.any(lacks).as_py():
            at = pac.index(lacks, True).as_py()
            raise _unknown(naming, column, BLANK, table.column(named)[at].as_py(), lines[at].as_py())


def of_table(table: pa.Table, period: str) -> set[str]:
    """Return the regions and councils that have rows of a period; each council of a joint return is one."""
    rows = table.filter(pac.equal(pac.utf8_trim_whitespace(table.column("time_period")), period))
    return parts_of(pac.coalesce(rows.column("new_la_code"), rows.column("region_code")).unique().to_pylist())


def parts_of(codes: Iterable[str | None]) -> set[str]:
    """Return single codes; England's rows have none."""
    return {part for code in codes if code for part in code.split(_JOINT)}


def missing(older: Set[str], newer: Set[str]) -> list[str]:
    """Name the regions and delivering councils that the older release had and the newer one lacks.

    A sample or a mirror may hold a part of England: what no release had is not missed.
    """
    names = {row["region_code"]: row["region_name"] for row in _rows("regions.csv") if not row["part_of"]}
    names |= {council.ons_code: council.name for council in all_councils()}
    return [f"{names[code]} ({code})" for code in sorted((older & names.keys()) - newer)]


def _known(file: str) -> set[str]:
    if not file:
        return {ENGLAND}
    return {next(iter(row.values())) for row in _rows(file)}


def _rows(file: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a list; it is read again once somebody has changed it."""
    path = get_settings().dbt_project / FOLDER / file
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _unknown(naming: Naming, column: str, code: str, name: str | None, line: int) -> Fault:
    _, _, file = _LISTS[column]
    listed = f"add a row for it to dbt_project/{FOLDER}/{file}" if file else "open the file: the platform reads England"
    if column == "new_la_code":
        listed += " (a council that took over from others: name it under their succeeded_by)"
    return Fault(
        "area_unknown",
        f"{naming.file_name} has {code} ({name or 'no name'}) in column {column}, no area that the platform knows.",
        where=f"{naming.where}, column {column}, line {line}",
        remedy=f"if the area is right, {listed}, and run the source again; else wait for a corrected file.",
    )
