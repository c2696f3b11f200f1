"""The release diff: what differs between the version that people read and the new one, per figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
from psycopg import sql

from socialcare.gate.declared import ComparedMart, Councils, Declared, Tolerance
from socialcare.warehouse.versions_tables import columns_of, exists, partition

if TYPE_CHECKING:
    import pandas as pd

#: One row per figure that is new, gone, or says something else; of a new one also what its council had before it.
_DIFFERENT = """
with before as ({before}), after as ({after}),
known as (
    select indicator, council, kind, series, max(ends) as last_end, min(value) as low, max(value) as high,
        count(value) as periods
    from before group by 1, 2, 3, 4
), last as (
    select distinct on (indicator, council, kind, series) indicator, council, kind, series, value as prior,
        period as prior_period
    from before where value is not null order by indicator, council, kind, series, ends desc
)
select indicator, council, kind, series, period,
    coalesce(a.council_name, b.council_name) as council_name, coalesce(a.is_council, b.is_council) as is_council,
    coalesce(a.ends, b.ends) as ends, coalesce(a.unit, b.unit) as unit,
    b.indicator_here is not null as was_there, a.indicator_here is not null as is_there,
    b.value::float as before, a.value::float as after, b.status as status_before, a.status as status_after,
    b.release as release_before, a.release as release_after,
    known.last_end, known.low::float as low, known.high::float as high, coalesce(known.periods, 0) as periods,
    last.prior::float as prior, last.prior_period, coalesce(a.family, b.family) as family
from (select *, true as indicator_here from before) b
full join (select *, true as indicator_here from after) a using (indicator, council, kind, series, period)
left join known using (indicator, council, kind, series)
left join last using (indicator, council, kind, series)
where b.value is distinct from a.value or b.status is distinct from a.status or b.release > a.release
    or b.indicator_here is null or a.indicator_here is null
"""

_SIZES = """
select indicator, kind, series, count(distinct council) filter (where is_council) as councils, count(value) as figures,
    min(value)::float as low, max(b.ends) as last_end, a.last_end as last_end_after
from ({before}) b
left join (select indicator, kind, series, max(ends) as last_end from ({after}) a group by 1, 2, 3) a
    using (indicator, kind, series)
group by indicator, kind, series, a.last_end
"""

#: Councils that had a row in an indicator's newest period, still exist, and have none in its newest period now.
_MISSING = """
with before as ({before}), after as ({after}),
newest_before as (select indicator, kind, series, max(ends) as ends from before where is_council group by 1, 2, 3),
newest_after as (select indicator, kind, series, max(ends) as ends from after where is_council group by 1, 2, 3),
there as materialized (
    select after.* from after join newest_after using (indicator, kind, series, ends) where is_council
), gone as materialized (
    select b.indicator, b.kind, b.series, b.council, b.council_name, n.ends
    from before b
    join newest_before using (indicator, kind, series, ends)
    join newest_after n using (indicator, kind, series)
    left join there using (indicator, kind, series, council)
    where b.is_council and there.council is null
)
select indicator, kind, series, council, council_name, ends::text as period from gone
where not exists (
    select from there where there.indicator = gone.indicator and there.kind = gone.kind
        and there.series = gone.series and position(gone.council in there.council) > 0  -- told together with another
) and not exists (select from ({ended}) ended where ended.code = gone.council and ended.last_day < gone.ends)
"""


#: Where each council has days of its own: its newest day then and now, and whether both are of one series.
_ENDS = """
with before as (
    select distinct on (indicator, council, kind) * from ({before}) b order by indicator, council, kind, ends desc
),
after as (
    select distinct on (indicator, council, kind) * from ({after}) a order by indicator, council, kind, ends desc
)
select b.indicator, b.kind, b.series, b.council, b.council_name, b.ends as last_end, a.ends as last_end_after
from before b left join after a using (indicator, kind, council)
where a.ends is null or (a.ends < b.ends and a.series = b.series)
"""


def rows_of(connection: psycopg.Connection, mart: ComparedMart, before: int, after: int) -> pd.DataFrame:
    """Return the figures of one mart that differ between two versions."""
    frame = _frame(connection, _compose(_DIFFERENT, mart, before, after))
    frame.insert(0, "mart", mart.name)
    frame.insert(1, "access", mart.access)
    frame.insert(2, "told_as", mart.access if mart.told == "values" else "own")
    return frame


def sizes_of(connection: psycopg.Connection, mart: ComparedMart, before: int, after: int) -> pd.DataFrame:
    """Return how many figures and councils each indicator had, its lowest figure, its newest period then and now."""
    return _frame(connection, _compose(_SIZES, mart, before, after))


def gone_back_of(connection: psycopg.Connection, mart: ComparedMart, before: int, after: int) -> pd.DataFrame:
    """Return the councils whose newest day is an earlier one now, or that have none any more."""
    return _frame(connection, _compose(_ENDS, mart, before, after))


def missing_of(
    connection: psycopg.Connection, mart: ComparedMart, councils: Councils, before: int, after: int
) -> pd.DataFrame:
    """Return the councils that an indicator's newest period lacks now."""
    table = partition(councils.mart, after)
    ended = (
        sql.SQL("select {} as code, {} as last_day from {} where {} is not null").format(
            *map(sql.Identifier, (councils.code, councils.last_day)),
            sql.Identifier("versions", table),
            sql.Identifier(councils.last_day),
        )
        if exists(connection, table)
        else sql.SQL("select null::text as code, null::date as last_day where false")
    )
    return _frame(connection, _compose(_MISSING, mart, before, after, ended=ended))


def comparable(connection: psycopg.Connection, declared: Declared, before: int, after: int) -> list[ComparedMart]:
    """Return the declared marts that both versions have."""
    return [
        mart
        for mart in declared.marts
        if all(columns_of(connection, partition(mart.name, version)) for version in (before, after))
    ]


def classed(frame: pd.DataFrame, tolerance: Tolerance) -> pd.DataFrame:
    """Add ``change`` (added, removed, hidden, shown, changed, restated) and the ratio that rules look at.

    changed: by more than the tolerance; restated: by less, or in its status or release alone.
    """
    had, has = frame["before"].notna(), frame["after"].notna()
    moved = (frame["after"] - frame["before"]).abs()
    allowed = np.maximum(
        frame["before"].abs() * tolerance.relative, frame["unit"].map(tolerance.absolute).astype(float).fillna(0)
    )
    frame["change"] = np.select(
        [~frame["was_there"], ~frame["is_there"], had & ~has, ~had & has, had & has & (moved > allowed)],
        ["added", "removed", "hidden", "shown", "changed"],
        default="restated",
    )
    frame["beside"] = frame["before"].where(frame["was_there"], frame["prior"])
    frame["is_new_period"] = (
        ~frame["was_there"] & frame["last_end"].notna() & (_days(frame["ends"]) > _days(frame["last_end"]))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        frame["ratio"] = frame["after"].to_numpy() / frame["beside"].to_numpy()
    return frame


def _days(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.to_datetime(column)


def _frame(connection: psycopg.Connection, query: sql.Composed) -> pd.DataFrame:
    import pandas as pd

    cursor = connection.execute(query)
    assert cursor.description is not None
    names = [column.name for column in cursor.description]
    frame = pd.DataFrame(cursor.fetchall(), columns=names)
    for name in ("before", "after", "low", "high", "prior"):
        if name in frame:
            frame[name] = frame[name].astype(float)
    for name in ("was_there", "is_there", "is_council"):
        if name in frame:
            frame[name] = frame[name].astype(bool)
    return frame


def _compose(query: str, mart: ComparedMart, before: int, after: int, **more: sql.Composable) -> sql.Composed:
    parts = {"before": _figures(mart, before), "after": _figures(mart, after), **more}
    return sql.SQL(query).format(**parts)


def _figures(mart: ComparedMart, version: int) -> sql.Composed:
    """Select a version's figures under common names. ``kind``: what more makes a figure another one."""
    kind = " || ' ' || ".join(f"{name}::text" for name in mart.more) or "''"
    fields = (
        f"{mart.indicator} as indicator, {mart.council} as council, {kind} as kind,"
        f" coalesce(({mart.series})::text, '') as series, coalesce(({mart.family})::text, '') as family,"
        f" {mart.period} as period, {mart.council_name} as council_name,"
        f" {mart.period_end} as ends, {mart.value} as value, {mart.status} as status, {mart.unit} as unit,"
        f" {mart.release} as release, ({mart.councils_only}) as is_council"
    )
    return sql.SQL("select {} from {} where {}").format(
        sql.SQL(fields),  # declared by ourselves, in expectations/
        sql.Identifier("versions", partition(mart.name, version)),
        sql.SQL(mart.where),
    )
