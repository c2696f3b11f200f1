"""Backups go when their time is over: an erased child is in those that were made before."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from socialcare.credentials import replace_private
from socialcare.database import connect
from socialcare.settings import get_settings


def remember_place(to: Path) -> None:
    """Note the folder in which a backup is made: what is past its time there is removed."""
    places = _places()
    if to.resolve() not in places:
        replace_private(_note(), "".join(f"{place}\n" for place in sorted({*places, to.resolve()})))


def remove_expired(now: datetime) -> int:
    """Remove the backups that are older than ``keep_backup_days``; return how many. Copies elsewhere are not known."""
    before = now - timedelta(days=get_settings().keep_backup_days)
    old = [folder for place in _places() for folder in sorted(place.glob("socialcare-*")) if _is_older(folder, before)]
    for folder in old:
        shutil.rmtree(folder)
    if old:
        with connect("loader") as connection:
            connection.execute(
                "insert into door.destructions (council_id, what, how_many, older_than)"
                " values ('all', 'backups', %s, %s)",
                [len(old), before],
            )
    return len(old)


def _is_older(folder: Path, before: datetime) -> bool:
    try:
        return datetime.fromisoformat(json.loads((folder / "manifest.json").read_text())["made_at"]) < before
    except (OSError, ValueError, LookupError, TypeError):
        return False  # not a backup of ours, or damaged: nothing is removed that cannot be told


def _places() -> set[Path]:
    return {Path(line) for line in _note().read_text().splitlines()} if _note().exists() else set()


def _note() -> Path:
    return get_settings().home / "backup-places"
