"""Things said in two ways: one role with several names, one state told twice, an acronym that nothing explains."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

from socialcare.claims.model import Book, Class, Finding, Statement

#: The kinds of statement of which a document should say one thing, and how a second one is classed.
_ONE_OF: dict[str, Class] = {"name": "inconsistent", "state": "inconsistent", "heading": "format", "address": "format"}


def said_two_ways(book: Book) -> list[Finding]:
    """Find one subject of which a document says different things."""
    told = [each for each in book.statements if each.kind in _ONE_OF]
    found = []
    for (document, kind, subject, attribute), group in _by_subject(told).items():
        values = list(dict.fromkeys(each.value for each in group))
        if len(values) > 1:
            lines = ", ".join(str(each.line) for each in group)
            what = f"{subject}, {attribute}: {' / '.join(values)} (lines {lines})"
            found.append(
                Finding(
                    "said_two_ways", _ONE_OF[kind], (), document, group[0].line, what,
                    "one of them", "which of them holds",
                )
            )  # fmt: skip
    return found


def _by_subject(told: list[Statement]) -> dict[tuple[str, str, str, str], list[Statement]]:
    """Return the statements by document, kind, subject and attribute."""
    found: dict[tuple[str, str, str, str], list[Statement]] = {}
    for each in told:
        found.setdefault((each.document, each.kind, each.subject, each.attribute), []).append(each)
    return found


def one_number_for_two_headings(book: Book) -> list[Finding]:
    """Find two headings of one document that have one number, each stated where the text itself stands."""
    found = []
    headings = [each for each in book.statements if each.kind == "heading"]
    for document in {each.document for each in headings}:
        last = {each.subject: each for each in headings if each.document == document}
        numbers = Counter(each.value for each in last.values())
        for number in (each for each, times in numbers.items() if times > 1):
            twice = [each for each in last.values() if each.value == number]
            what = f"number {number}: " + " / ".join(each.subject for each in twice)
            found.append(
                Finding(
                    "one_number_for_two_headings", "format", (), document, twice[-1].line, what,
                    "one number for one heading", "the order that is meant",
                )
            )  # fmt: skip
    return found


def unknown_acronym(book: Book) -> list[Finding]:
    """Find an acronym that its document never explains and that is nearly another one that it does."""
    found = []
    told = [each for each in book.statements if each.kind == "acronym"]
    for document in {each.document for each in told}:
        here = [each for each in told if each.document == document]
        known = {each.subject for each in here if each.value}
        for each in here:
            near = [other for other in known if other != each.subject and _is_slip(each.subject, other)]
            if not each.value and each.subject not in known and near:
                what = f"{each.subject} is explained nowhere, and nearly {near[0]}"
                found.append(
                    Finding("unknown_acronym", "typo", (), document, each.line, what, near[0], "what was meant")
                )
    return found


def _is_slip(one: str, other: str) -> bool:
    """Return whether one word is the other with its letters in another order, or but for one of them."""
    return sorted(one) == sorted(other) or (
        len(one) > 3 and SequenceMatcher(None, one, other).ratio() >= 1 - 1 / max(len(one), len(other))
    )
