"""What a column seems to hold. Every guess is for a person to confirm."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pac

#: What publishers most often mean by a symbol, as a first guess at its status.
USUAL = {
    "c": "suppressed",
    "*": "suppressed",
    "z": "not_applicable",
    ".": "not_applicable",
    "x": "not_available",
    ":": "not_available",
    "..": "not_available",
    "u": "not_available",
    "-": "low",
    "k": "low",
    "low": "low",
    "~": "low",
}
BLANK = "(blank)"
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?(e-?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_YEARS_MONTHS = re.compile(r"\d+:\d{1,2}")
#: Numbers that count nothing.
_LABEL = re.compile(r"(^|_)(code|id|urn|year|period|date|laestab)(_|$)")
#: More words than this split nothing: they are names.
MAX_VALUES = 60
MAX_SYMBOLS = 8


@dataclass
class Guess:
    """A column of ours: its name, the publisher's heading, and what its cells may hold."""

    name: str
    heading: str
    kind: str
    values: list[str] = field(default_factory=list)
    symbols: set[str] = field(default_factory=set)
    thousands: bool = False
    seen: int = 1


def name_of(heading: str) -> str:
    """Return a heading as one of our names: lower case, digits and underscores, a letter first."""
    words = heading.lower().replace("%", " pct ").replace("+", " and over ").replace("£", " pounds ")
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    return name if name[:1].isalpha() else f"c_{name}".rstrip("_")


def column(heading: str, cells: pa.ChunkedArray, release: str) -> Guess:
    """Return a guess at one column."""
    bare = heading.replace(release, " ") if release else heading
    guess = Guess(name_of(bare), heading.replace(release, "{release}") if release else heading, "text")
    distinct = sorted(word.strip() for word in pac.unique(cells).to_pylist() if word and word.strip())
    others = [word for word in distinct if not _NUMBER.fullmatch(word)]
    durations = [word for word in others if _YEARS_MONTHS.fullmatch(word)]
    if not distinct or _LABEL.search(guess.name):
        return guess
    if durations:
        guess.kind, others = "years_months", [word for word in others if word not in durations]
    elif _are_figures(distinct, others):
        guess.kind = "figure"
        guess.thousands = any(_THOUSANDS.fullmatch(word) for word in distinct)
    elif len(distinct) <= MAX_VALUES and len(distinct) * 2 <= len(cells):
        guess.kind, guess.values = "filter", distinct
    if guess.kind in ("figure", "years_months"):
        guess.symbols = {word.lower() for word in others} | ({BLANK} if cells.null_count else set())
    return guess


def _are_figures(distinct: list[str], others: list[str]) -> bool:
    """Whether these are numbers but for a few short symbols, or nothing but symbols that publishers use."""
    if len(others) == len(distinct):
        return all(word.lower() in USUAL for word in others)
    return len(others) <= MAX_SYMBOLS and all(len(word) <= 4 for word in others)
