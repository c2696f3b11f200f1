"""Made-up periods of care: who came, how long they stayed and how it ended; then their episodes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from socialcare.generate import children, episodes
from socialcare.generate.rows import (
    OPEN,
    YEAR,
    Bools,
    Days,
    Ints,
    Random,
    Rows,
    Texts,
    age_on,
    birthday,
    chance,
    day,
    months_later,
    pick,
    random_for,
    stack,
)

#: How far back lives go.
HISTORY_YEARS = 5
#: Children who leave in a year, for each one in care; and those on short breaks, who do not count.
_LEAVERS, _SHORT_BREAKS = 0.28, 0.05
_WAYS_OUT = {"aged_out": 0.25, "adopted": 0.12, "sgo": 0.14, "home": 0.37, "order": 0.05, "other": 0.07}
_KINDS_NOW = {"usual": 0.88, "adoption": 0.06, "uasc": 0.06}
_NEEDS = {"N1": 0.62, "N2": 0.04, "N3": 0.04, "N4": 0.10, "N5": 0.14, "N6": 0.02, "N8": 0.04}


@dataclass(frozen=True)
class Care:
    """Everything that the looked-after side of a council's life holds before anything is written."""

    children: Rows
    periods: Rows
    """A stay in care each, in the order of children and of time."""
    episodes: Rows
    decisions: Rows
    """That a child should be placed for adoption; ceased where it was reversed."""


def make(council_id: str, seed: int | None, as_of: int, in_care: int, named_from: int = 0, more_years: int = 0) -> Care:
    """Make a history that ends on ``as_of`` with exactly ``in_care`` children in care, short breaks apart.

    It goes back by so many years more than usual.
    """
    random = random_for(council_id, seed, "care")
    last = _last_periods(random, as_of, in_care, HISTORY_YEARS + more_years)
    people = _people(random, council_id, last, named_from)
    periods = _with_earlier(random, last)
    made = episodes.make(random, council_id, periods, people)
    return Care(people, periods, made, _decisions(random, periods, made))


def _last_periods(random: Random, as_of: int, in_care: int, years: int) -> Rows:
    """Make each child's last period of care, with the child's day of birth."""
    this_year = max(as_of - _year_began(as_of), 1)
    lately = round(in_care * _LEAVERS * this_year / YEAR)
    leavers = lately + int(in_care * _LEAVERS * years)
    breaks = max(2, int(in_care * _SHORT_BREAKS))
    here = _stays(random, np.full(in_care, as_of), pick(random, in_care, _KINDS_NOW))
    way = pick(random, leavers, _WAYS_OUT)
    ago = random.random(leavers)
    before = this_year + 1 + (ago * years * YEAR).astype(np.int64)
    left_on = as_of - np.where(np.arange(leavers) < lately, 1 + (ago * (this_year - 1)).astype(np.int64), before)
    kind = np.where(way == "adopted", "adoption", np.where(chance(random, leavers, 0.06), "uasc", "usual"))
    way = np.where(kind == "uasc", "aged_out", way)
    gone = _stays(random, left_on, np.where(way == "aged_out", np.where(kind == "uasc", "uasc", "teenager"), kind))
    gone = _as_they_left(random, gone, way, kind, left_on)
    return stack(here.also(ended=np.full(in_care, OPEN)), gone, _short_breaks(random, as_of, breaks))


def _year_began(as_of: int) -> int:
    """Return the first of April on or before a day."""
    on = date.fromordinal(as_of + date(1970, 1, 1).toordinal())
    return day(date(on.year if (on.month, on.day) >= (4, 1) else on.year - 1, 4, 1))


def _stays(random: Random, last_day: Days, kind: Texts) -> Rows:
    """Draw age and length of stay on the last day seen, as each kind of life has them."""
    count = len(last_day)
    age = np.clip(random.gamma(4.0, 900.0, count), 90, 6_500)
    stay = random.exponential(850.0, count) + 45
    is_baby, is_uasc = kind == "adoption", kind == "uasc"
    age = np.where(is_baby, random.uniform(500, 2_200, count), age)
    age = np.where(is_uasc, random.uniform(16.3, 17.9, count) * YEAR, age)
    age = np.where(kind == "teenager", 18 * YEAR, age)
    stay = np.where(is_baby, random.uniform(400, 1_000, count), stay)
    stay = np.where(is_uasc, random.uniform(60, 400, count), stay)
    stay = np.minimum(stay, age - 5).astype(np.int64)
    return Rows(
        {
            "kind": np.where(kind == "teenager", "usual", kind).astype("<U8"),
            "born": last_day - age.astype(np.int64),
            "began": last_day - stay,
            "ended": last_day,
            "way_out": np.full(count, "", dtype="<U8"),
        }
    )


def _as_they_left(random: Random, gone: Rows, way: Texts, kind: Texts, left_on: Days) -> Rows:
    """End the stays; who comes of age leaves on the eighteenth birthday."""
    born = np.where(way == "aged_out", months_later(left_on, -216), gone["born"])
    ended = np.where(way == "aged_out", birthday(born, 18), left_on)
    return gone.also(born=born, ended=ended, way_out=way.astype("<U8"), kind=kind.astype("<U8"))


def _short_breaks(random: Random, as_of: int, count: int) -> Rows:
    is_v3 = np.arange(count) % 2 == 1
    return Rows(
        {
            "kind": np.where(is_v3, "break_v3", "break_v4"),
            "born": as_of - random.integers(4 * 366, 15 * 366, count),
            "began": as_of - np.where(is_v3, random.integers(1, 10, count), random.integers(60, 700, count)),
            "ended": np.full(count, OPEN),
            "way_out": np.full(count, "", dtype="<U8"),
        }
    )


def _people(random: Random, council_id: str, last: Rows, named_from: int) -> Rows:
    people = children.make(random, council_id, last["born"], last["kind"] == "uasc", 0, named_from)
    seen = np.where(last["ended"] < OPEN, last["ended"], np.max(last["ended"][last["ended"] < OPEN], initial=0))
    since_15 = seen - birthday(last["born"], 15)
    is_mother = (people["sex"] == "F") & (since_15 > 200) & chance(random, len(people), 0.06)
    mothered = birthday(last["born"], 15) + (random.random(len(people)) * since_15).astype(np.int64)
    return people.also(mothered=np.where(is_mother, mothered, OPEN))


def _with_earlier(random: Random, last: Rows) -> Rows:
    """Give some children an earlier period of care, and number the periods of each child."""
    count = len(last)
    last = last.also(child=np.arange(count), need=_needs(random, last["kind"]))
    gap, stay = random.integers(30, 600, count), random.integers(40, 400, count)
    began = last["began"] - gap - stay
    fits = (last["kind"] == "usual") & (began > last["born"] + 10) & chance(random, count, 0.09)
    earlier = last.also(began=began, ended=began + stay, way_out=np.full(count, "home", dtype="<U8")).where(fits)
    periods = stack(last, earlier.also(need=_needs(random, earlier["kind"]))).by("child", "began")
    return periods.also(period=np.arange(len(periods)))


def _needs(random: Random, kind: Texts) -> Texts:
    drawn = pick(random, len(kind), _NEEDS)
    return np.where(kind == "uasc", "N8", np.where(np.strings.startswith(kind, "break"), "N2", drawn))


def _decisions(random: Random, periods: Rows, made: Rows) -> Rows:
    """Make the decisions that a child should be placed for adoption, some of them reversed."""
    adopting = periods.where(periods["kind"] == "adoption")
    order = made["began"][(made["ls"] == "E1") & (made["position"] == 1)]
    decided = np.maximum(order - random.integers(15, 40, len(order)), adopting["began"] + 5)
    placed = made.where((made["ls"] == "E1") & (made["position"] == 2))
    upheld = adopting.also(
        decided=decided,
        matched=placed["began"] - random.integers(5, 20, len(placed)),
        ceased=np.full(len(order), OPEN),
        reason=np.full(len(order), "", dtype="<U3"),
        ordered=order,
        placed=placed["began"],
        by_carers=placed["place"] == "A5",
    )
    young = (periods["kind"] == "usual") & (age_on(periods["born"], periods["began"]) < 7)
    long_enough = np.minimum(periods["ended"], periods["began"] + 2_000) - periods["began"] > 400
    turned = periods.where(young & long_enough & chance(random, len(periods), 0.06))
    decided = turned["began"] + random.integers(60, 120, len(turned))
    never = np.full(len(turned), OPEN)
    reversed_ = turned.also(
        decided=decided,
        matched=never,
        ceased=decided + random.integers(60, 200, len(turned)),
        reason=pick(random, len(turned), {"RD1": 0.4, "RD2": 0.2, "RD3": 0.3, "RD4": 0.1}),
        ordered=never,
        placed=never,
        by_carers=np.zeros(len(turned), dtype=bool),
    )
    return stack(upheld, reversed_).by("period")


def in_care_on(periods: Rows, on: int) -> Bools:
    """Return which periods count on this day: begun, not ended, and no short break."""
    is_break = np.strings.startswith(periods["kind"], "break")
    return (periods["began"] <= on) & (periods["ended"] > on) & ~is_break


def latest(owner: Ints, count: int, values: Days, until: int) -> Days:
    """Return for each of ``count`` owners the latest of its days up to ``until``; OPEN where there is none."""
    found = np.full(count, -OPEN)
    known = values <= until
    np.maximum.at(found, owner[known], values[known])
    return np.where(found == -OPEN, OPEN, found)
