"""The true counts behind what each version told, kept for the attack alone.

A correction changes what is held, not what was shared: a count of 3 that stands as ``c`` must stay protected when it
is 8 by now. Nobody but the platform reads them, and they are part of no version.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date

import psycopg

from socialcare.database import connect
from socialcare.disclosure.cells import Cell, columns_of

_KEPT = (
    "select council_code, measure, period_type, month_end, since_version, amount from versions.true_counts order by 5"
)

_KEEP = """
insert into versions.true_counts (council_code, measure, period_type, month_end, since_version, amount)
select told.council_code, told.measure, told.period_type, told.month_end, %(version)s, told.amount
from unnest(%(councils)s::text[], %(measures)s::text[], %(kinds)s::text[], %(months)s::date[], %(amounts)s::numeric[])
    as told (council_code, measure, period_type, month_end, amount)
left join lateral (
    select kept.amount from versions.true_counts as kept
    where (kept.council_code, kept.measure, kept.period_type, kept.month_end)
        = (told.council_code, told.measure, told.period_type, told.month_end)
        and kept.since_version < %(version)s
    order by kept.since_version desc limit 1
) as before on true
where before.amount is distinct from told.amount
    and exists (select from versions.version where version_id = %(version)s and state = 'building')
on conflict (council_code, measure, period_type, month_end, since_version) do update set amount = excluded.amount
"""


class Remembered:
    """What each count was when a version told it: kept from the version on in which it was something else."""

    def __init__(self, rows: list[tuple[str, str, str, date, int, float]]) -> None:
        self._since: dict[Cell, tuple[list[int], list[float]]] = {}
        for council, measure, kind, month_end, version_id, amount in rows:
            versions, amounts = self._since.setdefault(Cell(council, measure, kind, month_end), ([], []))
            versions.append(version_id)
            amounts.append(float(amount))

    def as_of(self, version_id: int) -> dict[Cell, float]:
        """Return the true counts behind what a version told."""
        found = {}
        for cell, (versions, amounts) in self._since.items():
            place = bisect_right(versions, version_id)
            if place:
                found[cell] = amounts[place - 1]
        return found


def read(connection: psycopg.Connection) -> Remembered:
    """Return all that is kept."""
    return Remembered(connection.execute(_KEPT.encode()).fetchall())


def keep(version_id: int, truths: Mapping[Cell, float]) -> None:
    """Keep what the counts of a new version truly were, where that is not what is kept already."""
    told = {"version": version_id, "amounts": list(truths.values()), **columns_of(truths)}
    with connect("publisher") as connection:
        connection.execute(_KEEP.encode(), told)
