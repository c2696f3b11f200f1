"""What everybody may see of our councils' own figures: each at the newest month end, rounded, and its months before."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from socialcare.report.page import Pages
from socialcare.report.reading import Edition, Row

MART = "shared_local_indicators"
FILE = "month-ends.html"


def held(edition: Edition) -> bool:
    """Return whether there is anything to show."""
    return edition.held(MART)


def page(pages: Pages) -> str:
    """Return the page: a row for each measure and kind of period, a column for each council."""
    rows = pages.edition.rows(
        f"select s.*, coalesce(i.topic, 'Others') as topic from published.{MART} s"
        " left join published.dim_indicator i using (indicator_id)"
        " order by topic, s.indicator_name, indicator_id, period_type, council_code, month_end"
    )
    councils = sorted({(row["council_name"], row["council_code"]) for row in rows})
    lines = [
        _line(list(same), [code for _, code in councils])
        for _, same in groupby(rows, key=lambda row: (row["topic"], row["indicator_id"], row["period_type"]))
    ]
    return pages.render(
        "month_ends",
        title="Our councils' own figures",
        here=FILE,
        councils=councils,
        known=sorted(pages.by_id),
        newest=max(row["month_end"] for row in rows),
        topics=[(topic, list(group)) for topic, group in groupby(lines, key=lambda line: line["topic"])],
    )


def _line(rows: list[Row], codes: list[str]) -> dict[str, Any]:
    first = rows[0]
    by_council = {code: [_plain(row) for row in rows if row["council_code"] == code] for code in codes}
    return {
        **{name: first[name] for name in ("topic", "indicator_id", "indicator_name", "period_type", "unit")},
        "series": [by_council[code] for code in codes],
    }


def _plain(row: Row) -> Row:
    """Return the row as a line needs it: a rounded figure has no interval."""
    return row | {"period_end_date": row["month_end"], "interval_low": None, "interval_high": None}
