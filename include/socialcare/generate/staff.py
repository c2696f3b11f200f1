"""Made-up staff: posts in teams, the workers who hold them one after another, and the cases that they carry.

A case belongs to a post, and a post is held without a gap, by an agency worker where it is vacant; so a child's
social worker changes exactly when the post's holder does, or when the case moves to another post.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialcare.generate import early_help, workers
from socialcare.generate.rows import (
    OPEN,
    YEAR,
    Ints,
    Random,
    Rows,
    Texts,
    chance,
    random_for,
    spread,
    stack,
    sum_within,
)

_CASES_PER_POST, _TEAM = 17, 8
#: Posts without cases for each post with cases, and posts that nobody holds at all.
_OTHER_POSTS, _UNFILLED = 0.3, 0.05
_HISTORY_DAYS, _MOST_HOLDERS = int(6 * YEAR), 16
_AGENCY_TURNS = 0.45
#: Larger than any day: a post and a day as one number, in order.
_BIG = 1 << 21


@dataclass(frozen=True)
class Staff:
    """Who held which post when, and who they were."""

    posts: Rows
    """Team and role of each post; the first ``case_posts`` of them carry cases."""
    case_posts: int
    held: Rows
    """In the order of posts and of time: a post, its worker, from which day to before which."""
    workers: Rows
    unfilled: int
    early_help_teams: int = 0
    """The last teams: their workers are no registered social workers."""

    @property
    def social_workers(self) -> Rows:
        """Return those whom the workforce census counts; they come first, with the same numbers."""
        return self.workers.where(self.workers["role"] != early_help.KEY_WORKER)


def make(
    council_id: str, seed: int | None, as_of: int, open_cases: int, more_years: int = 0, early_help_teams: int = 0
) -> Staff:
    """Make enough posts for the open cases, their holders over the past years, and teams of early help."""
    random = random_for(council_id, seed, "staff")
    case_posts = max(4, round(open_cases / _CASES_PER_POST))
    count = case_posts + max(3, round(case_posts * _OTHER_POSTS))
    history = _HISTORY_DAYS + int(more_years * YEAR)
    held = _holders(random, count, as_of, history)
    held = _swap(random, held, case_posts, as_of)
    held, travellers = workers.travel(council_id, seed, held, as_of, case_posts)
    posts = Rows({"team": np.arange(count) % max(1, count // _TEAM), "role": _roles(count, case_posts)})
    people = workers.make(random, council_id, held, posts["role"], travellers)
    made = Staff(posts, case_posts, held, people, max(1, round(count * _UNFILLED)))
    return early_help.join(council_id, seed, made, as_of, early_help_teams, history)


def _roles(count: int, case_posts: int) -> Texts:
    """Return the role of each post, in the codes of the workforce census."""
    number = np.arange(count)
    without = np.select([number % 9 == 0, number % 3 == 0, number % 3 == 1], ["1", "2", "3"], "6")
    return np.where(number < case_posts, np.where(number % 5 == 0, "4", "5"), without)


def _holders(random: Random, count: int, as_of: int, history: int) -> Rows:
    owner, _ = spread(np.full(count, _MOST_HOLDERS * max(1, history // _HISTORY_DAYS)))
    agency = chance(random, len(owner), _AGENCY_TURNS)
    length = np.where(agency, random.exponential(220.0, len(owner)) + 60, random.exponential(1_350.0, len(owner)) + 150)
    length = length.astype(np.int64)
    first = as_of - history - random.integers(0, 600, count)
    ended = first[owner] + sum_within(owner, length)
    held = Rows({"post": owner, "agency": agency, "began": ended - length, "ended": ended})
    held = held.where(held["began"] <= as_of)
    ended = np.where(held["ended"] > as_of, OPEN, held["ended"])
    return held.also(ended=ended, worker=np.arange(len(held)))


def _swap(random: Random, held: Rows, case_posts: int, as_of: int) -> Rows:
    """Let some workers change teams: two posts exchange their holders on a day, and all who follow."""
    half = case_posts // 2
    other = np.arange(int(held["post"].max()) + 1)
    other[:half], other[half : 2 * half] = np.arange(half, 2 * half), np.arange(half)
    on = np.full(len(other), OPEN)
    on[:half] = np.where(chance(random, half, 0.25), as_of - random.integers(40, 900, half), OPEN)
    on[half : 2 * half] = on[:half]
    at = on[held["post"]]
    split = (held["began"] < at) & (held["ended"] > at)
    after = held["began"] >= at
    rest = held.where(split).also(post=other[held["post"][split]], began=at[split])
    moved = held.also(post=np.where(after, other[held["post"]], held["post"]), ended=np.where(split, at, held["ended"]))
    return stack(moved, rest).by("post", "began")


def allocate(council_id: str, seed: int | None, cases: Rows, staff: Staff, as_of: int) -> Rows:
    """Return, for every case, which worker had it from when to when, and the reason code for the change."""
    random = random_for(council_id, seed, "allocation")
    cases = cases.where((cases["path"] != "nfa") & (cases["closed"] > cases["referred"]))
    count = len(cases)
    moves_on = (cases["closed"] - cases["referred"] > 120) & chance(random, count, 0.35)
    moves_on &= cases["referred"] + 60 <= as_of
    owner, position = spread(1 + moves_on)
    second, moved = position == 1, moves_on[owner]
    began = np.where(second, cases["referred"][owner] + 60, cases["referred"][owner])
    ended = np.where(moved & ~second, cases["referred"][owner] + 60, cases["closed"][owner])
    legs = Rows(
        {
            **{"case": cases["case"][owner], "child": cases["child"][owner], "second": second},
            **{"post": random.integers(0, staff.case_posts, len(owner)), "began": began, "ended": ended},
        }
    )
    return _by_holder(legs, staff, as_of).by("child", "began")


def _by_holder(legs: Rows, staff: Staff, as_of: int) -> Rows:
    """Divide the time that a post had a case among the post's holders."""
    held = staff.held
    key = held["post"] * _BIG + held["began"]
    until = np.minimum(legs["ended"], as_of + 1)
    first = np.searchsorted(key, legs["post"] * _BIG + legs["began"], side="right") - 1
    first = np.maximum(first, np.searchsorted(held["post"], legs["post"]))  # a case older than the post's history
    after = np.searchsorted(key, legs["post"] * _BIG + until, side="left")
    owner, position = spread(np.maximum(after - first, 0))
    row = first[owner] + position
    began = np.maximum(legs["began"][owner], held["began"][row])
    ended = np.minimum(legs["ended"][owner], held["ended"][row])
    started = np.where(legs["second"][owner], "TSPROC", "FCONTA")
    made = Rows(
        {
            **{"case": legs["case"][owner], "child": legs["child"][owner], "worker": held["worker"][row]},
            **{"post": held["post"][row], "began": began, "ended": np.where(ended > as_of, OPEN, ended)},
            "reason": np.where(position == 0, started, "LEFTRL"),
        }
    )
    return made.where(made["ended"] > made["began"])


def caseloads(allocations: Rows, workers_count: int, on: int) -> Ints:
    """Return how many cases each worker carries on a day."""
    here = (allocations["began"] <= on) & (allocations["ended"] > on)
    return np.bincount(allocations["worker"][here], minlength=workers_count).astype(np.int64)
