"""Planted defects: each is one child with one row made wrong, and the verdict that the door must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import pyarrow as pa

from socialcare.generate.rows import Rows

Severity = Literal["quarantine", "warning"]
#: A cell as text, or as a number of days from the day of the extract (less than nothing is before it).
Cell = str | int
Line = Mapping[str, Cell]


class Sheet:
    """One file in the making: columns of text in the file's order, and rows added one by one for defects."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._parts: list[pa.Table] = []
        self._added: list[dict[str, str]] = []

    def extend(self, rows: Rows) -> None:
        """Add a whole table; before any row is added one by one."""
        if len(rows):  # Arrow's CSV writer puts unused memory before what follows an empty part
            self._parts.append(pa.table({name: pa.array(rows[name], pa.string()) for name in self._names}))

    @property
    def rows(self) -> int:
        return sum(int(part.num_rows) for part in self._parts) + len(self._added)

    def add(self, row: dict[str, str]) -> int:
        """Add a row at the end; return its row number (the heading is 1)."""
        self._added.append(row)
        return self.rows + 1

    def table(self) -> pa.Table:
        """Return the whole file."""
        added = {name: pa.array([row.get(name, "") for row in self._added], pa.string()) for name in self._names}
        return pa.concat_tables([*self._parts, pa.table(added)])


@dataclass(frozen=True)
class Defect:
    """A kind of defect: what is wrong in which table, and which rule must find it there."""

    name: str
    table: str
    rule_code: str
    severity: Severity
    rows: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    """The child's rows in each table, as changes to a row in order; a table that is not named has its usual rows."""
    finding_at: int = 0
    """Which of the rows in ``table`` the finding is on."""
    also_at: tuple[int, ...] = ()
    """Further rows on which the same rule finds it."""
    usual: str = "in_care"
    """Which usual child this one would be: see ``usual_lines``."""
    first_year: int = 0
    last_year: int = 9999

    def applies(self, year: int) -> bool:
        """Whether the rule finds it in this collection year."""
        return self.first_year <= year <= self.last_year


def as_text(row: Line, as_of: date, style: str = "%d/%m/%Y") -> dict[str, str]:
    """Return a row as text: days from the extract become dates."""
    return {
        name: (as_of + timedelta(days=cell)).strftime(style) if isinstance(cell, int) else cell
        for name, cell in row.items()
    }


def plant(
    defect: Defect,
    child: Mapping[str, str],
    sheets: Mapping[str, Sheet],
    usual: Mapping[str, tuple[Line, ...]],
    as_of: date,
) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Add the defect's child to the files that are there; yield each row with its file and row number.

    ``child`` fills the cells that every row of the child has.
    """
    for table, sheet in sheets.items():
        base = usual.get(table, ())
        changes = defect.rows.get(table)
        count = len(base) if changes is None else len(changes)
        for n in range(count):
            before = base[min(n, len(base) - 1)] if base else {}
            row = as_text({**before, **(changes[n] if changes is not None else {})}, as_of)
            full = {**child, **row}
            yield table, sheet.add(full), full
