"""The first page: how each council stands, what stands out, what changed, and how fresh each source is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialcare.report import reading
from socialcare.report.council_page import answer
from socialcare.report.page import Pages, told
from socialcare.report.reading import Place

TOLD = 4


def page(pages: Pages) -> str:
    """Return the first page."""
    edition = pages.edition
    return pages.render(
        "index",
        title="This morning",
        here="index.html",
        cards=[_card(pages, place) for place in pages.ours],
        sources=sorted(map(told, edition.sources), key=lambda row: (row["kind"] != "council", row["source_id"])),
        changes=_changes(edition.about),
    )


def _card(pages: Pages, place: Place) -> dict[str, Any]:
    series = reading.of_council(pages.edition, place)
    newest = [rows[-1] for rows in series.values() if rows[-1]["indicator_id"] in pages.by_id]
    return {
        "place": place,
        "answer": answer(newest, pages.by_id),
        "headline": [
            series[one["indicator_id"]][-1]
            for one in pages.indicators
            if one["is_headline"] and one["indicator_id"] in series
        ],
        "out": reading.standing_out(pages.edition, place, TOLD),
        "moved": reading.ranks_moved(pages.edition, place, TOLD),
        "restated": reading.restated(pages.edition, place),
    }


def _changes(about: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what changed since the version before, table by table; None where nobody counted."""
    counted = about.get("changes")
    if not counted:
        return None
    tables = {name: rows for name, rows in (counted.get("tables") or {}).items() if rows is None or any(rows.values())}
    return {"since": counted.get("since_version"), "tables": tables}
