"""What a receipt says of each file: where its rows are, and the council's own identifiers, read from it once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.door.cells import NO_NUMBER, CellChecker
from socialcare.door.messages import identifier_of, reader_of
from socialcare.door.reading import UnreadableError
from socialcare.door.receipt import FileLine, Place
from socialcare.door.recognise import Recognised
from socialcare.door.register import Findings
from socialcare.door.verdicts import JudgedFile
from socialcare.registry.returns import Return, return_spec

#: Rows listed for one rule; the count is always that of all of them.
LISTED = 2_000

Lines = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Named:
    """Identifiers of one file: by line for rows that are listed, by number for children who were asked after."""

    by_line: dict[int, str] = field(default_factory=dict, repr=False)
    by_number: dict[int, str] = field(default_factory=dict, repr=False)


def listed_lines(findings: Findings, counts: Mapping[int, int]) -> dict[int, list[int]]:
    """Return the first lines that each rule (by its number) found, in their order."""
    lines: dict[int, list[int]] = {number: [] for number in counts}
    for chunk in findings.chunks():
        for number, listed in lines.items():
            room = LISTED - len(listed)
            if room > 0:
                listed.extend(chunk["line"][chunk["rule"] == number][:room].tolist())
    return {number: sorted(listed) for number, listed in lines.items()}


def names_of(file: Recognised, lines: set[int], numbers: set[int], checker: CellChecker | None) -> Named:
    """Read the file's identifiers once more: those on some lines, and those that have some numbers."""
    named = Named()
    if not lines and not numbers:
        return named
    declared = return_spec(file.return_id)
    key, wanted = identifier_of(declared, file), np.array(sorted(lines), np.int32)
    column = declared.tables[file.table].every_column[key]
    try:
        for block in reader_of(file, columns=(key,)).blocks():
            cells = block.columns[key]
            here = np.flatnonzero(np.isin(block.lines, wanted))
            texts = (cell or "" for cell in cells.take(here).to_pylist())
            named.by_line.update(zip(block.lines[here].tolist(), texts, strict=True))
            if numbers and checker and column.type == "identifier":
                _name(named, cells, checker.check(column, cells).number, numbers)
    except UnreadableError:
        pass  # a rejected file: positions alone must do
    return named


def _name(named: Named, cells: pa.DictionaryArray, found: Any, numbers: set[int]) -> None:
    places = np.flatnonzero(np.isin(found, np.array(sorted(numbers), np.uint64)))
    texts = cells.take(places).to_pylist()
    named.by_number.update(zip(found[places].tolist(), texts, strict=True))


def numbers_of(file: Recognised, lines: Lines, checker: CellChecker) -> Numbers:
    """Return the keyed number of the child or worker on each of some lines; NO_NUMBER where there is none."""
    numbers = np.full(len(lines), NO_NUMBER)
    declared = return_spec(file.return_id)
    key = identifier_of(declared, file)
    column = declared.tables[file.table].every_column[key]
    if column.type != "identifier" or not len(lines):
        return numbers
    for block in reader_of(file, columns=(key,)).blocks():
        here = np.flatnonzero(np.isin(block.lines, lines))
        if len(here):
            found = checker.check(column, block.columns[key].take(here)).number
            assert found is not None
            numbers[np.searchsorted(lines, block.lines[here])] = found
    return numbers


def place_of(file: Recognised) -> Place:
    """Return where the table stands in what was sent."""
    declared = return_spec(file.return_id)
    unit = "line" if file.is_message else "row"
    sheet = file.sheet.name if file.sheet else ""
    return Place(file.path.name, sheet, unit, _titles(declared, file), _letters(file))


def file_line(file: JudgedFile) -> FileLine:
    """Return the line of one file, or of one sheet of a workbook."""
    found = file.found
    place = f"{found.path.name}, {found.sheet.name}" if found.sheet else found.path.name
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
