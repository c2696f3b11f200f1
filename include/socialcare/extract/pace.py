"""How often a publisher may be asked, and how long to wait before asking again."""

from __future__ import annotations

import fcntl
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from socialcare.settings import get_settings

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


def take_turn(url: str, sleep: Callable[[float], None], per_second: Mapping[str, float] = PER_SECOND) -> None:
    """Wait until this machine may ask the host of ``url`` again (a host without a rate is our own).

    Sources are looked at by several processes at once, so the next turn is kept in a file that they share.
    """
    host = urlsplit(url).hostname or ""
    if host in per_second:
        wait = _reserve(get_settings().home / "turns" / host, 1 / per_second[host])
        if wait > 0:
            sleep(wait)


def _reserve(path: Path, spacing: float) -> float:
    """Take the next free turn and return how far away it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
        file.seek(0)
        now = time.time()
        turn = max(now, float(file.read() or now))
        turn = min(turn, now + LONGEST_WAIT_SECONDS)  # the clock may have been set back
        file.truncate(0)
        file.write(repr(turn + spacing))
    return turn - now


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
