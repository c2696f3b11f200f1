"""The archive: every file ever fetched, unchanged, under its own sha256."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

from socialcare.errors import Fault
from socialcare.settings import get_settings


def put(content: bytes, *, name: str, url: str, source_id: str, release: str) -> str:
    """Keep ``content`` and a manifest of where it came from; return its sha256 (hex). Safe to repeat."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    manifest = {
        "url": url,
        "file_name": name,
        "bytes": len(content),
        "source": source_id,
        "release": release,
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    _write(path.with_suffix(".json"), (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode())
    _write(path, content)  # last: a file in the archive always has its manifest
    return sha256


def get(sha256: str) -> bytes:
    """Return archived bytes. Raises Fault ``archive_damaged`` where they are gone or no longer match."""
    path = path_of(sha256)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Fault(
            "archive_damaged",
            "An archived file is missing or was changed.",
            where=str(path),
            remedy="restore the archive from a backup (docs/operate.md).",
        )
    return content


def path_of(sha256: str) -> Path:
    """Return where the file with this sha256 is kept."""
    return get_settings().archive / sha256[:2] / sha256


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_bytes(content)
    temporary.replace(path)
