"""What publishers' servers do on a bad day: each function changes the sample server's normal answer."""

from __future__ import annotations

from collections.abc import Callable

from socialcare.publishers.reply import Reply

Change = Callable[[Reply, int], Reply]


def busy_once(reply: Reply, time: int) -> Reply:
    """Too many requests, with the seconds to wait, the first time."""
    return Reply(b"", 429, {"Retry-After": "7"}) if time == 1 else reply


def broken_once(reply: Reply, time: int) -> Reply:
    return Reply(b"Internal Server Error", 500) if time == 1 else reply


def always_down(reply: Reply, time: int) -> Reply:
    return Reply(b"", 503)


def web_page(reply: Reply, time: int) -> Reply:
    """A friendly page, with status 200, where a file should be."""
    return Reply(b"<!DOCTYPE html><html><body>Sorry, there is a problem.</body></html>", 200)


def cut(reply: Reply, time: int) -> Reply:
    """Half of the body under the whole body's length: the connection broke."""
    reply.headers["Content-Length"] = str(len(reply.body))
    return Reply(reply.body[: len(reply.body) // 2], 200, reply.headers)


def nothing(reply: Reply, time: int) -> Reply:
    return Reply(b"", 200)


def moved_to(address: str) -> Change:
    """301 to another address, the first time."""
    return lambda reply, time: Reply(b"", 301, {"Location": address}) if time == 1 else reply


def replaced(old: bytes, new: bytes) -> Change:
    """The same answer with other words in it."""

    def change(reply: Reply, time: int) -> Reply:
        assert old in reply.body, "the answer does not hold what should be replaced"
        reply.headers.pop("ETag", None)
        return Reply(reply.body.replace(old, new), reply.status, reply.headers)

    return change
