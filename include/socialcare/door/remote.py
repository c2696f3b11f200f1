"""A council's inbox and outbox elsewhere: SFTP, object storage, a mounted share; anything that fsspec speaks.

What is whole there is copied into the local inbox and taken in as if it had been left here. It is removed there only
after it was taken, and only if it is still what was copied. Killed at any point and run again, nothing is lost
and nothing is taken twice. What is remembered names files, so it stays in the council's own inbox and outbox.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialcare.credentials import replace_private
from socialcare.door.arrival import (
    GIVEN_UP_AFTER_SECONDS,
    MARKER,
    SETTLED_AFTER_SECONDS,
    WHOLE,
    is_unfinished,
    read_statement,
)
from socialcare.door.remote_place import Place, named_faults
from socialcare.settings import get_settings

_FETCHED, _FETCHING, _SENT = ".fetched", ".fetching", ".sent.json"
#: What changes when a file is written to, by the names that storages give it; the first that is there.
_STAMPS = ("ETag", "etag", "md5Hash", "content_md5", "mtime", "LastModified", "last_modified", "created")
_TIMES = ("mtime", "LastModified", "last_modified")


@dataclass(frozen=True)
class _Waiting:
    """One delivery that waits elsewhere: its files' paths, sizes and stamps."""

    folder: str
    files: tuple[tuple[str, int, str], ...]

    @property
    def token(self) -> str:
        """A name that is the same as long as nobody writes to any of it."""
        return f"fetched-{hashlib.sha256(json.dumps([self.folder, self.files]).encode()).hexdigest()[:24]}"


def fetch(council_id: str, place: Place) -> tuple[int, int]:
    """Copy what is whole into the local inbox; return how many deliveries came and how many still arrive.

    Raises Fault ``remote_failed``.
    """
    inbox = get_settings().inbox / council_id
    for folder in (inbox, inbox / _FETCHED):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fetched = arriving = 0
    with named_faults():
        for waiting, is_whole in _look(place, _fetched_files(inbox)):
            if (inbox / _FETCHED / waiting.token).exists():
                continue  # it is here, or was taken and could not be removed there
            if is_whole and ((inbox / waiting.token).exists() or _copy(place, waiting, inbox)):
                replace_private(inbox / _FETCHED / waiting.token, json.dumps([waiting.folder, waiting.files]))
                fetched += 1
            else:
                arriving += 1
    return fetched, arriving


def clear(council_id: str, place: Place) -> int:
    """Remove elsewhere what was fetched and has been taken since; return how many deliveries.

    Raises Fault ``remote_failed``.
    """
    inbox = get_settings().inbox / council_id
    cleared = 0
    for record in sorted((inbox / _FETCHED).glob("fetched-*")):
        if (inbox / record.name).exists():
            continue
        folder, files = json.loads(record.read_text(encoding="utf-8"))
        with named_faults():
            _remove(place, folder, {tuple(file) for file in files})
        record.unlink()
        cleared += 1
    return cleared


def send(council_id: str, place: Place) -> int:
    """Copy what is new in the council's local outbox to its own; return how many files. Raises ``remote_failed``."""
    outbox = get_settings().outbox / council_id
    known = outbox / _SENT
    sent: dict[str, str] = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    count = 0
    for file in sorted(outbox.glob("[!.]*")):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if sent.get(file.name) == digest:
            continue
        with named_faults():
            _put(place, file)
        sent[file.name] = digest
        replace_private(known, json.dumps(sent))
        count += 1
    return count


def _fetched_files(inbox: Path) -> set[tuple[str, int, str]]:
    """Return every file that was fetched and is still elsewhere: perhaps nobody here may remove it there."""
    records = (json.loads(path.read_text(encoding="utf-8")) for path in (inbox / _FETCHED).glob("fetched-*"))
    return {tuple(file) for _, files in records for file in files}


def _look(place: Place, fetched: set[tuple[str, int, str]]) -> Iterator[tuple[_Waiting, bool]]:
    """Yield each delivery and whether it has wholly arrived, as ``arrival.look`` does for what is here."""
    entries = _list(place, place.path)
    for folder in sorted(entry["name"] for entry in entries if entry["type"] == "directory"):
        inside = _list(place, folder)
        names = {_name(entry) for entry in inside}
        is_whole = MARKER in names and not any(is_unfinished(name) for name in names)
        yield _waiting(folder, inside), is_whole or (MARKER in names and _is_given_up(inside))
    loose = [e for e in entries if e["type"] == "file" and _signed(e) not in fetched]
    if loose:
        is_whole = all(_has_settled(e, SETTLED_AFTER_SECONDS) and not is_unfinished(_name(e)) for e in loose)
        yield _waiting("", loose), is_whole or _is_given_up(loose)


def _is_given_up(entries: list[dict[str, Any]]) -> bool:
    """Whether an upload was broken off and will never be whole: it is fetched, so that the door says so."""
    told = all(any(entry.get(name) for name in _TIMES) for entry in entries)
    return told and all(_has_settled(entry, GIVEN_UP_AFTER_SECONDS) for entry in entries)


def _list(place: Place, path: str) -> list[dict[str, Any]]:
    """Return what is in a folder there; nothing when it has gone."""
    place.files.invalidate_cache()
    if path != place.path and not place.files.exists(path):
        return []
    found = place.files.ls(path, detail=True)
    return [e for e in found if e["name"].rstrip("/") != path.rstrip("/") and not _name(e).startswith(".")]


def _name(entry: dict[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]


def _waiting(folder: str, entries: list[dict[str, Any]]) -> _Waiting:
    return _Waiting(folder, tuple(sorted(_signed(entry) for entry in entries)))


def _signed(entry: dict[str, Any]) -> tuple[str, int, str]:
    return entry["name"], int(entry["size"] or 0), _stamp(entry)


def _stamp(entry: dict[str, Any]) -> str:
    return next((str(entry[name]) for name in _STAMPS if entry.get(name)), "")


def _has_settled(entry: dict[str, Any], after: float) -> bool:
    """Whether nobody wrote to it for so long, where the storage says when: others show a file once it is whole."""
    changed = next((entry[name] for name in _TIMES if entry.get(name)), None)
    if isinstance(changed, datetime):
        changed = changed.replace(tzinfo=changed.tzinfo or UTC).timestamp()
    if not isinstance(changed, int | float):
        return True
    return abs(datetime.now(UTC).timestamp() - changed) >= after


def _copy(place: Place, waiting: _Waiting, inbox: Path) -> bool:
    """Copy a delivery so that it appears at once; False, and nothing appears, when it is not whole after all."""
    working = inbox / _FETCHING
    shutil.rmtree(working, ignore_errors=True)  # of a run that was killed
    working.mkdir(mode=0o700)
    try:
        for name, size, _ in waiting.files:
            _get(place, name, size, working / name.rsplit("/", 1)[-1])
        if waiting != _again(place, waiting):
            return False
        marker = working / MARKER
        if not waiting.folder and not marker.exists():
            (working / WHOLE).touch()
        statement = read_statement(marker) if marker.exists() else None
        if statement and not set(statement.files) <= {path.name for path in working.iterdir()}:
            return False
        working.rename(inbox / waiting.token)
        return True
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _get(place: Place, name: str, size: int, path: Path) -> None:
    if place.files.isdir(name):
        path.mkdir()  # no delivery holds a folder: the door says so
        return
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    place.files.get_file(name, str(path))
    if path.stat().st_size != size:
        raise OSError


def _again(place: Place, waiting: _Waiting) -> _Waiting:
    entries = _list(place, waiting.folder or place.path)
    names = {name for name, _, _ in waiting.files}
    return _waiting(waiting.folder, [e for e in entries if waiting.folder or e["name"] in names])


def _remove(place: Place, folder: str, files: set[tuple[str, int, str]]) -> None:
    """Remove each file that is still what was copied. The marker goes first: what is left is no whole delivery."""
    there = _list(place, folder or place.path)
    same = [e["name"] for e in there if e["type"] == "file" and _signed(e) in files]
    for name in sorted(same, key=lambda name: not name.endswith(f"/{MARKER}")):
        place.files.rm_file(name)
    if folder and len(same) == len(there) and place.files.exists(folder):  # a storage of objects has no folders
        place.files.rmdir(folder)


def _put(place: Place, file: Path) -> None:
    """Put a file there under its name only once it is whole."""
    place.files.makedirs(place.path, exist_ok=True)
    whole = f"{place.path}/{file.name}"
    unfinished = f"{whole}.part"
    place.files.put_file(str(file), unfinished)
    place.files.mv(unfinished, whole)
