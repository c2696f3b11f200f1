"""The Standard Safeguarding Dataset, written from a life: plans, enquiries, conferences, protection, visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import Rows, Texts, days_as_text, numbered, spread, working_days_later
from socialcare.generate.ssd_text import blank, child_ids, day, referral
from socialcare.generate.write_local_staff import yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


#: Days between visits: of children in need, and under protection.
_CIN_VISITS, _CP_VISITS = 28, 14


def _plans(life: Life, span: Span) -> Rows:
    rows = life.need.plans.where(life.need.plans["began"] <= span.until)
    none = blank(rows)
    return Rows(
        {
            **{"CINP_CIN_PLAN_ID": numbered("PLN", rows["case"] + 1, 7), "CINP_REFERRAL_ID": referral(rows)},
            **{"CINP_PERSON_ID": child_ids(life, rows), "CINP_CIN_PLAN_START_DATE": day(rows["began"], span)},
            **{"CINP_CIN_PLAN_END_DATE": day(rows["ended"], span), "CINP_CIN_PLAN_TEAM": none},
            "CINP_CIN_PLAN_WORKER_ID": none,
        }
    )


def _visits(rows: Rows, every: int, span: Span) -> Rows:
    """Visit at this distance from the beginning until the end or the last day; the rows keep their columns."""
    until = np.minimum(rows["ended"], span.until)
    owner, position = spread((until - rows["began"]) // every)
    return rows.where(owner).also(on=rows["began"][owner] + every * (position + 1), number=np.arange(len(owner)))


def _seen(prefix: str, rows: Rows) -> dict[str, Texts]:
    seen = rows["number"] % 12 > 0
    return {
        f"{prefix}_SEEN": yes(seen),
        f"{prefix}_SEEN_ALONE": yes(seen & (rows["number"] % 3 > 0)),
        f"{prefix}_BEDROOM": yes(rows["number"] % 4 == 0),
    }


def _cin_visits(life: Life, span: Span) -> Rows:
    rows = _visits(life.need.plans.where(life.need.plans["began"] <= span.until), _CIN_VISITS, span)
    made = {"CINV_CIN_VISIT_ID": numbered("CIV", rows["number"] + 1, 7), "CINV_PERSON_ID": child_ids(life, rows)}
    return Rows({**made, "CINV_CIN_VISIT_DATE": day(rows["on"], span), **_seen("CINV_CIN_VISIT", rows)})


def _enquiries(life: Life, span: Span) -> Rows:
    rows = life.need.enquiries.where(life.need.enquiries["began"] <= span.until)
    ended = np.where(rows["not_required"], rows["began"] + 12, rows["conference"])
    none = blank(rows)
    return Rows(
        {
            **{"S47E_S47_ENQUIRY_ID": numbered("S47", rows["case"] + 1, 7), "S47E_REFERRAL_ID": referral(rows)},
            **{"S47E_PERSON_ID": child_ids(life, rows), "S47E_S47_START_DATE": day(rows["began"], span)},
            **{"S47E_S47_END_DATE": day(ended, span), "S47E_S47_NFA": yes(rows["not_required"])},
            **{"S47E_S47_OUTCOME_JSON": none, "S47E_S47_COMPLETED_BY_TEAM": none},
            "S47E_S47_COMPLETED_BY_WORKER_ID": none,
        }
    )


def _conferences(life: Life, span: Span) -> Rows:
    rows = life.need.enquiries.where(life.need.enquiries["conference"] <= span.until)
    plan = np.isin(rows["case"], life.need.protection["case"])
    none, number = blank(rows), rows["case"] + 1
    target = working_days_later(rows["began"], np.full(len(rows), 15))
    return Rows(
        {
            **{"ICPC_ICPC_ID": numbered("ICP", number, 7), "ICPC_ICPC_MEETING_ID": none},
            **{"ICPC_S47_ENQUIRY_ID": numbered("S47", number, 7), "ICPC_PERSON_ID": child_ids(life, rows)},
            "ICPC_CP_PLAN_ID": np.where(plan, numbered("CPP", number, 7), ""),
            **{"ICPC_REFERRAL_ID": referral(rows), "ICPC_ICPC_TRANSFER_IN": np.full(len(rows), "N")},
            "ICPC_ICPC_TARGET_DATE": days_as_text(target, "%Y-%m-%d"),  # it may be to come
            "ICPC_ICPC_DATE": day(rows["conference"], span),
            **{"ICPC_ICPC_OUTCOME_CP_FLAG": yes(plan), "ICPC_ICPC_OUTCOME_JSON": none},
            **{"ICPC_ICPC_TEAM": none, "ICPC_ICPC_WORKER_ID": none},
        }
    )


def _cp_plans(life: Life, span: Span) -> Rows:
    rows = life.need.protection.where(life.need.protection["began"] <= span.until)
    number = rows["case"] + 1
    return Rows(
        {
            **{"CPPL_CP_PLAN_ID": numbered("CPP", number, 7), "CPPL_REFERRAL_ID": referral(rows)},
            **{"CPPL_ICPC_ID": numbered("ICP", number, 7), "CPPL_PERSON_ID": child_ids(life, rows)},
            "CPPL_CP_PLAN_START_DATE": day(rows["began"], span),
            **{"CPPL_CP_PLAN_END_DATE": day(rows["ended"], span), "CPPL_CP_PLAN_OLA": np.full(len(rows), "N")},
            **{"CPPL_CP_PLAN_INITIAL_CATEGORY": rows["category"], "CPPL_CP_PLAN_LATEST_CATEGORY": rows["latest"]},
        }
    )


def _cp_visits(life: Life, span: Span) -> Rows:
    rows = _visits(life.need.protection.where(life.need.protection["began"] <= span.until), _CP_VISITS, span)
    return Rows(
        {
            **{"CPPV_CP_VISIT_ID": numbered("CPV", rows["number"] + 1, 7), "CPPV_PERSON_ID": child_ids(life, rows)},
            "CPPV_CP_PLAN_ID": numbered("CPP", rows["case"] + 1, 7),
            **{"CPPV_CP_VISIT_DATE": day(rows["on"], span), **_seen("CPPV_CP_VISIT", rows)},
        }
    )


def _cp_reviews(life: Life, span: Span) -> Rows:
    rows = life.need.conferences.where(life.need.conferences["held"] <= span.until)
    none, case = blank(rows), life.need.protection["case"][rows["plan"]]
    return Rows(
        {
            "CPPR_CP_REVIEW_ID": numbered("CPR", np.arange(1, len(rows) + 1), 7),
            **{"CPPR_PERSON_ID": child_ids(life, rows), "CPPR_CP_PLAN_ID": numbered("CPP", case + 1, 7)},
            **{"CPPR_CP_REVIEW_DUE": none, "CPPR_CP_REVIEW_DATE": day(rows["held"], span)},
            **{"CPPR_CP_REVIEW_MEETING_ID": none, "CPPR_CP_REVIEW_OUTCOME_CONTINUE_CP": np.full(len(rows), "Y")},
            **{"CPPR_CP_REVIEW_QUORATE": np.full(len(rows), "Y"), "CPPR_CP_REVIEW_PARTICIPATION": none},
        }
    )


WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    "cin_plans": _plans,
    "cin_visits": _cin_visits,
    "s47_enquiry": _enquiries,
    "initial_cp_conference": _conferences,
    "cp_plans": _cp_plans,
    "cp_visits": _cp_visits,
    "cp_reviews": _cp_reviews,
}
