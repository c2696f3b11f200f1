"""The lists of Annex A (8 to 11) as a life tells them: care, leaving care, adoption and adopters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.annex_a_lists import NEEDS, YEAR, case_of, ethnics, labels, lately, sexes, who, worked_by, yes
from socialcare.generate.care import latest
from socialcare.generate.practice_families import pathway_plans
from socialcare.generate.rows import OPEN, Days, Rows, Texts, numbered
from socialcare.generate.truth import distinct_each

if TYPE_CHECKING:
    from socialcare.generate.life import Life

_LEGAL = {
    **{"E1": "E1: Placement order", "C1": "C1: ICO", "C2": "C2: FCO", "V2": "V2: Single period under S20"},
    "L1": "L1: Police protection LA accommodation",
}
_PLACES = {
    **{"U1": "a) U1: Foster placement - relatives - long term", "U3": "c) U3: Foster placement - relative - not FFA"},
    **{"U4": "d) U4: Foster placement - long term", "U6": "f) U6: Foster placement - not FFA"},
    **{"A5": "i) A5: Placed for adoption - order - foster", "A6": "j) A6: Placed for adoption - order - not foster"},
    **{"P1": "k) P1: Placed with parents", "K2": "p) K2: Children's Homes", "S1": "u) S1: Residential school"},
    **{"R3": "s) R3: Family Centre or Mother and Baby Unit", "K3": "K3"},
    "Z11": "v) Z1: Other placements",
}
_PROVIDERS = {
    **{"PR0": "a) PR0: Parents/Parental responsibility", "PR1": "b) PR1: Own provision"},
    **{
        "PR4": "e) PR4: Private provision",
        "PR5": "f) PR5: Voluntary/third sector",
        "": "d) PR3: Other public provision",
    },
}
_ENDS = {
    **{"E11": "a) E11: Adopted - application unopposed", "E12": "b) E12: Adopted - consent dispensed"},
    "E3": "d) E3: Care taken by another LA",
    "E4A": "e) E4A: Returned home to live with parents or relatives - part of planning",
    "E4B": "f) E4B: Returned home to live with parents or relatives - not part of planning",
    "E13": "g) E13: Parents, relatives or other with no parental responsibility",
    **{"E41": "h) E41: Residence order granted", "E8": "t) E8: Care ceased for any other reason"},
    "E45": "i) E45: Special Guardianship Orders - former carer relative/friend",
    "E46": "j) E46: Special Guardianship Orders - former carer other",
    "E47": "k) E47: Special Guardianship Orders - relative/friend",
    "E5": "m) E5: Moved into independent living - supported",
    "E6": "n) E6: Moved into independent living - no support",
    "E7": "o) E7: Transferred to residential care funded by adult social services",
    "E17": "v) E17: Aged 18+ and remained with current carers",
}
_ELIGIBLE = {"relevant": "a) Relevant", "former relevant": "b) Former relevant", "eligible": "d) Eligible"}
_HOMES = {
    **{"B": "a) With parents or relatives", "C": "b) Community home", "E": "d) Supported lodgings", "T": "j) Foyers"},
    **{"D": "c) Semi-independent transitional accommodation", "K": "g) Ordinary lodgings"},
    **{"S": "i) No fixed abode / homeless", "U": "k) Independent living", "W": "m) Bed and breakfast"},
    **{"X": "n) In custody", "Z": "o) With former foster carer", "0": ""},
}
_REVERSED = {
    **{"RD1": "a) Child's needs changed", "RD2": "b) Court did not make a PO"},
    **{"RD3": "c) Prospective adopters cannot be found", "RD4": "d) Any other reason"},
}


def in_care(life: Life) -> dict[str, Texts | Days]:
    """List 8: children in care, or who ceased in the six months."""
    periods, episodes = life.care.periods, life.care.episodes
    is_last = np.append(periods["child"][1:] != periods["child"][:-1], True)
    rows = periods.where(
        ~np.strings.startswith(periods["kind"], "break")
        & ((periods["ended"] == OPEN) | (lately(life, periods["ended"]) & is_last))
    )
    final = episodes.where(np.append(episodes["period"][1:] != episodes["period"][:-1], True))
    now = final.where(np.searchsorted(final["period"], rows["period"]))
    changes = np.where(np.isin(episodes["rne"], ["S", "L", "B", "U"]), np.arange(len(episodes)), 0)
    status_since = episodes["began"][np.maximum.accumulate(changes)]
    is_final = np.flatnonzero(np.append(episodes["period"][1:] != episodes["period"][:-1], True))
    status_since = status_since[is_final][np.searchsorted(final["period"], rows["period"])]
    again = np.isin(rows["child"], periods["child"][~is_last & lately(life, periods["ended"], YEAR)])
    return {
        **_about(life, rows),
        "Date Started to be Looked After": rows["began"],
        "Child's Category of Need": labels(rows["need"], NEEDS),
        "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)": yes(
            again
        ),
        "Start date of current legal status": status_since,
        "Child's Legal Status": labels(now["ls"], _LEGAL),
        **_seen(life, rows),
        "Number of Placements in the Last 12 months": _placements(life)[rows["child"]],
        "Date Ceased to be Looked After": rows["ended"],
        "Reason Ceased to be Looked After": labels(now["rec"], _ENDS),
        "Start Date of Most Recent Placement": episodes["began"][now["group"]],
        "Placement Type": labels(now["place"], _PLACES),
        "Placement Provider": labels(now["provider"], _PROVIDERS),
        "Placement postcode": now["pl_post"],
        "URN of Placement": now["urn"],
        "Placement Location": np.where(now["is_out"], "b) Out", "a) In"),
        "LA of Placement": np.where(now["is_out"], "Another council (SYNTHETIC)", "Own"),
        **_missing(life, rows),
        **worked_by(life, case_of(life, rows["child"])),
    }


def _about(life: Life, rows: Rows) -> dict[str, Texts | Days]:
    made = who(life, rows["child"])
    disability = made.pop("Does the Child have a Disability")
    uasc = yes((rows["kind"] == "uasc") & (rows["ended"] > life.as_of - YEAR))
    made["Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)"] = uasc
    made["Does the Child have a Disability"] = disability
    return made


def _seen(life: Life, rows: Rows) -> dict[str, Texts | Days]:
    last_day = np.minimum(rows["ended"], life.as_of)
    reviewed = latest(life.reviews["child"], len(life.care.children), life.reviews["held"], life.as_of)
    seen = {
        name: np.maximum(rows["began"], last_day - rows["child"] % days)
        for name, days in (("visit", 28), ("iro", 90), ("health", 365), ("teeth", 300))
    }
    plans = np.array(["a) Return to family", "b) Adoption", "c) SGO/CAO", "f) Long-term fostering"])
    return {
        "Date of Latest Statutory Review": reviewed[rows["child"]],
        "Date of Last Social Work Visit": seen["visit"],
        "What is the permanence plan for this child?": plans[
            np.where(rows["kind"] == "adoption", 1, rows["child"] % 4)
        ],
        "Date of Last IRO Visit / Contact to the Child": seen["iro"],
        "Date of Last Health Assessment": seen["health"],
        "Date of Last Dental Check": seen["teeth"],
    }


def _placements(life: Life) -> Days:
    rows = life.care.episodes
    year = (rows["ended"] > life.as_of - YEAR) & ~rows["is_break"]
    return distinct_each(rows["child"][year], rows["group"][year], len(life.care.children))


def _missing(life: Life, rows: Rows) -> dict[str, Texts | Days]:
    size, gone = len(life.care.children), life.missing.by("child", "began")
    year = lately(life, gone["began"], YEAR)
    times = {
        k: np.bincount(gone["child"][year & (gone["kind"] == k)], minlength=size)[rows["child"]] for k in ("M", "A")
    }
    last = np.full(size, -1)
    last[gone["child"][year]] = np.flatnonzero(year)
    at = last[rows["child"]]
    talk = {name: np.where(at < 0, "", yes(np.append(gone[name], False)[at])) for name in ("offered", "accepted")}
    return {
        "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months": times["M"],
        "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months": times["A"],
        "Was the child offered a Return Interview after their last missing episode (Y/N)?": talk["offered"],
        "Did the child accept a Return Interview after their last missing episode (Y/N)?": talk["accepted"],
    }


def leaving_care(life: Life, wide: bool = True) -> dict[str, Texts | Days]:
    """List 9: all entitled to leaving-care support, in the layout of 17 columns or the older one of 13."""
    plans, asked = pathway_plans(life, life.as_of), life.leavers.where(life.leavers["turns"] <= life.as_of)
    last = np.full(len(life.care.children), -1)
    last[asked["child"]] = np.arange(len(asked))
    at = last[plans["child"]]
    found = {name: np.where(at < 0, "0", np.append(asked[name], "0")[at]) for name in ("in_touch", "activ", "accom")}
    in_touch = np.where(
        at < 0, "c) Not recorded", np.where(found["in_touch"] == "YES", "a) In touch", "b) Not in touch")
    )
    home = found["accom"].astype("<U2").view("<U1").reshape(-1, 2) if len(plans) else np.empty((0, 2), dtype="<U1")
    made = who(life, plans["child"])
    disability = made.pop("Does the Child have a Disability")
    uasc = "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)"
    made |= {uasc: yes(life.care.children["is_uasc"][plans["child"]])} if wide else {}
    made |= {"Does the Child have a Disability": disability, **worked_by(life, case_of(life, plans["child"]))}
    made |= {"Allocated Personal Advisor": numbered("Adviser ", plans["child"] % 12, 2)} if wide else {}
    made["Eligibility Category"] = labels(plans["category"], _ELIGIBLE)
    made |= {"Latest Pathway Plan Review Date": plans["reviewed"]} if wide else {}
    made["LA in Touch"] = in_touch
    made |= {"Latest Date of Contact": life.as_of - plans["child"] % 60} if wide else {}
    suitable = np.select(
        [home[:, 1] == "1", home[:, 1] == "2"], ["a) Suitable", "b) Not suitable"], "c) Not in touch or not recorded"
    )
    made |= {"Type of Accommodation": labels(home[:, 0], _HOMES), "Suitability of Accommodation": suitable}
    return {**made, "Activity Status": np.where(found["activ"] == "0", "", found["activ"])}


def _adopting(life: Life) -> Rows:
    rows = life.care.decisions
    here = (rows["decided"] <= life.as_of) & (rows["ended"] > life.as_of - YEAR) & (rows["ceased"] > life.as_of - YEAR)
    rows = rows.where(here)
    known = {name: rows[name] <= life.as_of for name in ("ordered", "matched", "placed", "ceased")}
    days = {name: np.where(known[name], rows[name], OPEN) for name in known}
    return rows.also(**days, reason=np.where(known["ceased"], rows["reason"], ""))


def adoption(life: Life) -> dict[str, Texts | Days]:
    """List 10: children with a decision to be placed for adoption in the twelve months."""
    rows = _adopting(life)
    family = {"Family identifier": np.where(rows["placed"] < OPEN, numbered("SYNFAM", rows["child"] + 1, 6), "")}
    people = who(life, rows["child"])
    ordered = np.where((rows["way_out"] == "adopted") & (rows["ended"] <= life.as_of), rows["ended"], OPEN)
    return {
        **{"Child Unique ID": people.pop("Child Unique ID"), **family, **people},
        "Date the Child Entered Care": rows["began"],
        "Date of Decision that Child Should be Placed for Adoption": rows["decided"],
        "Date of Placement Order": rows["ordered"],
        "Date of Matching Child and Prospective Adopters": rows["matched"],
        "Date Placed for Adoption": rows["placed"],
        "Date of Adoption Order": ordered,
        "Date of Decision that Child Should No Longer be Placed for Adoption": rows["ceased"],
        "Reason Why Child No Longer Placed for Adoption": labels(rows["reason"], _REVERSED),
        "Date the child was placed for fostering in FFA or concurrent planning placement": np.full(len(rows), OPEN),
    }


def adopters(life: Life) -> dict[str, Texts | Days]:
    """List 11: those with whom a child of List 10 was matched."""
    rows = _adopting(life)
    rows = rows.where(rows["matched"] < OPEN)
    since, number = rows["matched"], rows["child"]
    steps = {
        **{"Date enquiry received": 500, "Date Stage 1 started": 470, "Date Stage 1 ended": 400},
        **{"Date Stage 2 started": 390, "Date Stage 2 ended": 270, "Date application submitted": 265},
        "Date application approved": 250,
    }
    ordered = np.where((rows["way_out"] == "adopted") & (rows["ended"] <= life.as_of), rows["ended"], OPEN)
    return {
        "Individual adopter identifier": numbered("SYNADO", number + 1, 6),
        "Family identifier": numbered("SYNFAM", number + 1, 6),
        "Gender": sexes(np.where(number % 2, "F", "M")),
        "Ethnicity": ethnics(np.full(len(rows), "WBRI")),
        "Disability": yes(number % 11 == 0),
        "Is the (prospective) adopter fostering for adoption?": yes(rows["by_carers"]),
        **{name: since - days for name, days in steps.items()},
        "Date adopter matched with child(ren)": since,
        "Date child/children placed with adopter(s)": rows["placed"],
        "No. of children placed": (rows["placed"] <= life.as_of).astype(np.int64),
        "Date of Adoption Order": ordered,
        "Date of leaving adoption process": np.full(len(rows), OPEN),
        "Reason for leaving adoption process": np.full(len(rows), "", dtype="<U1"),
    }
