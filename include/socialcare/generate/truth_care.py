"""The right answers about children in care and care leavers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import care_events
from socialcare.generate.care import in_care_on
from socialcare.generate.rows import Rows, age_on, is_last, months_later, working_days_after
from socialcare.generate.told_ssda903 import year_round
from socialcare.generate.truth import Figure, count, different, distinct_each, in_time, mean, per_10_000, share, total

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_EET = ("F1", "P1", "F2", "P2", "F4", "P4", "F5", "P5")


def figures(life: Life, span: Span) -> list[Figure]:
    """Return the figures of a year to March, as far as it is known."""
    return [
        *_numbers(life, span),
        *_stability(life, span),
        *_health(life, span),
        *_missing(life, span),
        _reviews(life, span),
        *_leavers(life, span),
    ]


def _stays(life: Life) -> Rows:
    periods = life.care.periods
    return periods.where(~np.strings.startswith(periods["kind"], "break"))


def _here(life: Life, span: Span) -> Rows:
    periods = life.care.periods
    return periods.where(in_care_on(periods, span.until))


def _numbers(life: Life, span: Span) -> list[Figure]:
    stays, here = _stays(life), _here(life, span)
    who, started = life.council_id, stays["child"][span.holds(stays["began"])]
    ceased = stays.where(span.holds(stays["ended"]))
    now = _now(life, span)
    day = "on the last day known; short breaks (V3, V4) do not count"
    made = [
        count("CLA01n", "Children looked after", len(here), day),
        per_10_000("CLA01", "Children looked after, rate", len(here), who, day),
        count("CLA02n", "Children who started to be looked after", different(started), "each child once in the year"),
        per_10_000("CLA02", "Children who started, rate", different(started), who, "each child once in the year"),
        count("CLA03n", "Children who ceased to be looked after", different(ceased["child"]), "each child once"),
        per_10_000("CLA03", "Children who ceased, rate", different(ceased["child"]), who, "each child once"),
        count("CLA_ADOPTED", "Children adopted", total(ceased["way_out"] == "adopted"), "ceased E11 or E12"),
        count("CLA_SGO", "Special guardianship", total(ceased["way_out"] == "sgo"), "ceased E43 to E48"),
        count("CLA_UASC", "Unaccompanied children", total(here["kind"] == "uasc"), day),
    ]
    by_place = {"FOSTER": np.strings.startswith(now["place"], "U"), "HOME": now["place"] == "K2"}
    by_place["PARENTS"] = now["place"] == "P1"
    made += [share(f"CLA_{n}", f"Placed: {n.lower()}", total(m), len(now), day) for n, m in by_place.items()]
    return made + [
        share(f"CLA_{code}", f"Legal status {code}", total(now["ls"] == code), len(now), day)
        for code in ("C1", "C2", "E1", "V2")
    ]


def _now(life: Life, span: Span) -> Rows:
    """Return the episode that each child is in on the last day."""
    rows = life.care.episodes
    return rows.where((rows["began"] <= span.until) & (rows["ended"] > span.until) & ~rows["is_break"])


def _stability(life: Life, span: Span) -> list[Figure]:
    here, rows, size = _here(life, span), life.care.episodes, len(life.care.children)
    year = (rows["began"] <= span.until) & (rows["ended"] >= span.begins) & ~rows["is_break"]
    placements = distinct_each(rows["child"][year], rows["group"][year], size)[here["child"]]
    long_term = here.where((months_later(here["began"], 30) <= span.until) & (age_on(here["born"], span.until) < 16))
    now = _now(life, span)
    with_carer = np.zeros(size, dtype=bool)
    since = rows["began"][now["group"]]
    with_carer[now["child"]] = months_later(since, 24) <= span.until
    worked = life.allocations
    worked = worked.where((worked["began"] <= span.until) & (worked["ended"] >= span.begins))
    size = len(life.children)
    social_workers = distinct_each(worked["child"], worked["worker"], size)[here["child"]]
    return [
        share("CLA04", "Three or more placements", total(placements >= 3), len(here), "carers in the year so far"),
        share(
            *("CLA05", "Same carer for two years", total(with_carer[long_term["child"]]), len(long_term)),
            "under 16, in care for 30 months or more; 24 months with the carer of today",
        ),
        share("CLA06", "Three or more social workers", total(social_workers >= 3), len(here), "in the year so far"),
    ]


def _health(life: Life, span: Span) -> list[Figure]:
    child = year_round(life, span)
    born = life.care.children["born"][child]
    found = care_events.health(life.council_id, life.seed, life.care.children, span.year).where(child)
    asked = (age_on(born, span.ends) >= 4) & (age_on(born, span.begins) < 17) & ~found["sdq_missing"]
    how = "in care since the year began and still, under 18 at its end"
    return [
        share("CLA11", "Health assessment", total(found["assessed"]), len(child), how),
        share("CLA12", "Teeth checked", total(found["teeth"]), len(child), how),
        share("CLA_IMM", "Immunised", total(found["immunised"]), len(child), how),
        share("CLA_SUB", "Substance misuse", total(found["substances"]), len(child), how),
        mean("CLA13", "SDQ score", int(found["sdq"][asked].sum()), total(asked), f"{how}; aged 4 to 17 with a score"),
    ]


def _missing(life: Life, span: Span) -> list[Figure]:
    rows, all_rows = life.missing, life.care.episodes
    year = (all_rows["began"] <= span.until) & (all_rows["ended"] >= span.begins) & ~all_rows["is_break"]
    cared_for = different(all_rows["child"][year])
    gone = rows.where(span.holds(rows["began"]))
    back = rows.where(span.holds(rows["ended"])).by("child", "ended")
    last = back.where(is_last(back["child"]))
    held = back.where(back["held"] & (back["held_on"] <= span.until))
    return [
        share(
            "CLA07",
            "Children who went missing",
            different(gone["child"][gone["kind"] == "M"]),
            cared_for,
            "of all who were in care in the year",
        ),
        count("CLA07i", "Times missing", total(gone["kind"] == "M"), "began in the year"),
        count("CLA07a", "Times away without leave", total(gone["kind"] == "A"), "began in the year"),
        share(
            "MIS01",
            "Return interview offered",
            total(last["offered"]),
            len(last),
            "children, after the last time they came back in the year",
        ),
        share(
            "MIS02", "Return interview accepted", total(last["accepted"]), total(last["offered"]), "of those offered"
        ),
        share(
            "MIS03",
            "Return interview within 72 hours",
            total(held["hours"] <= 72),
            len(held),
            "of the interviews held by the last day, on returns in the year",
        ),
    ]


def _reviews(life: Life, span: Span) -> Figure:
    here, held = _here(life, span), life.reviews
    held = held.where(np.isin(held["period"], here["period"]))
    later = np.where(held["number"] == 1, months_later(held["held"], 3), months_later(held["held"], 6))
    first = working_days_after(here["began"], 20)
    kept = in_time(
        here["began"],
        first,
        np.searchsorted(here["period"], held["period"]),
        *(held["held"], later, span.begins, span.until),
    )
    due = first < span.until
    return share(
        *("CLA14", "Reviews in time", total(kept & due), total(due)),
        "in care for 20 working days; 20 working days, then 3 months, then 6; in the year so far",
    )


def _leavers(life: Life, span: Span) -> list[Figure]:
    rows = life.leavers.where(span.holds(life.leavers["turns"]))
    older = rows.where(rows["age"] >= 19)
    younger = rows.where(rows["age"] < 19)
    suitable = {id(part): np.strings.endswith(part["accom"], "1") for part in (older, younger)}
    how = "asked around the birthday; nobody is left out for want of an answer"
    return [
        share("CL01", "Suitable accommodation, 19 to 21", total(suitable[id(older)]), len(older), how),
        share("CL02", "Suitable accommodation, 17 and 18", total(suitable[id(younger)]), len(younger), how),
        share(
            "CL03", "Education, employment, training, 19 to 21", total(np.isin(older["activ"], _EET)), len(older), how
        ),
        share(
            "CL04",
            "Education, employment, training, 17 and 18",
            total(np.isin(younger["activ"], _EET)),
            len(younger),
            how,
        ),
        share("CL05", "Not in touch", total(rows["in_touch"] == "NO"), len(rows), how),
        share("CL_TOUCH", "In touch", total(rows["in_touch"] == "YES"), len(rows), how),
    ]
