"""The Standard Safeguarding Dataset, written from a life: the tables of care and of leaving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import care_events
from socialcare.generate.annex_a_lists import labels
from socialcare.generate.practice_families import pathway_plans
from socialcare.generate.rows import OPEN, Days, Rows, Texts, age_on, days_as_text, is_last, numbered, spread
from socialcare.generate.write_local_staff import yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_ISO = "%Y-%m-%d"
_ELIGIBLE = {
    **{"eligible": "Eligible child", "relevant": "Relevant child"},
    "former relevant": "Former relevant child",
}
_CLA_VISITS = 42


def day(days: Days, span: Span) -> Texts:
    """Return days as text; blank where they are not known yet."""
    return days_as_text(np.where(days > span.until, OPEN, days), _ISO)


def child_ids(life: Life, rows: Rows) -> Texts:
    """Return the council's own numbers of the children."""
    named: Texts = life.children["id"][rows["child"]]
    return named


def _cla(rows: Rows) -> Texts:
    return numbered("CLA", rows["period"] + 1, 7)


def _placement(rows: Rows) -> Texts:
    return numbered("PLC", rows["group"] + 1, 7)


def _known(life: Life, span: Span) -> Rows:
    """Return the episodes known on the last day, each with its number."""
    rows = life.care.episodes
    known = rows["began"] <= span.until
    return rows.where(known).also(number=np.flatnonzero(known))


def _immigration(life: Life, span: Span) -> Rows:
    people = life.care.children.where(life.care.children["is_uasc"] & (life.care.children["born"] <= span.until))
    blank = np.full(len(people), "")
    return Rows(
        {
            "IMMI_IMMIGRATION_STATUS_ID": numbered("IMM", people["number"] + 1, 7),
            **{"IMMI_PERSON_ID": people["id"], "IMMI_IMMIGRATION_STATUS_START_DATE": blank},
            "IMMI_IMMIGRATION_STATUS_END_DATE": blank,
            "IMMI_IMMIGRATION_STATUS": np.full(len(people), "Unaccompanied"),
        }
    )


def _legal_status(life: Life, span: Span) -> Rows:
    """A row for each legal status, over all episodes that have it one after the other."""
    rows = _known(life, span)
    change = np.isin(rows["rne"], ["S", "L", "B", "U"])
    last = np.append(np.flatnonzero(change)[1:] - 1, len(rows) - 1) if len(rows) else np.zeros(0, dtype=np.int64)
    began = rows.where(change)
    return Rows(
        {
            "LEGA_LEGAL_STATUS_ID": numbered("LEG", began["number"] + 1, 7),
            **{"LEGA_PERSON_ID": child_ids(life, began), "LEGA_LEGAL_STATUS": began["ls"]},
            "LEGA_LEGAL_STATUS_START_DATE": day(began["began"], span),
            "LEGA_LEGAL_STATUS_END_DATE": day(rows["ended"][last], span),
        }
    )


def _episodes(life: Life, span: Span) -> Rows:
    rows = _known(life, span)
    ended = rows["ended"] <= span.until
    in_care_since = life.care.periods["began"][rows["period"]]
    cases = life.need.cases.where(life.need.cases["path"] == "care")
    referral = np.full(len(life.care.children), -1)
    referral[cases["child"]] = cases["case"]
    case = referral[rows["child"]]
    return Rows(
        {
            **{"CLAE_CLA_EPISODE_ID": numbered("EPI", rows["number"] + 1, 7), "CLAE_PERSON_ID": child_ids(life, rows)},
            **{"CLAE_CLA_PLACEMENT_ID": _placement(rows), "CLAE_CLA_EPISODE_START_DATE": day(rows["began"], span)},
            **{"CLAE_CLA_EPISODE_START_REASON": rows["rne"], "CLAE_CLA_PRIMARY_NEED_CODE": rows["need"]},
            "CLAE_CLA_EPISODE_CEASED_DATE": day(rows["ended"], span),
            "CLAE_CLA_EPISODE_CEASED_REASON": np.where(ended, rows["rec"], ""),
            **{"CLAE_CLA_ID": _cla(rows), "CLAE_REFERRAL_ID": np.where(case < 0, "", numbered("REF", case + 1, 7))},
            "CLAE_CLA_LAST_IRO_CONTACT_DATE": np.full(len(rows), ""),
            "CLAE_ENTERED_CARE_DATE": day(in_care_since, span),
        }
    )


def _placements(life: Life, span: Span) -> Rows:
    """A row for each carer: the kind of placement is the last one there."""
    rows = _known(life, span)
    first = np.flatnonzero(rows["group"] == rows["number"])
    last = np.append(first[1:] - 1, len(rows) - 1) if len(rows) else first
    came, left = rows.where(first), rows.where(last)
    gone = left["ended"] <= span.until
    return Rows(
        {
            **{"CLAP_CLA_PLACEMENT_ID": _placement(came), "CLAP_CLA_ID": _cla(came)},
            **{"CLAP_PERSON_ID": child_ids(life, came), "CLAP_CLA_PLACEMENT_START_DATE": day(came["began"], span)},
            **{"CLAP_CLA_PLACEMENT_TYPE": left["place"], "CLAP_CLA_PLACEMENT_URN": came["urn"]},
            "CLAP_CLA_PLACEMENT_DISTANCE": np.where(came["is_out"], "24.5", "4.2"),
            **{"CLAP_CLA_PLACEMENT_PROVIDER": came["provider"], "CLAP_CLA_PLACEMENT_POSTCODE": came["pl_post"]},
            "CLAP_CLA_PLACEMENT_END_DATE": day(left["ended"], span),
            "CLAP_CLA_PLACEMENT_CHANGE_REASON": np.where(gone, left["reason_change"], ""),
        }
    )


def _reviews(life: Life, span: Span) -> Rows:
    rows = life.reviews.where(life.reviews["held"] <= span.until)
    return Rows(
        {
            "CLAR_CLA_REVIEW_ID": numbered("CLR", np.arange(1, len(rows) + 1), 7),
            **{"CLAR_CLA_ID": _cla(rows), "CLAR_CLA_PERSON_ID": child_ids(life, rows)},
            **{"CLAR_CLA_REVIEW_DUE_DATE": np.full(len(rows), ""), "CLAR_CLA_REVIEW_DATE": day(rows["held"], span)},
            "CLAR_CLA_REVIEW_CANCELLED": np.full(len(rows), "N"),
            "CLAR_CLA_REVIEW_PARTICIPATION": rows["code"],
        }
    )


def _visits(life: Life, span: Span) -> Rows:
    rows = life.care.periods
    rows = rows.where((rows["began"] <= span.until) & ~np.strings.startswith(rows["kind"], "break"))
    owner, position = spread((np.minimum(rows["ended"], span.until) - rows["began"]) // _CLA_VISITS)
    on, number = rows["began"][owner] + _CLA_VISITS * (position + 1), np.arange(len(owner))
    rows = rows.where(owner)
    return Rows(
        {
            **{"CLAV_CLA_VISIT_ID": numbered("CLV", number + 1, 7), "CLAV_CLA_ID": _cla(rows)},
            **{"CLAV_PERSON_ID": child_ids(life, rows), "CLAV_CLA_VISIT_DATE": day(on, span)},
            **{"CLAV_CLA_VISIT_SEEN": yes(number % 12 > 0), "CLAV_CLA_VISIT_SEEN_ALONE": yes(number % 12 > 6)},
        }
    )


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


def _missing(life: Life, span: Span) -> Rows:
    known = life.missing["began"] <= span.until
    rows, number = life.missing.where(known), np.flatnonzero(known)
    back = rows["ended"] <= span.until
    return Rows(
        {
            **{"MISS_TABLE_ID": numbered("MIS", number + 1, 7), "MISS_PERSON_ID": child_ids(life, rows)},
            "MISS_MISSING_EPISODE_START_DATE": day(rows["began"], span),
            **{"MISS_MISSING_EPISODE_TYPE": rows["kind"], "MISS_MISSING_EPISODE_END_DATE": day(rows["ended"], span)},
            "MISS_MISSING_RHI_OFFERED": np.where(back, yes(rows["offered"]), ""),
            "MISS_MISSING_RHI_ACCEPTED": np.where(back & rows["offered"], yes(rows["accepted"]), ""),
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


def _permanence(life: Life, span: Span) -> Rows:
    rows = life.care.decisions.where(life.care.decisions["decided"] <= span.until)
    ordered = np.where(rows["way_out"] == "adopted", rows["ended"], OPEN)
    ceased, blank = rows["ceased"] <= span.until, np.full(len(rows), "")
    names = {
        "PERM_ADM_DECISION_DATE": "decided",
        "PERM_PLACEMENT_ORDER_DATE": "ordered",
        "PERM_MATCHED_DATE": "matched",
        "PERM_PLACED_FOR_ADOPTION_DATE": "placed",
        "PERM_DECISION_REVERSED_DATE": "ceased",
    }
    told = {column: day(rows[name], span) for column, name in names.items()}
    told |= {"PERM_PERMANENCE_ORDER_DATE": day(ordered, span)}
    told |= {"PERM_TABLE_ID": numbered("PER", rows["period"] + 1, 7), "PERM_PERSON_ID": child_ids(life, rows)}
    told |= {"PERM_CLA_ID": _cla(rows), "PERM_PART_OF_SIBLING_GROUP": np.full(len(rows), "N")}
    told |= {"PERM_DECISION_REVERSED_REASON": np.where(ceased, rows["reason"], "")}
    told |= {"PERM_PERMANENCE_ORDER_TYPE": np.where(ordered <= span.until, "Adoption", "")}
    told |= {"PERM_ADOPTED_BY_CARER_FLAG": np.where(rows["placed"] <= span.until, yes(rows["by_carers"]), "")}
    return Rows({name: told.get(name, blank) for name in _PERMANENCE})


_PERMANENCE = (
    *("PERM_TABLE_ID", "PERM_PERSON_ID", "PERM_CLA_ID", "PERM_ADM_DECISION_DATE", "PERM_PART_OF_SIBLING_GROUP"),
    *("PERM_SIBLINGS_PLACED_TOGETHER", "PERM_SIBLINGS_PLACED_APART", "PERM_FFA_CP_DECISION_DATE"),
    *("PERM_PLACEMENT_ORDER_DATE", "PERM_MATCHED_DATE", "PERM_ADOPTER_SEX", "PERM_ADOPTER_LEGAL_STATUS"),
    *("PERM_NUMBER_OF_ADOPTERS", "PERM_PLACED_FOR_ADOPTION_DATE", "PERM_ADOPTED_BY_CARER_FLAG"),
    *("PERM_PLACED_FOSTER_CARER_DATE", "PERM_PLACED_FFA_CP_DATE", "PERM_PLACEMENT_PROVIDER_URN"),
    *("PERM_DECISION_REVERSED_DATE", "PERM_DECISION_REVERSED_REASON", "PERM_PERMANENCE_ORDER_DATE"),
    *("PERM_PERMANENCE_ORDER_TYPE", "PERM_ADOPTION_WORKER_ID"),
)
WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    **{"immigration_status": _immigration, "legal_status": _legal_status, "cla_episodes": _episodes},
    **{"cla_placement": _placements, "cla_reviews": _reviews, "cla_visits": _visits, "cla_health": _health},
    **{"cla_immunisations": _immunisations, "cla_substance_misuse": _substances, "cla_convictions": _convictions},
    **{"cla_previous_permanence": _permanence_before, "cla_care_plan": _care_plan, "sdq_scores": _sdq},
    **{"missing": _missing, "care_leavers": _care_leavers, "permanence": _permanence},
}
