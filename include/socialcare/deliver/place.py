"""Where the sets of extracts lie, and how one takes another's place: whole, or not at all."""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialcare.settings import get_settings

STALE = "STALE.txt"
NOTES = "NOTES.txt"
CURRENT = "current"


def extracts_folder() -> Path:
    """Return the folder of all sets, made if need be."""
    folder = get_settings().extracts
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def delivered_version() -> int | None:
    """Return the version that consumers see, or None when nothing was ever delivered."""
    link = get_settings().extracts / CURRENT
    found = re.fullmatch(r"v(\d+)", link.readlink().name) if link.is_symlink() else None
    return int(found[1]) if found else None


def delivered_set() -> Path | None:
    """Return the folder of the set that consumers see, or None."""
    link = get_settings().extracts / CURRENT
    return link.resolve() if link.is_dir() else None


def mark_stale(reason: str) -> None:
    """Say beside the delivered set why it is older than it should be. The set's own bytes do not change."""
    folder = extracts_folder()
    seen = delivered_version()
    which = f"These files are version {seen}." if seen is not None else "No files have been delivered yet."
    text = (
        f"STALE since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n{reason.strip()}\n{which} They are whole and "
        "passed their checks when delivered. This note goes away with the next good delivery.\n"
    )
    _put(folder / STALE, text)


def clear_stale() -> None:
    """Take the note away: a good set was delivered."""
    (get_settings().extracts / STALE).unlink(missing_ok=True)


def keep_notes(sources: Sequence[Mapping[str, Any]]) -> None:
    """Say beside the set which sources stand at an earlier release; without such a source there is no note.

    A night in which a source failed may leave the version, and so the set, as it was: only this note tells.
    """
    note = extracts_folder() / NOTES
    kept = [row for row in sources if row["state"] == "kept_last_good"]
    if not kept:
        note.unlink(missing_ok=True)
        return
    lines = [f"- {row['source_id']}: {row.get('message') or 'no reason was given'}" for row in kept]
    _put(
        note,
        f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. The newest attempt failed for what is listed here; the files "
        "hold the last\ngood release or delivery of it. All else is up to date.\n" + "\n".join(lines) + "\n",
    )


def _put(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one delivery at a time into ``folder``; the next waits. The lock goes with its process."""
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def emptied(workshop: Path) -> Iterator[Path]:
    """Give an empty folder beside the final one, so that a rename is atomic; leave nothing behind."""
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(mode=0o700)
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def holds(final: Path, about: Mapping[str, Any], shape: int) -> bool:
    """Return whether this very version lies there whole: its manifest is written last and says when it was built.

    A warehouse made anew counts its versions from 1 again: the number alone proves nothing. ``shape`` is that of the
    manifests: sets that an earlier platform wrote hold less.
    """
    manifest = final / "manifest.json"
    if not manifest.is_file():
        return False
    lies_there = json.loads(manifest.read_text())
    found = (lies_there.get("format"), lies_there["version"], lies_there["built_at"])
    return bool(found == (shape, about["version_id"], str(about["built_at"])))


def make_room(final: Path) -> None:
    """Free the name for a new set; a consumer of the old one keeps a whole set meanwhile."""
    if final.exists() and delivered_version() == int(final.name[1:]):
        aside = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
        aside.mkdir(mode=0o700)  # nobody passes through until each council's folder has its own mode
        shutil.copytree(final, aside, dirs_exist_ok=True)
        point_at(aside)
    shutil.rmtree(final, ignore_errors=True)


def point_at(final: Path) -> None:
    """Let consumers see ``final``: one rename of a link."""
    link = final.parent / CURRENT
    if link.is_symlink() and link.readlink() == Path(final.name):
        return
    temporary = final.parent / f".{CURRENT}.{secrets.token_hex(4)}"
    temporary.symlink_to(final.name)
    temporary.replace(link)


def remove_old_sets(*, keep: int) -> None:
    """Keep the newest ``keep`` sets, and the one that consumers see."""
    folder = get_settings().extracts
    found = sorted((int(match[1]), path) for path in folder.iterdir() if (match := re.fullmatch(r"v(\d+)", path.name)))
    for number, path in found[:-keep]:
        if number != delivered_version():
            shutil.rmtree(path)
    for path in folder.glob(".v*"):  # set aside by make_room
        shutil.rmtree(path)
