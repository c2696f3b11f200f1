"""Put what passed the door into raw, and the judgement beside it: COPY, inside the caller's transaction."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
import pyarrow.csv as pc
from psycopg import sql

from socialcare.door.cells import NO_NUMBER
from socialcare.door.judge import Good
from socialcare.door.register import Findings
from socialcare.errors import Fault
from socialcare.registry.returns import Rule

#: Cells as they are, which PostgreSQL reads quickest; where one holds a quote, a comma or a line end, all in quotes.
_BARE = pc.WriteOptions(include_header=False, batch_size=65_536, quoting_style="none")
_QUOTED = pc.WriteOptions(include_header=False, batch_size=65_536)


@contextmanager
def nothing_told() -> Iterator[None]:
    """Turn complaints of PostgreSQL and of the disk into a Fault without their words: a cell, or a file's name."""
    try:
        yield
    except OSError as error:
        raise Fault(
            "door_files_failed",
            f"A file or folder of the door could not be read, written or removed ({_kind(error)}).",
            where="the inbox, the outbox or the folder door under the home folder",
            remedy="see that the platform may write there and that the disk has room, then run the step again: what was"
            " taken in is not taken in twice.",
            retryable=True,
        ) from None
    except psycopg.Error as error:
        raise Fault(
            "door_load_failed",
            f"PostgreSQL refused the delivery (SQLSTATE {error.sqlstate or 'unknown'}).",
            remedy="nothing was loaded; run the step again, and report it if it happens twice.",
            retryable=True,
        ) from None


def _kind(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def copy_rows(
    connection: psycopg.Connection, table: str, council_id: str, delivery_id: int, rows: Iterator[Good]
) -> int:
    """COPY the rows into ``raw.<table>``; return how many. Reading goes on while the server takes the last block."""
    first = next(rows, None)
    if first is None:
        return 0
    statement = sql.SQL("copy raw.{} ({}) from stdin (format csv)").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, ("council_id", *first.columns, "_delivery_id", "_line"))),
    )
    loaded = 0
    with connection.cursor().copy(statement) as copy, ThreadPoolExecutor(1) as sender:
        sending: Future[None] | None = None
        for good in _chain(first, rows):
            loaded += len(good.lines)
            if sending is not None:
                sending.result()
            sending = sender.submit(_send, copy, good, council_id, delivery_id)
        if sending is not None:
            sending.result()
    return loaded


def take_out(connection: psycopg.Connection, table: str, delivery_id: int, lines: npt.NDArray[np.int32]) -> None:
    """Take rows out again that only the end of the file showed to be repeats."""
    statement = sql.SQL("delete from raw.{} where _delivery_id = %s and _line = any(%s)").format(sql.Identifier(table))
    for start in range(0, len(lines), 100_000):
        connection.execute(statement, [delivery_id, lines[start : start + 100_000].tolist()])


def copy_findings(
    connection: psycopg.Connection, delivery_id: int, table: str, rules: tuple[Rule, ...], findings: Findings
) -> None:
    """COPY every finding of one file into ``door.findings``: codes, positions, and whose row it is (a keyed number)."""
    codes = pa.array([rule.code for rule in rules])
    columns = pa.array([" ".join(rule.columns) for rule in rules])
    severities = pa.array([rule.severity for rule in rules])
    with connection.cursor().copy(
        "copy door.findings (delivery_id, table_name, line, rule_code, column_name, severity, subject_token)"
        " from stdin (format csv)"
    ) as copy:
        for chunk in findings.chunks():
            rule, whose = pa.array(chunk["rule"]), np.ascontiguousarray(chunk["whose"])
            copy.write(
                _csv(
                    {
                        "delivery_id": pa.repeat(delivery_id, len(chunk)),
                        "table_name": pa.repeat(table, len(chunk)),
                        "line": pa.array(np.ascontiguousarray(chunk["line"])),
                        "rule_code": codes.take(rule),
                        "column_name": columns.take(rule),
                        "severity": severities.take(rule),
                        "subject_token": pa.array(whose.view(np.int64), mask=whose == NO_NUMBER),
                    }
                )
            )


def _chain(first: Good, rest: Iterator[Good]) -> Iterator[Good]:
    yield first
    yield from rest


def _send(copy: psycopg.Copy, good: Good, council_id: str, delivery_id: int) -> None:
    copy.write(_as_csv(good, council_id, delivery_id))


def _as_csv(good: Good, council_id: str, delivery_id: int) -> memoryview:
    count = len(good.lines)
    return _csv(
        {
            "council_id": pa.repeat(council_id, count),
            **good.columns,
            "_delivery_id": pa.repeat(delivery_id, count),
            "_line": pa.array(good.lines),
        }
    )


def _csv(columns: dict[str, Any]) -> memoryview:
    # Of a table whose first chunk is empty, pyarrow 26 writes NULs.
    table = pa.table(columns).combine_chunks()
    try:
        return _written(table, _BARE)
    except pa.ArrowInvalid:  # its own words hold the cell, so they go no further
        return _written(table, _QUOTED)


def _written(table: pa.Table, options: pc.WriteOptions) -> memoryview:
    sink = pa.BufferOutputStream()
    if table.num_rows:
        pc.write_csv(table, sink, options)
    return memoryview(sink.getvalue())
