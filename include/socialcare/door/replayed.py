"""Deliveries that are judged again: what they were, what became of them, and the record of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import psycopg
from psycopg import sql

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
    """What judging again changed of one rule in one table; ``rule_code`` is empty for the rows that came in.

    ``no_longer`` and ``newly`` count what is not in both: a finding by its row, a row by its line and content.
    """

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
        return self.is_news or bool(self.changes)

    @property
    def is_news(self) -> bool:
        """Whether the council would be told something else: not when rows merely say more than they did."""
        if self.taken is None:
            return False
        now, was = self.taken, self.past
        same = (now.verdict, now.reason, now.rows_in - now.rows_erased, now.rows_loaded) == (
            *(was.verdict, was.reason, was.rows_in, was.rows_loaded),
        )
        return not same or any(change.rule_code for change in self.changes)


def past_deliveries(
    connection: psycopg.Connection, council_id: str, return_id: str, delivery_id: int = 0
) -> list[Past]:
    """Return what was delivered, the older day first: rules ask for the year before."""
    found = connection.execute(
        "select d.delivery_id, d.council_id, d.return_id, d.collection_year, d.as_of_date, d.is_synthetic, d.verdict,"
        " d.reason, d.rows_in - d.rows_erased, d.rows_loaded, d.received_at, d.spec_digest, o.original,"
        " o.destroyed_at is not null"
        " from raw.deliveries d left join door.originals o using (delivery_id)"
        " where %(council)s in ('', d.council_id) and %(return)s in ('', d.return_id)"
        " and %(delivery)s in (0, d.delivery_id)"
        " order by d.council_id, d.as_of_date nulls last, d.delivery_id",
        {"council": council_id, "return": return_id, "delivery": delivery_id},
    )
    return [Past(*row) for row in found]


def as_it_is(connection: psycopg.Connection, past: Past) -> Past:
    """Return a delivery as it is now, for whoever has the council's lock: its original may have been written anew."""
    found = past_deliveries(connection, past.council_id, "", past.delivery_id)
    return found[0] if found else replace(past, is_destroyed=True)


_FINDINGS = "select distinct table_name, line, rule_code, column_name, severity"
_CHANGES = f"""
    with was as ({_FINDINGS}, 0 as content, true as was from before_findings
        union all select table_name, line, '', '', '', content, true from before_rows),
    is_now as ({_FINDINGS}, 0 as content, true as is_now from door.findings where delivery_id = %s
        union all select table_name, line, '', '', '', content, true from after_rows)
    select table_name, rule_code, count(was), count(is_now), count(*) filter (where is_now is null),
        count(*) filter (where was is null)
    from was full join is_now using (table_name, line, rule_code, column_name, severity, content)
    group by 1, 2 having bool_or(was is null or is_now is null) order by 1, 2"""


def set_aside(connection: psycopg.Connection, delivery_id: int, return_id: str) -> list[str]:
    """Keep what was found, and a word for the content of each row, for ``compare``; return the tables of raw."""
    connection.execute("create temp table before_findings on commit drop as select * from door.findings limit 0")
    connection.execute("insert into before_findings select * from door.findings where delivery_id = %s", [delivery_id])
    return _words_of_rows(connection, "before_rows", delivery_id, return_id)


def compare(connection: psycopg.Connection, delivery_id: int, return_id: str) -> tuple[Change, ...]:
    """Compare the findings and rows of a delivery, one by one, with those set aside."""
    _words_of_rows(connection, "after_rows", delivery_id, return_id)
    found = connection.execute(_CHANGES, [delivery_id])
    return tuple(Change(*row) for row in found)


def _words_of_rows(connection: psycopg.Connection, into: str, delivery_id: int, return_id: str) -> list[str]:
    name = sql.Identifier(into)
    connection.execute(
        sql.SQL("create temp table {} (table_name text, line integer, content bigint) on commit drop").format(name)
    )
    query = (
        "select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r'"
        " and starts_with(relname, %s)"
    )
    tables = [table for (table,) in connection.execute(query, [f"{return_id}__"])]
    for table in tables:
        connection.execute(
            sql.SQL(
                "insert into {} select %s, _line, hashtextextended((to_jsonb(rows) - '_delivery_id')::text, 0)"
                " from raw.{} as rows where _delivery_id = %s"
            ).format(name, sql.Identifier(table)),
            [table.removeprefix(f"{return_id}__"), delivery_id],
        )
    return tables


def record(connection: psycopg.Connection, replayed: Replayed, digest: str) -> None:
    """Keep what judging again changed: counts, by rule and table."""
    past, taken = replayed.past, replayed.taken
    assert taken is not None
    row = connection.execute(
        "insert into door.replays (delivery_id, has_changed, is_news, digest_before, digest_after, verdict_before,"
        " verdict_after, reason_before, reason_after) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning replay_id",
        [
            *(past.delivery_id, replayed.has_changed, replayed.is_news, past.spec_digest, digest),
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
