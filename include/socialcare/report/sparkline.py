"""A council's line over the years, as a small drawing of our own: a hundred of them must cost nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from socialcare.report import words

WIDTH, HEIGHT, EDGE = 132, 34, 4


def draw(rows: Sequence[Mapping[str, Any]], each: str = "year") -> Markup:
    """Draw the values of ``rows`` (one council, one indicator, oldest first) with their intervals.

    ``each`` is what a row is of: a year, a quarter, a month, a delivery. A figure that is not there leaves a gap: it is
    neither drawn nor bridged.
    """
    known = [row for row in rows if row["value"] is not None]
    if len(known) < 2:
        return Markup('<span class="soft">no line: {}</span>').format(words.counted(len(known), "figure"))
    left, right = rows[0]["period_end_date"].toordinal(), rows[-1]["period_end_date"].toordinal()
    lows = [float(_or(row, "interval_low")) for row in known]
    highs = [float(_or(row, "interval_high")) for row in known]
    low, span = min(lows), (max(highs) - min(lows)) or 1.0

    def x(row: Mapping[str, Any]) -> float:
        days: int = row["period_end_date"].toordinal() - left
        return EDGE + days / ((right - left) or 1) * (WIDTH - 2 * EDGE)

    def y(value: Any) -> float:
        return HEIGHT - EDGE - (float(value) - low) / span * (HEIGHT - 2 * EDGE)

    parts = []
    for run in _runs(rows):
        upper = [f"{x(row):.1f},{y(_or(row, 'interval_high')):.1f}" for row in run]
        lower = [f"{x(row):.1f},{y(_or(row, 'interval_low')):.1f}" for row in reversed(run)]
        parts.append(f'<polygon points="{" ".join(upper + lower)}"/>')
        line = [f"{x(row):.1f},{y(row['value']):.1f}" for row in run]
        parts.append(f'<polyline points="{" ".join(line)}"/>')
    last = known[-1]
    parts.append(f'<circle cx="{x(last):.1f}" cy="{y(last["value"]):.1f}" r="3"/>')
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, WIDTH, HEIGHT, _label(rows, len(known), each), Markup("".join(parts)))


def _label(rows: Sequence[Mapping[str, Any]], known: int, each: str) -> str:
    trend = words.TRENDS.get(str(rows[-1].get("trend")), "")
    missing = len(rows) - known
    several = {"delivery": "deliveries"}.get(each)
    gaps = f"; {words.counted(missing, each, several)} without a figure, not drawn" if missing else ""
    ends = (rows[0]["period_end_date"], rows[-1]["period_end_date"])
    first, last = (str(end.year) if each == "year" else words.day(end) for end in ends)
    return f"Line from {first} to {last}{': ' + trend if trend else ''}{gaps}."


def _or(row: Mapping[str, Any], limit: str) -> Any:
    """Return the interval's limit, or the value itself where there is no interval."""
    return row["value"] if row[limit] is None else row[limit]


def _runs(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Split the rows where a figure is missing; what is left are unbroken lines."""
    runs: list[list[Mapping[str, Any]]] = [[]]
    for row in rows:
        if row["value"] is None:
            runs.append([])
        else:
            runs[-1].append(row)
    return [run for run in runs if run]
