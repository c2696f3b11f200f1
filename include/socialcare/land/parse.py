"""From a file's bytes to a declared table of text: every heading known, every row whole, every value of its kind."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pac
import pyarrow.csv as pacsv

from socialcare.errors import Fault
from socialcare.land import complete, read_csv, read_parquet, read_sheet, values
from socialcare.land.codes import Codes
from socialcare.land.grid import Grid, trimmed
from socialcare.land.headings import Naming, match
from socialcare.registry import Source

_BATCH = 16_384


@dataclass(frozen=True)
class Drift:
    """A harmless difference from the declaration, kept as a note."""

    kind: str
    detail: str


@dataclass(frozen=True)
class Parsed:
    """A table as text (null: blank), our column names, each row's physical line, and what was left out.

    ``blank`` rows hold nothing; ``notes`` are rows without the value that every row of data has.
    """

    table: pa.Table
    line_numbers: pa.Array
    edition: str
    blank: int
    notes: int
    drifts: tuple[Drift, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.table.column_names)

    @cached_property
    def reading(self) -> str:
        """A sign of what was read: another sheet, heading or reader that finds the same rows has the same one."""
        digest = hashlib.sha256(json.dumps(self.columns).encode())
        lined = self.table.append_column("_line", self.line_numbers)
        for batch in lined.to_batches(max_chunksize=_BATCH):
            sink = pa.BufferOutputStream()
            pacsv.write_csv(batch, sink, pacsv.WriteOptions(include_header=False))
            digest.update(memoryview(sink.getvalue()))
        return digest.hexdigest()[:16]

    @cached_property
    def rows(self) -> list[tuple[str | None, ...]]:
        """The rows as Python values, for a small table or a test: loading never makes them."""
        return list(zip(*(column.to_pylist() for column in self.table.columns), strict=True))

    @cached_property
    def lines(self) -> list[int]:
        """The line of each row, for a small table or a test."""
        return [int(line) for line in self.line_numbers.to_pylist()]


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
    Faults: ``column_unknown``, ``column_missing``, ``column_renamed``, ``column_doubled``, ``column_retyped``,
    ``value_unknown``, ``symbol_unknown``, ``rows_doubled``, ``header_missing``, ``sheet_missing``, ``truncated``,
    ``row_ragged``, ``empty``, ``too_large``, ``not_data``; each names file, column and what to edit.
    """
    naming = Naming.of(source, table_name, release, file_name)
    parsed = _columns(trimmed(_grid(content, naming)), naming)
    rows = parsed.table.num_rows
    if not rows:
        raise Fault(
            "empty",
            f"{file_name} has a header and no rows of data.",
            where=naming.where,
            remedy="open the file; if the publisher's file is broken, wait for a corrected one.",
        )
    if stated_rows is not None and stated_rows != rows:
        raise complete.cut(f"The publisher says {stated_rows} rows of data, the file has {rows}.", naming.where)
    codes = Codes(parsed.table)
    values.check_rows(codes, parsed.line_numbers, naming)
    if naming.table.standard:
        complete.check(codes, naming)
    values.check_cells(codes, parsed.line_numbers, naming, table_name)
    return parsed


def _grid(content: bytes, naming: Naming) -> Grid:
    words, file_name = naming.header_words, naming.file_name
    if naming.table.reader == "csv":
        return read_csv.read(content, file_name, words)
    if naming.table.reader == "parquet":
        return read_parquet.read(content, file_name, words)
    return read_sheet.read(content, file_name, naming.table, naming.source, words)


def _columns(grid: Grid, naming: Naming) -> Parsed:
    """Put the parts of a grid below one another, by column name; leave out rows that are blank or notes."""
    table = naming.table
    names = [column.name for column in table.all_columns]
    parts: list[pa.Table] = []
    lines: list[pa.Array] = []
    drifts: list[Drift] = []
    blank, notes = grid.empty_lines, 0
    for number, part in enumerate(grid.parts, start=1):
        places = match(part, naming, first=number == 1)
        columns = {name: part.columns[places[name]] for name in names if name in places}
        if table.part_column:
            columns[table.part_column] = pa.chunked_array([pa.repeat(str(number), len(part.lines))])
        rows, at = pa.table({name: columns[name] for name in names if name in columns}), part.lines
        empty = part.blank
        if empty is not None:
            blank += pac.sum(empty).as_py()
        data = columns[table.key].is_valid() if table.key in columns else empty if empty is None else pac.invert(empty)
        if data is not None:
            kept = pac.sum(data).as_py() or 0
            notes += rows.num_rows - kept - (pac.sum(empty).as_py() if empty is not None else 0)
            rows, at = rows.filter(data), at.filter(data.combine_chunks())
        parts.append(rows)
        lines.append(at)
        drifts += _drifts(places, names, naming) if number == 1 else []
    return Parsed(
        pa.concat_tables(parts, promote_options="default").select(
            [name for name in names if any(name in part.column_names for part in parts)]
        ),
        pa.concat_arrays(lines),
        naming.edition.name if naming.edition else "",
        blank,
        notes,
        tuple(drifts),
    )


def _drifts(places: dict[str, int], names: list[str], naming: Naming) -> list[Drift]:
    """Columns are read by name: another order, and a column that a release may lack, are only worth a note."""
    drifts = []
    ours = [name for name in names if name in places]
    theirs = sorted(places, key=places.__getitem__)
    if ours != theirs:
        first = next(their for our, their in zip(ours, theirs, strict=True) if our != their)
        detail = f"{naming.file_name} has its columns in another order than declared, from {first} on."
        drifts.append(Drift("columns_reordered", detail))
    absent = [name for name in names if name not in places and name != naming.table.part_column]
    if absent:
        drifts.append(Drift("columns_absent", f"{naming.file_name} has no column {', '.join(absent)}."))
    return drifts
