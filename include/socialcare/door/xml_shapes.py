"""Where the tables of a return are in its message, and the rows of each that were read and not yet handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.reading import Block, UnreadableError
from socialcare.registry.returns import Table

_LARGEST_LINE = np.iinfo(np.int32).max
#: Names of elements remembered at one place; a message of endless new names must not fill the memory.
_MOST_NAMES = 100


@dataclass(frozen=True)
class Shape:
    """Where a table is in the message: one row for each element at ``path``.

    ``elements`` gives each column's element below the row; ``.`` is the row's own text. A path with a leading ``/`` is
    outside the row: the path of a table around it gives the line of the row that this one is inside (so that rules
    and figures can join them), the path of an element that is a column of such a table gives its text.
    """

    path: str
    elements: Mapping[str, str]


def shapes_of(tables: Mapping[str, Table]) -> dict[str, Shape]:
    """Return where the tables of a return are in its message."""
    return {
        name: Shape(table.path, {n: column.element for n, column in table.columns.items() if column.element})
        for name, table in tables.items()
        if table.path
    }


class Rows:
    """The rows of one table that were read and not yet handed on: cells, then the line, then the line around it."""

    def __init__(self, shape: Shape) -> None:
        self._order = tuple(shape.elements)
        self.columns = [column for column, element in shape.elements.items() if not element.startswith("/")]
        self.rows: list[list[Any]] = []
        self.around: Rows | None = None
        #: Column here -> how many tables out, and which column there; none of them: the line.
        self.taken: dict[str, tuple[int, str | None]] = {}
        self.last_line = 0
        self._empty: list[Any] = [None] * len(self.columns)
        self._block = Block(np.empty(0, np.int32), {})
        self._places: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def begin(self, line: int) -> None:
        """Start a row on its line, or on the next when another has that one."""
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


class Node:
    """One declared element: the table it starts a row of, the cell it fills, what may be below it."""

    __slots__ = ("below", "number", "rows", "table")

    def __init__(self) -> None:
        self.table: Rows | None = None
        #: The rows of the table whose cell this is, and which column of it.
        self.rows: list[list[Any]] | None = None
        self.number = 0
        self.below: dict[str, Node] = {}


#: Where an element is that nobody declared.
NOWHERE = Node()


def compile_shapes(shapes: Mapping[str, Shape], tables: dict[str, Rows]) -> dict[str, Node]:
    """Return those rows that are inside no other row, by path; what is declared below them hangs on them."""
    root, units = Node(), {}
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


def _node(start: Node, path: str) -> Node:
    for name in path.split("/")[1:]:
        start = start.below.setdefault(name, Node())
    return start


def without_namespace(below: dict[str, Node], tag: str) -> Node:
    """Return the node of an element whose name was not met before here; the next of its kind is found at once."""
    found = below.get(tag.rpartition("}")[2], NOWHERE)
    if len(below) < _MOST_NAMES:
        below[tag] = found
    return found
