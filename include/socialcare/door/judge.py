"""Judge one file: which rows come in, reduced; which wait outside; what was found where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.cells import NO_DAY, CellChecker, Checked, days_since_epoch
from socialcare.door.identity import Pseudonymiser
from socialcare.door.reading import Block, Reader
from socialcare.door.register import Findings, Register
from socialcare.door.rules import ROW_CHECKS, WHOLE_FILE_CHECKS, Children, Rows, whole_file_findings
from socialcare.registry.returns import ReturnYear, Rule


@dataclass(frozen=True)
class Good:
    """Rows that come in: their lines and the columns that pass the door, by the names they have beyond it."""

    lines: npt.NDArray[np.int32]
    columns: dict[str, pa.Array]


class FileJudge:
    """Judges one file. Use ``rows`` to the end first, then ``repeats``; ``findings`` then holds everything."""

    def __init__(
        self,
        reader: Reader,
        year: ReturnYear,
        table: str,
        *,
        extract_day: date,
        pseudonymiser: Pseudonymiser,
        findings: Findings,
        register: Register,
        children: Children,
    ) -> None:
        self._reader, self._findings, self._register, self._given = reader, findings, register, children
        self._table = year.tables[table]
        self._checker = CellChecker(year, pseudonymiser)
        self._bounds = days_since_epoch(year.year_end), days_since_epoch(extract_day)
        self.rules = tuple(rule for rule in year.rules if rule.table == table)
        self._seen: list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]] = []
        self.quarantined = 0

    @property
    def rows_in(self) -> int:
        return self._reader.rows

    def rows(self) -> Iterator[Good]:
        """Yield the rows that come in, block by block. Raises UnreadableError."""
        for block in self._reader.blocks():
            yield self._judge(block)
        ragged = self._reader.ragged
        self.quarantined += len(ragged)
        self._add("cell_count", ragged)

    def repeats(self) -> npt.NDArray[np.int32]:
        """Apply the rules on the whole file; return the lines that must go out again."""
        rules = {n: r for n, r in enumerate(self.rules) if r.check in WHOLE_FILE_CHECKS}
        out = []
        for group in self._register.groups():
            for number, lines in whole_file_findings(group, rules):
                self._findings.add(number, lines)
                if self.rules[number].severity == "quarantine":
                    out.append(lines)
        lines = np.unique(np.concatenate(out)) if out else np.empty(0, np.int32)
        self.quarantined += len(lines)
        return lines

    def children(self) -> Children:
        """Return every child of this file, whether or not the row came in: another file may refer to it."""
        if not self._seen:
            return Children.none()
        number = np.concatenate([n for n, _ in self._seen])
        born = np.concatenate([b for _, b in self._seen])
        number, first = np.unique(number, return_index=True)
        return Children(number, born[first])

    def _judge(self, block: Block) -> Good:
        columns = {name: self._checker.check(self._table.columns[name], cells) for name, cells in block.columns.items()}
        child = columns[self._table.key[0]]
        assert child.number is not None
        known, born = self._given.find(child.number)
        rows = Rows(columns, self._table, *self._bounds, is_known=known, born=born)
        bad = np.zeros(len(block.lines), dtype=bool)
        for number, rule in enumerate(self.rules):
            if rule.check in ROW_CHECKS and set(rule.columns) <= set(columns):
                marked = ROW_CHECKS[rule.check](rule, rows)
                if marked.any():
                    self._findings.add(number, block.lines[marked])
                    if rule.severity == "quarantine":
                        bad |= marked
        self.quarantined += int(bad.sum())
        self._remember(block, columns, child, ~bad)
        return self._good(block, columns, ~bad)

    def _remember(self, block: Block, columns: dict[str, Checked], child: Checked, good: npt.NDArray[np.bool_]) -> None:
        assert child.number is not None
        if len(self._table.key) == 1:
            named = ~child.wrong & ~child.blank
            born = columns["DOB"].days if "DOB" in columns else None
            # A birthday that was itself refused must not be held against the episodes.
            days = np.full(len(named), NO_DAY) if born is None else np.where(good, born, NO_DAY)
            self._seen.append((child.number[named], days[named]))
            self._register.add(child.number[good], block.lines[good], 0, 0)
        else:
            start, end = columns["DECOM"].days, columns["DEC"].days if "DEC" in columns else None
            assert start is not None
            last = np.full(len(start), NO_DAY) if end is None else end
            self._register.add(child.number[good], block.lines[good], start[good], last[good])

    def _good(self, block: Block, columns: dict[str, Checked], good: npt.NDArray[np.bool_]) -> Good:
        loaded = {
            str(self._table.columns[name].loaded_as): checked.loaded
            for name, checked in columns.items()
            if checked.loaded is not None
        }
        if good.all():
            return Good(block.lines, loaded)
        keep = pa.array(good)
        return Good(block.lines[good], {name: values.filter(keep) for name, values in loaded.items()})

    def _add(self, check: str, lines: npt.NDArray[np.int32]) -> None:
        for number, rule in enumerate(self.rules):
            if rule.check == check and len(lines):
                self._findings.add(number, lines)


def counts_of(findings: Findings, rules: tuple[Rule, ...]) -> dict[int, int]:
    """Return how often each rule (by its number) was broken."""
    zero = np.zeros(len(rules), dtype=np.int64)
    chunks = (np.bincount(chunk["rule"], minlength=len(rules)) for chunk in findings.chunks())
    total = reduce(np.add, chunks, zero)
    return {number: int(count) for number, count in enumerate(total) if count}
