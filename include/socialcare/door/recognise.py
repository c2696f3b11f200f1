"""Say what a file is, by its content alone. File names are never trusted and never repeated."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from socialcare.door.arrival import open_plain, shown
from socialcare.registry.returns import Return, all_returns

if TYPE_CHECKING:
    from socialcare.door.read_workbook import Sheet

#: A heading longer than this is no heading: a file of one endless line, or of a million columns.
_LONGEST_HEADING = 64 * 1024
_CHUNK = 1 << 20
_SIGNATURES = (
    (b"PK\x03\x04", "spreadsheet_or_zip"),
    (b"\xd0\xcf\x11\xe0", "old_spreadsheet"),
    (b"%PDF", "pdf"),
    (b"\xff\xfe", "utf16_text"),
    (b"\xfe\xff", "utf16_text"),
    (b"<", "xml_or_html"),
    (b"{", "json"),
)
#: Signatures of files that hold many tables: what is inside decides.
_BY_CONTENT = ("not_csv_xml_or_html", "not_csv_spreadsheet_or_zip", "not_csv_old_spreadsheet")
_DELIMITERS = (",", ";", "\t")
#: What a file of many tables is called until each of them is told apart.
MESSAGE, WORKBOOK = "message", "workbook"


@dataclass(frozen=True)
class Recognised:
    """One file: what it is, or why it cannot be taken. ``problem`` is the name of the reason, or empty."""

    path: Path
    sha256: str = ""
    size: int = 0
    encoding: str = "utf8"
    delimiter: str = ","
    headings: tuple[str, ...] = field(default=(), repr=False)
    return_id: str = ""
    table: str = ""
    other_table: str = ""
    problem: str = ""
    columns: tuple[str, ...] = field(default=(), repr=False)
    """The declared columns, in the file's order; anything else in the file is not read."""
    is_message: bool = False
    """It is a message (XML), or one table of it."""
    sheets: tuple[Sheet, ...] = field(default=(), repr=False)
    """The lists that a workbook holds."""
    sheet: Sheet | None = field(default=None, repr=False)
    """The one list that this is."""
    says_day: date | None = None
    says_year: int | None = None
    says_council: str = ""
    """What a message states of itself, where it does."""

    @property
    def name(self) -> str:
        """Its name, as whoever reads of it is shown it."""
        return shown(self.path)


class Copy(Protocol):
    """Where the bytes also go."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *problem: object) -> None: ...
    def write(self, chunk: bytes) -> None: ...


class _Bytes:
    """One pass over the bytes: size, sha256, encoding, NUL; each chunk also goes to ``also``."""

    def __init__(self, file: BinaryIO, also: Callable[[bytes], None] | None = None) -> None:
        digest = hashlib.sha256()
        self.size, self.has_nul, self.is_utf8, self.head = 0, False, True, b""
        pending = b""
        while chunk := file.read(_CHUNK):
            if not self.size:
                self.head = chunk
            self.size += len(chunk)
            digest.update(chunk)
            self.has_nul = self.has_nul or b"\0" in chunk
            if self.is_utf8 and (pending or not chunk.isascii()):
                pending = self._check(pending + chunk)
            if also:
                also(chunk)
        self.is_utf8 = self.is_utf8 and not pending
        self.sha256 = digest.hexdigest()

    def _check(self, data: bytes) -> bytes:
        """Return the bytes of a character that the chunk's end cut in two."""
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            if len(data) - error.start < 4 and error.reason == "unexpected end of data":
                return data[error.start :]
            self.is_utf8 = False
        return b""


def recognise(path: Path, new_copy: Callable[[], Copy] | None = None) -> Recognised:
    """Read the file once and say what it is; each chunk of bytes also goes to a new copy.

    Raises NotPlainError, before there is a copy.
    """
    with open_plain(path) as file, new_copy() if new_copy else nullcontext() as copy:
        content = _Bytes(file, copy.write if copy else None)
    found = Recognised(path, sha256=content.sha256, size=content.size)
    problem = _not_text(content)
    if problem in _BY_CONTENT:
        from socialcare.door.messages import recognise_content

        return recognise_content(found, content.head)
    if problem:
        return replace(found, problem=problem)
    encoding = "utf8" if content.is_utf8 else "latin-1"
    line = content.head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    if b"\r" in line.rstrip(b"\r"):  # what follows would be taken for part of the heading
        return replace(found, problem="line_ends")
    if len(line) > _LONGEST_HEADING:
        return replace(found, problem="heading_too_long")
    text = line.rstrip(b"\r").decode("utf-8" if content.is_utf8 else "latin-1")
    found = replace(found, encoding=encoding)
    return _by_heading(found, text)


def copied(path: Path, new_copy: Callable[[], Copy] | None) -> Recognised:
    """Copy a file and say its size and sha256, and nothing of what it is. Raises NotPlainError."""
    digest, size = hashlib.sha256(), 0
    with open_plain(path) as file, new_copy() if new_copy else nullcontext() as copy:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if copy:
                copy.write(chunk)
    return Recognised(path, sha256=digest.hexdigest(), size=size)


def _not_text(content: _Bytes) -> str:
    if not content.head.strip():
        return "file_empty"
    for signature, name in _SIGNATURES:
        if content.head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(signature):
            return f"not_csv_{name}"
    return "nul_bytes" if content.has_nul else ""


def _by_heading(found: Recognised, line: str) -> Recognised:
    for delimiter in _DELIMITERS:
        cells = _cells(line, delimiter)
        for declared in all_returns():
            named = _of_return(replace(found, delimiter=delimiter), declared, cells)
            if named:
                return named
    return replace(found, problem="list_incomplete" if _begins_as_a_list(line) else "heading_unknown")


def _begins_as_a_list(line: str) -> bool:
    from socialcare.door.sheet_lists import has_identifier

    return any(has_identifier(_cells(line, delimiter)) for delimiter in _DELIMITERS)


def _of_return(found: Recognised, declared: Return, cells: tuple[str, ...]) -> Recognised | None:
    from socialcare.door.sheet_lists import is_headed, recognise_list

    if is_headed(declared):
        return recognise_list(found, declared, cells)
    headings = tuple(cell.upper() for cell in cells)
    table = _table_of(declared, headings)
    return _checked(replace(found, headings=headings, return_id=declared.id), declared, table) if table else None


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        row: Iterable[str] = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return ()
    return tuple(cell.strip() for cell in row)


def _table_of(declared: Return, headings: tuple[str, ...]) -> str:
    """Return the table whose columns these are: the one of most columns, when none of them is missing."""
    have = set(headings)
    fits = {name: len(table.columns) for name, table in declared.tables.items() if set(table.columns) <= have}
    fits |= {name: len(columns) for name, columns in declared.other_tables.items() if set(columns) <= have}
    if fits:
        return max(fits, key=lambda name: fits[name])
    for name, table in declared.tables.items():
        wanted, mandatory = set(table.columns), {n for n, c in table.columns.items() if c.mandatory}
        own = wanted - {c for other, t in declared.tables.items() if other != name for c in t.columns}
        if len(wanted & have) * 3 >= len(wanted) * 2 and mandatory <= have and own & have:
            return name
    return ""


def _checked(found: Recognised, declared: Return, table: str) -> Recognised:
    headings = [heading for heading in found.headings if heading]  # a spreadsheet adds some without a word
    if len(set(headings)) != len(headings):
        return replace(found, problem="heading_twice")
    if table in declared.other_tables:
        return replace(found, other_table=table)
    known = declared.tables[table].every_column
    return replace(found, table=table, columns=tuple(h for h in found.headings if h in known))
