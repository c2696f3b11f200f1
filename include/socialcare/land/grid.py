"""A file's cells as text, cut into the tables that it holds, before anything has a canonical name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac


@dataclass(frozen=True)
class Part:
    """A header row and the rows under it: a column of text for each heading (null: blank), and physical lines."""

    header: list[str]
    first_line: int
    columns: list[pa.ChunkedArray]
    lines: pa.Array

    @property
    def blank(self) -> pa.ChunkedArray | None:
        """Which rows hold nothing at all; None where there is no such row."""
        if not self.columns or any(column.null_count == 0 for column in self.columns):
            return None
        empty = self.columns[0].is_null()
        for column in self.columns[1:]:
            empty = pac.and_(empty, column.is_null())
        return empty if pac.any(empty).as_py() else None


@dataclass(frozen=True)
class Grid:
    """The parts, and how many physical lines among their rows were empty."""

    parts: list[Part]
    empty_lines: int = 0


def part_of(header: list[str], first_line: int, rows: Sequence[Sequence[str]], lines: Sequence[int]) -> Part:
    """Turn rows of text into columns; an empty cell becomes null."""
    turned = list(zip_longest(*rows)) if rows else [()] * len(header)
    columns = [pa.chunked_array([[cell or None for cell in cells]], pa.string()) for cells in turned]
    return Part(header, first_line, columns, pa.array(lines, pa.int32()))


def trimmed(grid: Grid) -> Grid:
    """Return the grid without spaces (also those that never break) around its cells; one of nothing else is blank."""
    return replace(grid, parts=[replace(part, columns=[_trimmed(c) for c in part.columns]) for part in grid.parts])


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = pac.utf8_trim_whitespace(column)
    return pac.if_else(pac.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def numbers(first: int, count: int) -> pa.Array:
    """Return the lines of rows that follow one another."""
    return pa.array(np.arange(first, first + count, dtype=np.int32))


def tidy(heading: str) -> str:
    """Return a heading without the spaces and line breaks that publishers leave inside."""
    return " ".join(heading.split())


def is_header(cells: Sequence[str], words: tuple[str, ...]) -> bool:
    """Whether a row holds all the headings that only the header row holds."""
    present = {tidy(cell).casefold() for cell in cells}
    return all(word.casefold() in present for word in words)


def numbered(header: list[str]) -> list[str]:
    """Return tidy headings, a repeated one with its number: SNP #1, SNP #2 ..."""
    tidied = [tidy(cell) for cell in header]
    seen: dict[str, int] = {}
    result = []
    for heading in tidied:
        if heading and tidied.count(heading) > 1:
            seen[heading] = seen.get(heading, 0) + 1
            heading = f"{heading} #{seen[heading]}"
        result.append(heading)
    return result
