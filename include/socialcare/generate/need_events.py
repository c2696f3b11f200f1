"""What follows from a referral: assessment, enquiry, conference, plan, review, closing.

What is in time lies well inside its limit and what is late well beyond it, so that no calendar of bank holidays
and no way of counting the first day changes which were late.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from socialcare.generate.rows import (
    OPEN,
    Bools,
    Days,
    Random,
    Rows,
    chance,
    pick,
    spread,
    sum_within,
    working_days_later,
)

_CATEGORIES = {"NEG": 0.45, "EMO": 0.35, "PHY": 0.08, "SAB": 0.05, "MUL": 0.07}
_FACTORS = {
    **{"3B": 0.25, "4B": 0.2, "2B": 0.1, "1B": 0.1, "16A": 0.08, "17A": 0.08, "4A": 0.05, "10A": 0.02, "24A": 0.02},
    **{"18C": 0.03, "19C": 0.02, "11A": 0.02, "6A": 0.01, "5A": 0.02},
}


@dataclass(frozen=True)
class Followed:
    """The cases as far as they are known, and what happened in them."""

    cases: Rows
    assessments: Rows
    enquiries: Rows
    plans: Rows
    protection: Rows
    conferences: Rows


def draw(random: Random, referred: Days) -> dict[str, npt.NDArray[np.int64] | Bools]:
    """Draw the days of everything that may follow; which of it does is for the path to say."""
    count = len(referred)
    assessed = referred + random.integers(0, 2, count)
    late = chance(random, count, 0.15)
    working = np.where(late, random.integers(52, 80, count), random.integers(5, 44, count))
    enquired = referred + random.integers(0, 4, count)
    late_conference = chance(random, count, 0.18)
    to_conference = np.where(late_conference, random.integers(21, 36, count), random.integers(5, 14, count))
    return {
        "assessed": assessed,
        "authorised": working_days_later(assessed, working),
        "enquired": enquired,
        "conference": working_days_later(enquired, to_conference),
        "protects": chance(random, count, 0.88),
        "protected_for": np.minimum(random.exponential(280.0, count).astype(np.int64) + 60, 1_500),
        "steps_down": chance(random, count, 0.4),
        "planned_for": random.exponential(140.0, count).astype(np.int64) + 25,
        "plan_after": random.integers(1, 6, count),
    }


def _held(cases: Rows) -> Bools:
    """Say in which cases a conference was held: in due course, or before the child came into care."""
    early = (cases["path"] == "care") & (cases["conference"] + 15 < cases["care_from"]) & (cases["steps_down"])
    held: Bools = (cases["path"] == "cpp") | early
    return held


def _protection_ends(cases: Rows) -> Days:
    ends = cases["conference"] + cases["protected_for"]
    return np.where(cases["path"] == "care", cases["care_from"], ends)


def _plan_begins(cases: Rows) -> Days:
    """Return when a plan of a child in need begins: after the assessment, or after protection; OPEN where never."""
    path = cases["path"]
    after = np.maximum(cases["authorised"], cases["conference"] * (path == "cpp")) + cases["plan_after"]
    after_protection = np.maximum(_protection_ends(cases), cases["authorised"]) + cases["plan_after"]
    is_protected = (path == "cpp") & cases["protects"]
    begins = np.where(is_protected, np.where(cases["steps_down"], after_protection, OPEN), after)
    wanted = (path == "plan") | (path == "cpp") | ((path == "s47") & cases["steps_down"])
    return np.where(wanted, begins, OPEN)


def closing(cases: Rows) -> Days:
    """Return when each case that is not of a child in care will be closed."""
    begins = _plan_begins(cases)
    after_plan = begins + cases["planned_for"]
    without = np.where(
        (cases["path"] == "cpp") & cases["protects"],
        np.maximum(_protection_ends(cases), cases["authorised"]),
        cases["authorised"],
    )
    closed = np.where(begins == OPEN, without, after_plan)
    return np.where(cases["path"] == "nfa", cases["referred"], closed)


def follow(random: Random, cases: Rows, as_of: int) -> Followed:
    """Make what happened in each case up to ``as_of``."""
    is_open = cases["closed"] > as_of
    known = cases.also(closed=np.where(is_open, OPEN, cases["closed"]), reason=np.where(is_open, "", cases["reason"]))
    protection = _protection(random, cases, as_of)
    return Followed(
        known,
        _assessments(random, cases, as_of),
        _enquiries(cases, as_of),
        _plans(cases, as_of),
        protection,
        _conferences(random, protection, as_of),
    )


def _until(days: Days, as_of: int) -> Days:
    return np.where(days > as_of, OPEN, days)


def _assessments(random: Random, cases: Rows, as_of: int) -> Rows:
    rows = cases.where((cases["path"] != "nfa") & (cases["assessed"] <= as_of))
    count = len(rows)
    first, second = pick(random, count, _FACTORS), pick(random, count, _FACTORS)
    done = rows["authorised"] <= as_of
    nothing = (rows["path"] == "assessed") & chance(random, count, 0.15)
    first = np.where(nothing, "21", first)
    two = done & ~nothing & (first != second) & chance(random, count, 0.6)
    return Rows(
        {
            **{"case": rows["case"], "child": rows["child"], "began": rows["assessed"]},
            "ended": _until(rows["authorised"], as_of),
            "factor": np.where(done, first, ""),
            "second_factor": np.where(two, second, ""),
            "seen": chance(random, count, 0.95),
            "needs_support": rows["path"] != "assessed",
        }
    )


def _enquiries(cases: Rows, as_of: int) -> Rows:
    held = _held(cases)
    rows = cases.where((held | (cases["path"] == "s47")) & (cases["enquired"] <= as_of))
    held = _held(rows)
    return Rows(
        {
            **{"case": rows["case"], "child": rows["child"], "began": rows["enquired"]},
            "not_required": ~held,
            "conference": np.where(held, _until(rows["conference"], as_of), OPEN),
            "led_to_plan": held & (rows["protects"] | (rows["path"] == "care")),
        }
    )


def _plans(cases: Rows, as_of: int) -> Rows:
    begins = _plan_begins(cases)
    rows, begins = cases.where(begins <= as_of), begins[begins <= as_of]
    ends = _until(begins + rows["planned_for"], as_of)
    return Rows({"case": rows["case"], "child": rows["child"], "began": begins, "ended": ends})


def _protection(random: Random, cases: Rows, as_of: int) -> Rows:
    wanted = _held(cases) & (cases["protects"] | (cases["path"] == "care")) & (cases["conference"] <= as_of)
    rows = cases.where(wanted)
    count = len(rows)
    category = pick(random, count, _CATEGORIES)
    before = chance(random, int(cases["child"].max(initial=0)) + 1, 0.14).astype(np.int64)[rows["child"]]
    earlier = sum_within(rows["child"], np.ones(count, dtype=np.int64)) - 1
    return Rows(
        {
            **{"plan": np.arange(count), "case": rows["case"], "child": rows["child"], "began": rows["conference"]},
            "ended": _until(_protection_ends(rows), as_of),
            "category": category,
            "latest": np.where(chance(random, count, 0.15), pick(random, count, _CATEGORIES), category),
            "previous": before + earlier,
        }
    )


def _conferences(random: Random, protection: Rows, as_of: int) -> Rows:
    """Make the reviews of each plan: within 3 months, then within 6 of the one before; a few are late."""
    until = np.minimum(protection["ended"], as_of + 1)
    owner, position = spread(2 + (until - protection["began"]) // 120)
    count = len(owner)
    late = chance(random, count, 0.06)
    first = np.where(late, random.integers(100, 130, count), random.integers(60, 88, count))
    later = np.where(late, random.integers(200, 240, count), random.integers(130, 178, count))
    gap = np.where(position == 0, first, later)
    held = protection["began"][owner] + sum_within(owner, gap)
    made = Rows({"plan": owner, "child": protection["child"][owner], "number": position + 1, "held": held})
    return made.where(held < until[owner])
