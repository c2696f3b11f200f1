"""Whole columns: the tables in which lives are made, and how they are cut, joined, drawn and put in order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from socialcare.registry.bank_holidays import BANK_HOLIDAYS

Days = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[Any]
Random = np.random.Generator

#: The day of something that has not happened: later than every other, so that comparisons need no special case.
OPEN = 1_000_000
YEAR = 365.25
_HOLIDAYS = np.array(BANK_HOLIDAYS, dtype="datetime64[D]")


class Rows:
    """A table as columns of equal length; a day counts from 1970-01-01."""

    def __init__(self, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        self._columns = dict(columns)
        lengths = {name: len(values) for name, values in self._columns.items()}
        assert len(set(lengths.values())) <= 1, lengths

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def where(self, wanted: npt.NDArray[Any]) -> Rows:
        """Return the rows that a mask or an array of row numbers picks."""
        return Rows({name: values[wanted] for name, values in self._columns.items()})

    def also(self, **columns: npt.NDArray[Any]) -> Rows:
        """Return the table with more columns, or with other values in some."""
        return Rows({**self._columns, **columns})

    def by(self, *names: str) -> Rows:
        """Return the rows in the order of these columns; equal rows stay as they were."""
        return self.where(np.lexsort(tuple(self._columns[name] for name in reversed(names))))


def stack(*parts: Rows) -> Rows:
    """Return the parts below one another; they have the same columns."""
    return Rows({name: np.concatenate([part[name] for part in parts]) for name in parts[0].names})


def random_for(council_id: str, seed: int | None, part: str) -> Random:
    """Return the random numbers of one part of a council's life, whichever other parts are made."""
    base = seed if seed is not None else hash_of(council_id)
    return np.random.default_rng([base, hash_of(f"{council_id}/{part}")])


def hash_of(text: str) -> int:
    """Return a number for a text, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def pick(random: Random, count: int, weights: Mapping[str, float]) -> Texts:
    """Draw codes by weight; the weights need not add up to one."""
    share = np.array(list(weights.values()))
    return random.choice(np.array(list(weights)), count, p=share / share.sum())


def chance(random: Random, count: int, share: float) -> Bools:
    """Draw yes or no."""
    return random.random(count) < share


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """Return, for so many pieces of each owner, each piece's owner and its position from 0."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def sum_within(owner: Ints, values: Ints) -> Ints:
    """Return running sums that begin anew with every owner; the rows are in the order of owners."""
    total = np.cumsum(values)
    first = np.append(True, owner[1:] != owner[:-1]) if len(owner) else np.zeros(0, dtype=bool)
    before = (total - values)[first]
    within: Ints = total - np.repeat(before, np.diff(np.append(np.flatnonzero(first), len(owner))))
    return within


def is_last(owner: Ints) -> Bools:
    """Say which rows are the last of their owner; the rows are in the order of owners."""
    return np.append(owner[1:] != owner[:-1], True) if len(owner) else np.zeros(0, dtype=bool)


def day(of: date) -> int:
    """Return a date as the number of its day."""
    return (of - date(1970, 1, 1)).days


def months_later(days: Days, months: int) -> Days:
    """Return the same day so many months on; the last of the month where that one is shorter."""
    stamps = np.minimum(days, 80_000).astype("datetime64[D]")
    month = stamps.astype("datetime64[M]")
    in_month = (stamps - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    last = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    moved: Days = target.astype("datetime64[D]").astype(np.int64) + np.minimum(in_month, last)
    return moved


def age_on(born: Days, days: Days | int) -> Ints:
    """Return the age in whole years on a day."""
    stamp = np.minimum(days, 80_000)
    years = np.floor((stamp - born) / YEAR).astype(np.int64)
    years = np.where(_birthday(born, years + 1) <= stamp, years + 1, years)
    return np.where(_birthday(born, years) > stamp, years - 1, years)


def birthday(born: Days, age: int) -> Days:
    """Return the day on which so many years are reached; the first of March for a 29 February."""
    return _birthday(born, np.full(len(born), age, dtype=np.int64))


def _birthday(born: Days, ages: Ints) -> Days:
    stamps = born.astype("datetime64[D]")
    month = stamps.astype("datetime64[M]")
    in_month = (stamps - month.astype("datetime64[D]")).astype(np.int64)
    moved = month + (ages * 12).astype("timedelta64[M]")
    on: Days = moved.astype("datetime64[D]").astype(np.int64) + in_month
    return on


def working_days_later(days: Days, count: Ints) -> Days:
    """Return the day so many working days on, Monday to Friday; from a weekend one counts from the Monday."""
    later = np.busday_offset(days.astype("datetime64[D]"), count, roll="forward")
    return later.astype(np.int64)


def working_days_after(began: Days, count: int) -> Days:
    """Return the last of so many working days, bank holidays left out: the first is the one after the beginning."""
    days = began.astype("datetime64[D]")
    due: Days = np.busday_offset(days, count, roll="backward", holidays=_HOLIDAYS).astype(np.int64)
    return due


def working_days_between(begin: Days, end: Days) -> Ints:
    """Return how many working days lie from the one day (counted) to the other (not counted)."""
    stamps = [np.minimum(d, 80_000).astype("datetime64[D]") for d in (begin, end)]
    return np.busday_count(stamps[0], stamps[1]).astype(np.int64)


def days_as_text(days: Days, style: str = "%d/%m/%Y") -> Texts:
    """Return days as text; blank where nothing has happened."""
    known = days < OPEN
    if not known.any():
        return np.full(len(days), "", dtype="<U10")
    first = int(days[known].min())
    calendar = np.arange(first, int(days[known].max()) + 1).astype("datetime64[D]").astype(object)
    text = np.array([d.strftime(style) for d in calendar])
    return np.where(known, text[np.where(known, days - first, 0)], "")


def numbered(prefix: str, numbers: Ints, width: int) -> Texts:
    """Return identifiers: a prefix and a number of this width."""
    if not len(numbers):
        return np.array([], dtype=np.str_)
    return np.strings.add(prefix, np.strings.zfill(numbers.astype(np.str_), width))
