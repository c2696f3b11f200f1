"""Which files of a local mirror hold which declared tables, and which no declaration takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from socialcare.registry import Source, all_sources

_FAMILY = "folder"
#: A folder of a release: 2024, or 2024-11 where a series has several a year.
_RELEASE = re.compile(r"\d{4}(-\d{2})?")


@dataclass(frozen=True)
class Taken:
    """A file of the mirror that a source's declaration takes for one of its tables."""

    source: Source
    release: str
    table: str
    path: Path


@dataclass(frozen=True)
class NotTaken:
    """A file of the mirror that no declaration takes, and why where a source says so (else blank)."""

    path: Path
    reason: str


def taken(published: Path) -> list[Taken]:
    """Return every file of the mirror that a declaration takes, once for each table in it."""
    return [found for source in all_sources() for found in _of_source(source, published)]


def not_taken(published: Path) -> list[NotTaken]:
    """Return the other files, with the gap in a declaration that names them."""
    known = {found.path for found in taken(published)}
    gaps = [gap for source in all_sources() for gap in source.known_gaps]
    return [
        NotTaken(path, _reason(path, published, gaps))
        for path in sorted(published.rglob("*"))
        if path.is_file() and path not in known
    ]


def _of_source(source: Source, published: Path) -> Iterator[Taken]:
    folder = published / source.mirror.folder
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        release = _release(source, folder, path)
        if release is None or not source.holds(release):
            continue
        for name, table in source.tables.items():
            if table.is_due(release, _FAMILY) and re.search(table.files, path.name, re.IGNORECASE):
                yield Taken(source, release, name, path)


def _release(source: Source, folder: Path, path: Path) -> str | None:
    """Return the release that a file belongs to: its folder's name, or part of its own."""
    if not path.is_file():
        return None
    if not source.mirror.release_in_name:
        within = path.parent.name
        return within if path.parent.parent == folder and _RELEASE.fullmatch(within) else None
    match = re.search(source.mirror.release_in_name, path.name, re.IGNORECASE) if path.parent == folder else None
    if match is None:
        return None
    parts = match.groupdict()
    return parts.get("release") or f"20{parts['yy']}"


def _reason(path: Path, published: Path, gaps: list[str]) -> str:
    if path.parent == published and path.stem == "README":
        return "It says what the folder holds."
    return next((gap for gap in gaps if path.name in gap), "")
