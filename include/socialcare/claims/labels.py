"""What a figure is called, held against what it is: headings, units, bounds, stock or flow."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from socialcare.claims.figures import exact_digits, grouped
from socialcare.claims.model import Book, Claim, Class, Finding
from socialcare.claims.words import BOUNDING, SHARES

#: A count with so many digits was counted: words like "over" do not fit it.
_COUNTED = 4


def duplicate_heading(book: Book) -> list[Finding]:
    """Find two columns of one table with one heading."""
    told = [claim for claim in book.claims if claim.table_label and claim.column_label]
    found = []
    for (document, table), group in grouped(told, [(c.document, c.table_label) for c in told]).items():
        columns: defaultdict[str, set[int | None]] = defaultdict(set)
        for claim in group:
            columns[claim.column_label].add(claim.column_number)
        for heading, numbers in columns.items():
            if len(numbers) > 1:
                ids = tuple(claim.claim_id for claim in group if claim.column_label == heading)
                places = " and ".join(str(number) for number in sorted(numbers, key=lambda n: n or 0))
                what = f"{table}: columns {places} are both “{heading}”"
                line = min(claim.line for claim in group)
                found.append(
                    Finding(
                        "duplicate_heading", "error", ids, document, line, what,
                        "one heading for one column", "what the other column counts",
                    )
                )  # fmt: skip
    return found


def unit(book: Book) -> list[Finding]:
    """Find units that are missing, that are not the measure's, or that the word beside the figure does not mean."""
    found = []
    for claim in (each for each in book.claims if each.value is not None):
        measure = book.measures.get(claim.measure)
        should = measure.unit if measure and claim.kind == measure.kind else ""
        should = should or ("%" if claim.kind in ("percentage", "change") else "")
        if not claim.unit:
            found.append(_unit(claim, "format", f"{claim.value} has no unit", should))
        elif should and claim.unit != should:
            found.append(_unit(claim, "error", f"{claim.value} is given in {claim.unit}", should))
        elif not _fits(claim):
            found.append(_unit(claim, "error", f"a {claim.kind} is given in {claim.unit}", f"a unit of a {claim.kind}"))
        elif claim.called == "number" and claim.unit.startswith(("per ", "%")):
            found.append(_unit(claim, "error", f"called a number, and given {claim.unit}", "a count, or the word rate"))
        elif claim.called in ("rate", "percentage") and claim.kind == "count":
            found.append(_unit(claim, "error", f"called a {claim.called}, and given in {claim.unit}", "a rate"))
    return found


def _fits(claim: Claim) -> bool:
    """Return whether a unit can be one of its kind of figure: a rate is per something, a count is not."""
    is_share = claim.unit == "%" or claim.unit.startswith("per ")
    if claim.kind == "rate":
        return claim.unit.startswith("per ")
    if claim.kind == "money":
        return claim.unit.startswith("£")
    return not is_share or claim.kind not in ("count", "rank", "age", "duration", "size")


def _unit(claim: Claim, class_: Class, what: str, expected: str) -> Finding:
    needed = "whether the figure or its name is meant"
    return Finding("unit", class_, (claim.claim_id,), claim.document, claim.line, what, expected, needed)


def bounds(book: Book) -> list[Finding]:
    """Find figures that the measure cannot have, and shares above 100%."""
    found = []
    for claim in (each for each in book.claims if each.value is not None and each.kind not in ("target", "change")):
        measure = book.measures.get(claim.measure)
        low = measure.minimum if measure else None
        high = measure.maximum if measure else None
        if claim.kind == "percentage":
            low, high = low if low is not None else Decimal(0), high if high is not None else Decimal(100)
        if claim.value is not None and ((low is not None and claim.value < low) or (high and claim.value > high)):
            what = f"{claim.value} {claim.unit} is no value that {claim.measure} can have"
            expected = f"{low} to {high}"
            found.append(
                Finding("bounds", "error", (claim.claim_id,), claim.document, claim.line, what, expected, "the source")
            )
    return found


def stock_or_flow(book: Book) -> list[Finding]:
    """Find labels that call a figure of a year's events a figure of one day, or the other way round."""
    found = []
    for told in (each for each in book.statements if each.kind == "label"):
        measure = book.measures.get(told.subject)
        if measure and measure.period_type and measure.period_type != told.value:
            ids = tuple(c.claim_id for c in book.claims if (c.document, c.line) == (told.document, told.line))
            what = f"“{told.quote}” names a {told.value}; the figures are a {measure.period_type}"
            found.append(
                Finding(
                    "stock_or_flow", "misleading", ids, told.document, told.line, what,
                    f"a label that says {measure.period_type}", "the publisher's definition of the measure",
                )
            )  # fmt: skip
    return found


def words_beside_a_count(book: Book) -> list[Finding]:
    """Find an exact count with a word that bounds it: "over 1,391". Without a base it shows little either way."""
    found = []
    for claim in book.claims:
        if claim.kind == "count" and claim.value is not None and claim.qualifier.lower() in BOUNDING:
            if exact_digits(claim.value) < _COUNTED or claim.base is not None:
                continue
            what = f"“{claim.qualifier} {claim.value:,}” is an exact count, with no whole that it is of"
            found.append(
                Finding(
                    "words_beside_a_count", "weak_evidence", (claim.claim_id,), claim.document, claim.line, what,
                    "a round figure, or the count and its base", "of how many these were",
                )
            )  # fmt: skip
    return found


def words_beside_a_share(book: Book) -> list[Finding]:
    """Find "half", "most" or "a majority" beside a share that is none."""
    found = []
    for claim in book.claims:
        low, high = SHARES.get(claim.qualifier.lower(), (None, None))
        if claim.value is None or low is None or high is None or claim.unit != "%":
            continue
        if not low <= claim.value <= high:
            what = f"“{claim.qualifier}” is said of {claim.value}%"
            found.append(
                Finding(
                    "words_beside_a_share", "tension", (claim.claim_id,), claim.document, claim.line, what,
                    f"{low:.0f}% to {high:.0f}%", "whom the words are of, and whom the figure is of",
                )
            )  # fmt: skip
    return found
