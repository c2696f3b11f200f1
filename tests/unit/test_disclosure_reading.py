"""What is known of a count of which tonight says something else than versions before did. All made up."""

from __future__ import annotations

from datetime import date

import pytest

from socialcare.disclosure.cells import Cell, Said, Told
from socialcare.disclosure.remembered import Remembered
from socialcare.disclosure.statements import Row, Statements, take

CELL = Cell("a", "plans", "snapshot", date(2026, 7, 31))
CELL_KEY = (CELL.council, CELL.measure, CELL.period_type, CELL.month_end)
HIDDEN, UNSAID = (None, "suppressed"), (None, "not_available")


def row_of(shown: int | None, status: str) -> Row:
    return {
        "council_code": CELL.council, "period_type": CELL.period_type, "month_end": CELL.month_end,
        "period_start_date": None, "numerator_measure": CELL.measure, "numerator": shown,
        "numerator_status": status, "denominator_measure": None, "denominator": None,
        "denominator_status": "not_applicable",
    }  # fmt: skip


def stated(
    truth: float,
    before: list[tuple[int | None, str]],
    tonight: tuple[int | None, str],
    then: float | None = None,
    stays: bool = True,
) -> Statements:
    """Return what is made of a count's statements: of earlier versions in their order, and of tonight.

    ``then``: what it was when it was told before. ``stays``: tonight puts back what was told.
    """
    found = Statements()
    for is_new, (shown, status) in (*((False, said) for said in before), (True, tonight)):
        remembered = {} if then is None or (is_new and not stays) else {CELL: then}
        take(found, row_of(shown, status), {CELL: truth}, {}, remembered, is_new=is_new)
    return found


@pytest.mark.parametrize(
    ("truth", "before", "tonight", "expected"),
    [
        # Nobody has seen the 10 before tonight: it may be hidden again.
        (8, [HIDDEN], (10, "rounded"), Told(Said.SHOWN, 10, 8, is_new=True)),
        (8, [UNSAID], (10, "rounded"), Told(Said.SHOWN, 10, 8, is_new=True)),
        (8, [(10, "rounded")], HIDDEN, Told(Said.SHOWN, 10, 8, is_new=False)),
        (8, [HIDDEN, (10, "rounded")], (10, "rounded"), Told(Said.SHOWN, 10, 8, is_new=False)),
        # Not shared before, and small: tonight it is a target.
        (3, [UNSAID], HIDDEN, Told(Said.SMALL, None, 3, is_new=True)),
        # 40 is 38 to 42: it says nothing of 55, nor of 3, and 55 says nothing of 40.
        (55, [(40, "rounded")], (55, "rounded"), Told(Said.SHOWN, 55, 55, is_new=True)),
        (3, [(40, "rounded")], HIDDEN, Told(Said.SMALL, None, 3, is_new=True)),
        (40, [(40, "rounded")], (55, "rounded"), Told(Said.SHOWN, 40, 40, is_new=False)),
    ],
)
def test_what_stands_of_two_statements(
    truth: float, before: list[tuple[int | None, str]], tonight: tuple[int | None, str], expected: Told
) -> None:
    found = stated(truth, before, tonight)
    assert (found.told[CELL], found.said_otherwise) == (expected, [])


@pytest.mark.parametrize(
    ("then", "truth", "before", "tonight", "expected"),
    [
        # 3 was shared as c; it is 8 by now, and still c: the 3 is what is protected.
        (3, 8, HIDDEN, HIDDEN, Told(Said.SMALL, None, 3, is_new=False)),
        (8, 3, HIDDEN, HIDDEN, Told(Said.HIDDEN, None, 8, is_new=False, now=3)),
        (3, 8, UNSAID, UNSAID, Told(Said.KEPT_BACK, None, 3, is_new=False, now=8)),
        (3, 4, HIDDEN, HIDDEN, Told(Said.SMALL, None, 3, is_new=False, now=4)),
        # 38 was shared as 40 and stays, though it is 41 by now, or 55: what goes with it is of then; or of the 41.
        (38, 41, (40, "rounded"), (40, "rounded"), Told(Said.SHOWN, 40, 38, is_new=False, now=41)),
        (38, 55, (40, "rounded"), (40, "rounded"), Told(Said.SHOWN, 40, 38, is_new=False)),
        # A new indicator of a count that was shared says what it is by now.
        (38, 55, (40, "rounded"), (55, "rounded"), Told(Said.SHOWN, 55, 55, is_new=True)),
    ],
)
def test_a_count_is_what_it_was_when_it_was_told(
    then: float, truth: float, before: tuple[int | None, str], tonight: tuple[int | None, str], expected: Told
) -> None:
    found = stated(truth, [before], tonight, then)
    assert (found.told[CELL], found.said_otherwise) == (expected, [])


@pytest.mark.parametrize(
    ("then", "truth", "before", "tonight", "expected"),
    [
        # 90 was wrong and withdrawn; 60 says nothing of it. What was hidden, too.
        (90, 60, (90, "rounded"), (60, "rounded"), Told(Said.SHOWN, 60, 60, is_new=True)),
        (90, 3, (90, "rounded"), HIDDEN, Told(Said.SMALL, None, 3, is_new=True)),
        (3, 60, HIDDEN, (60, "rounded"), Told(Said.SHOWN, 60, 60, is_new=True)),
        (3, 8, HIDDEN, HIDDEN, Told(Said.SMALL, None, 3, is_new=False)),
        (8, 3, HIDDEN, HIDDEN, Told(Said.SMALL, None, 3, is_new=True)),
    ],
)
def test_what_was_withdrawn_was_of_another_count(
    then: float, truth: float, before: tuple[int | None, str], tonight: tuple[int | None, str], expected: Told
) -> None:
    found = stated(truth, [before], tonight, then, stays=False)
    assert (found.told[CELL], found.said_otherwise) == (expected, [])


@pytest.mark.parametrize(("said", "then", "now"), [(HIDDEN, 3, 4), ((40, "rounded"), 38, 41)])
def test_a_count_is_what_it_was_in_the_version_that_stays(
    said: tuple[int | None, str], then: float, now: float
) -> None:
    """The same was said before, in a version of which nobody kept what was true, or that was withdrawn."""
    found = Statements()
    for remembered, is_new in (({}, False), ({CELL: then}, False), ({CELL: then}, True)):
        take(found, row_of(*said), {CELL: now}, {}, remembered, is_new=is_new)
    assert (found.told[CELL].truth, found.told[CELL].now, found.told[CELL].is_new) == (then, now, False)


def test_what_was_true_is_kept_from_the_version_on_in_which_it_changed() -> None:
    kept = Remembered([(*CELL_KEY, 3, 5.0), (*CELL_KEY, 7, 9.0)])
    assert [kept.as_of(version).get(CELL) for version in (2, 3, 6, 7, 8)] == [None, 5, 5, 9, 9]


def test_two_statements_that_both_hold_are_both_known() -> None:
    """42.5 full-time equivalents are shown as 40 (37.5 to 42.5) or as 45 (42.5 to 47.5): a reader has them exactly."""
    found = stated(42.5, [(40, "rounded")], (45, "rounded"))
    assert found.told[CELL] == Told(Said.SHOWN, 45, 42.5, is_new=False)
    assert found.said_otherwise == [(CELL, Told(Said.SHOWN, 40, 42.5, is_new=False))]
