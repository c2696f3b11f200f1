"""Loading into raw: all tables of a release in one transaction, by COPY, each file once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv
from psycopg import sql

from socialcare.errors import Fault
from socialcare.land import declared
from socialcare.land.parse import Parsed
from socialcare.registry import Source

#: Rows that are sent to the server at a time.
_BATCH = 16_384


@dataclass(frozen=True)
class Arrival:
    """A release as it reached us: which, by way of which family of publishers, and whether from the sample.

    The family is blank for a file that is read again out of the archive.
    """

    release: str
    family: str
    is_sample: bool
    published_on: date | None = None


@dataclass(frozen=True)
class TableFile:
    """One table of a release, and the archived file that holds it."""

    table: str
    file_name: str
    sha256: str
    file_bytes: int


def lock(connection: psycopg.Connection, source_id: str) -> None:
    """Make a second run of the same source wait until this connection (autocommit) closes."""
    connection.execute("select pg_advisory_lock(hashtextextended('source ' || %s, 0))", [source_id])


def landed(connection: psycopg.Connection, source: Source, release: str) -> dict[str, str]:
    """Return table -> sha256 of the file that counts now, for one release, where it was read as it would be now."""
    rows = connection.execute(
        "select table_name, file_sha256, declaration from raw.current_landings where release_id = %s",
        [source.release_id(release)],
    )
    return {
        table: sha256
        for table, sha256, declaration in rows
        if table in source.tables and declaration == declared.of_table(source, table, release)
    }


def set_aside(connection: psycopg.Connection, source: Source, *, is_sample: bool) -> None:
    """Let landings of the sample not count while the real thing is read, nor the other way round."""
    connection.execute(
        "update raw.landings set counts = false where source_id = %s and counts and is_sample <> %s",
        [source.id, is_sample],
    )


def outdated(connection: psycopg.Connection, source: Source) -> list[tuple[Arrival, TableFile]]:
    """Return the landings that count and were read by another declaration than today's."""
    rows = connection.execute(
        "select c.declaration, c.release, c.is_sample, c.published_on, c.table_name, c.file_name,"
        " c.file_sha256, c.file_bytes from raw.current_landings as c where c.source_id = %s"
        " order by c.release, c.table_name",
        [source.id],
    ).fetchall()
    return [
        (Arrival(row[1], "", row[2], row[3]), TableFile(*row[4:]))
        for row in rows
        if row[4] in source.tables and row[0] != declared.of_table(source, row[4], row[1])
    ]


def has_landed(connection: psycopg.Connection, source: Source) -> bool:
    """Whether anything of this source counts now."""
    query = "select 1 from raw.current_landings where source_id = %s limit 1"
    return connection.execute(query, [source.id]).fetchone() is not None


def land(
    connection: psycopg.Connection,
    source: Source,
    arrival: Arrival,
    tables: list[tuple[TableFile, Parsed | None]],
) -> int:
    """Load tables of one release, all or none; return the rows loaded.

    Parsed is None for a file loaded before that counts again (a withdrawn correction): nothing is copied.
    Raises Fault ``rows_lost`` where the table holds another number of rows than the file.
    """
    rows = 0
    release_id = source.release_id(arrival.release)
    with connection.transaction():
        for file, parsed in tables:
            known = _known(connection, source, arrival.release, file, parsed.reading if parsed else None)
            # The same file read another way stands for it from now on.
            connection.execute(
                "update raw.landings set counts = false where release_id = %s and table_name = %s"
                " and file_sha256 = %s and counts and landing_id is distinct from %s",
                [release_id, file.table, file.sha256, known],
            )
            if known is not None:
                connection.execute(
                    "update raw.landings set current_since = clock_timestamp(), counts = true, is_sample = %s,"
                    " declaration = %s where landing_id = %s",
                    [arrival.is_sample, declared.of_table(source, file.table, arrival.release), known],
                )
            elif parsed is not None:
                rows += _load(connection, source, arrival, file, parsed)
        # The same figures in another form (a workbook, a service) would count twice.
        others = [
            name
            for name, table in source.tables.items()
            if arrival.family and table.families and arrival.family not in table.families
        ]
        connection.execute(
            "update raw.landings set counts = false where release_id = %s and table_name = any(%s) and counts",
            [release_id, others],
        )
    return rows


def was_landed(connection: psycopg.Connection, source: Source, release: str, file: TableFile) -> bool:
    """Whether this very file was loaded for this table and release, read as it would be read now."""
    found = connection.execute(
        "select 1 from raw.landings where release_id = %s and table_name = %s and file_sha256 = %s"
        " and declaration = %s",
        [source.release_id(release), file.table, file.sha256, declared.of_table(source, file.table, release)],
    ).fetchone()
    return found is not None


def still_reads(connection: psycopg.Connection, source: Source, release: str, file: TableFile, reading: str) -> bool:
    """Whether this very file counts now, read to the same rows; if so, note that today's declaration reads it so."""
    landing = (
        "select landing_id from raw.current_landings where release_id = %s and table_name = %s and file_sha256 = %s"
        " and reading = %s"
    )
    noted = connection.execute(
        f"update raw.landings set declaration = %s where landing_id in ({landing})",
        [
            declared.of_table(source, file.table, release),
            *(source.release_id(release), file.table, file.sha256, reading),
        ],
    )
    return noted.rowcount > 0


def _known(
    connection: psycopg.Connection, source: Source, release: str, file: TableFile, reading: str | None
) -> int | None:
    """Return the landing of this file that was read this way (None: as it would be read now), if there is one."""
    sign = "reading" if reading else "declaration"
    row = connection.execute(
        f"select landing_id from raw.landings where release_id = %s and table_name = %s and file_sha256 = %s"
        f" and {sign} = %s order by landing_id desc limit 1",  # one of two words of ours
        [
            source.release_id(release),
            file.table,
            file.sha256,
            reading or declared.of_table(source, file.table, release),
        ],
    ).fetchone()
    return int(row[0]) if row else None


def _load(
    connection: psycopg.Connection,
    source: Source,
    arrival: Arrival,
    file: TableFile,
    parsed: Parsed,
) -> int:
    rows: int = parsed.table.num_rows
    release_id = source.release_id(arrival.release)
    landing = connection.execute(
        "insert into raw.landings (source_id, table_name, release_id, release, published_on, edition,"
        " publication_title, file_name, file_sha256, file_bytes, rows_loaded, rows_blank, rows_notes, declaration,"
        " reading, is_sample, current_since)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())"
        " returning landing_id",
        [
            *(source.id, file.table, release_id, arrival.release, arrival.published_on, parsed.edition),
            *(source.title_of(arrival.release), file.file_name, file.sha256, file.file_bytes),
            *(rows, parsed.blank, parsed.notes, declared.of_table(source, file.table, arrival.release)),
            *(parsed.reading, arrival.is_sample),
        ],
    ).fetchone()
    assert landing is not None
    for drift in parsed.drifts:
        connection.execute(
            "insert into raw.drifts (landing_id, kind, detail) values (%s, %s, %s)",
            [landing[0], drift.kind, drift.detail],
        )
    target = sql.Identifier("raw", source.raw_table(file.table))
    columns = [*parsed.columns, "_landing_id", "_release_id", "_file_sha256", "_line"]
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        target, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(statement) as copy:
        for data in _as_csv(parsed, (landing[0], release_id, file.sha256)):
            copy.write(data)
    counted = connection.execute(
        sql.SQL("select count(*) from {} where _landing_id = %s").format(target), [landing[0]]
    ).fetchone()
    if counted is None or counted[0] != rows:
        raise Fault(
            "rows_lost",
            f"{file.file_name} has {rows} rows, the warehouse counted {counted and counted[0]}.",
            where=source.raw_table(file.table),
            remedy="run the source again; nothing was kept.",
            retryable=True,
        )
    return rows


def _as_csv(parsed: Parsed, control: tuple[int, str, str]) -> Iterator[memoryview]:
    """Yield the rows as CSV, a batch at a time: text is quoted, so that only null is an empty field."""
    names = [f"c{place}" for place in range(len(parsed.columns) + len(control) + 1)]
    for start in range(0, parsed.table.num_rows, _BATCH):
        rows = parsed.table.slice(start, _BATCH).combine_chunks()
        columns = [*rows.columns, *(pa.repeat(word, rows.num_rows) for word in control)]
        lines = parsed.line_numbers.slice(start, rows.num_rows)
        sink = pa.BufferOutputStream()
        options = pacsv.WriteOptions(include_header=False, batch_size=_BATCH)
        pacsv.write_csv(pa.table([*columns, lines], names=names), sink, options)
        yield memoryview(sink.getvalue())
