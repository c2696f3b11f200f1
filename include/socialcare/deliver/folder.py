"""Fills the folder of one audience: each table once, read once, written as CSV, Parquet and a sheet together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg

from socialcare.deliver import dictionary
from socialcare.deliver.audience import Audience, File, Version
from socialcare.deliver.csv_file import CsvFile, Written, as_texts, write_csv, written
from socialcare.deliver.parquet_file import ParquetFile
from socialcare.deliver.read_rows import batches, columns_of, facts
from socialcare.deliver.tables import Table
from socialcare.deliver.workbook import Workbook, fits
from socialcare.registry import Council

#: Puts more files into an audience's folder (the report): folder, connection, council or None, about, sources, and
#: before: what it put into the same audience's folder of the set that people read now, or None.
Fill = Callable[..., None]
_PRIVATE = 0o700


def fill_folder(
    workshop: Path,
    connection: psycopg.Connection,
    council: Council | None,
    version: Version,
    report: Fill | None = None,
    before: Path | None = None,
) -> tuple[Audience, list[File]]:
    """Write everything that ``council`` (None: the region) takes away; return who it is for and the files.

    ``before`` is the set that people read now.
    Raises Fault ``foreign_rows`` and ``mart_missing``.
    """
    tables = sorted((t for t in version.tables if _is_for(t, council)), key=lambda t: (t.access != "own", t.name))
    audience = _audience(connection, council, tables, version)
    place = workshop / audience.folder
    place.mkdir(mode=_PRIVATE)
    files = _tables(place, connection, audience, version, tables)
    words = write_csv(place / dictionary.NAME, [c.name for c in dictionary.COLUMNS], dictionary.rows(tables))
    files.append(File(words))
    if report is not None:
        (place / "report").mkdir(mode=_PRIVATE)
        about = {**version.about, "changes": dict(version.changes)}
        last = before / audience.folder / "report" if before else None
        report(place / "report", connection, council=council, about=about, sources=list(version.sources), before=last)
        files += [File(one, is_own=council is not None) for one in _under(place, "report")]
    return audience, files


def _is_for(table: Table, council: Council | None) -> bool:
    if council is None:
        return table.access == "shared"
    return table.access == "own" or table.has("council_code") or table.explains


def _audience(
    connection: psycopg.Connection, council: Council | None, tables: Sequence[Table], version: Version
) -> Audience:
    known = {table.name: facts(connection, table, council) for table in tables}
    own = frozenset(table.name for table in tables if table.access == "own")
    generated = any(known[name].is_synthetic for name in own) or _sends_generated(council, version)
    for table in tables:  # one that does not say so of its rows has them from the same records
        if table.access == "own" and not table.has("is_synthetic"):
            known[table.name] = replace(known[table.name], is_synthetic=generated)
    return Audience(
        council,
        known,
        own,
        is_synthetic=any(one.is_synthetic for one in known.values()),
        too_large=tuple(table.name for table in tables if not fits(known[table.name])),
    )


def _sends_generated(council: Council | None, version: Version) -> bool:
    return council is not None and any(
        row["source_id"] == council.id and row.get("is_synthetic") for row in version.sources
    )


def _tables(
    place: Path, connection: psycopg.Connection, audience: Audience, version: Version, tables: Sequence[Table]
) -> list[File]:
    book = Workbook(place, audience, version, tables)
    files = [
        File(one, table.name, is_own=table.name in audience.own)
        for table in tables
        for one in _table(place, connection, audience, version, table, book)
    ]
    return [File(book.close(), is_own=bool(audience.own)), *files]


def _table(
    place: Path, connection: psycopg.Connection, audience: Audience, version: Version, table: Table, book: Workbook
) -> tuple[Written, Written]:
    columns = columns_of(table)
    generated = audience.is_generated(table.name)
    plain = CsvFile(place / audience.file_name(table.name, "csv"), [column.name for column in columns])
    about = {"version": str(version.about["version_id"]), "synthetic": str(generated).lower()}
    typed = ParquetFile(place / audience.file_name(table.name, "parquet"), columns, about)
    sheet = book.table(table)
    for rows in batches(connection, table, audience.council, is_synthetic=generated):
        texts = [as_texts(row) for row in rows]
        plain.add(texts)
        typed.add(rows)
        if sheet is not None:
            sheet.add(rows, texts)
    if sheet is not None:
        sheet.close()
    return plain.close(), typed.close()


def _under(place: Path, name: str) -> list[Written]:
    """Return every file in a folder of the place, under its name from there."""
    found = sorted(path for path in (place / name).rglob("*") if path.is_file())
    return [
        Written(path.relative_to(place).as_posix(), None, one.bytes, one.sha256)
        for path, one in ((path, written(path)) for path in found)
    ]
