"""Loading into raw: all tables of a release in one transaction, by COPY, each file once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

from socialcare.errors import Fault
from socialcare.land.parse import Parsed
from socialcare.registry import Source


@dataclass(frozen=True)
class Arrival:
    """A release as it reached us: which, by way of which family of publishers, and whether from the sample."""

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
    """Return table -> sha256 of the file that counts now, for one release."""
    rows = connection.execute(
        "select table_name, file_sha256 from raw.current_landings where release_id = %s",
        [source.release_id(release)],
    )
    return {row[0]: row[1] for row in rows}


def set_aside(connection: psycopg.Connection, source: Source, *, is_sample: bool) -> None:
    """Let landings of the sample not count while the real thing is read, nor the other way round."""
    connection.execute(
        "update raw.landings set counts = false where source_id = %s and counts and is_sample <> %s",
        [source.id, is_sample],
    )


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
            if parsed is None:
                connection.execute(
                    "update raw.landings set current_since = clock_timestamp(), counts = true, is_sample = %s"
                    " where release_id = %s and table_name = %s and file_sha256 = %s",
                    [arrival.is_sample, release_id, file.table, file.sha256],
                )
            else:
                rows += _load(connection, source, arrival, file, parsed)
        # The same figures in another form (a workbook, a service) would count twice.
        others = [n for n, t in source.tables.items() if t.families and arrival.family not in t.families]
        connection.execute(
            "update raw.landings set counts = false where release_id = %s and table_name = any(%s) and counts",
            [release_id, others],
        )
    return rows


def was_landed(connection: psycopg.Connection, source: Source, release: str, file: TableFile) -> bool:
    """Whether this very file was loaded for this table and release, now or earlier."""
    found = connection.execute(
        "select 1 from raw.landings where release_id = %s and table_name = %s and file_sha256 = %s",
        [source.release_id(release), file.table, file.sha256],
    ).fetchone()
    return found is not None


def _load(
    connection: psycopg.Connection,
    source: Source,
    arrival: Arrival,
    file: TableFile,
    parsed: Parsed,
) -> int:
    landing = connection.execute(
        "insert into raw.landings (source_id, table_name, release_id, release, published_on, edition,"
        " publication_title, file_name, file_sha256, file_bytes, rows_loaded, is_sample, current_since)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp()) returning landing_id",
        [
            source.id,
            file.table,
            source.release_id(arrival.release),
            arrival.release,
            arrival.published_on,
            parsed.edition,
            source.title_of(arrival.release),
            file.file_name,
            file.sha256,
            file.file_bytes,
            len(parsed.rows),
            arrival.is_sample,
        ],
    ).fetchone()
    assert landing is not None
    target = sql.Identifier("raw", source.raw_table(file.table))
    columns = [*parsed.columns, "_landing_id", "_release_id", "_file_sha256", "_line"]
    statement = sql.SQL("copy {} ({}) from stdin").format(target, sql.SQL(", ").join(map(sql.Identifier, columns)))
    control = (landing[0], source.release_id(arrival.release), file.sha256)
    with connection.cursor().copy(statement) as copy:
        for row, line in zip(parsed.rows, parsed.lines, strict=True):
            copy.write_row((*row, *control, line))
    counted = connection.execute(
        sql.SQL("select count(*) from {} where _landing_id = %s").format(target), [landing[0]]
    ).fetchone()
    if counted is None or counted[0] != len(parsed.rows):
        raise Fault(
            "rows_lost",
            f"{file.file_name} has {len(parsed.rows)} rows, the warehouse counted {counted}.",
            where=source.raw_table(file.table),
            remedy="run the source again; nothing was kept.",
            retryable=True,
        )
    return len(parsed.rows)
