"""The originals, encrypted: kept for the agreed time, then destroyed by destroying their key.

AES-256-GCM in chunks, one key per delivery. Everything is bound to its place: a chunk to its number and its file,
a delivery's key to its council and content, which are known only when all is read. Keys are under
``secrets/originals``, apart from the data under ``door/taken`` and never in a backup of it. (Issue 4 moves this to
the age format.)
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from socialcare.credentials import replace_private
from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.settings import get_settings

_MAGIC = b"SCO1"
_KEY, _NONCE = 32, 12
_PREFIX = 7  # nonce = prefix, number of the chunk (4 bytes), 1 for the last chunk


class Original:
    """The original of one delivery while it is being read: nothing is kept until ``keep`` is called."""

    def __init__(self, council_id: str) -> None:
        self._place = _taken() / council_id
        self._key = AESGCM.generate_key(bit_length=256)
        self._working = self._place / f".{secrets.token_hex(8)}"
        self._count = 0

    def __enter__(self) -> Original:
        for left_over in self._place.glob(".*"):  # of a run that was killed
            shutil.rmtree(left_over)
        self._working.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(self, *problem: object) -> None:
        shutil.rmtree(self._working, ignore_errors=True)

    def new_file(self) -> EncryptedFile:
        """Return a writer for the delivery's next file."""
        self._count += 1
        return EncryptedFile(self._working / f"{self._count}.enc", self._key, self._count)

    def keep(self, content_sha256: str) -> str:
        """Put the original in its place; return its name. A run that was killed after this may do it again."""
        name = f"{self._place.name}/{content_sha256[:32]}"
        kept = _taken() / name
        replace_private(_key_file(name), _bound_key(self._key, name))
        shutil.rmtree(kept, ignore_errors=True)
        self._working.rename(kept)
        return name


class EncryptedFile:
    """Writes one file, chunk by chunk; ``with`` it, so that its end is sealed."""

    def __init__(self, path: Path, key: bytes, number: int) -> None:
        self._place = _place_of(number)
        self._cipher, self._prefix, self._number = AESGCM(key), secrets.token_bytes(_PREFIX), 0
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._file.write(_MAGIC + self._prefix)

    def __enter__(self) -> EncryptedFile:
        return self

    def __exit__(self, *problem: object) -> None:
        self._seal(b"", last=True)
        self._file.close()

    def write(self, chunk: bytes) -> None:
        """Encrypt and write one chunk."""
        self._seal(chunk, last=False)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        nonce = self._prefix + self._number.to_bytes(4, "big") + bytes([last])
        sealed = self._cipher.encrypt(nonce, chunk, self._place)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def read(original: str, number: int) -> Iterator[bytes]:
    """Yield the bytes of file ``number`` (from 1) of an original.

    Raises Fault ``original_destroyed`` when its key is gone, ``original_damaged`` when the bytes were
    changed, or are those of another file or another delivery.
    """
    key_file = _key_file(original)
    if not key_file.exists():
        raise Fault("original_destroyed", "The key of this original was destroyed: nobody can read it again.")
    cipher, place = AESGCM(_unbound_key(key_file.read_text(), original)), _place_of(number)
    with (_taken() / original / f"{number}.enc").open("rb") as file:
        prefix = file.read(len(_MAGIC) + _PREFIX)[len(_MAGIC) :]
        position = 0
        while size := file.read(4):
            sealed = file.read(int.from_bytes(size, "big"))
            last = len(sealed) == 16
            nonce = prefix + position.to_bytes(4, "big") + bytes([last])
            try:
                chunk = cipher.decrypt(nonce, sealed, place)
            except InvalidTag:
                raise _damaged() from None
            yield chunk
            position += 1
            if last:
                return
    raise _damaged()


def _place_of(number: int) -> bytes:
    return f"file {number}".encode()


def _bound_key(key: bytes, original: str) -> str:
    """Seal a delivery's key, so that it opens only as the key of that original."""
    outer = AESGCM.generate_key(bit_length=256)
    nonce = secrets.token_bytes(_NONCE)
    return (outer + nonce + AESGCM(outer).encrypt(nonce, key, original.encode())).hex()


def _unbound_key(text: str, original: str) -> bytes:
    try:
        kept = bytes.fromhex(text.strip())
        outer, nonce, sealed = kept[:_KEY], kept[_KEY : _KEY + _NONCE], kept[_KEY + _NONCE :]
        return AESGCM(outer).decrypt(nonce, sealed, original.encode())
    except (InvalidTag, ValueError):
        raise _damaged() from None


def _damaged() -> Fault:
    return Fault("original_damaged", "The encrypted original was changed, cut short or put in another's place.")


def destroy_expired(today: date | None = None) -> int:
    """Destroy every original whose agreed time is over: key first, then the data. Return how many."""
    with connect("loader") as connection:
        due = connection.execute(
            "select delivery_id, original from door.originals "
            "where destroyed_at is null and keep_until < %s for update",
            [today or datetime.now(UTC).date()],
        ).fetchall()
        for delivery_id, original in due:
            _key_file(original).unlink(missing_ok=True)
            shutil.rmtree(_taken() / original, ignore_errors=True)
            connection.execute("update door.originals set destroyed_at = now() where delivery_id = %s", [delivery_id])
    return len(due)


def _taken() -> Path:
    return get_settings().home / "door" / "taken"


def _key_file(original: str) -> Path:
    return get_settings().secrets / "originals" / original.replace("/", "-")
