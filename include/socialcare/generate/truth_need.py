"""The right answers about referrals, assessments, enquiries, plans and early help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Bools, Rows, months_later, working_days_between
from socialcare.generate.truth import Figure, count, different, distinct_each, in_time, mean, per_10_000, share, total

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_CATEGORIES = ("NEG", "PHY", "SAB", "EMO", "MUL")


def figures(life: Life, span: Span) -> list[Figure]:
    """Return the figures of a year to March, as far as it is known."""
    return [*_referrals(life, span), *_work(life, span), *_protection(life, span), *_early_help(life, span)]


def open_cases(life: Life, on: int) -> Bools:
    """Say which cases are open on a day; a referral without further action never is."""
    cases = life.need.cases
    here: Bools = (cases["referred"] <= on) & (cases["closed"] > on) & (cases["path"] != "nfa")
    return here


def _again(cases: Rows) -> Bools:
    """Say which referrals came within twelve months of the same child's one before."""
    before = np.append(-OPEN, cases["referred"][:-1])
    same = np.append(False, cases["child"][1:] == cases["child"][:-1])
    again: Bools = same & (months_later(np.maximum(before, -10_000), 12) >= cases["referred"])
    return again


def _referrals(life: Life, span: Span) -> list[Figure]:
    cases = life.need.cases
    now, year = total(open_cases(life, span.until)), span.holds(cases["referred"])
    again, nothing = total(year & _again(cases)), total(year & (cases["path"] == "nfa"))
    return [
        count("CON01", "Contacts", total(span.holds(life.need.contacts["on"])), "in the year so far"),
        count("CIN01n", "Children in need", now, "cases open on the last day known"),
        per_10_000("CIN01", "Children in need, rate", now, life.council_id, "cases open on the last day known"),
        count("CIN02n", "Referrals", total(year), "in the year so far"),
        per_10_000("CIN02", "Referrals, rate", total(year), life.council_id, "in the year so far"),
        share("CIN03", "Re-referrals", again, total(year), "within 12 months of the child's referral before"),
        share("CIN04", "Referrals without further action", nothing, total(year), "of all referrals"),
    ]


def _work(life: Life, span: Span) -> list[Figure]:
    need = life.need
    done = need.assessments.where(span.holds(need.assessments["ended"]))
    took = working_days_between(done["began"], done["ended"])
    enquiries, held = need.enquiries, need.enquiries.where(span.holds(need.enquiries["conference"]))
    waited = working_days_between(held["began"], held["conference"])
    violence = (done["factor"] == "3B") | (done["second_factor"] == "3B")
    plans = need.plans
    now = total((plans["began"] <= span.until) & (plans["ended"] > span.until))
    started = total(span.holds(enquiries["began"]))
    return [
        count("CIN05n", "Assessments completed", len(done), "in the year so far"),
        share(
            "CIN05", "Assessments within 45 working days", total(took <= 45), len(done), "from start to authorisation"
        ),
        count("CIN06n", "Section 47 enquiries", started, "begun in the year so far"),
        per_10_000("CIN06", "Section 47 enquiries, rate", started, life.council_id, "begun in the year so far"),
        count("CIN07n", "Initial conferences", len(held), "held in the year so far"),
        per_10_000("CIN07", "Initial conferences, rate", len(held), life.council_id, "held in the year so far"),
        share(
            "CIN08",
            "Initial conferences within 15 working days",
            total(waited <= 15),
            len(held),
            "from the start of the enquiry",
        ),
        per_10_000("CIN17", "Plans of children in need, rate", now, life.council_id, "open on the last day known"),
        count("CIN17n", "Plans of children in need", now, "open on the last day known"),
        share("CIN18", "Domestic abuse of a parent", total(violence), len(done), "assessments with factor 3B"),
    ]


def _protection(life: Life, span: Span) -> list[Figure]:
    plans = life.need.protection
    started = plans.where(span.holds(plans["began"]))
    ended = plans.where(span.holds(plans["ended"]))
    now = plans.where((plans["began"] <= span.until) & (plans["ended"] > span.until))
    long_now = total(months_later(now["began"], 24) <= span.until)
    long_ended = total(months_later(ended["began"], 24) <= ended["ended"])
    made = [
        count("CIN09n", "Children on a protection plan", len(now), "on the last day known"),
        per_10_000("CIN09", "Children on a protection plan, rate", len(now), life.council_id, "on the last day known"),
        count("CIN10n", "Protection plans started", len(started), "in the year so far"),
        per_10_000("CIN10", "Protection plans started, rate", len(started), life.council_id, "in the year so far"),
        share("CIN13", "Second or later plan", total(started["previous"] > 0), len(started), "of plans started"),
        share("CIN14", "Open for two years", long_now, len(now), "24 months on the last day known"),
        share("CIN15", "Ended after two years", long_ended, len(ended), "24 months when it ended"),
        _reviewed(life, span, now),
    ]
    made += [
        share(f"CIN11_{c}", f"Started: {c}", total(started["category"] == c), len(started), "first category")
        for c in _CATEGORIES
    ]
    return made + [
        share(f"CIN12_{c}", f"Open: {c}", total(now["latest"] == c), len(now), "latest category") for c in _CATEGORIES
    ]


def _reviewed(life: Life, span: Span, now: Rows) -> Figure:
    old = now.where(months_later(now["began"], 3) <= span.until)
    held = life.need.conferences
    held = held.where(np.isin(held["plan"], old["plan"]))
    kept = in_time(
        *(old["began"], months_later(old["began"], 3), np.searchsorted(old["plan"], held["plan"]), held["held"]),
        *(months_later(held["held"], 6), span.begins, span.until),
    )
    return share("CIN16", "Plans reviewed in time", total(kept), len(old), "open for 3 months; 3 months, then 6")


def _early_help(life: Life, span: Span) -> list[Figure]:
    helped, cases = life.need.early_help, life.need.cases
    done = span.holds(helped["completed"])
    ended = helped.where(span.holds(helped["ended"]))
    closed = cases.where(span.holds(cases["closed"]) & (cases["path"] != "nfa"))
    down = total(closed["reason"] == "RC9")
    wait = life.practice.short_breaks
    waited = (wait["started"] - wait["assessed"])[span.holds(wait["started"])]
    reviews = life.practice.family_plans
    due = span.holds(reviews["due"])
    return [
        count("EH01", "Early help assessments completed", total(done), "in the year so far"),
        share("EH02", "Stepped up", total(ended["why"] == "stepped up"), len(ended), "of early help ended in the year"),
        share("EH03", "Stepped down", down, len(closed), "of cases closed in the year: reason RC9"),
        share(
            "EH05",
            "Family plan reviews in time",
            total(due & (reviews["held"] <= reviews["due"])),
            total(due),
            "of reviews due in the year so far",
        ),
        _lead_practitioners(life, span),
        mean(
            "SB01",
            "Days from assessment to a short break",
            int(waited.sum()),
            len(waited),
            "children whose first break began in the year",
        ),
    ]


def _lead_practitioners(life: Life, span: Span) -> Figure:
    """Of cases open for a year or more, how many had three workers or more in the last twelve months."""
    since = span.until - 365
    cases = life.need.cases
    old = cases.where(open_cases(life, span.until) & (cases["referred"] <= since))
    rows = life.allocations
    rows = rows.where((rows["began"] <= span.until) & (rows["ended"] >= since))
    changed = distinct_each(rows["case"], rows["worker"], len(cases))[old["case"]]
    return share("EH06", "Three or more lead practitioners", total(changed >= 3), different(old["case"]), "in 365 days")
