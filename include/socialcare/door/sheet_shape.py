"""Know a list by its headings: normalised, in any of the dialects declared, wherever on the sheet they stand."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

#: A heading that stands lower than this is not looked for: above it a title and some notes at most.
_WITHIN_ROWS = 100
#: A list has at most 34 columns; a council adds a few of its own, not hundreds.
MOST_COLUMNS = 512
#: "List 1", "List_01", "list 10 - Adoption"; not "Listing".
_LIST_NAME = re.compile(r"\blist[\s_.-]*0?(1[01]|[1-9])(?!\d)", re.IGNORECASE)

Row = Sequence[str]


class WrongHeadingError(Exception):
    """The heading is that of a list and cannot be used; ``name`` says why."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@dataclass(frozen=True)
class Shape:
    """One table's headings: every way to write them, normalised, and the declared column each one means."""

    key: str
    """The column without which nothing is this table."""
    names: tuple[str, ...]
    headings: Mapping[str, str]
    dates: frozenset[str] = frozenset()
    may_lack: frozenset[str] = frozenset()
    """Columns that only some layouts have."""


@dataclass(frozen=True)
class Heading:
    """A heading row that was found: which table, its row (the first is 1), each column's place."""

    table: str
    row: int
    columns: Mapping[str, int]
    missing: tuple[str, ...]
    not_read: tuple[str, ...] = field(repr=False)


def shape_of(names: Mapping[str, Iterable[str]], key: str, dates: Iterable[str], may_lack: Iterable[str] = ()) -> Shape:
    """Return the shape of a table: its columns with the other headings of each."""
    headings = {normal(heading): name for name, others in names.items() for heading in (name, *others)}
    return Shape(key, tuple(names), headings, frozenset(dates), frozenset(may_lack))


def normal(heading: str) -> str:
    """Return a heading as letters and digits alone, in lower case and without (Y/N).

    ``Child Unique ID`` is ``ChildUniqueID`` then, and curly quotes, hard spaces and full stops mean nothing.
    """
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(letter for letter in plain if letter.isalnum()).removesuffix("yn")


def is_called_a_list(sheet: str) -> bool:
    """Whether the sheet's name says that it is a list."""
    return _LIST_NAME.search(sheet) is not None


def find_heading(rows: Iterable[Row], shapes: Mapping[str, Shape]) -> Heading | None:
    """Return the first heading row of a table; None when there is none. Reads ``rows`` up to it and no further.

    Raises WrongHeadingError ``heading_twice`` or ``sheet_too_wide``.
    """
    for number, row in enumerate(islice(rows, _WITHIN_ROWS), start=1):
        headings = [normal(cell[:1000]) for cell in row]
        table = _table_of(set(headings), shapes)
        if table:
            if len(row) - headings[::-1].count("") > MOST_COLUMNS:
                raise WrongHeadingError("sheet_too_wide")
            return _heading(table, shapes[table], number, headings, row)
    return None


def _table_of(have: set[str], shapes: Mapping[str, Shape]) -> str:
    """Return the table to which most of what only some tables have points; at least two thirds of it."""
    in_tables = Counter(name for shape in shapes.values() for name in shape.names)
    best, share = "", 0.0
    for table, shape in shapes.items():
        found = {name for heading, name in shape.headings.items() if heading in have}
        telling = {name for name in shape.names if in_tables[name] * 2 <= len(shapes)} - shape.may_lack
        here = len(found & telling) / max(1, len(telling))
        if shape.key in found and here > max(share, 0.66):
            best, share = table, here
    return best


def _heading(table: str, shape: Shape, number: int, headings: list[str], row: Row) -> Heading:
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = shape.headings.get(heading)
        if name in columns:
            raise WrongHeadingError("heading_twice")
        if name:
            columns[name] = place
    missing = tuple(name for name in shape.names if name not in columns and name not in shape.may_lack)
    not_read = tuple(row[n] for n, h in enumerate(headings) if h and h not in shape.headings)
    return Heading(table, number, columns, missing, not_read)
