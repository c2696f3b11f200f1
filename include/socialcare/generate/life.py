"""One council's life: children, care, need, staff and practice, of which every return tells its part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from socialcare.generate import care, care_events, need, practice, staff
from socialcare.generate.rows import Bools, Days, Rows, day, hash_of, stack

#: Children in care, near the real number of each council; any other council gets 300.
OPEN_CHILDREN = {"durham": 1_200, "south_tyneside": 320, "redcar_and_cleveland": 400}


#: So many children in care make one part of a life, and leave room for so many names.
_LARGEST, _NAMES = 40_000, 150_000


@dataclass(frozen=True)
class Span:
    """The time that a return is about, in days: a year, and how much of it has passed."""

    year: int
    begins: int
    ends: int
    until: int
    """The last day that is known: the year's last, or the day of the extract."""

    def holds(self, days: Days) -> Bools:
        """Say which days lie in the time."""
        return (days >= self.begins) & (days <= self.until)


def year_to_march(year: int, as_of: date) -> Span:
    """Return a collection year of SSDA903 or the census of children in need: 1 April to 31 March."""
    ends = day(date(year, 3, 31))
    return Span(year, day(date(year - 1, 4, 1)), ends, min(ends, day(as_of)))


def year_to_september(year: int) -> Span:
    """Return a year of the workforce census: 1 October to 30 September, when it is all known."""
    ends = day(date(year, 9, 30))
    return Span(year, day(date(year - 1, 10, 1)), ends, ends)


def parts(council_id: str, as_of: date, seed: int | None, in_care: int | None) -> Iterator[Life]:
    """Yield a council's life; a council larger than any real one in parts, so that memory does not grow with it.

    Parts share no child and no case. Their workers' numbers repeat: they are for speed and memory, not for figures.
    """
    left, number = in_care or OPEN_CHILDREN.get(council_id, 300), 0
    while left > 0:
        told = seed if number == 0 else hash_of(f"{council_id}/{seed}/{number}")
        yield Life(council_id, as_of, told, min(left, _LARGEST), named_from=number * _NAMES)
        left, number = left - _LARGEST, number + 1


class Life:
    """The history of one council up to a day. The same arguments make the same life, whatever is asked of it first.

    It is long enough to tell one collection year; with ``more_years`` it goes back by so many more. Teams of early help
    are in its local records alone.
    """

    def __init__(
        self,
        council_id: str,
        as_of: date,
        seed: int | None = None,
        in_care: int | None = None,
        *,
        named_from: int = 0,
        more_years: int = 0,
        early_help_teams: int = 0,
    ) -> None:
        self.council_id, self.as_of_date, self.seed, self._named_from = council_id, as_of, seed, named_from
        self.as_of, self.more_years = day(as_of), more_years
        self.early_help_teams = early_help_teams
        self.in_care = in_care or OPEN_CHILDREN.get(council_id, 300)

    @cached_property
    def care(self) -> care.Care:
        """Return children looked after, their stays, episodes and decisions on adoption."""
        return care.make(self.council_id, self.seed, self.as_of, self.in_care, self._named_from, self.more_years)

    @cached_property
    def reviews(self) -> Rows:
        """Return the statutory reviews of children in care."""
        return care_events.reviews(self.council_id, self.seed, self.care.periods, self.as_of)

    @cached_property
    def missing(self) -> Rows:
        """Return the times that children in care were missing, and the interviews on return."""
        return care_events.missing(self.council_id, self.seed, self.care.episodes, self.care.children, self.as_of)

    @cached_property
    def leavers(self) -> Rows:
        """Return the birthdays on which those who left care are asked how they are."""
        return care_events.leavers(self.council_id, self.seed, self.care.periods, self.care.episodes)

    @cached_property
    def need(self) -> need.Need:
        """Return referrals and what followed from them, for children in care and all others."""
        return need.make(self.council_id, self.seed, self.as_of, self.care, self.more_years)

    @cached_property
    def children(self) -> Rows:
        """Return all children known to the council, those who were ever in care first."""
        extra = self.care.children.names
        others = self.need.other_children
        return stack(self.care.children, Rows({name: others[name] for name in extra}))

    @cached_property
    def staff(self) -> staff.Staff:
        """Return posts, workers and who held which post when."""
        open_cases = int(np.count_nonzero(self.need.cases["closed"] > self.as_of))
        return staff.make(self.council_id, self.seed, self.as_of, open_cases, self.more_years, self.early_help_teams)

    @cached_property
    def allocations(self) -> Rows:
        """Return which worker had which child's case, and why it came to that worker."""
        return staff.allocate(self.council_id, self.seed, self.need.cases, self.staff, self.as_of)

    @cached_property
    def practice(self) -> practice.Practice:
        """Return the local records: audits, supervision, training and the rest."""
        return practice.make(self)
