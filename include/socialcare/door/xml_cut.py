"""Cut elements out of a message by the identifiers inside them: every other byte stays, and every other line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO
from xml.parsers import expat

_CHUNK = 1 << 20
#: Text of an identifier is never longer; what is has been refused.
_LONGEST = 4096


class CannotCutError(Exception):
    """The message cannot be read to its end."""


class _Places:
    """Where the elements are that hold one of the identifiers: from their first byte to their end tag."""

    def __init__(self, wanted: Mapping[str, set[str]], is_wanted: Callable[[str], bool]) -> None:
        self.found: list[tuple[int, int]] = []
        self._units, self._is_wanted = set(wanted), is_wanted
        self._identifiers = set().union(*wanted.values())
        self._path, self._text = [""], ""
        self._begins, self._holds = 0, False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, file: BinaryIO) -> list[tuple[int, int]]:
        try:
            while chunk := file.read(_CHUNK):
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError:  # its own words may hold a cell
            raise CannotCutError from None
        return self.found

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(f"{self._path[-1]}/{name.rpartition(':')[2]}")
        self._text = ""
        if self._path[-1] in self._units:
            self._begins, self._holds = self._parser.CurrentByteIndex, False

    def _characters(self, text: str) -> None:
        if self._path[-1] in self._identifiers and len(self._text) < _LONGEST:
            self._text += text

    def _end(self, _: str) -> None:
        path = self._path.pop()
        if path in self._identifiers:
            self._holds = self._holds or self._is_wanted(self._text)
        if path in self._units and self._holds:
            self.found.append((self._begins, self._parser.CurrentByteIndex))
        self._text = ""


def cut(file: BinaryIO, out: BinaryIO, wanted: Mapping[str, set[str]], is_wanted: Callable[[str], bool]) -> int:
    """Copy a message without the elements that hold a wanted identifier; return how many there were.

    ``wanted``: the paths of the identifiers by the path of the element to be cut. Raises CannotCutError.
    """
    if not wanted:
        _copy(file, out, None)
        return 0
    places = _Places(wanted, is_wanted).read(file)
    file.seek(0)
    for begin, end in places:
        _copy(file, out, begin - file.tell())
        gone = file.read(end - begin) + file.read(1)
        while not gone.endswith(b">"):  # the rest of the end tag
            gone += file.read(1) or b">"
        out.write(b"\n" * gone.count(b"\n"))
    _copy(file, out, None)
    return len(places)


def _copy(file: BinaryIO, out: BinaryIO, size: int | None) -> None:
    while chunk := file.read(_CHUNK if size is None else min(size, _CHUNK)):
        out.write(chunk)
        size = None if size is None else size - len(chunk)
