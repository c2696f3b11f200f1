"""Read a census message (XML) in blocks of whole columns, several tables in one pass: bounded memory at any size.

An element that may occur many times (a disability, a factor, a review date) is a table of its own: each value is
then judged by itself, has its own line, and can wait outside without its assessment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree  # type: ignore[import-untyped]

from socialcare.door.reading import Block, UnreadableError
from socialcare.door.xml_message import Message, line_of

_LONGEST_CELL = 4096
_ROWS_IN_A_BLOCK = 50_000
_LARGEST_LINE = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Shape:
    """Where a table is in the message: one row for each element at ``path``.

    ``elements`` gives each column's element below the row; ``.`` is the row's own text. A path with a leading ``/`` is
    outside the row: the path of a table around it gives the line of the row that this one is inside (so that rules
    and figures can join them), the path of an element that is a column of such a table gives its text.
    """

    path: str
    elements: Mapping[str, str]


@dataclass(frozen=True)
class Header:
    """What a message says of itself, as it was sent."""

    collection: str = ""
    year: str = ""
    reference_date: str = ""
    lea: str = ""


def read_header(path: Path, root: str = "Message") -> Header:
    """Return the message's header, which comes first. Raises UnreadableError."""
    try:
        found = next(Message(path, root, {f"/{root}/Header"}).units(), None)
    except UnreadableError as error:
        raise UnreadableError("xml_header_missing" if error.name == "xml_row_too_long" else error.name) from None
    if found is None:
        raise UnreadableError("xml_header_missing")
    cells = {etree.QName(cell).localname: (cell.text or "").strip() for cell in found[1].iter(tag=etree.Element)}
    return Header(*(cells.get(name, "") for name in ("Collection", "Year", "ReferenceDate", "LEA")))


class XmlReader:
    """The blocks of one message. ``rows`` counts each table's rows; ``unknown`` the elements nobody declared.

    A line is the row's source line; where rows share one (a message without line ends), the rows count on from it:
    within a table no two rows have the same line.
    """

    def __init__(self, path: Path, shapes: Mapping[str, Shape]) -> None:
        self._path = path
        self._tables = {name: _Rows(tuple(shape.elements)) for name, shape in shapes.items()}
        self._units = _compile(shapes, self._tables)
        self._root_name = next(iter(shapes.values())).path.split("/")[1]
        self.rows = dict.fromkeys(shapes, 0)
        self.unknown = 0

    def blocks(self) -> Iterator[tuple[str, Block]]:
        """Yield the tables block by block, an enclosing row never later than what is inside it.

        Raises UnreadableError with the name of the reason.
        """
        for path, element in Message(self._path, self._root_name, set(self._units)).units():
            node = self._units[path]
            _start(element, node)
            self._walk(element, node.below)
            if sum(len(table.rows) for table in self._tables.values()) >= _ROWS_IN_A_BLOCK:
                yield from self._flush()
        yield from self._flush()

    def _walk(self, element: Any, below: dict[str, _Node]) -> None:
        for sub in element:
            node = below.get(sub.tag) or _without_namespace(below, sub.tag)
            if node is None:
                self.unknown += 1
                continue
            if node.rows is not None and node.table is None:  # nearly every element, so without a call
                text, row, number = sub.text, node.rows[-1], node.number
                if text and row[number] is None and len(text) <= _LONGEST_CELL:
                    row[number] = text
                    continue
            _start(sub, node)
            if node.below:
                self._walk(sub, node.below)

    def _flush(self) -> Iterator[tuple[str, Block]]:
        blocks = [(name, table.block()) for name, table in self._tables.items() if table.rows]
        for name, block in blocks:
            self.rows[name] += len(block.lines)
            self._tables[name].rows.clear()
            yield name, block


class _Rows:
    """The rows of one table that were read and not yet handed on: cells, then the line, then the row around it."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.rows: list[list[Any]] = []
        self.around: _Rows | None = None
        #: Column here -> how many tables out, and which place in that table's rows.
        self.taken: dict[str, tuple[int, int]] = {}
        self._empty: list[Any] = [None] * len(columns)
        self._last_line = 0

    def begin(self, line: int) -> None:
        self._last_line = max(line, self._last_line + 1)
        if self._last_line > _LARGEST_LINE:
            raise UnreadableError("xml_too_many_lines")
        self.rows.append([*self._empty, self._last_line, self.around.rows[-1] if self.around else None])

    def block(self) -> Block:
        *cells, lines, _ = zip(*self.rows, strict=True)
        columns = dict(zip(self.columns, (pa.array(column, pa.string()) for column in cells), strict=True))
        rows = self.rows
        for out in range(1, 1 + max((out for out, _ in self.taken.values()), default=0)):
            rows = [row[-1] for row in rows]
            for name, (level, place) in self.taken.items():
                if level == out:
                    columns[name] = pa.array([row[place] for row in rows]).cast(pa.string())
        encoded = {name: column.dictionary_encode() for name, column in columns.items()}
        return Block(np.array(lines, np.int32), encoded)


class _Node:
    """One declared element: the table it starts a row of, the cell it fills, what may be below it."""

    __slots__ = ("below", "number", "rows", "table")

    def __init__(self) -> None:
        self.table: _Rows | None = None
        #: The rows of the table whose cell this is, and which column of it.
        self.rows: list[list[Any]] | None = None
        self.number = 0
        self.below: dict[str, _Node] = {}


def _compile(shapes: Mapping[str, Shape], tables: dict[str, _Rows]) -> dict[str, _Node]:
    """Return those rows that are inside no other row, by path; what is declared below them hangs on them."""
    root, units = _Node(), {}
    names = {shape.path: name for name, shape in shapes.items()}
    for name, shape in shapes.items():
        table, row = tables[name], _node(root, shape.path)
        row.table = table
        around = [path for path in sorted(names, key=len, reverse=True) if shape.path.startswith(f"{path}/")]
        if around:
            table.around = tables[names[around[0]]]
        else:
            units[shape.path] = row
        for number, (column, element) in enumerate(shape.elements.items()):
            if element.startswith("/"):
                table.taken[column] = _outside(element, [shapes[names[path]] for path in around])
            else:
                cell = row if element == "." else _node(row, f"/{element}")
                cell.rows, cell.number = table.rows, number
    return units


def _outside(element: str, around: list[Shape]) -> tuple[int, int]:
    for out, shape in enumerate(around, start=1):
        places = [f"{shape.path}/{below}" for below in shape.elements.values()] + [shape.path]
        if element in places:
            return out, places.index(element)
    raise ValueError(f"no table around this one has {element}")


def _node(start: _Node, path: str) -> _Node:
    for name in path.split("/")[1:]:
        start = start.below.setdefault(name, _Node())
    return start


def _without_namespace(below: dict[str, _Node], tag: str) -> _Node | None:
    found = below.get(tag.rpartition("}")[2])
    if found:
        below[tag] = found  # the next of its kind is found at once
    return found


def _start(element: Any, node: _Node) -> None:
    if node.table:
        node.table.begin(line_of(element))
    text = element.text
    if node.rows is None or not text or text.isspace():
        return
    if len(text) > _LONGEST_CELL:
        raise UnreadableError("xml_cell_too_long")
    row, number = node.rows[-1], node.number
    # Sent twice where one is meant: joined, no date, code or identifier passes its check unnoticed.
    row[number] = text if row[number] is None else f"{row[number]} | {text}"
