"""The sample's publishers on loopback: the pipeline reaches them as it reaches the real ones."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from socialcare.publishers import ees, govuk, nomis
from socialcare.publishers.reply import Reply, gone
from socialcare.registry.publishers import Publishers

#: A pattern of a path, and what to make of the normal answer the n-th time (from 1) such a path is asked for.
Overrides = Mapping[str, Callable[[Reply, int], Reply]]


@contextmanager
def running(overrides: Overrides | None = None) -> Iterator[Publishers]:
    """Run the server for the length of the block; yield the publishers' addresses on it."""

    class Handler(_Handler):
        changes: ClassVar[Overrides] = overrides or {}
        asked: ClassVar[dict[str, int]] = {}

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="sample publishers", daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        try:
            yield Publishers(f"{base}/ees/api", f"{base}/govuk", f"{base}/assets", f"{base}/nomis/api/v01")
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    changes: ClassVar[Overrides] = {}
    asked: ClassVar[dict[str, int]] = {}

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        reply = self._answer(address.path, dict(parse_qsl(address.query)))
        for pattern, change in self.changes.items():
            if re.search(pattern, self.path):
                self.asked[pattern] = self.asked.get(pattern, 0) + 1
                reply = change(reply, self.asked[pattern])
        self._send(reply)

    def _answer(self, path: str, query: dict[str, str]) -> Reply:
        publisher, _, rest = path.lstrip("/").partition("/")
        if publisher == "ees":
            return ees.answer(rest.removeprefix("api/"), query)
        if publisher == "govuk":
            return govuk.content(f"/{rest}", f"http://{self.headers['Host']}/assets")
        if publisher == "assets":
            return govuk.asset(f"/{rest}")
        if publisher == "nomis":
            return nomis.answer(f"/{rest.removeprefix('api/v01/')}", query)
        return gone()

    def _send(self, reply: Reply) -> None:
        if reply.status == 200 and "ETag" in reply.headers and self._has(reply):
            reply = Reply(b"", 304, {"ETag": reply.headers["ETag"]})
        body = reply.body
        packs = "gzip" in self.headers.get("Accept-Encoding", "") and reply.status == 200
        if packs and "csv" in reply.headers.get("Content-Type", "") and "Content-Length" not in reply.headers:
            body = gzip.compress(body, mtime=0)
            reply.headers["Content-Encoding"] = "gzip"
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _has(self, reply: Reply) -> bool:
        """Whether the client says that it holds this very answer."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return bool(asked == reply.headers["ETag"])
        return self.headers.get("If-Modified-Since") == reply.headers.get("Last-Modified", "-")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the pipeline's own messages tell the story."""
