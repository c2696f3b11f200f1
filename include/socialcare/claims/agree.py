"""Claims held against each other: one figure stated twice, one value given to two things, a plan and its start."""

from __future__ import annotations

from itertools import combinations

from socialcare.claims.figures import NOT_OBSERVED, agree, exact_digits, grouped, series, when
from socialcare.claims.model import Book, Claim, Class, Finding
from socialcare.claims.vintage import by_subject, published_as

#: Two different series that share so many figures share them by copying, not by chance.
_SHARED = 2
_DIGITS = 3


def stated_twice(book: Book) -> list[Finding]:
    """Find one measure, area and period with different values; of two releases' values, the newer revised the other."""
    told = [claim for claim in book.claims if claim.value is not None and not claim.whole]
    keys = [(*claim.subject, claim.area_code, when(claim), claim.kind, claim.unit) for claim in told]
    releases = by_subject(book.published)
    found = []
    for group in grouped(told, keys).values():
        # Each value is held against the one stated with most decimals.
        finest = max(group, key=lambda claim: claim.decimals)
        known = {each.value for each in releases.get(published_as(book, finest), [])}
        for other in group:
            if finest.value is not None and other.value is not None and not agree(finest.value, other.value):
                kind: Class = "vintage" if {finest.value, other.value} <= known else "inconsistent"
                found.append(_two_values(finest, other, kind))
    return found


def dated_twice(book: Book) -> list[Finding]:
    """Find one event with different dates. One that took place several times is so marked by its category."""
    told = [claim for claim in book.claims if claim.kind == "date" and not claim.category]
    found = []
    for group in grouped(told, [(claim.measure, claim.area_code) for claim in told]).values():
        finest = max(group, key=lambda claim: len(claim.value_text))
        found += [_two_values(finest, each) for each in group if not finest.value_text.startswith(each.value_text)]
    return found


def _two_values(one: Claim, other: Claim, kind: Class = "inconsistent") -> Finding:
    first, second = (str(each.value) if each.value is not None else each.value_text for each in (one, other))
    return Finding(
        "stated_twice", kind, (one.claim_id, other.claim_id), other.document, other.line,
        f"{other.measure} is {second} {other.unit} here and {first} {one.unit} on line {one.line}".replace("  ", " "),
        "one value for one measure, area and period", "which of the two its source gives",
    )  # fmt: skip


def one_value_for_two_areas(book: Book) -> list[Finding]:
    """Find an area and the area that holds it given the same figure on one line."""
    told = [claim for claim in book.claims if _is_distinct(claim)]
    found = []
    for group in grouped(told, [(c.document, c.line, c.subject, when(c), c.value, c.kind) for c in told]).values():
        for one, other in combinations(group, 2):
            if book.part_of.get(one.area_code) == other.area_code or book.part_of.get(other.area_code) == one.area_code:
                found.append(
                    Finding(
                        "one_value_for_two_areas", "error", (one.claim_id, other.claim_id), one.document, one.line,
                        f"{one.value} {one.unit} is given for {one.area_code} and for {other.area_code}",
                        "an area and the area that holds it seldom have the same figure",
                        "the publisher's figure of each area",
                    )
                )  # fmt: skip
    return found


def one_series_for_two(book: Book) -> list[Finding]:
    """Find two measures or areas that share their figures: one of the labels is of something else."""
    found = []
    for document in {claim.document for claim in book.claims}:
        every = series(c for c in book.claims if c.document == document and _is_distinct(c))
        for (one, first), (other, second) in combinations(every.items(), 2):
            pairs = [(first[day], second[day]) for day in first if day in second]
            shared = [(a, b) for a, b in pairs if a.value == b.value and a.unit == b.unit]
            if len(shared) >= _SHARED and len(shared) == len(pairs):
                last = max((claim for pair in shared for claim in pair), key=lambda claim: -claim.line)
                found.append(
                    Finding(
                        "one_series_for_two", "inconsistent", tuple(c.claim_id for pair in shared for c in pair),
                        document, last.line,
                        f"{one[0]} of {one[1]} and {other[0]} of {other[1]} have the same {len(shared)} figures",
                        "different measures or areas have different figures",
                        "which measure and area the publisher gives these figures for",
                    )
                )  # fmt: skip
    return found


def start_of_a_plan(book: Book) -> list[Finding]:
    """Find a goal that starts from a figure which the series of its measure never had."""
    every = series(book.claims)
    found = []
    for claim in (each for each in book.claims if each.kind == "baseline"):
        held = every.get((claim.measure, claim.area_code), {})
        values = [each.value for each in held.values() if each.value is not None]
        if claim.value is not None and values and not any(agree(claim.value, value) for value in values):
            found.append(
                Finding(
                    "start_of_a_plan", "inconsistent", (claim.claim_id, *(c.claim_id for c in held.values())),
                    claim.document, claim.line,
                    f"the goal starts from {claim.value} {claim.unit}, which no year of the series has",
                    " or ".join(str(value) for value in values), "the year and source of the goal's start",
                )
            )  # fmt: skip
    return found


def _is_distinct(claim: Claim) -> bool:
    """Return whether a figure has digits enough that another one like it is no chance."""
    return (
        claim.value is not None
        and not claim.item
        and claim.kind not in NOT_OBSERVED
        and bool(claim.period_end)
        and exact_digits(claim.value) >= _DIGITS
    )
