"""Drawings of one line's height, beside the figures that they show: an interval, a bar, the quarters around a start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 132, 16, 4
TALL = 56


def interval(row: Mapping[str, Any], what: str = "value", *, least: float = 0, most: float = 100) -> Markup:
    """Draw a figure and its interval between ``least`` and ``most``, with a mark at nought; not where it is missing."""
    if row[what] is None or row["interval_low"] is None or row["interval_high"] is None:
        return Markup("")
    low, high, value = (_across(row[name], least, most) for name in ("interval_low", "interval_high", what))
    nought = _across(0, least, most)
    return _drawing(
        HEIGHT,
        "The figure and its 95% interval, which the row gives.",
        f'<path class="axis" d="M{EDGE} 8H{WIDTH - EDGE}M{nought:.1f} 2V14"/>'
        f'<path class="reach" d="M{low:.1f} 8H{high:.1f}"/><circle cx="{value:.1f}" cy="8" r="3.5"/>',
    )


def bar(value: Any, most: Any) -> Markup:
    """Draw a count as a bar, beside the greatest of its table; nothing where it is missing."""
    if value is None or not most:
        return Markup("")
    width = float(value) / float(most) * (WIDTH - 2 * EDGE)
    return _drawing(
        HEIGHT, "The figure as a bar, which the row gives.", f'<path class="reach" d="M{EDGE} 8h{width:.1f}"/>'
    )


def around(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw the effect in each quarter around the beginning, with its interval, above and below nought."""
    known = [row for row in rows if row["effect_points"] is not None and row["interval_low"] is not None]
    if not known:
        return Markup("")
    limits = [float(row[name]) for row in known for name in ("interval_low", "interval_high")]
    least, most = min(0.0, *limits), max(0.0, *limits)
    first, last = min(row["quarters_since"] for row in known), max(row["quarters_since"] for row in known)

    def x(row: Mapping[str, Any]) -> float:
        return EDGE + float(row["quarters_since"] - first) / ((last - first) or 1) * (WIDTH - 2 * EDGE)

    def y(value: Any) -> float:
        return TALL - EDGE - (float(value) - least) / ((most - least) or 1.0) * (TALL - 2 * EDGE)

    parts = [f'<path class="axis" d="M{EDGE} {y(0):.1f}H{WIDTH - EDGE}"/>']
    for row in known:
        parts.append(
            f'<path class="limits" d="M{x(row):.1f} {y(row["interval_low"]):.1f}V{y(row["interval_high"]):.1f}"/>'
            f'<circle cx="{x(row):.1f}" cy="{y(row["effect_points"]):.1f}" r="2.5"/>'
        )
    said = (
        f"The effect from {_quarters(first)} to {_quarters(last)}, with 95% intervals; the list beside it gives each."
    )
    return _drawing(TALL, said, "".join(parts))


def _quarters(since: int) -> str:
    if not since:
        return "the quarter of the beginning"
    many = "quarter" if abs(since) == 1 else "quarters"
    return f"{abs(since)} {many} {'before' if since < 0 else 'after'} it"


def _across(value: Any, least: float, most: float) -> float:
    share = (min(max(float(value), least), most) - least) / (most - least)
    return EDGE + share * (WIDTH - 2 * EDGE)


def _drawing(height: int, said: str, inside: str) -> Markup:
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, height, WIDTH, height, said, Markup(inside))
