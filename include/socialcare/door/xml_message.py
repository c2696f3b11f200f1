"""One pass over an XML file, hardened: the elements at some paths, each gone from memory when the next one comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree  # type: ignore[import-untyped]

from socialcare.door.arrival import NotPlainError, open_plain
from socialcare.door.prolog import check_prolog
from socialcare.door.reading import UnreadableError

_CHUNK = 256 * 1024
#: A child with everything in it is never this long: text, attributes, unknown elements, anything.
_LONGEST_UNIT = 1 << 20
#: libxml2 keeps an element's line in 16 bits; beyond, it tells the line of the text inside.
_LAST_EXACT_LINE = 65_534

_NAMES = {
    etree.ErrorTypes.ERR_INVALID_CHAR: "xml_bad_character",
    etree.ErrorTypes.ERR_INVALID_ENCODING: "xml_mixed_encodings",
}
_RESOURCE_LIMIT = 114  # has no name in lxml
_HARDENED: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "collect_ids": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Message:
    """The elements at some paths of one file."""

    def __init__(self, path: Path, root: str, wanted: set[str]) -> None:
        self._path, self._root, self._wanted = path, root, wanted
        self._within = tuple(f"{one}/" for one in wanted)
        tags = sorted({f"{{*}}{one.rpartition('/')[2]}" for one in wanted})
        self._parser = etree.XMLPullParser(events=("end",), tag=tags, **_HARDENED)
        self._parent: Any = None
        self._parent_path = ""

    def units(self) -> Iterator[tuple[str, Any]]:
        """Yield each element, whole, with its path. Raises UnreadableError with the name of the reason."""
        try:
            opened = open_plain(self._path)
        except NotPlainError:
            raise UnreadableError("not_a_plain_file") from None
        with opened as file:
            try:
                check_prolog(file, self._root)
                yield from self._parse(file)
            except etree.LxmlError as error:  # its own words may hold a cell, so they go no further
                raise UnreadableError(_name_of(error)) from None

    def _parse(self, file: BinaryIO) -> Iterator[tuple[str, Any]]:
        since = 0
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise UnreadableError("nul_bytes")
            since += len(chunk)
            self._parser.feed(chunk)
            for _, element in self._parser.read_events():
                path = self._path_of(element)
                if path in self._wanted:
                    yield path, element
                    since = 0
                if not path.startswith(self._within):
                    _forget(element)
            if since > _LONGEST_UNIT:
                raise UnreadableError("xml_row_too_long")
        self._parser.close()

    def _path_of(self, element: Any) -> str:
        parent = element.getparent()
        if parent is not self._parent or parent is None:
            self._parent = parent
            self._parent_path = "".join(f"/{_name(above)}" for above in reversed([*element.iterancestors()]))
        return f"{self._parent_path}/{_name(element)}"


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _forget(element: Any) -> None:
    """Free the element and everything before it, wherever it is."""
    element.clear()
    while element is not None:
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
        element = parent


def _name_of(error: etree.LxmlError) -> str:
    code = getattr(error, "code", None)
    if code == _RESOURCE_LIMIT:
        return "xml_too_deep" if "depth" in str(error) else "xml_cell_too_long"
    return _NAMES.get(code, "xml_not_well_formed")


def line_of(element: Any) -> int:
    """Return the source line on which the element begins."""
    line = int(element.sourceline or 0)
    if line <= _LAST_EXACT_LINE:
        return line
    first = element
    while not first.text and len(first):
        first = first[0]
    return line - ((first.text or first.tail or "").count("\n"))
