"""Reading one sheet of a workbook (xlsx, ods) as text: dates as ISO dates, whole numbers without .0."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from functools import lru_cache

from python_calamine import CalamineError, CalamineWorkbook

from socialcare.errors import Fault
from socialcare.land import bounds
from socialcare.land.grid import Grid, is_header, part_of
from socialcare.registry import Source
from socialcare.registry.tables import Table


def read(content: bytes, file_name: str, table: Table, source: Source, words: tuple[str, ...]) -> Grid:
    """Return the tables of the declared sheet: a repeated header row (the headings ``words``) starts another one.

    Raises Fault ``sheet_missing``, ``header_missing``, ``too_large`` or ``not_data``.
    """
    found: list[tuple[list[str], int, list[list[str]], list[int]]] = []
    for line, texts in enumerate(rows_of(content, file_name, table, source), start=1):
        if is_header(texts, words):
            found.append((texts, line, [], []))
        elif found:
            found[-1][2].append(texts)
            found[-1][3].append(line)
    if not found:
        raise Fault(
            "header_missing",
            f"The sheet {table.sheet} of {file_name} has no row with the headings {', '.join(words)}.",
            where=f"{file_name}, sheet {table.sheet}, column {words[0]}",
            remedy=f"open the sheet; if the publisher renamed a heading, change `header` and the columns in "
            f"{source.file}.",
        )
    return Grid([part_of(*part) for part in found])


def rows_of(content: bytes, file_name: str, table: Table, source: Source) -> list[list[str]]:
    """Return every row of the declared sheet as text, from its first.

    Raises Fault ``sheet_missing``, ``too_large`` or ``not_data``.
    """
    # Every sheet of an OpenDocument workbook counts, whichever is read: it is measured once for all its tables.
    _measure(content, file_name, "" if file_name.lower().endswith(".ods") else table.sheet)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = _sheet(workbook.sheet_names, file_name, table, source)
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Fault(
            "not_data",
            f"{file_name} is not a readable workbook: {error}",
            where=file_name,
            remedy="open the file; if the publisher's file is broken, wait for a corrected one.",
        ) from error
    return [[text(cell) for cell in row] for row in cells]


@lru_cache(maxsize=2)
def _measure(content: bytes, file_name: str, sheet: str) -> None:
    bounds.check(content, file_name, sheet)


def _sheet(names: list[str], file_name: str, table: Table, source: Source) -> str:
    found = [name for name in names if re.search(table.sheet, name, re.IGNORECASE)]
    if len(found) == 1:
        return found[0]
    what = "no sheet" if not found else f"{len(found)} sheets"
    raise Fault(
        "sheet_missing",
        f"{file_name} has {what} named like {table.sheet}.",
        where=f"{file_name}, which has: {', '.join(names)}",
        remedy=f"if the publisher renamed the sheet, change `sheet` in {source.file}.",
    )


def text(cell: object) -> str:
    """Return a cell as text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).strip()
