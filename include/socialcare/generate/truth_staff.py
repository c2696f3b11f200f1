"""The right answers about the workforce, by DfE's method, and about local practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import workers
from socialcare.generate.practice import VOICE, survey
from socialcare.generate.practice_families import pathway_plans
from socialcare.generate.rows import Bools, Rows
from socialcare.generate.staff import caseloads
from socialcare.generate.truth import Figure, count, mean, share, total

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

#: DfE's own number of working days in a year.
WORKING_DAYS = 253
#: Supervision is in time within five weeks of the time before.
_WEEKS_5 = 35
_GRADES = ("outstanding", "good", "requires improvement", "inadequate")


def workforce(life: Life, span: Span) -> list[Figure]:
    """Return the figures of a year to September."""
    people = life.staff.social_workers
    here = workers.in_post(people, span.until)
    own, agency = here & ~people["agency"], here & people["agency"]
    fte, new = people["fte"], ~people["agency"] & span.holds(people["began"])
    left = ~people["agency"] & span.holds(people["ended"])
    vacant = vacancies(life, span)
    lost = workers.absence(life.council_id, life.seed, people, span.year)["days"]
    cases = caseloads(life.allocations, len(people), span.until)
    holders = here & (cases > 0)
    served = (span.until - people["began"]) / 365.25
    in_post, covered = _sum(fte, own), _sum(fte, agency)
    return [
        count("WF01", "Social workers in post, FTE", in_post, "on 30 September, agency workers left out"),
        count("WF01h", "Social workers in post, headcount", total(own), "on 30 September"),
        count("WF02", "Starters, FTE", _sum(fte, new), "in the year to 30 September"),
        count("WF03", "Leavers, FTE", _sum(fte, left), "in the year to 30 September"),
        share("WF04", "Turnover", _sum(fte, left), in_post, "leavers of those in post, FTE"),
        share("WF05", "Vacancy", vacant, round(vacant + in_post, 2), "vacant of vacant and in post, FTE"),
        share("WF06", "Agency", covered, round(covered + in_post, 2), "agency of agency and in post, FTE"),
        share("WF09", "Absence", _sum(lost, own), round(in_post * WORKING_DAYS, 2), "days lost of 253 for each FTE"),
        mean("WF10", "Caseload", int(cases[here].sum()), _sum(fte, holders), "cases for each FTE who holds any"),
        share("WF11", "In post for less than two years", _sum(fte, own & (served < 2)), in_post, "FTE"),
        share(
            "WF12", "Case holders", _sum(fte, own & np.isin(role_on(people, span.until), ["5"])), in_post, "role 5, FTE"
        ),
        share("WF13", "Leavers with less than two years", _sum(fte, left & _briefly(people)), _sum(fte, left), "FTE"),
    ]


def vacancies(life: Life, span: Span) -> float:
    """Return vacant posts in FTE: those that agency workers cover, and those that nobody holds."""
    people = life.staff.workers
    covered = workers.in_post(people, span.until) & people["agency"]
    return float(total(covered) + life.staff.unfilled)


def role_on(people: Rows, on: int) -> np.ndarray:
    """Return each worker's role on a day: some case holders became senior practitioners."""
    return np.where((people["promoted"] <= on) & (people["role"] == "5"), "4", people["role"])


def _briefly(people: Rows) -> Bools:
    short: Bools = people["ended"] - people["began"] < 2 * 365.25
    return short


def _sum(values: np.ndarray, mask: Bools) -> float:
    return round(float(values[mask].sum()), 2)


def practice(life: Life, span: Span) -> list[Figure]:
    """Return the figures of local records in a time."""
    return [
        *_audits(life, span),
        *_supervision(life, span),
        *_learning(life, span),
        *_survey(life, span),
        _pathway(life, span),
    ]


def _audits(life: Life, span: Span) -> list[Figure]:
    rows = life.practice.audits.where(span.holds(life.practice.audits["on"]))
    final = np.where(rows["moderated"], rows["moderated_grade"], rows["grade"])
    moderated = rows.where(rows["moderated"])
    due = rows.where(rows["due"] <= span.until)
    answered: Bools = np.stack([rows[question] != "" for question in VOICE]).min(axis=0)
    met: Bools = np.stack([rows[question] == "Y" for question in VOICE]).min(axis=0)
    made = [
        share(
            "QA01",
            "Audits good or better",
            total(np.isin(final, _GRADES[:2])),
            len(rows),
            "moderated grade where there is one",
        ),
        share(
            "QA02",
            "Audits with the family's feedback",
            total(rows["answered"] & rows["asked"]),
            len(rows),
            "asked and given",
        ),
        share(
            "QA03",
            "Child's voice",
            total(met),
            total(answered),
            "all four questions; one left blank leaves the audit out",
        ),
        share(
            "QA04",
            "Moderation agrees",
            total(moderated["grade"] == moderated["moderated_grade"]),
            len(moderated),
            "same grade",
        ),
        share(
            "QA05",
            "Actions closed in time",
            total(due["closed"] <= due["due"]),
            len(due),
            "of actions due by the last day",
        ),
    ]
    return made + [
        count(f"QA01_{g.split()[0]}", f"Audits: {g}", total(final == g), "moderated grade where there is one")
        for g in _GRADES
    ]


def _supervision(life: Life, span: Span) -> list[Figure]:
    people, rows = life.staff.workers, life.practice.supervision
    last = np.full(len(people), -1)
    known = rows["on"] <= span.until
    np.maximum.at(last, rows["worker"][known], rows["on"][known])
    scope = workers.in_post(people, span.until) & (people["began"] <= span.until - _WEEKS_5)
    lately = scope & (last > span.until - _WEEKS_5)
    return [
        share("QA06", "Supervised within five weeks", total(lately), total(scope), "in post for five weeks or more")
    ]


def _learning(life: Life, span: Span) -> list[Figure]:
    people, records = life.staff.workers, life.practice
    eligible = workers.in_post(people, span.until) & ~people["agency"] & (people["began"] <= span.until - 365)
    held = records.appraisals
    recent = np.unique(held["worker"][(held["on"] <= span.until) & (held["on"] > span.until - 365)])
    booked = records.training.where(span.holds(records.training["on"]))
    forms = records.feedback.where(span.holds(records.feedback["on"]) & (records.feedback["rating"] != ""))
    return [
        share(
            "LD01",
            "Appraised",
            total(np.isin(np.flatnonzero(eligible), recent)),
            total(eligible),
            "in 365 days; in post for a year",
        ),
        share("LD03", "Training attended", total(booked["attended"]), len(booked), "of places booked"),
        share(
            "LD04",
            "Training liked",
            total(np.isin(forms["rating"], ["4", "5"])),
            len(forms),
            "4 or 5, of forms with a rating",
        ),
    ]


def _survey(life: Life, span: Span) -> list[Figure]:
    rows = survey(life, span.until)
    asked = rows.where(rows["question"] == "sufficient time")
    agree = int(asked["count"][np.isin(asked["option"], ["agree", "strongly agree"])].sum())
    answered, invited = int(asked["answered"][0]), int(asked["invited"][0])
    return [
        share("SV01", "Sufficient time: agree", agree, answered, "not sure is in the base"),
        share("SV02", "Survey answered", answered, invited, "of those invited"),
    ]


def _pathway(life: Life, span: Span) -> Figure:
    rows = pathway_plans(life, span.until)
    fresh = rows["reviewed"] > span.until - 183
    return share("CL06", "Pathway plan reviewed", total(fresh), len(rows), "in 183 days, of all who have a plan")
