"""Know and read the lists of a return whose columns are headed in words: sheets of a workbook, or a CSV for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import pyarrow as pa

from socialcare.door.read_workbook import Sheet, SheetReader, Workbook, look, read_again
from socialcare.door.reading import Block, Lines, Reader
from socialcare.door.recognise import WORKBOOK, Recognised
from socialcare.door.sheet_cells import iso_date, text
from socialcare.door.sheet_shape import Heading, Shape, WrongHeadingError, find_heading, normal, shape_of
from socialcare.registry.returns import Return, Table, all_returns, return_spec


def is_headed(declared: Return) -> bool:
    """Whether councils head the return's columns in words, so that its files may be workbooks."""
    return any(column.headings for table in declared.tables.values() for column in table.every_column.values())


@lru_cache(maxsize=8)
def shapes_of(return_id: str) -> Mapping[str, Shape]:
    """Return how each table of a return is headed."""
    return {name: _shape(table) for name, table in return_spec(return_id).tables.items()}


def _shape(table: Table) -> Shape:
    columns = table.every_column
    dates = (name for name, column in columns.items() if column.type == "date")
    return shape_of({name: column.headings for name, column in columns.items()}, table.key[0], dates, table.extra)


def recognise_workbook(found: Recognised) -> Recognised:
    """Say which lists a workbook holds, or what else it is."""
    book = Workbook(found.path, problem="workbook_unknown")
    for declared in filter(is_headed, all_returns()):
        book = look(found.path, shapes_of(declared.id))
        if any(sheet.table for sheet in book.sheets) and book.problem != "no_rows":
            others = tuple(f"sheet {name}" for name in book.others)
            sheets = tuple(_usable(sheet, declared) for sheet in book.sheets)
            return replace(found, return_id=declared.id, table=WORKBOOK, sheets=sheets, headings=others)
        if book.problem == "no_rows":
            return replace(found, return_id=declared.id, problem=book.problem)
    if book.problem == "heading_unknown" and not book.sheets:
        return _of_another_kind(found)
    return replace(found, problem=book.problem)


def _usable(sheet: Sheet, declared: Return) -> Sheet:
    """Refuse a list without a column of its key: its rows could not be told apart."""
    if sheet.problem or set(declared.tables[sheet.table].key) <= set(sheet.columns):
        return sheet
    return replace(sheet, problem="key_missing")


def _of_another_kind(found: Recognised) -> Recognised:
    """Name a workbook that holds tables of a return which is taken as CSV or XML alone."""
    for declared in all_returns():
        if not is_headed(declared) and any(sheet.table for sheet in look(found.path, shapes_of(declared.id)).sheets):
            return replace(found, return_id=declared.id, problem="workbook_of_tables")
    return replace(found, problem="workbook_unknown")


def recognise_list(found: Recognised, declared: Return, cells: tuple[str, ...]) -> Recognised | None:
    """Say which list a CSV is whose heading this is; None when it is none."""
    try:
        heading = find_heading([cells], shapes_of(declared.id))
    except WrongHeadingError as error:
        return replace(found, return_id=declared.id, problem=error.name)
    if heading is None:
        return None
    problem = "" if set(declared.tables[heading.table].key) <= set(heading.columns) else "key_missing"
    return replace(
        found,
        return_id=declared.id,
        table=heading.table,
        headings=_named(heading, cells),
        columns=tuple(heading.columns),
        problem=problem,
    )


def has_identifier(cells: tuple[str, ...]) -> bool:
    """Whether a heading names somebody in the words of a list, such as Child Unique ID."""
    headed = (table for declared in all_returns() if is_headed(declared) for table in declared.tables.values())
    words = {normal(heading) for table in headed for heading in table.every_column[table.key[0]].headings}
    return any(normal(cell) in words for cell in cells)


def _named(heading: Heading, cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the headings with every column that is known called as it is declared."""
    names = {place: name for name, place in heading.columns.items()}
    return tuple(names.get(place, cell) for place, cell in enumerate(cells))


def sheet_of(found: Recognised, number: int) -> Recognised:
    """Return one list of a workbook as a file of its own; the first one also tells of sheets that are no lists."""
    sheet = found.sheets[number]
    return replace(
        found,
        table=sheet.table,
        sheet=sheet,
        columns=tuple(sheet.columns),
        headings=(*sheet.columns, *sheet.not_read, *(found.headings if number == 0 else ())),
        problem=sheet.problem,
    )


def list_reader(file: Recognised, columns: tuple[str, ...] | None = None) -> SheetReader | ListReader:
    """Return the reader of one list: a sheet of a workbook, or a CSV."""
    shape = shapes_of(file.return_id)[file.table]
    if file.sheet is None:
        return ListReader(Reader(file, columns), shape)
    return SheetReader(read_again(file.path, file.sha256), file.sheet, shape, columns)


class ListReader:
    """The blocks of a list in CSV: its cells read as those of a sheet are, dates in any of the known styles."""

    def __init__(self, reader: Reader, shape: Shape) -> None:
        self._reader, self._dates = reader, shape.dates

    @property
    def rows(self) -> int:
        return self._reader.rows

    @property
    def ragged(self) -> Lines:
        return self._reader.ragged

    def blocks(self) -> Iterator[Block]:
        """Yield the file block by block. Raises UnreadableError."""
        for block in self._reader.blocks():
            yield Block(block.lines, {name: self._plain(name, cells) for name, cells in block.columns.items()})

    def _plain(self, name: str, cells: pa.DictionaryArray) -> pa.DictionaryArray:
        values = [text(value) for value in cells.dictionary.to_pylist()]
        if name in self._dates:
            values = [iso_date(value) for value in values]
        return pa.DictionaryArray.from_arrays(cells.indices, pa.array(values, pa.string()))
