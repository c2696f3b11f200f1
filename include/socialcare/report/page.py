"""From what was read to a page: the templates, the words and figures that they may use, and what every page says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from socialcare.report import words
from socialcare.report.figures import figure
from socialcare.report.made_before import MARK, MadeBefore, made_of
from socialcare.report.reading import Edition, Place, Row, slug
from socialcare.report.small_drawings import around, bar, interval
from socialcare.report.sparkline import draw

SYNTHETIC = "SYNTHETIC: what councils sent here was generated and is not about real children."


#: What pages tell of a source. Its age belongs to the moment of reading, and would make each night's page another one.
_TOLD = ("source_id", "kind", "title", "newest_release", "state", "message", "as_of_date", "is_synthetic")


def told(source: Mapping[str, Any]) -> Row:
    """Return of a source's state what a page may tell."""
    return {name: source[name] for name in _TOLD}


class Pages:
    """What all pages of an edition share; ``before`` holds the edition's pages of last time."""

    def __init__(
        self,
        edition: Edition,
        places: Sequence[Place],
        indicators: Sequence[Row],
        menu: Sequence[tuple[str, str]],
        before: MadeBefore,
    ) -> None:
        self.edition, self.places, self.indicators = edition, list(places), list(indicators)
        self.by_id = {row["indicator_id"]: row for row in indicators}
        by_code = {place.code: place for place in places}
        self.ours = [by_code[council.ons_code] for council in edition.ours if council.ons_code in by_code]
        self._before = before
        self._shared = {
            "places": self.places,
            "ours": self.ours,
            "sending": sorted(council.ons_code for council in edition.senders),
            "council": edition.council,
            "files": {place.code: f"council-{place.slug}.html" for place in self.places},
        }
        self._frame = {
            "menu": menu,
            "about": edition.about,
            "edition": f"{edition.council.name}'s own edition" if edition.council else "Shared edition",
            "synthetic": SYNTHETIC if any(row.get("is_synthetic") for row in edition.sources) else "",
            "stale": [row for row in edition.sources if row["state"] != "ok"],
            "mark": MARK,
        }

    def render(self, template: str, *, title: str, here: str, **values: Any) -> str:
        """Return the whole page. A name that a template uses and nobody gave is an error, never a blank.

        What stands between head and foot is made of ``values`` and of what all pages share, and of nothing else: the
        version, the night and the menu are not given to it. So it can be taken from last time's page.
        """
        digest = made_of(template, here, self._shared, values)
        body = self._before.body(here, digest)
        if body is None:
            body = _lines(template, **self._shared, **values, drawn=lambda chart: chart.draw(self._before, here))
        frame = {**self._shared, **self._frame, "title": title, "here": here, "made_of": digest}
        return _lines("base", **frame, body=Markup(body)) + "\n"


def _lines(template: str, **values: Any) -> str:
    text = _environment().get_template(f"{template}.html").render(**values)
    return "\n".join(line for line in (line.strip() for line in text.splitlines()) if line)


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
        around=around,
        bar=bar,
        interval=interval,
        words=words,
        verdict=words.verdict,
        number=words.number,
        period_of=lambda row: words.period(row["period_type"], row["period_end_date"]),
        measure_file=lambda indicator_id: f"measure-{slug(indicator_id)}.html",
    )
    made.filters.update(day=words.day, counted=words.counted, joined=words.joined)
    return made
