"""What is in a council's inbox, and which of it has wholly arrived."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from socialcare.settings import get_settings

MARKER = "delivery.json"
#: A loose file has arrived when it has not changed for this long.
SETTLED_AFTER_SECONDS = 60
_LARGEST_MARKER = 64 * 1024
_MOST_FILES = 100


class NotPlainError(Exception):
    """What should be a file of the inbox is a link, a folder or a pipe, or has gone."""


class Statement(BaseModel):
    """What a delivery says of itself in ``delivery.json``, written last."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    as_of_date: date
    collection_year: int
    synthetic: bool = False


@dataclass(frozen=True)
class Delivery:
    """One delivery that has wholly arrived. ``problem`` names what is wrong with all of it, or is empty."""

    council_id: str
    place: Path
    files: tuple[Path, ...]
    statement: Statement | None = None
    is_loose: bool = False
    problem: str = ""

    @property
    def is_synthetic(self) -> bool:
        if self.statement:
            return self.statement.synthetic
        return bool(self.files) and all("SYNTHETIC" in file.name for file in self.files)

    def stamps(self) -> list[tuple[int, int, int]]:
        """Return what changes when a file is written to: it is read twice, and must be the same both times."""
        found = (file.lstat() for file in self.files)
        return [(stamp.st_ino, stamp.st_size, stamp.st_mtime_ns) for stamp in found]


@dataclass(frozen=True)
class Inbox:
    """The deliveries to take in, oldest first, and how many are still arriving."""

    whole: tuple[Delivery, ...]
    arriving: int


def look(council_id: str, *, settled_after: float = SETTLED_AFTER_SECONDS) -> Inbox:
    """Look into ``<home>/inbox/<council>``. Never follows a link, never reads a file of the council."""
    inbox = get_settings().inbox / council_id
    if not inbox.is_dir():
        return Inbox((), 0)
    entries = sorted(entry for entry in inbox.iterdir() if not entry.name.startswith("."))
    folders = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    loose = tuple(entry for entry in entries if entry not in folders)
    whole = [_folder(council_id, folder) for folder in folders if (folder / MARKER).exists()]
    arriving = len(folders) - len(whole)
    if loose and all(_has_settled(file, settled_after) for file in loose):
        whole.append(_delivery(council_id, inbox, loose, None, is_loose=True))
    elif loose:
        arriving += 1
    whole.sort(key=lambda d: (d.statement.as_of_date if d.statement else date.max, d.place.name))
    return Inbox(tuple(whole), arriving)


def _folder(council_id: str, folder: Path) -> Delivery:
    files = tuple(sorted(entry for entry in folder.iterdir() if entry.name != MARKER))
    marker = folder / MARKER
    statement = None
    try:
        with open_plain(marker) as file:
            stated = file.read(_LARGEST_MARKER + 1)
        if len(stated) <= _LARGEST_MARKER:
            statement = Statement.model_validate_json(stated)
    except (NotPlainError, ValidationError):
        statement = None  # the delivery is rejected by name; pydantic's words could repeat a value
    return _delivery(council_id, folder, files, statement, is_loose=False)


def _delivery(
    council_id: str, place: Path, files: tuple[Path, ...], statement: Statement | None, *, is_loose: bool
) -> Delivery:
    problem = ""
    if statement is None and not is_loose:
        problem = "marker_invalid"
    elif not files:
        problem = "no_files"
    elif len(files) > _MOST_FILES:
        problem = "too_many_files"
    elif not all(_is_plain(file) for file in files):
        problem = "not_a_plain_file"
    return Delivery(council_id, place, files, statement, is_loose, problem)


def open_plain(path: Path) -> BinaryIO:
    """Open a file of the inbox, and nothing else, even if it was swapped since it was looked at.

    Raises NotPlainError.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)  # no wait for a pipe
    except OSError:
        raise NotPlainError from None
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise NotPlainError
    return os.fdopen(opened, "rb")


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _has_settled(file: Path, settled_after: float) -> bool:
    return time.time() - file.lstat().st_mtime >= settled_after
