"""The Standard Safeguarding Dataset, written from a life: the tables of people, referrals, plans and workers.

It holds everything up to the last day: unlike the returns it has no year. Children are named as in the other returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import write_ssd_care
from socialcare.generate.rows import OPEN, Rows, Texts, age_on, numbered, spread
from socialcare.generate.write_local_staff import staff_numbers, team_codes, yes
from socialcare.generate.write_ssd_care import child_ids, day

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_TITLES = {"1": "Service Manager", "2": "Service Manager", "3": "Team Manager", "4": "Senior Social Worker"}
#: Days between visits: of children in need, and under protection.
_CIN_VISITS, _CP_VISITS = 28, 14


def write(life: Life, span: Span) -> dict[str, Rows]:
    """Return the tables as text, by their names."""
    return {name: make(life, span) for name, make in {**_WRITERS, **write_ssd_care.WRITERS}.items()}


def _blank(rows: Rows) -> Texts:
    return np.full(len(rows), "")


def _person(life: Life, span: Span) -> Rows:
    rows = life.children.where(life.children["born"] <= span.until)
    young = age_on(rows["born"], span.until) < 4
    blank = _blank(rows)
    return Rows(
        {
            **{"PERS_PERSON_ID": rows["id"], "PERS_LEGACY_ID": blank, "PERS_UPN": np.where(young, "", rows["upn"])},
            **{"PERS_FORENAME": blank, "PERS_SURNAME": blank, "PERS_SEX": rows["sex"], "PERS_GENDER": blank},
            **{"PERS_ETHNICITY": rows["ethnic"], "PERS_DOB": day(rows["born"], span), "PERS_SINGLE_UNIQUE_ID": blank},
            **{"PERS_UPN_UNKNOWN": np.where(young, "UN1", ""), "PERS_SEND_FLAG": yes(rows["disability"] != "NONE")},
            **{"PERS_EXPECTED_DOB": blank, "PERS_DEATH_DATE": blank},
            "PERS_IS_MOTHER": yes(rows["mothered"] <= span.until),
            "PERS_NATIONALITY": blank,
        }
    )


def _address(life: Life, span: Span) -> Rows:
    rows = life.children.where(life.children["born"] <= span.until)
    blank = _blank(rows)
    return Rows(
        {
            **{"ADDR_TABLE_ID": numbered("ADDR", rows["number"] + 1, 7), "ADDR_PERSON_ID": rows["id"]},
            **{"ADDR_ADDRESS_TYPE": np.full(len(rows), "HOME"), "ADDR_ADDRESS_START_DATE": day(rows["born"], span)},
            **{"ADDR_ADDRESS_END_DATE": blank, "ADDR_ADDRESS_POSTCODE": rows["home"], "ADDR_ADDRESS_JSON": blank},
        }
    )


def _disability(life: Life, span: Span) -> Rows:
    rows = life.children.where(life.children["born"] <= span.until)
    codes = np.concatenate([rows["disability"], rows["second_disability"]])
    who = np.concatenate([rows["id"], rows["id"]])[codes != ""]
    table = numbered("DISA", np.arange(1, len(who) + 1), 7)
    return Rows({"DISA_PERSON_ID": who, "DISA_TABLE_ID": table, "DISA_DISABILITY_CODE": codes[codes != ""]})


def _contacts(life: Life, span: Span) -> Rows:
    rows = life.need.contacts.where(life.need.contacts["on"] <= span.until)
    blank = _blank(rows)
    return Rows(
        {
            **{"CONT_CONTACT_ID": numbered("CONT", np.arange(1, len(rows) + 1), 7)},
            **{"CONT_PERSON_ID": child_ids(life, rows), "CONT_CONTACT_DATE": day(rows["on"], span)},
            **{"CONT_CONTACT_SOURCE_CODE": rows["source"], "CONT_CONTACT_SOURCE_DESC": blank},
            "CONT_CONTACT_OUTCOME_JSON": blank,
        }
    )


def _early_help(life: Life, span: Span) -> Rows:
    rows = life.need.early_help.where(life.need.early_help["began"] <= span.until)
    blank = _blank(rows)
    return Rows(
        {
            **{"EARL_EPISODE_ID": numbered("EARL", np.arange(1, len(rows) + 1), 7)},
            **{"EARL_PERSON_ID": child_ids(life, rows), "EARL_EPISODE_START_DATE": day(rows["began"], span)},
            **{"EARL_EPISODE_END_DATE": day(rows["ended"], span), "EARL_EPISODE_REASON": rows["why"]},
            **{"EARL_EPISODE_END_REASON": blank, "EARL_EPISODE_ORGANISATION": rows["organisation"]},
            "EARL_EPISODE_WORKER_ID": blank,
        }
    )


def _referral(rows: Rows) -> Texts:
    return numbered("REF", rows["case"] + 1, 7)


def _cin_episodes(life: Life, span: Span) -> Rows:
    """A referral without further action is closed on its day."""
    rows = life.need.cases.where(life.need.cases["referred"] <= span.until)
    nothing, blank = rows["path"] == "nfa", _blank(rows)
    closed = np.where(nothing, rows["referred"], rows["closed"])
    reason = np.where(nothing, "RC8", rows["reason"])
    return Rows(
        {
            **{"CINE_REFERRAL_ID": _referral(rows), "CINE_PERSON_ID": child_ids(life, rows)},
            "CINE_REFERRAL_DATE": day(rows["referred"], span),
            "CINE_CIN_PRIMARY_NEED_CODE": np.where(nothing, "", rows["need"]),
            **{"CINE_REFERRAL_SOURCE_CODE": rows["source"], "CINE_REFERRAL_SOURCE_DESC": blank},
            **{"CINE_REFERRAL_OUTCOME_JSON": blank, "CINE_REFERRAL_NFA": yes(nothing)},
            "CINE_CLOSE_REASON": np.where(closed <= span.until, reason, ""),
            **{"CINE_CLOSE_DATE": day(closed, span), "CINE_REFERRAL_TEAM": blank, "CINE_REFERRAL_WORKER_ID": blank},
        }
    )


def _assessments(life: Life, span: Span) -> Rows:
    rows = life.need.assessments.where(life.need.assessments["began"] <= span.until)
    done, blank = rows["ended"] <= span.until, _blank(rows)
    return Rows(
        {
            **{"CINA_ASSESSMENT_ID": numbered("ASM", rows["case"] + 1, 7), "CINA_PERSON_ID": child_ids(life, rows)},
            **{"CINA_REFERRAL_ID": _referral(rows), "CINA_ASSESSMENT_START_DATE": day(rows["began"], span)},
            "CINA_ASSESSMENT_CHILD_SEEN": yes(rows["seen"]),
            **{"CINA_ASSESSMENT_AUTH_DATE": day(rows["ended"], span), "CINA_ASSESSMENT_OUTCOME_JSON": blank},
            "CINA_ASSESSMENT_OUTCOME_NFA": np.where(done, yes(~rows["needs_support"]), ""),
            **{"CINA_ASSESSMENT_TEAM": blank, "CINA_ASSESSMENT_WORKER_ID": blank},
        }
    )


def _factors(life: Life, span: Span) -> Rows:
    rows = life.need.assessments.where(life.need.assessments["ended"] <= span.until)
    second = np.where(rows["second_factor"] == "", "", np.strings.add('", "', rows["second_factor"]))
    told = np.strings.add(np.strings.add('["', np.strings.add(rows["factor"], second)), '"]')
    number = rows["case"] + 1
    made = {"CINF_TABLE_ID": numbered("FAC", number, 7), "CINF_ASSESSMENT_ID": numbered("ASM", number, 7)}
    return Rows({**made, "CINF_ASSESSMENT_FACTORS_JSON": told})


def _plans(life: Life, span: Span) -> Rows:
    rows = life.need.plans.where(life.need.plans["began"] <= span.until)
    blank = _blank(rows)
    return Rows(
        {
            **{"CINP_CIN_PLAN_ID": numbered("PLN", rows["case"] + 1, 7), "CINP_REFERRAL_ID": _referral(rows)},
            **{"CINP_PERSON_ID": child_ids(life, rows), "CINP_CIN_PLAN_START_DATE": day(rows["began"], span)},
            **{"CINP_CIN_PLAN_END_DATE": day(rows["ended"], span), "CINP_CIN_PLAN_TEAM": blank},
            "CINP_CIN_PLAN_WORKER_ID": blank,
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
    blank = _blank(rows)
    return Rows(
        {
            **{"S47E_S47_ENQUIRY_ID": numbered("S47", rows["case"] + 1, 7), "S47E_REFERRAL_ID": _referral(rows)},
            **{"S47E_PERSON_ID": child_ids(life, rows), "S47E_S47_START_DATE": day(rows["began"], span)},
            **{"S47E_S47_END_DATE": day(ended, span), "S47E_S47_NFA": yes(rows["not_required"])},
            **{"S47E_S47_OUTCOME_JSON": blank, "S47E_S47_COMPLETED_BY_TEAM": blank},
            "S47E_S47_COMPLETED_BY_WORKER_ID": blank,
        }
    )


def _conferences(life: Life, span: Span) -> Rows:
    rows = life.need.enquiries.where(life.need.enquiries["conference"] <= span.until)
    plan = np.isin(rows["case"], life.need.protection["case"])
    blank, number = _blank(rows), rows["case"] + 1
    return Rows(
        {
            **{"ICPC_ICPC_ID": numbered("ICP", number, 7), "ICPC_ICPC_MEETING_ID": blank},
            **{"ICPC_S47_ENQUIRY_ID": numbered("S47", number, 7), "ICPC_PERSON_ID": child_ids(life, rows)},
            "ICPC_CP_PLAN_ID": np.where(plan, numbered("CPP", number, 7), ""),
            **{"ICPC_REFERRAL_ID": _referral(rows), "ICPC_ICPC_TRANSFER_IN": np.full(len(rows), "N")},
            **{"ICPC_ICPC_TARGET_DATE": blank, "ICPC_ICPC_DATE": day(rows["conference"], span)},
            **{"ICPC_ICPC_OUTCOME_CP_FLAG": yes(plan), "ICPC_ICPC_OUTCOME_JSON": blank},
            **{"ICPC_ICPC_TEAM": blank, "ICPC_ICPC_WORKER_ID": blank},
        }
    )


def _cp_plans(life: Life, span: Span) -> Rows:
    rows = life.need.protection.where(life.need.protection["began"] <= span.until)
    number = rows["case"] + 1
    return Rows(
        {
            **{"CPPL_CP_PLAN_ID": numbered("CPP", number, 7), "CPPL_REFERRAL_ID": _referral(rows)},
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
    blank, case = _blank(rows), life.need.protection["case"][rows["plan"]]
    return Rows(
        {
            "CPPR_CP_REVIEW_ID": numbered("CPR", np.arange(1, len(rows) + 1), 7),
            **{"CPPR_PERSON_ID": child_ids(life, rows), "CPPR_CP_PLAN_ID": numbered("CPP", case + 1, 7)},
            **{"CPPR_CP_REVIEW_DUE": blank, "CPPR_CP_REVIEW_DATE": day(rows["held"], span)},
            **{"CPPR_CP_REVIEW_MEETING_ID": blank, "CPPR_CP_REVIEW_OUTCOME_CONTINUE_CP": np.full(len(rows), "Y")},
            **{"CPPR_CP_REVIEW_QUORATE": np.full(len(rows), "Y"), "CPPR_CP_REVIEW_PARTICIPATION": blank},
        }
    )


def _professionals(life: Life, span: Span) -> Rows:
    people = life.staff.workers
    team = np.zeros(len(people), dtype=np.int64)
    team[life.staff.held["worker"]] = life.staff.posts["team"][life.staff.held["post"]]
    known = people["began"] <= span.until
    rows, number = people.where(known), np.flatnonzero(known)
    title = np.array([_TITLES.get(role, "Social Worker") for role in rows["role"].tolist()], dtype=str)
    return Rows(
        {
            **{"PROF_PROFESSIONAL_ID": staff_numbers(number), "PROF_STAFF_ID": staff_numbers(number)},
            **{"PROF_PROFESSIONAL_NAME": _blank(rows), "PROF_SOCIAL_WORKER_REGISTRATION_NO": rows["swe"]},
            **{"PROF_AGENCY_WORKER_FLAG": yes(rows["agency"]), "PROF_PROFESSIONAL_JOB_TITLE": title},
            **{"PROF_PROFESSIONAL_CASELOAD": _blank(rows), "PROF_PROFESSIONAL_DEPARTMENT": team_codes(team[known])},
            "PROF_FULL_TIME_EQUIVALENCY": np.char.mod("%.2f", rows["fte"]),
        }
    )


def _department(life: Life, span: Span) -> Rows:
    team = team_codes(np.unique(life.staff.posts["team"]))
    blank = np.full(len(team), "")
    made = {"DEPT_TEAM_ID": team, "DEPT_TEAM_NAME": blank, "DEPT_TEAM_PARENT_ID": blank}
    return Rows({**made, "DEPT_TEAM_PARENT_NAME": blank})


def _involvements(life: Life, span: Span) -> Rows:
    every = life.allocations
    known = every["began"] <= span.until
    rows = every.where(known)
    return Rows(
        {
            **{"INVO_INVOLVEMENTS_ID": numbered("INV", np.flatnonzero(known) + 1, 7)},
            **{"INVO_PROFESSIONAL_ID": staff_numbers(rows["worker"])},
            "INVO_PROFESSIONAL_ROLE_ID": np.full(len(rows), "CW"),
            "INVO_PROFESSIONAL_TEAM": team_codes(life.staff.posts["team"][rows["post"]]),
            **{"INVO_PERSON_ID": child_ids(life, rows), "INVO_INVOLVEMENT_START_DATE": day(rows["began"], span)},
            "INVO_INVOLVEMENT_END_DATE": day(np.where(rows["ended"] == OPEN, OPEN, rows["ended"]), span),
            **{"INVO_WORKER_CHANGE_REASON": rows["reason"], "INVO_REFERRAL_ID": _referral(rows)},
        }
    )


_WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    **{"person": _person, "address": _address, "disability": _disability, "contacts": _contacts},
    **{"early_help_episodes": _early_help, "cin_episodes": _cin_episodes, "cin_assessments": _assessments},
    **{"assessment_factors": _factors, "cin_plans": _plans, "cin_visits": _cin_visits, "s47_enquiry": _enquiries},
    **{"initial_cp_conference": _conferences, "cp_plans": _cp_plans, "cp_visits": _cp_visits},
    **{"cp_reviews": _cp_reviews, "professionals": _professionals, "department": _department},
    "involvements": _involvements,
}
