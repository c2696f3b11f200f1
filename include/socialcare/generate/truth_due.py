"""The right answers about what is due: visits, reviews, assessments and plans, overdue or due within a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.practice_families import pathway_plans
from socialcare.generate.rows import OPEN, Bools, Days, Ints, Rows, months_later, spread, working_days_after
from socialcare.generate.truth import Figure, count, total

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


def figures(life: Life, span: Span) -> list[Figure]:
    """Return the figures of the last day, by what the standard data set and the local records of that day hold."""
    due = {
        "CIN_VISITS": _visits(life.need.plans, 28, span),
        "CP_VISITS": _visits(life.need.protection, 14, span),
        "CLA_VISITS": _visits(_in_care(life), 42, span),
        "CP_REVIEWS": _protection_reviews(life, span),
        "CLA_REVIEWS": _care_reviews(life, span),
        "ASSESSMENTS": _assessments(life, span),
        "PATHWAYS": pathway_plans(life, span.until)["reviewed"] + 180,
        "FAMILY_REVIEWS": _family_reviews(life, span),
    }
    made = []
    for name, days in due.items():
        what = name.replace("_", " ").capitalize()
        week = (days >= span.until) & (days <= span.until + 6)
        made.append(count(f"PR_LATE_{name}", f"{what} overdue", total(days < span.until), "due before the last day"))
        made.append(
            count(f"PR_WEEK_{name}", f"{what} this week", total(week), "due on the last day or in the next six")
        )
    return made


def _in_care(life: Life) -> Rows:
    return life.care.periods.where(~np.strings.startswith(life.care.periods["kind"], "break"))


def _open(rows: Rows, span: Span) -> Bools:
    here: Bools = (rows["began"] <= span.until) & (rows["ended"] > span.until)
    return here


def _latest(owner: Ints, days: Days, size: int) -> Days:
    """Return each owner's latest day; long ago where there is none."""
    last = np.full(size, -OPEN)
    np.maximum.at(last, owner, days)
    return last


def _visits(rows: Rows, every: int, span: Span) -> Days:
    """Return when each is to be visited next: after it was last seen. Each twelfth visit saw nobody."""
    rows = rows.where(rows["began"] <= span.until)
    owner, position = spread((np.minimum(rows["ended"], span.until) - rows["began"]) // every)
    on, seen = rows["began"][owner] + every * (position + 1), np.arange(len(owner)) % 12 > 0
    last = _latest(rows["child"][owner][seen], on[seen], int(rows["child"].max(initial=0)) + 1)
    now = rows.where(_open(rows, span))
    due: Days = np.maximum(now["began"], last[now["child"]]) + every
    return due


def _protection_reviews(life: Life, span: Span) -> Days:
    """Return when each open plan is to be reviewed: 3 months after it began, then 6 after the review before."""
    now = life.need.protection.where(_open(life.need.protection, span))
    held = life.need.conferences.where(life.need.conferences["held"] <= span.until)
    last = _latest(held["plan"], held["held"], int(life.need.protection["plan"].max(initial=0)) + 1)[now["plan"]]
    return np.where(last < 0, months_later(now["began"], 3), months_later(np.maximum(last, 0), 6))


def _care_reviews(life: Life, span: Span) -> Days:
    """Return when each child in care is to be reviewed: 20 working days, then 3 months, then 6."""
    every = _in_care(life)
    now = every.where(_open(every, span))
    held = life.reviews.where(life.reviews["held"] <= span.until)
    size = int(life.care.periods["period"].max(initial=0)) + 1
    last = _latest(held["period"], held["held"], size)[now["period"]]
    times = np.bincount(held["period"], minlength=size)[now["period"]]
    first = working_days_after(now["began"], 20)
    after = np.maximum(last, 0)
    return np.select([times == 0, times == 1], [first, months_later(after, 3)], months_later(after, 6))


def _assessments(life: Life, span: Span) -> Days:
    """Return the last of the 45 working days of each assessment that is not done."""
    now = life.need.assessments.where(_open(life.need.assessments, span))
    return working_days_after(now["began"], 45)


def _family_reviews(life: Life, span: Span) -> Days:
    rows = life.practice.family_plans
    waiting = span.holds(rows["due"]) & (rows["held"] > span.until) & (rows["ended"] > span.until)
    return rows["due"][waiting]
