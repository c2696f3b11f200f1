"""The main chart of an indicator: all councils of England, and the region's own with their intervals.

Altair says what is drawn, vl-convert draws it, with the system's fonts and without fetching anything. The colours
written into the drawing are those of a white page; the style sheet gives them others on a dark one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from socialcare.report import words
from socialcare.report.made_before import MARK, MadeBefore, made_of

#: Each stands in report.css too, where a dark page gives it another: text, lines, ours, other councils, all of England.
INK, LINE, OURS, OTHERS, ALL = "#1b252e", "#c9d1d8", "#0b5394", "#8a5a00", "#6b7882"
WIDTH, ROW = 560, 20
EVERYBODY = "All of England"


@dataclass(frozen=True)
class Chart:
    """A drawing that may have to be made: what is in it, its name, its description and its place on the page."""

    asked: str
    name: str
    said: str
    key: str

    def draw(self, before: MadeBefore, page: str) -> Markup:
        """Return the drawing; the one that stood on the page last time, if that was made of the same."""
        if not self.asked:
            return Markup('<p class="soft">{}</p>').format(self.said)
        digest = made_of(self)
        kept = before.drawing(page, digest)
        return Markup(kept) if kept else _labelled(_svg(self.asked), self, digest)


def placed(
    everybody: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    england: Any,
    *,
    ours: frozenset[str],
    name: str,
    unit: str,
    key: str,
) -> Chart:
    """Chart the newest figures of ``shown``, the region's councils, beside everybody's; the missing is not drawn."""
    drawn = [row for row in shown if row["value"] is not None]
    if not drawn:
        return Chart("", name, "No council of the region has a figure, so nothing is drawn.", key)
    ordered = sorted(shown, key=lambda row: (row["value"] is None, row["value"], row["council_name"]))
    labels = {row["council_code"]: _label(row) for row in ordered}
    limits = [
        {
            "council": labels[row["council_code"]],
            "value": float(row["value"]),
            "low": float(row["value"] if row["interval_low"] is None else row["interval_low"]),
            "high": float(row["value"] if row["interval_high"] is None else row["interval_high"]),
            "ours": row["council_code"] in ours,
        }
        for row in ordered
        if row["value"] is not None
    ]
    asked = {
        "all": [{"council": EVERYBODY, "value": float(row["value"])} for row in everybody if row["value"] is not None],
        "region": limits,
        "england": [] if england is None else [{"value": float(england)}],
        "names": [EVERYBODY, *labels.values()],
        "unit": unit,
    }
    said = (
        f"Newest figures of the North East's councils as dots with their 95% intervals, above them every council of "
        f"England as a line each; an upright line marks England. {words.counted(len(shown) - len(drawn), 'council')} "
        f"without a figure: not drawn. The table below gives every figure."
    )
    return Chart(json.dumps(asked, sort_keys=True), name, said, key)


def _label(row: Mapping[str, Any]) -> str:
    return str(row["council_name"]) + (
        "" if row["value"] is not None else f" ({words.no_number(row['value_status'])[0]})"
    )


@lru_cache(maxsize=160)
def _svg(asked: str) -> str:
    """Return the drawing. All editions ask for the same ones, so they are kept while a night delivers."""
    import vl_convert

    wanted = json.loads(asked)
    text = _template().replace('"NAMES"', json.dumps(wanted["names"])).replace('"UNIT"', json.dumps(wanted["unit"]))
    spec = json.loads(text)
    spec["datasets"] = {name: wanted[name] for name in ("all", "region", "england")}
    spec["height"] = ROW * len(wanted["names"])
    return str(vl_convert.vegalite_to_svg(spec, vl_version="6.1", allowed_base_urls=[]))


@lru_cache(maxsize=1)
def _template() -> str:
    """Return the chart without its data: building it costs more than drawing it."""
    import altair as alt

    place = alt.Y(
        "council:N", title=None, scale=alt.Scale(domain=["NAMES"]), axis=alt.Axis(ticks=False, labelLimit=190)
    )
    across = alt.X("value:Q", title="UNIT", scale=alt.Scale(zero=False, nice=True))
    interval = {"x": alt.X("low:Q"), "x2": "high:Q", "y": place}
    region = alt.Chart(alt.NamedData("region"))
    theirs, ours = region.transform_filter("!datum.ours"), region.transform_filter("datum.ours")
    layers = [
        alt.Chart(alt.NamedData("england")).mark_rule(color=INK, strokeDash=[4, 3], aria=False).encode(x=across),
        alt.Chart(alt.NamedData("all"))
        .mark_tick(color=ALL, opacity=0.55, thickness=1.5, aria=False)
        .encode(x=across, y=place),
        theirs.mark_rule(color=OTHERS, strokeWidth=2, aria=False).encode(**interval),
        ours.mark_rule(color=OURS, strokeWidth=3, aria=False).encode(**interval),
        theirs.mark_point(color=OTHERS, filled=True, opacity=1, size=50, aria=False).encode(x=across, y=place),
        ours.mark_point(color=OURS, filled=True, opacity=1, size=80, shape="diamond", aria=False)
        .encode(x=across, y=place),
    ]  # fmt: skip
    chart = (
        alt.layer(*layers)
        .properties(width=WIDTH, background="transparent", padding=4)
        .configure(font="Arial, Helvetica, sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor=LINE, domainColor=LINE, tickColor=LINE,
            labelFontSize=13, titleFontSize=13, titleFontWeight="normal", aria=False,
        )
    )  # fmt: skip
    return json.dumps(chart.to_dict()).replace('["NAMES"]', '"NAMES"')


def _labelled(svg: str, chart: Chart, digest: str) -> Markup:
    """Give the drawing its name and description, and nothing that an editor or a script could want."""
    opened = re.match(r"<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>", svg)
    body = svg[opened.end() :] if opened else svg
    box = opened[1] if opened else f"0 0 {WIDTH} 300"
    head = Markup(
        '<svg class="chart" {}="{}" xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="img"'
        ' aria-labelledby="{}-t {}-d"><title id="{}-t">{}</title><desc id="{}-d">{}</desc>'
    ).format(MARK, digest, box, chart.key, chart.key, chart.key, chart.name, chart.key, chart.said)
    return head + Markup(re.sub(r' (aria-\w+|role)="[^"]*"', "", body))
