"""Judge the files of a delivery: which rows come in, reduced; which wait outside; what was found where.

First each file is read once, block by block: its cells are checked, and its rows come in unless a cell keeps them
out. Then the rules that need more than a cell see all rows of a child together, of every file; rows that they keep
out are taken out again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.births import Births
from socialcare.door.block import BlockChecker, Looked
from socialcare.door.cells import NO_NUMBER, UPN_KINDS, CellChecker, Checked, Numbers
from socialcare.door.engine import Circumstances, Found, RuleEngine, over_all, rules_of
from socialcare.door.identity import Pseudonymiser
from socialcare.door.read_xml import XmlTable
from socialcare.door.reading import Block, Reader, UnreadableError, ahead
from socialcare.door.register import SHARED, Findings, Records, Spill, refuse_crowd, shared, whose
from socialcare.door.relations import LAST, relations
from socialcare.door.side_by_side import side_by_side
from socialcare.door.small import few_arenas, give_back
from socialcare.registry.returns import ReturnYear, Rule

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


class DeliveryJudge:
    """Judges one delivery: ``file`` for each of its files, every one read to its end, then ``finish``."""

    def __init__(self, year: ReturnYear, known: Circumstances, pseudonymiser: Pseudonymiser) -> None:
        few_arenas()
        self.year, self._known = year, known
        pseudonymiser.tokens(pa.array(["-"]))  # keys are made once, before two blocks ask for them at one time
        self.checker = CellChecker(year, pseudonymiser)
        self.relations = relations(year)
        self.births = Births(year)
        self.spill, self.values = Spill(), Spill()
        self._files: dict[str, FileJudge] = {}
        self._together = 0
        self._engines: list[RuleEngine] = []
        self._idle: deque[RuleEngine] = deque()

    def __enter__(self) -> DeliveryJudge:
        return self

    def __exit__(self, *problem: object) -> None:
        for engine in self._engines:
            engine.__exit__()
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
        for group, all_found in self._judged():
            give_back()
            for found in all_found:
                judge = self._files[found.table]
                judge.findings.add(found.rule, found.lines, whose(group[found.table], "_key", found.lines))
                if judge.rules[found.rule].severity == "quarantine":
                    rows = group[found.table]
                    already = rows["_line"][rows["_bad"]]
                    out[found.table].append(np.setdiff1d(found.lines, already, assume_unique=True))
        for found in over_all(total for engine in self._engines for total in engine.totals()):
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

    def _judged(self) -> Iterator[tuple[dict[str, Records], list[Found]]]:
        """Yield each group with what was found in it, two at a time: the database server has nothing to do now."""
        return side_by_side(self._found_in, self.spill.groups())

    def _found_in(self, group: dict[str, Records]) -> list[Found]:
        refuse_crowd(group)
        try:
            engine = self._idle.popleft()
        except IndexError:
            engine = RuleEngine(self.year, self.relations, self._known)
            self._engines.append(engine)
        found = list(engine.judge(group))
        self._idle.append(engine)
        return found


class FileJudge:
    """Judges the cells of one file. Use ``rows`` to the end; ``findings`` then holds what the cells showed."""

    def __init__(self, delivery: DeliveryJudge, reader: Reader | XmlTable, table: str, findings: Findings) -> None:
        self._delivery, self._reader, self._name, self.findings = delivery, reader, table, findings
        self._columns = delivery.year.tables[table].every_column
        self._relation = delivery.relations[table]
        self.rules = rules_of(delivery.year, table)
        self._cells = BlockChecker(delivery.checker, self._columns, self._relation, self.rules)
        self.quarantined = 0

    @property
    def rows_in(self) -> int:
        return self._reader.rows

    def rows(self) -> Iterator[Good]:
        """Yield the rows that come in, block by block. Raises UnreadableError."""
        for block, looked in side_by_side(self._cells.look_at, self._counted(ahead(self._reader.blocks()))):
            yield self._judge(block, looked)
        ragged = self._reader.ragged
        self.quarantined += len(ragged)
        for number, rule in enumerate(self.rules):
            if rule.check == "cell_count" and len(ragged):
                self.findings.add(number, ragged)

    def _counted(self, blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            if self._relation.subject is None:
                self._delivery.see_together(len(block.lines))
            yield block

    def _judge(self, block: Block, looked: Looked) -> Good:
        for number, marked in looked.marked.items():
            self.findings.add(number, block.lines[marked], looked.whose[marked])
        for number, rule in enumerate(self.rules):
            if rule.check == "shared" and rule.columns[0] in looked.columns:
                self._remember(number, block.lines, looked.whose, looked.columns[rule.columns[0]])
        self.quarantined += int(looked.bad.sum())
        self._delivery.spill.add(self._name, looked.records)
        columns = looked.columns | self._delivery.births.reduced(self._name, looked.columns)
        return self._good(block, columns, ~looked.bad)

    def _remember(self, number: int, lines: Lines, whose_rows: Numbers, checked: Checked) -> None:
        """Keep what stands for each value, to see at the end which lines of several children share one."""
        assert checked.same is not None
        given = checked.same != NO_NUMBER
        if checked.code is not None:  # of pupil numbers, only those that are there
            given &= checked.code == UPN_KINDS.index("present").as_py()
        rows = np.empty(int(given.sum()), dtype=SHARED)
        rows["_key"], rows["_line"], rows["_whose"] = checked.same[given], lines[given], whose_rows[given]
        self._delivery.values.add(f"{self._name}/{number}", rows)

    def _good(self, block: Block, columns: dict[str, Checked], good: Bools) -> Good:
        loaded: dict[str, pa.Array] = {}
        for name, checked in columns.items():
            loaded |= checked.passing(self._columns[name])
        if good.all():
            return Good(block.lines, loaded)
        keep = pa.array(good)
        return Good(block.lines[good], {name: values.filter(keep) for name, values in loaded.items()})


def counts_of(findings: Findings, rules: tuple[Rule, ...]) -> dict[int, int]:
    """Return how often each rule (by its number) was broken."""
    zero = np.zeros(len(rules), dtype=np.int64)
    chunks = (np.bincount(chunk["rule"], minlength=len(rules)) for chunk in findings.chunks())
    total = reduce(np.add, chunks, zero)
    return {number: int(count) for number, count in enumerate(total) if count}
