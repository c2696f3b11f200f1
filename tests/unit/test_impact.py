"""What a programme changed: recovered where it is known, and refused where nothing can be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from bench.impact import RISE, finds, holds, made_up, tried

from socialcare.errors import Fault
from socialcare.impact import effects, store
from socialcare.impact.effects import Effect, estimate
from socialcare.impact.panel import NOT_YET, Panel, usable
from socialcare.impact.read import Asked

#: Of 40: `python -m bench impact` tries 400. Bands are what 400 must keep (92 to 98%, 8%, 85%), and what 40 draws then
#: leave in all but one of a thousand cases (the binomial's quantiles: 31 of 40 at 92%; 9 at 8%; 26 at 85%).
SEEDS = range(40)
LEAST_HELD, MOST_FALSE, LEAST_FOUND = 31 / 40, 9 / 40, 26 / 40


def panel(shares: list[list[float]], began: list[int]) -> Panel:
    """A panel with these shares in percent, of a hundred each."""
    above = np.array(shares, dtype=np.float64)
    names = tuple(f"T-{n}" for n in range(len(shares))), tuple(f"Q{n}" for n in range(above.shape[1]))
    return Panel(*names, above, np.full(above.shape, 100.0), np.array(began, dtype=np.int64))


def test_intervals_hold_the_truth_and_a_planted_rise_is_found() -> None:
    none, rise = tried(SEEDS, 0.0), tried(SEEDS, RISE)
    assert min(holds(none, 0.0), holds(rise, RISE)) >= LEAST_HELD
    assert finds(none) <= MOST_FALSE
    assert finds(rise) >= LEAST_FOUND
    assert sum(one.effect.points for one in rise) / len(rise) == pytest.approx(15, abs=2.5)


def test_an_effect_worked_by_hand() -> None:
    """Two groups, no chance: everybody rises by 1 a quarter; who began has 10 more from the next quarter on.

    The quarter of the beginning has 5 more, and counts neither as before nor as after.
    """
    begins = [2] * 10 + [3] * 10 + [NOT_YET] * 10
    quarters = range(6)
    shares = [
        [50 + quarter + (10 if quarter > group else 5 if quarter == group else 0) for quarter in quarters]
        for group in begins
    ]
    found = estimate(usable(panel(shares, begins)))
    assert (found.effect.points, found.effect.low, found.effect.high) == pytest.approx((10, 10, 10))
    assert {n: round(one.points, 9) for n, one in found.by_quarter.items()} == {-3: 0, -2: 0, 0: 5, 1: 10, 2: 10, 3: 10}
    assert (found.begun, found.not_yet, found.before is not None) == (20, 10, True)
    # Before: of the first ten, quarters 0 and 1; of the others, 0 to 2. (10 x 101 + 10 x 153) / 50 quarters.
    assert found.share_before == pytest.approx((10 * (50 + 51) + 10 * (50 + 51 + 52)) / 50)


def test_two_way_fixed_effects_would_miss_what_grows_and_this_does_not() -> None:
    """An effect that grows by 4 a quarter: teams that began early are no comparators of those that begin late."""
    begins = [1] * 10 + [3] * 10 + [NOT_YET] * 10
    shares = [[40 + max(0, 4.0 * (quarter - group)) for quarter in range(6)] for group in begins]
    found = estimate(usable(panel(shares, begins)))
    assert {n: round(one.points, 9) for n, one in found.by_quarter.items() if n > 0} == {1: 4, 2: 8, 3: 12, 4: 16}


@pytest.mark.parametrize(
    ("begins", "name", "words"),
    [
        ([2] * 30, "impact_all_at_once", "Every team began in the same quarter"),
        ([2] * 9 + [NOT_YET] * 30, "impact_too_few_teams", "that have begun, with a quarter before and one after: 9"),
        ([2] * 30 + [NOT_YET] * 9, "impact_too_few_teams", "not begun by the time that as many have: 9"),
        ([0] * 20 + [NOT_YET] * 20, "impact_too_few_teams", "that have begun, with a quarter before and one after: 0"),
        ([NOT_YET] * 40, "impact_too_few_teams", "that have begun, with a quarter before and one after: 0"),
    ],
)
def test_it_refuses_in_words(begins: list[int], name: str, words: str) -> None:
    with pytest.raises(Fault, match=words) as refusal:
        usable(panel([[50.0] * 6] * len(begins), begins))
    assert (refusal.value.name, bool(refusal.value.remedy)) == (name, True)


def test_with_no_three_quarters_there_is_no_before_and_after() -> None:
    with pytest.raises(Fault, match="Fewer than three quarters"):
        usable(panel([[50.0, 60.0]] * 30, [1] * 15 + [NOT_YET] * 15))


def test_where_too_few_are_left_the_time_ends_and_who_begins_later_has_not_begun() -> None:
    """Forty teams of which all begin: ten have not until quarter 4, none after quarter 5."""
    begins = [1] * 15 + [3] * 15 + [5] * 10
    held = usable(panel([[50.0] * 8] * 40, begins))
    assert (len(held.quarters), int((held.began == NOT_YET).sum()), len(held.teams)) == (5, 10, 40)
    assert estimate(held).effect.points == 0


def test_teams_without_a_figure_in_a_quarter_are_left_out_and_said() -> None:
    whole = made_up(3, RISE)
    below = whole.denominators.copy()
    below[:2, 4] = 0
    held = usable(replace(whole, denominators=below))
    assert held.left_out == ("2 of 40 teams: a quarter has nothing to count",)
    assert len(held.teams) == 38


def test_an_estimate_that_the_package_does_not_share_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    held = usable(made_up(1, RISE))
    other = {key: (points + 1, count) for key, (points, count) in effects._cells(held.shares, held.began).items()}
    monkeypatch.setattr(effects, "_by_package", lambda *_: {k: v for k, v in other.items() if k[1] > k[0]})
    with pytest.raises(Fault, match="not the same"):
        estimate(held)


def test_a_package_that_breaks_refuses_one_answer_and_stops_no_night(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("made up by this test")

    monkeypatch.setattr("diff_diff.CallawaySantAnna.fit", breaks)
    row, quarters = store._answer(asked(made_up(1, RISE)))
    assert (row["verdict"], row["refused_because"], quarters) == ("refused", "impact_package_failed", [])
    assert "ValueError" in row["reading"]
    assert "made up" not in row["reading"]


def test_the_verdict_is_of_the_figures_that_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that is nought once it is rounded tells nothing apart: the mart's own check would stop the night."""
    held = made_up(1, RISE)
    near = replace(estimate(usable(held)), effect=Effect(1.0, 0.00003, 2.0))
    monkeypatch.setattr(store, "estimate", lambda _: near)
    row, _ = store._answer(asked(held))
    assert (row["verdict"], row["interval_low"]) == ("not_told_apart", 0.0)
    assert "not told apart" in row["reading"]


def asked(held: Panel) -> Asked:
    """The question that a panel answers."""
    days = tuple(date(2020 + number // 4, number % 4 * 3 + 1, 1) for number in range(len(held.quarters)))
    return Asked("E06000047", "REL-1", "audits_good_pct", held, days)
