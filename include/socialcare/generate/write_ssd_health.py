"""The Standard Safeguarding Dataset, written from a life: health in care, care plans, and those who left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import care_events
from socialcare.generate.annex_a_lists import labels
from socialcare.generate.practice_families import pathway_plans
from socialcare.generate.rows import OPEN, Rows, Texts, age_on, is_last, numbered
from socialcare.generate.ssd_text import child_ids, day
from socialcare.generate.write_local_staff import yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


_ELIGIBLE = {
    **{"eligible": "Eligible child", "relevant": "Relevant child"},
    "former relevant": "Former relevant child",
}


def _of_the_year(life: Life, span: Span) -> tuple[Rows, Rows, Texts]:
    """Return who was in care on the last day, what their health questions find, and the day it is told of."""
    rows = life.care.periods
    here = rows.where(
        (rows["began"] < span.until) & (rows["ended"] > span.until) & ~np.strings.startswith(rows["kind"], "break")
    )
    found = care_events.health(life.council_id, life.seed, life.care.children, span.year).where(here["child"])
    return here, found, day(np.maximum(here["began"], span.until - 30 - here["child"] % 60), span)


def _health(life: Life, span: Span) -> Rows:
    here, found, on = _of_the_year(life, span)
    parts = [("Health Assessment", found["assessed"]), ("Dental Check", found["teeth"])]
    who = np.concatenate([here["child"][had] for _, had in parts])
    kind = np.concatenate([np.full(np.count_nonzero(had), name) for name, had in parts])
    return Rows(
        {
            "CLAH_HEALTH_CHECK_ID": numbered("HEA", np.arange(1, len(who) + 1), 7),
            **{"CLAH_PERSON_ID": life.children["id"][who], "CLAH_HEALTH_CHECK_TYPE": kind},
            "CLAH_HEALTH_CHECK_DATE": np.concatenate([on[had] for _, had in parts]),
            "CLAH_HEALTH_CHECK_STATUS": np.full(len(who), "Completed"),
        }
    )


def _immunisations(life: Life, span: Span) -> Rows:
    here, found, on = _of_the_year(life, span)
    made = {"CLAI_PERSON_ID": child_ids(life, here), "CLAI_IMMUNISATIONS_STATUS": yes(found["immunised"])}
    return Rows({**made, "CLAI_IMMUNISATIONS_STATUS_DATE": on})


def _substances(life: Life, span: Span) -> Rows:
    here, found, on = _of_the_year(life, span)
    had = found["substances"]
    rows = here.where(had)
    return Rows(
        {
            "CLAS_SUBSTANCE_MISUSE_ID": numbered("SUB", np.arange(1, len(rows) + 1), 7),
            **{"CLAS_PERSON_ID": child_ids(life, rows), "CLAS_SUBSTANCE_MISUSE_DATE": on[had]},
            "CLAS_SUBSTANCE_MISUSED": np.full(len(rows), ""),
            "CLAS_INTERVENTION_RECEIVED": yes(found["helped"][had]),
        }
    )


def _convictions(life: Life, span: Span) -> Rows:
    here, found, on = _of_the_year(life, span)
    had = found["convicted"] & (age_on(here["born"], span.ends) >= 10)
    rows = here.where(had)
    made = {"CLAC_CLA_CONVICTION_ID": numbered("CON", np.arange(1, len(rows) + 1), 7)}
    made |= {"CLAC_PERSON_ID": child_ids(life, rows), "CLAC_CLA_CONVICTION_DATE": on[had]}
    return Rows({**made, "CLAC_CLA_CONVICTION_OFFENCE": np.full(len(rows), "")})


def _permanence_before(life: Life, span: Span) -> Rows:
    here, _, _ = _of_the_year(life, span)
    blank = np.full(len(here), "")
    return Rows(
        {
            **{"LAPP_TABLE_ID": numbered("LAP", here["period"] + 1, 7), "LAPP_PERSON_ID": child_ids(life, here)},
            "LAPP_PREVIOUS_PERMANENCE_OPTION": np.full(len(here), "Z1"),
            **{"LAPP_PREVIOUS_PERMANENCE_LA": blank, "LAPP_PREVIOUS_PERMANENCE_ORDER_DATE": blank},
        }
    )


def _care_plan(life: Life, span: Span) -> Rows:
    rows = life.care.periods
    rows = rows.where(rows["began"] + 10 <= np.minimum(span.until, rows["ended"]))
    return Rows(
        {
            **{"LACP_TABLE_ID": numbered("LAC", rows["period"] + 1, 7), "LACP_PERSON_ID": child_ids(life, rows)},
            "LACP_CLA_CARE_PLAN_START_DATE": day(rows["began"] + 10, span),
            **{
                "LACP_CLA_CARE_PLAN_END_DATE": day(rows["ended"], span),
                "LACP_CLA_CARE_PLAN_JSON": np.full(len(rows), ""),
            },
        }
    )


def _sdq(life: Life, span: Span) -> Rows:
    here, found, on = _of_the_year(life, span)
    asked = age_on(here["born"], span.until) >= 4
    here, found, on = here.where(asked), found.where(asked), on[asked]
    none = found["sdq_missing"]
    return Rows(
        {
            **{"CSDQ_TABLE_ID": numbered("SDQ", here["period"] + 1, 7), "CSDQ_PERSON_ID": child_ids(life, here)},
            **{"CSDQ_SDQ_COMPLETED_DATE": on, "CSDQ_SDQ_SCORE": np.where(none, "", found["sdq"].astype(np.str_))},
            "CSDQ_SDQ_REASON": np.where(none, found["sdq_reason"], ""),
        }
    )


def _care_leavers(life: Life, span: Span) -> Rows:
    """Those who left, as they were when last asked around a birthday; those never asked yet are not told."""
    asked = life.leavers.where(life.leavers["turns"] <= span.until)
    rows = asked.where(is_last(asked["child"]))
    seen = rows["in_touch"] == "YES"
    home = rows["accom"].astype("<U2").view("<U1").reshape(-1, 2) if len(rows) else np.empty((0, 2), dtype="<U1")
    plans = pathway_plans(life, span.until)
    reviewed = np.full(len(life.care.children), OPEN)
    reviewed[plans["child"]] = plans["reviewed"]
    category = np.full(len(life.care.children), "former relevant")
    category[plans["child"]] = plans["category"]
    blank = np.full(len(rows), "")
    return Rows(
        {
            **{"CLEA_TABLE_ID": numbered("CLE", rows["child"] + 1, 7), "CLEA_PERSON_ID": child_ids(life, rows)},
            "CLEA_CARE_LEAVER_ELIGIBILITY": labels(category[rows["child"]], _ELIGIBLE),
            **{
                "CLEA_CARE_LEAVER_IN_TOUCH": rows["in_touch"],
                "CLEA_CARE_LEAVER_LATEST_CONTACT": day(rows["turns"], span),
            },
            "CLEA_CARE_LEAVER_ACCOMMODATION": np.where(seen, home[:, 0], ""),
            "CLEA_CARE_LEAVER_ACCOM_SUITABLE": np.where(seen, home[:, 1], ""),
            "CLEA_CARE_LEAVER_ACTIVITY": np.where(seen, rows["activ"], ""),
            "CLEA_PATHWAY_PLAN_REVIEW_DATE": day(reviewed[rows["child"]], span),
            **{"CLEA_CARE_LEAVER_PERSONAL_ADVISOR": blank, "CLEA_CARE_LEAVER_ALLOCATED_TEAM": blank},
            "CLEA_CARE_LEAVER_WORKER_ID": blank,
        }
    )


WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    "cla_health": _health,
    "cla_immunisations": _immunisations,
    "cla_substance_misuse": _substances,
    "cla_convictions": _convictions,
    "cla_previous_permanence": _permanence_before,
    "cla_care_plan": _care_plan,
    "sdq_scores": _sdq,
    "care_leavers": _care_leavers,
}
