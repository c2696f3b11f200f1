"""What is in a council's inbox, and which of it has wholly arrived."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from socialcare.errors import Fault
from socialcare.settings import get_settings

MARKER = "delivery.json"
#: In a folder without a marker: whoever fetched it made sure that it is whole. Its files say their own day.
WHOLE = ".whole"
#: A loose file has arrived when it has not changed for this long.
SETTLED_AFTER_SECONDS = 60
#: What is unfinished and has not changed for this long never will be: the delivery is refused.
GIVEN_UP_AFTER_SECONDS = 24 * 3600
#: How programs name a file while they write it.
_UNFINISHED = (".filepart", ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".upload", ".writing")
_LARGEST_MARKER = 64 * 1024
_MOST_FILES = 100


class NotPlainError(Exception):
    """What should be a file of the inbox is a link, a folder or a pipe, or has gone."""


class Statement(BaseModel):
    """What a delivery says of itself in ``delivery.json``, written last."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    as_of_date: date
    collection_year: int = Field(ge=1900, le=2999)
    synthetic: bool = False
    files: tuple[str, ...] = Field(default=(), exclude=True, repr=False)
    """The names of its files, where it lists them: it has not arrived before each is there."""


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
        """Return what changes when a file is written to: it is read twice, and must be the same both times.

        Raises Fault ``delivery_changed`` when a file has gone since the look.
        """
        try:
            found = [file.lstat() for file in self.files]
        except FileNotFoundError:
            raise Fault("delivery_changed", "A file has gone since it was looked at.", retryable=True) from None
        return [(stamp.st_ino, stamp.st_size, stamp.st_mtime_ns) for stamp in found]

    def is_as_seen(self) -> bool:
        """Whether its folder holds these files and no other, and states what it stated: all of it will be removed."""
        if self.is_loose:
            return True
        files = {entry for entry in self.place.iterdir() if entry.name not in (MARKER, WHOLE)}
        return files == set(self.files) and read_statement(self.place / MARKER) == self.statement


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
    looks = [partial(_folder, council_id, folder) for folder in folders]
    if loose:
        looks.append(partial(_loose, council_id, inbox, loose, settled_after))
    found = [_unless_it_moves(see) for see in looks]
    whole = [delivery for delivery in found if delivery]
    whole.sort(key=lambda d: (d.statement.as_of_date if d.statement else date.max, d.place.name))
    return Inbox(tuple(whole), len(found) - len(whole))


def _unless_it_moves(see: Callable[[], Delivery | None]) -> Delivery | None:
    """Return the delivery; nothing when a file is renamed or taken away in that very moment."""
    try:
        return see()
    except FileNotFoundError:
        return None


def _loose(council_id: str, inbox: Path, loose: tuple[Path, ...], settled_after: float) -> Delivery | None:
    if not all(_has_settled(file, settled_after) for file in loose):
        return None
    if any(is_unfinished(file.name) for file in loose):
        return _given_up(Delivery(council_id, inbox, loose, is_loose=True, problem="upload_unfinished"))
    found = _delivery(council_id, inbox, loose, None, must_state=False)
    return replace(found, problem="no_files") if [file.name for file in loose] == [MARKER] else found


def _folder(council_id: str, folder: Path) -> Delivery | None:
    """Return the delivery in a folder, or nothing while it arrives."""
    present = {entry.name: entry for entry in sorted(folder.iterdir())}
    if MARKER not in present and WHOLE not in present:
        return None
    files = tuple(entry for name, entry in present.items() if name not in (MARKER, WHOLE))
    if MARKER not in present:
        found = _delivery(council_id, folder, files, None, must_state=False)
        broken_off = any(is_unfinished(name) for name in present)
        return replace(found, problem=found.problem or "upload_unfinished") if broken_off else found
    statement = read_statement(folder / MARKER)
    if any(is_unfinished(name) for name in present):
        return _given_up(Delivery(council_id, folder, files, statement, problem="upload_unfinished"))
    if statement and not set(statement.files) <= set(present):
        return _given_up(Delivery(council_id, folder, files, statement, problem="files_missing"))
    return _delivery(council_id, folder, files, statement, must_state=True)


def shown(file: Path) -> str:
    """Return the name of a file as text: bytes of it that are no UTF-8 are question marks."""
    return os.fsencode(file.name).decode(errors="replace").replace("\ufffd", "?")


def is_unfinished(name: str) -> bool:
    """Whether a program gives this name to a file that it still writes."""
    return name.lower().endswith(_UNFINISHED)


def _given_up(delivery: Delivery) -> Delivery | None:
    """Return a delivery that will never be whole; nothing while it still may."""
    there = [path for path in (delivery.place / MARKER, *delivery.files) if path.exists()]
    return delivery if all(_has_settled(path, GIVEN_UP_AFTER_SECONDS) for path in there) else None


def read_statement(marker: Path) -> Statement | None:
    """Return what a marker states, or nothing: the delivery is then rejected by name, without repeating any of it."""
    try:
        with open_plain(marker) as file:
            stated = file.read(_LARGEST_MARKER + 1)
        return Statement.model_validate_json(stated) if len(stated) <= _LARGEST_MARKER else None
    except (NotPlainError, ValidationError):
        return None


def _delivery(
    council_id: str, place: Path, files: tuple[Path, ...], statement: Statement | None, *, must_state: bool
) -> Delivery:
    problem = ""
    if statement is None and must_state:
        problem = "marker_invalid"
    elif not files:
        problem = "no_files"
    elif len(files) > _MOST_FILES:
        problem = "too_many_files"
    elif not all(_is_plain(file) for file in files):
        problem = "not_a_plain_file"
    is_loose = place == get_settings().inbox / council_id
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
    """Whether nobody wrote to it for so long. A clock that is ahead cannot be believed: this machine's own can."""
    now, stamp = time.time(), file.lstat()
    return now - (stamp.st_mtime if stamp.st_mtime <= now else stamp.st_ctime) >= settled_after
