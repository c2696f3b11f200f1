"""The synthetic looked-after return, with the planted truth: the right answer and every planted defect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from socialcare.generate import children, told_ssda903, write_ssda903
from socialcare.generate.defects import Defect, Sheet, plant
from socialcare.generate.defects_ssda903 import DEFECTS, USUAL
from socialcare.generate.life import Life, parts, year_to_march
from socialcare.registry.returns import Rule, return_spec

#: Their names are far from those of all other children, at any size.
_DEFECT_CHILDREN = 999_000_000


@dataclass(frozen=True)
class Planted:
    """One planted defect and what the door must find: its rule at this row (the heading is row 1)."""

    name: str
    table: str
    line: int
    rule_code: str
    severity: str


@dataclass(frozen=True)
class Generated:
    """The files as columns of text, and the truth about them."""

    tables: dict[str, pa.Table]
    open_children: int
    """Children with an open episode, V3 and V4 left out, once the door quarantined what it must."""
    planted: tuple[Planted, ...]
    rows: dict[str, int]
    quarantined: dict[str, int]


def ssda903(
    council_id: str,
    as_of_date: date,
    collection_year: int,
    seed: int | None = None,
    *,
    open_children: int | None = None,
    defects: tuple[Defect, ...] | None = None,
    tables: Collection[str] | None = None,
    horizon: date | None = None,
) -> Generated:
    """Make one council's return. The same arguments make the same bytes.

    Without ``tables`` and ``defects`` these are the tables that the door takes and the defects that it looks for.
    Extracts of several days tell one and the same history if they are given the same ``horizon``, its last day;
    without it each day has a history of its own, with exactly ``open_children`` in care at its end.
    """
    lives = parts(council_id, horizon or as_of_date, seed, open_children)
    return of_lives(lives, as_of_date, collection_year, defects=defects, tables=tables)


def of_lives(
    lives: Iterable[Life],
    as_of_date: date,
    collection_year: int,
    *,
    defects: tuple[Defect, ...] | None = None,
    tables: Collection[str] | None = None,
) -> Generated:
    """Make the return of a council's life, which may be in parts."""
    span = year_to_march(collection_year, as_of_date)
    wanted = door_tables(collection_year) if tables is None else {name: name for name in tables}
    sheets: dict[str, Sheet] = {}
    in_care, council_id = 0, ""
    for life in lives:
        council_id = life.council_id
        in_care += _open_children(life, span.until)
        for name, rows in write_ssda903.write(life, span, wanted).items():
            sheets.setdefault(wanted[name], Sheet(rows.names)).extend(rows)
    chosen = known_to_the_door(collection_year) if defects is None else defects
    chosen = tuple(d for d in chosen if d.applies(collection_year) and wanted.get(d.table) in sheets)
    counted, planted = _plant(
        council_id, sheets, wanted, chosen, date.fromordinal(_ordinal(span.until)), collection_year
    )
    return Generated(
        {name: sheet.table() for name, sheet in sheets.items()},
        in_care + counted,
        tuple(planted),
        {name: sheet.rows for name, sheet in sheets.items()},
        {name: len({p.line for p in planted if p.table == name and p.severity == "quarantine"}) for name in sheets},
    )


def _ordinal(days: int) -> int:
    return days + date(1970, 1, 1).toordinal()


def _open_children(life: Life, until: int) -> int:
    rows = life.care.periods
    here = (rows["began"] <= until) & (rows["ended"] > until) & ~np.strings.startswith(rows["kind"], "break")
    return int(np.count_nonzero(here))


def door_tables(year: int) -> dict[str, str]:
    """Return the tables that the door takes: our name of each and the declaration's."""
    declared = return_spec("ssda903").for_year(year).tables
    found = {}
    for name, columns in told_ssda903.TABLES.items():
        alike = [there for there, table in declared.items() if set(columns) <= set(table.columns)]
        if alike:
            found[name] = name if name in alike else alike[0]
    return found


def _door_rules(year: int) -> dict[tuple[str, str], Rule]:
    ours = {there: name for name, there in door_tables(year).items()}
    rules = return_spec("ssda903").for_year(year).rules
    return {(ours[rule.table], rule.code): rule for rule in rules if rule.table in ours}


def known_to_the_door(year: int) -> tuple[Defect, ...]:
    """Return the defects that a rule of the door finds in this year."""
    rules = _door_rules(year)
    return tuple(d for d in DEFECTS if (d.table, d.rule_code) in rules and d.applies(year))


def _plant(
    council_id: str,
    sheets: dict[str, Sheet],
    named: dict[str, str],
    defects: tuple[Defect, ...],
    as_of: date,
    year: int,
) -> tuple[int, list[Planted]]:
    """Add children of their own for the defects; return how many of them still count as open, and the truth."""
    rules = _door_rules(year)
    numbers = np.arange(_DEFECT_CHILDREN, _DEFECT_CHILDREN + len(defects))
    ids, upns = children.identifiers(council_id, numbers), children.pupil_numbers(council_id, numbers)
    files = {name: sheets[there] for name, there in named.items() if there in sheets}
    counted = 0
    planted: list[Planted] = []
    for n, defect in enumerate(defects):
        rule = rules.get((defect.table, defect.rule_code))
        severity = rule.severity if rule else defect.severity
        rows = list(_add(defect, {"CHILD": str(ids[n]), "UPN": str(upns[n])}, files, as_of))
        lines = [line for table, line, _ in rows if table == defect.table]
        found = [lines[at] for at in (defect.finding_at, *defect.also_at)]
        there = named[defect.table]
        planted.extend(Planted(defect.name, there, line, defect.rule_code, severity) for line in found)
        out = {(defect.table, line) for line in found} if severity == "quarantine" else set()
        counted += any(_is_open(row) for table, at, row in rows if table == "episodes" and (table, at) not in out)
    return counted, planted


def _add(
    defect: Defect, child: dict[str, str], files: dict[str, Sheet], as_of: date
) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Add the child's rows to every file, with the birthday and sex that the header has."""
    usual = USUAL[defect.usual]
    for table in ("header", *(t for t in files if t != "header")):
        if table not in files:
            continue
        for there, line, row in plant(defect, child, {table: files[table]}, usual, as_of):
            if there == "header":
                child = {**child, "DOB": _birthday(row["DOB"]), "SEX": row["SEX"]}
            yield there, line, row


def _birthday(text: str) -> str:
    """Return the header's birthday for the other files: the usual one where the header's is no date."""
    return text if len(text) == 10 and text[2] == "/" and not text.startswith("31/02") else "01/05/2015"


def _is_open(row: dict[str, str]) -> bool:
    return row["CHILD"] != "" and row.get("DEC", "") == "" and row.get("LS") not in ("V3", "V4")
