"""Receiving a body whole: measured, within a budget, taken up again where the connection broke."""

from __future__ import annotations

import gzip
import io
import re
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
import urllib3

from socialcare.errors import Fault

PIECE_BYTES = 1 << 16
#: What every part of one file says alike, where it says it.
_ALIKE = ("ETag", "Last-Modified", "Content-Encoding")
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
    total: int | None = None
    said: dict[str, str] = field(default_factory=dict)
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
        if self.total not in (None, self.size):
            raise Broken("the publisher sent less of it than it has")
        return self._decoded(response.url)

    def _begin(self, response: requests.Response) -> None:
        headers = response.headers
        if response.status_code == 206:
            self._continue(headers)
            return
        self.parts.clear()
        self.said = {name: headers.get(name, "") for name in _ALIKE}
        length = headers.get("Content-Length", "")
        self.total = int(length) if length.isdecimal() and "Transfer-Encoding" not in headers else None
        ranges = headers.get("Accept-Ranges", "").lower() == "bytes"
        strong = "" if self.said["ETag"].startswith("W/") else self.said["ETag"]
        self.same = (strong or self.said["Last-Modified"]) if ranges else ""

    def _continue(self, headers: Mapping[str, str]) -> None:
        """Raise ``Broken``, all parts forgotten, unless this is the next part of the very same file.

        Not every server heeds If-Range: what the part itself says is held against the first one.
        """
        stated = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range", ""))
        why = ""
        if not self.parts or stated is None or int(stated[1]) != self.size:
            why = "the publisher continued another place of the file"
        elif stated[2] not in ("*", str(self.total or stated[2])):
            why = "the file has another size now"
        elif any(headers.get(name, said) != said for name, said in self.said.items()):
            why = "the file changed meanwhile"
        if why or stated is None:
            self.parts.clear()
            self.same = ""
            raise Broken(why)
        if stated[2] != "*":
            self.total = int(stated[2])

    def _decoded(self, url: str) -> bytes:
        packed = b"".join(self.parts)
        self.parts.clear()
        if self.said["Content-Encoding"].lower() not in ("gzip", "x-gzip"):
            return packed
        room = max(self.budget.left, 1) + 1
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:  # which may have several members
                content = file.read(room)
        except EOFError as error:
            raise Broken("its packing has no end") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise Broken("its packing is damaged") from error
        if not packed:
            raise Broken("its packing has no end")
        self.budget.spend(len(content) if len(content) == room else max(len(content) - len(packed), 0), url)
        return content
