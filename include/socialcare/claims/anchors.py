"""What each claim can be held against, and which can be held against nothing: those only their source can confirm."""

from __future__ import annotations

from collections import Counter

from socialcare.claims.figures import NOT_OBSERVED, when
from socialcare.claims.model import Book, Claim
from socialcare.claims.vintage import published_as


def anchors(book: Book) -> dict[str, frozenset[str]]:
    """Return for each claim with a figure what it can be held against.

    ``whole`` (parts, counts and base beside it), ``table`` (a share in the text of a table's answers), ``repeated``
    (stated elsewhere too), ``comparison`` (compared in words) and ``published`` (a publisher's figure is held).
    """
    times = Counter(_key(claim) for claim in book.claims if not claim.whole)
    wholes = Counter((claim.document, claim.whole, claim.kind) for claim in book.claims if claim.whole)
    tables = {(claim.document, claim.measure, claim.item, claim.period) for claim in book.claims if claim.whole}
    published = {(each.measure, each.area_code, each.period_end) for each in book.published}
    compared = {end for told in book.comparisons for end in (told.from_claim, told.to_claim)}
    found = {}
    for claim in (each for each in book.claims if each.value is not None):
        held = {
            "whole": bool(claim.whole) and wholes[claim.document, claim.whole, "count"] > 0,
            "table": not claim.whole and (claim.document, claim.measure, claim.item, claim.period) in tables,
            "repeated": not claim.whole and times[_key(claim)] > 1,
            "comparison": claim.claim_id in compared,
            "published": claim.kind not in NOT_OBSERVED and published_as(book, claim) in published,
        }
        found[claim.claim_id] = frozenset(name for name, is_so in held.items() if is_so)
    return found


def only_their_source(book: Book) -> list[Claim]:
    """Return the claims with a figure that can be held against nothing here."""
    held = anchors(book)
    return [claim for claim in book.claims if claim.claim_id in held and not held[claim.claim_id]]


def _key(claim: Claim) -> tuple[object, ...]:
    return (*claim.subject, claim.area_code, when(claim), claim.kind)
