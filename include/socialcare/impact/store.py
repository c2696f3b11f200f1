"""Every question that was asked of a programme is answered, once a night, beside the marts that were just built."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from psycopg import sql

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.impact import read, words
from socialcare.impact.effects import Effect, Estimate, estimate
from socialcare.impact.panel import Panel, usable

_KEY = ("council_code", "programme", "measure")
_ANSWER = (
    *("verdict", "refused_because", "effect_points", "interval_low", "interval_high", "share_before", "share_after"),
    *("share_not_yet", "teams_begun", "teams_not_yet", "teams_left_out", "quarters", "first_quarter_start_date"),
    *("last_quarter_start_date", "before_points", "before_low", "before_high", "reading"),
)
_SET = sql.SQL("update marts.practice_impact set {} where {}").format(
    *(
        sql.SQL(between).join(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in names)
        for between, names in ((", ", _ANSWER), (" and ", _KEY))
    )
)
_ADD = """
insert into marts.practice_impact_quarters
select council_code, council_name, programme, measure, measure_name,
    %(quarters_since)s, %(points)s, %(low)s, %(high)s, is_synthetic
from marts.practice_impact
where council_code = %(council_code)s and programme = %(programme)s and measure = %(measure)s
"""
#: So many decimals of a percentage point: what lies beyond is the machine's, and differs between machines.
_DECIMALS = 4


def fill() -> int:
    """Answer what ``marts.practice_impact`` asks; return how many questions could be answered with an effect."""
    with connect("transformer") as connection:
        answers = [_answer(one) for one in read.asked(connection)]
        connection.execute("truncate marts.practice_impact_quarters")
        with connection.cursor() as cursor:
            cursor.executemany(_SET, [row for row, _ in answers])
            cursor.executemany(_ADD, [row for _, rows in answers for row in rows])
    return sum(row["verdict"] != "refused" for row, _ in answers)


def _answer(asked: read.Asked) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    key = {"council_code": asked.council_code, "programme": asked.programme, "measure": asked.measure}
    row: dict[str, Any] = dict.fromkeys(_ANSWER) | key
    try:
        held = usable(asked.panel)
        found = _as_told(estimate(held))
    except Fault as fault:
        return row | {"verdict": "refused", "refused_because": fault.name, "reading": words.refusal(fault)}, []
    row |= _told(found) | _extent(asked, held) | {"reading": words.reading(found, held.left_out)}
    return row, [key | {"quarters_since": since, **_limits(one)} for since, one in sorted(found.by_quarter.items())]


def _as_told(found: Estimate) -> Estimate:
    """Return it with the effect that is published: what is said of it is said of those figures."""
    points, low, high = (_rounded(value) for value in (found.effect.points, found.effect.low, found.effect.high))
    return replace(found, effect=Effect(points, low, high))


def _told(found: Estimate) -> dict[str, Any]:
    effect, before = _limits(found.effect), _limits(found.before)
    return {
        **{"verdict": words.verdict(found.effect), "effect_points": effect["points"]},
        **{"interval_low": effect["low"], "interval_high": effect["high"]},
        **{f"before_{name}": value for name, value in before.items()},
        **{"share_before": _rounded(found.share_before), "share_after": _rounded(found.share_after)},
        **{"share_not_yet": _rounded(found.share_not_yet)},
        **{"teams_begun": found.begun, "teams_not_yet": found.not_yet},
    }


def _extent(asked: read.Asked, held: Panel) -> dict[str, Any]:
    first, last = (_first_day(asked, name) for name in (held.quarters[0], held.quarters[-1]))
    return {
        **{"quarters": len(held.quarters), "first_quarter_start_date": first, "last_quarter_start_date": last},
        "teams_left_out": len(asked.panel.teams) - len(held.teams),
    }


def _first_day(asked: read.Asked, quarter: str) -> date:
    return asked.quarters[asked.panel.quarters.index(quarter)]


def _limits(effect: Effect | None) -> dict[str, float | None]:
    if effect is None:
        return {"points": None, "low": None, "high": None}
    return {name: _rounded(getattr(effect, name)) for name in ("points", "low", "high")}


def _rounded(value: float) -> float:
    return round(value, _DECIMALS) + 0.0  # no nought below nought
