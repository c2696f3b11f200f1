"""Whether files that were delivered are still what their manifest says: here, or in a copy that somebody took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from socialcare.deliver.csv_file import sha256_of
from socialcare.deliver.place import CURRENT, STALE
from socialcare.errors import Fault

_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Checked:
    """One folder: which version it is of, what it holds, and each file that is not as the manifest says."""

    folder: str
    version: int
    built_at: str
    files: int
    bytes: int
    is_synthetic: bool
    late_sources: int
    wrong: tuple[str, ...] = ()
    is_closed: bool = False


def check(place: Path) -> list[Checked]:
    """Check the folder of all sets, one set, or one folder of a set. Raises Fault ``nothing_delivered``."""
    if (place / CURRENT / _MANIFEST).is_file():
        place = place / CURRENT
    if not (place / _MANIFEST).is_file():
        raise Fault(
            "nothing_delivered",
            "There are no extracts there.",
            where=str(place),
            remedy="name a folder that holds a manifest.json, or run a night: the extracts come with its end.",
        )
    manifest = _read(place)
    if "audience" in manifest:
        return [_folder(place, manifest)]
    names = dict.fromkeys(entry["folder"] for entry in manifest["files"])
    return [_of_a_set(place / name, manifest) for name in names]


def stale_because(place: Path) -> str | None:
    """Return what the note beside the sets says, or None: these are the newest."""
    note = place / STALE
    return note.read_text(encoding="utf-8").strip() if note.is_file() else None


def _of_a_set(folder: Path, whole: dict[str, Any]) -> Checked:
    try:
        if (folder / _MANIFEST).is_file():
            return _folder(folder, _read(folder))
    except PermissionError:  # another council's, to whoever asks
        return _told(folder, whole, 0, 0, (), is_closed=True)
    return _told(folder, whole, 0, 0, ("manifest.json is missing",))


def _folder(folder: Path, manifest: dict[str, Any]) -> Checked:
    listed = {entry["name"]: entry for entry in manifest["files"]}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {_MANIFEST}
    wrong = [f"{name} is missing" for name in listed if name not in found]
    wrong += [f"{name} is not in the manifest" for name in sorted(found - set(listed))]
    wrong += [
        f"{name} is not what was delivered"
        for name, entry in listed.items()
        if name in found and sha256_of(folder / name) != entry["sha256"]
    ]
    return _told(folder, manifest, len(listed), sum(entry["bytes"] for entry in listed.values()), tuple(wrong))


def _told(
    folder: Path, manifest: dict[str, Any], files: int, size: int, wrong: tuple[str, ...], *, is_closed: bool = False
) -> Checked:
    return Checked(
        manifest.get("audience") or folder.name,
        int(manifest["version"]),
        str(manifest["built_at"]),
        files,
        size,
        bool(manifest.get("is_synthetic")),
        len(manifest["stale"]),
        wrong,
        is_closed,
    )


def _read(folder: Path) -> dict[str, Any]:
    content = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "files" not in content:
        raise Fault("nothing_delivered", "The manifest there is not one of ours.", where=str(folder / _MANIFEST))
    return content
