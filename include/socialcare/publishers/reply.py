"""What the sample server answers with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """What a publisher was asked: the address below its own base, and the body of a POST."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Reply:
    """An HTTP answer; Content-Length is added unless a header already says it.

    ``pause`` is how many seconds to fall silent before each further one of ``pieces`` of the body.
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    pieces: int = 2


def as_json(value: Any) -> Reply:
    """Return JSON, as the content APIs do: cacheable for five minutes, without an ETag."""
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "max-age=300, public"}
    return Reply(json.dumps(value).encode(), headers=headers)


def as_file(body: bytes, name: str, kind: str, *, modified: str) -> Reply:
    """Return a file with an ETag and Last-Modified, as EES content files and GOV.UK assets have."""
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"',
        "Last-Modified": modified,
        "Accept-Ranges": "bytes",
    }
    return Reply(body, headers=headers)


def gone() -> Reply:
    return Reply(b'{"title":"Not Found","status":404}', 404, {"Content-Type": "application/json"})
