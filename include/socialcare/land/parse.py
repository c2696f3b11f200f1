"""From a file's bytes to a declared table of text: every heading known, every row whole."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from socialcare.errors import Fault
from socialcare.land import read_csv, read_sheet
from socialcare.land.grid import Grid
from socialcare.land.headings import Naming, match
from socialcare.registry import Source
from socialcare.registry.tables import Table


@dataclass(frozen=True)
class Parsed:
    """A table as text: canonical column names, rows (None: blank) and each row's physical line."""

    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]
    lines: list[int]
    edition: str


def parse(
    source: Source,
    table_name: str,
    release: str,
    file_name: str,
    content: bytes,
    *,
    stated_rows: int | None = None,
) -> Parsed:
    """Return the declared table in ``content``.

    ``stated_rows`` is the number of data rows that the publisher says the file has, where it does.
    Faults: ``column_unknown``, ``column_missing``, ``column_renamed``, ``header_missing``, ``sheet_missing``,
    ``truncated``, ``row_ragged``, ``too_large``, ``not_data``; each names file, column and what to edit.
    """
    table = source.tables[table_name]
    edition = source.edition(release, table_name)
    if table.reader == "csv":
        grid = read_csv.read(content, file_name, table)
    else:
        grid = read_sheet.read(content, file_name, table, source)
    naming = Naming(source, table, edition, release, file_name)
    columns, rows, lines = _rows(grid, table, naming)
    if not rows:
        raise Fault(
            "empty",
            f"{file_name} has a header and no rows of data.",
            where=naming.where,
            remedy="open the file; if the publisher's file is broken, wait for a corrected one.",
        )
    if stated_rows is not None and stated_rows != len(rows):
        raise _cut(f"The publisher says {stated_rows} rows of data, the file has {len(rows)}.", naming.where)
    if table.standard:
        _has_every_period([row[columns.index("time_period")] for row in rows], file_name, naming.where)
    return Parsed(columns, rows, lines, edition.name if edition else "")


def _rows(grid: Grid, table: Table, naming: Naming) -> tuple[tuple[str, ...], list[tuple[str | None, ...]], list[int]]:
    """Put the parts of a grid below one another, by column name; leave out rows that are notes."""
    names = [column.name for column in table.all_columns]
    rows: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    present: set[str] = set()
    for number, part in enumerate(grid.parts, start=1):
        columns = match(part, naming, first=number == 1)
        present |= columns.keys()
        present |= {table.part_column} if table.part_column else set()
        key = columns.get(table.key)
        for line, cells in part.rows:
            if any(cells) if key is None else cells[key]:
                named = {name: cells[at] for name, at in columns.items()}
                if table.part_column:
                    named[table.part_column] = str(number)
                rows.append(tuple(named.get(name) or None for name in names))
                lines.append(line)
    kept = [i for i, name in enumerate(names) if name in present]
    return tuple(names[i] for i in kept), [tuple(row[i] for i in kept) for row in rows], lines


def _has_every_period(periods: list[str | None], file_name: str, where: str) -> None:
    """Raise Fault ``truncated`` where whole rows are missing from the end.

    Every release of Explore Education Statistics restates each year for every area, newest first: a year that
    stops short, or a first year that the file's name promises and the file lacks, is a file that was cut.
    """
    counts = Counter(str(period) for period in periods)
    fewest, rows = min(counts.items(), key=lambda item: item[1])
    if rows < 0.9 * max(counts.values()):
        what = f"The period {fewest} has {rows} rows where others have {max(counts.values())}."
        raise _cut(what, f"{where}, column time_period")
    promised = re.search(r"_(\d{4})_to_(\d{4})\.csv$", file_name)
    for year in promised.groups() if promised else ():
        if year not in counts:
            what = f"The file's name promises the period {year}; there is no row of it."
            raise _cut(what, f"{where}, column time_period")


def _cut(what: str, where: str) -> Fault:
    remedy = "fetch the file again; it was not received whole."
    return Fault("truncated", what, where=where, remedy=remedy, retryable=True)
