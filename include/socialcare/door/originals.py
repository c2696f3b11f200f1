"""The originals, encrypted with age: kept for the agreed time, then destroyed by destroying their keys.

Each file of a delivery is one age file to an X25519 key of its own: none opens in the place of another. ``0.age``
says what was sent under which names, and whose original it is. A delivery's keys are one file under
``secrets/originals``, in the order of its files, apart from the data under ``door/taken`` and never in a backup. By
hand: ``age --decrypt --identity <that file> 1.age``. (The first platform that ever ran has this format: there is no
older one to read.)
"""

from __future__ import annotations

import io
import os
import queue
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import psycopg
import pyrage  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field

from socialcare.credentials import replace_private
from socialcare.database import connect
from socialcare.door.arrival import Delivery, Statement, shown
from socialcare.errors import Fault
from socialcare.settings import get_settings

#: Chunks that wait to be encrypted: what is read ahead stays in memory.
_WAITING = 2
_CHUNK = 1 << 20
_KEY = "AGE-SECRET-KEY-"


class Sent(BaseModel):
    """What a delivery was beside the bytes of its files: names may identify, so it is kept as they are."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    original: str = ""
    names: tuple[str, ...] = Field(default=(), repr=False)
    statement: Statement | None = None
    problem: str = ""

    @staticmethod
    def of(delivery: Delivery) -> Sent:
        """Return what is to be kept of a delivery."""
        names = tuple(shown(file) for file in delivery.files)
        return Sent(names=names, statement=delivery.statement, problem=delivery.problem)


class Original:
    """The original of one delivery while it is being read: nothing is kept until ``keep`` is called."""

    def __init__(self, council_id: str) -> None:
        self._place = _taken() / council_id
        self._keys = [pyrage.x25519.Identity.generate()]
        self._opened = working_folder(council_id)

    def __enter__(self) -> Original:
        self._working = self._opened.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._opened.__exit__(None, None, None)

    def new_file(self) -> EncryptedFile:
        """Return a writer for the delivery's next file."""
        self._keys.append(pyrage.x25519.Identity.generate())
        return EncryptedFile(self._working / f"{len(self._keys) - 1}.age", self._keys[-1])

    def replace_file(self, number: int, plain: Path) -> None:
        """Put other bytes in the place of file ``number`` (from 1), under a key of their own."""
        (self._working / f"{number}.age").unlink()
        self._keys[number] = pyrage.x25519.Identity.generate()
        with plain.open("rb") as read, EncryptedFile(self._working / f"{number}.age", self._keys[number]) as file:
            while chunk := read.read(_CHUNK):
                file.write(chunk)

    def keep(self, content_sha256: str, sent: Sent) -> str:
        """Put the original in its place; return its name. A run that was killed after this may do it again."""
        return self.keep_as(f"{self._place.name}/{content_sha256[:32]}", sent)

    def keep_as(self, name: str, sent: Sent) -> str:
        """Put the original in the place of that name; what is there already is replaced."""
        kept = _taken() / name
        with EncryptedFile(self._working / "0.age", self._keys[0]) as file:
            file.write(sent.model_copy(update={"original": name}).model_dump_json().encode())
        shutil.rmtree(kept, ignore_errors=True)
        replace_private(_key_file(name), "".join(f"{key}\n" for key in self._keys))
        self._working.rename(kept)
        return name


class EncryptedFile:
    """Writes one age file, chunk by chunk; ``with`` it, so that its end is sealed.

    The library asks for bytes and is not given them, so it runs beside the writer.
    """

    def __init__(self, path: Path, key: pyrage.x25519.Identity) -> None:
        self._chunks: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._rest = memoryview(b"")
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._pool = ThreadPoolExecutor(1)
        self._sealed = self._pool.submit(self._encrypt, key.to_public())

    def __enter__(self) -> EncryptedFile:
        return self

    def __exit__(self, *problem: object) -> None:
        """Seal the end. Raises Fault ``original_not_kept``."""
        self._chunks.put(b"")
        self._pool.shutdown()
        self._file.close()
        if self._sealed.exception() and not any(problem):
            raise Fault(
                "original_not_kept",
                "The encrypted original could not be written, so nothing of the delivery was taken in.",
                where=str(_taken()),
                remedy="look for free space there; the delivery waits in the inbox.",
                retryable=True,
            )

    def write(self, chunk: bytes) -> None:
        """Encrypt and write one chunk."""
        if chunk:
            self._chunks.put(chunk)

    def read(self, size: int) -> bytes:
        """Give the library what comes next: nothing at the end."""
        if not self._rest:
            self._rest = memoryview(self._chunks.get())
        given, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return given

    def _encrypt(self, recipient: pyrage.x25519.Recipient) -> None:
        try:
            pyrage.encrypt_io(self, self._file, [recipient])
            self._file.flush()
        except BaseException:
            while self._chunks.get():  # the writer must not wait for room that nobody makes
                pass
            raise


def decrypt(original: str, number: int, to: BinaryIO) -> None:
    """Write file ``number`` (from 1) of an original to ``to``, of which nothing counts when this fails.

    Raises Fault ``original_destroyed`` when its key is gone, ``original_damaged`` when the bytes were changed or cut,
    or are those of another file or another delivery.
    """
    _decrypt(original, number, to)
    sent(original)


def sent(original: str) -> Sent:
    """Return what was sent, beside the bytes. Raises as ``decrypt`` does."""
    said = io.BytesIO()
    _decrypt(original, 0, said)
    found = Sent.model_validate_json(said.getvalue())
    if found.original != original:
        raise _damaged()
    return found


def _decrypt(original: str, number: int, to: BinaryIO) -> None:
    try:
        keys = [line for line in _key_file(original).read_text().splitlines() if line.startswith(_KEY)]
    except FileNotFoundError:
        raise Fault("original_destroyed", "The key of this original was destroyed: nobody can read it again.") from None
    try:
        with (_taken() / original / f"{number}.age").open("rb") as file:
            pyrage.decrypt_io(file, to, [pyrage.x25519.Identity.from_str(keys[number])])
    except (pyrage.DecryptError, pyrage.IdentityError, FileNotFoundError, IndexError):
        raise _damaged() from None
    except OSError as error:
        if error.errno:  # of writing, not of what was read
            raise
        raise _damaged() from None


def _damaged() -> Fault:
    return Fault("original_damaged", "The encrypted original was changed, cut short or put in another's place.")


def destroy_expired(today: date | None = None) -> int:
    """Destroy every original whose agreed time is over: key first, then the data. Return how many.

    One that came again, word for word, is kept as long as the last of its deliveries.
    """
    today = today or datetime.now(UTC).date()
    with connect("loader") as connection:
        due = connection.execute(
            "select delivery_id, original from door.originals o where destroyed_at is null and keep_until < %s"
            " and not exists (select 1 from door.originals again where again.original = o.original"
            " and again.destroyed_at is null and again.keep_until >= %s) for update",
            [today, today],
        ).fetchall()
        for delivery_id, original in due:
            destroy(original)
            connection.execute("update door.originals set destroyed_at = now() where delivery_id = %s", [delivery_id])
    return len(due)


def destroy(original: str) -> None:
    """Destroy one original for good: key first, then the data."""
    _key_file(original).unlink(missing_ok=True)
    shutil.rmtree(_taken() / original, ignore_errors=True)


def destroy_orphans(connection: psycopg.Connection, council_id: str, before: datetime) -> int:
    """Destroy what no delivery refers to, if it was kept before that time. For whoever has the council's lock.

    Its run failed after it was kept, or the warehouse was restored from a backup that is older.
    """
    known = {name for (name,) in connection.execute("select original from door.originals")}
    old = [f for f in (_taken() / council_id).glob("[!.]*") if f.stat().st_mtime < before.timestamp()]
    orphans = [name for name in (f"{council_id}/{folder.name}" for folder in old) if name not in known]
    for name in orphans:
        destroy(name)
    return len(orphans)


@contextmanager
def working_folder(council_id: str) -> Iterator[Path]:
    """Have a folder that only its owner may enter; killed meanwhile, ``left_over.remove`` finds it."""
    folder = _taken() / council_id / f".{secrets.token_hex(8)}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken() -> Path:
    return get_settings().home / "door" / "taken"


def _key_file(original: str) -> Path:
    return get_settings().secrets / "originals" / original.replace("/", "-")
