"""What a receipt says of each file: where its rows are, and the council's own identifiers, read from it once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from socialcare.door.cells import NO_NUMBER, CellChecker
from socialcare.door.messages import identifier_of, reader_of
from socialcare.door.reading import Block, UnreadableError
from socialcare.door.receipt import FileLine, Place
from socialcare.door.recognise import Recognised
from socialcare.door.register import Findings
from socialcare.door.verdicts import JudgedFile
from socialcare.registry.returns import Column, Return, return_spec

#: Rows listed for one rule; the count is always that of all of them.
LISTED = 2_000

Lines = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Read:
    """What was read of some rows of a file: identifiers by line, and the keyed number of each of some lines."""

    names: dict[int, str] = field(default_factory=dict, repr=False)
    numbers: Numbers = field(default_factory=lambda: np.empty(0, np.uint64))


def listed_lines(findings: Findings, counts: Mapping[int, int]) -> dict[int, list[int]]:
    """Return the first lines that each rule (by its number) found, in their order."""
    lines: dict[int, list[int]] = {number: [] for number in counts}
    for chunk in findings.chunks():
        for number, listed in lines.items():
            room = LISTED - len(listed)
            if room > 0:
                listed.extend(chunk["line"][chunk["rule"] == number][:room].tolist())
    return {number: sorted(listed) for number, listed in lines.items()}


#: Readers that are held while the tables of a delivery are read: those of one message share one reading of it.
Held = list[object]


def read_rows(file: Recognised, listed: set[int], lines: Lines, checker: CellChecker, held: Held) -> Read:
    """Read the file's identifiers once more: the names on listed lines, the numbers on ``lines`` (in their order).

    The number is NO_NUMBER where a row is about nobody. What cannot be read a second time has neither.
    """
    read = Read(numbers=np.full(len(lines), NO_NUMBER))
    wanted = np.array(sorted(listed), np.int32)
    last = max([*wanted[-1:], *lines[-1:]], default=0)
    try:
        for block, key, column in _identifiers(file, held):
            here = np.flatnonzero(np.isin(block.lines, wanted))
            texts = (cell or "" for cell in block.columns[key].take(here).to_pylist())
            read.names.update(zip(block.lines[here].tolist(), texts, strict=True))
            here = np.flatnonzero(np.isin(block.lines, lines))
            if column.type == "identifier" and len(here):
                found: Any = checker.check(column, block.columns[key].take(here)).number
                read.numbers[np.searchsorted(lines, block.lines[here])] = found
            if block.lines[-1] >= last:
                break
    except UnreadableError:
        pass  # a rejected file: positions alone must do
    return read


def names_of(file: Recognised, numbers: set[int], checker: CellChecker, held: Held) -> dict[int, str]:
    """Return the identifiers in the file that have these numbers."""
    names: dict[int, str] = {}
    wanted = np.array(sorted(numbers), np.uint64)
    try:
        for block, key, column in _identifiers(file, held):
            number: Any = checker.check(column, block.columns[key]).number
            places = np.flatnonzero(np.isin(number, wanted))
            names.update(zip(number[places].tolist(), block.columns[key].take(places).to_pylist(), strict=True))
    except UnreadableError:
        pass  # as above
    return names


def _identifiers(file: Recognised, held: Held) -> Iterator[tuple[Block, str, Column]]:
    declared = return_spec(file.return_id)
    key = identifier_of(declared, file)
    column = declared.tables[file.table].every_column[key]
    reader = reader_of(file, columns=(key,))
    held.append(reader)
    for block in reader.blocks():
        yield block, key, column


def place_of(file: Recognised) -> Place:
    """Return where the table stands in what was sent."""
    declared = return_spec(file.return_id)
    unit = "line" if file.is_message else "row"
    sheet = file.sheet.name if file.sheet else ""
    return Place(file.name, sheet, unit, _titles(declared, file), _letters(file))


def file_lines(files: Iterable[JudgedFile]) -> Iterator[FileLine]:
    """Yield the line of each file; of one that was refused before its tables were told apart, one line for all."""
    done = set()
    for file in files:
        if file.rules or file.reason:
            yield file_line(file)
        elif file.found.path not in done:
            done.add(file.found.path)
            line = file_line(file)
            in_many = file.found.is_message or file.found.sheet
            yield replace(line, name=file.found.name, what=_whole(file.found)) if in_many else line


def _whole(found: Recognised) -> str:
    return return_spec(found.return_id).name


def file_line(file: JudgedFile) -> FileLine:
    """Return the line of one file, or of one sheet of a workbook."""
    found = file.found
    place = f"{found.name}, {found.sheet.name}" if found.sheet else found.name
    missing = found.sheet.missing if found.sheet and found.table else ()
    declared = return_spec(found.return_id) if found.return_id else None
    titles = _titles(declared, found) if declared and found.table in declared.tables else {}
    return FileLine(
        place,
        _what(declared, found),
        file.verdict,
        file.reason,
        file.rows_in,
        file.rows_loaded,
        file.rows_quarantined,
        tuple(h for h in found.headings if h and h not in found.columns) if found.table else (),
        tuple(titles.get(name, name) for name in missing),
        file.rows_erased,
    )


def _what(declared: Return | None, found: Recognised) -> str:
    if declared and found.table in declared.tables:
        return declared.tables[found.table].label
    if found.table or found.other_table:
        return found.table or found.other_table
    return f"of {declared.name}" if declared else "not recognised"


def _titles(declared: Return, file: Recognised) -> dict[str, str]:
    titles = {}
    for name, column in declared.tables[file.table].every_column.items():
        element = (column.element or "").rpartition("/")[2].strip(".") if file.is_message else ""
        titles[name] = element or (column.headings[0] if column.headings else name)
    return titles


def _letters(file: Recognised) -> dict[str, str]:
    if file.is_message:
        return {}
    if file.sheet:
        return {name: _letter(place) for name, place in file.sheet.columns.items()}
    return {name: _letter(place) for place, name in enumerate(file.headings) if name in file.columns}


def _letter(place: int) -> str:
    """Return what a spreadsheet calls a column: A, B, ... Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
