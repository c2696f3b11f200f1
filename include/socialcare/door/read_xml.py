"""Read a census message (XML) in blocks of whole columns, several tables in one pass: bounded memory at any size.

An element that may occur many times (a disability, a factor, a review date) is a table of its own: each value is
then judged by itself, has its own line, and can wait outside without its assessment.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
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
        self._tables = {name: _Rows(shape) for name, shape in shapes.items()}
        self._outer_first = sorted(self._tables.items(), key=lambda item: len(shapes[item[0]].path))
        self._units = _compile(shapes, self._tables)
        self._root_name = next(iter(shapes.values())).path.split("/")[1]
        self.rows = dict.fromkeys(shapes, 0)
        self.unknown = 0

    def blocks(self) -> Iterator[tuple[str, Block]]:
        """Yield the tables block by block, an enclosing row never later than what is inside it.

        Raises UnreadableError with the name of the reason.
        """
        units = Message(self._path, self._root_name, set(self._units)).units()
        while self._fill(units):
            yield from self._flush()
        yield from self._flush()

    def _fill(self, units: Iterator[tuple[str, Any]]) -> bool:
        """Read until there are rows enough for a block; return whether there may be more."""
        collects = gc.isenabled()
        gc.disable()  # nothing here is in a cycle: looking for some took a fifth of the time
        try:
            for path, element in units:
                node = self._units[path]
                _start(element, node)
                self._walk(element, node.below)
                if sum(len(table.rows) for table in self._tables.values()) >= _ROWS_IN_A_BLOCK:
                    return True
            return False
        finally:
            if collects:
                gc.enable()

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
        blocks = {name: table.block() for name, table in self._outer_first if table.rows}
        for name, block in blocks.items():
            self.rows[name] += len(block.lines)
            self._tables[name].rows.clear()
            yield name, block


class _Rows:
    """The rows of one table that were read and not yet handed on: cells, then the line, then the line around it."""

    def __init__(self, shape: Shape) -> None:
        self._order = tuple(shape.elements)
        self.columns = [column for column, element in shape.elements.items() if not element.startswith("/")]
        self.rows: list[list[Any]] = []
        self.around: _Rows | None = None
        #: Column here -> how many tables out, and which column there; none of them: the line.
        self.taken: dict[str, tuple[int, str | None]] = {}
        self.last_line = 0
        self._empty: list[Any] = [None] * len(self.columns)
        self._block = Block(np.empty(0, np.int32), {})
        self._places: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def begin(self, line: int) -> None:
        self.last_line = max(line, self.last_line + 1)
        if self.last_line > _LARGEST_LINE:
            raise UnreadableError("xml_too_many_lines")
        self.rows.append([*self._empty, self.last_line, self.around.last_line if self.around else 0])

    def block(self) -> Block:
        """Return the rows in columns. The table around this one is asked first, in the same turn."""
        *cells, lines, around = zip(*self.rows, strict=True)
        columns = {n: pa.array(c, pa.string()).dictionary_encode() for n, c in zip(self.columns, cells, strict=True)}
        if self.around:
            self._places = np.searchsorted(self.around._block.lines, np.array(around, np.int32))
        for name, (out, column) in self.taken.items():
            columns[name] = self._take(out, column)
        self._block = Block(np.array(lines, np.int32), {name: columns[name] for name in self._order})
        return self._block

    def _take(self, out: int, column: str | None) -> pa.DictionaryArray:
        places, table = self._places, self.around
        assert table is not None
        for _ in range(out - 1):
            assert table is not None
            places, table = table._places[places], table.around
        assert table is not None
        if column:
            taken = table._block.columns[column]
            return pa.DictionaryArray.from_arrays(taken.indices.take(pa.array(places)), taken.dictionary)
        lines = pa.array(table._block.lines[places]).dictionary_encode()
        return pa.DictionaryArray.from_arrays(lines.indices, lines.dictionary.cast(pa.string()))


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
        for column, element in shape.elements.items():
            if element.startswith("/"):
                table.taken[column] = _outside(element, [shapes[names[path]] for path in around])
            else:
                cell = row if element == "." else _node(row, f"/{element}")
                cell.rows, cell.number = table.rows, table.columns.index(column)
    return units


def _outside(element: str, around: list[Shape]) -> tuple[int, str | None]:
    for out, shape in enumerate(around, start=1):
        if element == shape.path:
            return out, None
        for column, below in shape.elements.items():
            if element == f"{shape.path}/{below}":
                return out, column
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
