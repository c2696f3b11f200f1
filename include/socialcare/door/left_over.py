"""What a run that was killed leaves lying about, and removing it: some of it is in the clear.

Everything here is for whoever has the council's lock (``records.lock``), so that nobody still works on it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import replace

import psycopg

from socialcare.door.arrival import Delivery
from socialcare.settings import get_settings

#: A delivery that is taken in has this name for the moment in which it is removed; no look sees it.
_TAKEN = ".taken-"


def remove(council_id: str) -> None:
    """Remove half-written originals, copies of their keys, unpacked files, half-written receipts, taken deliveries."""
    settings = get_settings()
    for folder, names in (
        (settings.home / "door" / "taken" / council_id, ".*"),
        (settings.secrets / "originals", f".{council_id}-*"),
        (settings.home / "door" / "unpacked", council_id),
        (settings.outbox / council_id, ".receipt-*"),
        (settings.outbox / council_id, ".due-*"),
        (settings.inbox / council_id, f"{_TAKEN}*"),
    ):
        for left in folder.glob(names):
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def note_loose(connection: psycopg.Connection, delivery: Delivery) -> None:
    """Note which loose files are taken in, with the rest of what is known of their delivery."""
    for stamp in delivery.stamps() if delivery.is_loose else ():
        connection.execute(
            "insert into door.still_in_inbox (council_id, inode, bytes, changed_ns) values (%s, %s, %s, %s)",
            [delivery.council_id, *stamp],
        )


def forget_loose(connection: psycopg.Connection, council_id: str) -> set[tuple[int, ...]]:
    """Forget which loose files are taken in, once they are gone; return their stamps."""
    statement = "delete from door.still_in_inbox where council_id = %s returning inode, bytes, changed_ns"
    return set(connection.execute(statement, [council_id]))


def without_taken(connection: psycopg.Connection, delivery: Delivery) -> Delivery:
    """Return the delivery without loose files that a killed run had taken in, which are removed now."""
    if not delivery.is_loose:
        return delivery
    noted = forget_loose(connection, delivery.council_id)
    stamped = list(zip(delivery.files, delivery.stamps(), strict=True)) if noted else []
    for file in (file for file, stamp in stamped if stamp in noted):
        file.unlink()
    return replace(delivery, files=tuple(file for file, stamp in stamped if stamp not in noted)) if noted else delivery


def empty_inbox(delivery: Delivery, stamps: list[tuple[int, int, int]]) -> None:
    """Remove a delivery from the inbox: a folder at once, loose files one by one.

    What was written to since it was taken in stays: the next look takes it for another delivery.
    """
    if delivery.is_loose:
        for file, stamp in zip(delivery.files, stamps, strict=True):
            if os.path.lexists(file) and replace(delivery, files=(file,)).stamps() == [stamp]:
                file.unlink()
        return
    if delivery.stamps() != stamps or not delivery.is_as_seen():
        return
    hidden = delivery.place.with_name(f"{_TAKEN}{secrets.token_hex(8)}")
    delivery.place.rename(hidden)
    shutil.rmtree(hidden)
