"""A folder of the set, put somewhere else (SFTP, object storage, a share) so that a reader there sees it whole.

    <to>/v12/            the files, uploaded as v12.part and renamed once every one is there
    <to>/current.json    written last: which folder to read, the checksum of its manifest, when a night confirmed it
    <to>/STALE.txt       beside it, as here, while the newest night brought nothing

A storage of objects renames by copying, one by one: there, whoever reads follows ``current.json`` and never a name.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialcare.deliver.csv_file import sha256_of
from socialcare.deliver.place import NOTES, STALE

POINTER, MANIFEST = "current.json", "manifest.json"
_SET = re.compile(r"v(\d+)(-[0-9a-f]{8})?(\.part)?")


@dataclass(frozen=True)
class Elsewhere:
    """A folder elsewhere: fsspec's file system that holds it, and its path there."""

    files: Any
    path: str

    def send(self, folder: Path, *, version: int, beside: Path, keep: int) -> bool:
        """Put ``folder`` there as ``version`` and point at it; return whether anything had to be uploaded.

        ``beside``: the folder whose notes (STALE, NOTES) go along. ``keep``: how many sets stay there.
        """
        manifest = sha256_of(folder / MANIFEST)
        pointer = self._pointer()
        name = self._name(version, manifest, pointer)
        sent = self._upload(folder, name)
        built = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["built_at"]
        self._point(
            {"version": version, "folder": name, "built_at": built, "manifest_sha256": manifest, "stale": None,
             "confirmed_at": datetime.now(UTC).isoformat(timespec="seconds")}
        )  # fmt: skip
        self._notes(beside)
        self._remove_old(name, keep)
        return sent

    def mark_stale(self, reason: str, *, beside: Path) -> None:
        """Say there that the newest night brought nothing. What was sent stays as it is."""
        self._notes(beside)
        pointer = self._pointer()
        if pointer:
            self._point({**pointer, "stale": reason})

    def _at(self, *names: str) -> str:
        return "/".join((self.path, *names))

    def _exists(self, *names: str) -> bool:
        self.files.invalidate_cache()
        return bool(self.files.exists(self._at(*names)))

    def _pointer(self) -> Mapping[str, Any]:
        found = json.loads(self.files.cat_file(self._at(POINTER))) if self._exists(POINTER) else {}
        return found if isinstance(found, dict) else {}

    def _name(self, version: int, manifest: str, pointer: Mapping[str, Any]) -> str:
        """Return the folder's name there: another one where readers still use that name for other files."""
        name = f"v{version}"
        others = pointer.get("folder") == name and pointer.get("manifest_sha256") != manifest
        return f"{name}-{manifest[:8]}" if others or pointer.get("folder") == f"{name}-{manifest[:8]}" else name

    def _upload(self, folder: Path, name: str) -> bool:
        """Upload the files and give them their name; return False when they all lie there already."""
        files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        if self._holds(name, files):
            return False
        part = f"{name}.part"
        self._remove(part)  # of a run that was broken off
        for relative, path in files.items():
            there = self._at(part, relative)
            self.files.makedirs(there.rsplit("/", 1)[0], exist_ok=True)
            self.files.put_file(str(path), there)
        if not self._holds(part, files):
            raise OSError
        self._remove(name)  # what lost files there, or was broken off, or is another warehouse's
        self._rename(part, name)
        return True

    def _holds(self, name: str, files: Mapping[str, Path]) -> bool:
        """Whether a folder there has exactly these files: by name and size, and the same manifest."""
        if not self._exists(name, MANIFEST):
            return False
        root = self._at(name)
        found = {
            each["name"].removeprefix(root).lstrip("/"): each["size"]
            for each in self.files.find(root, detail=True).values()
        }
        same = found == {relative: path.stat().st_size for relative, path in files.items()}
        return same and self.files.cat_file(self._at(name, MANIFEST)) == files[MANIFEST].read_bytes()

    def _point(self, pointer: Mapping[str, Any]) -> None:
        self._put(POINTER, json.dumps(pointer, indent=2).encode() + b"\n")

    def _notes(self, beside: Path) -> None:
        for name in (STALE, NOTES):
            if (beside / name).exists():
                self._put(name, (beside / name).read_bytes())
            elif self._exists(name):
                self.files.rm_file(self._at(name))

    def _put(self, name: str, content: bytes) -> None:
        """Put a file there under its name only once it is whole."""
        self.files.makedirs(self.path, exist_ok=True)
        self.files.pipe_file(self._at(f"{name}.part"), content)
        self._rename(f"{name}.part", name)

    def _rename(self, old: str, new: str) -> None:
        # SFTP renames a folder at once; fsspec's other file systems have to be told that it is one.
        more = {"recursive": True} if "recursive" in inspect.signature(self.files.mv).parameters else {}
        self.files.mv(self._at(old), self._at(new), **more)

    def _remove(self, name: str) -> None:
        if self._exists(name):
            self.files.rm(self._at(name), recursive=True)

    def _remove_old(self, current: str, keep: int) -> None:
        self.files.invalidate_cache()
        names = [entry["name"].rstrip("/").rsplit("/", 1)[-1] for entry in self.files.ls(self.path, detail=True)]
        sets = sorted((int(found[1]), name) for name in names if (found := _SET.fullmatch(name)))
        whole = [name for _, name in sets if not name.endswith(".part") and name != current]
        kept = set(whole[max(0, len(whole) - (keep - 1)) :])
        for _, name in sets:
            if name != current and name not in kept:
                self._remove(name)
