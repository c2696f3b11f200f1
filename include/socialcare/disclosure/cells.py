"""What is counted, and what a reader is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from math import inf
from typing import Any

SMALL = range(1, 6)
"""What is hidden for its own sake: every value must stay possible."""

_NEAREST = 5
_SLACK = 1e-6


@dataclass(frozen=True, order=True)
class Cell:
    """One count: a council's, of one thing, over one kind of period, as at one month end."""

    council: str
    measure: str
    period_type: str
    month_end: date


def columns_of(cells: Iterable[Cell]) -> dict[str, list[Any]]:
    """Return counts as a query takes them: by column."""
    those = list(cells)
    return {
        "councils": [cell.council for cell in those],
        "measures": [cell.measure for cell in those],
        "kinds": [cell.period_type for cell in those],
        "months": [cell.month_end for cell in those],
    }


class Said(Enum):
    """How a count stands in what is shared. A reader cannot tell the first two hidden kinds apart."""

    SHOWN = "shown"
    SMALL = "hidden, being 1 to 5"
    HIDDEN = "hidden for another's sake"
    KEPT_BACK = "not shared"


@dataclass(frozen=True)
class Told:
    """What is said of a cell. ``truth`` is None where it is not known (any more) what it was when it was shared."""

    said: Said
    shown: float | None = None
    truth: float | None = None
    is_new: bool = True
    times: float = 1
    """Shown as so many times another count that is shown."""
    now: float | None = None
    """What it is by now, where that is something else and what was said is still true of it."""


@dataclass(frozen=True)
class Bound:
    """The values that a count may have, as far as it is known by itself."""

    low: float = 0
    high: float = inf
    is_whole: bool = True

    @property
    def is_fixed(self) -> bool:
        return self.high - self.low < _SLACK

    def holds(self, value: float) -> bool:
        return self.low - _SLACK <= value <= self.high + _SLACK

    def within(self, other: Bound) -> Bound:
        """Return what both allow."""
        return Bound(max(self.low, other.low), min(self.high, other.high), self.is_whole)


def bound(told: Told, is_whole: bool) -> Bound:
    """Return what a reader knows of a count from what is said of it.

    The attacker is given more than a reader has: which of the hidden ones are 1 to 5.
    """
    if told.said is Said.SMALL:
        return Bound(1 if is_whole else 0, 5, is_whole)
    if told.said is not Said.SHOWN or told.shown is None:
        return Bound(0, inf, is_whole)
    if told.shown == 0:
        return Bound(0, 0, is_whole)
    nearest = told.shown / told.times
    reach = (_NEAREST - 1) / 2 if is_whole and told.times == 1 else _NEAREST / 2
    # What is shown as 5 is more than 5: 5 itself is hidden.
    least = 5 + (1 if is_whole and told.times == 1 else 0)
    return Bound(told.times * max(nearest - reach, least), told.times * (nearest + reach), is_whole)


def is_small(truth: float) -> bool:
    """Whether a count may not be shown: more than nought, and not more than 5."""
    return 0 < truth <= SMALL[-1]
