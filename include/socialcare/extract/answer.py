"""A publisher's whole answer, and whether it can be the kind of file that was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from socialcare.errors import Fault

#: File suffix -> a pattern of media types that can hold it. Publishers also send the general ones.
_GENERAL = r"|application/octet-stream|binary/octet-stream"
_KINDS = {
    ".csv": r"text/(csv|plain|x-csv|comma-separated-values)|application/(csv|vnd\.ms-excel)" + _GENERAL,
    ".ods": r"application/(vnd\.oasis\.opendocument\.spreadsheet|zip)" + _GENERAL,
    ".xlsx": r"application/(vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet|vnd\.ms-excel|zip)" + _GENERAL,
    ".zip": r"application/(zip|x-zip-compressed)" + _GENERAL,
}
_WEB_PAGE = re.compile(rb"\s*(<!doctype|<html|<head|<body|<\?xml)", re.IGNORECASE)
_JSON = re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{"\]])')


@dataclass(frozen=True)
class Answer:
    """A whole answer: decoded body, final address, headers (names in lower case)."""

    content: bytes
    url: str
    headers: dict[str, str]

    @property
    def validators(self) -> dict[str, str]:
        """What to send next time to ask whether it changed."""
        pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
        return {ask: self.headers[header] for ask, header in pairs if header in self.headers}

    @property
    def file_name(self) -> str:
        """The name that the publisher gives the file, or ''."""
        found = re.search(r'filename="?([^";]+)', self.headers.get("content-disposition", ""))
        return found[1].replace("\\", "/").rsplit("/", 1)[-1] if found else ""


class Refusal(Fault):
    """A publisher's definite no: its status, and what it said for those who can read it."""

    def __init__(self, name: str, what: str, *, where: str, remedy: str, status: int, body: bytes = b""):
        super().__init__(name, what, where=where, remedy=remedy)
        self.status = status
        self.body = body


def check_rows(answer: Answer, stated: int | None) -> None:
    """Raise Fault ``truncated`` where a text has fewer lines than the publisher says that it has rows.

    A length that a broken proxy stated too short cuts a file in a way that no other sign shows this early.
    """
    lines = answer.content.count(b"\n")
    if stated is not None and answer.content.strip() and lines < stated:
        raise Fault(
            "truncated",
            f"The publisher says {stated} rows, and {lines} lines came.",
            where=answer.url,
            remedy="run the source again later; nothing was changed.",
            retryable=True,
        )


def check_kind(answer: Answer, suffix: str) -> None:
    """Raise Fault ``not_data`` where the answer cannot be a file that ends in ``suffix`` (.csv, .ods ...).

    Its media type and its first bytes are both looked at: a publisher's error page often has status 200, and
    a page or a message in JSON is never a table.
    """
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = answer.content[:500].removeprefix(b"\xef\xbb\xbf")
    found = ""
    if kind and not re.fullmatch(_KINDS.get(suffix, ".*"), kind):
        found = kind
    elif _WEB_PAGE.match(start):
        found = "a web page"
    elif _JSON.match(start):
        found = "JSON"
    if found:
        raise Fault(
            "not_data",
            f"The publisher sent {found} where a {suffix} file belongs.",
            where=answer.url,
            remedy="open the address in a browser: the file may have moved; if not, wait for the publisher to mend it.",
            retryable=True,
        )
