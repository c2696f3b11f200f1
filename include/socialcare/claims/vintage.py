"""Claims held against what publishers gave, release by release: a figure since revised is not an error."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from statistics import median
from typing import Literal

from socialcare.claims.figures import NOT_OBSERVED, agree, when
from socialcare.claims.model import Book, Claim, Finding, Published

Verdict = Literal["equal", "vintage", "different", "not_comparable"]

#: How far a figure has moved when publishers revised it, by the kind of figure: a rate with the census population
#: behind it by up to 3%, a percentage by some tenths, a count by a late correction.
_REVISED = {"rate": Decimal("0.03"), "percentage": Decimal("0.03"), "count": Decimal("0.01")}
#: How many times its own series a figure may be, or how small a part of it.
_OUT_OF_LINE = 5
_SERIES = 4


def by_subject(published: tuple[Published, ...]) -> dict[tuple[str, str, str], list[Published]]:
    """Return what was published by measure, area and end of period, the oldest release first."""
    found: defaultdict[tuple[str, str, str], list[Published]] = defaultdict(list)
    for each in published:
        found[each.measure, each.area_code, each.period_end].append(each)
    return {key: sorted(group, key=lambda one: (one.published_on, one.release)) for key, group in found.items()}


def published_as(book: Book, claim: Claim) -> tuple[str, str, str]:
    """Return the measure, area and end of period under which a publisher gives what is claimed."""
    measure = book.measures.get(claim.measure)
    return (measure.published_as if measure else "") or claim.measure, claim.area_code, when(claim)


def verdict(claim: Claim, releases: list[Published]) -> Verdict:
    """Return how a claim stands to the releases of its figure: equal to the newest, to an older one, to none."""
    if not releases or claim.value is None or claim.kind in NOT_OBSERVED:
        return "not_comparable"
    if agree(claim.value, releases[-1].value):
        return "equal"
    if any(agree(claim.value, each.value) for each in releases):
        return "vintage"
    nearest = min(releases, key=lambda each: abs(each.value - (claim.value or 0)))
    room = _REVISED.get(claim.kind, Decimal(0)) * nearest.value + Decimal(1).scaleb(-claim.decimals) / 2
    return "vintage" if abs(claim.value - nearest.value) <= room else "different"


def against_published(book: Book) -> list[Finding]:
    """Find claims that no release gives: ``vintage`` where a revision explains it, else ``error``."""
    known = by_subject(book.published)
    found = []
    for claim in book.claims:
        releases = known.get(published_as(book, claim), [])
        outcome = verdict(claim, releases)
        if outcome in ("vintage", "different"):
            told = ", ".join(f"{each.value} ({each.release})" for each in releases)
            approximate = outcome == "different" and bool(claim.qualifier)
            found.append(
                Finding(
                    "against_published",
                    "vintage" if outcome == "vintage" else "inconsistent" if approximate else "error",
                    (claim.claim_id,), claim.document, claim.line,
                    f"{claim.measure} of {claim.area_code}, {claim.period}: {claim.value} is claimed", told,
                    "" if outcome == "vintage" else "the release that the document was written from",
                )
            )  # fmt: skip
    return found


def out_of_line(book: Book) -> list[Finding]:
    """Find a figure many times larger or smaller than all others of its own series, claimed or published."""
    newest = {key: group[-1] for key, group in by_subject(book.published).items()}
    every: defaultdict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for (measure, area, day), each in newest.items():
        every[measure, area][day] = each.value
    found = []
    for claim in book.claims:
        others = [
            value for day, value in every.get(published_as(book, claim)[:2], {}).items() if day != claim.period_end
        ]
        if claim.value is None or claim.kind in NOT_OBSERVED or claim.item or len(others) < _SERIES:
            continue
        middle = Decimal(median(others))
        if middle > 0 and not middle / _OUT_OF_LINE <= claim.value <= middle * _OUT_OF_LINE:
            found.append(
                Finding(
                    "out_of_line", "suspect", (claim.claim_id,), claim.document, claim.line,
                    f"{claim.measure} of {claim.area_code}: {claim.value}, and {middle} in its other periods",
                    f"between {middle / _OUT_OF_LINE:.1f} and {middle * _OUT_OF_LINE:.1f}",
                    "whether the return of that period was complete",
                )
            )  # fmt: skip
    return found
