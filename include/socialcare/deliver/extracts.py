"""The nightly extracts: one folder of files for the region and for each council that sends files, swapped in whole.

    <home>/extracts/current -> v12      what a consumer opens: the last good set, always whole
    <home>/extracts/v12/manifest.json   the set: version, shared files, checks, what is hidden, stale and changed
    <home>/extracts/v12/regional/       what all share, and its own manifest
    <home>/extracts/v12/<council>/      that council's files and its own manifest (mode 0700)
    <home>/extracts/STALE.txt           why the set is older than it should be; beside it, never inside
    <home>/extracts/NOTES.txt           which sources stand at their last good release, and why; beside it too

Which tables go in is said by the models themselves (``meta: {extract: true}``). Each council's files are read with
that council's own database role, so that row-level security, and not this module, decides what a folder can hold.
The set's manifest gives no checksum of a council's own figures: a file that holds one small number can be found
again from its checksum by trying them all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from socialcare.database import connect
from socialcare.deliver import changes
from socialcare.deliver.audience import REGIONAL, Audience, File, Version
from socialcare.deliver.folder import Fill, fill_folder
from socialcare.deliver.manifest import FORMAT, audience_manifest, set_manifest
from socialcare.deliver.place import (
    clear_stale,
    delivered_set,
    emptied,
    extracts_folder,
    holds,
    keep_notes,
    make_room,
    mark_stale,
    one_at_a_time,
    point_at,
    remove_old_sets,
)
from socialcare.deliver.read_rows import reading_as
from socialcare.deliver.tables import taken_away
from socialcare.errors import Fault
from socialcare.registry import Council, all_councils
from socialcare.settings import get_settings

__all__ = ["mark_stale", "write"]

_REGION = "analyst"
#: Never the checksum over everything: with it, another council's small count could be found by trying.
_VERSION = (
    "select version_id, built_at, published_at, data_mode, shared_checksum as checksum,"
    " night_id, checks_passed, checks_warned from versions.version where version_id = %s"
)


def write(version_id: int, *, checks: Mapping[str, Any] | None = None, report: Fill | None = None) -> Path:
    """Deliver version ``version_id`` to the region and every council; return the folder of the whole set.

    ``checks`` goes into the manifests as it is: counts of checks, never a value. Without it the manifests say
    which night audited this version, and how many checks passed and warned. ``report`` puts more files into each
    audience's folder. A set that was already delivered from the same version is left as it is; two deliveries at
    once wait for each other. Raises Fault ``version_not_current``, ``foreign_rows`` or ``mart_missing``; the last
    good set then stays in place.
    """
    folder = extracts_folder()
    final = folder / f"v{version_id}"
    with one_at_a_time(folder):
        version = _version(version_id, checks)
        if not holds(final, version.about, FORMAT):
            with emptied(folder / f".{version_id}.tmp") as workshop:
                _fill(workshop, _counted(version), report)
                _require_still_current(version_id)  # the pointer may have moved while the files were written
                make_room(final)
                workshop.rename(final)
        point_at(final)
        clear_stale()
        keep_notes(version.sources)
        remove_old_sets(keep=get_settings().keep_versions)
    return final


def _fill(workshop: Path, version: Version, report: Fill | None) -> None:
    delivered = [_folder(workshop, council, version, report) for council in (None, *all_councils())]
    for audience, files in delivered:
        _write_json(workshop / audience.folder / "manifest.json", audience_manifest(audience, files, version))
    _write_json(workshop / "manifest.json", set_manifest(delivered, version))
    _open_to_group(workshop, workshop / "manifest.json", workshop / REGIONAL, *(workshop / REGIONAL).rglob("*"))


def _open_to_group(*paths: Path) -> None:
    """Whatever this process's own mask: the set may be passed through, and what all share be read, by a group."""
    for path in paths:
        path.chmod(0o750 if path.is_dir() else 0o640)


def _folder(
    workshop: Path, council: Council | None, version: Version, report: Fill | None
) -> tuple[Audience, list[File]]:
    with reading_as(council.role if council else _REGION) as connection:
        _require_current(connection, version.about["version_id"])
        return fill_folder(workshop, connection, council, version, report, delivered_set())


def _version(version_id: int, checks: Mapping[str, Any] | None) -> Version:
    """Return what is said of the version and of each source, read in one moment."""
    with reading_as("publisher") as connection:
        _require_current(connection, version_id)
        cursor = connection.cursor(row_factory=dict_row)
        about = cursor.execute(_VERSION, [version_id]).fetchone()
        sources = cursor.execute("select * from published.source_status order by source_id").fetchall()
        shape = connection.execute(
            "select coalesce(shape, '{}') from versions.version where version_id = %s", [version_id]
        ).fetchone()
        if about is None or shape is None:
            raise Fault("version_unknown", f"There is no version {version_id}.", where="versions.version")
        return Version(about, sources, _checks_of(about) if checks is None else checks, taken_away(shape[0]))


def _counted(version: Version) -> Version:
    """Add what is counted over whole tables."""
    version_id, tables = version.about["version_id"], version.tables
    with reading_as("publisher") as connection:
        return replace(
            version,
            suppression=changes.suppressed(connection, version_id, tables),
            changes=changes.since_before(connection, version_id, tables),
        )


def _checks_of(about: Mapping[str, Any]) -> dict[str, Any]:
    return {"night": about["night_id"], "passed": about["checks_passed"], "warned": about["checks_warned"]}


def _require_still_current(version_id: int) -> None:
    with connect("publisher") as connection:
        _require_current(connection, version_id)


def _require_current(connection: psycopg.Connection, version_id: int) -> None:
    row = connection.execute("select version_id from published.about").fetchone()
    current = row[0] if row else None
    if current != version_id:
        raise Fault(
            "version_not_current",
            f"Version {version_id} was to be delivered, but version {current} is published.",
            where="published.about",
            remedy="deliver the published version: another night or a rollback moved the pointer meanwhile.",
        )


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
