"""The synthetic census of children in need, with every planted defect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from socialcare.generate import children, defects_cin, write_cin
from socialcare.generate.defects import Severity
from socialcare.generate.defects_cin import XmlDefect
from socialcare.generate.defects_cin_more import DEFECTS
from socialcare.generate.life import Life, year_to_march
from socialcare.generate.ssda903 import Planted
from socialcare.generate.xml_text import lines

_DEFECT_CHILDREN = 999_500_000


@dataclass(frozen=True)
class Written:
    """A file that was written, and what must be found in it."""

    path: Path
    planted: tuple[Planted, ...]


def write_census(life: Life, year: int, path: Path, *, defects: tuple[XmlDefect, ...] = DEFECTS) -> Written:
    """Write the census of a collection year; a planted defect's line is that of its element in the file."""
    span = year_to_march(year, life.as_of_date)
    chosen = tuple(d for d in defects if d.applies(year))
    until = date.fromordinal(span.until + date(1970, 1, 1).toordinal())
    planted: list[Planted] = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        line = _put(file.write, write_cin.head(life.council_id, span))
        for text in write_cin.write(life, span):
            line += _put(file.write, text)
        for defect, text, found in _wrong(life.council_id, chosen, until, year):
            for table, code, severity, at in found:
                planted.append(Planted(defect.name, table, line + at + 1, code, severity))
            line += _put(file.write, text)
        file.write(write_cin.TAIL)
    return Written(path, tuple(planted))


def _put(write: object, text: str) -> int:
    assert callable(write)
    write(text)
    return text.count("\n")


def _wrong(
    council_id: str, defects: tuple[XmlDefect, ...], until: date, year: int
) -> Iterator[tuple[XmlDefect, str, list[tuple[str, str, Severity, int]]]]:
    numbers = np.arange(_DEFECT_CHILDREN, _DEFECT_CHILDREN + len(defects))
    ids, upns = children.identifiers(council_id, numbers), children.pupil_numbers(council_id, numbers)
    for n, defect in enumerate(defects):
        blocks, found = defects_cin.child(defect, str(ids[n]), str(upns[n]), until, year)
        yield defect, "".join(line for block in blocks for line in lines(block)), found
