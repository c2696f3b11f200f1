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
from lxml import etree  # type: ignore[import-untyped]

from socialcare.door.reading import Block, Lines, UnreadableError
from socialcare.door.xml_message import Message, line_of
from socialcare.door.xml_pass import MessagePass, pass_over
from socialcare.door.xml_shapes import NOWHERE, Node, Rows, Shape, compile_shapes, shapes_of, without_namespace

__all__ = ["Header", "Shape", "XmlReader", "XmlTable", "read_header", "shapes_of"]

_LONGEST_CELL = 4096
_ROWS_IN_A_BLOCK = 50_000


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

    def __init__(self, path: Path, shapes: Mapping[str, Shape], only: str = "") -> None:
        """Read all tables, or ``only`` one and those around it."""
        self._path = path
        self._passed = {shape.path for shape in shapes.values()}
        if only:
            own = f"{shapes[only].path}/"
            shapes = {name: s for name, s in shapes.items() if name == only or own.startswith(f"{s.path}/")}
        self._tables = {name: Rows(shape) for name, shape in shapes.items()}
        self._outer_first = sorted(self._tables.items(), key=lambda item: len(shapes[item[0]].path))
        self._units = compile_shapes(shapes, self._tables)
        self._root_name = next(iter(shapes.values())).path.split("/")[1]
        self.rows = dict.fromkeys(shapes, 0)
        self.unknown = 0

    def blocks(self) -> Iterator[tuple[str, Block]]:
        """Yield the tables block by block, an enclosing row never later than what is inside it.

        Raises UnreadableError with the name of the reason.
        """
        units = Message(self._path, self._root_name, set(self._units) | self._outermost()).units()
        while self._fill(units):
            yield from self._flush()
        yield from self._flush()

    def _outermost(self) -> set[str]:
        """Return the paths of all rows inside no other: a message is as long as it likes, each of these is not."""
        return {p for p in self._passed if not any(p.startswith(f"{other}/") for other in self._passed)}

    def _fill(self, units: Iterator[tuple[str, Any]]) -> bool:
        """Read until there are rows enough for a block; return whether there may be more."""
        collects = gc.isenabled()
        gc.disable()  # nothing here is in a cycle: looking for some took a fifth of the time
        try:
            for path, element in units:
                node = self._units.get(path)
                if node is None:  # a row of a table that is not read
                    continue
                _start(element, node)
                self._walk(element, node.below)
                if sum(len(table.rows) for table in self._tables.values()) >= _ROWS_IN_A_BLOCK:
                    return True
            return False
        finally:
            if collects:
                gc.enable()

    def _walk(self, element: Any, below: dict[str, Node]) -> None:
        for sub in element:
            node = below.get(sub.tag) or without_namespace(below, sub.tag)
            if node is NOWHERE:
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


class XmlTable:
    """One table of a message, in the place of a ``Reader``: rows are loaded one table after the other.

    The tables of one message share one reading of it, as long as somebody holds one of them. A table ``alone``, or
    asked for again, is read by itself.
    """

    def __init__(self, path: Path, shapes: Mapping[str, Shape], table: str, *, alone: bool = False) -> None:
        self._path, self._shapes, self._table, self._alone = path, shapes, table, alone
        self._pass: MessagePass | None = None
        self._count = 0
        self.ragged: Lines = np.empty(0, np.int32)

    @property
    def rows(self) -> int:
        return self._count

    def blocks(self) -> Iterator[Block]:
        """Yield the table block by block. Raises UnreadableError with the name of the reason."""
        for block in self._read_alone() if self._alone or len(self._shapes) == 1 else self._read_shared():
            self._count += len(block.lines)
            yield block

    def _read_shared(self) -> Iterator[Block]:
        self._pass = pass_over(self._path, self._shapes, self._table)
        return self._pass.table(self._table)

    def _read_alone(self) -> Iterator[Block]:
        reader = XmlReader(self._path, self._shapes, self._table)
        return (block for table, block in reader.blocks() if table == self._table)


def _start(element: Any, node: Node) -> None:
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
