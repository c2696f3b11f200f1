"""Tell people, once, of a source that is late, moved, vanished, failing or quiet; and once when that is over."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from socialcare.database import connect
from socialcare.operate import alerts, source_health
from socialcare.operate.source_health import Condition
from socialcare.outcomes import Outcome

STEP = "watch_sources"
#: Two watches at once would tell everything twice.
_LOCK = 7300040


def watch_sources(now: datetime | None = None) -> Outcome:
    """Compare how the sources stand with what was already told, and tell the difference.

    A condition is written down before it is told: whatever ends the watch between the two, the next one tells.
    """
    now = now or datetime.now(UTC)
    every = source_health.held()
    found = [condition for held in every for condition in source_health.conditions(held, now)]
    unclear = [f"{held.source.id} {condition}" for held in every for condition in source_health.cannot_tell(held)]
    with connect("loader", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        _write_down(connection, found, unclear, now)
        new = _tell_new(connection, now)
        over = _tell_over(connection, now)
    parts = [f"{len(found)} open" if found else "nothing to report"]
    parts += [f"new: {', '.join(new)}"] if new else []
    parts += [f"over: {', '.join(over)}"] if over else []
    return Outcome(STEP, "sources", "watched", "; ".join(parts))


def open_conditions() -> list[tuple[str, str, datetime, str, str]]:
    """Return (source, condition, since, detail, remedy) of what is open, the oldest first."""
    with connect("publisher") as connection:
        there = connection.execute("select to_regclass('ops.source_watch')").fetchone()
        if there is None or there[0] is None:  # a home from before there was a watch
            return []
        return connection.execute(
            "select source_id, condition, since, detail, remedy from ops.source_watch where cleared_at is null"
            " order by since, source_id"
        ).fetchall()


def _write_down(connection: psycopg.Connection, found: list[Condition], unclear: list[str], now: datetime) -> None:
    """Open what is new, close what is over; what is ``unclear`` stays as it was."""
    with connection.transaction():
        for c in found:
            connection.execute(
                "insert into ops.source_watch (source_id, condition, since, detail, remedy, noticed_at)"
                " values (%s, %s, %s, %s, %s, %s) on conflict (source_id, condition) where cleared_at is null"
                " do update set detail = excluded.detail, remedy = excluded.remedy",
                [c.source_id, c.condition, c.since, c.detail, c.remedy, now],
            )
        still = [f"{c.source_id} {c.condition}" for c in found] + unclear
        connection.execute(
            "update ops.source_watch set cleared_at = %s"
            " where cleared_at is null and not source_id || ' ' || condition = any(%s)",
            [now, still],
        )


def _tell_new(connection: psycopg.Connection, now: datetime) -> list[str]:
    rows = connection.execute(
        "select watch_id, source_id, condition, detail, remedy from ops.source_watch"
        " where told_at is null and cleared_at is null order by watch_id"
    ).fetchall()
    for watch_id, source_id, condition, detail, remedy in rows:
        alerts.notice(f"{source_id} is {condition}", f"{detail} What to do: {remedy}", level="warning")
        connection.execute("update ops.source_watch set told_at = %s where watch_id = %s", [now, watch_id])
    return [f"{source_id} is {condition}" for _, source_id, condition, _, _ in rows]


def _tell_over(connection: psycopg.Connection, now: datetime) -> list[str]:
    """Tell that something is over, of what anybody was told at all.

    A source that fails and then vanishes is no longer failing, and no better: of that only the worse is told.
    """
    rows = connection.execute(
        "select watch_id, source_id, condition, since, condition = 'failing' and exists (select from ops.source_watch"
        " worse where worse.source_id = w.source_id and worse.condition = 'vanished' and worse.cleared_at is null)"
        " from ops.source_watch w"
        " where cleared_at is not null and told_at is not null and end_told_at is null order by watch_id"
    ).fetchall()
    for watch_id, source_id, condition, since, is_worse in rows:
        text = f"It was so since {since:%Y-%m-%d}; the last look did not find it so any more. Nothing is left to do."
        if not is_worse:
            alerts.notice(f"{source_id} is no longer {condition}", text)
        connection.execute("update ops.source_watch set end_told_at = %s where watch_id = %s", [now, watch_id])
    return [f"{source_id} is no longer {condition}" for _, source_id, condition, _, is_worse in rows if not is_worse]
