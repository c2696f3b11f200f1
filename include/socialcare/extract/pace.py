"""How often a publisher may be asked, and how long to wait before asking again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

#: Requests a second to one host. GOV.UK states a limit of 10; DfE and Nomis state none, so we choose a modest one.
GOVUK_PER_SECOND = 8.0
EES_PER_SECOND = 4.0
NOMIS_PER_SECOND = 4.0
PER_SECOND: Mapping[str, float] = {
    "www.gov.uk": GOVUK_PER_SECOND,
    "assets.publishing.service.gov.uk": GOVUK_PER_SECOND,
    "content.explore-education-statistics.service.gov.uk": EES_PER_SECOND,
    "explore-education-statistics.service.gov.uk": EES_PER_SECOND,
    "api.education.gov.uk": EES_PER_SECOND,
    "www.nomisweb.co.uk": NOMIS_PER_SECOND,
}

#: The first wait before asking again; each further one is twice as long, and a random part of up to half is added.
FIRST_WAIT_SECONDS = 0.5
#: A publisher that asks us to wait longer than this is left alone until the next run.
LONGEST_WAIT_SECONDS = 60.0

_next_turn: dict[str, float] = {}
_turns = threading.Lock()


def take_turn(url: str, sleep: Callable[[float], None], per_second: Mapping[str, float] = PER_SECOND) -> None:
    """Wait until this process may ask the host of ``url`` again (a host without a rate is our own)."""
    host = urlsplit(url).hostname or ""
    if host not in per_second:
        return
    with _turns:
        now = time.monotonic()
        turn = max(now, _next_turn.get(host, 0.0))
        _next_turn[host] = turn + 1 / per_second[host]
    if turn > now:
        sleep(turn - now)


def backoff(attempt: int) -> float:
    """Return the seconds to wait after the ``attempt``-th failure (from 0), never the same for two callers."""
    wait = FIRST_WAIT_SECONDS * 2.0**attempt
    return wait + random.uniform(0, wait / 2)


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After, as seconds or as an HTTP date, which is measured against the publisher's own clock."""
    said = headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    until = _moment(said)
    if until is None:
        return None
    return max(0.0, (until - (_moment(headers.get("Date", "")) or datetime.now(UTC))).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
