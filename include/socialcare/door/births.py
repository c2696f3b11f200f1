"""Keep a day that would give a birthday away from passing the door: an event near a birth (ADR 0015).

Whether a day is reduced to its month depends on two months alone, that of the event and that of the birth, and
both are known beyond the door: that it was reduced tells nothing more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.born_on import NOT_YET, BornOn
from socialcare.door.cells import NO_DAY, NO_NUMBER, Bools, Checked, Days, Numbers
from socialcare.registry.returns import ReturnYear

#: An event in the month of birth or this many months after it shows its month only.
_MONTHS = 1


class Births:
    """The day of birth of each child of the file that holds it, for the rows of the other files."""

    def __init__(self, year: ReturnYear) -> None:
        self._year = year
        self._reduced = {
            table: tuple(name for name, column in declared.every_column.items() if column.flag)
            for table, declared in year.tables.items()
        }
        self._known = BornOn()

    def forget(self) -> None:
        """Hold no birth: every file is read."""
        self._known.close()

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
        can_tell = {name: self._can_tell(table, name, columns) for name in dates}
        born = self._births_of(subject.number, np.logical_or.reduce(list(can_tell.values())))
        return {name: _reduce(columns[name], born, can_tell[name]) for name in dates}

    def _births_of(self, number: Numbers, asked: Bools) -> Days:
        """Return the births of those who are asked for, NO_DAY in the place of the others."""
        born = np.full(len(number), NO_DAY)
        born[asked] = self._known.find(number[asked])
        return born

    def _remember(self, number: Numbers, born: Days | None, *, may_be_unborn: bool) -> None:
        assert born is not None
        if may_be_unborn:
            born = np.where(born == NO_DAY, NOT_YET, born)
        known = (number != NO_NUMBER) & (born != NO_DAY)
        self._known.add(number[known], born[known])

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
