"""Figures that reports and strategies quote, each beside what the publisher's newest release says."""

from __future__ import annotations

from socialcare.report.page import Pages

#: Those that can be told: not a date, not a goal, and with a publisher's figure.
_WORTH = "verdict in ('different', 'vintage', 'equal') and (is_newest or verdict = 'different')"


def page(pages: Pages) -> str:
    """Return the page: what differs first."""
    rows = pages.edition.rows(
        "select c.*, coalesce(i.indicator_name, c.measure) as measure_name,"
        " coalesce(d.council_name, c.area_code) as area,"
        " coalesce(i.decimals, scale(trim_scale(published_value))) as decimals,"
        " scale(trim_scale(claimed_value)) as claimed_decimals"
        " from published.claims c left join published.dim_indicator i on i.indicator_id = c.measure"
        " left join published.dim_council d on d.council_code = c.area_code"
        f" where {_WORTH} order by case verdict when 'different' then 1 when 'vintage' then 2 else 3 end,"
        " claim_id, release"
    )
    counts = pages.edition.rows(
        "select verdict, count(distinct claim_id) as claims from published.claims group by verdict order by verdict"
    )
    return pages.render(
        "quoted",
        title="Quoted figures",
        here="quoted.html",
        rows=rows,
        counts={r["verdict"]: r["claims"] for r in counts},
    )
