"""Local records of children and families, written from a life as CSV in the shape of ``specs/local_records.yml``.

Workers are named by the council's own staff number and children by the council's own, as in the returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import write_local_staff
from socialcare.generate.annex_a_lists import labels
from socialcare.generate.practice import VOICE
from socialcare.generate.practice_families import pathway_plans
from socialcare.generate.rows import OPEN, Ints, Rows, Texts, days_as_text, numbered, spread
from socialcare.generate.write_local_staff import day, staff_numbers, team_codes, yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_GRADES = {"outstanding": "OUT", "good": "GOOD", "requires improvement": "RI", "inadequate": "INAD"}
_QUESTIONS = np.array(["VOICE_INVOLVED", "VOICE_UNDERSTOOD", "VOICE_OPPORTUNITY", "VOICE_MEETINGS"])
_THEMES = np.array(["WHOLE", "VOICE", "ASSESS", "PLAN", "OVERSIGHT", "MISSING"])
_AUDITORS = np.array(["TM", "SM", "QA", "PEER", "AP"])
_ELIGIBLE = {"eligible": "E", "relevant": "R", "former relevant": "FR"}
_BREAKS = {"overnight": "NIGHT", "day": "DAY", "direct payment": "DP"}
#: So many days after an audit it is moderated; after a first break the request is closed on the day.
_MODERATED_AFTER = 10
_PROGRESS = np.array(["WORSE", "SAME", "SAME", "SAME", "BETTER", "BETTER", "BETTER", "BETTER", "BETTER", "MET", "MET"])


def write(life: Life, span: Span) -> dict[str, Rows]:
    """Return every local record of the time as text, by the name of its table."""
    return {name: make(life, span) for name, make in {**_WRITERS, **write_local_staff.WRITERS}.items()}


def _child(life: Life, rows: Rows) -> Texts:
    named: Texts = life.children["id"][rows["child"]]
    return named


def _team(life: Life, rows: Rows) -> Texts:
    return team_codes(life.staff.posts["team"][rows["post"]])


def _in_time(life: Life, span: Span) -> tuple[Rows, Ints]:
    """Return the audits of the time, and the number of each among all."""
    held = span.holds(life.practice.audits["on"])
    return life.practice.audits.where(held), np.flatnonzero(held)


def _case_audits(life: Life, span: Span) -> Rows:
    rows, number = _in_time(life, span)
    moderated = np.where(rows["moderated"], np.minimum(rows["on"] + _MODERATED_AFTER, span.until), OPEN)
    return Rows(
        {
            **{"AUDIT": numbered("AUD", number + 1, 6), "CHILD": _child(life, rows)},
            **{"AUDITED_ON": day(rows["on"], span), "THEME": _THEMES[number % len(_THEMES)]},
            **{"TEAM": _team(life, rows), "STAFF_NO": staff_numbers(rows["worker"])},
            **{"AUDITOR": _AUDITORS[number % len(_AUDITORS)], "PRACTITIONER_TOOK_PART": yes(rows["took_part"])},
            "FAMILY_FEEDBACK_ASKED": yes(rows["asked"]),
            "FAMILY_FEEDBACK_RECEIVED": yes(rows["asked"] & rows["answered"]),
            "GRADE": labels(rows["grade"], _GRADES),
            "SCALE": np.where(number % 3 == 0, "", (3 + number % 7).astype(np.str_)),
            "MODERATED_ON": days_as_text(moderated),
            "MODERATED_GRADE": labels(rows["moderated_grade"], _GRADES),
        }
    )


def _audit_answers(life: Life, span: Span) -> Rows:
    """A question left blank was not answered: it is no, and no yes."""
    rows, number = _in_time(life, span)
    owner, position = spread(np.full(len(rows), len(VOICE)))
    told = np.stack([rows[question] for question in VOICE], axis=1).reshape(-1)
    return Rows({"AUDIT": numbered("AUD", number[owner] + 1, 6), "QUESTION": _QUESTIONS[position], "ANSWER": told})


def _audit_actions(life: Life, span: Span) -> Rows:
    rows, number = _in_time(life, span)
    return Rows(
        {
            **{"AUDIT": numbered("AUD", number + 1, 6), "ACTION_NO": np.full(len(rows), "1")},
            **{"OWNER": np.where(number % 2, "TM", "SM"), "DUE_ON": days_as_text(rows["due"])},
            "CLOSED_ON": day(rows["closed"], span),
        }
    )


def _step_decisions(life: Life, span: Span) -> Rows:
    helped = life.need.early_help
    is_up = helped["why"] == "stepped up"
    on = np.where(is_up, helped["ended"], helped["decided"])
    rows, on, is_up = helped.where(span.holds(on)), on[span.holds(on)], is_up[span.holds(on)]
    return Rows(
        {
            **{"CHILD": _child(life, rows), "DECIDED_ON": days_as_text(on)},
            **{"FROM_TIER": np.where(is_up, "3", "4"), "TO_TIER": np.where(is_up, "4", "3")},
            **{"DECISION": np.full(len(rows), "AGREED"), "DECIDED_AT": np.where(on % 4 == 0, "MANAGER", "MEETING")},
            **{"REASON": np.where(is_up, "RISK", "ASSESSED"), "FROM_TEAM": np.full(len(rows), "")},
            **{"TO_TEAM": np.full(len(rows), ""), "HANDOVER_ON": day(on + 3, span)},
            "FAMILY_TOLD_BEFORE": yes(rows["told"]),
        }
    )


def _lead_practitioners(life: Life, span: Span) -> Rows:
    """Who led in the twelve months before the last day, and not in the collection year alone."""
    rows = life.allocations
    since = min(span.begins, span.until - 365)
    rows = rows.where((rows["began"] <= span.until) & (rows["ended"] >= since))
    return Rows(
        {
            **{"CHILD": _child(life, rows), "STAFF_NO": staff_numbers(rows["worker"])},
            **{"ROLE": np.full(len(rows), "SW"), "TEAM": _team(life, rows)},
            **{"STARTED": day(rows["began"], span), "ENDED": day(rows["ended"], span)},
            "CHANGE_REASON": rows["reason"],
        }
    )


def _family_plan_reviews(life: Life, span: Span) -> Rows:
    rows = life.practice.family_plans.where(span.holds(life.practice.family_plans["due"]))
    held = rows["held"] <= span.until
    return Rows(
        {
            **{"CHILD": _child(life, rows), "PLAN": numbered("TAF", rows["plan"] + 1, 6)},
            **{"PLAN_FROM": day(rows["began"], span), "PLAN_TO": day(rows["ended"], span)},
            **{"GOAL_NO": rows["goal"].astype(np.str_), "BY_WHEN": days_as_text(rows["due"])},
            **{"DUE_ON": days_as_text(rows["due"]), "REVIEWED_ON": day(rows["held"], span)},
            "PROGRESS": np.where(held, _PROGRESS[rows["progress"]], ""),
            "SCALE": np.where(held, rows["progress"].astype(np.str_), ""),
            "FAMILY_ATTENDED": np.where(held, yes(rows["plan"] % 9 > 0), ""),
            "NEXT_DUE_ON": np.where(held, days_as_text(np.where(held, rows["held"] + 42, OPEN)), ""),
        }
    )


def _return_home_interviews(life: Life, span: Span) -> Rows:
    """Every time a child was missing or away in the year: those who are not back yet among them."""
    every = life.missing
    here = (every["began"] <= span.until) & (every["ended"] >= span.begins)
    rows, number = every.where(here), np.flatnonzero(here)
    back = rows["ended"] <= span.until
    held = rows["held"] & (rows["held_on"] <= span.until)
    waiting = back & rows["accepted"] & ~held & (span.until - rows["ended"] > 3)
    returned = numbered("", np.where(back, rows["returned_at"], 0), 2)
    met = numbered("", (np.where(back, rows["returned_at"], 0) + np.where(held, rows["hours"], 0)) % 24, 2)
    why_not = np.select([back & rows["offered"] & ~rows["accepted"], waiting], ["REFUSED", "CAPACITY"], "")
    return Rows(
        {
            **{"CHILD": _child(life, rows), "EPISODE": numbered("MIS", number + 1, 6), "KIND": rows["kind"]},
            **{"MISSING_ON": day(rows["began"], span), "RETURNED_ON": day(rows["ended"], span)},
            "RETURNED_AT": np.where(back, np.strings.add(returned, ":15"), ""),
            "OFFERED": np.where(back, yes(rows["offered"]), ""),
            "ACCEPTED": np.where(back & rows["offered"], yes(rows["accepted"]), ""),
            "INTERVIEWED_ON": np.where(held, day(rows["held_on"], span), ""),
            "INTERVIEWED_AT": np.where(held, np.strings.add(met, ":15"), ""),
            "INTERVIEWER": np.where(held, np.where(number % 3, "IND", "SW"), ""),
            "NOT_DONE_REASON": why_not,
        }
    )


def _pathway_plans(life: Life, span: Span) -> Rows:
    rows = pathway_plans(life, span.until)
    return Rows(
        {
            **{"CHILD": _child(life, rows), "ELIGIBILITY": labels(rows["category"], _ELIGIBLE)},
            **{"PLAN_FROM": day(rows["began"], span), "LAST_REVIEW_ON": day(rows["reviewed"], span)},
            **{"NEXT_DUE_ON": days_as_text(rows["reviewed"] + 180), "VOICE": yes(rows["own_words"])},
            "TEAM": np.full(len(rows), ""),
        }
    )


def _short_breaks(life: Life, span: Span) -> Rows:
    every = life.practice.short_breaks
    known = every["requested"] <= span.until
    rows, number = every.where(known), np.flatnonzero(known)
    days = {f"{name.upper()}_ON": day(rows[name], span) for name in ("requested", "assessed", "offered", "started")}
    began = rows["started"] <= span.until
    return Rows(
        {
            **{"CHILD": _child(life, rows), "REQUEST": numbered("SBR", number + 1, 6)},
            **{"REQUESTED_ON": days["REQUESTED_ON"], "ASSESSED_ON": days["ASSESSED_ON"]},
            "NEED_AGREED": np.where(rows["assessed"] <= span.until, "Y", ""),
            "SERVICE": labels(rows["service"], _BREAKS),
            **{"OFFERED_ON": days["OFFERED_ON"], "STARTED_ON": days["STARTED_ON"]},
            **{"DISABILITY": life.children["disability"][rows["child"]], "CLOSED_ON": days["STARTED_ON"]},
            "CLOSED_REASON": np.where(began, "STARTED", ""),
        }
    )


_WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    **{"case_audits": _case_audits, "audit_answers": _audit_answers, "audit_actions": _audit_actions},
    **{"step_decisions": _step_decisions, "lead_practitioners": _lead_practitioners},
    **{"family_plan_reviews": _family_plan_reviews, "return_home_interviews": _return_home_interviews},
    **{"pathway_plans": _pathway_plans, "short_breaks": _short_breaks},
}
