"""The manifests: what a set of extracts holds, how old it is, what was checked and changed. Words and counts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from socialcare.deliver.audience import REGIONAL, Audience, File, Version
from socialcare.deliver.tables import schema_version

#: The shape of the manifests themselves: a set of another shape is written again.
FORMAT = 2
NOTICE = (
    "Comparison figures are published statistics of the Department for Education and others, reused under "
    "the Open Government Licence v3.0. Figures from a council's own extract that are marked SYNTHETIC are "
    "generated and are not about real children."
)
SYNTHETIC_WARNING = "SYNTHETIC: figures from councils' records here are generated. They are not about real children."

Delivered = Sequence[tuple[Audience, Sequence[File]]]


def audience_manifest(audience: Audience, files: Sequence[File], version: Version) -> dict[str, Any]:
    """Return the manifest that lies in one folder: every file with rows, bytes and sha256."""
    whose = {"council": audience.council.name, "council_code": audience.council.ons_code} if audience.council else {}
    return {
        "audience": audience.folder,
        **whose,
        **_common(version),
        **_state(audience),
        "not_in_workbook": list(audience.too_large),
        "files": [{**_file(file), **_day(audience, file)} for file in files],
    }


def set_manifest(delivered: Delivered, version: Version) -> dict[str, Any]:
    """Return the manifest of the whole set: what is shared in full, councils' own files by name and date alone."""
    files = [
        # No sha256, bytes or rows of what is own: whoever may not open the file could work its numbers out of them.
        {"folder": audience.folder, **(_unmeasured(audience, file) if file.is_own else _file(file))}
        for audience, in_folder in delivered
        for file in in_folder
    ]
    councils = {audience.folder: _state(audience) for audience, _ in delivered if audience.folder != REGIONAL}
    return {**_common(version), "councils": councils, "files": files}


def plain_source(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out ages and the last look: they belong to the moment of reading, not to the version."""
    return {name: value for name, value in row.items() if "age" not in name.split("_") and name != "last_look_at"}


def _common(version: Version) -> dict[str, Any]:
    about = version.about
    return {
        "format": FORMAT,
        "version": about["version_id"],
        "version_checksum": about.get("checksum"),
        "built_at": about.get("built_at"),
        "schema_version": schema_version(version.tables),
        "notice": NOTICE,
        "checks": dict(version.checks),
        "stale": [plain_source(row) for row in version.stale],
        "sources": [plain_source(row) for row in version.sources],
        "suppressed_cells": dict(version.suppression),
        "changes": dict(version.changes),
    }


def _state(audience: Audience) -> dict[str, Any]:
    return {"as_of": audience.as_of, "is_synthetic": audience.is_synthetic}


def _day(audience: Audience, file: File) -> dict[str, Any]:
    facts = audience.facts.get(file.table)
    if facts is None or file.table not in audience.own:
        return {}
    return {"as_of": facts.as_of.isoformat() if facts.as_of else None, "is_synthetic": facts.is_synthetic}


def _unmeasured(audience: Audience, file: File) -> dict[str, Any]:
    return {"name": file.written.name, **_named(file), **_day(audience, file)}


def _file(file: File) -> dict[str, Any]:
    one = file.written
    rows = {} if one.rows is None else {"rows": one.rows}
    return {"name": one.name, **_named(file), **rows, "bytes": one.bytes, "sha256": one.sha256}


def _named(file: File) -> dict[str, str]:
    return {"table": file.table} if file.table else {}
