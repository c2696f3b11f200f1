"""Deliveries that are judged again: what they were, what became of them, and the record of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from socialcare.door.verdicts import Taken

#: Why a delivery is kept as it was.
DESTROYED, DAMAGED = "original_destroyed", "original_damaged"
UNDECLARED, SENT_AGAIN, NOT_PLAIN = "not_declared_any_more", "sent_again_since", "not_a_plain_file"


@dataclass(frozen=True)
class Past:
    """A delivery as it was judged."""

    delivery_id: int
    council_id: str
    return_id: str
    collection_year: int | None
    as_of_date: date | None
    is_synthetic: bool
    verdict: str
    reason: str
    rows_in: int
    rows_loaded: int
    received_at: datetime
    spec_digest: str
    original: str | None
    is_destroyed: bool


@dataclass(frozen=True)
class Change:
    """What judging again changed of one rule in one table; ``rule_code`` is empty for the rows that came in."""

    table: str
    rule_code: str
    before: int
    after: int
    no_longer: int
    newly: int


@dataclass(frozen=True)
class Replayed:
    """How one delivery ended: judged again, or kept as it was (``kept_because``)."""

    past: Past
    kept_because: str = ""
    taken: Taken | None = None
    changes: tuple[Change, ...] = ()

    @property
    def has_changed(self) -> bool:
        """Whether anything is otherwise than it was."""
        if self.taken is None:
            return False
        now, was = self.taken, self.past
        same = (now.verdict, now.reason, now.rows_in, now.rows_loaded) == (
            *(was.verdict, was.reason, was.rows_in, was.rows_loaded),
        )
        return not same or bool(self.changes)


def past_deliveries(connection: psycopg.Connection, council_id: str, return_id: str) -> list[Past]:
    """Return what was delivered, the older day first: rules ask for the year before."""
    found = connection.execute(
        "select d.delivery_id, d.council_id, d.return_id, d.collection_year, d.as_of_date, d.is_synthetic, d.verdict,"
        " d.reason, d.rows_in, d.rows_loaded, d.received_at, d.spec_digest, o.original, o.destroyed_at is not null"
        " from raw.deliveries d left join door.originals o using (delivery_id)"
        " where %(council)s in ('', d.council_id) and %(return)s in ('', d.return_id)"
        " order by d.council_id, d.as_of_date nulls last, d.delivery_id",
        {"council": council_id, "return": return_id},
    )
    return [Past(*row) for row in found]


_CHANGES = """
    with compared as (
        select table_name, rule_code, b.was, a.is_now from
            (select distinct table_name, line, rule_code, column_name, severity, true as was
             from before_findings) b
        full join
            (select distinct table_name, line, rule_code, column_name, severity, true as is_now
             from door.findings where delivery_id = %(id)s) a
        using (table_name, line, rule_code, column_name, severity)
    )
    select table_name, rule_code, count(was), count(is_now), count(*) filter (where is_now is null),
        count(*) filter (where was is null)
    from compared group by 1, 2 having bool_or(was is null or is_now is null)
    union all
    select table_name, '', was, is_now, greatest(was - is_now, 0), greatest(is_now - was, 0) from
        (select table_name, sum(rows_loaded)::bigint as was from before_files group by 1) b
    full join
        (select table_name, sum(rows_loaded)::bigint as is_now from door.files where delivery_id = %(id)s group by 1) a
    using (table_name)
    where coalesce(was, 0) <> coalesce(is_now, 0)
    order by 1, 2"""


def compare(connection: psycopg.Connection, delivery_id: int) -> tuple[Change, ...]:
    """Compare the findings and counts of a delivery with those set aside (``before_findings``, ``before_files``)."""
    found = connection.execute(_CHANGES, {"id": delivery_id})
    return tuple(Change(table, rule, *(count or 0 for count in counts)) for table, rule, *counts in found)


def record(connection: psycopg.Connection, replayed: Replayed, digest: str) -> None:
    """Keep what judging again changed: counts, by rule and table."""
    past, taken = replayed.past, replayed.taken
    assert taken is not None
    row = connection.execute(
        "insert into door.replays (delivery_id, has_changed, digest_before, digest_after, verdict_before,"
        " verdict_after, reason_before, reason_after) values (%s, %s, %s, %s, %s, %s, %s, %s) returning replay_id",
        [
            *(past.delivery_id, replayed.has_changed, past.spec_digest, digest),
            *(past.verdict, taken.verdict, past.reason, taken.reason),
        ],
    ).fetchone()
    assert row is not None
    for change in replayed.changes:
        connection.execute(
            "insert into door.replay_changes (replay_id, table_name, rule_code, before, after, no_longer, newly)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [row[0], change.table, change.rule_code, change.before, change.after, change.no_longer, change.newly],
        )
