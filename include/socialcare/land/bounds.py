"""How many cells a workbook would become, asked of its XML as a stream before a reader makes room for them.

Two cells, A1 and XFD1048576, are a kilobyte of file and half a terabyte of table; a reader that asks for so much
memory takes the whole process with it. Elements are told apart as calamine does, by what follows the first colon.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from socialcare.errors import Fault

#: The largest table that is read. The largest real one, people by age and council, has 441,168 cells.
MAX_CELLS = 5_000_000
#: Blank cells of a row's middle are held for a moment too, and spreadsheets write many.
_MAX_BLANKS = 4 * MAX_CELLS
_MAX_XML_BYTES = 1_000_000_000
_PIECE = 1 << 16
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,10})")
_NUMBER = re.compile(r"[0-9]{1,18}")

Attributes = dict[str, str]


class _UnreadableError(Exception):
    """What is wrong with the workbook, in words."""


class _TooLargeError(Exception):
    """The sheet, and how large it would be."""


def check(content: bytes, file_name: str, sheet: str) -> None:
    """Raise a Fault unless the sheets named like the pattern ``sheet`` are small enough to be read.

    Of an OpenDocument workbook every sheet counts, as its reader reads them all.
    Faults: ``too_large``, ``not_data`` (not a workbook, or XML that is broken or declares entities).
    """
    try:
        if not content.startswith(b"PK"):
            raise _UnreadableError("it is no zip archive")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(_Members(archive), sheet)
    except _TooLargeError as error:
        raise Fault(
            "too_large",
            f"{file_name} has a sheet too large to read: {error}; at most {MAX_CELLS:,} cells are read.",
            where=f"{file_name}, {error.args[0].split(' would ')[0]}",
            remedy="open the sheet and look for content far below or far right of the table; "
            "if the publisher's file is broken, wait for a corrected one.",
        ) from None
    except _BROKEN as error:
        raise Fault(
            "not_data",
            f"{file_name} is not a readable workbook: {error}",
            where=file_name,
            remedy="open the file; if the publisher's file is broken, wait for a corrected one.",
        ) from error


#: zipfile has no one error: RuntimeError is a password, ValueError a place outside the file.
_BROKEN = (
    *(_UnreadableError, expat.ExpatError, zipfile.BadZipFile, zlib.error),
    *(NotImplementedError, RuntimeError, ValueError, EOFError, OSError),
)


class _Members:
    """The members of a zip archive by lower-case name: readers look them up so."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {member.filename.replace("\\", "/").lower(): member for member in archive.infolist()}
        if len(self._members) != len(archive.infolist()):
            raise _UnreadableError("two of its parts have one name")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._members

    def stream(
        self, name: str, start: Callable[[str, Attributes], None], end: Callable[[str], None] | None = None
    ) -> None:
        """Call ``start`` and ``end`` for every element of an XML part, by its local name."""
        member = self._members.get(name.lower())
        if member is None or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _UnreadableError(f"its part {name} is missing or packed in an unusual way")
        member.file_size = _MAX_XML_BYTES + 1  # read to the true end, whatever size the archive states
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
        if end:
            ended = end
            parser.EndElementHandler = lambda name: ended(_local(name))
        done = 0
        with self._archive.open(member) as file:
            while piece := file.read(_PIECE):
                done += len(piece)
                if done > _MAX_XML_BYTES:
                    raise _TooLargeError(f"part {name} would unpack to more than {_MAX_XML_BYTES:,} bytes")
                parser.Parse(piece)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.partition(":")[2] if ":" in name else name


def _refuse_doctype(*_: object) -> None:
    raise _UnreadableError("its XML declares a document type")


def _check(members: _Members, sheet: str) -> None:
    is_excel, is_open_document = "xl/workbook.xml" in members, "content.xml" in members
    if "xl/workbook.bin" in members or is_excel == is_open_document:
        raise _UnreadableError("it is neither an xlsx nor an ods workbook")
    if is_open_document:
        cells = _OpenDocumentCells()
        members.stream("content.xml", cells.start, cells.end)
        return
    for name, part in _excel_sheets(members):
        if re.search(sheet, name, re.IGNORECASE):
            members.stream(part, _ExcelCells(name).start)


def _excel_sheets(members: _Members) -> list[tuple[str, str]]:
    """Return the name and the part of every sheet."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relationship(element: str, attributes: Attributes) -> None:
        if element == "Relationship":
            name = attributes.get("Id", "")
            if name in targets:
                raise _UnreadableError(f"its relationship {name} is stated twice")
            targets[name] = attributes.get("Target", "")

    def sheet(element: str, attributes: Attributes) -> None:
        if element == "sheet":
            ids = [value for key, value in attributes.items() if key.endswith(":id")]
            if len(ids) != 1 or ids[0] not in targets:
                raise _UnreadableError("one of its sheets is nowhere")
            target = targets[ids[0]].replace("\\", "/").removeprefix("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            sheets.append((attributes.get("name", ""), part))

    members.stream("xl/_rels/workbook.xml.rels", relationship)
    members.stream("xl/workbook.xml", sheet)
    return sheets


class _ExcelCells:
    """The corner of one worksheet: cells say where they are, and only one with something in it counts."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._next_row = self._next_column = 1
        self._at = (0, 0)
        self._rows = self._columns = 0

    def start(self, element: str, attributes: Attributes) -> None:
        if element == "c":
            self._cell(attributes.get("r"))
        elif element == "row":
            at = attributes.get("r")
            self._at = (_number(at) if at is not None else self._next_row, 0)
            self._next_row, self._next_column = self._at[0] + 1, 1
        elif element in ("v", "is", "f"):
            row, column = self._at
            if row > self._rows or column > self._columns:
                self._rows, self._columns = max(row, self._rows), max(column, self._columns)
                _limit(self._sheet, self._rows, self._columns)

    def _cell(self, reference: str | None) -> None:
        if reference is None:
            self._at = (self._next_row - 1, self._next_column)
        else:
            match = _REFERENCE.fullmatch(reference)
            if not match:
                raise _UnreadableError(f"the sheet {self._sheet} has a cell that says no place")
            self._at = (int(match[2]), _column(match[1]))
        self._next_column = self._at[1] + 1


class _OpenDocumentCells:
    """The corners of all sheets of an OpenDocument workbook: rows and cells are repeated by a number.

    What is repeated without content at a row's or a sheet's end costs nothing and is not counted.
    """

    def __init__(self) -> None:
        self._sheet = ""
        self._before = 0  # cells of the sheets before this one
        self._blanks = 0
        self._in_cell = False
        self._repeat_row = self._repeat_cell = 1
        self._has_content = False  # of this cell
        self._rows = self._columns = 0  # of this sheet, up to the last with content
        self._row = self._column = self._filled = 0  # so far; of this row, up to the last cell with content

    def start(self, element: str, attributes: Attributes) -> None:
        if element in ("table-cell", "covered-table-cell"):
            self._start_cell(attributes)
        elif element in ("table", "table-row"):
            if self._in_cell:
                raise _UnreadableError("it has a table within a cell")
            if element == "table":
                self._start_sheet(attributes)
            else:
                self._repeat_row = _repeat(attributes, "number-rows-repeated")
                self._column = self._filled = 0
        elif self._in_cell:
            self._has_content = True

    def end(self, element: str) -> None:
        if element in ("table-cell", "covered-table-cell"):
            self._in_cell = False
            self._column += self._repeat_cell
            if self._has_content:
                self._filled = self._column
        elif element == "table-row":
            self._row += self._repeat_row
            if self._filled:
                self._rows, self._columns = self._row, max(self._filled, self._columns)
                _limit(self._sheet, self._rows, self._columns, self._before)

    def _start_sheet(self, attributes: Attributes) -> None:
        self._before += self._rows * self._columns
        self._row = self._rows = self._columns = 0
        self._sheet = next((value for key, value in attributes.items() if key.endswith(":name")), "")

    def _start_cell(self, attributes: Attributes) -> None:
        if self._in_cell:
            raise _UnreadableError("it has a cell within a cell")
        self._in_cell = True
        if self._column > self._filled:  # the blank cell before this one was not its row's last
            self._blanks += self._repeat_cell
            if self._blanks > _MAX_BLANKS:
                raise _TooLargeError(f"sheet {self._sheet} would have {self._blanks:,} blank cells between others")
        self._has_content = False
        self._repeat_cell = 1
        if attributes:
            self._repeat_cell = _repeat(attributes, "number-columns-repeated")
            self._has_content = any(key.startswith("office:") or key.endswith(":formula") for key in attributes)


def _repeat(attributes: Attributes, what: str) -> int:
    return max((_number(value) for key, value in attributes.items() if key.endswith(what)), default=1)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise _UnreadableError("it counts rows or cells with something that is no number")
    return int(text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _limit(sheet: str, rows: int, columns: int, before: int = 0) -> None:
    if before + rows * columns > MAX_CELLS:
        others = f" after {before:,} cells of other sheets" if before else ""
        raise _TooLargeError(f"sheet {sheet} would have {rows:,} rows of {columns:,} columns{others}")
