"""Old workbooks (xls): what their compound file holds and how large their sheets would become.

Two cells, in the first and the last place, are a kilobyte of file and gigabytes of table; the reader makes room
for all of it. So the records are walked first, and nothing is kept of what is in them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = 512
_END = 0xFFFFFFFA  # sector numbers from here on are marks, not places
_STREAM, _ROOT = 2, 5
_BOF, _FILE_PASSWORD, _LINKED_BOOK, _SEVERAL_NUMBERS = 0x0809, 0x002F, 0x01AE, 0x00BD
_EXTENT, _WORDS = 0x0200, 0x00FC
_CELLS = {0x0006, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, _SEVERAL_NUMBERS, 0x00D6}
#: The format's own limits of a sheet.
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256
#: What a link to a workbook says of itself when it is this same one, or one of Excel's own functions.
_NO_OTHER_BOOK = (b"\x01\x04", b"\x01\x3a")


class BrokenError(Exception):
    """The file is no compound file that can be walked."""


class Entry(NamedTuple):
    """One line of the directory."""

    name: str
    kind: int
    start: int
    size: int


def xls_problem(content: bytes, most_cells: int) -> str:
    """Return the name of the reason why the workbook is not opened, or nothing. Raises BrokenError."""
    try:
        file = _CompoundFile(content)
        names = {entry.name for entry in file.entries}
        if "encryptedpackage" in names:
            return "workbook_password"
        if names & {"_vba_project_cur", "_vba_project", "vba", "macros"}:
            return "workbook_macros"
        book = next((e for e in file.entries if e.kind == _STREAM and e.name in ("workbook", "book")), None)
        if book is None:
            raise BrokenError
        return _records_problem(file.read(book), most_cells)
    except (struct.error, IndexError, RecursionError):
        raise BrokenError from None


def _records_problem(stream: bytes, most_cells: int) -> str:
    rows = columns = 0
    for kind, data in _records(stream):
        if kind == _FILE_PASSWORD:
            return "workbook_password"
        if kind == _LINKED_BOOK and (len(data) > 4 or data[2:4] not in _NO_OTHER_BOOK):
            return "workbook_external_links"
        if kind in (_EXTENT, _WORDS) and _claims_too_much(kind, data, len(stream)):
            raise BrokenError
        if kind == _BOF:
            rows = columns = 0
        elif kind in _CELLS and len(data) >= 6:
            row, column = struct.unpack_from("<HH", data)
            if kind == _SEVERAL_NUMBERS:
                (column,) = struct.unpack_from("<H", data, len(data) - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if rows * columns > most_cells:
                return "sheet_too_large"
    return ""


def _claims_too_much(kind: int, data: bytes, room: int) -> bool:
    """Whether the record counts more than there can be: the reader makes room for whatever it says."""
    if kind == _WORDS:
        return any(count > room for count in struct.unpack_from("<II", data))
    first_row, last_row, first, last = struct.unpack_from("<IIHH" if len(data) > 10 else "<HHHH", data)
    return not (0 <= last_row - first_row <= _MOST_ROWS and 0 <= last - first <= _MOST_COLUMNS)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


class _CompoundFile:
    """The streams of a compound file: sectors in chains, small streams in a chain of their own."""

    def __init__(self, content: bytes) -> None:
        if content[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise BrokenError
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise BrokenError
        self._content, self._size, self._small_size = content, 1 << shift, 1 << small_shift
        count, first_directory, _, small_below, first_small = struct.unpack_from("<I I I I I", content, 44)
        self._small_below = small_below
        self._next = self._numbers(self._table_sectors(count))
        directory = self._chain(first_directory)
        self.entries = [self._entry(directory[at : at + 128]) for at in range(0, len(directory) - 127, 128)]
        root = next((entry for entry in self.entries if entry.kind == _ROOT), None)
        self._small = self._chain(root.start) if root else b""
        self._small_next = self._as_numbers(self._chain(first_small)) if first_small < _END else ()

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a stream."""
        if entry.size >= self._small_below:
            return self._chain(entry.start)[: entry.size]
        at, size = entry.start, self._small_size
        pieces: list[bytes] = []
        while at < _END and len(pieces) <= len(self._small_next):
            pieces.append(self._small[at * size : (at + 1) * size])
            at = self._small_next[at]
        return b"".join(pieces)[: entry.size]

    def _table_sectors(self, count: int) -> list[int]:
        """Return the sectors of the table of chains: 109 are named in the header, the rest in sectors of names."""
        found = list(struct.unpack_from("<109I", self._content, 76))
        (at,) = struct.unpack_from("<I", self._content, 68)
        while at < _END and len(found) < count:
            names = self._numbers([at])
            found.extend(names[:-1])
            at = names[-1]
        return [sector for sector in found[:count] if sector < _END]

    def _chain(self, at: int) -> bytes:
        pieces: list[bytes] = []
        while at < _END:
            if len(pieces) > len(self._next):
                raise BrokenError  # the chain bites its tail
            pieces.append(self._sector(at))
            at = self._next[at]
        return b"".join(pieces)

    def _sector(self, number: int) -> bytes:
        start = max(_HEADER, self._size) + number * self._size
        return self._content[start : start + self._size]

    def _numbers(self, sectors: list[int]) -> tuple[int, ...]:
        return self._as_numbers(b"".join(self._sector(sector) for sector in sectors))

    @staticmethod
    def _as_numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    @staticmethod
    def _entry(data: bytes) -> Entry:
        length, kind = struct.unpack_from("<HB", data, 64)
        start, size = struct.unpack_from("<II", data, 116)
        return Entry(data[: max(0, length - 2)].decode("utf-16-le", "replace").lower(), kind, start, size)
