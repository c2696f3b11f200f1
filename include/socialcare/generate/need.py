"""Made-up need: contacts, referrals and re-referrals, and what followed from each until the case was closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialcare.generate import children, need_events
from socialcare.generate.care import Care
from socialcare.generate.rows import OPEN, YEAR, Days, Random, Rows, Texts, chance, pick, random_for, stack

#: How far back referrals go: two whole collection years and the twelve months before them.
HISTORY_YEARS = 3.3
#: Children known to the council but never in its care, for each child in care.
_OTHERS = 9.0
_MOST_CASES = 5
_PATHS = {"nfa": 0.07, "assessed": 0.42, "plan": 0.28, "s47": 0.14, "cpp": 0.09}
_SOURCES = {
    **{"1A": 0.08, "1B": 0.03, "1C": 0.01, "1D": 0.02, "2A": 0.18, "2B": 0.02, "3A": 0.03, "3B": 0.04, "3C": 0.02},
    **{"3D": 0.03, "3E": 0.04, "3F": 0.02, "4": 0.02, "5A": 0.05, "5B": 0.04, "5C": 0.02, "5D": 0.07, "6": 0.2},
    **{"7": 0.03, "8": 0.03, "9": 0.01, "10": 0.01},
}
_NEEDS = {"N1": 0.55, "N2": 0.08, "N3": 0.03, "N4": 0.11, "N5": 0.17, "N6": 0.03, "N7": 0.01, "N8": 0.02}
_CLOSED_BY = {"adopted": "RC1", "sgo": "RC4", "order": "RC3", "aged_out": "RC6"}


@dataclass(frozen=True)
class Need:
    """Every case and what happened in it. ``case`` is a row number of ``cases``; days after the end are OPEN."""

    other_children: Rows
    cases: Rows
    assessments: Rows
    enquiries: Rows
    """Section 47 enquiries, with the initial conference where one was held."""
    plans: Rows
    """Plans of children in need."""
    protection: Rows
    """Child protection plans."""
    conferences: Rows
    """Review conferences of child protection plans."""
    contacts: Rows
    early_help: Rows


def make(council_id: str, seed: int | None, as_of: int, care: Care, more_years: int = 0) -> Need:
    """Make the cases of all children up to ``as_of``; each child in care has the case that led there."""
    random = random_for(council_id, seed, "need")
    first = len(care.children)
    years = HISTORY_YEARS + more_years
    count = int(first * _OTHERS / 2.5 * years / HISTORY_YEARS)
    others, cases = _others(random, council_id, as_of - int(years * YEAR), as_of, first, count)
    cases = stack(_of_care(random, as_of, care), cases).by("child", "referred")
    cases = cases.also(case=np.arange(len(cases)))
    made = need_events.follow(random, cases, as_of)
    cases = made.cases
    return Need(
        others,
        cases,
        made.assessments,
        made.enquiries,
        made.plans,
        made.protection,
        made.conferences,
        _contacts(random, cases, as_of),
        _early_help(random, cases, as_of),
    )


def _of_care(random: Random, as_of: int, care: Care) -> Rows:
    """Make the case of each child in care: from before the first stay until the last one's end, or after it."""
    periods = care.periods
    first = np.append(True, periods["child"][1:] != periods["child"][:-1])
    last = np.append(first[1:], True)
    began, ended, way = periods["began"][first], periods["ended"][last], periods["way_out"][last]
    born, count = periods["born"][first], int(first.sum())
    before = np.where(periods["kind"][first] == "uasc", 1, random.exponential(150.0, count).astype(np.int64) + 8)
    referred = np.minimum(np.maximum(began - before, born), began)
    after = np.where(np.isin(way, list(_CLOSED_BY)), 0, random.integers(0, 90, count))
    drawn = need_events.draw(random, referred)
    closed = np.where(ended == OPEN, OPEN, np.maximum(ended + after, drawn["authorised"]))
    reason = np.select([way == w for w in _CLOSED_BY], list(_CLOSED_BY.values()), "RC7")
    return Rows(
        {
            **{"child": periods["child"][first], "born": born, "referred": referred, "path": np.full(count, "care")},
            "source": pick(random, count, _SOURCES),
            "need": periods["need"][first],
            **{"care_from": began, "closed": closed, "reason": reason},
            **drawn,
        }
    )


def _others(random: Random, council_id: str, start: int, as_of: int, first: int, count: int) -> tuple[Rows, Rows]:
    """Make children who were referred but never came into care, with one case or several each."""
    referred = start + random.integers(0, as_of - start, count)
    born = referred - children.ages_in_days(random, count)
    people = children.make(random, council_id, born, np.zeros(count, dtype=bool), first)
    people = people.also(mothered=np.full(count, OPEN))
    parts, child = [], np.arange(count)
    for _ in range(_MOST_CASES):
        cases = _cases(random, child, born[child], referred)
        parts.append(cases.also(child=child + first))
        gap = random.exponential(420.0, len(child)).astype(np.int64) + 14
        following = cases["closed"] + gap
        since = following - referred
        following = np.where((since > 355) & (since < 375), following + 20, following)  # plainly within a year or not
        again = chance(random, len(child), 0.55) & (following <= as_of) & (following - born[child] < 17.8 * YEAR)
        child, referred = child[again], following[again]
    return people, stack(*parts)


def _cases(random: Random, child: Days, born: Days, referred: Days) -> Rows:
    count = len(child)
    cases = Rows(
        {
            **{"child": child, "born": born, "referred": referred, "path": pick(random, count, _PATHS)},
            **{"source": pick(random, count, _SOURCES), "need": pick(random, count, _NEEDS)},
            "care_from": np.full(count, OPEN),
            **need_events.draw(random, referred),
        }
    )
    closed = need_events.closing(cases)
    early = np.where(chance(random, count, 0.3), "RC9", "RC8")
    reason = np.where(cases["path"] == "assessed", early, "RC7")
    return cases.also(closed=closed, reason=np.where(cases["path"] == "nfa", "", reason))


def _contacts(random: Random, cases: Rows, as_of: int) -> Rows:
    """Make the contacts: one before each referral, and others that led to none."""
    count = len(cases)
    led = Rows(
        {
            "child": cases["child"],
            "on": cases["referred"] - random.integers(0, 2, count),
            "source": cases["source"],
            "referred": np.ones(count, dtype=bool),
        }
    )
    extra = cases.where(chance(random, count, 0.5))
    later = np.minimum(extra["referred"] + random.integers(1, 200, len(extra)), as_of)
    return stack(
        led,
        Rows(
            {
                "child": extra["child"],
                "on": later,
                "source": pick(random, len(extra), _SOURCES),
                "referred": np.zeros(len(extra), dtype=bool),
            }
        ),
    ).by("child", "on")


def _early_help(random: Random, cases: Rows, as_of: int) -> Rows:
    """Make early help: before a referral by early help (5D: stepped up), after a closure RC9 (stepped down)."""
    up = cases.where((cases["source"] == "5D") & (cases["path"] != "care"))
    down = cases.where((cases["reason"] == "RC9") & (cases["closed"] <= as_of))
    lasted = random.integers(40, 200, len(up))
    since = np.maximum(up["referred"] - lasted, up["born"])
    before = _episode(up["child"], since, up["referred"], "stepped up", up["case"])
    began = down["closed"] + random.integers(0, 8, len(down))
    ended = began + random.integers(60, 300, len(down))
    after = _episode(down["child"], began, ended, "stepped down", down["case"])
    made = stack(before, after)
    made = made.where(made["began"] <= as_of).by("child", "began")
    completed = np.minimum(made["began"] + random.integers(10, 45, len(made)), made["ended"])
    by = pick(random, len(made), {"School": 0.4, "Family hub": 0.3, "Health visiting": 0.2, "Voluntary sector": 0.1})
    return made.also(
        ended=np.where(made["ended"] > as_of, OPEN, made["ended"]),
        completed=np.where(completed > as_of, OPEN, completed),
        organisation=by,
        told=chance(random, len(made), 0.85),
        decided=made["began"] - random.integers(0, 3, len(made)),
    )


def _episode(child: Days, began: Days, ended: Days, why: str, case: Days) -> Rows:
    text: Texts = np.full(len(child), why, dtype="<U12")
    return Rows({"child": child, "began": began, "ended": ended, "why": text, "case": case})
