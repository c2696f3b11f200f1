"""A council's page: the answer first, then every measure with its place, its line and what is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from socialcare.report import reading, words
from socialcare.report.page import Pages, told
from socialcare.report.reading import Place, Row

#: How many that stand out are told.
TOLD = 6


def page(pages: Pages, place: Place) -> str:
    """Return the page of one council."""
    series = reading.of_council(pages.edition, place)
    listed = [one for one in pages.indicators if one["indicator_id"] in series]
    topics = [
        ("Headline measures" if headline else topic, [series[one["indicator_id"]] for one in members])
        for (headline, topic), members in (
            (key, list(group)) for key, group in groupby(listed, key=lambda i: (i["is_headline"], _topic(i)))
        )
    ]
    newest = [rows[-1] for rows in series.values()]
    return pages.render(
        "council",
        title=place.name,
        here=f"council-{place.slug}.html",
        place=place,
        topics=topics,
        answer=answer(newest, pages.by_id),
        out=reading.standing_out(pages.edition, place, TOLD),
        moved=reading.ranks_moved(pages.edition, place, TOLD),
        restated=reading.restated(pages.edition, place),
        source=next((told(one) for one in pages.edition.sources if one.get("title") == place.name), None),
    )


def _topic(indicator: Mapping[str, Any]) -> str:
    return "" if indicator["is_headline"] else str(indicator["topic"])


def answer(newest: Sequence[Row], by_id: Mapping[str, Row]) -> dict[str, list[Row]]:
    """Sort the newest figures by how they stand beside the neighbours: verdict -> rows, headlines first."""
    ordered = sorted(newest, key=lambda row: (not by_id[row["indicator_id"]]["is_headline"], row["indicator_name"]))
    found: dict[str, list[Row]] = {word: [] for word in words.SIGNS}
    for row in ordered:
        if row["unit"] != "number":  # how large a count is tells how large a council is
            found[words.verdict(row["significance_vs_neighbours"], row["polarity"])].append(row)
    return found
