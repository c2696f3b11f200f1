"""Passwords and keys: made once, kept in files only their owner may read, never in a URL or a command line."""

from __future__ import annotations

import secrets
from pathlib import Path

from socialcare.errors import Fault
from socialcare.settings import get_settings


def secret(name: str, *, nbytes: int = 32) -> str:
    """Return the secret called ``name``, making it on first use (hex text in ``<home>/secrets/<name>``)."""
    path = get_settings().secrets / name
    if not path.exists():
        write_private(path, secrets.token_hex(nbytes))
    return path.read_text().strip()


def kept_secret(name: str) -> str:
    """Return a secret that must be there: a new one in its place would be wrong. Raises Fault ``key_missing``."""
    path = get_settings().secrets / name
    if not path.exists():
        raise Fault(
            "key_missing",
            f"The key {name} is in use and not in the folder of secrets.",
            where=str(path.parent),
            remedy="put the secrets back from their own copy (docs/operate.md); a new key would not fit what is held.",
        )
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write ``text`` so that no one else can read it, whole or not at all; the first writer wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    temporary.write_text(text)
    try:
        path.hardlink_to(temporary)  # fails if it exists: two processes agree on one secret
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def replace_private(path: Path, text: str) -> None:
    """Like ``write_private``, but the last writer wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    temporary.write_text(text)
    temporary.replace(path)
