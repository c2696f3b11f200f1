"""The right answers about a programme with a staggered start, and further ones about practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate import programme
from socialcare.generate.truth import Figure, count, share, total
from socialcare.generate.write_local_staff import newly_qualified

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


def figures(life: Life, span: Span) -> list[Figure]:
    """Return the figures of a year to March, as far as it is known."""
    return [*_programme(life, span), *_practice(life, span)]


def _programme(life: Life, span: Span) -> list[Figure]:
    rows = life.practice.audits.where(span.holds(life.practice.audits["on"]))
    begun = programme.has_begun(life, life.staff.posts["team"][rows["post"]], rows["on"])
    good = np.isin(rows["grade"], ["outstanding", "good"])
    how = "of their audits in the year so far, by the auditor's own grade"
    return [
        Figure(
            *("IMP01", "Rise that the programme brings", "points", programme.RISE, None, programme.RISE),
            "planted: points of a hundred added to audits graded good or better, from the day that a team begins",
        ),
        count("IMP02", "Teams that have begun", total(programme.begins(life) <= span.until), "by the last day known"),
        share("IMP03", "Good or better, teams that have begun", total(good & begun), total(begun), how),
        share("IMP04", "Good or better, teams not yet", total(good & ~begun), total(~begun), how),
    ]


def _practice(life: Life, span: Span) -> list[Figure]:
    gone = life.missing.where(span.holds(life.missing["ended"]))
    held = gone["held"] & (gone["held_on"] <= span.until) & (gone["hours"] <= 72)
    first = newly_qualified(life, span)
    over = np.minimum(first["finished"], first["ended"]) <= span.until
    passed = first["ended"] >= first["finished"]
    helped = life.need.early_help
    on = np.where(helped["why"] == "stepped up", helped["ended"], helped["decided"])
    steps = helped.where(span.holds(on))
    forms = life.practice.feedback.where(span.holds(life.practice.feedback["on"]))
    waits = life.practice.short_breaks
    waiting = (waits["assessed"] <= span.until) & (waits["started"] > span.until)
    return [
        share("MIS04", "Interviewed within 72 hours", total(held), len(gone), "of all returns in the year so far"),
        share("LD02", "First year passed", total(over & passed), total(over), "of those that ended by the last day"),
        share(
            *("LD05", "Confidence rose", total(forms["after"] > forms["before"]), len(forms)),
            "of feedback forms on sessions in the year so far",
        ),
        share("EH04", "Family told before a step", total(steps["told"]), len(steps), "of steps in the year so far"),
        count("SB02", "Waiting for a short break", total(waiting), "assessed and not begun on the last day known"),
    ]
