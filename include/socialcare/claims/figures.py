"""When two stated figures agree: to the decimals that the coarser of them has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import TypeVar

from socialcare.claims.model import Claim

K = TypeVar("K", bound=Hashable)
#: Kinds that say what ought to be or how much changed, not what was: never held against a figure.
NOT_OBSERVED = frozenset({"target", "baseline", "change", "date", "identifier"})


def decimals(value: Decimal) -> int:
    """Return the decimals with which a figure is written."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def agree(one: Decimal, other: Decimal) -> bool:
    """Return whether two figures can be one figure, rounded: 61.6 and 62 can, 61.6 and 61.8 cannot."""
    coarser = min(decimals(one), decimals(other))
    if decimals(one) == decimals(other):
        return one == other
    return abs(one - other) <= Decimal(1).scaleb(-coarser) / 2


def exact_digits(value: Decimal) -> int:
    """Return how many digits carry the figure: 1,391 has four, 1,000 one, 65.3 three."""
    return len(f"{abs(value):f}".replace(".", "").strip("0"))


def when(claim: Claim) -> str:
    """Return the period of a claim for matching: the day it ends on, else as the document writes it."""
    return claim.period_end or claim.period


def grouped(claims: Iterable[Claim], keys: Iterable[K]) -> dict[K, list[Claim]]:
    """Return the claims by their keys, in the order given."""
    found: defaultdict[K, list[Claim]] = defaultdict(list)
    for claim, key in zip(claims, keys, strict=True):
        found[key].append(claim)
    return found


def series(claims: Iterable[Claim]) -> dict[tuple[str, str], dict[str, Claim]]:
    """Return the dated figures of each measure and area, by the day the period ends, as first stated."""
    found: defaultdict[tuple[str, str], dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        if claim.value is not None and claim.period_end and not claim.item and claim.kind not in NOT_OBSERVED:
            found[claim.measure, claim.area_code].setdefault(claim.period_end, claim)
    return {key: dict(sorted(each.items())) for key, each in found.items()}
