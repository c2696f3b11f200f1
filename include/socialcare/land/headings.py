"""Matching a publisher's headings to the declared columns. Unknown or missing headings stop the file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from socialcare.errors import Fault
from socialcare.land.grid import Part, numbered, tidy
from socialcare.registry import Source
from socialcare.registry.sources import Edition
from socialcare.registry.tables import Column, Table


@dataclass(frozen=True)
class Naming:
    """Everything that decides what a heading is called here, and what to say when it is not known."""

    source: Source
    table: Table
    edition: Edition | None
    release: str
    file_name: str

    @classmethod
    def of(cls, source: Source, table_name: str, release: str, file_name: str) -> Naming:
        """Return what applies to one table of one release."""
        return cls(source, source.tables[table_name], source.edition(release, table_name), release, file_name)

    @property
    def where(self) -> str:
        return f"{self.source.id}, file {self.file_name}"

    @property
    def header_words(self) -> tuple[str, ...]:
        """The headings by which the header row of this release is found."""
        return tuple(word.replace("{release}", self.release) for word in self.table.header)

    def known(self) -> dict[str, str]:
        """Return heading (lower case) -> our column, this release's own names included."""
        ours = {column.name for column in self.table.all_columns}
        names = {column.heading(self.release).casefold(): column.name for column in self.table.all_columns}
        renamed = self.edition.rename if self.edition else {}
        return names | {heading.casefold(): name for heading, name in renamed.items() if name in ours}


def match(part: Part, naming: Naming, *, first: bool) -> dict[str, int]:
    """Return our column name -> place in the row.

    Only the first table of a sheet must have every required column: a later one may be narrower.
    """
    known = naming.known()
    places: dict[str, int] = {}
    unknown: list[str] = []
    for place, heading in enumerate(numbered(part.header)):
        if not heading and part.columns[place].null_count == len(part.lines):
            continue
        name = known.get(heading.casefold())
        plain = tidy(part.header[place])
        if name is None and heading != plain and plain.casefold() in known:
            raise _repeated(naming, plain)
        if name is None:
            unknown.append(heading or f"(blank, column {place + 1})")
        elif name in places:
            raise _doubled(naming, name, heading)
        else:
            places[name] = place
    missing = [c for c in naming.table.all_columns if c.required and c.name not in places] if first else []
    if missing:
        raise _missing(naming, missing, unknown)
    if unknown:
        raise _unknown(naming, unknown, [c for c in naming.table.all_columns if c.name not in places])
    return places


def _missing(naming: Naming, missing: list[Column], unknown: list[str]) -> Fault:
    column = missing[0]
    expected = _expected(naming, column)
    near = _nearest(expected, column, unknown)
    if near:
        return Fault(
            "column_renamed",
            f"{naming.file_name} has no column {expected!r}; its column {near!r} looks like it.",
            where=f"{naming.where}, column {expected}",
            remedy=f"if both mean the same, add `{near}: {column.name}` under an edition's rename in "
            f"{naming.source.file}, with the reason, and run the source again.",
        )
    others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    return Fault(
        "column_missing",
        f"{naming.file_name} has no column {expected!r}{others}, which the platform needs.",
        where=f"{naming.where}, column {expected}",
        remedy=f"open the file; if the publisher renamed it, add the new name under an edition's rename in "
        f"{naming.source.file}; if it was dropped, decide there what replaces it.",
    )


def _unknown(naming: Naming, unknown: list[str], absent: list[Column]) -> Fault:
    heading = unknown[0]
    expected = [_expected(naming, column).casefold() for column in absent]
    near = difflib.get_close_matches(heading.casefold(), expected, 1, 0.6)
    hint = f" It looks like {near[0]!r}, which is absent." if near else ""
    others = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
    return Fault(
        "column_unknown",
        f"{naming.file_name} has a column {heading!r}{others} that the declaration does not know.{hint}",
        where=f"{naming.where}, column {heading}",
        remedy=f"add it to the table's columns (or to an edition's rename) in {naming.source.file}, then run "
        "the source again.",
    )


def _doubled(naming: Naming, name: str, heading: str) -> Fault:
    return Fault(
        "column_doubled",
        f"{naming.file_name} has two columns that mean {name!r}.",
        where=f"{naming.where}, column {heading}",
        remedy=f"see which one counts and correct {naming.source.file}.",
    )


def _repeated(naming: Naming, heading: str) -> Fault:
    return Fault(
        "column_doubled",
        f"{naming.file_name} has more than one column {heading!r}.",
        where=f"{naming.where}, column {heading}",
        remedy="open the file; if the publisher repeated a column by mistake, wait for a corrected one; if each means "
        f"something else, declare them in {naming.source.file} by their numbers, {heading + ' #1'!r} and so on.",
    )


def _expected(naming: Naming, column: Column) -> str:
    """Return the heading that this release should have for a column."""
    renamed = naming.edition.rename if naming.edition else {}
    return next((heading for heading, name in renamed.items() if name == column.name), column.heading(naming.release))


def _nearest(expected: str, column: Column, unknown: list[str]) -> str | None:
    by_folded = {heading.casefold(): heading for heading in unknown}
    for wanted in (expected.casefold(), column.name):
        near = difflib.get_close_matches(wanted, list(by_folded), 1, 0.5)
        if near:
            return by_folded[near[0]]
    return None
