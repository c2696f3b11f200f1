"""What is published of a programme, read as the council itself: its teams, their quarters, and when each began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.impact.panel import NOT_YET, Panel
from socialcare.registry.councils import Council

_BEGUN = "select team, began_on from published.practice_programmes where programme = %s order by team"
_QUARTERS = (
    "select measure, measure_name, team, quarter_start_date, numerator, denominator, is_synthetic"
    " from published.practice_team_quarters order by measure, team, quarter_start_date"
)


def panels(council: Council, programme: str) -> Iterator[tuple[str, Panel, bool]]:
    """Yield, for each measure held, its name, its panel and whether it was generated.

    Raises Fault ``impact_no_programme`` where no team of the council has begun a programme of this code.
    """
    with connect(council.role) as connection:
        begun = dict(connection.execute(_BEGUN, [programme]).fetchall())
        held = connection.execute(_QUARTERS).fetchall()
    if not begun:
        raise Fault(
            "impact_no_programme",
            f"No team of {council.name} has begun a programme {programme}.",
            where="published.practice_programmes",
            remedy="take the code from the column PROGRAMME of the training sessions that the council sends.",
        )
    for measure in sorted({row[0] for row in held}):
        rows = [row for row in held if row[0] == measure]
        yield rows[0][1], _panel(rows, begun), any(row[6] for row in rows)


def _panel(rows: list[tuple[str, str, str, date, int, int, bool]], begun: dict[str, date]) -> Panel:
    teams = sorted({row[2] for row in rows})
    quarters = _all_quarters(min(row[3] for row in rows), max(row[3] for row in rows))
    place = {quarter: number for number, quarter in enumerate(quarters)}
    above, below = np.zeros((len(teams), len(quarters))), np.zeros((len(teams), len(quarters)))
    for _, _, team, quarter, numerator, denominator, _ in rows:
        above[teams.index(team), place[quarter]] = numerator
        below[teams.index(team), place[quarter]] = denominator
    began = [_place(begun.get(team), quarters) for team in teams]
    names = tuple(f"{quarter:%Y} Q{(quarter.month + 2) // 3}" for quarter in quarters)
    return Panel(tuple(teams), names, above, below, np.array(began, dtype=np.int64))


def _all_quarters(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 4 + (last.month - first.month) // 3 + 1
    months = [first.month - 1 + 3 * number for number in range(count)]
    return [date(first.year + month // 12, month % 12 + 1, 1) for month in months]


def _place(began: date | None, quarters: list[date]) -> int:
    """Return the place of the quarter in which a team began: below 0 before the first, ``NOT_YET`` after the last."""
    if began is None:
        return NOT_YET
    first = quarters[0]
    place = (began.year - first.year) * 4 + (began.month - 1) // 3 - (first.month - 1) // 3
    return place if place < len(quarters) else NOT_YET
