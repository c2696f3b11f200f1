"""The Standard Safeguarding Dataset, written from a life: the tables of people, referrals, plans and workers.

It holds everything up to the last day: unlike the returns it has no year. Children are named as in the other returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import write_ssd_care, write_ssd_health, write_ssd_plans
from socialcare.generate.programme import team_of_workers
from socialcare.generate.rows import OPEN, Rows, age_on, numbered
from socialcare.generate.ssd_text import blank, child_ids, day, referral
from socialcare.generate.write_local_staff import staff_numbers, team_codes, yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


_TITLES = {"1": "Service Manager", "2": "Service Manager", "3": "Team Manager", "4": "Senior Social Worker"}


def write(life: Life, span: Span) -> dict[str, Rows]:
    """Return the tables as text, by their names."""
    parts = (_WRITERS, write_ssd_plans.WRITERS, write_ssd_care.WRITERS, write_ssd_health.WRITERS)
    return {name: make(life, span) for part in parts for name, make in part.items()}


def _person(life: Life, span: Span) -> Rows:
    rows = life.children.where(life.children["born"] <= span.until)
    young = age_on(rows["born"], span.until) < 4
    none = blank(rows)
    return Rows(
        {
            **{"PERS_PERSON_ID": rows["id"], "PERS_LEGACY_ID": none, "PERS_UPN": np.where(young, "", rows["upn"])},
            **{"PERS_FORENAME": none, "PERS_SURNAME": none, "PERS_SEX": rows["sex"], "PERS_GENDER": none},
            **{"PERS_ETHNICITY": rows["ethnic"], "PERS_DOB": day(rows["born"], span), "PERS_SINGLE_UNIQUE_ID": none},
            **{"PERS_UPN_UNKNOWN": np.where(young, "UN1", ""), "PERS_SEND_FLAG": yes(rows["disability"] != "NONE")},
            **{"PERS_EXPECTED_DOB": none, "PERS_DEATH_DATE": none},
            "PERS_IS_MOTHER": yes(rows["mothered"] <= span.until),
            "PERS_NATIONALITY": none,
        }
    )


def _address(life: Life, span: Span) -> Rows:
    rows = life.children.where(life.children["born"] <= span.until)
    none = blank(rows)
    return Rows(
        {
            **{"ADDR_TABLE_ID": numbered("ADDR", rows["number"] + 1, 7), "ADDR_PERSON_ID": rows["id"]},
            **{"ADDR_ADDRESS_TYPE": np.full(len(rows), "HOME"), "ADDR_ADDRESS_START_DATE": day(rows["born"], span)},
            **{"ADDR_ADDRESS_END_DATE": none, "ADDR_ADDRESS_POSTCODE": rows["home"], "ADDR_ADDRESS_JSON": none},
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
    none = blank(rows)
    return Rows(
        {
            **{"CONT_CONTACT_ID": numbered("CONT", np.arange(1, len(rows) + 1), 7)},
            **{"CONT_PERSON_ID": child_ids(life, rows), "CONT_CONTACT_DATE": day(rows["on"], span)},
            **{"CONT_CONTACT_SOURCE_CODE": rows["source"], "CONT_CONTACT_SOURCE_DESC": none},
            "CONT_CONTACT_OUTCOME_JSON": none,
        }
    )


def _early_help(life: Life, span: Span) -> Rows:
    rows = life.need.early_help.where(life.need.early_help["began"] <= span.until)
    none = blank(rows)
    return Rows(
        {
            **{"EARL_EPISODE_ID": numbered("EARL", np.arange(1, len(rows) + 1), 7)},
            **{"EARL_PERSON_ID": child_ids(life, rows), "EARL_EPISODE_START_DATE": day(rows["began"], span)},
            **{"EARL_EPISODE_END_DATE": day(rows["ended"], span), "EARL_EPISODE_REASON": rows["why"]},
            **{"EARL_EPISODE_END_REASON": none, "EARL_EPISODE_ORGANISATION": rows["organisation"]},
            "EARL_EPISODE_WORKER_ID": none,
        }
    )


def _cin_episodes(life: Life, span: Span) -> Rows:
    """A referral without further action is closed on its day."""
    rows = life.need.cases.where(life.need.cases["referred"] <= span.until)
    nothing, none = rows["path"] == "nfa", blank(rows)
    closed = np.where(nothing, rows["referred"], rows["closed"])
    reason = np.where(nothing, "RC8", rows["reason"])
    return Rows(
        {
            **{"CINE_REFERRAL_ID": referral(rows), "CINE_PERSON_ID": child_ids(life, rows)},
            "CINE_REFERRAL_DATE": day(rows["referred"], span),
            "CINE_CIN_PRIMARY_NEED_CODE": np.where(nothing, "", rows["need"]),
            **{"CINE_REFERRAL_SOURCE_CODE": rows["source"], "CINE_REFERRAL_SOURCE_DESC": none},
            **{"CINE_REFERRAL_OUTCOME_JSON": none, "CINE_REFERRAL_NFA": yes(nothing)},
            "CINE_CLOSE_REASON": np.where(closed <= span.until, reason, ""),
            **{"CINE_CLOSE_DATE": day(closed, span), "CINE_REFERRAL_TEAM": none, "CINE_REFERRAL_WORKER_ID": none},
        }
    )


def _assessments(life: Life, span: Span) -> Rows:
    rows = life.need.assessments.where(life.need.assessments["began"] <= span.until)
    done, none = rows["ended"] <= span.until, blank(rows)
    return Rows(
        {
            **{"CINA_ASSESSMENT_ID": numbered("ASM", rows["case"] + 1, 7), "CINA_PERSON_ID": child_ids(life, rows)},
            **{"CINA_REFERRAL_ID": referral(rows), "CINA_ASSESSMENT_START_DATE": day(rows["began"], span)},
            "CINA_ASSESSMENT_CHILD_SEEN": yes(rows["seen"]),
            **{"CINA_ASSESSMENT_AUTH_DATE": day(rows["ended"], span), "CINA_ASSESSMENT_OUTCOME_JSON": none},
            "CINA_ASSESSMENT_OUTCOME_NFA": np.where(done, yes(~rows["needs_support"]), ""),
            **{"CINA_ASSESSMENT_TEAM": none, "CINA_ASSESSMENT_WORKER_ID": none},
        }
    )


def _factors(life: Life, span: Span) -> Rows:
    rows = life.need.assessments.where(life.need.assessments["ended"] <= span.until)
    second = np.where(rows["second_factor"] == "", "", np.strings.add('", "', rows["second_factor"]))
    told = np.strings.add(np.strings.add('["', np.strings.add(rows["factor"], second)), '"]')
    number = rows["case"] + 1
    made = {"CINF_TABLE_ID": numbered("FAC", number, 7), "CINF_ASSESSMENT_ID": numbered("ASM", number, 7)}
    return Rows({**made, "CINF_ASSESSMENT_FACTORS_JSON": told})


def _professionals(life: Life, span: Span) -> Rows:
    people = life.staff.social_workers
    team = team_of_workers(life.staff)[: len(people)]
    known = people["began"] <= span.until
    rows, number = people.where(known), np.flatnonzero(known)
    title = np.array([_TITLES.get(role, "Social Worker") for role in rows["role"].tolist()], dtype=str)
    return Rows(
        {
            **{"PROF_PROFESSIONAL_ID": staff_numbers(number), "PROF_STAFF_ID": staff_numbers(number)},
            **{"PROF_PROFESSIONAL_NAME": blank(rows), "PROF_SOCIAL_WORKER_REGISTRATION_NO": rows["swe"]},
            **{"PROF_AGENCY_WORKER_FLAG": yes(rows["agency"]), "PROF_PROFESSIONAL_JOB_TITLE": title},
            **{"PROF_PROFESSIONAL_CASELOAD": blank(rows), "PROF_PROFESSIONAL_DEPARTMENT": team_codes(team[known])},
            "PROF_FULL_TIME_EQUIVALENCY": np.char.mod("%.2f", rows["fte"]),
        }
    )


def _department(life: Life, span: Span) -> Rows:
    team = team_codes(np.unique(life.staff.posts["team"]))
    none = np.full(len(team), "")
    made = {"DEPT_TEAM_ID": team, "DEPT_TEAM_NAME": none, "DEPT_TEAM_PARENT_ID": none}
    return Rows({**made, "DEPT_TEAM_PARENT_NAME": none})


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
            **{"INVO_WORKER_CHANGE_REASON": rows["reason"], "INVO_REFERRAL_ID": referral(rows)},
        }
    )


_WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    "person": _person,
    "address": _address,
    "disability": _disability,
    "contacts": _contacts,
    "early_help_episodes": _early_help,
    "cin_episodes": _cin_episodes,
    "cin_assessments": _assessments,
    "assessment_factors": _factors,
    "professionals": _professionals,
    "department": _department,
    "involvements": _involvements,
}
