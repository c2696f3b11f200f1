"""Local records, written from a life as CSV: the shapes are this platform's own, since no national return has them.

Workers are named by their Social Work England number and children by the council's own, as in the returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.practice import VOICE
from socialcare.generate.rows import OPEN, Bools, Days, Rows, Texts, days_as_text, numbered

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


def write(life: Life, span: Span) -> dict[str, Rows]:
    """Return every local record of the time as text, by the name of its file."""
    return {name: make(life, span) for name, make in _WRITERS.items()}


def _day(days: Days, span: Span) -> Texts:
    return days_as_text(np.where(days > span.until, OPEN, days))


def _yes(values: Bools) -> Texts:
    return np.where(values, "Y", "N")


def _numbers(prefix: str, rows: Rows) -> Texts:
    return numbered(prefix, np.arange(len(rows)) + 1, 6)


def _child(life: Life, rows: Rows) -> Texts:
    named: Texts = life.children["id"][rows["child"]]
    return named


def _worker(life: Life, rows: Rows) -> Texts:
    named: Texts = life.staff.workers["swe"][rows["worker"]]
    return named


def _team(life: Life, rows: Rows) -> Texts:
    return numbered("Team ", life.staff.posts["team"][rows["post"]] + 1, 2)


def _audits(life: Life, span: Span) -> Rows:
    rows = life.practice.audits.where(span.holds(life.practice.audits["on"]))
    return Rows(
        {
            **{"AUDIT_ID": _numbers("AUD", rows), "AUDIT_DATE": _day(rows["on"], span)},
            **{"CHILD_ID": _child(life, rows), "WORKER_ID": _worker(life, rows), "TEAM": _team(life, rows)},
            **{"GRADE": rows["grade"], "MODERATED": _yes(rows["moderated"])},
            "MODERATED_GRADE": rows["moderated_grade"],
            **{"PRACTITIONER_TOOK_PART": _yes(rows["took_part"]), "FAMILY_FEEDBACK_ASKED": _yes(rows["asked"])},
            "FAMILY_FEEDBACK_GIVEN": _yes(rows["asked"] & rows["answered"]),
            **{question.upper(): rows[question] for question in VOICE},
            **{"ACTIONS_DUE": days_as_text(rows["due"]), "ACTIONS_CLOSED": _day(rows["closed"], span)},
        }
    )


def _supervision(life: Life, span: Span) -> Rows:
    rows = life.practice.supervision.where(span.holds(life.practice.supervision["on"]))
    return Rows(
        {
            **{"WORKER_ID": _worker(life, rows), "SUPERVISION_DATE": _day(rows["on"], span), "KIND": rows["kind"]},
            "CASES_DISCUSSED": rows["cases_discussed"].astype(np.str_),
            "REFLECTIVE_SCORE": rows["reflective"].astype(np.str_),
        }
    )


def _staff_in_post(life: Life, span: Span) -> Rows:
    people = life.staff.workers
    people = people.where((people["began"] <= span.until) & (people["ended"] >= span.begins))
    return Rows(
        {
            **{"WORKER_ID": people["swe"], "AGENCY": _yes(people["agency"]), "FTE": np.char.mod("%.2f", people["fte"])},
            **{"STARTED": _day(people["began"], span), "LEFT": _day(people["ended"], span)},
            "NEWLY_QUALIFIED": _yes(people["origin"] == "1"),
        }
    )


def _appraisals(life: Life, span: Span) -> Rows:
    rows = life.practice.appraisals.where(span.holds(life.practice.appraisals["on"]))
    made = {"WORKER_ID": _worker(life, rows), "APPRAISAL_DATE": _day(rows["on"], span)}
    return Rows({**made, "SIX_MONTH_REVIEW": _day(rows["review"], span)})


def _training(life: Life, span: Span) -> Rows:
    rows = life.practice.training.where(span.holds(life.practice.training["on"]))
    made = {"SESSION_ID": numbered("SES", rows["session"] + 1, 5), "COURSE": rows["course"]}
    made |= {
        "SESSION_DATE": _day(rows["on"], span),
        "WORKER_ID": _worker(life, rows),
        "BOOKED": _yes(rows["session"] >= 0),
    }
    return Rows({**made, "ATTENDED": _yes(rows["attended"])})


def _feedback(life: Life, span: Span) -> Rows:
    rows = life.practice.feedback.where(span.holds(life.practice.feedback["on"]))
    made = {"SESSION_ID": numbered("SES", rows["session"] + 1, 5), "COURSE": rows["course"], "RATING": rows["rating"]}
    scores = {"CONFIDENCE_BEFORE": rows["before"].astype(np.str_), "CONFIDENCE_AFTER": rows["after"].astype(np.str_)}
    return Rows({**made, **scores})


def _return_interviews(life: Life, span: Span) -> Rows:
    rows = life.missing.where(span.holds(life.missing["ended"]))
    held = rows["held"] & (rows["held_on"] <= span.until)
    return Rows(
        {
            **{"CHILD_ID": _child(life, rows), "KIND": rows["kind"], "MISSING_FROM": _day(rows["began"], span)},
            **{"RETURNED": _day(rows["ended"], span), "OFFERED": _yes(rows["offered"])},
            "ACCEPTED": _yes(rows["accepted"]),
            "INTERVIEW_DATE": np.where(held, _day(rows["held_on"], span), ""),
            "HOURS_AFTER_RETURN": np.where(held, rows["hours"].astype(np.str_), ""),
        }
    )


def _pathway_plans(life: Life, span: Span) -> Rows:
    rows = life.practice.pathway_plans.where(life.practice.pathway_plans["reviewed"] <= span.until)
    made = {"CHILD_ID": _child(life, rows), "ELIGIBILITY": rows["category"], "PLAN_STARTED": _day(rows["began"], span)}
    return Rows({**made, "LAST_REVIEW": _day(rows["reviewed"], span), "OWN_WORDS": _yes(rows["own_words"])})


def _short_breaks(life: Life, span: Span) -> Rows:
    rows = life.practice.short_breaks.where(life.practice.short_breaks["requested"] <= span.until)
    days = {name.upper(): _day(rows[name], span) for name in ("requested", "assessed", "offered", "started")}
    return Rows({"CHILD_ID": _child(life, rows), "SERVICE": rows["service"], **days})


def _steps(life: Life, span: Span) -> Rows:
    helped = life.need.early_help
    is_up = helped["why"] == "stepped up"
    on = np.where(is_up, helped["ended"], helped["decided"])
    rows, on, is_up = helped.where(span.holds(on)), on[span.holds(on)], is_up[span.holds(on)]
    return Rows(
        {
            **{"CHILD_ID": _child(life, rows), "DIRECTION": np.where(is_up, "up", "down")},
            "FROM_TIER": np.where(is_up, "early help", "statutory"),
            "TO_TIER": np.where(is_up, "statutory", "early help"),
            **{"DECISION_DATE": days_as_text(on), "FAMILY_TOLD_BEFORE": _yes(rows["told"])},
            "ORGANISATION": rows["organisation"],
        }
    )


def _lead_practitioners(life: Life, span: Span) -> Rows:
    rows = life.allocations
    rows = rows.where((rows["began"] <= span.until) & (rows["ended"] >= span.begins))
    return Rows(
        {
            **{"CHILD_ID": _child(life, rows), "CASE_ID": numbered("CASE", rows["case"] + 1, 7)},
            **{"WORKER_ID": _worker(life, rows), "TEAM": _team(life, rows)},
            **{"STARTED": _day(rows["began"], span), "ENDED": _day(rows["ended"], span)},
            "CHANGE_REASON": rows["reason"],
        }
    )


def _family_plans(life: Life, span: Span) -> Rows:
    rows = life.practice.family_plans.where(span.holds(life.practice.family_plans["due"]))
    made = {"PLAN_ID": numbered("PLAN", rows["plan"] + 1, 6), "CHILD_ID": _child(life, rows)}
    made |= {"GOAL": rows["goal"].astype(np.str_), "REVIEW_DUE": days_as_text(rows["due"])}
    return Rows({**made, "REVIEW_HELD": _day(rows["held"], span), "PROGRESS": rows["progress"].astype(np.str_)})


def _survey(life: Life, span: Span) -> Rows:
    rows = life.practice.survey
    counts = {name.upper(): rows[name].astype(np.str_) for name in ("count", "answered", "invited")}
    return Rows({"QUESTION": rows["question"], "OPTION": rows["option"], **counts})


_WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    **{"audits": _audits, "supervision": _supervision, "appraisals": _appraisals, "staff_in_post": _staff_in_post},
    **{"training_attendance": _training, "training_feedback": _feedback, "return_interviews": _return_interviews},
    **{"pathway_plans": _pathway_plans, "short_breaks": _short_breaks, "step_decisions": _steps},
    **{"lead_practitioners": _lead_practitioners, "family_plan_reviews": _family_plans, "staff_survey": _survey},
}
