"""The sample's publishers on loopback: the pipeline reaches them as it reaches the real ones."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from socialcare.publishers import ees, govuk, nomis
from socialcare.publishers.reply import Reply, Request, gone
from socialcare.registry.publishers import Publishers

#: A pattern of a path, and what to make of the normal answer the n-th time (from 1) such a path is asked for.
Overrides = Mapping[str, Callable[[Reply, int], Reply]]
#: The first part of a path, and who answers there instead of the sample.
Instead = Mapping[str, Callable[[Request], Reply]]


@contextmanager
def running(overrides: Overrides | None = None, instead: Instead | None = None) -> Iterator[Publishers]:
    """Run the server for the length of the block; yield the publishers' addresses on it."""

    class Handler(_Handler):
        changes: ClassVar[Overrides] = overrides or {}
        others: ClassVar[Instead] = instead or {}
        asked: ClassVar[dict[str, int]] = {}

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="sample publishers", daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        try:
            yield Publishers(
                ees_content=f"{base}/ees/api",
                ees_api=f"{base}/ees_api/v1",
                ees_site=f"{base}/ees_site",
                govuk=f"{base}/govuk",
                assets=f"{base}/assets",
                nomis=f"{base}/nomis/api/v01",
            )
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    changes: ClassVar[Overrides] = {}
    others: ClassVar[Instead] = {}
    asked: ClassVar[dict[str, int]] = {}

    def do_GET(self) -> None:
        self._respond(b"")

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _respond(self, body: bytes) -> None:
        address = urlsplit(self.path)
        publisher, _, rest = address.path.lstrip("/").partition("/")
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        reply = self._answer(publisher, Request(self.command, f"/{rest}", query, dict(self.headers), body))
        for pattern, change in self.changes.items():
            if re.search(pattern, self.path):
                self.asked[pattern] = self.asked.get(pattern, 0) + 1
                reply = change(reply, self.asked[pattern])
        self._send(reply)

    def _answer(self, publisher: str, request: Request) -> Reply:
        if publisher in self.others:
            return self.others[publisher](request)
        if publisher == "ees":
            return ees.answer(request.path.removeprefix("/api"), request.query)
        if publisher == "ees_api":
            return ees.public_api(request.path.removeprefix("/v1"))
        if publisher == "govuk":
            return govuk.content(request.path, f"http://{self.headers['Host']}/assets")
        if publisher == "assets":
            return govuk.asset(request.path)
        if publisher == "nomis":
            return nomis.answer(request.path.removeprefix("/api/v01"), request.query)
        return gone()

    def _send(self, reply: Reply) -> None:
        if reply.status == 200 and "ETag" in reply.headers and self._has(reply):
            reply = Reply(b"", 304, {"ETag": reply.headers["ETag"]})
        reply = self._from_where_it_broke_off(reply)
        body, headers = reply.body, dict(reply.headers)
        packs = "gzip" in self.headers.get("Accept-Encoding", "") and reply.status == 200
        whole = not {"Content-Length", "Content-Encoding", "Accept-Ranges", "Transfer-Encoding"} & headers.keys()
        if packs and whole and "csv" in headers.get("Content-Type", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.send_response_only(reply.status)
        length = {} if "Transfer-Encoding" in headers else {"Content-Length": str(len(body))}
        for name, value in {"Date": self.date_time_string(), **length, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        size = len(body) if not reply.pause else -(-len(body) // reply.pieces)
        for start in range(0, len(body), max(size, 1)):
            time.sleep(reply.pause if start else 0)
            self.wfile.write(body[start : start + size])
            self.wfile.flush()

    def _from_where_it_broke_off(self, reply: Reply) -> Reply:
        """Answer a request for the rest of a file, if the file is still the one that the client has part of."""
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        known = self.headers.get("If-Range") in (reply.headers.get("ETag"), reply.headers.get("Last-Modified"))
        if not (asked and known and reply.status == 200 and "Accept-Ranges" in reply.headers):
            return reply
        start, size = int(asked[1]), len(reply.body)
        headers = {**reply.headers, "Content-Range": f"bytes {start}-{size - 1}/{size}"}
        return replace(reply, body=reply.body[start:], status=206, headers=headers)

    def _has(self, reply: Reply) -> bool:
        """Whether the client says that it holds this very answer."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return bool(asked == reply.headers["ETag"])
        return self.headers.get("If-Modified-Since") == reply.headers.get("Last-Modified", "-")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the pipeline's own messages tell the story."""

    def handle(self) -> None:
        """Answer; a client that hung up in the middle is not an error of ours."""
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
