"""The looked-after return, written from a life: twelve tables of text, in the codes of the collection year."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import care_events
from socialcare.generate.children import DFE_CODES
from socialcare.generate.rows import OPEN, Bools, Ints, Rows, Texts, age_on, birthday, days_as_text

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

#: The tables in the order in which DfE names them, each with its columns.
TABLES: dict[str, tuple[str, ...]] = {
    "header": ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    "episodes": (
        *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
        *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
    ),
    "reviews": ("CHILD", "DOB", "REVIEW", "REVIEW_CODE"),
    "uasc": ("CHILD", "SEX", "DOB", "DUC"),
    "oc2": (
        *("CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK"),
        *("HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED"),
    ),
    "oc3": ("CHILD", "DOB", "IN_TOUCH", "ACTIV", "ACCOM"),
    "ad1": ("CHILD", "DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"),
    "placed_adoption": ("CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"),
    "prev_perm": ("CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"),
    "missing": ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"),
    "sw_episodes": ("CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"),
    "dolo": ("CHILD", "DOB", "DOLO_START", "DOLO_END"),
}
#: The first collection year of the tables that came later.
FIRST_YEARS = {"sw_episodes": 2024, "dolo": 2027}
#: The collection year from which supported accommodation, being registered, has a number.
_REGISTERED = 2024
_ADOPTERS = np.array([("2", "MF", "L11"), ("2", "MM", "L12"), ("1", "F1", "L0"), ("2", "FF", "L12"), ("2", "MF", "L3")])


def tables_of(year: int) -> tuple[str, ...]:
    """Return the tables that a collection year has."""
    return tuple(table for table in TABLES if FIRST_YEARS.get(table, year) <= year)


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


def told_in(year: int, column: str, values: Texts) -> Texts:
    """Return codes as the collection year had them."""
    for last_year, of, changes in _OLDER_CODES:
        if of == column and year <= last_year:
            for new, old in changes.items():
                values = np.where(values == new, old, values)
    return values


_OLDER_CODES: tuple[tuple[int, str, dict[str, str]], ...] = (
    (2024, "SEX", {"M": "1", "F": "2"}),
    (2024, "PLACE", {"K3": "H5"}),
    (2025, "PLACE", {"Z11": "Z1"}),
    (2018, "REC", {"E45": "E43", "E46": "E43", "E47": "E44", "E48": "E44"}),
    (2021, "ACTIV", {"F4": "F3", "F5": "F3", "P4": "P3", "P5": "P3"}),
)


def in_year(life: Life, span: Span) -> Rows:
    """Return the episodes that touch the year, as they were known on its last day."""
    rows = life.care.episodes
    rows = rows.where((rows["began"] <= span.until) & (rows["ended"] >= span.begins))
    is_open = rows["ended"] > span.until
    blank = {name: np.where(is_open, "", rows[name]) for name in ("rec", "reason_change")}
    return rows.also(ended=np.where(is_open, OPEN, rows["ended"]), **blank)


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
    child = child[~np.isin(child, _leavers(life, span)["child"])]
    adult = birthday(people["born"][child], 18)
    return Rows(
        {
            "_child": child,
            "SEX": told_in(span.year, "SEX", people["sex"][child]),
            "DUC": days_as_text(np.where(adult <= span.until, adult, OPEN)),
        }
    )


def year_round(life: Life, span: Span) -> Ints:
    """Return who is asked about health: in care without a break since the year began, and not yet 18 at its end."""
    rows = life.care.periods
    here = (rows["began"] <= span.begins) & (rows["ended"] > span.until)
    here &= ~np.strings.startswith(rows["kind"], "break") & (birthday(rows["born"], 18) > span.ends)
    child: Ints = rows["child"][here]
    return child


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
            "CONVICTED": _yes(found["convicted"], at_end >= 10),
            "HEALTH_CHECK": _yes(found["development"], at_end < 5),
            "IMMUNISATIONS": _yes(found["immunised"]),
            "TEETH_CHECK": _yes(found["teeth"]),
            "HEALTH_ASSESSMENT": _yes(found["assessed"]),
            "SUBSTANCE_MISUSE": _yes(found["substances"]),
            "INTERVENTION_RECEIVED": _yes(found["helped"], found["substances"]),
            "INTERVENTION_OFFERED": _yes(found["help_offered"], found["substances"] & ~helped),
        }
    )


def _yes(values: Bools, asked: Bools | None = None) -> Texts:
    told = np.where(values, "1", "0")
    return told if asked is None else np.where(asked, told, "")


def _leavers(life: Life, span: Span) -> Rows:
    return life.leavers.where(span.holds(life.leavers["turns"]))


def _oc3(life: Life, span: Span) -> Rows:
    rows = _leavers(life, span)
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
            "FOSTER_CARE": _yes(rows["by_carers"]),
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
