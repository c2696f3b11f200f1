"""The one way to ask a publisher: politely, patiently, over verified TLS, and never more than was meant."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests

from socialcare.errors import Fault
from socialcare.extract import pace
from socialcare.extract.answer import Answer, Refusal
from socialcare.extract.body import BYTE_BUDGET, Broken, Budget, Download
from socialcare.registry.publishers import origin

#: How long a connection, and then each silence of the publisher, may last.
CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
MAX_REDIRECTS = 5
ATTEMPTS = 4
AGAIN = frozenset({429, 500, 502, 503, 504})
MOVED_FOR_GOOD = frozenset({301, 308})
#: What an answer that is no answer is called; any other is publisher_failed or refused.
CALLED = {404: "not_found", 410: "gone", 429: "publisher_busy", 504: "publisher_slow"}
_BROWSE = "open the address in a browser; if the page moved, correct the source's declaration."


@dataclass(frozen=True)
class _Question:
    url: str
    headers: dict[str, str]
    body: Any = None
    is_file: bool = False


class Client:
    """One session for one look. It talks to ``origins`` only, redirected or not.

    ``moved`` holds every address that the publisher says has moved for good, and where to. A file that gave way
    to a corrected one is no such move: the page that names it will name the other. ``budget`` is the look's.
    """

    def __init__(
        self,
        origins: frozenset[str],
        *,
        contact: str,
        budget: int | None = None,
        sleep: Callable[[float], None] | None = None,
    ):
        self.moved: dict[str, str] = {}
        self._asked: set[str] = set()
        self._origins = origins
        self.budget = Budget(BYTE_BUDGET if budget is None else budget)
        self._sleep = sleep or time.sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"socialcare-data-platform (+{contact})"
        self._session.headers["Accept-Encoding"] = "gzip"

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def still_moved(self, before: dict[str, str]) -> None:
        """Keep what an earlier look found moved, of what this one did not ask for and another still would."""
        for old, new in before.items():
            if old not in self._asked and origin(old) in self._origins:
                self.moved[old] = new

    def get(
        self,
        url: str,
        *,
        params: dict[str, str] | None = None,
        validators: dict[str, str] | None = None,
        is_file: bool = False,
    ) -> Answer | None:
        """Return the answer, or None where the publisher says nothing changed (304).

        Faults: ``publisher_unreachable``, ``publisher_busy``, ``publisher_failed``, ``publisher_slow``,
        ``certificate_wrong``, ``refused``, ``not_found``, ``gone``, ``truncated``, ``too_large``,
        ``redirected_away``; each names the address.
        """
        full = requests.Request("GET", url, params=params).prepare().url or url
        return self._ask(_Question(full, validators or {}, is_file=is_file))

    def json(self, url: str, *, params: dict[str, str] | None = None, body: Any = None) -> Any:
        """Return the answer, to a POST where there is a ``body``, read as JSON.

        Raises Fault ``not_data`` where it is something else.
        """
        full = requests.Request("GET", url, params=params).prepare().url or url
        answer = self._ask(_Question(full, {"Accept": "application/json"}, body))
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

    def _ask(self, question: _Question) -> Answer | None:
        download = Download(self.budget)
        for attempt in range(ATTEMPTS):
            try:
                return self._once(question, download)
            except _Later as later:
                wait = pace.backoff(attempt) if later.wait is None else later.wait
                if attempt + 1 == ATTEMPTS or wait > pace.LONGEST_WAIT_SECONDS:
                    raise later.fault from later
                self._sleep(wait)
        raise AssertionError("every attempt returns or raises")

    def _once(self, question: _Question, download: Download) -> Answer | None:
        url, body = question.url, question.body
        for _ in range(MAX_REDIRECTS + 1):
            self._check_origin(url)
            self._asked.add(url)
            pace.take_turn(url, self._sleep)
            with self._send(url, question.headers | download.resume_headers, body) as response:
                if not response.is_redirect:
                    return self._read(response, download)
                status, here = response.status_code, url
                url = urljoin(url, response.headers["Location"])
                if status in MOVED_FOR_GOOD and not question.is_file:
                    self.moved[here] = url
                if status == 303:
                    body = None
        raise Fault(
            "redirected_away", f"The address redirects more than {MAX_REDIRECTS} times.", where=url, remedy=_BROWSE
        )

    def _send(self, url: str, headers: dict[str, str], body: Any) -> requests.Response:
        try:
            return self._session.request(
                "GET" if body is None else "POST",
                url,
                json=body,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                stream=True,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise Fault(
                    "certificate_wrong",
                    "The publisher's certificate is not one that this machine trusts.",
                    where=origin(url),
                    remedy="behind an inspecting proxy, name its certificates in REQUESTS_CA_BUNDLE; "
                    "otherwise do not go on: this may not be the publisher.",
                ) from error
            raise _Later("publisher_unreachable", "The publisher's TLS broke off.", url) from error
        except (requests.ConnectionError, requests.Timeout) as error:
            what = f"The publisher could not be reached ({type(error).__name__})."
            raise _Later("publisher_unreachable", what, url) from error

    def _check_origin(self, url: str) -> None:
        if origin(url) not in self._origins:
            raise Fault(
                "redirected_away",
                f"The publisher sends us to {origin(url)}, not one of its known addresses.",
                where=url,
                remedy="check where the publisher moved to; its addresses are in registry/publishers.py.",
            )

    def _read(self, response: requests.Response, download: Download) -> Answer | None:
        status = response.status_code
        if status == 304:
            return None
        if status in AGAIN:
            what = f"The publisher answered {status} when asked."
            wait = pace.asked_to_wait(response.headers)
            raise _Later(CALLED.get(status, "publisher_failed"), what, response.url, wait)
        try:
            if status in (200, 206):
                content = download.receive(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(content, response.url, headers)
            if status == 416:  # nothing is left to continue: begin again
                download.parts.clear()
                raise Broken("the publisher has no such place in the file")
        except Broken as broken:
            what = f"The file was not received whole ({broken.why})."
            raise _Later(broken.name, what, response.url) from broken
        raise Refusal(
            CALLED.get(status, "refused"),
            f"The publisher answered {status}.",
            where=response.url,
            remedy=_BROWSE,
            status=status,
            body=self._reason(response),
        )

    def _reason(self, response: requests.Response) -> bytes:
        """Return what a refusal says; nothing where that is damaged: its status is a no all the same."""
        try:
            return Download(self.budget).receive(response)
        except Broken:
            return b""


class _Later(Exception):
    """Worth another try, after ``wait`` seconds if the publisher said so."""

    def __init__(self, name: str, what: str, url: str, wait: float | None = None):
        remedy = "run the source again later; nothing was changed."
        if wait is not None and wait > pace.LONGEST_WAIT_SECONDS:
            remedy = f"run the source again in {wait / 60:.0f} minutes, as the publisher asks; nothing was changed."
        self.fault = Fault(name, what, where=url, remedy=remedy, retryable=True)
        self.wait = wait
        super().__init__(name)
