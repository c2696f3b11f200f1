"""The words of the report: a number as its publisher rounds it, why there is none, and what a difference means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

#: What stands where there is no number: a short sign, and what a person reads. Never a blank, never a zero.
NO_NUMBER = {
    "suppressed": ("c", "suppressed to protect people"),
    "low": ("low", "under half a unit, not zero"),
    "rounded": ("rounded", "rounded away, not zero"),
    "not_applicable": ("z", "does not apply here"),
    "not_available": ("x", "not available"),
}
_MISSING = ("x", "not available")

#: Verdict -> sign. The sign stands beside the word, so that no colour is needed to read it.
SIGNS = {
    "better": "▲",
    "worse": "▼",
    "higher": "↑",
    "lower": "↓",
    "no clear difference": "≈",
    "no clear change": "≈",
    "not tested": "–",
}
_GOOD_SIDE = {"low": "lower", "high": "higher"}
_WHY_NOT_RANKED = {
    "neutral_polarity": "not ranked: neither high nor low is good",
    "no_value": "not ranked: no figure",
    "england_incomplete": "not ranked: councils are missing",
    "north_east_incomplete": "not ranked: councils are missing",
    "not_in_the_north_east": "not in the North East",
}
SMALL = {
    "under_20_counted": "fewer than 20 were counted",
    "of_fewer_than_50": "a share of fewer than 50",
}
TRENDS = {
    "rising": "rising for four years",
    "falling": "falling for four years",
    "no_clear_trend": "no clear trend",
    "fewer_than_five_periods": "fewer than five years",
}
#: What a figure of a council's own records is over.
SPANS = {
    "snapshot": "on the day",
    "rolling_12_months": "the twelve months to it",
    "year_to_date": "the collection year so far",
    "year": "the year so far",
    "quarter": "the quarter",
    "cohort": "cases closed long enough ago to know",
}
EFFECTS = {
    "rise": "a rise",
    "fall": "a fall",
    "not_told_apart": "not told apart from none",
    "refused": "nothing can be said",
}
STATES = {
    "ok": "up to date",
    "kept_last_good": "STALE: the last good one stands",
    "landed_in_part": "in part",
    "never_landed": "never received",
}


def number(value: Decimal | None, decimals: int | None) -> str:
    """Return the value at its decimals, halves away from zero as publishers round, thousands apart."""
    if value is None:
        return ""
    exact = Decimal(1).scaleb(-(decimals or 0))
    rounded = Decimal(value).quantize(exact, rounding=ROUND_HALF_UP)
    return f"{rounded + 0:,}".replace("-", "−")


def no_number(status: str | None) -> tuple[str, str]:
    """Return the sign and the words for a figure that is not there."""
    return NO_NUMBER.get(status or "", _MISSING if not status else (status, status.replace("_", " ")))


def plain(value: Decimal | int | None) -> str:
    """Return a value for a machine: no exponent, no trailing nought; nothing where there is none."""
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def verdict(significance: str | None, polarity: str | None, *, change: bool = False) -> str:
    """Say what a tested difference means: better or worse where one side is good, else higher or lower.

    ``change``: it is a figure beside its own past, not beside somebody else's.
    """
    if significance == "similar":
        return "no clear change" if change else "no clear difference"
    if significance not in ("higher", "lower"):
        return "not tested"
    good = _GOOD_SIDE.get(polarity or "")
    return significance if good is None else "better" if significance == good else "worse"


def since(newest_last: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """Return the first period of the unbroken run of the newest verdict, and how many periods it has.

    Takes (period, verdict) with the newest last. A period that was not tested breaks the run.
    """
    periods = list(newest_last)
    word = periods[-1][1]
    run = 0
    while run < len(periods) and periods[-1 - run][1] == word:
        run += 1
    return periods[-run][0], run


def beside(said: str) -> str:
    """Return a verdict with the neighbours as what it is beside: ``better than its neighbours``."""
    joint = {"no clear difference": "no clear difference from", "not tested": "not tested against"}
    return f"{joint.get(said, said + ' than')} its neighbours"


def since_when(period_type: str | None, end: date | None) -> str:
    """Return ``since 31 March 2022`` or ``since the year to 31 March 2022``."""
    return f"since {'' if period_type == 'snapshot' else 'the year to '}{day(end)}"


def day(when: date | datetime | None) -> str:
    """Return ``31 March 2024``."""
    return f"{when.day} {when:%B %Y}" if when else "day not given"


def period(period_type: str | None, end: date | None) -> str:
    """Return what a figure is about: ``at 31 March 2024`` or ``year to 31 March 2024``."""
    return f"{'at' if period_type == 'snapshot' else 'year to'} {day(end)}"


def rank(place: int | None, among: int | None, status: str | None) -> str:
    """Return ``27 of 151``, or why there is no place."""
    if place is None:
        return _WHY_NOT_RANKED.get(status or "", "not ranked")
    return f"{place} of {among}"


def counted(how_many: int, one: str, more: str | None = None) -> str:
    """Return ``1 figure``, ``2 figures``."""
    return f"{how_many:,} {one if how_many == 1 else more or one + 's'}"


def joined(names: Sequence[str]) -> str:
    """Return ``A, B and C``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def with_unit(shown: str, unit: str | None) -> str:
    """Return the number with its unit: ``23.1%``, ``122 per 10,000``; a plain count has none."""
    if unit == "%":
        return f"{shown}%"
    return shown if unit in (None, "", "number") else f"{shown} {unit}"
