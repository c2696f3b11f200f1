"""The attack on shared figures: are the values that a hidden count may have those worked out by hand? All made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product

import numpy as np
import pytest

from socialcare.disclosure.attack import ALL, Attack, Knowledge
from socialcare.disclosure.cells import Bound, Cell, Said, Told, bound
from socialcare.disclosure.relations import Catalogue, Relation, Rule, rule
from socialcare.disclosure.secondary import protect

JULY, AUGUST, MARCH, MARCH_BEFORE = date(2026, 7, 31), date(2026, 8, 31), date(2027, 3, 31), date(2026, 3, 31)
APRIL = date(2026, 4, 1)


def cell(measure: str, month: date = JULY, kind: str = "year_to_date", council: str = "a") -> Cell:
    return Cell(council, measure, kind, month)


def told(truth: float, *, is_new: bool = True) -> Told:
    """What would be said of a true count: nothing of 1 to 5, else the nearest 5."""
    if 0 < truth <= 5:
        return Told(Said.SMALL, None, truth, is_new)
    return Told(Said.SHOWN, 5 * round(truth / 5), truth, is_new)


def knowing(truths: Mapping[Cell, float], *rules: Rule, old: tuple[Cell, ...] = ()) -> Knowledge:
    begins = {one: None if one.period_type == "snapshot" else _begins(one) for one in truths}
    return Knowledge(
        {one: told(truth, is_new=one not in old) for one, truth in truths.items()},
        Catalogue(rules, begins).relations(),
    )


def _begins(one: Cell) -> date:
    if one.period_type == "rolling_12_months":
        return date(one.month_end.year - 1, one.month_end.month + 1, 1)
    return date(one.month_end.year - (one.month_end < date(one.month_end.year, 4, 1)), 4, 1)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (Told(Said.SHOWN, 0), Bound(0, 0)),
        (Told(Said.SHOWN, 5), Bound(6, 7)),  # 5 itself is hidden
        (Told(Said.SHOWN, 40), Bound(38, 42)),
        (Told(Said.SMALL), Bound(1, 5)),
        (Told(Said.HIDDEN), Bound()),
    ],
)
def test_what_is_said_of_a_count_bounds_it(what: Told, expected: Bound) -> None:
    assert bound(what, is_whole=True) == expected


def test_full_time_equivalents_round_to_either_side_and_multiples_with_them() -> None:
    assert bound(Told(Said.SHOWN, 20), is_whole=False) == Bound(17.5, 22.5, False)
    assert bound(Told(Said.SHOWN, 253 * 20, times=253), is_whole=False) == Bound(253 * 17.5, 253 * 22.5, False)


def test_a_lone_hidden_part_of_a_total_is_found() -> None:
    """Total 52 (shown 50: 48 to 52) less 50 (48 to 52): the hidden 2 is at most 4. Hiding the other part opens it."""
    total = rule("total", "whole", "part + rest")
    knowledge = knowing({cell("whole"): 52, cell("part"): 2, cell("rest"): 50}, total)
    assert Attack().possible(knowledge) == {cell("part"): frozenset({1, 2, 3, 4})}
    made = protect(knowledge, Attack())
    assert (made.hidden, made.left, Attack().possible(made.knowledge)) == ([cell("rest")], 0, {cell("part"): ALL})


def test_a_total_that_rounds_away_hides_its_part() -> None:
    """57 (53 to 57, shown 55) less 52 (48 to 52): anything of 1 to 9."""
    total = rule("total", "whole", "part + rest")
    knowledge = knowing({cell("whole"): 57, cell("part"): 5, cell("rest"): 52}, total)
    assert Attack().leaks(knowledge) == []


def test_two_hidden_parts_bound_a_hidden_whole() -> None:
    """Each is 1 or more, so the hidden 3 is no 1, and none of them 5: one is kept back, since nothing else is shown."""
    both = rule("at_most", "ends", "adopted + guardian")
    knowledge = knowing({cell("ends"): 3, cell("adopted"): 1, cell("guardian"): 2}, both)
    assert Attack().possible(knowledge) == {
        cell("ends"): frozenset({2, 3, 4, 5}),
        cell("adopted"): frozenset({1, 2, 3, 4}),
        cell("guardian"): frozenset({1, 2, 3, 4}),
    }
    made = protect(knowledge, Attack())
    assert (len(made.kept_back), made.hidden, made.left) == (1, [], 0)


def test_a_gap_is_found_between_a_least_and_a_most_that_are_open() -> None:
    """Twice the hidden count is 4 times another and nought or 2 and so on: 1 and 5 alone would not show it."""
    knowledge = knowing({cell("x"): 2, cell("y"): 1}, rule("multiple", "x", "y", 2))
    assert Attack().possible(knowledge)[cell("x")] == frozenset({2, 4})


def test_a_percentage_gives_a_count_away() -> None:
    """253 times the 3.2 workers, rounded by itself, would be 810: 3.2. As a multiple of what is shown it is hidden."""
    times = rule("multiple", "days_worked", "staff_fte", 253)
    truths = {cell("days_worked"): 809.6, cell("staff_fte"): 3.2}
    leaky = knowing(truths, times)
    assert Attack().possible(leaky)[cell("staff_fte")] == frozenset({3})
    assert protect(leaky, Attack()).left == 0


def test_a_subset_and_a_sum_of_scores_narrow_what_is_hidden() -> None:
    """Scores sum to 162 (shown 160: 158 to 162), none above 40: 4 or more children have one."""
    knowledge = knowing({cell("sum"): 162, cell("scores"): 5}, rule("at_most", "scores", "sum", 40))
    assert Attack().possible(knowledge) == {cell("scores"): frozenset({4, 5})}


def test_a_year_to_date_gives_the_month_away() -> None:
    """Care leavers counted to July and to August: 7 (6 or 7) less 6 (6 or 7), and who left in August is hidden."""
    month = rule("total", "now", "month + before")
    knowledge = knowing({cell("now"): 7, cell("before"): 6, cell("month"): 1}, month)
    assert Attack().possible(knowledge) == {cell("month"): frozenset({1})}


def test_a_stock_gives_a_flow_away() -> None:
    """From 38..42 to 43..47 with nobody gone: 1 to 9 may have come."""
    stock = rule("stock", "plans", "starts - ends")
    now, then = cell("plans", AUGUST, "snapshot"), cell("plans", JULY, "snapshot")
    flows = {cell("starts"): 0.0, cell("ends"): 0.0, cell("starts", AUGUST): 4.0, cell("ends", AUGUST): 0.0}
    assert Attack().leaks(knowing({now: 46, then: 42, **flows}, stock)) == []
    # 40 shown twice: at most 4 came.
    assert Attack().possible(knowing({now: 42, then: 38, **flows}, stock)) == {
        cell("starts", AUGUST): frozenset({1, 2, 3, 4})
    }


def test_what_holds_of_a_corrected_count_is_knowledge_unless_what_was_told_says_otherwise() -> None:
    """38 was shown as 40 and is 42 by now: less than 46 by 4, at which it was told to be 38, nothing fits both."""
    shown, small = cell("plans"), cell("starts")
    said = {shown: Told(Said.SHOWN, 40, 38, is_new=False, now=42), small: told(4)}
    by_now, then = Relation(((shown, 1.0), (small, 1.0)), 46, 46), Relation(((shown, 1.0),), 38, 38)
    assert Attack().possible(Knowledge(said, [by_now])) == {small: frozenset({4, 5})}  # 40 is 42 at most
    assert Attack().possible(Knowledge(said, [by_now, then])) == {small: ALL}
    assert Attack().possible(Knowledge(said | {shown: Told(Said.SHOWN, 40, 38, is_new=False)}, [by_now])) == {
        small: ALL
    }


def test_twelve_months_and_years_to_date_are_one_sum() -> None:
    """At a year's end both are one: what is shown of one is known of the other."""
    year, twelve = cell("starts", MARCH), cell("starts", MARCH, "rolling_12_months")
    begins = {year: APRIL, twelve: APRIL}
    relations = Catalogue([], begins).relations()
    knowledge = Knowledge({year: told(3), twelve: Told(Said.SHOWN, 0, 3)}, relations)
    assert knowledge.relations[0].is_equality_of_two
    assert Attack().possible(knowledge) == {year: frozenset()}


def test_a_running_count_never_falls_and_twelve_months_hold_the_year() -> None:
    """July's 7 (6 or 7) bounds nothing of August's; August's 3 cannot be, and is no knowledge where it is corrected."""
    running = rule("running", "starts", "")
    right = knowing({cell("starts"): 2, cell("starts", AUGUST): 7}, running)
    assert Attack().leaks(right) == []
    corrected = knowing({cell("starts"): 7, cell("starts", AUGUST): 3}, running)
    assert Attack().leaks(corrected) == []
    # Twelve months to July 6 or 7, of which 6 or 7 since April; the year before April held 1 to 5.
    identity = {
        cell("starts", JULY, "rolling_12_months"): 9, cell("starts"): 7,
        cell("starts", date(2025, 7, 31)): 6, cell("starts", MARCH_BEFORE): 8,
    }  # fmt: skip
    sums = [one for one in knowing(identity, running).relations if len(one.terms) == 4]
    assert [one.holds(identity) for one in sums] == [True]


def test_a_council_knows_its_own_count_and_learns_no_other() -> None:
    """A total over two councils, 7 (6 or 7): the one that counts 4 would know that the other counts 2 or 3."""
    ours, theirs, both = cell("x", council="a"), cell("x", council="b"), cell("x", council="all")
    sum_of_both = Relation(((both, 1), (ours, -1), (theirs, -1)), 0, 0)
    knowledge = Knowledge({ours: told(4), theirs: told(3), both: told(7)}, [sum_of_both])
    attack = Attack()
    assert attack.leaks_to(knowledge, None) == []
    assert {leak.target: leak.values for leak in attack.leaks_to(knowledge, "a")} == {theirs: frozenset({2, 3})}
    made = protect(knowledge, Attack())
    assert (made.hidden, made.left) == ([both], 0)


def test_reconciliation_with_what_a_publisher_says_is_found() -> None:
    """Of 50 shown (48 to 52) the publisher gives 50 itself, and of the other part 47: 3 are left."""
    total = rule("total", "whole", "part + rest")
    knowledge = knowing({cell("whole"): 50, cell("part"): 3, cell("rest"): 47}, total)
    exact = {cell("whole"): Bound(50, 50), cell("rest"): Bound(47, 47)}
    published = Knowledge(knowledge.told, knowledge.relations, exact)
    assert Attack().possible(published) == {cell("part"): frozenset({3})}
    # What publishers give away themselves cannot be hidden by us: the count is not shared at all.
    assert protect(published, Attack()).kept_back == [cell("part")]


def test_what_was_shared_before_stays_and_tonight_gives_way() -> None:
    total = rule("total", "whole", "part + rest")
    truths = {cell("whole"): 52.0, cell("part"): 2.0, cell("rest"): 50.0}
    for late in truths:
        made = protect(knowing(truths, total, old=tuple(one for one in truths if one != late)), Attack())
        assert (made.left, [*made.hidden, *made.kept_back]) == (0, [late])


def test_what_was_open_before_tonight_is_counted_and_not_held_against_tonight() -> None:
    total = rule("total", "whole", "part + rest")
    truths = {cell("whole"): 52.0, cell("part"): 2.0, cell("rest"): 50.0}
    made = protect(knowing(truths, total, old=tuple(truths)), Attack())
    assert (made.left, made.open_before, made.hidden) == (0, 1, [])


def test_a_true_nought_is_never_hidden() -> None:
    knowledge = knowing({cell("whole"): 4, cell("part"): 4, cell("rest"): 0}, rule("total", "whole", "part + rest"))
    made = protect(knowledge, Attack())
    assert made.knowledge.told[cell("rest")].said is Said.SHOWN
    assert made.left == 0


@pytest.mark.parametrize("seed", range(12))
def test_the_programme_finds_what_trying_every_count_finds(seed: int) -> None:
    """Four counts and three sums of them, made up; every combination of counts is tried by hand, so to speak."""
    random = np.random.default_rng(seed)
    cells = [cell(name) for name in "wxyz"]
    truths = {one: float(random.integers(1, 9)) for one in cells}
    relations = []
    for _ in range(3):
        terms = tuple((one, float(factor)) for one in cells if (factor := random.integers(-2, 3)))
        total = sum(factor * truths[one] for one, factor in terms)
        if len(terms) > 1:
            relations.append(Relation(terms, total - random.integers(0, 3), total + random.integers(0, 3)))
    knowledge = Knowledge({one: told(truth) for one, truth in truths.items()}, relations)
    bounds = {one: bound(what, is_whole=True) for one, what in knowledge.told.items()}
    every = product(*(range(int(bounds[one].low), int(bounds[one].high) + 1) for one in cells))
    tried = (dict(zip(cells, map(float, values), strict=True)) for values in every)
    fitting = [counts for counts in tried if all(one.holds(counts) for one in relations)]
    assert Attack().possible(knowledge) == {
        one: frozenset(int(counts[one]) for counts in fitting)
        for one in cells
        if knowledge.told[one].said is Said.SMALL
    }
