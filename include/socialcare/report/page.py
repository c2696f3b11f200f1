"""From what was read to a page: the templates, the words and figures that they may use, and what every page says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jinja2

from socialcare.report import words
from socialcare.report.figures import figure
from socialcare.report.reading import Edition, Place, Row, slug
from socialcare.report.sparkline import draw

SYNTHETIC = "SYNTHETIC: what councils sent here was generated and is not about real children."


class Pages:
    """What all pages of an edition share."""

    def __init__(
        self, edition: Edition, places: Sequence[Place], indicators: Sequence[Row], menu: Sequence[tuple[str, str]]
    ) -> None:
        self.edition, self.places, self.indicators = edition, list(places), list(indicators)
        self.by_id = {row["indicator_id"]: row for row in indicators}
        by_code = {place.code: place for place in places}
        self.ours = [by_code[council.ons_code] for council in edition.ours if council.ons_code in by_code]
        self._common = {
            "menu": menu,
            "places": self.places,
            "ours": self.ours,
            "sending": frozenset(council.ons_code for council in edition.senders),
            "indicators": self.indicators,
            "known": self.by_id,
            "about": edition.about,
            "edition": f"{edition.council.name}'s own edition" if edition.council else "Shared edition",
            "council": edition.council,
            "synthetic": SYNTHETIC if any(row.get("is_synthetic") for row in edition.sources) else "",
            "stale": [row for row in edition.sources if row["state"] != "ok"],
            "files": {place.code: f"council-{place.slug}.html" for place in self.places},
        }

    def render(self, template: str, **values: Any) -> str:
        """Return the whole page. A name that a template uses and nobody gave is an error, never a blank."""
        text = _environment().get_template(f"{template}.html").render(**self._common, **values)
        return "\n".join(line for line in (line.strip() for line in text.splitlines()) if line) + "\n"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("socialcare.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        css=files("socialcare.report").joinpath("report.css").read_text(encoding="utf-8"),
        dict=dict,
        figure=figure,
        draw=draw,
        words=words,
        verdict=words.verdict,
        number=words.number,
        period_of=lambda row: words.period(row["period_type"], row["period_end_date"]),
        measure_file=lambda indicator_id: f"measure-{slug(indicator_id)}.html",
    )
    made.filters.update(day=words.day, counted=words.counted, joined=words.joined)
    return made
