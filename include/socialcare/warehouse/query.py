"""Queries by readers: as the analyst, or as one council, on ``published`` and nothing else."""

from __future__ import annotations

import sys
from typing import TextIO

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.registry import council


def print_csv(query: str, *, as_council: str | None = None, to: TextIO | None = None) -> None:
    """Run one read-only query and print its rows as CSV with a header.

    Raises Fault ``query_empty``, ``query_refused`` with PostgreSQL's own words, or ``not_yours_to_read`` where a
    table holds each council's live figures and the analyst asked for it.
    """
    output = to or sys.stdout
    role = council(as_council).role if as_council else "analyst"
    body = query.strip().rstrip("; \t\r\n")
    if not body:
        raise Fault(
            "query_empty",
            "There is no query to run.",
            remedy='give one, for example `make sql Q="select * from about"`.',
        )
    try:
        with connect(role) as connection:
            connection.execute("set transaction read only")
            connection.execute("set local search_path = published")
            _require_one_statement(connection, body)
            with connection.cursor().copy(f"copy (\n{body}\n) to stdout with (format csv, header)".encode()) as rows:
                for block in rows:
                    output.write(bytes(block).decode())
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise Fault(
            "not_yours_to_read",
            f"The role {role} may not read that: {refusal.diag.message_primary}.",
            remedy="tables are in `published`; a council's live figures (looked_after_now) are shown to that council "
            "alone: add --as durham, --as south_tyneside or --as redcar_and_cleveland (make sql ... AS=durham).",
        ) from None
    except psycopg.Error as error:
        raise Fault(
            "query_refused",
            f"PostgreSQL refused the query: {error.diag.message_primary or error}",
            remedy="one query, reading only; `select table_name from information_schema.tables` lists what there is.",
        ) from None


def _require_one_statement(connection: psycopg.Connection, body: str) -> None:
    """Let the server read ``body`` alone: what is not one whole statement could step out of the COPY around it."""
    result = connection.pgconn.prepare(b"", body.encode())
    if result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result)
