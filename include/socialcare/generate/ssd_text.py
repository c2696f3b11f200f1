"""What all tables of the Standard Safeguarding Dataset are written with: days, children, identifiers of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Days, Rows, Texts, days_as_text, numbered

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span


def day(days: Days, span: Span) -> Texts:
    """Return days as text; blank where they are not known yet."""
    return days_as_text(np.where(days > span.until, OPEN, days), "%Y-%m-%d")


def child_ids(life: Life, rows: Rows) -> Texts:
    """Return the council's own numbers of the children."""
    named: Texts = life.children["id"][rows["child"]]
    return named


def blank(rows: Rows) -> Texts:
    """Return a column of nothing."""
    return np.full(len(rows), "")


def referral(rows: Rows) -> Texts:
    """Return the number of the referral that each row belongs to."""
    return numbered("REF", rows["case"] + 1, 7)


def care_period(rows: Rows) -> Texts:
    """Return the number of the period of care that each row belongs to."""
    return numbered("CLA", rows["period"] + 1, 7)
