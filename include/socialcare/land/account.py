"""The account of rows: what each landed file holds, counted again from the archived bytes, beside what raw holds.

A CSV is counted by Python's own reader, row by row, where the loader reads most files with Arrow; of a Parquet file
the count that its footer states is taken. The rows of a workbook come from the very reader that the loader uses:
there the account finds rows that were lost after reading, not rows that were never read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pyarrow.parquet as parquet
from psycopg import sql

from socialcare.land import archive, read_csv, read_sheet
from socialcare.land.grid import is_header, numbered
from socialcare.land.headings import Naming
from socialcare.registry import all_sources


@dataclass(frozen=True)
class Counted:
    """Rows of one table in a file, under its header: data, blank ones, and notes."""

    data: int
    blank: int = 0
    notes: int = 0


@dataclass(frozen=True)
class Account:
    """One landed file beside the rows that came of it."""

    source_id: str
    release: str
    table: str
    file_name: str
    sha256: str
    in_file: Counted
    in_raw: int

    @property
    def is_equal(self) -> bool:
        """Whether each row of data is in raw, and no other."""
        return self.in_file.data == self.in_raw


@dataclass(frozen=True)
class Total:
    """All files together."""

    files: int
    tables: int
    data: int
    blank: int
    notes: int
    in_raw: int
    unequal: int


def accounts(connection: psycopg.Connection, source_id: str = "") -> Iterator[Account]:
    """Yield the account of every landing that counts (of one source, where it is named), by source and release.

    Raises Fault ``archive_damaged`` where an archived file is gone or was changed.
    """
    sources = {source.id: source for source in all_sources()}
    landings = connection.execute(
        "select source_id, release, table_name, file_name, file_sha256, landing_id from raw.current_landings"
        " where source_id = %s or %s = '' order by source_id, release, table_name",
        [source_id, source_id],
    ).fetchall()
    for owner, release, table, file_name, sha256, landing_id in landings:
        source = sources.get(owner)
        if source is None or table not in source.tables:  # its declaration was taken away since
            continue
        raw = sql.Identifier("raw", source.raw_table(table))
        row = connection.execute(
            sql.SQL("select count(*) from {} where _landing_id = %s").format(raw), [landing_id]
        ).fetchone()
        counted = count(archive.get(sha256), Naming.of(source, table, release, file_name))
        yield Account(owner, release, table, file_name, sha256, counted, int(row[0]) if row else 0)


def total(found: list[Account]) -> Total:
    """Add accounts up."""
    return Total(
        files=len({account.sha256 for account in found}),
        tables=len(found),
        data=sum(account.in_file.data for account in found),
        blank=sum(account.in_file.blank for account in found),
        notes=sum(account.in_file.notes for account in found),
        in_raw=sum(account.in_raw for account in found),
        unequal=sum(not account.is_equal for account in found),
    )


def count(content: bytes, naming: Naming) -> Counted:
    """Count a table's rows one by one: header, blank rows and notes are told apart here anew."""
    if naming.table.reader == "parquet":
        return Counted(parquet.read_metadata(io.BytesIO(content)).num_rows)
    data = blank = notes = 0
    key: int | None = None
    is_under_header = False
    for cells in _rows(content, naming):
        may_be_header = not is_under_header or naming.table.reader == "sheet"
        if may_be_header and is_header(cells, naming.header_words):
            is_under_header = True
            key = _key_place(cells, naming)
        elif not is_under_header:
            continue
        elif not any(cells):
            blank += 1
        elif key is None or cells[key]:
            data += 1
        else:
            notes += 1
    return Counted(data, blank, notes)


def _rows(content: bytes, naming: Naming) -> Iterator[list[str]]:
    if naming.table.reader == "csv":
        return ([cell.strip() for cell in cells] for _, cells in read_csv.rows_of(content, naming.file_name))
    return iter(read_sheet.rows_of(content, naming.file_name, naming.table, naming.source))


def _key_place(header: list[str], naming: Naming) -> int | None:
    known = naming.known()
    places = [known.get(heading.casefold()) for heading in numbered(header)]
    return places.index(naming.table.key) if naming.table.key else None
