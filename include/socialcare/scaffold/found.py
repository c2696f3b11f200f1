"""The tables in a publisher's file, before anything is known of them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from python_calamine import CalamineError, CalamineWorkbook

from socialcare.errors import Fault
from socialcare.land import bounds, content, read_csv, read_parquet
from socialcare.land.grid import Part, numbered, part_of
from socialcare.land.read_sheet import text

#: Rows above a header: titles, notes, an empty line.
_ROWS_ABOVE = 50
#: Fewer headings than this are a list of notes or contents.
_COLUMNS_OF_A_SHEET = 3
_NUMBER = re.compile(r"-?\d[\d,]*\.?\d*%?")


@dataclass(frozen=True)
class Found:
    """One table of one file: where it is, its headings, and a column of text for each."""

    file_name: str
    release: str
    reader: str
    sheet: str
    headings: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]


def tables_in(path: Path) -> list[Found]:
    """Return the tables of a CSV, Parquet or workbook file; of a workbook, one for each sheet that has one.

    Raises Fault ``file_missing``, ``not_data``, ``header_missing`` and those of the readers.
    """
    if not path.is_file():
        raise Fault("file_missing", "There is no such file.", where=str(path), remedy="give the path of a real file.")
    data = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        names = tuple(parquet.read_schema(pa.BufferReader(data)).names[:1])
        parts = {"": read_parquet.read(data, path.name, names).parts[0]}
    elif suffix in (".xlsx", ".ods"):
        content.check(data, name=path.name, where=str(path))
        parts = _sheets(data, path.name)
    else:
        content.check(data, name=path.name, where=str(path))
        parts = {"": _csv(data, path.name)}
    if not parts:
        raise Fault(
            "header_missing",
            f"{path.name} has no row that looks like the headings of a table.",
            where=str(path),
            remedy="see whether it holds data at all; then write its declaration by hand, beside a similar one.",
        )
    reader = {".parquet": "parquet", ".xlsx": "sheet", ".ods": "sheet"}.get(suffix, "csv")
    release = release_of(path)
    return [
        Found(path.name, release, reader, sheet, tuple(numbered(part.header)), tuple(part.columns))
        for sheet, part in parts.items()
    ]


def release_of(path: Path) -> str:
    """Return the release that a file belongs to: its folder's name, else the last year in its own; else ''."""
    if re.fullmatch(r"(19|20)\d\d", path.parent.name):
        return path.parent.name
    years: list[str] = re.findall(r"(?<!\d)(20\d\d)(?!\d)", path.stem)
    return years[-1] if years else ""


def _csv(data: bytes, name: str) -> Part:
    first: list[list[str]] = []
    for _, cells in read_csv.rows_of(data, name):
        first.append(cells)
        if len(first) > _ROWS_ABOVE:
            break
    at = _header_at(first)
    words = tuple(cell for cell in first[at] if cell.strip()) if at is not None else ()
    return read_csv.read(data, name, tuple(" ".join(word.split()) for word in words)).parts[0]


def _sheets(data: bytes, name: str) -> dict[str, Part]:
    found = {}
    bounds.check(data, name, "")  # every sheet
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in workbook.sheet_names:
            rows = [[text(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).to_python()]
            at = _header_at(rows[:_ROWS_ABOVE])
            if at is not None and sum(map(bool, rows[at])) >= _COLUMNS_OF_A_SHEET:
                found[sheet] = part_of(rows[at], at + 1, rows[at + 1 :], range(at + 2, len(rows) + 1))
    except CalamineError as error:
        raise Fault("not_data", f"{name} is not a readable workbook: {error}", where=name) from error
    return found


def _header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the first row that is as full as any and all words, with numbers or words in the row below it."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    for at, row in enumerate(rows[:-1]):
        words = [cell for cell in row if cell.strip()]
        wide = len(words) >= 2 and filled[at] >= 0.8 * max(filled)
        if wide and sum(bool(_NUMBER.fullmatch(word.strip())) for word in words) <= len(words) // 2:
            return at
    return None
