"""Building a version: the marts are copied into partitions of their own, attached, and left to the audits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.settings import get_settings
from socialcare.warehouse import access
from socialcare.warehouse.versions_marts import Mart, check_nothing_vanished, declared_marts
from socialcare.warehouse.versions_tables import (
    content_checksum,
    drop_partitions,
    ensure_parent,
    fill_partition,
    giving_way_to_readers,
    partition,
    partitions_of,
    unknown,
)

_PREPARE_LOCK = 7300010


def prepare(build_key: str, *, manifest: Path | dict[str, Any] | None = None, night_id: str | None = None) -> int:
    """Copy the marts that dbt just built into a new version; return its id. Nobody can see it yet.

    The same ``build_key`` with the same figures as a version that still stands gives that version again. Only
    one prepare runs at a time. Raises Fault ``version_withdrawn`` (a person rolled these very figures back),
    ``column_vanished``, ``column_type_changed``, ``grain_not_unique`` and those of ``declared_marts``.
    """
    with connect("publisher", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_PREPARE_LOCK])
        _remove_leftovers(connection, build_key)
        with connection.transaction():
            marts = declared_marts(connection, manifest)
            check_nothing_vanished(access.current_marts(connection), marts)
            again = _same_build(connection, build_key, marts)
        if again is not None:
            return again
        version_id = _announce(connection, build_key, marts, night_id)
        with connection.transaction():
            _fill(connection, version_id, marts)
    return version_id


def _same_build(connection: psycopg.Connection, build_key: str, marts: list[Mart]) -> int | None:
    """Return a version that already holds exactly these figures, built from the same things; None if there is none.

    Raises Fault ``version_withdrawn`` when a person withdrew exactly these figures, whatever they were built from.
    """
    now = content_checksum(connection, marts)
    rows = connection.execute(
        "select version_id, state, build_key, shape from versions.version"
        " where checksum = %s and dropped_at is null and state in ('audited', 'published', 'withdrawn')"
        " order by version_id desc",
        [now],
    ).fetchall()
    stand = any(state == "published" for _, state, _, _ in rows)  # the same figures, never withdrawn
    for version_id, state, _, _ in rows:
        if state == "withdrawn" and not stand:
            raise Fault(
                "version_withdrawn",
                f"Tonight's figures are those of version {version_id}, which a person withdrew"
                f" ({_why(connection, version_id)}).",
                where=f"version {version_id}",
                remedy=f"correct what was wrong, or bring it back with `socialcare rollback {version_id}`.",
            )
    same = [int(row[0]) for row in rows if row[2] == build_key and row[3] == _shape(marts)]
    return same[0] if same else None


def _why(connection: psycopg.Connection, version_id: int) -> str:
    row = connection.execute(
        "select why from versions.history where from_version = %s order by move_id desc limit 1", [version_id]
    ).fetchone()
    return str(row[0]) if row else "no reason given"


def _shape(marts: list[Mart]) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads(json.dumps({mart.name: mart.as_dict() for mart in marts}))
    return shape


def _announce(connection: psycopg.Connection, build_key: str, marts: list[Mart], night_id: str | None) -> int:
    with giving_way_to_readers(connection):
        access.fill_from_registry(connection)
        for mart in marts:
            ensure_parent(connection, mart)
            for table in (mart.name, *partitions_of(connection, mart.name)):
                access.protect(connection, mart, table)
        row = connection.execute(
            "insert into versions.version (build_key, state, data_mode, night_id, shape)"
            " values (%s, 'building', %s, %s, %s) returning version_id",
            [build_key, get_settings().sources, night_id, json.dumps(_shape(marts))],
        ).fetchone()
    assert row is not None
    return int(row[0])


def _fill(connection: psycopg.Connection, version_id: int, marts: list[Mart]) -> None:
    rows = {}
    for mart in marts:
        rows[mart.name] = fill_partition(connection, mart, version_id)
        access.protect(connection, mart, partition(mart.name, version_id))
    everything = content_checksum(connection, marts, version_id)
    # What anybody may read must not depend on a council's live figure: a small count could be found by trying.
    shared = content_checksum(connection, [mart for mart in marts if mart.access == "shared"], version_id)
    connection.execute(
        "update versions.version set rows = %s, checksum = %s, shared_checksum = %s, attached_at = clock_timestamp()"
        " where version_id = %s",
        [json.dumps(rows), everything, shared, version_id],
    )


def _remove_leftovers(connection: psycopg.Connection, build_key: str) -> None:
    # What was audited before the version that is read, and never read itself, is refused by publishing for ever.
    left = connection.execute(
        "select version_id, shape from versions.version where dropped_at is null"
        " and (state in ('building', 'failed', 'declined', 'superseded')"
        "  or (state = 'audited' and published_at is null and build_key <> %s"
        "   and version_id < (select version_id from versions.current)))",
        [build_key],
    ).fetchall()
    for version_id, shape in left:
        connection.execute(
            "update versions.version set state = 'failed' where version_id = %s and state = 'building'", [version_id]
        )
        drop_partitions(connection, list(shape), version_id)


def checksum(version_id: int) -> str:
    """Return the sha256 over the version's figures, computed now. Raises Fault ``version_unknown``."""
    with connect("publisher") as connection:
        row = connection.execute(
            "select shape from versions.version where version_id = %s and dropped_at is null", [version_id]
        ).fetchone()
        if row is None:
            raise unknown(version_id)
        marts = [Mart.from_dict(stored) for stored in row[0].values()]
        return content_checksum(connection, marts, version_id)


def mark_audited(version_id: int, *, night_id: str | None = None) -> None:
    """Record that every critical check passed, and what the version was built from; the counts are that night's.

    Raises Fault ``version_unknown`` when the version is no longer there to be published.
    """
    with connect("publisher") as connection:
        changed = connection.execute(
            "update versions.version v set audited_at = clock_timestamp(),"
            " state = case state when 'building' then 'audited' else state end,"
            " night_id = coalesce(%(night)s, night_id), checks_passed = q.passed, checks_warned = q.warned,"
            " sources = (select jsonb_agg(jsonb_build_object('source', source_id, 'release', newest_release,"
            "   'on', coalesce(as_of_date, landed_at::date), 'state', state, 'is_synthetic', is_synthetic)"
            "   order by kind, source_id) from published.source_status where newest_release is not null)"
            " from (select count(*) filter (where outcome = 'passed') as passed,"
            "   count(*) filter (where outcome <> 'passed') as warned"
            "   from quality.results where night_id = %(night)s) q"
            " where version_id = %(id)s and state in ('building', 'audited', 'published')"
            " and attached_at is not null and dropped_at is null",
            {"night": night_id, "id": version_id},
        )
        if changed.rowcount == 0:
            raise unknown(version_id)


def mark_failed(version_id: int) -> None:
    """Record that the audit refused the version. It stays to be looked at until the next night."""
    with connect("publisher") as connection:
        connection.execute(
            "update versions.version set state = 'failed' where version_id = %s and state = 'building'",
            [version_id],
        )
