"""raw.looks: what the last look at each source found, kept even when it failed."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from socialcare.errors import Fault


def remembered(connection: psycopg.Connection, source_id: str, where: str, declared: str = "") -> dict[str, Any]:
    """Return what the last look kept; nothing if it looked somewhere else than ``where``.

    Nor if it looked for something else (``declared``): a table that was declared since must be found in releases that
    have not changed, and may be in a file that is known for another table.
    """
    row = connection.execute("select validators from raw.looks where source_id = %s", [source_id]).fetchone()
    validators = row[0] if row else {}
    if (validators.get("where"), validators.get("declared", "")) != (where, declared):
        return {}
    return dict(validators.get("memory", {}))


def keep(
    connection: psycopg.Connection,
    source_id: str,
    outcome: str,
    *,
    where: str,
    memory: dict[str, Any],
    declared: str = "",
    fault: Fault | None = None,
    detail: str = "",
    moved: dict[str, str] | None = None,
) -> None:
    """Record a look, in a transaction of its own (the connection is in autocommit)."""
    connection.execute(
        "insert into raw.looks (source_id, looked_at, outcome, fault, detail, remedy, validators, moved,"
        " newest_release, changed_at)"
        " select %(source)s, clock_timestamp(), %(outcome)s, %(fault)s, %(detail)s, %(remedy)s, %(validators)s,"
        " %(moved)s, coalesce(max(release), ''), max(landed_at)"
        " from raw.current_landings where source_id = %(source)s"
        " on conflict (source_id) do update set looked_at = excluded.looked_at, outcome = excluded.outcome,"
        " fault = excluded.fault, detail = excluded.detail, remedy = excluded.remedy,"
        " validators = excluded.validators, moved = excluded.moved, newest_release = excluded.newest_release,"
        " changed_at = excluded.changed_at",
        {
            "source": source_id,
            "outcome": outcome,
            "fault": fault.name if fault else "",
            "detail": _said(fault) if fault else detail,
            "remedy": fault.remedy if fault else "",
            "validators": Jsonb({"where": where, "declared": declared, "memory": memory}),
            "moved": Jsonb(moved or {}),
        },
    )


def _said(fault: Fault) -> str:
    """What happened and where; the remedy has a column of its own, and whoever shows both reads it once."""
    return f"{fault.what} Where: {fault.where}." if fault.where else fault.what
