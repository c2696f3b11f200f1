"""What the running platform says of itself, in ``<home>/run/state.json``: its keeper, its settings, its phase."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from socialcare.settings import get_settings

#: Said once, by the keeper; every later phase keeps them.
_LASTING = ("keeper", "token", "kind", "sources", "published")


def state_file() -> Path:
    return get_settings().home / "run" / "state.json"


def read_state() -> dict[str, Any]:
    """Return what a platform last said of itself; empty where none ever ran."""
    try:
        return dict(json.loads(state_file().read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def begin(kind: str, token: str) -> None:
    """Say, as the keeper, that a platform starts: for whom (``run`` or ``up``) and with which settings."""
    _write({"phase": "starting the database", "keeper": os.getpid(), "token": token, "kind": kind, **asked_sources()})


def say(phase: str, **more: Any) -> None:
    """Tell whoever follows which phase we are in."""
    before = read_state()
    _write({**{key: before[key] for key in _LASTING if key in before}, "phase": phase, **more})


def asked_sources() -> dict[str, str | None]:
    """Return where this process's settings say that published figures come from."""
    settings = get_settings()
    mirror = settings.published if settings.sources == "mirror" else None
    return {"sources": settings.sources, "published": str(mirror.resolve()) if mirror else None}


def _write(state: dict[str, Any]) -> None:
    path = state_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(state))
    temporary.replace(path)
