"""Each return written into a folder of its own, with as many of its planted defects as are wanted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import pyarrow as pa

from socialcare.generate import csww, rows_wrong, write_local, write_ssd, write_ssda903, xml_ssda903
from socialcare.generate.annex_a import write_files, write_workbook
from socialcare.generate.cin import write_census
from socialcare.generate.csv_text import write_csv
from socialcare.generate.defects import Sheet
from socialcare.generate.defects_cin_more import DEFECTS as OF_CENSUS
from socialcare.generate.life import Life, Span, year_to_march
from socialcare.generate.rows import Rows, day
from socialcare.generate.rows_wrong import Shape
from socialcare.generate.ssda903 import Planted, known_to_the_door, of_lives
from socialcare.generate.told_ssda903 import TABLES, tables_of
from socialcare.registry.returns import return_spec

Wanted = Literal["none", "some", "all"]
Kind = TypeVar("Kind")

#: The returns that can be written in a second way.
RETURN_OF = {"ssda903_xml": "ssda903", "annex_a_csv": "annex_a"}
#: Of ``some`` defects, one in so many kinds.
_SOME = 12
#: What a message cannot hold: a child outside its header or twice in it, a second day of birth, a row of no child.
_NOT_IN_A_MESSAGE = ("SC01", "SC02", "SC05", "502", *(f"INT{n:02d}" for n in range(1, 37)))
_SECOND_NAMES = {"should_be_placed": "placed_adoption"}


def chosen(kinds: Sequence[Kind], wanted: Wanted) -> tuple[Kind, ...]:
    """Return all kinds of defects, one in a dozen of them, or none."""
    return tuple(kinds)[:: {"none": len(kinds) + 1, "some": _SOME, "all": 1}[wanted]] if wanted != "none" else ()


def census_year(as_of: int, year: int) -> int:
    """Return the year of the last workforce census that a collection year can know of."""
    return year - 1 if as_of >= day(date(year - 1, 9, 30)) else year - 2


def told_of(return_id: str, life: Life, year: int) -> tuple[int, date]:
    """Return which collection year a return is of when a collection year is told, and as at which day."""
    if return_id == "csww":
        census = census_year(life.as_of, year)
        return census, date(census, 9, 30)
    if return_id == "cin_census":
        year = min(year, return_spec("cin_census").last_year)
    return year, min(date(year, 3, 31), life.as_of_date)


def is_declared(name: str, life: Life, year: int) -> bool:
    """Say whether the return is declared for what it tells when a collection year is told.

    Annex A tells of the last day alone: of the earlier years of a life there is none.
    """
    declared = return_spec(RETURN_OF.get(name, name))
    of_year, as_of = told_of(declared.id, life, year)
    if declared.id == "annex_a" and as_of != life.as_of_date:
        return False
    return declared.base_year <= of_year <= declared.last_year


def ssda903(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the looked-after return, a CSV for each table."""
    made = of_lives([life], life.as_of_date, year, defects=chosen(known_to_the_door(year), wanted))
    for table, rows in made.tables.items():
        write_csv(rows, place / f"SYNTHETIC_ssda903_{table}_{life.council_id}.csv")
    return list(made.planted)


def ssda903_xml(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the looked-after return as one message; what that cannot hold is not planted in it."""
    span = year_to_march(year, life.as_of_date)
    path = place / f"SYNTHETIC_ssda903_{life.council_id}.xml"
    able = [d for d in known_to_the_door(year) if d.rule_code not in _NOT_IN_A_MESSAGE]
    told = write_ssda903.write(life, span, tables_of(year))
    made = of_lives([life], life.as_of_date, year, defects=chosen(able, wanted)) if wanted != "none" else None
    if made is not None:
        told = {name: _rows(made.tables, name, rows) for name, rows in told.items()}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(xml_ssda903.write(told))
    return [] if made is None else _in_message(path, year, told, list(made.planted))


def _rows(tables: Mapping[str, pa.Table], name: str, clean: Rows) -> Rows:
    there = next((t for t in tables if _SECOND_NAMES.get(t, t) == name), None)
    if there is None:
        return clean
    return Rows({column: np.array(tables[there][column].to_pylist(), dtype=str) for column in TABLES[name]})


def _in_message(path: Path, year: int, told: Mapping[str, Rows], planted: list[Planted]) -> list[Planted]:
    """Return what is planted with the lines of the message: the nth element of its kind within the child's."""
    declared = return_spec("ssda903").for_year(year)
    places: dict[str, dict[tuple[str, int], int]] = {}
    child_line, who, seen = 0, "", Counter[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        tag = line[1 : line.index(">")] if line.startswith("<") else ""
        if tag == "CHILD":
            child_line, who, seen = number, "", Counter()
        elif tag == "CHILDID":
            who = re.sub("<[^>]*>", "", line)
            places.setdefault("CHILD", {})[who, 0] = child_line
        elif tag.isupper() and line.endswith(f"<{tag}>"):
            places.setdefault(tag, {})[who, seen[tag]] = number
            seen[tag] += 1
    found = []
    for one in planted:
        name = _SECOND_NAMES.get(one.table, one.table)
        ids = told[name]["CHILD"]
        child, row = ids[one.line - 2], one.line - 2
        tag = str(declared.tables[one.table].path).rsplit("/", 1)[-1]
        nth = 0 if tag == "CHILD" else int(np.count_nonzero(ids[:row] == child))
        found.append(Planted(one.name, one.table, places[tag][child, nth], one.rule_code, one.severity))
    return found


def cin_census(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the census of children in need."""
    path = place / f"SYNTHETIC_cin_{life.council_id}.xml"
    return list(write_census(life, year, path, defects=chosen(OF_CENSUS, wanted)).planted)


def workforce(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the workforce census."""
    path = place / f"SYNTHETIC_csww_{life.council_id}.xml"
    return list(csww.write_workforce(life, year, path, defects=chosen(csww.DEFECTS, wanted)).planted)


def annex_a(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the workbook; in the layout of today in an odd year, and with the older List 9 in an even one."""
    path = place / f"SYNTHETIC_annex_a_{life.council_id}.xlsx"
    kinds = chosen(rows_wrong.defects("annex_a", year), wanted)
    return list(write_workbook(life, path, year, wide=year % 2 == 1, defects=kinds).planted)


def annex_a_csv(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write Annex A as a CSV for each list."""
    kinds = chosen(rows_wrong.defects("annex_a", year), wanted)
    return list(write_files(life, place, year, wide=year % 2 == 1, defects=kinds).planted)


def local_records(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the local records, a CSV for each table."""
    return _csv_files("local_records", life, year, place, wanted, write_local.write, "%d/%m/%Y")


def ssd(life: Life, year: int, place: Path, wanted: Wanted) -> list[Planted]:
    """Write the Standard Safeguarding Dataset, a CSV for each table."""
    return _csv_files("ssd", life, year, place, wanted, write_ssd.write, "%Y-%m-%d")


def _csv_files(
    return_id: str,
    life: Life,
    year: int,
    place: Path,
    wanted: Wanted,
    write: Callable[[Life, Span], dict[str, Rows]],
    style: str,
) -> list[Planted]:
    span = year_to_march(year, life.as_of_date)
    told = write(life, span)
    shapes = {name: Shape(frozenset(rows.names), len(rows)) for name, rows in told.items()}
    kinds = chosen(rows_wrong.defects(return_id, year), wanted)
    as_of = date(1970, 1, 1) + timedelta(days=span.until)
    added = rows_wrong.plant(return_id, year, shapes, as_of, kinds, style)
    for name, rows in told.items():
        sheet, path = Sheet(rows.names), place / f"SYNTHETIC_{return_id}_{name}_{life.council_id}.csv"
        sheet.extend(rows)
        for row in added.rows[name]:
            sheet.add(row)
        write_csv(sheet.table(), path, ragged=added.ragged[name])
    return list(added.planted)


#: How each return is written, by the name of its folder.
WRITERS: dict[str, Callable[[Life, int, Path, Wanted], list[Planted]]] = {
    **{"ssda903": ssda903, "ssda903_xml": ssda903_xml, "cin_census": cin_census, "csww": workforce},
    **{"annex_a": annex_a, "annex_a_csv": annex_a_csv, "local_records": local_records, "ssd": ssd},
}
