"""What publishers' servers do on a bad day: each function changes the sample server's normal answer."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

from socialcare.publishers.reply import Reply

Change = Callable[[Reply, int], Reply]


def first_time(status: int, headers: dict[str, str] | None = None) -> Change:
    """This status the first time, then all is well."""
    return lambda reply, time: Reply(b"", status, dict(headers or {})) if time == 1 else reply


def always(status: int, headers: dict[str, str] | None = None) -> Change:
    return lambda reply, time: Reply(b"", status, dict(headers or {}))


#: Too many requests, with the seconds to wait, the first time.
busy_once = first_time(429, {"Retry-After": "7"})
broken_once = first_time(500)
always_down = always(503)


def web_page(reply: Reply, time: int) -> Reply:
    """A friendly page, with status 200, where a file should be."""
    page = b"<!DOCTYPE html><html><body>Sorry, there is a problem.</body></html>"
    return Reply(page, 200, {"Content-Type": "text/html; charset=utf-8"})


def web_page_as_data(reply: Reply, time: int) -> Reply:
    """The same page under the file's own media type."""
    kind = {"Content-Type": reply.headers.get("Content-Type", "text/csv")}
    return Reply(web_page(reply, time).body, 200, kind)


def message(reply: Reply, time: int) -> Reply:
    """A message in JSON where a file should be."""
    body = json.dumps({"title": "An error occurred while processing your request.", "status": 500}).encode()
    return Reply(body, 200, {"Content-Type": "application/json"})


def cut(reply: Reply, time: int) -> Reply:
    """Half of the body under the whole body's length: the connection broke."""
    headers = {**reply.headers, "Content-Length": str(len(reply.body))}
    return Reply(reply.body[: len(reply.body) // 2], 200, headers)


def cut_once(reply: Reply, time: int) -> Reply:
    return cut(reply, time) if time == 1 else reply


def too_short_a_length(reply: Reply, time: int) -> Reply:
    """The whole body under half of its length, as a broken proxy sends it."""
    return Reply(reply.body, 200, {**reply.headers, "Content-Length": str(len(reply.body) // 2)})


def damaged_packing(reply: Reply, time: int) -> Reply:
    """A gzip body whose middle was lost."""
    packed = bytearray(gzip.compress(reply.body))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\0" * 40
    kind = {"Content-Type": reply.headers.get("Content-Type", "text/csv"), "Content-Encoding": "gzip"}
    return Reply(bytes(packed), 200, kind)


def nothing(reply: Reply, time: int) -> Reply:
    return Reply(b"", 200, {"Content-Type": reply.headers.get("Content-Type", "text/csv")})


def silent(seconds: float) -> Change:
    """Half of the body, then silence, then the rest."""
    return lambda reply, time: Reply(reply.body, reply.status, reply.headers, pause=seconds)


def trickling(pieces: int, seconds: float) -> Change:
    """The body in many pieces, a pause before each."""
    return lambda reply, time: Reply(reply.body, reply.status, reply.headers, pause=seconds, pieces=pieces)


def in_chunks(reply: Reply, time: int) -> Reply:
    """The body in chunks, without a length, as servers send what they pack on the way."""
    kept = {name: value for name, value in reply.headers.items() if name != "Content-Length"}
    chunks = [reply.body[at : at + 1000] for at in range(0, len(reply.body), 1000)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return Reply(body + b"0\r\n\r\n", 200, {**kept, "Transfer-Encoding": "chunked"})


def chunks_without_end(reply: Reply, time: int) -> Reply:
    """Some of the chunks, none of them the last."""
    whole = in_chunks(reply, time)
    return Reply(whole.body[: -len(whole.body) // 3], 200, whole.headers)


def moved_to(address: str, status: int = 301) -> Change:
    """Sent to another address, the first time."""
    return lambda reply, time: Reply(b"", status, {"Location": address}) if time == 1 else reply


def replaced(old: bytes, new: bytes) -> Change:
    """The same answer with other words in it."""

    def change(reply: Reply, time: int) -> Reply:
        assert old in reply.body, "the answer does not hold what should be replaced"
        headers = {name: value for name, value in reply.headers.items() if name not in ("ETag", "Accept-Ranges")}
        return Reply(reply.body.replace(old, new), reply.status, headers)

    return change
