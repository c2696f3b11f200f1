"""The lists of Annex A (1 to 7) as a life tells them: help, referral, assessment, need and protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Bools, Days, Ints, Rows, Texts, age_on, is_last, numbered
from socialcare.generate.truth import distinct_each

if TYPE_CHECKING:
    from socialcare.generate.life import Life

#: Lists look back six months; those on adoption twelve.
SIX_MONTHS, YEAR = 183, 365
_ETHNIC = (
    *("WBRI", "WIRI", "WIRT", "WOTH", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH"),
    *("BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT"),
)
_SOURCES = {
    **{"1A": "a) 1A: Individual", "1B": "b) 1B: Individual", "1C": "c) 1C: Individual", "1D": "d) 1D: Individual"},
    **{"2A": "e) 2A: Schools", "2B": "f) 2B: Education services", "3A": "g) 3A: Health services"},
    **{"3B": "h) 3B: Health services", "3C": "i) 3C: Health services", "3D": "j) 3D: Health services"},
    **{"3E": "k) 3E: Health services", "3F": "l) 3F: Health services", "4": "m) 4: Housing"},
    **{"5A": "n) 5A: LA services", "5B": "o) 5B: LA services", "5C": "p) 5C: LA services"},
    **{"5D": "p1) 5D: LA services", "6": "q) 6: Police", "7": "r) 7: Other legal agency", "8": "s) 8: Other"},
    **{"9": "t) 9: Anonymous", "10": "u) 10: Unknown"},
}
NEEDS = {
    **{"N1": "N1 - Abuse or neglect", "N2": "N2 - Child's disability", "N3": "N3 - Parental disability or illness"},
    **{"N4": "N4 - Family in acute stress", "N5": "N5 - Family dysfunction"},
    **{"N6": "N6 - Socially unacceptable behaviour", "N7": "N7 - Low income", "N8": "N8 - Absent parenting"},
}
_REASONS = {
    **{"RC1": "RC1 - Adopted", "RC2": "RC2 - Died", "RC3": "RC3 - Child arrangements order"},
    **{"RC4": "RC4 - Special guardianship order", "RC5": "RC5 - Transferred to services of another local authority"},
    "RC6": "RC6 - Transferred to adult social care services",
    "RC7": "RC7 - Services ceased for any other reason, including child no longer in need",
    "RC8": "RC8 - Case closed after assessment, no further action",
    "RC9": "RC9 - Case closed after assessment, referred to early help",
}
_ABUSE = {
    **{"NEG": "a) Neglect", "PHY": "b) Physical abuse", "SAB": "c) Sexual abuse", "EMO": "d) Emotional abuse"},
    "MUL": "e) Multiple/not recommended",
}


def labels(codes: Texts, named: dict[str, str]) -> Texts:
    """Return codes as the list words them; a code without words as it is."""
    unique = np.unique(codes)
    words = np.array([named.get(code, code) for code in unique.tolist()])
    made: Texts = words[np.searchsorted(unique, codes)] if len(codes) else codes
    return made


def yes(values: Bools) -> Texts:
    """Return yes or no as the list words it."""
    return np.where(values, "a) Yes", "b) No")


def sexes(codes: Texts) -> Texts:
    """Return sex as the list words it."""
    return labels(codes, {"M": "a) Male", "F": "b) Female", "U": "c) Not stated/recorded"})


def ethnics(codes: Texts) -> Texts:
    """Return ethnicity as the list words it: a letter before the code."""
    return labels(codes, {code: f"{chr(97 + n)}) {code}" for n, code in enumerate(_ETHNIC)})


def who(life: Life, child: Ints, disability: bool = True) -> dict[str, Texts | Days]:
    """Return the columns with which nearly every list begins."""
    people = life.children.where(child)
    made = {
        "Child Unique ID": people["id"],
        "Gender": sexes(people["sex"]),
        "Ethnicity": ethnics(people["ethnic"]),
        "Date of Birth": people["born"],
        "Age of Child (Years)": age_on(people["born"], life.as_of),
    }
    if disability:
        made["Does the Child have a Disability"] = yes(people["disability"] != "NONE")
    return made


def worked_by(life: Life, case: Ints) -> dict[str, Texts]:
    """Return the team and worker of each case: those who have it, or had it last."""
    rows = life.allocations.by("began")
    last = np.full(len(life.need.cases), -1)
    last[rows["case"]] = np.arange(len(rows))
    at = last[case]
    known = at >= 0
    team = (
        numbered("Team ", life.staff.posts["team"][rows["post"][at]] + 1, 2) if len(at) else np.array([], dtype="<U8")
    )
    swe = life.staff.workers["swe"][rows["worker"][at]]
    return {"Allocated Team": np.where(known, team, "Front door"), "Allocated Worker": np.where(known, swe, "Duty")}


def case_of(life: Life, child: Ints) -> Ints:
    """Return each child's last case."""
    cases = life.need.cases
    last = np.zeros(len(life.children), dtype=np.int64)
    last[cases["child"]] = cases["case"]
    return last[child]


def lately(life: Life, days: Days, back: int = SIX_MONTHS) -> Bools:
    """Say which days lie in the months that the list looks back."""
    return (days > life.as_of - back) & (days <= life.as_of)


def _in_a_year(life: Life, rows: Rows, days: Days) -> Ints:
    recent = lately(life, days, YEAR)
    return distinct_each(rows["child"][recent], days[recent], len(life.children))


def contacts(life: Life) -> dict[str, Texts | Days]:
    """List 1: contacts."""
    rows = life.need.contacts.where(lately(life, life.need.contacts["on"]))
    made = who(life, rows["child"], disability=False)
    return {**made, "Date of Contact": rows["on"], "Contact Source": labels(rows["source"], _SOURCES)}


def early_help(life: Life) -> dict[str, Texts | Days]:
    """List 2: early help assessments."""
    rows = life.need.early_help
    rows = rows.where(lately(life, rows["began"]) | (rows["ended"] == OPEN))
    return {
        **who(life, rows["child"], disability=False),
        "Assessment start date": rows["began"],
        "Assessment completion date": rows["completed"],
        "Organisation completing assessment": rows["organisation"],
    }


def referrals(life: Life) -> dict[str, Texts | Days]:
    """List 3: referrals."""
    cases = life.need.cases
    rows = cases.where(lately(life, cases["referred"]))
    return {
        **who(life, rows["child"], disability=False),
        "Date of referral": rows["referred"],
        "Referral Source": labels(rows["source"], _SOURCES),
        "Referral NFA?": yes(rows["path"] == "nfa"),
        "Number of Referrals in Last 12 Months": _in_a_year(life, cases, cases["referred"])[rows["child"]],
        **worked_by(life, rows["case"]),
    }


def assessments(life: Life) -> dict[str, Texts | Days]:
    """List 4: assessments."""
    rows = life.need.assessments
    rows = rows.where(lately(life, rows["began"]) | lately(life, rows["ended"]) | (rows["ended"] == OPEN))
    done = rows["ended"] < OPEN
    return {
        **who(life, rows["child"]),
        "Continuous Assessment Start Date": rows["began"],
        "Child Seen During Continuous Assessment": yes(rows["seen"]),
        "Continuous Assessment Date of Authorisation": rows["ended"],
        "Was the child assessed as requiring LA children's social care support?": np.where(
            done, yes(rows["needs_support"]), ""
        ),
        **worked_by(life, rows["case"]),
    }


def enquiries(life: Life) -> dict[str, Texts | Days]:
    """List 5: section 47 enquiries and initial conferences."""
    every = life.need.enquiries
    rows = every.where(lately(life, every["began"]) | lately(life, every["conference"]))
    held = rows["conference"] < OPEN
    return {
        **who(life, rows["child"]),
        "Strategy discussion initiating Section 47 Enquiry Start Date": rows["began"],
        "Was an Initial Child Protection Conference deemed unnecessary?": yes(rows["not_required"]),
        "Date of Initial Child Protection Conference": rows["conference"],
        "Did the Initial Child Protection Conference Result in a Child Protection Plan": np.where(
            held, yes(rows["led_to_plan"]), ""
        ),
        "Number of Section 47 Enquiries in the last 12 months": _in_a_year(life, every, every["began"])[rows["child"]],
        "Number of ICPCs in the last 12 months": _in_a_year(life, every, every["conference"])[rows["child"]],
        **worked_by(life, rows["case"]),
    }


def in_need(life: Life) -> dict[str, Texts | Days]:
    """List 6: children in need, open or closed in the six months; of a child with several cases, the latest."""
    rows = life.need.cases
    rows = rows.where((rows["path"] != "nfa") & ((rows["closed"] == OPEN) | lately(life, rows["closed"])))
    rows = rows.where(is_last(rows["child"]))
    return {
        **who(life, rows["child"]),
        "CIN Start Date": rows["referred"],
        "Primary Need Code": labels(rows["need"], NEEDS),
        "Date Child Was Last Seen": np.maximum(
            rows["referred"], np.minimum(rows["closed"], life.as_of) - rows["case"] % 40
        ),
        "CIN Closure Date": rows["closed"],
        "Reason for Closure": labels(rows["reason"], _REASONS),
        "Case Status": _status(life, rows),
        **worked_by(life, rows["case"]),
    }


def _status(life: Life, rows: Rows) -> Texts:
    need, periods = life.need, life.care.periods
    in_care = periods["child"][(periods["ended"] == OPEN) & ~np.strings.startswith(periods["kind"], "break")]
    protected = need.protection["case"][need.protection["ended"] == OPEN]
    planned = need.plans["case"][need.plans["ended"] == OPEN]
    return np.select(
        [
            rows["closed"] < OPEN,
            np.isin(rows["child"], in_care),
            np.isin(rows["case"], protected),
            np.isin(rows["case"], planned),
        ],
        ["e) Closed episode", "a) Looked after child", "b) Child Protection plan", "c) Child in need plan"],
        "d) Open assessment",
    )


def protection(life: Life) -> dict[str, Texts | Days]:
    """List 7: child protection plans."""
    rows = life.need.protection
    rows = rows.where((rows["ended"] == OPEN) | lately(life, rows["ended"]))
    seen = np.minimum(rows["ended"], life.as_of) - rows["plan"] % 14
    reviewed = np.full(len(life.need.protection), -1)
    np.maximum.at(reviewed, life.need.conferences["plan"], life.need.conferences["held"])
    last = reviewed[rows["plan"]]
    orders = life.care.episodes
    removed = orders["child"][np.isin(orders["ls"], ["L1", "L2"]) & lately(life, orders["began"])]
    return {
        **who(life, rows["child"]),
        "Child Protection Plan Start Date": rows["began"],
        "Initial Category of Abuse": labels(rows["category"], _ABUSE),
        "Latest Category of Abuse": labels(rows["latest"], _ABUSE),
        "Date of the Last Statutory Visit": np.maximum(rows["began"], seen),
        "Was the Child Seen Alone?": yes(rows["plan"] % 5 > 0),
        "Date of latest review conference": np.where(last < 0, OPEN, last),
        "Child Protection Plan End Date": rows["ended"],
        "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)": yes(
            np.isin(rows["child"], removed)
        ),
        "Number of Previous Child Protection Plans": rows["previous"],
        **worked_by(life, rows["case"]),
    }
