"""The short table that a night prints, of headline indicators: our councils, neighbours, the region and England."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from socialcare.database import connect
from socialcare.registry import Council, all_councils

if TYPE_CHECKING:
    from rich.table import Table

#: What a person reads where there is no number. A blank would look like a mistake, a zero would be one.
WORDS = {
    "suppressed": "suppressed by the publisher",
    "not_applicable": "not applicable",
    "not_available": "not available",
    "low": "under half a unit, not zero",
    "rounded": "rounded away",
}

_QUERY = """
with wanted as (select unnest(%(codes)s::text[]) as council_code),
latest as (
    select c.indicator_id, max(c.period_end_date) as period_end_date
    from published.regional_comparison c
    join wanted using (council_code)
    join published.dim_indicator i on i.indicator_id = c.indicator_id and i.is_headline
    group by c.indicator_id
)
select c.council_code, c.indicator_id, c.indicator_name, c.period_type, c.period_end_date, c.unit, c.decimals,
    c.value, c.value_status, c.neighbour_mean, c.neighbour_status,
    c.north_east_value, c.north_east_status, c.england_value, c.england_status
from latest l
join published.regional_comparison c using (indicator_id, period_end_date)
join wanted w on w.council_code = c.council_code
order by c.indicator_id, c.council_code
"""


@dataclass(frozen=True)
class Row:
    """One council's newest figure for one indicator, beside what it is compared with."""

    council_code: str
    indicator_id: str
    indicator_name: str
    period_type: str
    period_end_date: date
    unit: str
    decimals: int
    value: Decimal | None
    value_status: str
    neighbour_mean: Decimal | None
    neighbour_status: str
    north_east_value: Decimal | None
    north_east_status: str
    england_value: Decimal | None
    england_status: str


def latest(councils: Sequence[Council] | None = None) -> list[Row]:
    """Return the newest period of each headline indicator for ``councils`` (default: all that send files).

    Reads the published version as the analyst does: what this shows, anybody may see.
    """
    codes = [council.ons_code for council in (all_councils() if councils is None else councils)]
    with connect("analyst") as connection, connection.cursor(row_factory=class_row(Row)) as cursor:
        return cursor.execute(_QUERY, {"codes": codes}).fetchall()


def table(rows: Sequence[Row] | None = None, councils: Sequence[Council] | None = None) -> Table:
    """Lay ``rows`` (default: the newest) out for a terminal: a line per indicator, a column per council."""
    from rich import box
    from rich.table import Table

    rows = latest(councils) if rows is None else rows
    columns = all_councils() if councils is None else councils
    laid = Table(
        title="Latest published figures",
        caption="in brackets: the mean of the council's statistical neighbours",
        box=box.SIMPLE_HEAD,
    )
    laid.add_column("Indicator", min_width=30, max_width=46)
    laid.add_column("Date", no_wrap=True)
    for council in columns:
        laid.add_column(council.name, justify="right")
    laid.add_column("North East", justify="right")
    laid.add_column("England", justify="right")
    for indicator_id in dict.fromkeys(row.indicator_id for row in rows):
        found = {row.council_code: row for row in rows if row.indicator_id == indicator_id}
        any_row = next(iter(found.values()))
        laid.add_row(
            any_row.indicator_name + (" (%)" if any_row.unit == "%" else ""),
            when(any_row),
            *(_cell(found.get(council.ons_code)) for council in columns),
            number(any_row.north_east_value, any_row.decimals, any_row.north_east_status),
            number(any_row.england_value, any_row.decimals, any_row.england_status),
        )
    return laid


def when(row: Row) -> str:
    """Return the date a figure is about: ``31 March 2024``, or ``year to 30 Sep 2024``."""
    end = row.period_end_date
    if row.period_type == "snapshot":
        return f"{end.day} {end:%B %Y}"
    return f"year to {end.day} {end:%b %Y}"


def number(value: Decimal | None, decimals: int, status: str = "final") -> str:
    """Return the number at its decimals (halves away from zero, as publishers round), or words."""
    if value is None:
        return WORDS.get(status, status.replace("_", " "))
    shown = str(value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))
    return f"{shown} (provisional)" if status == "provisional" else shown


def _cell(row: Row | None) -> str:
    if row is None:
        return WORDS["not_available"]
    neighbours = number(row.neighbour_mean, row.decimals, row.neighbour_status)
    return f"{number(row.value, row.decimals, row.value_status)} ({neighbours})"
