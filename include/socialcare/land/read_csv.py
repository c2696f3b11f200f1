"""Reading a publisher's CSV as text, with the physical line of every row."""

from __future__ import annotations

import csv
import io

from socialcare.errors import Fault
from socialcare.land.grid import Grid, Part, is_header
from socialcare.registry.tables import Table


def read(content: bytes, file_name: str, table: Table) -> Grid:
    """Return the file's one table.

    Raises Fault ``header_missing``, ``row_ragged`` or ``truncated``, naming the line.
    """
    text = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    first_line = 0
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if header:
                if cells:
                    rows.append((line, cells))
            elif is_header(cells, table.header):
                header, first_line = cells, line
            line = reader.line_num + 1
    except csv.Error as error:
        raise _cut(file_name, line, f"the row cannot be read ({error})") from error
    if not header:
        raise Fault(
            "header_missing",
            f"{file_name} has no row with the headings {', '.join(table.header)}.",
            where=file_name,
            remedy="open the file; it may not be the table it was taken for.",
        )
    _check_widths(rows, len(header), file_name)
    if not text.endswith("\n"):
        # These publishers end their last row: one that does not may have lost the end of a number.
        raise _cut(file_name, line - 1, "the last row has no end")
    return Grid([Part(header, first_line, rows)])


def decode(content: bytes) -> str:
    """Return the text: UTF-8 with or without a byte order mark, else Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _check_widths(rows: list[tuple[int, list[str]]], width: int, file_name: str) -> None:
    for at, (line, cells) in enumerate(rows):
        if len(cells) == width:
            continue
        if at == len(rows) - 1 and len(cells) < width:
            raise _cut(file_name, line, f"its last row has {len(cells)} of {width} cells")
        raise Fault(
            "row_ragged",
            f"{file_name}: line {line} has {len(cells)} cells, the header has {width}.",
            where=f"{file_name}, line {line}",
            remedy="open the file at that line; if the publisher's file is broken, wait for a corrected one.",
        )


def _cut(file_name: str, line: int, what: str) -> Fault:
    return Fault(
        "truncated",
        f"{file_name} is cut short: {what}.",
        where=f"{file_name}, line {line}",
        remedy="fetch the file again; it was not received whole.",
        retryable=True,
    )
