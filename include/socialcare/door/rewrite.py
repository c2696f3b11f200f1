"""Write the files of a delivery without the rows of erased children: CSV and messages, each row where it was.

What is taken out leaves blank rows or lines, so that every other row keeps its position. A workbook, a zip and whatever
cannot be read to its end cannot be rewritten: where such a file holds the child, or may, nothing of it can be kept.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from socialcare.door import unpack
from socialcare.door.arrival import Delivery
from socialcare.door.erased import Erased, columns_of
from socialcare.door.messages import reader_of, tables_of
from socialcare.door.reading import UnreadableError
from socialcare.door.recognise import Recognised
from socialcare.door.xml_cut import CannotCutError, cut
from socialcare.registry.returns import Return, Table, return_spec

#: Text of which no heading is known is rewritten by all of its cells.
_TEXT_OF_NOTHING = ("heading_unknown", "heading_twice", "list_incomplete", "key_missing")
_BETWEEN = re.compile(r"[,;\t|\"\r\n]")
#: What holds no row at all.
_NOTHING = ("file_empty",)


class CannotRewriteError(Exception):
    """The file holds an erased child, or may, and cannot be written without it."""


def without_erased(delivery: Delivery, erased: Erased, into: Path) -> dict[Path, Path]:
    """Write those files of a delivery that hold erased children anew, without them; return the new by the old.

    ``into`` is a folder that only its owner may enter. Raises CannotRewriteError.
    """
    written: dict[Path, Path] = {}
    left = False
    with ExitStack() as stores:
        files = {path: _found(delivery, path, into / f"unpacked-{n}", stores) for n, path in enumerate(delivery.files)}
        for number, path in enumerate(sorted(files, key=lambda path: _follows(files[path]))):
            new = into / f"rewritten-{number}"
            if _is_text(path, files[path]):
                if _rewrite(files[path][0], new, erased):
                    written[path] = new
                again = _found(delivery, new, into / f"unpacked-again-{number}", stores)
            else:
                again = files[path]
            left |= any([_holds(one, erased) for one in again]) or _packs_names(path, again, erased)
    if left:  # only now: every record of the child was met
        raise CannotRewriteError
    return written


def names_without(names: tuple[str, ...], erased: Erased) -> tuple[str, ...]:
    """Return the names of files, another in the place of one that names an erased child."""
    said = ["SYNTHETIC-" if "SYNTHETIC" in name else "" for name in names]
    return tuple(
        f"{said[n]}file-{n + 1}{Path(name).suffix}" if erased.are_named_in(Path(name).stem) else name
        for n, name in enumerate(names)
    )


def _packs_names(path: Path, found: list[Recognised], erased: Erased) -> bool:
    """Whether the name of something in a zip or a workbook names an erased child."""
    if all(one.path == path and not one.sheet for one in found):
        return False
    sheets = any(erased.are_named_in(name) for one in found if one.sheet for name in (one.sheet.name, *one.headings))
    try:
        with zipfile.ZipFile(path) as archive:
            return sheets or any(erased.are_named_in(name) for name in archive.namelist())
    except zipfile.BadZipFile:  # a workbook of the older kind
        return sheets


def _found(delivery: Delivery, path: Path, folder: Path, stores: ExitStack) -> list[Recognised]:
    """Say what a file is: its tables, or those of what is in it."""
    _, found = unpack.opened(replace(delivery, files=(path,)), None, stores, folder)
    return [table for one in found for table in (tables_of(one) if one.return_id and not one.problem else [one])]


def _follows(found: list[Recognised]) -> bool:
    """Whether its rows belong to records of other files, which are to be read first."""
    return all(_is_table(one) and not columns_of(_table(one), "child") for one in found)


def _is_text(path: Path, found: list[Recognised]) -> bool:
    """Whether the file itself is rows of text, known or not, or a message."""
    if not found or any(one.path != path for one in found):
        return False
    one = found[0]
    if one.is_message:
        return not any(table.problem for table in found)
    return len(found) == 1 and not one.sheet and (_is_table(one) or one.problem in _TEXT_OF_NOTHING)


def _is_table(found: Recognised) -> bool:
    return not found.problem and bool(found.return_id) and found.table in return_spec(found.return_id).tables


def _of(found: Recognised) -> tuple[str, str]:
    return found.return_id, found.table


def _table(found: Recognised) -> Table:
    return return_spec(found.return_id).tables[found.table]


def _holds(found: Recognised, erased: Erased) -> bool:
    """Whether a table holds an erased child as far as can be told: what cannot be read may hold any."""
    if found.problem in _NOTHING or found.problem in _TEXT_OF_NOTHING:
        return False  # nothing in it, or looked at cell by cell already
    if not _is_table(found):
        return True
    try:
        return any([len(erased.without(_of(found), b).lines) < len(b.lines) for b in reader_of(found).blocks()])
    except UnreadableError:
        return True


def _rewrite(found: Recognised, new: Path, erased: Erased) -> int:
    """Write the file without erased children; return how many rows or records went. Raises CannotRewriteError."""
    try:
        with found.path.open("rb") as file, new.open("xb") as out:
            new.chmod(0o600)
            if found.is_message:
                return cut(file, out, _identifiers(return_spec(found.return_id)), erased.names)
            return _rewrite_rows(found, file, out, erased)
    except (CannotCutError, csv.Error, UnicodeError):
        raise CannotRewriteError from None


def _identifiers(declared: Return) -> dict[str, set[str]]:
    """Return the paths of children's identifiers in a message, by that of the outermost row around them."""
    paths = sorted({table.path for table in declared.tables.values() if table.path}, key=len)
    found: dict[str, set[str]] = {}
    for table in declared.tables.values():
        for column in columns_of(table, "child"):
            element = table.every_column[column].element
            if element and table.path:
                path = element if element.startswith("/") else f"{table.path}/{element}"
                found.setdefault(next(p for p in paths if path.startswith(f"{p}/")), set()).add(path)
    return found


def _rewrite_rows(found: Recognised, file: BinaryIO, out: BinaryIO, erased: Erased) -> int:
    """Copy the rows as they are, byte for byte; in the place of a child's is one of empty cells."""
    if not _is_table(found):
        return _rewrite_text(file, out, erased)
    out.write(file.readline())  # the heading
    places = {name: place for place, name in enumerate(found.headings) if name in found.columns}
    width, gone, held = len(found.headings), 0, bytearray()
    for cells in csv.reader(_lines(file, found.encoding, held), delimiter=found.delimiter):
        if len(cells) == width:
            is_erased = erased.is_of(_of(found), {name: cells[place] for name, place in places.items()})
        else:  # of a row that is too long or too short no cell can be told: any may be the child's
            is_erased = any(erased.names(cell) for cell in cells)
            if is_erased and held.count(b"\n") > 1:  # rows of others may be in it
                raise CannotRewriteError
        gone += is_erased
        out.write(found.delimiter.encode() * max(width - 1, 0) + b"\n" if is_erased else held)
        held.clear()
    return gone


def _rewrite_text(file: BinaryIO, out: BinaryIO, erased: Erased) -> int:
    """Copy the lines of which no word between delimiters is an erased child's identifier."""
    gone = 0
    for line in file:
        is_erased = any(erased.names(word) for word in _BETWEEN.split(line.decode("utf-8", "replace")))
        gone += is_erased
        out.write(b"\n" if is_erased else line)
    return gone


def _lines(file: BinaryIO, encoding: str, held: bytearray) -> Iterator[str]:
    """Yield the lines as text and hold the bytes of those that were not asked for before the last row ended."""
    for line in file:
        held += line
        yield line.decode("latin-1" if encoding == "latin-1" else "utf-8")
