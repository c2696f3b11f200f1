"""A measure's page: the answer for our councils and since when, the region, England, neighbours, revisions, origins."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from socialcare.report import charts, reading, words
from socialcare.report.page import Pages
from socialcare.report.reading import Place, Row


def page(pages: Pages, indicator: Row) -> str:
    """Return the page of one measure."""
    edition, key = pages.edition, indicator["indicator_id"]
    series = reading.of_indicator(edition, key, pages.places)
    everybody = reading.everybody(edition, key)
    newest = [rows[-1] for rows in (series[place.code] for place in pages.places) if rows]
    end = everybody[0]["period"] if everybody else None
    shown = [row for row in newest if row["period"] == end]
    codes = [code for place in pages.ours for code in place.codes]
    return pages.render(
        "measure",
        title=indicator["indicator_name"],
        here=f"measure-{reading.slug(key)}.html",
        one=indicator,
        series=[(place, series[place.code]) for place in pages.places if series[place.code]],
        answers=[_answer(place, series[place.code]) for place in pages.ours if series[place.code]],
        chart=charts.placed(
            everybody,
            shown,
            shown[0]["england_value"] if shown else None,
            ours=frozenset(council.ons_code for council in edition.senders),
            name=indicator["indicator_name"],
            unit="per cent" if indicator["unit"] == "%" else indicator["unit"],
            key="where",
        ),
        period=words.period(shown[0]["period_type"], shown[0]["period_end_date"]) if shown else "",
        neighbours=_neighbours(pages, everybody, newest),
        revisions=_revised(reading.revisions(edition, key, codes)),
        origins=reading.origins(edition, key, codes),
    )


def _answer(place: Place, rows: list[Row]) -> dict[str, Any]:
    """Return the newest figure, what it means beside the neighbours, and since when that has been so."""
    row = rows[-1]
    told = [(one["period"], words.verdict(one["significance_vs_neighbours"], one["polarity"])) for one in rows]
    first, run = words.since(told)
    began = next(one for one in rows if one["period"] == first)
    return {"place": place, "row": row, "verdict": told[-1][1], "began": began, "run": run, "first": run == len(rows)}


def _neighbours(pages: Pages, everybody: list[Row], newest: list[Row]) -> list[dict[str, Any]]:
    """Return for each of our councils its neighbours by the model of the figure's time, and by the newest."""
    values = {row["council_code"]: row for row in everybody}
    listed = reading.neighbours(pages.edition, [place.code for place in pages.ours])
    found = []
    for place in pages.ours:
        row = next((one for one in newest if one["council_code"] in place.codes), None)
        if row is None:
            continue
        names = dict.fromkeys((row["neighbour_set_now"], row["neighbour_set"]))
        models = [
            (
                name,
                "now" if name == row["neighbour_set_now"] else "then",
                [
                    (one, values.get(one["neighbour_code"]))
                    for one in listed
                    if one["council_code"] == place.code and one["neighbour_set"] == name
                ],
            )
            for name in names
            if name
        ]
        found.append({"place": place, "row": row, "models": models})
    return found


def _revised(rows: list[Row]) -> list[tuple[Row, list[Row]]]:
    groups = groupby(rows, key=lambda row: (row["area_code"], row["period"]))
    return [(said[0], said) for said in (list(group) for _, group in groups)]
