"""Judge rows written by hand, through the door's own checks and rules, without a database or a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge
from socialcare.door.reading import Block
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.registry.returns import return_spec

Row = dict[str, str]


@dataclass
class MadeFile:
    """A file of rows in memory, in the place of a reader."""

    made: list[Row]

    @property
    def rows(self) -> int:
        return len(self.made)

    @property
    def ragged(self) -> np.ndarray:
        return np.empty(0, np.int32)

    def blocks(self) -> Iterator[Block]:
        names = {name: None for row in self.made for name in row}
        columns = {
            name: pa.array([row.get(name) or None for row in self.made], pa.string()).dictionary_encode()
            for name in names
        }
        yield Block(np.arange(2, len(self.made) + 2, dtype=np.int32), columns)


def found(
    return_id: str,
    year: int,
    files: dict[str, list[Row]],
    *,
    last_year: dict[str, list[Row]] | None = None,
    as_of: date | None = None,
) -> set[tuple[str, str, int]]:
    """Return what is found as (rule, table, row), the first row being 1."""
    declared = return_spec(return_id).for_year(year)
    known = Circumstances(as_of or declared.year_end, tuple(files), ("E06000047", "840"))
    with ExitStack() as stack:
        judge = stack.enter_context(DeliveryJudge(declared, known, Pseudonymiser("durham")))
        judges = {}
        for table in declared.tables:
            if table in files:
                findings = stack.enter_context(Findings())
                judges[table] = judge.file(MadeFile(files[table]), table, findings)  # type: ignore[arg-type]
                list(judges[table].rows())
        for table, rows in (last_year or {}).items():
            for block in MadeFile(rows).blocks():
                columns = declared.tables[table].columns
                checked = {name: judge.checker.check(columns[name], cells) for name, cells in block.columns.items()}
                judge.remember_last_year(table, checked)
        judge.finish()
        return {
            (file.rules[rule].code, table, int(line) - 1)
            for table, file in judges.items()
            for chunk in file.findings.chunks()
            for line, rule in zip(chunk["line"], chunk["rule"], strict=True)
        }
