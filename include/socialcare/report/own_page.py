"""A council's own figures of tonight beside what was last published: for its own eyes, in its own edition alone."""

from __future__ import annotations

from collections import Counter

from socialcare.registry import Council
from socialcare.report import reading
from socialcare.report.page import Pages, told


def page(pages: Pages, council: Council) -> str:
    """Return the page. Every row was read with the council's own role."""
    edition = pages.edition
    live = list(reading.own(edition, "local_indicators", "indicator_name, period_type", "place = 1"))
    beside = list(reading.own(edition, "reconciliation", "indicator_name, period desc"))
    for row in beside:
        row["decimals"] = (pages.by_id.get(row["indicator_id"]) or {}).get("decimals", 1)
    verdicts = Counter((row["verdict"], row["likely_reason"]) for row in beside)
    return pages.render(
        "own",
        title=f"{council.name}'s own figures",
        here="own.html",
        now=list(reading.own(edition, "looked_after_now", "council_code")),
        live=[row for row in live if row["value"] is not None],
        missing=[row for row in live if row["value"] is None],
        outside=sum(bool(row["has_rows_outside"]) for row in live),
        beside=beside,
        verdicts=sorted(verdicts.items(), key=lambda item: (item[0][0], -item[1])),
        source=next((told(row) for row in edition.sources if row["source_id"] == council.id), None),
        known=sorted(pages.by_id),
    )
