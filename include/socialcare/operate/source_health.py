"""How each published source stands: what is held of it, how its last look ended, and what is wrong with it.

All of it is read from what the looks left behind; no publisher is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from socialcare.database import connect
from socialcare.registry import Source, all_sources

#: Days beyond a publisher's own rhythm before a release counts as late: releases slip by weeks, not months.
GRACE_DAYS = 60
#: More where only a release's year is known: the figures of a year come out up to a year after it ends.
GRACE_DAYS_UNDATED = 300
FAILING_NIGHTS = 3
QUIET_DAYS = 3
#: The publisher says that there is nothing at the address (404, 410), or that it took the page back.
_VANISHED = ("not_found", "gone", "withdrawn")

_NEWEST = """
    select distinct on (source_id) source_id, release, is_sample,
        min(published_on) over (partition by source_id, release)
    from raw.current_landings order by source_id, release desc
"""
_LOOKS = """
    select source_id, looked_at, outcome, fault, detail, remedy, moved, coalesce(validators ->> 'where', '')
    from raw.looks
"""
_FAILURES = """
    with said as (
        select subject, outcome, finished_at,
            max(finished_at) filter (where outcome <> 'failed') over (partition by subject) as last_good
        from ops.outcomes where step = 'ingest_source' and outcome <> 'running'
    )
    select subject, min(finished_at), count(distinct (finished_at at time zone 'Europe/London')::date)
    from said where outcome = 'failed' and finished_at > coalesce(last_good, '-infinity')
    group by subject
"""


@dataclass(frozen=True)
class Look:
    """How the last look at a source ended, and where it looked.

    ``moved`` holds the addresses that sent it elsewhere for good, and where to; '' for one that is gone.
    """

    at: datetime
    outcome: str
    fault: str = ""
    detail: str = ""
    remedy: str = ""
    moved: dict[str, str] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class Held:
    """What the platform holds of one source, and what became of its looks."""

    source: Source
    release: str = ""
    published_on: date | None = None
    is_sample: bool = False
    look: Look | None = None
    failed_since: datetime | None = None
    failed_nights: int = 0

    @property
    def is_by_hand(self) -> bool:
        """Whether a person downloads its files."""
        return self.source.extract.family == "by_hand"

    @property
    def dated(self) -> date | None:
        """The day of the newest release: its publication, or the end of its year where no day is known."""
        year = year_of(self.release)
        return self.published_on or (date(year, 12, 31) if year else None)


@dataclass(frozen=True)
class Condition:
    """Something about a source that a person should know: late, moved, vanished, failing or quiet."""

    source_id: str
    condition: str
    since: datetime
    detail: str
    remedy: str


def year_of(release: str) -> int | None:
    """Return the year in which a release's newest period ends: 2024, 2024-11 and 202324 all give 2024."""
    found = re.match(r"(\d{4})(?:-?(\d{2})$)?", release)
    if found is None:
        return None
    year = int(found[1])
    return year + 1 if found[2] and int(found[2]) == (year + 1) % 100 else year


def held() -> list[Held]:
    """Return every declared source as it stands now."""
    with connect("loader") as connection:
        newest = {row[0]: row[1:] for row in connection.execute(_NEWEST)}
        looks = {row[0]: Look(*row[1:]) for row in connection.execute(_LOOKS)}
        failures = {row[0]: row[1:] for row in connection.execute(_FAILURES)}
    found = []
    for source in all_sources():
        release, is_sample, published_on = newest.get(source.id, ("", False, None))
        since, nights = failures.get(source.id, (None, 0))
        found.append(Held(source, release, published_on, is_sample, looks.get(source.id), since, nights))
    return found


def conditions(held: Held, now: datetime) -> list[Condition]:
    """Return what is wrong with a source now. The bundled sample is old by design, and never late."""
    found = [_late(held, now), _moved(held), _vanished(held) or _failing(held), _quiet(held, now)]
    return [condition for condition in found if condition]


def cannot_tell(held: Held) -> tuple[str, ...]:
    """Return the conditions that the last look says nothing about: one that failed did not see where it would end."""
    return ("moved", "vanished") if held.look and held.look.fault else ()


def health(held: Held, now: datetime) -> str:
    """Say in a word how a source stands; a failed look counts from the first."""
    wrong = {condition.condition for condition in conditions(held, now)}
    for word in ("vanished", "failing", "moved", "late", "quiet"):
        if word in wrong:
            return word
        if word == "failing" and held.look and held.look.fault:
            return word
    if not held.release:
        return "never landed"
    return "only by hand" if held.is_by_hand else "fine"


def due(held: Held) -> date | None:
    """Return the day after which the next release is late; None where none is expected."""
    ended = bool(held.source.last_release) and held.release >= held.source.last_release
    if held.is_sample or ended or held.dated is None:
        return None
    grace = GRACE_DAYS if held.published_on else GRACE_DAYS_UNDATED
    return held.dated + timedelta(days=held.source.cadence_months * 31 + grace)


def _late(held: Held, now: datetime) -> Condition | None:
    last = due(held)
    if last is None or now.date() <= last:
        return None
    source = held.source
    published = f", published {held.published_on}" if held.published_on else ""
    detail = (
        f"The newest release held of {source.title} is {held.release}{published}. One is due every "
        f"{source.cadence_months} months; the next is late since {last}."
    )
    in_mirror = held.is_by_hand or (held.look is not None and held.look.place.startswith("mirror"))
    mend = f"put its files into {source.mirror.folder} of the local mirror" if in_mirror else "correct `extract`"
    remedy = (
        f"open {source.homepage}. If a newer release is there, {mend}; if the series ended, give `last_release` "
        f"in {source.file}; if neither, wait: the publisher is late."
    )
    return Condition(source.id, "late", datetime(last.year, last.month, last.day, tzinfo=UTC), detail, remedy)


def _moved(held: Held) -> Condition | None:
    moves = "; ".join(f"{old} to {new}" for old, new in sorted(held.look.moved.items()) if new) if held.look else ""
    if held.look is None or not moves:
        return None
    return Condition(
        held.source.id,
        "moved",
        held.look.at,
        f"The publisher says that it moved for good: {moves}. The figures still come.",
        f"put the new address into {held.source.file}, or into registry/publishers.py where it is the host that "
        "changed, before the old one ends.",
    )


def _vanished(held: Held) -> Condition | None:
    look = held.look
    gone = [old for old, new in sorted(look.moved.items()) if not new] if look else []
    if look is None or (look.fault not in _VANISHED and not gone):
        return None
    detail = look.detail
    if look.fault not in _VANISHED:
        detail = f"Nothing is left at {', '.join(gone)}. Its releases were found another way."
    remedy = (
        f"open {held.source.homepage}: if the publication has another address now, correct {held.source.file}; "
        "if it was withdrawn, give `last_release`. The releases held stay in use."
    )
    return Condition(held.source.id, "vanished", held.failed_since or look.at, detail, remedy)


def _failing(held: Held) -> Condition | None:
    if held.failed_since is None or held.failed_nights < FAILING_NIGHTS:
        return None
    said, remedy = (held.look.detail, held.look.remedy) if held.look else ("", "")
    detail = f"It has failed on {held.failed_nights} days, first on {held.failed_since:%Y-%m-%d}. {said}".strip()
    return Condition(
        held.source.id, "failing", held.failed_since, detail, remedy or "read the log of its ingest's task."
    )


def _quiet(held: Held, now: datetime) -> Condition | None:
    if held.look is None or now - held.look.at <= timedelta(days=QUIET_DAYS):
        return None
    return Condition(
        held.source.id,
        "quiet",
        held.look.at,
        f"Nobody has looked at it since {held.look.at:%Y-%m-%d}.",
        "see whether the night runs (`make status`, the Airflow page): is nightly paused, or the platform down?",
    )
