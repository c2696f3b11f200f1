"""One table of a message, also where its rows have no element of their own: they are part of another table's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.door.identity import as_bools
from socialcare.door.read_xml import XmlTable
from socialcare.door.reading import Block
from socialcare.door.xml_shapes import Shape, shapes_of
from socialcare.registry.returns import Table


def table_of(path: Path, tables: Mapping[str, Table], name: str) -> XmlTable:
    """Return the reader of one table of a message."""
    if tables[name].rows_with:
        return _XmlPart(path, tables[name], name)
    return XmlTable(path, shapes_of({other: table for other, table in tables.items() if not table.rows_with}), name)


class _XmlPart(XmlTable):
    """A table that has a row where one of some elements says so: of those who left care, of the adopted."""

    def __init__(self, path: Path, table: Table, name: str) -> None:
        elements = {column: about.element for column, about in table.columns.items() if about.element}
        column_of = {element: column for column, element in elements.items()}
        #: The column of each element that decides (one that the return lacks has the element's name), and its "no".
        self._decides = {column_of.get(element, element): no for element, no in table.rows_with.items()}
        self._columns = tuple(elements)
        elements |= {column: column for column in self._decides if column not in elements}
        super().__init__(path, {name: Shape(str(table.path), elements)}, name)
        self._rows = 0

    @property
    def rows(self) -> int:
        return self._rows

    def blocks(self) -> Iterator[Block]:
        """Yield the rows that are there, block by block. Raises UnreadableError with the name of the reason."""
        for block in super().blocks():
            is_there = np.zeros(len(block.lines), dtype=bool)
            for column, no in self._decides.items():
                is_there |= _says_yes(block.columns[column], no)
            self._rows += int(is_there.sum())
            if is_there.any():
                keep = pa.array(is_there)
                columns = {name: block.columns[name].filter(keep) for name in self._columns}
                yield Block(block.lines[is_there], columns)


def _says_yes(cells: pa.DictionaryArray, no: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    text = pac.utf8_trim_whitespace(cells.dictionary)
    yes = ~as_bools(pac.is_in(text, pa.array(["", no])))
    places = pac.fill_null(cells.indices, len(yes)).to_numpy(zero_copy_only=False)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.append(yes, False)[places]
    return found
