"""What can be wrong with returns of rows (Annex A, local records, SSD), and how it is planted in their files.

The kinds of defects that break a rule over several cells are in ``planted/<return>.yml``; those of a single cell,
and rows with a cell too many, follow from what each column of the return is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from string import ascii_uppercase

import yaml

from socialcare.generate.defects import Severity
from socialcare.generate.ssda903 import Planted
from socialcare.registry.returns import ReturnYear, Rule, return_spec

FOLDER = Path(__file__).resolve().parent / "planted"
Line = Mapping[str, str]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: What is not of its kind, by the type of the column.
_WRONG = {
    **{"code": "zzCodeError", "date": "31/02/2026", "number": "many", "identifier": "=1+1", "postcode": "nowhere"},
    **{"time": "25:75", "upn": "no pupil", "text": "~ not of its shape ~"},
}
_NOT_A = {
    **{"code": "is_not_a_code", "date": "is_no_day", "number": "is_no_number", "identifier": "is_a_formula"},
    **{"postcode": "is_no_postcode", "time": "is_no_time", "upn": "is_no_pupil_number"},
    "text": "is_not_of_its_shape",
}


@dataclass(frozen=True)
class RowDefect:
    """A kind of defect: the rows that have it in place of the usual ones, and which rule must find it where."""

    name: str
    table: str
    rule_code: str
    rows: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    """Rows by table, each as a change to the first usual one; the finding is on the last one of ``table``."""
    is_ragged: bool = False
    """The row has a cell more than the heading."""
    severity: Severity | None = None
    """Of a cell that is not of its kind: that depends on the column."""


@dataclass(frozen=True)
class Usual:
    """Rows in which nothing is wrong, as if the extract were of ``base``."""

    base: date
    rows: Mapping[str, tuple[Line, ...]]
    alone: bool
    """A defect has rows in the tables that it names, and in no other."""


@dataclass(frozen=True)
class Shape:
    """A file before anything is planted in it."""

    columns: frozenset[str]
    rows: int


@dataclass(frozen=True)
class Added:
    """What is planted below the rows of a life: rows by table, then so many with a cell too many, and the truth."""

    rows: dict[str, list[dict[str, str]]]
    ragged: dict[str, int]
    planted: tuple[Planted, ...]


@lru_cache(maxsize=8)
def _told(return_id: str) -> tuple[Usual, tuple[RowDefect, ...]]:
    told = yaml.safe_load((FOLDER / f"{return_id}.yml").read_text(encoding="utf-8"))
    usual = Usual(date.fromisoformat(told["base"]), _lines(told["usual"]), told.get("alone", False))
    found = (RowDefect(d["name"], d["finds"]["table"], d["finds"]["rule"], _lines(d["rows"])) for d in told["defects"])
    return usual, tuple(found)


def _lines(told: Mapping[str, list[Line]]) -> dict[str, tuple[Line, ...]]:
    return {table: tuple(rows) for table, rows in told.items()}


def defects(return_id: str, year: int) -> tuple[RowDefect, ...]:
    """Return every kind of defect of the return that a rule of this year finds."""
    declared = return_spec(return_id).for_year(year)
    _, written = _told(return_id)
    known = {(rule.code, rule.table) for rule in declared.rules}
    kept = (d for d in written if (d.rule_code, d.table) in known)
    cells = (defect for rule in declared.rules for defect in _of_cells(declared, rule))
    return (*kept, *cells)


def _of_cells(declared: ReturnYear, rule: Rule) -> Iterator[RowDefect]:
    if rule.check == "cell_count":
        yield RowDefect(
            f"{rule.table}_row_has_a_cell_too_many", rule.table, rule.code, is_ragged=True, severity=rule.severity
        )
    if rule.check != "valid":
        return
    (name, *_) = rule.columns
    stem = f"{rule.table}_{name.lower()}"
    column = declared.tables[rule.table].every_column.get(name)
    if column is None or not column.applies(declared.year):
        return
    values = {f"{stem}_is_missing": ""} if column.mandatory else {}
    if column.type != "text" or column.pattern:
        values[f"{stem}_{_NOT_A[column.type]}"] = _WRONG[column.type]
    for kind, value in values.items():
        yield RowDefect(kind, rule.table, rule.code, {rule.table: ({name: value},)}, severity=rule.severity)


def plant(
    return_id: str, year: int, tables: Mapping[str, Shape], as_of: date, chosen: tuple[RowDefect, ...], style: str
) -> Added:
    """Make the defects' rows; every defect has a family and workers of its own.

    One that needs a column which the file does not have is left out.
    """
    usual, _ = _told(return_id)
    rules = return_spec(return_id).for_year(year).rules
    severity = {(rule.table, rule.code): rule.severity for rule in sorted(rules, key=lambda rule: bool(rule.sql))}
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in tables}
    ragged, planted = dict.fromkeys(tables, 0), []
    able = [d for d in chosen if all(set(row) <= tables[t].columns for t, made in d.rows.items() for row in made)]
    for number, defect in enumerate((d for d in able if not d.is_ragged), start=1):
        for table, row in _rows_of(usual, defect, number, as_of, style):
            rows[table].append(row)
        line = tables[defect.table].rows + len(rows[defect.table]) + 1
        planted.append(_planted(defect, line, severity))
    for defect in (d for d in able if d.is_ragged):
        ragged[defect.table] += 1
        line = tables[defect.table].rows + len(rows[defect.table]) + ragged[defect.table] + 1
        planted.append(_planted(defect, line, severity))
    return Added(rows, ragged, tuple(planted))


def _planted(defect: RowDefect, line: int, severity: Mapping[tuple[str, str], Severity]) -> Planted:
    kind = defect.severity or severity[defect.table, defect.rule_code]
    return Planted(defect.name, defect.table, line, defect.rule_code, kind)


def _rows_of(
    usual: Usual, defect: RowDefect, number: int, as_of: date, style: str
) -> Iterator[tuple[str, dict[str, str]]]:
    for table, rows in usual.rows.items():
        changes = defect.rows.get(table)
        if changes is None:
            changes = () if usual.alone else rows
        for change in changes:
            full = {**rows[0], **change} if table in defect.rows else change
            yield table, {name: _cell(cell, number, as_of - usual.base, style) for name, cell in full.items()}


def _cell(cell: str, number: int, moved: timedelta, style: str) -> str:
    """Return a cell as it is in this defect's rows: its own identifiers, days moved to those of the extract."""
    if _DAY.fullmatch(cell):
        day = date.fromisoformat(cell)
        return cell if day.year == 1900 else (day + moved).strftime(style)
    letters = "".join(ascii_uppercase[number // 26**place % 26] for place in (2, 1, 0))
    return cell.replace("#", f"{number:04d}").replace("@", letters)
