"""Ofsted: each council's inspections and visits in order, and its figures then and now."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from socialcare.report.page import Pages
from socialcare.report.reading import Place, Row

_GRADES = ("overall_effectiveness", "leaders", "help_and_protection", "in_care", "care_leavers")


def page(pages: Pages) -> str:
    """Return the page: our councils in full, the others of the region by their inspections."""
    others = [place for place in pages.places if place not in pages.ours]
    return pages.render(
        "ofsted",
        title="Ofsted",
        here="ofsted.html",
        full=[_of(pages, place, in_full=True) for place in pages.ours],
        others=[_of(pages, place, in_full=False) for place in others],
    )


def _of(pages: Pages, place: Place, *, in_full: bool) -> dict[str, Any]:
    codes = list(place.codes)
    events = [
        {
            "on": row["inspection_start_date"] or row["publication_date"],
            "known": row["inspection_start_date"] is not None,
            "report": row["publication_date"],
            "kind": row["inspection_type"],
            "grades": {name: row[name] for name in _GRADES if row[name]},
            "theme": row["visit_theme"],
            "is_current": row["is_current"],
            "id": row["inspection_id"],
        }
        for row in pages.edition.rows("select * from published.ofsted_judgements where council_code = any(%s)", [codes])
    ]
    events.sort(key=lambda event: (str(event["on"]), event["id"]), reverse=True)
    return {
        "place": place,
        "events": events,
        "context": _context(pages, codes) if in_full else [],
        "areas": _areas(pages, codes) if in_full else [],
    }


def _context(pages: Pages, codes: list[str]) -> list[tuple[Row, list[Row]]]:
    """Return each graded inspection with the headline figures of its day and of today, the newest first."""
    if not pages.edition.held("inspection_context"):
        return []
    rows = pages.edition.rows(
        "select c.*, i.decimals from published.inspection_context c join published.dim_indicator i using (indicator_id)"
        " where council_code = any(%s) and i.is_headline order by inspected_on desc, inspection_id, indicator_name",
        [codes],
    )
    return [
        (said[0], said) for said in (list(group) for _, group in groupby(rows, key=lambda row: row["inspection_id"]))
    ]


def _areas(pages: Pages, codes: list[str]) -> list[tuple[Row, list[Row]]]:
    """Return what was to improve, each with the measures that show it or lie beside it."""
    if not pages.edition.held("inspection_areas"):
        return []
    rows = pages.edition.rows(
        "select * from published.inspection_areas where council_code = any(%s)"
        " order by inspection_start_date desc, area_id, relation desc, indicator_id",
        [codes],
    )
    groups = groupby(rows, key=lambda row: (row["inspection_start_date"], row["area_id"]))
    return [(said[0], said) for said in (list(group) for _, group in groups)]
