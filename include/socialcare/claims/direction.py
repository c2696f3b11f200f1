"""Words of comparison held against the figures that they compare."""

from __future__ import annotations

from decimal import Decimal

from socialcare.claims.figures import series
from socialcare.claims.model import Book, Claim, Class, Comparison, Finding
from socialcare.claims.words import DOWN, SAME, UP, direction, is_steady

#: Two figures called alike may differ by this share of the larger.
_ALIKE = Decimal("0.05")


def against_the_sign(book: Book) -> list[Finding]:
    """Find words that point one way and figures that go the other."""
    found = []
    for told, one, two in _pairs(book):
        measure = book.measures.get(two.measure)
        way = direction(told.words, measure.better if measure else "")
        if one.value is None or two.value is None or not way or _is_so(way, one.value, two.value):
            continue
        found.append(
            _finding(
                "against_the_sign", told, (one, two),
                f"“{told.words}”, and the figures are {one.value} and then {two.value} {two.unit}",
                {UP: f"more than {one.value}", DOWN: f"less than {one.value}", SAME: f"about {one.value}"}[way],
                kind="inconsistent" if way == SAME else "error",
            )
        )  # fmt: skip
    return found


def _is_so(way: str, one: Decimal, two: Decimal) -> bool:
    if way == SAME:
        return abs(one - two) <= _ALIKE * max(abs(one), abs(two))
    return two > one if way == UP else two < one


def over_a_turn(book: Book) -> list[Finding]:
    """Find a change told from its two ends when the years between them went beyond both."""
    every = series(book.claims)
    found = []
    for told, one, two in _pairs(book):
        way = direction(told.words)
        if one.value is None or two.value is None or way not in (UP, DOWN) or "than" in told.words:
            continue
        between = _between(every.get((two.measure, two.area_code), {}), one, two)
        low, high = sorted((one.value, two.value))
        beyond = [each for each in between if each.value is not None and not low - 1 <= each.value <= high + 1]
        if beyond and not (is_steady(told.words)):
            found.append(
                _finding(
                    "over_a_turn", told, (one, two, *beyond),
                    f"“{told.words}” from {one.value} to {two.value} passes over "
                    + ", ".join(f"{each.value} ({each.period})" for each in beyond),
                    "a change told with the turn between its ends", kind="misleading",
                )
            )  # fmt: skip
    return found


def not_steady(book: Book) -> list[Finding]:
    """Find a change called steady that went back on its way."""
    every = series(book.claims)
    found = []
    for told, one, two in _pairs(book):
        way = direction(told.words)
        if not is_steady(told.words) or way not in (UP, DOWN):
            continue
        steps = [one, *_between(every.get((two.measure, two.area_code), {}), one, two), two]
        values = [each.value for each in steps if each.value is not None]
        if values != sorted(values, reverse=way == DOWN):
            shown = ", ".join(str(value) for value in values)
            found.append(_finding("not_steady", told, tuple(steps), f"“{told.words}”: {shown}", kind="misleading"))
    return found


def stops_early(book: Book) -> list[Finding]:
    """Find a change whose last period is not the last that the same document knows, told no further where it stands."""
    found = []
    for told, one, two in _pairs(book):
        held = series(claim for claim in book.claims if claim.document == told.document)
        days = list(held.get((two.measure, two.area_code), {}))
        if not two.period_end or not days or two.period_end >= days[-1] or not one.period_end:
            continue
        goes_on = any(
            each.document == told.document and each.line == told.line and _day(book, each.from_claim) == two.period_end
            for each in book.comparisons
        )
        if not goes_on:
            found.append(
                _finding(
                    "stops_early", told, (one, two),
                    f"“{told.words}” ends at {two.period_end}, and the document has figures to {days[-1]}",
                    f"the change to {days[-1]}", kind="stale",
                )
            )  # fmt: skip
    return found


def _day(book: Book, claim_id: str) -> str:
    return next((claim.period_end for claim in book.claims if claim.claim_id == claim_id), "")


def _pairs(book: Book) -> list[tuple[Comparison, Claim, Claim]]:
    known = {claim.claim_id: claim for claim in book.claims}
    return [
        (told, known[told.from_claim], known[told.to_claim])
        for told in book.comparisons
        if told.from_claim in known and told.to_claim in known
    ]


def _between(held: dict[str, Claim], one: Claim, two: Claim) -> list[Claim]:
    return [claim for day, claim in held.items() if one.period_end and one.period_end < day < two.period_end]


def _finding(
    check: str, told: Comparison, claims: tuple[Claim, ...], what: str, expected: str = "", *, kind: Class
) -> Finding:
    return Finding(
        check, kind, tuple(claim.claim_id for claim in claims), told.document, told.line, what,
        expected, "the series of the measure, as its publisher gives it",
    )  # fmt: skip
