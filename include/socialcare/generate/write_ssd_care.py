"""The Standard Safeguarding Dataset, written from a life: periods of care, placements, missing, permanence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Rows, Texts, numbered, spread
from socialcare.generate.ssd_text import care_period, child_ids, day
from socialcare.generate.write_local_staff import yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


_CLA_VISITS = 42


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
            **{
                "CLAE_CLA_ID": care_period(rows),
                "CLAE_REFERRAL_ID": np.where(case < 0, "", numbered("REF", case + 1, 7)),
            },
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
            **{"CLAP_CLA_PLACEMENT_ID": _placement(came), "CLAP_CLA_ID": care_period(came)},
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
            **{"CLAR_CLA_ID": care_period(rows), "CLAR_CLA_PERSON_ID": child_ids(life, rows)},
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
            **{"CLAV_CLA_VISIT_ID": numbered("CLV", number + 1, 7), "CLAV_CLA_ID": care_period(rows)},
            **{"CLAV_PERSON_ID": child_ids(life, rows), "CLAV_CLA_VISIT_DATE": day(on, span)},
            **{"CLAV_CLA_VISIT_SEEN": yes(number % 12 > 0), "CLAV_CLA_VISIT_SEEN_ALONE": yes(number % 12 > 6)},
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
    told |= {"PERM_CLA_ID": care_period(rows), "PERM_PART_OF_SIBLING_GROUP": np.full(len(rows), "N")}
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
    "immigration_status": _immigration,
    "legal_status": _legal_status,
    "cla_episodes": _episodes,
    "cla_placement": _placements,
    "cla_reviews": _reviews,
    "cla_visits": _visits,
    "missing": _missing,
    "permanence": _permanence,
}
