"""Publishing by pointer: build a version beside the one people read, then move one row.

prepare -> (the audits read the partitions) -> mark_audited -> publish. Any step may be killed at any moment:
nothing is visible before the pointer moves, and the next ``prepare`` clears what was left.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.settings import get_settings
from socialcare.warehouse import access, versions_held, versions_views
from socialcare.warehouse.versions_build import checksum, mark_audited, mark_failed, prepare
from socialcare.warehouse.versions_marts import Mart
from socialcare.warehouse.versions_tables import current_id, drop_partitions, giving_way_to_readers, unknown

__all__ = [
    "Version",
    "build_key_of",
    "checksum",
    "current",
    "list_versions",
    "mark_audited",
    "mark_failed",
    "prepare",
    "publish",
    "rollback",
]

_PUBLISH_LOCK = 7300011

#: A statement planned before a partition was attached must have ended before the pointer points there.
_SETTLE_SECONDS = 2.0


@dataclass(frozen=True)
class Version:
    """A version. ``is_current``: the one that people read; ``is_kept``: it can be restored."""

    version_id: int
    build_key: str
    state: str
    built_at: datetime
    published_at: datetime | None
    checksum: str | None
    rows: dict[str, int]
    is_current: bool
    is_kept: bool


def current() -> int | None:
    """Return the version that people read, or None before the first night."""
    with connect("publisher") as connection:
        return current_id(connection)


def list_versions() -> list[Version]:
    """Return every version ever built, newest first."""
    with connect("publisher") as connection:
        rows = connection.execute(
            "select v.version_id, build_key, state, built_at, published_at, checksum, coalesce(rows, '{}'),"
            " c.version_id is not null,"
            " dropped_at is null and state in ('published', 'withdrawn', 'audited')"
            " from versions.version v left join versions.current c using (version_id)"
            " order by version_id desc"
        ).fetchall()
    return [Version(*row) for row in rows]


def publish(version_id: int, expected_current: int | None, *, why: str = "audited") -> None:
    """Move the pointer to ``version_id``. Publishing what is already current changes nothing.

    ``expected_current`` is what was current when the build began. Raises Fault ``newer_version_published``,
    ``version_not_audited``, ``version_held``, ``council_rows_exposed``, ``access_too_wide``, ``readers_in_the_way``.
    """
    with connect("publisher", autocommit=True) as connection:
        if current_id(connection) == version_id:
            return
        _settle(connection, version_id)
        with giving_way_to_readers(connection):
            connection.execute("select pg_advisory_xact_lock(%s)", [_PUBLISH_LOCK])
            now = current_id(connection)
            if now != expected_current:
                raise Fault(
                    "newer_version_published",
                    f"Version {now} was published while this one (upon {expected_current}) was checked.",
                    where=f"version {version_id}",
                    remedy="nothing to repair: people read the newer one. Run the night again.",
                )
            versions_held.require_approval(connection, version_id)
            _check_state(connection, version_id, ("audited", "published"))
            _move(connection, now, version_id, why)
        _drop_old(connection)


def rollback(to: int | None = None, *, why: str) -> int:
    """Move the pointer back, to the version before (or to ``to``); return the version that people read now.

    The version that is left is marked withdrawn: the same figures are not published again by themselves.
    Raises Fault ``nothing_to_roll_back_to``.
    """
    with connect("publisher", autocommit=True) as connection, giving_way_to_readers(connection):
        connection.execute("select pg_advisory_xact_lock(%s)", [_PUBLISH_LOCK])
        now = current_id(connection)
        target = to if to is not None else _before(connection, now)
        if target is None or target == now:
            raise Fault(
                "nothing_to_roll_back_to", "There is no other version to go back to.",
                where=f"version {now}", remedy="`socialcare versions` lists those that are kept.",
            )  # fmt: skip
        _check_state(connection, target, ("published", "withdrawn"))
        # Bringing a withdrawn version back says nothing against the one that stood in for it.
        brought_back = connection.execute(
            "select 1 from versions.version where version_id = %s and state = 'withdrawn'", [target]
        ).fetchone()
        if now is not None and not brought_back:
            connection.execute("update versions.version set state = 'withdrawn' where version_id = %s", [now])
        _move(connection, now, target, why, change_views=False)
        return target


def _before(connection: psycopg.Connection, now: int | None) -> int | None:
    # What was read before this version was; if that was withdrawn or removed, the newest that still stands.
    row = connection.execute(
        "select v.version_id from versions.version v left join versions.history h"
        " on h.from_version = v.version_id and h.to_version = %(now)s"
        " where v.state = 'published' and v.dropped_at is null and v.version_id <> %(now)s"
        " order by h.move_id desc nulls last, v.version_id desc limit 1",
        {"now": now},
    ).fetchone()
    return row[0] if row else None


def _check_state(connection: psycopg.Connection, version_id: int, allowed: tuple[str, ...]) -> None:
    row = connection.execute(
        "select state, attached_at is not null and dropped_at is null from versions.version where version_id = %s",
        [version_id],
    ).fetchone()
    if row is None or not row[1]:
        raise unknown(version_id)
    if row[0] not in allowed:
        raise Fault(
            "version_not_audited",
            f"The version is {row[0]}, not {' or '.join(allowed)}.",
            where=f"version {version_id}",
            remedy="run the night again: it audits what it builds.",
        )


def _move(
    connection: psycopg.Connection, now: int | None, version_id: int, why: str, *, change_views: bool = True
) -> None:
    row = connection.execute("select shape from versions.version where version_id = %s", [version_id]).fetchone()
    assert row is not None
    marts = [Mart.from_dict(stored) for stored in row[0].values()]
    if change_views:
        versions_views.retire_views(connection, [mart.name for mart in marts])
    for mart in marts:
        # Going back must be instant: the newer view shows an older version as it is, new columns null.
        if change_views:
            versions_views.ensure_view(connection, mart)
        access.protect(connection, mart, mart.name)
        access.grant(connection, mart)
    access.grant_platform_views(connection)
    access.verify(connection)
    connection.execute(
        "insert into versions.current (version_id) values (%s)"
        " on conflict (only_row) do update set version_id = excluded.version_id",
        [version_id],
    )
    connection.execute(
        "update versions.version set state = 'published', published_at = clock_timestamp() where version_id = %s",
        [version_id],
    )
    connection.execute(
        "insert into versions.history (from_version, to_version, why) values (%s, %s, %s)",
        [now, version_id, why],
    )


def _settle(connection: psycopg.Connection, version_id: int) -> None:
    deadline = time.monotonic() + _SETTLE_SECONDS
    while time.monotonic() < deadline:
        row = connection.execute(
            "select coalesce(versions.statements_started_before(attached_at), 0) from versions.version"
            " where version_id = %s",
            [version_id],
        ).fetchone()
        if not row or not row[0]:
            return
        time.sleep(0.02)


def _drop_old(connection: psycopg.Connection) -> None:
    """Remove the rows of versions beyond those kept, unless somebody may still be reading them."""
    old = connection.execute(
        "select version_id, shape from (select v.version_id, shape,"
        "  row_number() over (order by v.version_id desc) as age"
        "  from versions.version v where dropped_at is null and state in ('published', 'withdrawn')) kept"
        " where age > %s and version_id <> (select version_id from versions.current)"
        " and versions.transactions_started_before(coalesce((select max(moved_at) from versions.history h"
        "  where h.from_version = kept.version_id), now())) = 0",
        [get_settings().keep_versions],
    ).fetchall()
    for version_id, shape in old:
        drop_partitions(connection, list(shape), version_id)


def build_key_of(version_id: int) -> str | None:
    """Return the key a version was built under, or None if there is no such version."""
    with connect("publisher") as connection:
        row = connection.execute(
            "select build_key from versions.version where version_id = %s", [version_id]
        ).fetchone()
    return row[0] if row else None
