"""The nightly extracts: one folder of files for each council that sends files, swapped in whole.

    <home>/extracts/current -> v12      what a consumer opens: the last good set, always whole
    <home>/extracts/v12/manifest.json   the set: version, comparison files, checks, what is stale
    <home>/extracts/v12/<council>/      that council's files and its own manifest (mode 0700)
    <home>/extracts/STALE.txt           why the set is older than it should be; beside it, never inside
    <home>/extracts/NOTES.txt           which sources stand at their last good release, and why; beside it too

Each council's files are read with that council's own database role, so that row-level security, and not this
module, decides what a folder can hold. The set's manifest gives no checksum of a council's live figures: a
file that holds one small number can be found again from its checksum by trying them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from socialcare.database import connect
from socialcare.deliver.csv_file import Written, write_csv
from socialcare.deliver.manifest import Delivery, council_manifest, set_manifest
from socialcare.deliver.place import (
    clear_stale,
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
from socialcare.errors import Fault
from socialcare.registry import Council, all_councils
from socialcare.settings import get_settings

__all__ = ["mark_stale", "write"]

SYNTHETIC = "SYNTHETIC, not about real children"

#: Never the checksum over everything: with it, another council's small count could be found by trying.
_VERSION = (
    "select version_id, built_at, published_at, data_mode, shared_checksum as checksum,"
    " night_id, checks_passed, checks_warned from versions.version where version_id = %s"
)


def write(version_id: int, *, checks: Mapping[str, Any] | None = None) -> Path:
    """Deliver version ``version_id`` to every council; return the folder of the whole set.

    ``checks`` goes into the manifests as it is: counts of checks, never a value. Without it the manifests say
    which night audited this version, and how many checks passed and warned. A set that was already delivered
    from the same version is left as it is; two deliveries at once wait for each other. Raises Fault
    ``version_not_current``, ``foreign_rows`` or ``mart_missing``; the last good set then stays in place.
    """
    folder = extracts_folder()
    final = folder / f"v{version_id}"
    with one_at_a_time(folder):
        about, sources = _about(version_id)
        if not holds(final, about):
            with emptied(folder / f".{version_id}.tmp") as workshop:
                _fill(workshop, about, sources, _checks_of(about) if checks is None else checks)
                _about(version_id)  # the pointer may have moved while the files were written
                make_room(final)
                workshop.rename(final)
        point_at(final)
        clear_stale()
        keep_notes(sources)
        remove_old_sets(keep=get_settings().keep_versions)
    return final


def _checks_of(about: Mapping[str, Any]) -> dict[str, Any]:
    return {"night": about["night_id"], "passed": about["checks_passed"], "warned": about["checks_warned"]}


def _fill(
    workshop: Path, about: Mapping[str, Any], sources: Sequence[Mapping[str, Any]], checks: Mapping[str, Any]
) -> None:
    delivered = [_council_folder(workshop, about["version_id"], council) for council in all_councils()]
    for one in delivered:
        text = council_manifest(one, about=about, sources=sources, checks=checks)
        _write_json(workshop / one.council.id / "manifest.json", text)
    _write_json(workshop / "manifest.json", set_manifest(delivered, about=about, sources=sources, checks=checks))
    workshop.chmod(0o750)


def _council_folder(workshop: Path, version_id: int, council: Council) -> Delivery:
    place = workshop / council.id
    place.mkdir(mode=0o700)
    with connect(council.role) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        # A role may change its own defaults: what this depends on is set here.
        connection.execute("set local row_security = on")
        connection.execute("set local statement_timeout = 0")
        _require_current(connection, version_id)
        comparison, columns = _comparison(connection, place, council)
        live, state = _looked_after_now(connection, place, council)
    return Delivery(council, comparison, live, columns, state)


def _comparison(connection: psycopg.Connection, place: Path, council: Council) -> tuple[Written, dict[str, str]]:
    columns = _columns(connection, "regional_comparison")
    query = sql.SQL(
        "select {} from published.regional_comparison where council_code = %s "
        "order by indicator_id, period_end_date, period, release_id"
    ).format(sql.SQL(", ").join(map(sql.Identifier, columns)))
    with connection.cursor() as cursor:
        rows = cursor.stream(query, [council.ons_code])
        return write_csv(place / f"{council.id}_comparison.csv", list(columns), rows), columns


def _looked_after_now(connection: psycopg.Connection, place: Path, council: Council) -> tuple[Written, dict[str, Any]]:
    """Write the council's own live figure: one row, or none when it never sent an extract."""
    # An age is a property of the reading, not of the version: it would change the bytes every day.
    columns = [name for name in _columns(connection, "looked_after_now") if not re.search(r"(^|_)age(_|$)", name)]
    query = sql.SQL("select {} from published.looked_after_now order by council_code").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    rows = connection.execute(query).fetchall()
    owners = {row[columns.index("council_code")] for row in rows}
    if owners - {council.ons_code}:
        raise Fault(
            "foreign_rows",
            f"The role {council.role} can read another council's live figures; nothing was delivered.",
            where="published.looked_after_now",
            remedy="publish again, which reapplies row-level security, and find out how it was lost.",
        )
    kinds = [_data_kind(dict(zip(columns, row, strict=True))) for row in rows]
    synthetic = SYNTHETIC in kinds
    name = f"{council.id}_looked_after_now{'_SYNTHETIC' if synthetic else ''}.csv"
    marked = ([*row, kind] for row, kind in zip(rows, kinds, strict=True))
    file = write_csv(place / name, [*columns, "data_kind"], marked)
    as_of = rows[0][columns.index("as_of_date")] if rows else None
    return file, {"as_of": as_of.isoformat() if as_of else None, "is_synthetic": synthetic}


def _data_kind(row: Mapping[str, Any]) -> str:
    if row.get("is_synthetic"):
        return SYNTHETIC
    return "no extract received" if row["as_of_date"] is None else "the council's own extract"


def _columns(connection: psycopg.Connection, mart: str) -> dict[str, str]:
    """Return the mart's columns in order, each with its type. Raises Fault ``mart_missing``."""
    found = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [f"published.{mart}"],
    ).fetchall()
    if not found:
        raise Fault(
            "mart_missing",
            f"published.{mart} is not there, so there is nothing to deliver.",
            where=f"published.{mart}",
            remedy="publish a version first: `socialcare run`.",
        )
    return dict(found)


def _about(version_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the version's own row and the state of each source, read in one moment."""
    with connect("publisher") as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        _require_current(connection, version_id)
        cursor = connection.cursor(row_factory=dict_row)
        version = cursor.execute(_VERSION, [version_id]).fetchone()
        sources = cursor.execute("select * from published.source_status order by source_id").fetchall()
    if version is None:
        raise Fault("version_unknown", f"There is no version {version_id}.", where="versions.version")
    return dict(version), [dict(row) for row in sources]


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
