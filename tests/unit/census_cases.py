"""Judge messages written by hand, through the reader and the door's own checks and rules. All of it is made up."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from socialcare.door.identity import Tokens
from socialcare.door.judge import DeliveryJudge
from socialcare.door.read_xml import XmlReader, shapes_of
from socialcare.door.reading import Block
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.registry.returns import return_spec

#: (rule, table, row of that table, what is changed in the clean records).
Case = tuple[str, str, int, list[tuple[str, str]]]


class _OneTable:
    """The blocks of one table of a message that was read."""

    def __init__(self) -> None:
        self.made: list[Block] = []
        self.ragged = np.empty(0, np.int32)

    @property
    def rows(self) -> int:
        return sum(len(block.lines) for block in self.made)

    @property
    def lines(self) -> list[int]:
        return [line for block in self.made for line in block.lines.tolist()]

    def blocks(self) -> Iterator[Block]:
        yield from self.made


class _NoKeys:
    """Tokens without a key, since nothing here is of anybody."""

    def tokens(self, identifiers: pa.StringArray, kind: str = "child") -> Tokens:
        digests = [hashlib.sha256(f"{kind}{one}".encode()).digest()[:8] for one in identifiers.to_pylist()]
        return Tokens(pa.array([one.hex() for one in digests]), np.frombuffer(b"".join(digests), np.uint64))


def found(
    return_id: str, year: int, head: str, parts: Sequence[str], tail: str, as_of: date | None = None
) -> list[set[tuple[str, str, int]]]:
    """Judge one message made of parts; return what is found in each, as (rule, table, row of the part).

    What is found outside the parts is in the first.
    """
    declared = return_spec(return_id).for_year(year)
    tables = {name: _OneTable() for name in declared.tables}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "message.xml"
        path.write_text(head + "".join(parts) + tail, encoding="utf-8")
        for name, block in XmlReader(path, shapes_of(declared.tables)).blocks():
            tables[name].made.append(block)
        known = Circumstances(as_of or declared.year_end, tuple(tables))
        judge = stack.enter_context(DeliveryJudge(declared, known, _NoKeys()))  # type: ignore[arg-type]
        judges = {}
        for name, table in tables.items():
            judges[name] = judge.file(table, name, stack.enter_context(Findings()))  # type: ignore[arg-type]
            list(judges[name].rows())
        judge.finish()
        broken = {
            (file.rules[rule].code, table, int(line))
            for table, file in judges.items()
            for chunk in file.findings.chunks()
            for line, rule in zip(chunk["line"], chunk["rule"], strict=True)
        }
    ends = np.cumsum([head.count("\n"), *(part.count("\n") for part in parts)])
    results: list[set[tuple[str, str, int]]] = [set() for _ in parts]
    for code, name, line in broken:
        place = max(int(np.searchsorted(ends, line)) - 1, 0)
        before = sum(1 for other in tables[name].lines if other <= ends[place] and place)
        results[place].add((code, name, tables[name].lines.index(line) + 1 - before))
    return results


def changed(text: str, changes: list[tuple[str, str]]) -> str:
    """Change a text; what is to be changed must be in it."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
