"""Claims changed at random: the checks find the change, and say nothing of what was not changed.

A change is of a kind that people make (a digit dropped or two swapped, tenfold, a third more or less, another unit,
another base, the opposite word), and larger than what rounding leaves open: two points of a percentage, 2% of its
base of a count, 5% of any other figure. Only claims that something can be held against are changed: nothing here can
tell whether a county has 862 square miles.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.claims_published import JUDGEMENTS, PUBLISHED

from socialcare.claims import checks, seed
from socialcare.claims.anchors import anchors
from socialcare.claims.model import EXPLAINED, Book, Claim, Comparison, Finding
from socialcare.claims.words import DOWN, UP, direction

BOOK = replace(seed.book(), published=(*seed.book().published, *PUBLISHED), judgements=JUDGEMENTS)
HELD = {claim_id: held for claim_id, held in anchors(BOOK).items() if held}
BEFORE = {(each.check, each.document, each.line, each.what) for each in checks.examine(BOOK)}
TRIALS = 120


Change = Callable[[Claim, random.Random], Claim | None]


def is_found(book: Book) -> bool:
    return any(_is_new(each) for each in checks.examine(book))


def _is_new(each: Finding) -> bool:
    return each.class_ not in EXPLAINED and (each.check, each.document, each.line, each.what) not in BEFORE


def with_claim(changed: Claim) -> Book:
    return replace(BOOK, claims=tuple(changed if c.claim_id == changed.claim_id else c for c in BOOK.claims))


def another_value(claim: Claim, chance: random.Random) -> Claim | None:
    assert claim.value is not None
    digits = [place for place, sign in enumerate(str(claim.value)) if sign.isdigit()]
    kind = chance.choice(["tenfold", "tenth", "swapped", "dropped", "more", "less"])
    text = list(str(claim.value))
    if kind == "swapped" and len(digits) > 1:
        one, other = chance.sample(digits, 2)
        text[one], text[other] = text[other], text[one]
    elif kind == "dropped" and len(digits) > 1:
        del text[chance.choice(digits)]
    share = {"tenfold": Decimal(10), "tenth": Decimal("0.1"), "more": Decimal("1.33"), "less": Decimal("0.67")}
    step = Decimal(1).scaleb(-claim.decimals)
    value = (Decimal("".join(text)) * share.get(kind, Decimal(1))).quantize(step)
    room = {"percentage": Decimal(2), "count": claim.base * Decimal("0.02") if claim.base else claim.value / 20}
    if abs(value - claim.value) < room.get(claim.kind, abs(claim.value) / 20) or value == claim.value:
        return None
    return replace(claim, value=value)


def another_unit(claim: Claim, chance: random.Random) -> Claim | None:
    return replace(claim, unit=chance.choice([unit for unit in ("%", "per 10,000", "") if unit != claim.unit]))


def another_base(claim: Claim, chance: random.Random) -> Claim | None:
    return replace(claim, base=claim.base + chance.choice([-50, -9, 10, 100])) if claim.base else None


def found_of(change: Change, known: list[Claim], chance: random.Random) -> tuple[float, list[object]]:
    """Return the share of changes that are found, and those that are not."""
    missed, tried = [], 0
    while tried < TRIALS:
        changed = change(chance.choice(known), chance)
        if changed is not None:
            tried += 1
            if not is_found(with_claim(changed)):
                missed.append((changed.claim_id, str(changed.value), changed.unit, changed.base))
    return 1 - len(missed) / tried, missed


@pytest.mark.parametrize("change", [another_value, another_unit, another_base])
def test_95_in_100_changed_claims_are_found(change: Change) -> None:
    known = [claim for claim in BOOK.claims if claim.claim_id in HELD]
    share, missed = found_of(change, known, random.Random(20260331))
    assert share >= 0.95, missed


def test_95_in_100_changed_figures_outside_the_survey_are_found() -> None:
    """Most claims are cells of the survey, each beside its count: the rest are held to the same mark alone.

    A figure that is only compared in words is left out: "higher than" bounds it on one side.
    """
    known = [claim for claim in BOOK.claims if HELD.get(claim.claim_id, frozenset()) - {"whole", "comparison"}]
    assert len(known) > 90
    share, missed = found_of(another_value, known, random.Random(2019))
    assert share >= 0.95, missed


def test_every_word_turned_round_is_found() -> None:
    opposite = {UP: "fell", DOWN: "rose"}
    wrong = {claims for each in checks.examine(BOOK) if each.check == "against_the_sign" for claims in [each.claims]}
    turned = 0
    for told in BOOK.comparisons:
        measure = next(claim.measure for claim in BOOK.claims if claim.claim_id == told.to_claim)
        known = BOOK.measures.get(measure)
        way = direction(told.words, known.better if known else "")
        if way not in opposite or (told.from_claim, told.to_claim) in wrong:
            continue
        turned += 1
        words = "lower than" if way == UP and "than" in told.words else opposite[way]
        assert is_found(_with_words(told, words)), told
    assert turned >= 20


def _with_words(told: Comparison, words: str) -> Book:
    changed = replace(told, words=words)
    return replace(BOOK, comparisons=tuple(changed if each == told else each for each in BOOK.comparisons))
