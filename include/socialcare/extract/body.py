"""Receiving a body whole: measured, within a budget, taken up again where the connection broke."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field

import requests
import urllib3

from socialcare.errors import Fault

PIECE_BYTES = 1 << 16
#: What one look at one source may receive: the largest real one is under 30 MB.
BYTE_BUDGET = 300_000_000
#: A body that is not whole after this time, all tries together, is given up, however steadily it trickles.
WHOLE_SECONDS = 600.0


class Broken(Exception):
    """The body did not arrive whole. ``why`` says how, ``name`` what that is called as a Fault."""

    def __init__(self, why: str, name: str = "truncated"):
        self.why = why
        self.name = name
        super().__init__(why)


@dataclass
class Budget:
    """The bytes that one look may still receive."""

    left: int = BYTE_BUDGET

    def spend(self, size: int, url: str) -> None:
        """Raise Fault ``too_large`` where more arrives than one look may receive."""
        self.left -= size
        if self.left < 0:
            raise Fault(
                "too_large",
                "The publisher sent more than one look may receive.",
                where=url,
                remedy="look at the file by hand; if it is right, raise BYTE_BUDGET in extract/body.py.",
            )


@dataclass
class Download:
    """The bytes of one address so far, and how to ask for the rest of the very same ones."""

    budget: Budget
    parts: list[bytes] = field(default_factory=list)
    same: str = ""
    encoding: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))

    @property
    def resume_headers(self) -> dict[str, str]:
        """Ask for what is missing, only if the file is still the same; otherwise for all of it."""
        return {"Range": f"bytes={self.size}-", "If-Range": self.same} if self.parts and self.same else {}

    def receive(self, response: requests.Response) -> bytes:
        """Return the whole decoded body.

        Raises ``Broken`` where it ended early; what arrived is kept only if the publisher can continue it.
        Raises Fault ``truncated`` where its own length or packing says that it cannot be whole.
        """
        self._begin(response)
        try:
            # read1 returns what has come, so that a trickle is noticed; raw, so that it can be continued.
            while part := response.raw.read1(PIECE_BYTES, decode_content=False):
                self.budget.spend(len(part), response.url)
                self.parts.append(part)
                if time.monotonic() > self.began + WHOLE_SECONDS:
                    raise Fault(
                        "publisher_slow",
                        f"The file was not whole after {WHOLE_SECONDS:.0f} s.",
                        where=response.url,
                        remedy="run the source again later; nothing was changed.",
                        retryable=True,
                    )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            if not self.same:
                self.parts.clear()
            slow = isinstance(error, urllib3.exceptions.ReadTimeoutError)
            raise Broken("the publisher fell silent", "publisher_slow") if slow else Broken("it broke off") from error
        return self._decoded(response.url)

    def _begin(self, response: requests.Response) -> None:
        headers = response.headers
        continues = response.status_code == 206 and headers.get("Content-Range", "").startswith(f"bytes {self.size}-")
        if response.status_code == 206 and not continues:
            self.parts.clear()
            self.same = ""
            raise Broken("the publisher continued another place of the file")
        if response.status_code == 200:
            self.parts.clear()
            self.encoding = headers.get("Content-Encoding", "")
            ranges = headers.get("Accept-Ranges", "").lower() == "bytes"
            etag = headers.get("ETag", "")
            strong = "" if etag.startswith("W/") else etag
            self.same = (strong or headers.get("Last-Modified", "")) if ranges else ""

    def _decoded(self, url: str) -> bytes:
        packed = b"".join(self.parts)
        self.parts.clear()
        if self.encoding.lower() not in ("gzip", "x-gzip"):
            return packed
        unpack = zlib.decompressobj(wbits=31)
        try:
            content = unpack.decompress(packed, max(self.budget.left, 1) + 1)
        except zlib.error as error:
            raise Broken("its packing is damaged") from error
        self.budget.spend(len(content) if unpack.unconsumed_tail else max(len(content) - len(packed), 0), url)
        if not unpack.eof:
            raise Broken("its packing has no end")
        return content
