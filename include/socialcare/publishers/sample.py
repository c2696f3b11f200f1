"""The bundled tables of real published figures (see sample/README.md), read once."""

from __future__ import annotations

import csv
import hashlib
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).with_name("sample")
Rows = list[dict[str, str]]


@lru_cache(maxsize=16)
def table(name: str) -> Rows:
    """Return the rows of ``sample/<name>.csv``; every value is text as published."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(name: str, release_id: str) -> Rows:
    """Return the rows of one release of a source."""
    return [row for row in table(name) if row["release_id"] == release_id]


def releases(name: str, source_id: str) -> list[str]:
    """Return the releases of a source that a table holds, oldest first."""
    found = {row["release_id"] for row in table(name)}
    return sorted(r.partition("/")[2] for r in found if r.partition("/")[0] == source_id)


@lru_cache(maxsize=32)
def holds(source_id: str) -> bool:
    """Whether the sample has anything of a source."""
    return any(releases(path.stem, source_id) for path in FOLDER.glob("*.csv") if path.stem != "areas")


def areas() -> dict[str, dict[str, str]]:
    """Return area code -> the area's names and codes, England first, then the region, then councils."""
    return {row["area_code"]: row for row in table("areas")}


@lru_cache(maxsize=16)
def stamp(name: str) -> str:
    """Return 32 hex digits that change when a table does: the sample's stand-in for a version id."""
    return hashlib.sha256((FOLDER / f"{name}.csv").read_bytes()).hexdigest()[:32]
