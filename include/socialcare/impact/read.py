"""What was just built of each programme: its teams, their quarters, and when each began, council by council."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import psycopg

from socialcare.impact.panel import NOT_YET, Panel

_ASKED = "select council_code, programme, measure from marts.practice_impact order by 1, 2, 3"
_BEGUN = "select council_code, programme, team, began_on from marts.practice_programmes"
_QUARTERS = (
    "select council_code, measure, team, quarter_start_date, numerator, denominator"
    " from marts.practice_team_quarters order by council_code, measure, team, quarter_start_date"
)


@dataclass(frozen=True)
class Asked:
    """One question: did this programme of this council change this measure?"""

    council_code: str
    programme: str
    measure: str
    panel: Panel
    quarters: tuple[date, ...]
    """First days of the panel's quarters."""


def asked(connection: psycopg.Connection) -> Iterator[Asked]:
    """Yield every question that the mart asks, with what is held to answer it."""
    begun: dict[tuple[str, str], dict[str, date]] = {}
    for council, programme, team, on in connection.execute(_BEGUN):
        begun.setdefault((council, programme), {})[team] = on
    held: dict[tuple[str, str], list[tuple[str, date, int, int]]] = {}
    for council, measure, *row in connection.execute(_QUARTERS):
        held.setdefault((council, measure), []).append(tuple(row))
    for council, programme, measure in connection.execute(_ASKED).fetchall():
        rows = held.get((council, measure), [])
        days = _all_quarters([row[1] for row in rows])
        yield Asked(council, programme, measure, _panel(rows, days, begun[council, programme]), days)


def _panel(rows: list[tuple[str, date, int, int]], quarters: tuple[date, ...], begun: dict[str, date]) -> Panel:
    teams = {team: number for number, team in enumerate(sorted({row[0] for row in rows}))}
    place = {quarter: number for number, quarter in enumerate(quarters)}
    above, below = np.zeros((len(teams), len(quarters))), np.zeros((len(teams), len(quarters)))
    for team, quarter, numerator, denominator in rows:
        above[teams[team], place[quarter]] = numerator
        below[teams[team], place[quarter]] = denominator
    began = [_place(begun.get(team), quarters) for team in teams]
    names = tuple(f"{quarter:%Y} Q{(quarter.month + 2) // 3}" for quarter in quarters)
    return Panel(tuple(teams), names, above, below, np.array(began, dtype=np.int64))


def _all_quarters(days: list[date]) -> tuple[date, ...]:
    if not days:
        return ()
    first, last = min(days), max(days)
    count = (last.year - first.year) * 4 + (last.month - first.month) // 3 + 1
    months = [first.month - 1 + 3 * number for number in range(count)]
    return tuple(date(first.year + month // 12, month % 12 + 1, 1) for month in months)


def _place(began: date | None, quarters: tuple[date, ...]) -> int:
    """Return the place of the quarter in which a team began: below 0 before the first, ``NOT_YET`` after the last."""
    if began is None or not quarters:
        return NOT_YET
    first = quarters[0]
    place = (began.year - first.year) * 4 + (began.month - 1) // 3 - (first.month - 1) // 3
    return place if place < len(quarters) else NOT_YET
