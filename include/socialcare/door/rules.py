"""The rules of a return, each as one operation on whole columns. Which rule uses which is declared in specs/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from socialcare.door.cells import NO_DAY, Bools, Checked, Days
from socialcare.door.register import Record
from socialcare.registry.returns import Rule, Table


@dataclass(frozen=True)
class Children:
    """The children of the Header file: token numbers in order, and the day each was born (or NO_DAY)."""

    number: npt.NDArray[np.uint64]
    born: Days

    @classmethod
    def none(cls) -> Children:
        return cls(np.empty(0, np.uint64), np.empty(0, np.int32))

    def find(self, number: npt.NDArray[np.uint64]) -> tuple[Bools, Days]:
        """Return for each number whether the child is in the Header, and the day of birth."""
        if not len(self.number):
            return np.zeros(len(number), dtype=bool), np.full(len(number), NO_DAY)
        place = np.minimum(np.searchsorted(self.number, number), len(self.number) - 1)
        found = self.number[place] == number
        return found, np.where(found, self.born[place], NO_DAY)


@dataclass(frozen=True)
class Rows:
    """What a rule may look at: the checked columns of some rows and the days that bound the return."""

    columns: dict[str, Checked]
    table: Table
    year_end: int
    extract_day: int
    is_known: Bools
    born: Days


Check = Callable[[Rule, Rows], Bools]
WholeFileCheck = Callable[[npt.NDArray[Record]], Bools]


def _valid(rule: Rule, rows: Rows) -> Bools:
    (name,) = rule.columns
    cells = rows.columns[name]
    bad: Bools = cells.wrong | cells.blank if rows.table.columns[name].mandatory else cells.wrong
    return bad


def _on_or_before_year_end(rule: Rule, rows: Rows) -> Bools:
    bad: Bools = _days(rows, rule.columns[0]) > rows.year_end
    return bad


def _on_or_before_extract(rule: Rule, rows: Rows) -> Bools:
    bad: Bools = _days(rows, rule.columns[0]) > rows.extract_day
    return bad


def _in_order(rule: Rule, rows: Rows) -> Bools:
    first, last = (_days(rows, name) for name in rule.columns)
    bad: Bools = (last < first) & (last != NO_DAY)
    return bad


def _lasts_a_day(rule: Rule, rows: Rows) -> Bools:
    first, last = (_days(rows, name) for name in rule.columns)
    bad: Bools = (last == first) & (last != NO_DAY)
    return bad


def _both_or_neither(rule: Rule, rows: Rows) -> Bools:
    first, second = (rows.columns[name].blank for name in rule.columns)
    bad: Bools = first != second
    return bad


def _in_header(rule: Rule, rows: Rows) -> Bools:
    child = rows.columns[rule.columns[0]]
    return ~rows.is_known & ~child.blank & ~child.wrong


def _not_before_birth(rule: Rule, rows: Rows) -> Bools:
    began = _days(rows, rule.columns[0])
    bad: Bools = (began < rows.born) & (began != NO_DAY)
    return bad


def _days(rows: Rows, name: str) -> Days:
    days = rows.columns[name].days
    assert days is not None, f"{name} is not declared as a date"
    return days


ROW_CHECKS: dict[str, Check] = {
    "valid": _valid,
    "on_or_before_year_end": _on_or_before_year_end,
    "on_or_before_extract": _on_or_before_extract,
    "in_order": _in_order,
    "lasts_a_day": _lasts_a_day,
    "both_or_neither": _both_or_neither,
    "in_header": _in_header,
    "not_before_birth": _not_before_birth,
}


def _again(group: npt.NDArray[Record]) -> Bools:
    """Mark a row that has the same child and the same start as the row before it."""
    same = (group["child"][1:] == group["child"][:-1]) & (group["start"][1:] == group["start"][:-1])
    return np.append(False, same)


def _not_ended(group: npt.NDArray[Record]) -> Bools:
    """Mark an episode without an end that another episode of the child follows."""
    followed = group["child"][1:] == group["child"][:-1]
    return np.append(followed & (group["end"][:-1] == NO_DAY), False)


def _overlaps(group: npt.NDArray[Record]) -> Bools:
    """Mark an episode that begins before the one before it ended."""
    same = group["child"][1:] == group["child"][:-1]
    return np.append(False, same & (group["start"][1:] < group["end"][:-1]))


#: Checks on all rows of a file, sorted by child and start. ``unique`` runs first: the others see no repeats.
WHOLE_FILE_CHECKS: dict[str, WholeFileCheck] = {
    "unique": _again,
    "previous_ended": _not_ended,
    "no_overlap": _overlaps,
}


def whole_file_findings(
    group: npt.NDArray[Record], rules: dict[int, Rule]
) -> Iterator[tuple[int, npt.NDArray[np.int32]]]:
    """Yield (rule number, lines) for the whole-file rules on one sorted group."""
    order = list(WHOLE_FILE_CHECKS)
    for number, rule in sorted(rules.items(), key=lambda item: order.index(item[1].check)):
        if not len(group):
            return
        marked = WHOLE_FILE_CHECKS[rule.check](group)
        yield number, group["line"][marked]
        if rule.check == "unique":
            group = group[~marked]
