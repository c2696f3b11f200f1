"""How many cells the sheets of a workbook would become: asked of its XML as a stream, nothing of it kept.

Two cells, A1 and XFD1048576, are a kilobyte of file and half a terabyte of table; a reader that asks for so much
memory takes the whole process with it. Elements are told apart as that reader does, by what follows the colon.
"""

from __future__ import annotations

import re
from xml.parsers import expat

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class TooLargeError(Exception):
    """A sheet would become more cells than are read."""


class BrokenXmlError(Exception):
    """The XML declares a document type, or a cell or row says no place."""


class Extent:
    """One XML part, fed piece by piece; any part may turn out to be a sheet."""

    def __init__(self, most_cells: int) -> None:
        self._most = most_cells
        self._row = self._column = 0
        self._rows = self._columns = 0
        self._parser = expat.ParserCreate("utf-8")  # whatever it states: the reader knows no other, and nor do we
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Take the next piece. Raises TooLargeError, BrokenXmlError."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError:  # its own words say where, not what
            raise BrokenXmlError from None

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        name = element.partition(":")[2] or element
        if name == "row":
            stated = attributes.get("r")
            self._row = self._row + 1 if stated is None else self._number(stated)
            self._column = 0
        elif name == "c":
            self._cell(attributes.get("r"))
        elif name in ("v", "is", "f"):  # only a cell with something in it counts
            self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
            if self._rows * self._columns > self._most:
                raise TooLargeError
        elif name == "Relationship" and not attributes.get("Target", "").lower().endswith((".xml", ".bin")):
            self._other_target(attributes)

    def _cell(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise BrokenXmlError
        self._row, self._column = int(match[2]), 0
        for letter in match[1].upper():
            self._column = self._column * 26 + ord(letter) - 64

    @staticmethod
    def _number(text: str) -> int:
        if not re.fullmatch("[0-9]{1,7}", text):
            raise BrokenXmlError
        return int(text)

    @staticmethod
    def _other_target(attributes: dict[str, str]) -> None:
        """Refuse a sheet that is kept in a part that looks like no XML and so was not measured."""
        if attributes.get("Type", "").endswith(("/worksheet", "/sharedStrings", "/styles")):
            raise BrokenXmlError

    @staticmethod
    def _refuse(*_: object) -> None:
        raise BrokenXmlError
