"""Backups go when their time is over: an erased child is in those that were made before."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from socialcare.credentials import replace_private
from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.settings import get_settings

#: A backup while it is written, a whole one, and one that is being removed: nobody may take that for a whole one.
_UNFINISHED, _WHOLE, _EXPIRED = ".backup-", "socialcare-", ".expired-"
_DUMP, _MANIFEST = "warehouse.dump", "manifest.json"
_NAMED = f"{_WHOLE}%Y%m%dT%H%M%S.%fZ"


@contextmanager
def workshop(to: Path) -> Iterator[Path]:
    """Have a new folder to write a backup in. It is locked meanwhile: one that nobody locks, a killed run left."""
    folder, opened = _new_locked(to)
    try:
        yield folder
    finally:
        os.close(opened)
        shutil.rmtree(folder, ignore_errors=True)


def _new_locked(to: Path) -> tuple[Path, int]:
    """Make a folder and lock it. One that was taken for left over before the lock was on it is made again."""
    while True:
        folder = to / f"{_UNFINISHED}{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        try:
            opened = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(opened, fcntl.LOCK_EX)
        if folder.exists():
            return folder, opened
        os.close(opened)


def name_of(made_at: datetime) -> str:
    """Return what a backup of that moment is called."""
    return f"{made_at:{_NAMED}}"


def remember_place(to: Path) -> None:
    """Note the folder in which a backup is made: what is past its time there is removed."""
    places = _places()
    if to.resolve() not in places:
        replace_private(_note(), "".join(f"{place}\n" for place in sorted({*places, to.resolve()})))


def remove_expired(now: datetime) -> int:
    """Remove the backups that are older than ``keep_backup_days``, and what killed runs left; return how many.

    Copies elsewhere are not known. Raises Fault ``backup_not_removed`` once every other one is gone.
    """
    before = now - timedelta(days=get_settings().keep_backup_days)
    removed, failed = 0, list[tuple[Path, OSError]]()
    for place in sorted(_places()):
        try:
            due = [folder for folder in sorted(place.iterdir()) if _is_due(folder, before)] if place.exists() else []
        except OSError as error:
            failed.append((place, error))
            continue
        for folder in due:
            try:
                removed += _remove(folder)
            except OSError as error:
                failed.append((folder, error))
    if removed:
        with connect("loader") as connection:
            connection.execute(
                "insert into door.destructions (council_id, what, how_many, older_than)"
                " values ('all', 'backups', %s, %s)",
                [removed, before],
            )
    if failed:
        raise Fault(
            "backup_not_removed",
            "Backups whose time is over are still there: "
            + "; ".join(f"{path} ({error.strerror or type(error).__name__})" for path, error in failed),
            remedy="remove them by hand, or mend the rights on their folders; they hold children's rows.",
        )
    return removed


def _is_due(folder: Path, before: datetime) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    is_whole = folder.name.startswith(_WHOLE)
    return _is_older(folder, before) if is_whole else folder.name.startswith((_UNFINISHED, _EXPIRED))


def _is_older(folder: Path, before: datetime) -> bool:
    made_at = _made_at(folder)
    return made_at is not None and made_at < before


def _made_at(folder: Path) -> datetime | None:
    """Return when a backup was made: as it says itself or, if that is damaged, as its name says."""
    try:
        return datetime.fromisoformat(json.loads((folder / _MANIFEST).read_text())["made_at"])
    except (OSError, ValueError, LookupError, TypeError):
        return _in_name(folder.name) if (folder / _DUMP).exists() else None


def _in_name(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None


def _remove(folder: Path) -> bool:
    """Give it another name first: killed half-way, nothing is left that looks whole, and the next run ends it.

    Whoever still writes an unfinished one has its lock: it stays.
    """
    if folder.name.startswith(_EXPIRED):
        shutil.rmtree(folder)
        return True
    expired = folder.with_name(f"{_EXPIRED}{folder.name.lstrip('.')}")
    opened = os.open(folder, os.O_RDONLY)
    try:
        if folder.name.startswith(_UNFINISHED):
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.rename(expired)
    except BlockingIOError:
        return False
    finally:
        os.close(opened)
    shutil.rmtree(expired)
    return True


def _places() -> set[Path]:
    return {Path(line) for line in _note().read_text().splitlines()} if _note().exists() else set()


def _note() -> Path:
    return get_settings().home / "backup-places"
