"""Teams by quarter, and when each began: what an estimate needs, and when there is too little of it to say anything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from socialcare.errors import Fault

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: With fewer teams on either side an interval by team is no more than a guess.
FEWEST_TEAMS = 10
#: Where a team has not begun: later than any quarter.
NOT_YET = 1 << 30
#: A quarter at the beginning or the end that fewer of the teams have figures of is no quarter of the records.
_FEWEST_OF_TEAMS = 0.8


@dataclass(frozen=True)
class Panel:
    """Shares of teams (rows) by quarter (columns), and the place of the quarter in which each team began."""

    teams: tuple[str, ...]
    quarters: tuple[str, ...]
    numerators: Floats
    denominators: Floats
    began: Ints
    """Place in ``quarters``; below 0 before them, ``NOT_YET`` where a team has not begun in them."""
    left_out: tuple[str, ...] = field(default=())
    """What was left out of the records, in words."""

    @property
    def shares(self) -> Floats:
        """Return the shares in percent; not a number where there is nothing to count."""
        with np.errstate(invalid="ignore", divide="ignore"):
            shares: Floats = 100 * self.numerators / self.denominators
        return shares

    def of(self, teams: Bools, reason: str) -> Panel:
        """Return these teams alone, and note why the others are not there."""
        missing = int(np.count_nonzero(~teams))
        return replace(
            self,
            teams=tuple(team for team, kept in zip(self.teams, teams, strict=True) if kept),
            numerators=self.numerators[teams],
            denominators=self.denominators[teams],
            began=self.began[teams],
            left_out=(*self.left_out, f"{missing} of {len(teams)} teams: {reason}") if missing else self.left_out,
        )

    def during(self, first: int, last: int) -> Panel:
        """Return the quarters from one place to another; who begins after them has not begun."""
        began = np.where(self.began > last, NOT_YET, self.began - first)
        return replace(
            self,
            quarters=self.quarters[first : last + 1],
            numerators=self.numerators[:, first : last + 1],
            denominators=self.denominators[:, first : last + 1],
            began=began,
        )


def usable(panel: Panel) -> Panel:
    """Return what can be compared: whole teams, each with a quarter before it began, and enough not begun till the end.

    Raises Fault ``impact_no_figures``, ``impact_all_at_once`` and ``impact_too_few_teams``.
    """
    panel = _whole(panel)
    _refuse_all_at_once(panel)
    panel = panel.of(panel.began >= 1, "they began before there was a quarter to compare with")
    not_yet = np.array([np.count_nonzero(panel.began > place) for place in range(len(panel.quarters))])
    if not (not_yet >= FEWEST_TEAMS).any():
        raise too_few(int(not_yet.max(initial=0)), "that have not begun")
    last = int(np.flatnonzero(not_yet >= FEWEST_TEAMS)[-1])
    by_now = int(np.count_nonzero(panel.began < len(panel.quarters) - 1))
    panel = panel.during(0, last)
    begun = int(np.count_nonzero(panel.began < len(panel.quarters) - 1))
    if begun < FEWEST_TEAMS <= by_now:
        raise too_few(int(not_yet[last + 1]), "that have not begun by the time that as many have")
    if begun < FEWEST_TEAMS:
        raise too_few(begun, "that have begun, with a quarter before and one after")
    # A team that begins in the last quarter shows no effect yet, and is no plain comparator in it.
    return panel.of(panel.began != len(panel.quarters) - 1, "they began in the last quarter that can be compared")


def too_few(count: int, which: str) -> Fault:
    """Say that there are too few teams to estimate anything from."""
    return Fault(
        "impact_too_few_teams",
        f"Teams {which}: {count}. At least {FEWEST_TEAMS} are needed on either side.",
        remedy="wait until more quarters are held, or read the figures of practice_team_quarters as what they are: "
        "a description, and no effect.",
    )


def _whole(panel: Panel) -> Panel:
    """Return the quarters that most teams have figures of, and the teams that have one in each of them."""
    some: Bools = np.asarray((panel.denominators > 0).any(axis=1))
    panel = panel.of(some, "they have no such figure")
    there: Bools = panel.denominators > 0
    enough = np.flatnonzero(there.mean(axis=0) >= _FEWEST_OF_TEAMS) if len(there) else np.array([], dtype=int)
    if len(enough) < 3:
        raise Fault(
            "impact_no_figures",
            "Fewer than three quarters have this figure for most of the teams.",
            remedy="send the records of further collection years, or wait: an effect needs a before and an after.",
        )
    panel = panel.during(int(enough[0]), int(enough[-1]))
    whole: Bools = np.asarray((panel.denominators > 0).all(axis=1))
    return panel.of(whole, "a quarter has nothing to count")


def _refuse_all_at_once(panel: Panel) -> None:
    if len(panel.began) and len(np.unique(panel.began)) == 1 and panel.began[0] < NOT_YET:
        raise Fault(
            "impact_all_at_once",
            "Every team began in the same quarter: whatever else changed then cannot be told from the programme.",
            remedy="let teams begin one after another, in an order drawn by lot if that is possible; "
            "a comparison of before and after is no effect.",
        )
