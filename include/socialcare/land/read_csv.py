"""Reading a publisher's CSV as text, with the physical line of every row.

Arrow reads a regular file whole. A file with a quoted line break, a ragged row, an empty line or a strange quote is
read again row by row, which takes longer and knows the line of whatever is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from socialcare.errors import Fault
from socialcare.land.grid import Grid, Part, is_header, numbers, part_of

_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
#: For each character, whether a quoted cell may begin after it, and whether one may end before it.
_BEFORE, _AFTER = (np.isin(np.arange(256), list(characters)) for characters in (b',\n"', b',\r\n"'))
#: The header is looked for among this many lines before the careful reader takes over.
_LINES_ABOVE = 50


def read(content: bytes, file_name: str, words: tuple[str, ...]) -> Grid:
    """Return the file's one table, the one under the row that has the headings ``words``.

    Raises Fault ``header_missing``, ``row_ragged`` or ``truncated``, naming the line.
    """
    return _whole(content, words) or _row_by_row(content, file_name, words)


def decode(content: bytes) -> str:
    """Return the text: UTF-8 with or without a byte order mark, else Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def rows_of(content: bytes, file_name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row and its first physical line, as Python's own reader sees them. Raises Fault ``truncated``."""
    reader = csv.reader(io.StringIO(decode(content), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _cut(file_name, line, f"the row cannot be read ({error})") from error


def _whole(content: bytes, words: tuple[str, ...]) -> Grid | None:
    """Read a regular file with Arrow; None where it is not regular."""
    if not content.isascii():
        content = _as_utf8(content)
    if not content.endswith(b"\n") or not _is_quoted_well(content):
        return None
    if content.count(b"\r") != content.count(b"\r\n"):  # a line ends otherwise, and lines are counted by \n below
        return None
    found = _header(content, words)
    if found is None:
        return None
    header, line, start = found
    names = [str(place) for place in range(len(header))]
    body = memoryview(content)[start:]
    try:
        table = pacsv.read_csv(
            pa.py_buffer(body),
            read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != content.count(b"\n", start):  # a line break within quotes, or an empty line
        return None
    return Grid([Part(header, line, table.columns, numbers(line + 1, table.num_rows))])


def _is_quoted_well(content: bytes) -> bool:
    """Whether quotes open where a cell begins and close where it ends: on any other, readers differ."""
    if b'"' not in content:
        return True
    characters = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(characters == ord('"'))
    if len(quotes) % 2:
        return False
    opened, closed = quotes[::2], quotes[1::2]  # a quote doubled within a cell closes it and opens it again
    # Before the very first character comes the last one: a line's end.
    return bool(_BEFORE[characters[opened - 1]].all() and _AFTER[characters[closed + 1]].all())


def _as_utf8(content: bytes) -> bytes:
    content = content.removeprefix(_BOM)
    try:
        content.decode()
    except UnicodeDecodeError:
        return decode(content).encode()
    return content


def _header(content: bytes, words: tuple[str, ...]) -> tuple[list[str], int, int] | None:
    """Return the header row, its line and where the next line starts."""
    start = 0
    for line in range(1, _LINES_ABOVE + 1):
        end = content.find(b"\n", start)
        if end < 0:
            return None
        text = content[start:end].decode().rstrip("\r")
        if text.count('"') % 2:
            return None
        cells = next(csv.reader([text]), [])
        if is_header(cells, words):
            return cells, line, end + 1
        start = end + 1
    return None


def _row_by_row(content: bytes, file_name: str, words: tuple[str, ...]) -> Grid:
    header: list[str] = []
    first_line = empty = 0
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, cells in rows_of(content, file_name):
        if not header:
            if is_header(cells, words):
                header, first_line = cells, line
        elif cells:
            rows.append(cells)
            lines.append(line)
        else:
            empty += 1
    if not header:
        raise Fault(
            "header_missing",
            f"{file_name} has no row with the headings {', '.join(words)}.",
            where=file_name,
            remedy="open the file; it may not be the table it was taken for.",
        )
    _check_widths(rows, lines, len(header), file_name)
    if not content.endswith((b"\n", b"\r")):
        # These publishers end their last row: one that does not may have lost the end of a number.
        raise _cut(file_name, lines[-1] if lines else first_line, "the last row has no end")
    return Grid([part_of(header, first_line, rows, lines)], empty)


def _check_widths(rows: list[list[str]], lines: list[int], width: int, file_name: str) -> None:
    for at, cells in enumerate(rows):
        if len(cells) == width:
            continue
        if at == len(rows) - 1 and len(cells) < width:
            raise _cut(file_name, lines[at], f"its last row has {len(cells)} of {width} cells")
        raise Fault(
            "row_ragged",
            f"{file_name}: line {lines[at]} has {len(cells)} cells, the header has {width}.",
            where=f"{file_name}, line {lines[at]}",
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
