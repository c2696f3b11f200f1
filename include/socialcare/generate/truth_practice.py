"""Further right answers about workforce and practice: those that only the marts practice_* show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import workers
from socialcare.generate.practice import VOICE
from socialcare.generate.rows import OPEN, Bools, Ints, Rows, months_later, spread
from socialcare.generate.staff import caseloads
from socialcare.generate.truth import Figure, count, distinct_each, mean, share, total

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_PLACE = {"inadequate": 0, "requires improvement": 1, "good": 2, "outstanding": 3}


def figures(life: Life, span: Span) -> list[Figure]:
    """Return the figures of a year to March, as far as it is known."""
    return [
        *_continuity(life, span),
        *_seen(life, span),
        *_audits(life, span),
        *_supervision(life, span),
        *_training(life, span),
        *_areas(life, span),
        *_staff(life, span),
        *_overdue(life, span),
    ]


def workforce(life: Life, span: Span) -> list[Figure]:
    """Return the figures of a year to September."""
    people = life.staff.social_workers
    here = workers.in_post(people, span.until)
    agency, own = here & people["agency"], here & ~people["agency"]
    cases = caseloads(life.allocations, len(people), span.until)
    holds = here & (cases > 0)
    each = cases[holds] / people["fte"][holds]
    away = workers.absence(life.council_id, life.seed, people, span.year)["away"]
    new = ~people["agency"] & span.holds(people["began"])
    left = ~people["agency"] & span.holds(people["ended"])
    quartiles = np.percentile(each, [0, 25, 50, 75, 100]) if len(each) else np.zeros(5)
    names = ("MIN", "Q1", "MEDIAN", "Q3", "MAX")
    how = "cases for each FTE of a worker who holds any"
    return [
        count("PR_AGENCY", "Agency workers", total(agency), "on 30 September"),
        count("PR_STARTERS", "Starters", total(new), "in the year, heads"),
        count("PR_LEAVERS", "Leavers", total(left), "in the year, heads"),
        count("PR_ABSENT", "Away", total(own & away), "on 30 September"),
        share("PR_OVER_20", "More than 20 cases", total(each > 20), len(each), how),
        *(count(f"PR_CASES_{n}", f"Caseload: {n}", float(q), how) for n, q in zip(names, quartiles, strict=True)),
    ]


def _continuity(life: Life, span: Span) -> list[Figure]:
    rows = life.allocations
    led = np.minimum(rows["ended"], span.until + 1) - np.maximum(rows["began"], span.begins)
    here = (rows["began"] <= span.until) & (led > 0)
    changed = here & (rows["began"] >= span.begins) & (rows["reason"] != "FCONTA")
    cases = life.need.cases
    closed = (cases["path"] != "nfa") & (cases["closed"] <= span.until)
    following = np.append(np.where(cases["child"][1:] == cases["child"][:-1], cases["referred"][1:], OPEN), OPEN)
    made = [
        mean("PR_LEADS", "Changes of lead", total(changed), float(led[here].sum()) / 365, "for each child and year")
    ]
    for months in (6, 12):
        last = int(months_later(np.array([span.until]), -months)[0])
        first = int(months_later(np.array([last]), -12)[0])
        cohort = closed & (cases["closed"] > first) & (cases["closed"] <= last)
        until = months_later(np.where(cohort, cases["closed"], 0), months)
        back = cohort & (following <= until)
        how = f"closed in the twelve months that ended {months} months ago"
        made.append(share(f"PR_BACK_{months}", "Referred again", total(back), total(cohort), how))
        early = cases["reason"] == "RC9"
        made.append(
            share(f"PR_BACK_{months}_RC9", "Stepped down and back", total(back & early), total(cohort & early), how)
        )
    return made


def _seen(life: Life, span: Span) -> list[Figure]:
    in_care = life.care.periods.where(~np.strings.startswith(life.care.periods["kind"], "break"))
    return [
        _seen_in("PR_SEEN_CIN", life.need.plans, 28, span),
        _seen_in("PR_SEEN_CP", life.need.protection, 14, span),
        _seen_in("PR_SEEN_CLA", in_care, 42, span),
    ]


def _seen_in(indicator: str, rows: Rows, every: int, span: Span) -> Figure:
    """Of those open for so many days: who was seen at a visit of as many; each twelfth visit saw nobody."""
    rows = rows.where(rows["began"] <= span.until)
    owner, position = spread((np.minimum(rows["ended"], span.until) - rows["began"]) // every)
    on, seen = rows["began"][owner] + every * (position + 1), np.arange(len(owner)) % 12 > 0
    lately = rows["child"][owner][seen & (on > span.until - every) & (on <= span.until)]
    old = (rows["ended"] > span.until) & (rows["began"] <= span.until - every)
    met = np.isin(rows["child"], lately)
    return share(indicator, "Seen in time", total(old & met), total(old), f"at a visit of the last {every} days")


def _audits(life: Life, span: Span) -> list[Figure]:
    rows = life.practice.audits.where(span.holds(life.practice.audits["on"]))
    moderated = rows.where(rows["moderated"])
    given, checked = _places(moderated["grade"]), _places(moderated["moderated_grade"])
    answers = np.stack([rows[question] for question in VOICE])
    whole: Bools = (answers != "").min(axis=0)
    return [
        count("PR_AUDITS", "Audits", len(rows), "in the year so far"),
        share("PR_AUDIT_ASKED", "Family asked", total(rows["asked"]), len(rows), "of audits"),
        share("PR_AUDIT_WITH", "With the practitioner", total(rows["took_part"]), len(rows), "of audits"),
        share("PR_AUDIT_ANSWERED", "Questions answered", total(answers != ""), answers.size, "of those on the form"),
        share("PR_AUDIT_YES", "Questions answered yes", total(answers == "Y"), total(answers != ""), "of answers"),
        share("PR_AUDIT_WHOLE", "Complete audits", total(whole), len(rows), "nothing is left blank"),
        share("PR_MODERATED", "Moderated", len(moderated), len(rows), "of audits"),
        share("PR_MODERATED_DOWN", "Moderated down", total(checked < given), len(moderated), "of moderated audits"),
        share("PR_MODERATED_UP", "Moderated up", total(checked > given), len(moderated), "of moderated audits"),
    ]


def _places(grades: np.ndarray) -> Ints:
    return np.array([_PLACE[str(grade)] for grade in grades], dtype=np.int64)


def _supervision(life: Life, span: Span) -> list[Figure]:
    rows = life.practice.supervision
    rows = rows.where((rows["on"] <= span.until) & (rows["on"] >= min(span.begins, span.until - 70)))
    same = rows["worker"][1:] == rows["worker"][:-1]
    gap = (rows["on"][1:] - rows["on"][:-1])[same & span.holds(rows["on"][1:])]
    year = span.holds(rows["on"])
    due = life.practice.appraisals
    due = due.where((due["due"] <= span.until) | (due["on"] <= span.until))
    held = due.where(due["on"] < OPEN)
    six = total(span.holds(held["review"]))
    annual = due.where(span.holds(due["due"]))
    return [
        share("PR_SUPERVISION", "Supervised in five weeks", total(gap <= 35), len(gap), "of the one before"),
        mean("PR_REFLECTIVE", "Reflective score", int(rows["reflective"][year].sum()), total(year), "of supervisions"),
        share("PR_APPRAISALS", "Appraised in time", total(annual["on"] <= annual["due"]), len(annual), "of those due"),
        share("PR_SIX_MONTHS", "Reviewed in time", six, six, "six-monthly reviews: the made-up ones are all held"),
    ]


def _training(life: Life, span: Span) -> list[Figure]:
    every = life.practice.training
    rows = every.where(span.holds(every["on"]))
    people = life.staff.workers
    staff = workers.in_post(people, span.until) & ~people["agency"]
    must = rows.where(rows["course"] == "Supervision")
    done = np.isin(np.flatnonzero(staff), must["worker"][must["attended"]])
    forms = life.practice.feedback.where(span.holds(life.practice.feedback["on"]))
    sessions = len(np.unique(rows["session"]))
    return [
        count("PR_SESSIONS", "Training sessions", sessions, "in the year so far"),
        count("PR_PLACES", "Training places", 60 * sessions, "60 in each session"),
        count("PR_BOOKED", "Training places booked", len(rows), "in the year so far"),
        share("PR_MANDATORY", "Mandatory training", total(done), total(staff) if len(must) else 0, "Supervision"),
        share("PR_FORMS", "Feedback forms", len(forms), total(rows["attended"]), "of attendances"),
        mean("PR_CONFIDENCE", "Change", int((forms["after"] - forms["before"]).sum()), len(forms), "after less before"),
    ]


def _areas(life: Life, span: Span) -> list[Figure]:
    gone = life.missing.where(span.holds(life.missing["ended"]))
    held = gone["held"] & (gone["held_on"] <= span.until)
    refused = gone["offered"] & ~gone["accepted"] & ~held
    waits = life.practice.short_breaks
    waits = waits.where((waits["assessed"] <= span.until) & (waits["started"] > span.until))
    waited = int((span.until - waits["assessed"]).sum())
    return [
        share("PR_MET", "Interviewed", total(held), len(gone), "of returns"),
        share("PR_REFUSED", "Refused", total(refused), len(gone), "of returns"),
        share("PR_NOT_OFFERED", "Not offered", total(~gone["offered"]), len(gone), "of returns"),
        mean("PR_WAITING", "Days waited so far", waited, len(waits), "assessed and not begun"),
    ]


def _staff(life: Life, span: Span) -> list[Figure]:
    people = life.staff.workers
    here, own = workers.in_post(people, span.until), ~people["agency"]
    left = total(own & span.holds(people["ended"]))
    fte = np.round(people["fte"], 2)
    agency = round(float(fte[here & people["agency"]].sum()), 2)
    led = life.allocations.where((life.allocations["began"] <= span.until) & (life.allocations["ended"] > span.until))
    children = distinct_each(led["worker"], led["child"], len(people))
    leads = here & (children > 0)
    short = total(here & own & (people["began"] > span.until - 2 * 365.25))
    return [
        share("PR_JOBS_SHORT", "In the job for less than two years", short, total(here & own), "permanent staff"),
        mean("PR_LED", "Children led", int(children[leads].sum()), round(float(fte[leads].sum()), 2), "for each FTE"),
        share("PR_LED_OVER_20", "More than 20 led", total(children[leads] / fte[leads] > 20), total(leads), "workers"),
        count("PR_JOBS", "Jobs held", total(here), "on the last day"),
        count("PR_JOBS_FTE", "Jobs held, FTE", round(float(fte[here].sum()), 2), "on the last day"),
        share("PR_JOBS_AGENCY", "Agency", agency, round(float(fte[here].sum()), 2), "FTE"),
        count("PR_JOBS_BEGUN", "Jobs begun", total(own & span.holds(people["began"])), "in the year so far"),
        share("PR_JOBS_ENDED", "Jobs ended", left, total(here & own), "of those held"),
    ]


def _overdue(life: Life, span: Span) -> list[Figure]:
    """What was due before the last day and is not done, of those in post on it."""
    people, gone = life.staff.workers, life.missing.where(span.holds(life.missing["ended"]))
    here, number = workers.in_post(people, span.until), np.arange(len(people))
    audits = life.practice.audits.where(span.holds(life.practice.audits["on"]))
    actions = (audits["due"] < span.until) & (audits["closed"] > span.until)
    due = life.practice.appraisals
    appraisals = (due["due"] < span.until) & (due["on"] > span.until) & here[due["worker"]]
    held = life.practice.supervision
    held = held.where((held["on"] <= span.until) & (held["on"] >= min(span.begins, span.until - 70)))
    last = np.full(len(people), -OPEN)
    np.maximum.at(last, held["worker"], held["on"])
    supervisions = here & np.isin(number, held["worker"]) & (last + 28 < span.until)
    wanted = ~(gone["held"] & (gone["held_on"] <= span.until)) & (gone["accepted"] | ~gone["offered"])
    return [
        count("PR_LATE_ACTIONS", "Audit actions overdue", total(actions), "due and not closed"),
        count("PR_LATE_APPRAISALS", "Appraisals overdue", total(appraisals), "annual ones, due and not held"),
        count("PR_LATE_SUPERVISION", "Supervision overdue", total(supervisions), "28 days after the last"),
        count("PR_LATE_INTERVIEWS", "Interviews overdue", total(wanted & (gone["ended"] + 3 < span.until)), "72 hours"),
    ]
