"""Words of direction and of quantity, and what the figures must be for them to be true."""

from __future__ import annotations

import re
from decimal import Decimal

UP = "up"
DOWN = "down"
SAME = "same"
#: A word, and the way it points. ``improved`` points the way that is better for the measure.
_DIRECTIONS = (
    (re.compile(r"no change|unchanged|similar|same|stable|consistent"), SAME),
    (re.compile(r"\b(?:increas|ris|rose|grew|grow|higher|above|more than|up\b|doubl|climb|exceed)"), UP),
    (re.compile(r"\b(?:decreas|fell|fall|drop|lower|below|less than|fewer|down\b|reduc|declin|halv)"), DOWN),
)
_BETTER = re.compile(r"improv|better")
_WORSE = re.compile(r"worse|deteriorat")
_STEADY = re.compile(r"steadi|continuously|every year|year on year")

#: What a share in per cent must lie between for the words to be true of it (from, to; both within).
SHARES: dict[str, tuple[Decimal, Decimal]] = {
    "a majority": (Decimal("50.0001"), Decimal(100)),
    "most": (Decimal("50.0001"), Decimal(100)),
    "many": (Decimal(50), Decimal(100)),
    "half": (Decimal(48), Decimal(52)),
    "almost half": (Decimal(44), Decimal("49.9999")),
    "just under half": (Decimal(44), Decimal("49.9999")),
    "a minority": (Decimal(0), Decimal("49.9999")),
    "few": (Decimal(0), Decimal(25)),
    "a third": (Decimal(30), Decimal(37)),
    "a quarter": (Decimal(22), Decimal(28)),
}
#: Words that bound or round a figure. Beside an exact count they say that it was not counted so.
BOUNDING = frozenset({"over", "almost", "around", "about", "approximately", "nearly", "some", "more than"})
#: Adjectives, and the prepositions that they take.
TAKES: dict[str, frozenset[str]] = {
    "independent": frozenset({"of", "from", "in"}),
    "dependent": frozenset({"on", "upon"}),
    "different": frozenset({"from", "to", "in", "for"}),
    "consistent": frozenset({"with", "in", "across"}),
    "responsible": frozenset({"for", "to"}),
    "capable": frozenset({"of"}),
    "compliant": frozenset({"with"}),
    "superior": frozenset({"to", "in"}),
    "inferior": frozenset({"to", "in"}),
}
PREPOSITIONS = frozenset({"of", "from", "on", "upon", "with", "to", "than", "for"})


def direction(words: str, better: str = "") -> str:
    """Return the way that the words point, or nothing where they point nowhere. ``better``: up or down."""
    told = words.lower()
    if better and _BETTER.search(told):
        return better
    if better and _WORSE.search(told):
        return DOWN if better == UP else UP
    return next((way for pattern, way in _DIRECTIONS if pattern.search(told)), "")


def is_steady(words: str) -> bool:
    """Return whether the words claim that every step went the same way."""
    return bool(_STEADY.search(words.lower()))
