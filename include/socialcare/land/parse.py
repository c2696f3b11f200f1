"""From a file's bytes to a declared table of text: every heading known, every row whole."""

from __future__ import annotations

from dataclasses import dataclass

from socialcare.errors import Fault
from socialcare.land import read_csv, read_sheet
from socialcare.land.grid import Grid
from socialcare.land.headings import Naming, match
from socialcare.registry import Source
from socialcare.registry.sources import Table


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
    ``truncated``, ``row_ragged``, ``not_data``; each names file, column and what to edit.
    """
    table = source.tables[table_name]
    edition = source.edition(release)
    if table.reader == "csv":
        grid = read_csv.read(content, file_name, table)
    else:
        grid = read_sheet.read(content, file_name, table, source)
    naming = Naming(source, table, edition, file_name)
    columns, rows, lines = _rows(grid, table, naming)
    if not rows:
        raise Fault(
            "empty",
            f"{file_name} has a header and no rows of data.",
            where=naming.where,
            remedy="open the file; if the publisher's file is broken, wait for a corrected one.",
        )
    _is_whole(columns, rows, table, naming.where, stated_rows)
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


def _is_whole(
    columns: tuple[str, ...],
    rows: list[tuple[str | None, ...]],
    table: Table,
    where: str,
    stated_rows: int | None,
) -> None:
    """Raise Fault ``truncated`` where whole rows are missing from the end."""
    remedy = "fetch the file again; it was not received whole."
    if stated_rows is not None and stated_rows != len(rows):
        raise Fault(
            "truncated",
            f"The publisher says {stated_rows} rows of data, the file has {len(rows)}.",
            where=where,
            remedy=remedy,
            retryable=True,
        )
    if table.standard != "ees":
        return
    at = columns.index("time_period")
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row[at])] = counts.get(str(row[at]), 0) + 1
    # Every release of this service restates each year for every area: a year that stops short is a cut file.
    fewest, most = min(counts, key=counts.__getitem__), max(counts.values())
    if counts[fewest] < 0.9 * most:
        raise Fault(
            "truncated",
            f"The period {fewest} has {counts[fewest]} rows where others have {most}.",
            where=f"{where}, column time_period",
            remedy=remedy,
            retryable=True,
        )
