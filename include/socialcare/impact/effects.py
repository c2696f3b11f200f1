"""Group-time average effects of a staggered start (Callaway and Sant'Anna 2021), with not-yet-begun teams to compare.

The quarter in which a team begins is neither before nor after: it counts for neither. Estimates are the package's
(diff-diff). The interval leaves out one team after another, since few teams are in few groups: for that the same
estimate is worked out here, without covariates a difference of means, and must agree with the package's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from socialcare.errors import Fault
from socialcare.impact.panel import NOT_YET, Floats, Ints, Panel

#: Group (place of the quarter in which it began) and quarter: the effect, and how many teams it is of.
Cells = Mapping[tuple[int, int], tuple[float, int]]
_FURTHEST = 4


@dataclass(frozen=True)
class Effect:
    """An effect in percentage points with its 95% interval by team."""

    points: float
    low: float
    high: float

    @property
    def is_told_apart(self) -> bool:
        """Say whether nought lies outside the interval."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Estimate:
    """What a programme is estimated to have changed."""

    effect: Effect
    by_quarter: dict[int, Effect]
    """By quarters since the beginning: 0 is the one in which a team begins, -1 the one that all is measured from."""
    before: Effect | None
    """How far the teams had moved apart before they began: it should be nought."""
    begun: int
    not_yet: int
    quarters: tuple[str, ...]
    share_before: float
    share_after: float
    share_not_yet: float


def estimate(panel: Panel) -> Estimate:
    """Estimate the effect of a programme in a panel that ``panel.usable`` returned."""
    shares, began, last = panel.shares, panel.began, len(panel.quarters)
    cells, rest = _cells(shares, began), np.arange(len(began))
    _require_agreement(_by_package(shares, began), cells)
    begun, place = began < last, np.arange(last)
    # One team after another is left out (the jackknife). As many degrees of freedom as the smaller side has teams, less
    # one: the fewer there are, the wider.
    without = [_cells(shares[rest != one], began[rest != one]) for one in rest]
    told = _Told(cells, without, min(int(begun.sum()), int((~begun).sum())) - 1)
    offsets = sorted({quarter - group for group, quarter in cells})
    near = [offset for offset in offsets if abs(offset) <= _FURTHEST and offset != -1]
    early = [offset for offset in offsets if offset < -1]
    return Estimate(
        told.effect([offset for offset in offsets if offset > 0]),
        {offset: told.effect([offset]) for offset in near},
        told.effect(early) if early else None,
        int(begun.sum()),
        int((~begun).sum()),
        panel.quarters,
        _pooled(panel, place < began[:, None], begun),
        _pooled(panel, place > began[:, None], begun),
        _pooled(panel, np.ones(shares.shape, dtype=bool), ~begun),
    )


@dataclass(frozen=True)
class _Told:
    """The effects of all groups and quarters, and the same without each of the teams."""

    cells: Cells
    without: list[Cells]
    freedom: int

    def effect(self, offsets: list[int]) -> Effect:
        """Return the mean effect over teams and quarters, of those so many quarters from the beginning."""
        from scipy import stats  # type: ignore[import-untyped]

        points = _average(self.cells, offsets)
        told = np.array([value for value in (_average(cells, offsets) for cells in self.without) if value is not None])
        if points is None or len(told) < 2:
            raise Fault("impact_no_effect", "No group of teams can be compared with one that had not begun yet.")
        error = sqrt((len(told) - 1) / len(told) * float(((told - told.mean()) ** 2).sum()))
        reach = float(stats.t.ppf(0.975, max(1, self.freedom))) * error
        return Effect(points, points - reach, points + reach)


def _average(cells: Cells, offsets: list[int]) -> float | None:
    found = [told for (group, quarter), told in cells.items() if quarter - group in offsets]
    teams = sum(count for _, count in found)
    return sum(points * count for points, count in found) / teams if teams else None


def _cells(shares: Floats, began: Ints) -> Cells:
    """Return the effect on each group in each quarter: its change since the quarter before it began, less others'."""
    made: dict[tuple[int, int], tuple[float, int]] = {}
    for group in np.unique(began[began < NOT_YET]):
        here = began == group
        change = shares - shares[:, [group - 1]]
        for quarter in range(shares.shape[1]):
            # Whoever is compared has begun neither by the quarter nor by the one that the change is measured from.
            other = (began > max(quarter, group)) & ~here if quarter < group else began > quarter
            if other.any():
                told = change[here, quarter].mean() - change[other, quarter].mean()
                made[int(group), quarter] = (float(told), int(np.count_nonzero(here)))
    return made


def _by_package(shares: Floats, began: Ints) -> Cells:
    """Return the effects after the beginning as the package estimates them."""
    import pandas as pd
    from diff_diff import CallawaySantAnna  # type: ignore[import-untyped]

    team, quarter = (places.ravel() for places in np.indices(shares.shape))
    # Quarters count from 1 there; the first that counts is the one after the beginning, which is only anticipated.
    first = np.where(began < NOT_YET, began + 2, 0)
    told = pd.DataFrame({"team": team, "quarter": quarter + 1, "share": shares.ravel(), "first": first[team]})
    model = CallawaySantAnna(control_group="not_yet_treated", anticipation=1, estimation_method="reg")
    try:
        found = model.fit(told, "share", "team", "quarter", "first").group_time_effects
    except Exception as error:  # noqa: BLE001  # whatever it is: one answer is refused, and the night goes on
        raise Fault(
            "impact_package_failed",
            f"The package could not work out the estimate ({type(error).__name__}).",
            where="socialcare.impact.effects",
            remedy="nothing is told: look at the version of diff-diff, and at the quarters of the teams.",
        ) from None
    return {
        (int(group) - 2, int(time) - 1): (float(cell["effect"]), int(cell["n_treated"]))
        for (group, time), cell in found.items()
        if time >= group and cell["skip_reason"] is None
    }


def _require_agreement(package: Cells, ours: Cells) -> None:
    after = {key: told for key, told in ours.items() if key[1] > key[0]}
    if set(package) != set(after) or not all(abs(package[key][0] - after[key][0]) <= 1e-6 for key in after):
        raise Fault(
            "impact_not_reproduced",
            "The estimate of the package and our own of the same cells are not the same.",
            where="socialcare.impact.effects",
            remedy="nothing is told: look at the version of diff-diff, and at the cells that differ.",
        )


def _pooled(panel: Panel, quarters: np.ndarray, teams: np.ndarray) -> float:
    """Return a plain share over teams and quarters: what is seen, and no effect."""
    wanted = quarters & teams[:, None]
    return float(100 * panel.numerators[wanted].sum() / panel.denominators[wanted].sum())
