"""Read a workbook (xlsx, xls) of several lists: each sheet by its headings, in blocks of whole columns.

What a sheet is called is a hint and no more: a list is known by its heading row, wherever that stands. Cells are
read as the values that the spreadsheet last kept (no formula is run), dates as ISO dates whatever their style.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.door.arrival import NotPlainError, open_plain
from socialcare.door.reading import Block, Lines, UnreadableError
from socialcare.door.sheet_cells import iso_date
from socialcare.door.sheet_shape import Shape, WrongHeadingError, find_heading, is_called_a_list
from socialcare.door.sheet_source import RawSheet, sheets
from socialcare.door.workbook_bounds import LARGEST_FILE, problem_of

#: Rows of one block.
BLOCK_ROWS = 20_000
#: Rows of each sheet that are read to say what it is; a list that is longer has rows.
_LOOKED_AT = 1_000
#: A spreadsheet's own limit for one cell; whatever is longer was not typed into one.
LONGEST_CELL = 32_767


@dataclass(frozen=True)
class Sheet:
    """One sheet: which table it is and where, or why it cannot be read. ``problem`` is a name, or empty."""

    name: str = field(repr=False)
    table: str = ""
    heading_row: int = 0
    """As the spreadsheet counts: the first row is 1."""
    columns: Mapping[str, int] = field(default_factory=dict)
    """The place of each declared column that the sheet has; column A is 0."""
    missing: tuple[str, ...] = ()
    not_read: tuple[str, ...] = field(default=(), repr=False)
    has_rows: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Workbook:
    """A workbook as it was looked at: its lists, in the order of its sheets. ``problem`` names what is wrong."""

    path: Path
    sheets: tuple[Sheet, ...] = ()
    others: tuple[str, ...] = field(default=(), repr=False)
    """Sheets that are no lists: front sheets, guidance, codes."""
    problem: str = ""

    def sheet_of(self, table: str) -> Sheet | None:
        """Return the sheet that is this table."""
        return next((sheet for sheet in self.sheets if sheet.table == table), None)


def look(path: Path, shapes: Mapping[str, Shape]) -> Workbook:
    """Say which sheet is which table, by their headings. Never raises for what is in the file."""
    found, others = [], []
    try:
        for raw in sheets(_content(path), most_rows=_LOOKED_AT):
            sheet = _look_at(raw, shapes)
            if sheet is None:
                others.append(raw.name)
            else:
                found.append(sheet)
    except UnreadableError as error:
        return Workbook(path, problem=error.name)
    return Workbook(path, tuple(found), tuple(others), _problem_of(found))


def _problem_of(found: list[Sheet]) -> str:
    tables = [sheet.table for sheet in found if sheet.table]
    problem = next((sheet.problem for sheet in found if sheet.problem not in ("", "sheet_empty")), "")
    if problem:
        return problem
    if len(set(tables)) < len(tables):
        return "table_twice"
    if not tables:
        return "heading_unknown"
    return "" if any(sheet.has_rows for sheet in found) else "no_rows"


class SheetReader:
    """The blocks of one table of a workbook: what ``Reader`` is for a CSV. A sheet has no ragged rows."""

    def __init__(self, book: _Opened, sheet: Sheet, shape: Shape, columns: tuple[str, ...] | None = None) -> None:
        self._book, self._sheet, self._shape = book, sheet, shape
        self._columns = columns or shape.names
        self.rows = 0
        self.ragged: Lines = np.empty(0, dtype=np.int32)

    def blocks(self) -> Iterator[Block]:
        """Yield the sheet block by block, each line as the sheet counts it. Raises UnreadableError.

        Columns that the sheet lacks are not in the block. Rows that are blank are not rows.
        """
        for raw in sheets(self._book.content, name=self._sheet.name):
            yield from self._blocks(raw)

    def _blocks(self, raw: RawSheet) -> Iterator[Block]:
        before = raw.first_column
        places = {n: self._sheet.columns[n] - before for n in self._columns if n in self._sheet.columns}
        rows = islice(raw.rows, self._sheet.heading_row, None)
        line = self._sheet.heading_row + 1
        while some := list(islice(rows, BLOCK_ROWS)):
            columns = {n: _cells(some, place, is_date=n in self._shape.dates) for n, place in places.items()}
            block = _without_blank_rows(line, len(some), columns)
            line += len(some)
            self.rows += len(block.lines)
            if len(block.lines):
                yield block


class WorkbookReader:
    """Every table of a workbook, in one pass or one by one; the file is opened once."""

    def __init__(
        self, book: Workbook, shapes: Mapping[str, Shape], columns: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        opened, wanted = _Opened(book.path), columns or {}
        self.tables = {
            sheet.table: SheetReader(opened, sheet, shapes[sheet.table], wanted.get(sheet.table))
            for sheet in book.sheets
            if sheet.table and (columns is None or sheet.table in wanted)
        }

    def blocks(self) -> Iterator[tuple[str, Block]]:
        """Yield (table, block) for every table. Raises UnreadableError with the name of the reason."""
        for table, reader in self.tables.items():
            for block in reader.blocks():
                yield table, block


class _Opened:
    """A workbook that is found fit to be opened when it is first read, and not again while it is the same."""

    def __init__(self, path: Path, fit_sha256: str = "") -> None:
        self._path, self._fit = path, fit_sha256

    @property
    def content(self) -> bytes:
        return _content(self._path, self._fit)


def read_again(path: Path, sha256: str) -> _Opened:
    """Return a workbook that was looked at, and found fit, when its bytes had this sha256."""
    return _Opened(path, sha256)


def _cells(rows: Sequence[list[str]], place: int, *, is_date: bool) -> pa.DictionaryArray:
    """Return one column as dictionary-encoded text, what is empty as null."""
    cells = pa.array([row[place] or None for row in rows], pa.string())
    encoded = cells.dictionary_encode()
    longest = pac.max(pac.utf8_length(encoded.dictionary)).as_py() or 0
    if longest > LONGEST_CELL:
        raise UnreadableError("cell_too_long")
    if not is_date:
        return encoded
    days = [iso_date(value) for value in encoded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(days, pa.string()))


def _without_blank_rows(first: int, count: int, columns: dict[str, pa.DictionaryArray]) -> Block:
    lines = np.arange(first, first + count, dtype=np.int32)
    blank = np.ones(count, dtype=bool)
    for column in columns.values():
        blank &= column.is_null().to_numpy(zero_copy_only=False)
    if not blank.any():
        return Block(lines, columns)
    keep = pa.array(~blank)
    return Block(lines[~blank], {name: column.filter(keep) for name, column in columns.items()})


def _content(path: Path, fit_sha256: str = "") -> bytes:
    """Return the bytes of a workbook that is fit to be opened. Raises UnreadableError."""
    try:
        with open_plain(path) as file:
            content = file.read(LARGEST_FILE + 1)
    except NotPlainError:
        raise UnreadableError("not_a_plain_file") from None
    if fit_sha256 and hashlib.sha256(content).hexdigest() == fit_sha256:
        return content
    problem = problem_of(content)
    if problem:
        raise UnreadableError(problem)
    return content


def _look_at(raw: RawSheet, shapes: Mapping[str, Shape]) -> Sheet | None:
    """Return what the sheet is; None when it is no list and is not called one."""
    rows = iter(list(raw.rows))
    try:
        heading = find_heading(rows, shapes)
    except WrongHeadingError as error:
        return Sheet(raw.name, problem=error.name)
    if heading is None:
        if not is_called_a_list(raw.name):
            return None
        return Sheet(raw.name, problem="heading_unknown" if raw.height else "sheet_empty")
    places = heading.columns.values()
    return Sheet(
        raw.name,
        heading.table,
        heading.row,
        {name: place + raw.first_column for name, place in heading.columns.items()},
        heading.missing,
        heading.not_read,
        has_rows=raw.height > _LOOKED_AT or any(any(row[place] for place in places) for row in rows),
    )
