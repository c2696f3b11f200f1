"""The looked-after return, written from a life: twelve tables of text, in the codes of the collection year."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import care_events
from socialcare.generate.children import DFE_CODES
from socialcare.generate.rows import OPEN, Ints, Rows, age_on, birthday, days_as_text
from socialcare.generate.told_ssda903 import TABLES, in_year, leavers, tables_of, told_in, year_round, yes

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

#: The collection year from which supported accommodation, being registered, has a number.
_REGISTERED = 2024


def write(life: Life, span: Span, wanted: Collection[str]) -> dict[str, Rows]:
    """Return the wanted tables as text; every child of any of them is in the header."""
    made = {name: _WRITERS[name](life, span) for name in tables_of(span.year) if name in wanted and name != "header"}
    here = np.zeros(len(life.care.children), dtype=bool)
    for rows in made.values():
        here[rows["_child"]] = True
    made["header"] = _header(life, span, np.flatnonzero(here))
    people = life.care.children
    dob = days_as_text(people["born"])
    told = {}
    for name in (n for n in TABLES if n in made and n in wanted):
        child = made[name]["_child"]
        rows = made[name].also(CHILD=people["id"][child], DOB=dob[child])
        told[name] = Rows({column: rows[column] for column in TABLES[name]})
    return told


#: Adopters as they come: their number, sex and legal status.
_ADOPTERS = np.array([("2", "MF", "L11"), ("2", "MM", "L12"), ("1", "F1", "L0"), ("2", "FF", "L12"), ("2", "MF", "L3")])


def _header(life: Life, span: Span, child: Ints) -> Rows:
    people = life.care.children
    rows = in_year(life, span)
    looked_after = np.zeros(len(people), dtype=bool)
    looked_after[rows["child"][~rows["is_break"]]] = True
    asked = looked_after[child] & (people["sex"][child] == "F")
    is_mother = asked & (people["mothered"][child] <= span.until)
    young = age_on(people["born"][child], span.until) < 4
    return Rows(
        {
            "_child": child,
            "SEX": told_in(span.year, "SEX", people["sex"][child]),
            "ETHNIC": people["ethnic"][child],
            "UPN": np.where(young, "UN1", people["upn"][child]),
            "MOTHER": np.where(asked, np.where(is_mother, "1", "0"), ""),
            "MC_DOB": days_as_text(np.where(is_mother, people["mothered"][child], OPEN)),
        }
    )


def _episodes(life: Life, span: Span) -> Rows:
    rows = in_year(life, span)
    place = told_in(span.year, "PLACE", rows["place"])
    without_number = (place == "H5") & (span.year < _REGISTERED)
    return Rows(
        {
            "_child": rows["child"],
            "DECOM": days_as_text(rows["began"]),
            "RNE": rows["rne"],
            "LS": rows["ls"],
            "CIN": rows["need"],
            "PLACE": place,
            "PLACE_PROVIDER": rows["provider"],
            "DEC": days_as_text(rows["ended"]),
            "REC": told_in(span.year, "REC", rows["rec"]),
            "REASON_PLACE_CHANGE": rows["reason_change"],
            "HOME_POST": rows["home_post"],
            "PL_POST": rows["pl_post"],
            "URN": np.where(without_number, "", rows["urn"]),
        }
    )


def _reviews(life: Life, span: Span) -> Rows:
    rows = life.reviews.where(span.holds(life.reviews["held"]))
    return Rows({"_child": rows["child"], "REVIEW": days_as_text(rows["held"]), "REVIEW_CODE": rows["code"]})


def _uasc(life: Life, span: Span) -> Rows:
    rows = in_year(life, span)
    people = life.care.children
    child = np.unique(rows["child"][people["is_uasc"][rows["child"]]])
    child = child[~np.isin(child, leavers(life, span)["child"])]
    adult = birthday(people["born"][child], 18)
    return Rows(
        {
            "_child": child,
            "SEX": told_in(span.year, "SEX", people["sex"][child]),
            "DUC": days_as_text(np.where(adult <= span.until, adult, OPEN)),
        }
    )


def _oc2(life: Life, span: Span) -> Rows:
    child = year_round(life, span)
    born = life.care.children["born"][child]
    found = care_events.health(life.council_id, life.seed, life.care.children, span.year).where(child)
    at_end, at_start = age_on(born, span.ends), age_on(born, span.begins)
    asked = (at_end >= 4) & (at_start < 17)
    helped = found["substances"] & found["helped"]
    return Rows(
        {
            "_child": child,
            "SDQ_SCORE": np.where(asked & ~found["sdq_missing"], found["sdq"].astype(np.str_), ""),
            "SDQ_REASON": np.where(asked & found["sdq_missing"], found["sdq_reason"], ""),
            "CONVICTED": yes(found["convicted"], at_end >= 10),
            "HEALTH_CHECK": yes(found["development"], at_end < 5),
            "IMMUNISATIONS": yes(found["immunised"]),
            "TEETH_CHECK": yes(found["teeth"]),
            "HEALTH_ASSESSMENT": yes(found["assessed"]),
            "SUBSTANCE_MISUSE": yes(found["substances"]),
            "INTERVENTION_RECEIVED": yes(found["helped"], found["substances"]),
            "INTERVENTION_OFFERED": yes(found["help_offered"], found["substances"] & ~helped),
        }
    )


def _oc3(life: Life, span: Span) -> Rows:
    rows = leavers(life, span)
    activ = told_in(span.year, "ACTIV", rows["activ"])
    return Rows({"_child": rows["child"], "IN_TOUCH": rows["in_touch"], "ACTIV": activ, "ACCOM": rows["accom"]})


def _ad1(life: Life, span: Span) -> Rows:
    rows = life.care.decisions
    rows = rows.where((rows["way_out"] == "adopted") & span.holds(rows["ended"]))
    adopters = _ADOPTERS[rows["child"] % len(_ADOPTERS)]
    return Rows(
        {
            "_child": rows["child"],
            "DATE_INT": days_as_text(rows["decided"]),
            "DATE_MATCH": days_as_text(rows["matched"]),
            "FOSTER_CARE": yes(rows["by_carers"]),
            **{name: adopters[:, n] for n, name in enumerate(("NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"))},
        }
    )


def _placed_adoption(life: Life, span: Span) -> Rows:
    rows = life.care.decisions
    rows = rows.where(
        (rows["decided"] <= span.until) & (rows["ended"] >= span.begins) & (rows["ceased"] >= span.begins)
    )
    is_open = rows["ceased"] > span.until
    return Rows(
        {
            "_child": rows["child"],
            "DATE_PLACED": days_as_text(rows["decided"]),
            "DATE_PLACED_CEASED": days_as_text(np.where(is_open, OPEN, rows["ceased"])),
            "REASON_PLACED_CEASED": np.where(is_open, "", rows["reason"]),
        }
    )


def _prev_perm(life: Life, span: Span) -> Rows:
    rows = life.care.periods
    rows = rows.where(span.holds(rows["began"]) & ~np.strings.startswith(rows["kind"], "break"))
    rows = rows.where(np.unique(rows["child"], return_index=True)[1])
    ordered = rows["began"] - 400
    before = (rows["child"] % 23 == 0) & (ordered > rows["born"])
    return Rows(
        {
            "_child": rows["child"],
            "PREV_PERM": np.where(before, np.where(rows["child"] % 2, "P2", "P3"), "Z1"),
            "LA_PERM": np.where(before, DFE_CODES.get(life.council_id, "999"), ""),
            "DATE_PERM": days_as_text(np.where(before, ordered, OPEN)),
        }
    )


def _missing(life: Life, span: Span) -> Rows:
    rows = life.missing.where((life.missing["began"] <= span.until) & (life.missing["ended"] >= span.begins))
    ended = np.where(rows["ended"] > span.until, OPEN, rows["ended"])
    began = days_as_text(rows["began"])
    return Rows({"_child": rows["child"], "MISSING": rows["kind"], "MIS_START": began, "MIS_END": days_as_text(ended)})


def _sw_episodes(life: Life, span: Span) -> Rows:
    rows = life.allocations
    in_care = in_year(life, span)
    in_care = in_care.where(~in_care["is_break"])
    last = np.full(len(life.care.children), -OPEN)
    np.maximum.at(last, in_care["child"], in_care["ended"])
    rows = rows.where(rows["child"] < len(last))
    rows = rows.where(last[rows["child"]] > -OPEN)
    ended = np.minimum(rows["ended"], last[rows["child"]])
    here = (rows["began"] <= span.until) & (ended >= span.begins) & (ended > rows["began"])
    rows, ended = rows.where(here), ended[here]
    return Rows(
        {
            "_child": rows["child"],
            "SW_ID": life.staff.workers["swe"][rows["worker"]],
            "SW_DECOM": days_as_text(rows["began"]),
            "SW_DEC": days_as_text(np.where(ended > span.until, OPEN, ended)),
            "SW_REASON": rows["reason"],
        }
    )


def _dolo(life: Life, span: Span) -> Rows:
    rows = in_year(life, span)
    old = age_on(life.care.children["born"][rows["child"]], rows["began"]) >= 12
    rows = rows.where((rows["place"] == "K2") & old & (rows["child"] % 9 == 0) & ~rows["is_break"])
    rows = rows.where(np.unique(rows["child"], return_index=True)[1])
    began = rows["began"] + 3
    ended = np.minimum(rows["ended"], began + 90)
    here = (began < ended) & (began <= span.until) & (ended >= span.begins)
    ended = np.where(ended > span.until, OPEN, ended)[here]
    return Rows(
        {"_child": rows["child"][here], "DOLO_START": days_as_text(began[here]), "DOLO_END": days_as_text(ended)}
    )


_WRITERS: dict[str, Callable[[Life, Span], Rows]] = {
    **{"episodes": _episodes, "reviews": _reviews, "uasc": _uasc, "oc2": _oc2, "oc3": _oc3, "ad1": _ad1},
    **{"placed_adoption": _placed_adoption, "prev_perm": _prev_perm, "missing": _missing},
    **{"sw_episodes": _sw_episodes, "dolo": _dolo},
}
