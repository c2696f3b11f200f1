"""What changed since a council's last submission of a return: findings that are fixed, still open, or new.

Rows move between extracts and children do not: a finding is the same one when its table, rule, columns and the keyed
number of its child (or worker) are. Only numbers are kept; names are read from the council's own file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import psycopg

from socialcare.door.arrival import Delivery
from socialcare.door.cells import NO_NUMBER
from socialcare.door.plan import Plan
from socialcare.door.receipt_rows import LISTED, Lines, Numbers
from socialcare.door.register import Findings
from socialcare.registry.returns import Rule, return_spec

#: Lines of one file whose children are remembered: a file with more findings is wrong as a whole.
_MOST_LINES = 1_000_000
_AT_ONCE = 50_000

#: What is the same in two submissions, but for the child: table, rule code, columns.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Changes:
    """The comparison of two submissions, by table, rule and columns."""

    as_of: str
    fixed: dict[Key, int]
    still_open: dict[Key, int]
    new: dict[Key, int]
    numbers: dict[Key, list[int]] = field(repr=False)
    """Who was found last time and is not now, the first of them."""
    open_lines: dict[Key, set[int]]
    """Of the lines asked about, those whose finding is not new."""


def key_of(table: str, rule: Rule) -> Key:
    """Return the key under which findings of a rule are compared."""
    return table, rule.code, " ".join(rule.columns)


def lines_to_remember(connection: psycopg.Connection, delivery_id: int, table: str, findings: Findings) -> Lines:
    """Return the lines that findings are on whose child is not remembered yet, in their order."""
    known = connection.execute(
        "select from door.findings where delivery_id = %s and table_name = %s and subject_token is not null limit 1",
        [delivery_id, table],
    ).fetchone()
    if known is not None or not len(findings):
        return np.empty(0, np.int32)
    lines: Lines = np.unique(np.concatenate([np.unique(chunk["line"]) for chunk in findings.chunks()]))
    return lines[:_MOST_LINES]


def remember(connection: psycopg.Connection, delivery_id: int, table: str, lines: Lines, numbers: Numbers) -> None:
    """Put the number of the child beside each finding on some lines."""
    there = numbers != NO_NUMBER
    if there.any():
        connection.execute(
            "update door.findings f set subject_token = t.token from unnest(%s::int[], %s::bigint[]) t(line, token)"
            " where f.delivery_id = %s and f.table_name = %s and f.line = t.line",
            [lines[there].tolist(), numbers[there].view(np.int64).tolist(), delivery_id, table],
        )


def compare(
    connection: psycopg.Connection,
    delivery: Delivery,
    delivery_id: int,
    plan: Plan,
    tables: Iterable[str],
    listed: dict[Key, list[int]],
) -> Changes | None:
    """Compare a delivery's findings in some tables with those of the one before; None when there was none."""
    before = _before(connection, delivery, delivery_id, plan)
    if before is None:
        return None
    other_id, as_of = before
    connection.execute("set local enable_nestloop = off")  # the findings are too new for the planner to know them
    connection.execute("set local work_mem = '64MB'")  # a million findings are compared without going to disk
    asked = {"now": delivery_id, "before": other_id, "tables": list(tables)}
    changes = Changes(as_of, {}, {}, {}, defaultdict(list), defaultdict(set))
    for *key, fixed, still_open, new in connection.execute(_COUNTS, asked):
        table, code, columns = key
        place = (table, code, columns)
        changes.fixed[place], changes.still_open[place], changes.new[place] = fixed, still_open, new
    if any(changes.fixed.values()):
        for table, code, columns, number in connection.execute(_FIXED, {**asked, "most": LISTED}):
            changes.numbers[table, code, columns].append(int(np.int64(number).view(np.uint64)))
    lines = [(*key, line) for key, found in listed.items() if changes.still_open.get(key) for line in found]
    for start in range(0, len(lines), _AT_ONCE):
        t, c, n, at = (list(part) for part in zip(*lines[start : start + _AT_ONCE], strict=True))
        for table, code, columns, line in connection.execute(_OPEN, {**asked, "t": t, "c": c, "n": n, "at": at}):
            changes.open_lines[table, code, columns].add(line)
    return changes


def _before(connection: psycopg.Connection, delivery: Delivery, delivery_id: int, plan: Plan) -> tuple[int, str] | None:
    """Return the last submission of the same return that was judged, and the day it described.

    Where each collection year is a return of its own, it is one of the same year.
    """
    return connection.execute(
        "select delivery_id, as_of_date::text from raw.deliveries d where council_id = %s and return_id = %s"
        " and (%s or collection_year is not distinct from %s) and is_synthetic = %s and delivery_id < %s"
        " and (verdict <> 'rejected' or reason = 'every_row_quarantined')"
        " order by delivery_id desc limit 1",
        [
            *(delivery.council_id, plan.return_id, return_spec(plan.return_id).rolling, plan.collection_year),
            *(delivery.is_synthetic, delivery_id),
        ],
    ).fetchone()


#: Compared as bytes: by the rules of a language, text is sorted many times slower.
_KEY = (
    'table_name collate "C" as table_name, rule_code collate "C" as rule_code, column_name collate "C" as column_name'
)
_BOTH = f"""
    with before as (
        select distinct {_KEY}, subject_token from door.findings
        where delivery_id = %(before)s and table_name = any(%(tables)s) and subject_token <> 0
    ), now as (
        select distinct {_KEY}, subject_token from door.findings
        where delivery_id = %(now)s and subject_token <> 0
    ), compared as (
        select table_name, rule_code, column_name, subject_token,
            before.subject_token is not null as was, now.subject_token is not null as is_there
        from before full join now using (table_name, rule_code, column_name, subject_token)
    )"""
_COUNTS = f"""{_BOTH}
    select table_name, rule_code, column_name, count(*) filter (where not is_there),
        count(*) filter (where was and is_there), count(*) filter (where not was)
    from compared group by 1, 2, 3"""
_FIXED = f"""{_BOTH}
    select table_name, rule_code, column_name, subject_token from (
        select *, row_number() over (partition by table_name, rule_code, column_name order by subject_token) as place
        from compared where not is_there
    ) as fixed where place <= %(most)s"""
_OPEN = """
    select table_name, rule_code, column_name, line from door.findings now
    join unnest(%(t)s::text[], %(c)s::text[], %(n)s::text[], %(at)s::int[])
        as asked(table_name, rule_code, column_name, line) using (table_name, rule_code, column_name, line)
    where now.delivery_id = %(now)s and exists (
        select from door.findings before
        where before.delivery_id = %(before)s and before.subject_token = now.subject_token
            and (before.table_name, before.rule_code, before.column_name)
                = (now.table_name, now.rule_code, now.column_name))"""
