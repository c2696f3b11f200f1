"""raw.looks: what the last look at each source found, kept even when it failed."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from socialcare.errors import Fault


def remembered(connection: psycopg.Connection, source_id: str, where: str) -> dict[str, Any]:
    """Return what the last look kept, or nothing if it looked somewhere else than ``where``."""
    row = connection.execute("select validators from raw.looks where source_id = %s", [source_id]).fetchone()
    validators = row[0] if row else {}
    return dict(validators.get("memory", {})) if validators.get("where") == where else {}


def keep(
    connection: psycopg.Connection,
    source_id: str,
    outcome: str,
    *,
    where: str,
    memory: dict[str, Any],
    fault: Fault | None = None,
    detail: str = "",
) -> None:
    """Record a look, in a transaction of its own (the connection is in autocommit)."""
    connection.execute(
        "insert into raw.looks (source_id, looked_at, outcome, fault, detail, remedy, validators)"
        " values (%s, clock_timestamp(), %s, %s, %s, %s, %s)"
        " on conflict (source_id) do update set looked_at = excluded.looked_at, outcome = excluded.outcome,"
        " fault = excluded.fault, detail = excluded.detail, remedy = excluded.remedy,"
        " validators = excluded.validators",
        [
            source_id,
            outcome,
            fault.name if fault else "",
            _said(fault) if fault else detail,
            fault.remedy if fault else "",
            Jsonb({"where": where, "memory": memory}),
        ],
    )


def _said(fault: Fault) -> str:
    """What happened and where; the remedy has a column of its own, and whoever shows both reads it once."""
    return f"{fault.what} Where: {fault.where}." if fault.where else fault.what
