"""The manifests: what a set of extracts holds, how old it is, and what was checked. Words and counts only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from socialcare.deliver.csv_file import Written
from socialcare.registry import Council

NOTICE = (
    "Comparison figures are published statistics of the Department for Education and others, reused under "
    "the Open Government Licence v3.0. Figures from a council's own extract that are marked SYNTHETIC are "
    "generated and are not about real children."
)


@dataclass(frozen=True)
class Delivery:
    """One council's files: the comparison, its live figure, the comparison's columns, its state."""

    council: Council
    comparison: Written
    live: Written
    columns: dict[str, str]
    state: dict[str, Any]


def council_manifest(
    one: Delivery,
    *,
    about: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    checks: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest that lies in one council's folder: every file with rows, bytes and sha256."""
    return {
        "council": one.council.name,
        "council_code": one.council.ons_code,
        **_common([one], about, sources, checks),
        "files": [_file(one.comparison), {**_file(one.live), **one.state}],
    }


def set_manifest(
    all_of_them: Sequence[Delivery],
    *,
    about: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    checks: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of the whole set: comparison files in full, live files by name and date alone."""
    files: list[dict[str, Any]] = []
    for one in all_of_them:
        files.append({"folder": one.council.id, **_file(one.comparison)})
        # No sha256, bytes or rows: whoever may not open the file could work its one number out of them.
        files.append({"folder": one.council.id, "name": one.live.name, **one.state})
    return {**_common(all_of_them, about, sources, checks), "files": files}


def schema_version(columns: Mapping[str, str]) -> str:
    """Return a short name for the files' shape: a column added, dropped, moved or retyped changes it."""
    text = "\n".join(f"{name} {kind}" for name, kind in columns.items())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _common(
    deliveries: Sequence[Delivery],
    about: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    checks: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "version": about["version_id"],
        "version_checksum": about.get("checksum"),
        "built_at": about.get("built_at"),
        "schema_version": schema_version(deliveries[0].columns) if deliveries else None,
        "notice": NOTICE,
        "checks": dict(checks),
        "stale": [dict(_plain(row)) for row in sources if row["state"] != "ok"],
        "sources": [dict(_plain(row)) for row in sources],
        "councils": {one.council.id: one.state for one in deliveries},
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out ages and the last look: they belong to the moment of reading, not to the version."""
    return {name: value for name, value in row.items() if "age" not in name.split("_") and name != "last_look_at"}


def _file(written: Written) -> dict[str, Any]:
    return {"name": written.name, "rows": written.rows, "bytes": written.bytes, "sha256": written.sha256}
