"""Judge the files of a delivery: which rows come in, reduced; which wait outside; what was found where.

First each file is read once, block by block: its cells are checked, and its rows come in unless a cell keeps them
out. Then the rules that need more than a cell see all rows of a child together, of every file; rows that they keep
out are taken out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.births import Births
from socialcare.door.cells import NO_NUMBER, UPN_KINDS, CellChecker, Checked, Numbers
from socialcare.door.engine import rules_of
from socialcare.door.engines import RuleEngines
from socialcare.door.identity import Pseudonymiser
from socialcare.door.in_time import told_in_time
from socialcare.door.read_xml import XmlTable
from socialcare.door.reading import Block, Reader, UnreadableError, ahead
from socialcare.door.register import SHARED, Findings, Spill, shared, whose
from socialcare.door.relations import LAST, relations
from socialcare.door.rule_words import Circumstances
from socialcare.door.small import give_back
from socialcare.door.upn import wrong_check_letters
from socialcare.registry.returns import Column, ReturnYear, Rule

#: Rows of one delivery that rules must see at once, since nothing says whose they are. More are refused: they would
#: need more memory than the door may have.
MOST_TOGETHER = 500_000

Lines = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Good:
    """Rows that come in: their lines and the columns that pass the door, by the names they have beyond it."""

    lines: Lines
    columns: dict[str, pa.Array]


@dataclass(frozen=True)
class _Rows:
    """The lines of a block and whose each is: NO_NUMBER when nobody's."""

    lines: Lines
    whose: Numbers


class DeliveryJudge:
    """Judges one delivery: ``file`` for each of its files, every one read to its end, then ``finish``."""

    def __init__(self, year: ReturnYear, known: Circumstances, pseudonymiser: Pseudonymiser) -> None:
        self.year, self._known = year, known
        self.checker = CellChecker(year, pseudonymiser)
        self.relations = relations(year)
        self.births = Births(year)
        self.spill, self.values = Spill(), Spill()
        self._files: dict[str, FileJudge] = {}
        self._together = 0

    def __enter__(self) -> DeliveryJudge:
        return self

    def __exit__(self, *problem: object) -> None:
        self.births.forget()
        self.spill.__exit__()
        self.values.__exit__()

    def file(self, reader: Reader | XmlTable, table: str, findings: Findings) -> FileJudge:
        """Return the judge of one file; what it finds goes to ``findings``."""
        self._files[table] = FileJudge(self, reader, table, findings)
        return self._files[table]

    def asked_of_last_year(self) -> dict[str, frozenset[str]]:
        """Return the tables of which rules ask last year's rows, and which columns."""
        named = {name: relation.columns for name, relation in self.relations.items() if name.startswith(LAST)}
        return {name.removeprefix(LAST): columns for name, columns in named.items()}

    def see_together(self, count: int) -> None:
        """Count rows of nobody in particular. Raises UnreadableError when there are too many of them."""
        self._together += count
        if self._together > MOST_TOGETHER:
            raise UnreadableError("too_many_rows_together")

    def remember_last_year(self, table: str, columns: dict[str, Checked]) -> None:
        """Take rows that the council delivered for the year before, for the rules that ask; nobody judges them."""
        relation = self.relations.get(f"{LAST}{table}")
        if relation:
            count = len(next(iter(columns.values())).blank)
            lines = np.zeros(count, dtype=np.int32)
            self.spill.add(f"{LAST}{table}", relation.records(lines, columns, np.ones(count, dtype=bool)))

    def finish(self) -> dict[str, Lines]:
        """Apply the rules that need more than a cell; return, by table, the lines to go out. Raises UnreadableError."""
        out: dict[str, list[Lines]] = {table: [] for table in self._files}
        self.births.forget()
        give_back()
        engines = RuleEngines(self.year, self.relations, self._known)
        for all_broken in engines.judged(self.spill.groups()):
            give_back()
            for broken in all_broken:
                judge = self._files[broken.table]
                judge.findings.add(broken.rule, broken.lines, broken.whose)
                if judge.rules[broken.rule].severity == "quarantine":
                    out[broken.table].append(broken.lines[~broken.was_out])
        for found in engines.over_all():
            self._files[found.table].findings.add(found.rule, found.lines)
        for group in self.values.groups():
            for name, rows in group.items():
                table, number = name.split("/")
                lines = shared(rows)
                self._files[table].findings.add(int(number), lines, whose(rows, "_whose", lines))
        gone = {t: np.unique(np.concatenate(found)) if found else np.empty(0, np.int32) for t, found in out.items()}
        for table, found_out in gone.items():
            self._files[table].quarantined += len(found_out)
        return gone


class FileJudge:
    """Judges the cells of one file. Use ``rows`` to the end; ``findings`` then holds what the cells showed."""

    def __init__(self, delivery: DeliveryJudge, reader: Reader | XmlTable, table: str, findings: Findings) -> None:
        self._delivery, self._reader, self._name, self.findings = delivery, reader, table, findings
        self._columns = delivery.year.tables[table].every_column
        self._relation = delivery.relations[table]
        self.rules = rules_of(delivery.year, table)
        self.quarantined = 0

    @property
    def rows_in(self) -> int:
        return self._reader.rows

    def rows(self) -> Iterator[Good]:
        """Yield the rows that come in, block by block. Raises UnreadableError."""
        for block in ahead(self._reader.blocks()):
            if self._relation.subject is None:
                self._delivery.see_together(len(block.lines))
            yield self._judge(block)
        ragged = self._reader.ragged
        self.quarantined += len(ragged)
        for number, rule in enumerate(self.rules):
            if rule.check == "cell_count" and len(ragged):
                self.findings.add(number, ragged)

    def _judge(self, block: Block) -> Good:
        check, wants_same = self._delivery.checker.check, self._wants_same
        columns = {
            name: check(self._columns[name], cells, wants_same=name in wants_same, has_none=name in self._has_none)
            for name, cells in block.columns.items()
            if name in self._columns
        }
        rows = _Rows(block.lines, self._relation.whose(columns, len(block.lines)))
        bad = np.zeros(len(block.lines), dtype=bool)
        for number, rule in enumerate(self.rules):
            (name, *_) = rule.columns
            if rule.check == "valid" and name in columns:
                self._mark(number, rule, _invalid(self._columns[name], columns[name]), rows, bad)
            elif rule.check == "check_letter" and name in columns:
                self._mark(number, rule, wrong_check_letters(block.columns[name]), rows, bad)
            elif rule.check == "no_date" and name in columns:
                self._mark(number, rule, columns[name].none, rows, bad)
            elif rule.check == "shared" and name in columns:
                self._remember(number, rows, columns[name])
        self.quarantined += int(bad.sum())
        self._delivery.spill.add(self._name, self._relation.records(block.lines, columns, bad))
        columns |= told_in_time(self._columns, columns)  # from whole days, so before any is reduced
        columns |= self._delivery.births.reduced(self._name, columns)
        return self._good(block, columns, ~bad)

    @property
    def _wants_same(self) -> frozenset[str]:
        return self._relation.wants_same | {rule.columns[0] for rule in self.rules if rule.check == "shared"}

    @property
    def _has_none(self) -> frozenset[str]:
        return frozenset(rule.columns[0] for rule in self.rules if rule.check == "no_date")

    def _mark(self, number: int, rule: Rule, marked: Bools | None, rows: _Rows, bad: Bools) -> None:
        if marked is not None and marked.any():
            self.findings.add(number, rows.lines[marked], rows.whose[marked])
            if rule.severity == "quarantine":
                bad |= marked

    def _remember(self, number: int, of: _Rows, checked: Checked) -> None:
        """Keep what stands for each value, to see at the end which lines of several children share one."""
        assert checked.same is not None
        given = checked.same != NO_NUMBER
        if checked.code is not None:  # of pupil numbers, only those that are there
            given &= checked.code == UPN_KINDS.index("present").as_py()
        rows = np.empty(int(given.sum()), dtype=SHARED)
        rows["_key"], rows["_line"], rows["_whose"] = checked.same[given], of.lines[given], of.whose[given]
        self._delivery.values.add(f"{self._name}/{number}", rows)

    def _good(self, block: Block, columns: dict[str, Checked], good: Bools) -> Good:
        loaded: dict[str, pa.Array] = {}
        for name, checked in columns.items():
            loaded |= checked.passing(self._columns[name])
        if good.all():
            return Good(block.lines, loaded)
        keep = pa.array(good)
        return Good(block.lines[good], {name: values.filter(keep) for name, values in loaded.items()})


def _invalid(column: Column, cells: Checked) -> Bools:
    bad: Bools = cells.wrong | cells.blank if column.mandatory else cells.wrong
    return bad


def counts_of(findings: Findings, rules: tuple[Rule, ...]) -> dict[int, int]:
    """Return how often each rule (by its number) was broken."""
    zero = np.zeros(len(rules), dtype=np.int64)
    chunks = (np.bincount(chunk["rule"], minlength=len(rules)) for chunk in findings.chunks())
    total = reduce(np.add, chunks, zero)
    return {number: int(count) for number, count in enumerate(total) if count}
