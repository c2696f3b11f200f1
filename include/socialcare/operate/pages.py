"""Serves the landing page and what it links to, on loopback, to whoever was given the address.

Every address begins with a secret, so that another account of the machine, or a page in somebody's browser, finds
nothing here. What councils alone may read is not served at all.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import mimetypes
import os
import shutil
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import psutil

from socialcare.credentials import secret
from socialcare.deliver.place import CURRENT
from socialcare.operate import handbook, landing, lineage
from socialcare.settings import get_settings

HOST = "127.0.0.1"
#: What a page from here may do: nothing beyond this address. dbt's page is one script, with its styles inside.
_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:; form-action 'none'; frame-ancestors 'none'"


def address() -> str | None:
    """Return the landing page's address, secret and all; None where it is not served."""
    with contextlib.suppress(OSError, ValueError, KeyError, psutil.NoSuchProcess):
        note = json.loads(_note().read_text())
        if "socialcare.operate.pages" in psutil.Process(int(note["pid"])).cmdline():
            return f"http://{HOST}:{int(note['port'])}/{_token()}/"
    return None


def _note() -> Path:
    return get_settings().home / "run" / "pages.json"


def _token() -> str:
    return secret("landing-page", nbytes=12)


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD below the secret; everything else is not there."""

    server_version = "socialcare"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *_: object) -> None:
        """Write nothing: the address holds the secret."""

    def _answer(self, *, with_body: bool) -> None:
        try:
            found = self._find()
        except OSError:  # a name longer than any file's; a file that a delivery took away just now
            found = None
        kind, body = found or ("text/plain; charset=utf-8", io.BytesIO(b"Not found.\n"))
        with body:
            size = body.seek(0, os.SEEK_END)
            body.seek(0)
            self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(size))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                shutil.copyfileobj(body, self.wfile)

    def _find(self) -> tuple[str, BinaryIO] | None:
        """Return kind and content, opened, of what was asked for; None, or OSError, where it is not there."""
        first, _, rest = unquote(urlsplit(self.path).path).removeprefix("/").partition("/")
        if not hmac.compare_digest(first.encode(), _token().encode()) or "\0" in rest:
            return None
        if not rest:
            return "text/html; charset=utf-8", io.BytesIO(landing.landing().encode())
        if rest == "lineage.html" and lineage.manifest().is_file():
            return "text/html; charset=utf-8", io.BytesIO(
                landing.page("Lineage", text=lineage.text(), home="").encode()
            )
        place, _, asked = rest.partition("/")
        if place == "handbook":
            document = handbook.find(asked)
            if document is not None and document.suffix == ".md":
                return "text/html; charset=utf-8", io.BytesIO(handbook.rendered(document).encode())
        else:
            document = _below(place, asked)
        return None if document is None else (_kind(document), document.open("rb"))


def _below(place: str, asked: str) -> Path | None:
    """Return a file of one of the folders that are shown, never one outside it."""
    home, shared = get_settings().home, get_settings().extracts / CURRENT / "regional"
    shown = {"report": shared / "report", "extracts": shared, "checks": home / "data_docs", "tables": home / "docs/dbt"}
    if place not in shown:
        return None
    root = shown[place].resolve()
    path = (root / asked).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None


def _kind(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def make(port: int) -> ThreadingHTTPServer:
    """Return the server, bound on loopback: to ``port`` if it is free, else to any."""
    try:
        return ThreadingHTTPServer((HOST, port), Handler)
    except OSError:
        return ThreadingHTTPServer((HOST, 0), Handler)


def main() -> int:
    """Serve until ended; the port is the one of last time, where it is free."""
    before = 0
    with contextlib.suppress(OSError, ValueError, KeyError):
        before = int(json.loads(_note().read_text())["port"])
    server = make(before)
    _note().parent.mkdir(parents=True, exist_ok=True)
    _note().write_text(json.dumps({"port": server.server_port, "pid": os.getpid()}))
    server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
