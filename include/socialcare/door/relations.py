"""What rules may ask of a row, as records of numbers: no identifier and no text is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.cells import LONGEST_WORD, NO_CODE, NO_DAY, NO_NUMBER, UPN_KINDS, Checked, Numbers
from socialcare.registry.returns import Column, ReturnYear

Records = npt.NDArray[np.void]

#: What a rule sees of a column by its name alone, by type: the part of ``Checked`` and how it is stored.
_VALUES = {
    "identifier": ("number", "u8"),
    "date": ("days", "i4"),
    "code": ("code", "u1"),
    "upn": ("code", "u1"),
    "number": ("amount", "f8"),
    "time": ("amount", "f8"),
    "text": ("word", f"S{LONGEST_WORD}"),
}
_ARROW = {"blank": pa.bool_(), "number": pa.uint64(), "same": pa.uint64(), "days": pa.date32(), "amount": pa.float64()}
#: A relation of this name before that of a table: what the council delivered for the year before.
LAST = "last_"
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


@dataclass(frozen=True)
class _Asked:
    """One column of a relation: which part of which column of the file it shows."""

    name: str
    column: str
    part: str
    stored: str


class Relation:
    """One table as the rules of a year see it: only the columns that some rule names."""

    def __init__(self, year: ReturnYear, table: str, named: frozenset[str]) -> None:
        declared = year.tables[table]
        self._year, self._table = year, table
        self.subject = declared.subject(year.subject)
        self._asked = [asked for name, column in declared.every_column.items() for asked in _asked(name, column, named)]
        self._order = [asked.name for asked in self._asked if asked.column in declared.key and asked.part == "days"]
        self.wants_same = frozenset(asked.column for asked in self._asked if asked.part == "same")
        self.record = np.dtype(
            [("_key", "u8"), ("_line", "i4"), ("_bad", "?"), *((asked.name, asked.stored) for asked in self._asked)]
        )

    def whose(self, columns: dict[str, Checked], count: int) -> Numbers:
        """Return whose each row of a block is, by number; NO_NUMBER where nobody's."""
        subject = columns.get(self.subject or "")
        return np.full(count, NO_NUMBER) if subject is None or subject.number is None else subject.number

    def records(self, lines: npt.NDArray[np.int32], columns: dict[str, Checked], bad: npt.NDArray[np.bool_]) -> Records:
        """Return the rows of a block; ``bad`` marks those that are out already."""
        rows = np.empty(len(lines), dtype=self.record)
        subject = columns.get(self.subject or "")
        rows["_key"] = NO_NUMBER
        if subject is not None and subject.number is not None:  # rows of nobody belong to no other: any group will do
            rows["_key"] = np.where(subject.number == NO_NUMBER, lines.astype(np.uint64), subject.number)
        rows["_line"], rows["_bad"] = lines, bad
        for asked in self._asked:
            shown = getattr(columns.get(asked.column), asked.part, None)
            if shown is None:  # the file has no such column
                rows[asked.name] = _missing(asked)
            else:
                rows[asked.name] = ~shown if asked.part == "blank" else shown
        return rows

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the file that some rule asks."""
        return frozenset(asked.column for asked in self._asked)

    @property
    def nothing(self) -> Records:
        """The relation without a row."""
        return np.empty(0, dtype=self.record)

    def sorted(self, rows: Records) -> Records:
        """Return the rows of each subject together, by the dates of the key, then by line as they came."""
        keys = np.ascontiguousarray(rows["_key"])
        dates = [np.ascontiguousarray(rows[name]) for name in self._order]
        if _are_together(keys, dates):  # as most extracts are
            return rows
        return rows.take(np.lexsort([*reversed(dates), keys]))

    def arrow(self, rows: Records) -> pa.Table:
        """Return the rows as the relation that SQL sees: empty where a cell was blank or wrong."""
        columns = {"_line": pa.array(np.ascontiguousarray(rows["_line"]))}
        for asked in self._asked:
            values = np.ascontiguousarray(rows[asked.name])
            if asked.part == "code":
                place = pa.array(values, mask=values == NO_CODE)
                columns[asked.name] = pa.DictionaryArray.from_arrays(place, self._codes(asked.column))
            elif asked.part == "word":
                columns[asked.name] = _words_of(values)
            else:
                mask = _is_missing(asked.part, values)
                columns[asked.name] = pa.array(values, mask=mask).cast(_ARROW[asked.part])
        return pa.table(columns)

    def kinds(self) -> dict[str, list[str]]:
        """Return the codes of each type of this relation's coded columns."""
        coded = (asked.column for asked in self._asked if asked.part == "code")
        return {self._kind(column): codes for column in coded if (codes := self._codes(column).to_pylist())}

    def typed(self, arrived: str) -> str:
        """Return SQL that reads what ``arrow`` returned, codes as what they are."""
        kinds = self.kinds()
        columns = (
            f"cast({asked.name} as {kind}) as {asked.name}"
            if asked.part == "code" and (kind := self._kind(asked.column)) in kinds
            else asked.name
            for asked in self._asked
        )
        return f"select {', '.join(['_line', *columns])} from {arrived}"

    def _kind(self, column: str) -> str:
        return f"kind_{self._year.tables[self._table].every_column[column].codes or 'upn'}"

    def _codes(self, column: str) -> pa.StringArray:
        codes = self._year.tables[self._table].every_column[column].codes
        return pa.array(list(self._year.code_lists[codes]), pa.string()) if codes else UPN_KINDS


def relations(year: ReturnYear) -> dict[str, Relation]:
    """Return every table of the return as its rules see it."""
    said = " ".join([*year.views.values(), *(rule.sql for rule in year.rules)])
    named = frozenset(word.upper() for word in words(said))
    found = {table: Relation(year, table, named) for table in year.tables}
    last = (table for table in year.tables if f"{LAST}{table}".upper() in named)
    return found | {f"{LAST}{table}": Relation(year, table, named) for table in last}


def words(sql: str) -> frozenset[str]:
    """Return the words of some SQL: every table and column that it names is among them."""
    return frozenset(_WORD.findall(sql))


def _asked(name: str, column: Column, named: frozenset[str]) -> list[_Asked]:
    asked = []
    value = _VALUES.get(column.type)
    if value and (column.type != "text" or column.pattern) and name.upper() in named:
        asked.append(_Asked(name, name, *value))
    if f"{name}_GIVEN".upper() in named:
        asked.append(_Asked(f"{name}_given", name, "blank", "?"))
    if f"{name}_SAME".upper() in named:
        asked.append(_Asked(f"{name}_same", name, "same", "u8"))
    return asked


def _missing(asked: _Asked) -> Any:
    missing = {"u8": NO_NUMBER, "i4": NO_DAY, "u1": NO_CODE, "f8": np.nan, "?": False}
    return missing.get(asked.stored, b"")


def _are_together(keys: npt.NDArray[np.uint64], dates: list[npt.NDArray[np.int32]]) -> bool:
    """Whether all rows of a key are together already, in the order of their dates."""
    is_next, in_order = keys[1:] != keys[:-1], np.sort(keys)
    if is_next.sum() > (in_order[1:] != in_order[:-1]).sum():
        return False
    for earlier, later in ((days[:-1], days[1:]) for days in dates):
        if (~is_next & (later < earlier)).any():
            return False
        is_next = is_next | (later > earlier)
    return True


def _words_of(values: npt.NDArray[np.bytes_]) -> pa.StringArray:
    if not len(values):
        return pa.array([], pa.string())
    lengths = np.strings.str_len(values)
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    letters = values.view(np.uint8).reshape(len(values), -1)
    text = letters[np.arange(letters.shape[1]) < lengths[:, None]]
    missing = pa.array(lengths > 0).buffers()[1]
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(text), missing)


def _is_missing(part: str, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    if part == "blank":
        return None
    missing: npt.NDArray[np.bool_] = (
        np.isnan(values) if part == "amount" else values == (NO_DAY if part == "days" else NO_NUMBER)
    )
    return missing
