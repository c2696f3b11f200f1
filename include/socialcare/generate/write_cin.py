"""The census of children in need, written from a life: one XML message, child by child."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from socialcare.generate.children import DFE_CODES
from socialcare.generate.rows import OPEN, Bools, Ints, Rows, Texts, age_on, days_as_text, working_days_later
from socialcare.generate.xml_text import Pieces, element, joined

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_ISO = "%Y-%m-%d"
#: So many children are put in order at a time: memory does not grow with the council.
_AT_ONCE = 20_000
_LAST = 1 << 40
_REVIEWS = 10_000
#: Where each kind of block stands within a case, as the schema orders them.
_OPENS, _ASSESSED, _PLANNED, _ENQUIRED, _NOTHING, _PROTECTED, _CLOSES = range(7)
#: Until which year a code was told as another.
_OLDER_CODES = (
    (2020, "18C", "18A"),
    (2020, "19C", "19A"),
    (2021, "24A", "13A"),
    (2022, "5D", "5B"),
    (2022, "RC9", "RC8"),
)
#: The collection year in which the census began to ask for sex in letters.
_LETTERS_FROM = 2025


def head(council_id: str, span: Span) -> str:
    """Return the message's beginning; it says twice that nothing in it is real."""
    reference = days_as_text(np.array([span.ends]), _ISO)[0]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- SYNTHETIC: no real child is in this file -->\n<Message>\n'
        "<Header>\n<CollectionDetails>\n<Collection>CIN</Collection>\n"
        f"<Year>{span.year}</Year>\n<ReferenceDate>{reference}</ReferenceDate>\n</CollectionDetails>\n<Source>\n"
        f"<SourceLevel>L</SourceLevel>\n<LEA>{DFE_CODES.get(council_id, '999')}</LEA>\n"
        f"<SoftwareCode>SYNTHETIC</SoftwareCode>\n<SerialNo>001</SerialNo>\n<DateTime>{reference}T02:00:00</DateTime>\n"
        "</Source>\n</Header>\n<Children>\n"
    )


TAIL = "</Children>\n</Message>\n"


def write(life: Life, span: Span) -> Iterator[str]:
    """Yield the children of the census, some thousands at a time."""
    told = _told(life, span)
    wanted = np.unique(told["cases"]["child"])
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        part = {name: rows.where(np.isin(rows["child"], some)) for name, rows in told.items()}
        yield _pieces(life.children.where(some), part, span).text()


def in_census(life: Life, span: Span) -> Bools:
    """Say which cases the census of a year has: those open in it, and its referrals without further action."""
    cases = life.need.cases
    nothing = cases["path"] == "nfa"
    here: Bools = (cases["referred"] <= span.until) & np.where(
        nothing, span.holds(cases["referred"]), cases["closed"] >= span.begins
    )
    return here


def _told(life: Life, span: Span) -> dict[str, Rows]:
    """Return what of each kind the census asks for, as it was known on the last day."""
    need, here = life.need, in_census(life, span)
    cases = need.cases.where(here)
    kinds = {"assessments": need.assessments, "enquiries": need.enquiries}
    kinds |= {"plans": need.plans, "protection": need.protection}
    rows = {name: part.where(here[part["case"]] & (part["began"] <= span.until)) for name, part in kinds.items()}
    begun, ended = rows["assessments"]["began"], rows["assessments"]["ended"]
    done = span.holds(ended) | ((ended > span.until) & (begun >= span.begins))
    rows["assessments"] = rows["assessments"].where(done)
    begun, held = rows["enquiries"]["began"], rows["enquiries"]["conference"]
    rows["enquiries"] = rows["enquiries"].where(span.holds(held) | ((held > span.until) & (begun >= span.begins)))
    for name in ("plans", "protection"):
        rows[name] = rows[name].where(rows[name]["ended"] >= span.begins)
    reviews = need.conferences
    known = np.isin(reviews["plan"], rows["protection"]["plan"]) & (reviews["held"] <= span.until)
    reviews = reviews.where(known)
    return {"cases": cases, **rows, "reviews": reviews.also(case=need.protection["case"][reviews["plan"]])}


def _told_in(year: int, codes: Texts) -> Texts:
    for last_year, new, old in _OLDER_CODES:
        if year <= last_year:
            codes = np.where(codes == new, old, codes)
    return codes


def _date(days: Ints, until: int) -> Texts:
    return days_as_text(np.where(days > until, OPEN, days), _ISO)


def _pieces(people: Rows, part: dict[str, Rows], span: Span) -> Pieces:
    made = Pieces()
    child = people["number"]
    made.add(_child(people, span), child, -1, 0, 0)
    made.add(pa.array(["</Child>\n"] * len(people)), child, _LAST, 0, 0)
    _add_cases(made, part["cases"], span)
    _add_assessments(made, part["assessments"], span)
    _add_plans(made, part["plans"], span)
    _add_enquiries(made, part["enquiries"], span)
    _add_protection(made, part["protection"], part["reviews"], span)
    return made


def _child(people: Rows, span: Span) -> pa.Array:
    young = age_on(people["born"], span.until) < 4
    letters = span.year >= _LETTERS_FROM
    sex = people["sex"] if letters else np.where(people["sex"] == "M", "1", "2")
    return joined(
        "<Child>\n<ChildIdentifiers>\n",
        element("LAchildID", people["id"]),
        element("UPN", np.where(young, "", people["upn"])),
        element("UPNunknown", np.where(young, "UN1", "")),
        element("PersonBirthDate", days_as_text(people["born"], _ISO)),
        element("Sex" if letters else "GenderCurrent", sex),
        "</ChildIdentifiers>\n<ChildCharacteristics>\n",
        element("Ethnicity", people["ethnic"]),
        "<Disabilities>\n",
        element("Disability", people["disability"]),
        element("Disability", people["second_disability"]),
        "</Disabilities>\n</ChildCharacteristics>\n",
    )


def _add_cases(made: Pieces, rows: Rows, span: Span) -> None:
    nothing = rows["path"] == "nfa"
    closed = np.where(nothing, OPEN, rows["closed"])
    is_closed = closed <= span.until
    opening = joined(
        "<CINdetails>\n",
        element("CINreferralDate", days_as_text(rows["referred"], _ISO)),
        element("ReferralSource", _told_in(span.year, rows["source"])),
        element("PrimaryNeedCode", np.where(nothing, "", rows["need"])),
        element("CINclosureDate", _date(closed, span.until)),
        element("ReasonForClosure", np.where(is_closed, _told_in(span.year, rows["reason"]), "")),
    )
    made.add(opening, rows["child"], rows["case"], _OPENS, 0)
    made.add(element("ReferralNFA", np.where(nothing, "1", "0")), rows["child"], rows["case"], _NOTHING, 0)
    made.add(pa.array(["</CINdetails>\n"] * len(rows)), rows["child"], rows["case"], _CLOSES, 0)


def _add_assessments(made: Pieces, rows: Rows, span: Span) -> None:
    done = rows["ended"] <= span.until
    factors = element("AssessmentFactors", np.where(done, _told_in(span.year, rows["factor"]), ""))
    second = element("AssessmentFactors", np.where(done, _told_in(span.year, rows["second_factor"]), ""))
    opens = np.where(done, "<FactorsIdentifiedAtAssessment>\n", "")
    closes = np.where(done, "</FactorsIdentifiedAtAssessment>\n", "")
    text = joined(
        "<Assessments>\n",
        element("AssessmentActualStartDate", days_as_text(rows["began"], _ISO)),
        element("AssessmentAuthorisationDate", _date(rows["ended"], span.until)),
        *(pa.array(opens, pa.string()), factors, second, pa.array(closes, pa.string())),
        "</Assessments>\n",
    )
    made.add(text, rows["child"], rows["case"], _ASSESSED, rows["began"])


def _add_plans(made: Pieces, rows: Rows, span: Span) -> None:
    text = joined(
        "<CINPlanDates>\n",
        element("CINPlanStartDate", days_as_text(rows["began"], _ISO)),
        element("CINPlanEndDate", _date(rows["ended"], span.until)),
        "</CINPlanDates>\n",
    )
    made.add(text, rows["child"], rows["case"], _PLANNED, rows["began"])


def _add_enquiries(made: Pieces, rows: Rows, span: Span) -> None:
    target = working_days_later(rows["began"], np.full(len(rows), 15))
    held = np.where(rows["not_required"], OPEN, rows["conference"])
    text = joined(
        "<Section47>\n",
        element("S47ActualStartDate", days_as_text(rows["began"], _ISO)),
        element("InitialCPCtarget", np.where(rows["not_required"], "", days_as_text(target, _ISO))),
        element("DateOfInitialCPC", _date(held, span.until)),
        element("ICPCnotRequired", np.where(rows["not_required"], "1", "0")),
        "</Section47>\n",
    )
    made.add(text, rows["child"], rows["case"], _ENQUIRED, rows["began"])


def _add_protection(made: Pieces, rows: Rows, reviews: Rows, span: Span) -> None:
    reviewed = np.isin(rows["plan"], reviews["plan"])
    text = joined(
        "<ChildProtectionPlans>\n",
        element("CPPstartDate", days_as_text(rows["began"], _ISO)),
        element("CPPendDate", _date(rows["ended"], span.until)),
        element("InitialCategoryOfAbuse", rows["category"]),
        element("LatestCategoryOfAbuse", rows["latest"]),
        element("NumberOfPreviousCPP", rows["previous"].astype(np.str_)),
        pa.array(np.where(reviewed, "<Reviews>\n", ""), pa.string()),
    )
    made.add(text, rows["child"], rows["case"], _PROTECTED, rows["plan"] * _REVIEWS)
    dates = element("CPPreviewDate", days_as_text(reviews["held"], _ISO))
    made.add(dates, reviews["child"], reviews["case"], _PROTECTED, reviews["plan"] * _REVIEWS + reviews["number"])
    closing = pa.array(
        np.where(reviewed, "</Reviews>\n</ChildProtectionPlans>\n", "</ChildProtectionPlans>\n"), pa.string()
    )
    made.add(closing, rows["child"], rows["case"], _PROTECTED, rows["plan"] * _REVIEWS + _REVIEWS - 1)
