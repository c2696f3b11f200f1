"""The one way to ask a publisher: politely, patiently, over verified TLS, and never more than was meant."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests

from socialcare.errors import Fault
from socialcare.registry.publishers import origin

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 10, 60, 600
MAX_REDIRECTS, MAX_WAIT_SECONDS = 5, 60.0
#: What one look at one source may receive: the largest real one is under 30 MB.
BYTE_BUDGET = 300_000_000
AGAIN = frozenset({429, 500, 502, 503, 504})


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


class Client:
    """One session for one look. It talks to ``origins`` only, redirected or not."""

    def __init__(
        self,
        origins: frozenset[str],
        *,
        contact: str,
        attempts: int = 4,
        budget: int = BYTE_BUDGET,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._origins = origins
        self._attempts = attempts
        self._left = budget
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"socialcare-data-platform (+{contact})"
        self._session.headers["Accept-Encoding"] = "gzip"

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def get(
        self, url: str, *, params: dict[str, str] | None = None, validators: dict[str, str] | None = None
    ) -> Answer | None:
        """Return the answer, or None where the publisher says nothing changed (304).

        Faults: ``publisher_unreachable``, ``publisher_busy``, ``publisher_failed``, ``not_found``,
        ``truncated``, ``too_large``, ``redirected_away``; each names the address.
        """
        full = requests.Request("GET", url, params=params).prepare().url or url
        last: Fault | None = None
        for attempt in range(self._attempts):
            try:
                return self._once(full, validators or {})
            except _Later as later:
                last = later.fault
                if attempt + 1 < self._attempts:
                    self._sleep(min(later.wait or 0.5 * 2**attempt, MAX_WAIT_SECONDS))
        assert last is not None
        raise last

    def json(self, url: str, *, params: dict[str, str] | None = None) -> Any:
        """Return the answer read as JSON. Raises Fault ``not_data`` where it is something else."""
        answer = self.get(url, params=params)
        assert answer is not None
        try:
            return json.loads(answer.content)
        except ValueError as error:
            raise Fault(
                "not_data",
                "The publisher answered with something that is not JSON.",
                where=answer.url,
                remedy="open the address in a browser; the publisher may be down or have moved the page.",
                retryable=True,
            ) from error

    def _once(self, url: str, validators: dict[str, str]) -> Answer | None:
        for _ in range(MAX_REDIRECTS):
            self._check_origin(url)
            try:
                with self._session.get(
                    url,
                    headers=validators,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["Location"])
                        continue
                    return self._read(response)
            except requests.exceptions.ChunkedEncodingError as error:
                raise _Later(_fault("truncated", "The file was not received whole.", url)) from error
            except (requests.exceptions.ContentDecodingError, requests.ConnectionError, requests.Timeout) as error:
                what = f"The publisher could not be reached ({type(error).__name__})."
                raise _Later(_fault("publisher_unreachable", what, url)) from error
        raise _fault("redirected_away", f"The address redirects more than {MAX_REDIRECTS} times.", url)

    def _check_origin(self, url: str) -> None:
        if origin(url) not in self._origins:
            raise Fault(
                "redirected_away",
                f"The publisher sends us to {origin(url)}, not one of its known addresses.",
                where=url,
                remedy="check where the publisher moved to; its addresses are in registry/publishers.py.",
            )

    def _read(self, response: requests.Response) -> Answer | None:
        if response.status_code == 304:
            return None
        if response.status_code in AGAIN:
            name = "publisher_busy" if response.status_code == 429 else "publisher_failed"
            what = f"The publisher answered {response.status_code} each time it was asked."
            raise _Later(_fault(name, what, response.url), _seconds(response.headers.get("Retry-After")))
        if response.status_code != 200:
            name = "not_found" if response.status_code in (404, 410) else "publisher_failed"
            raise Fault(
                name,
                f"The publisher answered {response.status_code}.",
                where=response.url,
                remedy="open the address in a browser; if the page moved, correct the source's declaration.",
            )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(self._body(response), response.url, headers)

    def _body(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + WHOLE_SECONDS
        parts = []
        for part in response.iter_content(1 << 16):
            self._left -= len(part)
            if self._left < 0:
                raise Fault(
                    "too_large",
                    "The publisher sent more than one look may receive.",
                    where=response.url,
                    remedy="look at the file by hand; if it is right, raise BYTE_BUDGET in extract/http.py.",
                )
            if time.monotonic() > deadline:
                raise _fault("publisher_unreachable", f"Not whole after {WHOLE_SECONDS} s.", response.url)
            parts.append(part)
        return b"".join(parts)


class _Later(Exception):
    """Worth another try, after ``wait`` seconds if the publisher said so."""

    def __init__(self, fault: Fault, wait: float | None = None):
        self.fault = fault
        self.wait = wait
        super().__init__(fault.name)


def _fault(name: str, what: str, url: str) -> Fault:
    return Fault(name, what, where=url, remedy="run the source again later; nothing was changed.", retryable=True)


def _seconds(retry_after: str | None) -> float | None:
    """Read Retry-After where it is a number of seconds; a date is treated as unstated."""
    return float(retry_after) if retry_after and retry_after.strip().isdigit() else None
