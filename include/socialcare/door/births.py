"""Keep a day that would give a birthday away from passing the door: an event near a birth (ADR 0015).

Whether a day is reduced to its month depends on two months alone, that of the event and that of the birth, and
both are known beyond the door: that it was reduced tells nothing more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.cells import NO_DAY, NO_NUMBER, Bools, Checked, Days, Numbers
from socialcare.registry.returns import ReturnYear

#: An event in the month of birth or this many months after it shows its month only.
_MONTHS = 1
#: The birth of a child not yet born, where a return has such children: later than any day.
_NOT_YET = np.int32(np.iinfo(np.int32).max)


class Births:
    """The day of birth of each child of the file that holds it, for the rows of the other files."""

    def __init__(self, year: ReturnYear) -> None:
        self._year = year
        self._reduced = {
            table: tuple(name for name, column in declared.every_column.items() if column.flag)
            for table, declared in year.tables.items()
        }
        self.forget()

    def forget(self) -> None:
        """Hold no birth: every file is read."""
        self._held: list[tuple[Numbers, Days]] = []
        self._number, self._born = np.empty(0, np.uint64), np.empty(0, np.int32)

    def reduced(self, table: str, columns: dict[str, Checked]) -> dict[str, Checked]:
        """Remember the births of a block, or return its dates as they may pass."""
        declared = self._year.tables[table]
        subject = columns.get(declared.subject() or "")
        if subject is None or subject.number is None:
            return {}
        born_in = next((n for n, c in declared.columns.items() if c.becomes == "birth_month"), None)
        if born_in in columns:
            self._remember(subject.number, columns[born_in].days, may_be_unborn=not declared.columns[born_in].mandatory)
        dates = [name for name in self._reduced[table] if name in columns]
        if not dates:
            return {}
        born = self._find(subject.number)
        return {name: _reduce(columns[name], born, self._can_tell(table, name, columns)) for name in dates}

    def _remember(self, number: Numbers, born: Days | None, *, may_be_unborn: bool) -> None:
        assert born is not None
        if may_be_unborn:
            born = np.where(born == NO_DAY, _NOT_YET, born)
        known = (number != NO_NUMBER) & (born != NO_DAY)
        self._held.append((number[known], born[known]))

    def _can_tell(self, table: str, name: str, columns: dict[str, Checked]) -> Bools:
        """Mark the rows whose date can be that of a birth, by the codes beside it."""
        declared = self._year.tables[table].every_column
        marks: list[Bools] = [~columns[name].blank]
        for beside, value in declared[name].reduced_when.items():
            wanted = list(self._year.code_lists[str(declared[beside].codes)]).index(value)
            code = columns[beside].code if beside in columns else None
            if code is not None:
                marks.append(np.equal(code, wanted))
        can_tell: Bools = np.logical_and.reduce(marks)
        return can_tell

    def _find(self, wanted: Numbers) -> Days:
        if self._held:
            numbers = np.concatenate([self._number, *(numbers for numbers, _ in self._held)])
            born = np.concatenate([self._born, *(days for _, days in self._held)])
            self._held = []
            not_yet = born == _NOT_YET  # one file may lack what another has, so what is known comes first
            order = np.lexsort((not_yet, numbers)) if not_yet.any() else np.argsort(numbers, kind="stable")
            numbers = numbers[order]
            first = np.ones(len(numbers), dtype=bool)
            first[1:] = numbers[1:] != numbers[:-1]
            self._number, self._born = numbers[first], born[order[first]]
        if not len(self._number):
            return np.full(len(wanted), NO_DAY)
        in_order = np.argsort(wanted)  # neighbours are looked for near each other: twice as fast
        place = np.empty(len(wanted), np.int64)
        place[in_order] = np.searchsorted(self._number, wanted[in_order])
        np.minimum(place, len(self._number) - 1, out=place)
        found: Days = np.where(self._number[place] == wanted, self._born[place], NO_DAY).astype(np.int32)
        return found


def _reduce(date: Checked, born: Days, can_tell: Bools) -> Checked:
    assert date.days is not None
    missing = date.days == NO_DAY
    month = _month(date.days)
    is_month = can_tell & ~missing & (born != NO_DAY) & (month <= _month(born) + _MONTHS)
    stamps = np.where(missing, 0, date.days).astype("datetime64[D]")
    stamps = np.where(is_month, month.astype("datetime64[M]").astype("datetime64[D]"), stamps)
    return replace(date, loaded=pa.array(stamps, mask=missing), is_month=pa.array(is_month))


def _month(days: Days) -> npt.NDArray[np.int64]:
    known = np.where(days == NO_DAY, 0, days)
    return known.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
