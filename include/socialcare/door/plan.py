"""Decide from its files what a delivery is: which return, which year, which file is which table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from socialcare.door.arrival import Delivery
from socialcare.door.cells import CellChecker
from socialcare.door.messages import reader_of
from socialcare.door.reading import UnreadableError
from socialcare.door.recognise import Recognised
from socialcare.errors import Fault
from socialcare.registry.councils import council
from socialcare.registry.returns import Return, ReturnYear, return_spec

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Plan:
    """What a delivery is. ``problem`` names why nothing of it can be taken, or is empty."""

    return_id: str = UNKNOWN
    problem: str = ""
    as_of_date: date | None = None
    collection_year: int | None = None
    year: ReturnYear | None = None
    tables: dict[str, Recognised] = field(default_factory=dict)
    """Each table's file, the one that others refer to first."""
    other_council: str = ""
    """The DfE code that a file states, when it is not that of the council which sent it."""

    def leaves_out(self, file: Recognised) -> bool:
        """Whether this is a table that the year did not have, of a message: those are read as having all of them."""
        return self.year is not None and file.is_message and bool(file.table) and file.table not in self.tables


def make_plan(delivery: Delivery, found: list[Recognised], today: date) -> Plan:
    """Return what to do with the delivery. Of loose files, the dates in them say the year and the day."""
    return_id = next((f.return_id for f in found if f.return_id), UNKNOWN)
    stated = delivery.statement
    as_of = stated.as_of_date if stated else None
    year_number = stated.collection_year if stated else None
    tables = [f for f in found if f.table and not f.problem]
    problem = delivery.problem or _problem_of(delivery, return_id, found, tables)
    if problem:
        other = _other_council(delivery.council_id, tables) if problem == "another_council" else ""
        return Plan(return_id, problem, as_of, year_number, other_council=other)
    declared = return_spec(return_id)
    by_table = {name: f for name in declared.tables for f in tables if f.table == name}
    if not any(table.required or _has_rows(by_table.get(name)) for name, table in declared.tables.items()):
        return Plan(return_id, "no_rows", as_of, year_number)  # headings alone must not take the place of real rows
    if stated is None:
        as_of = next((f.says_day for f in tables if f.says_day), None) or _newest_day(declared, by_table, today)
        year_number = declared.year_of(as_of) if as_of else None
        year_number = next((f.says_year for f in tables if f.says_year), year_number)
    try:
        year = declared.for_year(year_number or 0)
    except Fault as fault:
        return Plan(return_id, fault.name, as_of, year_number)
    if as_of and as_of > max(today + timedelta(days=1), year.year_end):  # it would be the newest for years
        return Plan(return_id, "day_to_come", as_of, year_number)
    by_table = {name: f for name, f in by_table.items() if year.tables[name].applies(year.year)}
    return Plan(return_id, "", as_of, year_number, year, by_table)


def _problem_of(delivery: Delivery, return_id: str, found: list[Recognised], tables: list[Recognised]) -> str:
    broken = next((f.problem for f in found if f.problem), "")
    if return_id == UNKNOWN:
        return broken or "heading_unknown"
    if len({f.return_id for f in found if f.return_id}) > 1:
        return "returns_mixed"
    if delivery.council_id and return_id not in council(delivery.council_id).returns:
        return "return_not_agreed"
    if _other_council(delivery.council_id, tables):
        return "another_council"
    stated = delivery.statement
    if stated and any(f.says_year not in (None, stated.collection_year) for f in tables):
        return "collection_year_differs"
    return _problem_of_tables(return_id, [f.table for f in tables], broken)


def _problem_of_tables(return_id: str, names: list[str], broken: str) -> str:
    if len(set(names)) < len(names):
        return "table_twice"
    required = {name for name, table in return_spec(return_id).tables.items() if table.required}
    if not names or not required <= set(names):
        return broken or "table_missing"
    return ""


def _other_council(council_id: str, tables: list[Recognised]) -> str:
    own = council(council_id).dfe_code if council_id else ""  # files checked at a desk are whose they say
    return next((f.says_council for f in tables if own and f.says_council not in ("", own)), "")


def _has_rows(file: Recognised | None) -> bool:
    if file is None or file.sheet:
        return bool(file and file.sheet and file.sheet.has_rows)
    reader = reader_of(file)
    try:
        return next(iter(reader.blocks()), None) is not None or reader.rows > 0
    except UnreadableError:
        return True  # the judge will name it


def _newest_day(declared: Return, tables: dict[str, Recognised], today: date) -> date | None:
    """Return the newest day in the files that is not to come: on it, or soon after, the extract was made."""
    newest: date | None = None
    for name, file in tables.items():
        dated = tuple(c for c in file.columns if declared.tables[name].every_column[c].type == "date" and c != "DOB")
        if not dated:
            continue
        try:
            for block in reader_of(file, columns=dated).blocks():
                for cells in (block.columns[name] for name in dated):
                    newest = max(filter(None, (newest, _newest(cells, today))), default=None)
        except UnreadableError:
            return newest  # the judge will name it
    return newest


def _newest(cells: pa.DictionaryArray, today: date) -> date | None:
    days = CellChecker.days_of(cells.dictionary)
    days = days[days <= (today - date(1970, 1, 1)).days]
    newest = int(days.max()) if len(days) else np.iinfo(np.int32).min
    return date(1970, 1, 1) + timedelta(days=newest) if newest > np.iinfo(np.int32).min else None
