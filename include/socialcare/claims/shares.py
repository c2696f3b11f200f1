"""Percentages held against the counts, the whole and the base that they are of, and text against its table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from socialcare.claims.figures import grouped
from socialcare.claims.model import Book, Claim, Class, Finding

_HALF = Decimal("0.5")
#: From here on a percentage is no rounding of its counts.
_OFF = Decimal(1)
#: A band with no upper end that holds most answers tells little of them.
_OPEN = ("more than", "or more", "and over", "over ")


@dataclass(frozen=True)
class Whole:
    """The parts of one row of answers: percentages and counts by their column and name."""

    shares: tuple[Claim, ...]
    counts: tuple[Claim, ...]

    @property
    def counted(self) -> Decimal:
        return sum((claim.value for claim in self.counts if claim.value is not None), Decimal(0))

    def pairs(self) -> Iterator[tuple[Claim, Claim]]:
        """Yield each percentage beside its count."""
        by_part = {(claim.category, claim.column_number): claim for claim in self.counts}
        for share in self.shares:
            if (share.category, share.column_number) in by_part:
                yield share, by_part[share.category, share.column_number]


def wholes(book: Book) -> dict[tuple[str, str], Whole]:
    """Return every whole of which a document gives the parts."""
    told = [claim for claim in book.claims if claim.whole]
    return {
        key: Whole(
            tuple(each for each in group if each.kind == "percentage"),
            tuple(each for each in group if each.kind == "count"),
        )
        for key, group in grouped(told, [(claim.document, claim.whole) for claim in told]).items()
    }


def against_counts(book: Book) -> list[Finding]:
    """Find percentages that their counts do not give."""
    found = []
    for (document, name), whole in wholes(book).items():
        total = whole.counted
        if not total:
            continue
        off = [
            (share, count, 100 * count.value / total)
            for share, count in whole.pairs()
            if share.value is not None
            and count.value is not None
            and abs(share.value - 100 * count.value / total) > _HALF
        ]
        if off:
            worst = max(abs((share.value or 0) - true) for share, _, true in off)
            kind: Class = "rounding" if worst <= _OFF else "inconsistent"
            ids = tuple(claim.claim_id for share, count, _ in off for claim in (share, count))
            what = f"{name}: " + "; ".join(f"{s.value}% is said of {c.value} in {total}" for s, c, _ in off)
            expected = ", ".join(f"{true:.1f}%" for _, _, true in off)
            found.append(Finding("against_counts", kind, ids, document, off[0][0].line, what, expected, _COUNTS))
    return found


_COUNTS = "the counts behind the table"


def parts_of_a_whole(book: Book) -> list[Finding]:
    """Find parts that add up to more or less than rounding can explain."""
    found = []
    for (document, name), whole in wholes(book).items():
        total = sum((claim.value for claim in whole.shares if claim.value is not None), Decimal(0))
        room = _HALF * max(len(whole.shares), 1)
        if whole.shares and abs(total - 100) > room:
            ids = tuple(claim.claim_id for claim in whole.shares)
            what = f"{name}: the parts add up to {total}%"
            found.append(
                Finding("parts_of_a_whole", "inconsistent", ids, document, whole.shares[0].line, what, "100%", _COUNTS)
            )
    return found


def stated_base(book: Book) -> list[Finding]:
    """Find a base that is not the sum of the counts beside it."""
    found = []
    for (document, name), whole in wholes(book).items():
        wrong = [c for c in (*whole.shares, *whole.counts) if c.base is not None and c.base != whole.counted]
        if wrong and whole.counts:
            what = f"{name}: the base is given as {wrong[0].base}, and the counts add up to {whole.counted}"
            ids = tuple(claim.claim_id for claim in wrong)
            found.append(
                Finding("stated_base", "inconsistent", ids, document, wrong[0].line, what, str(whole.counted), _COUNTS)
            )
    return found


def base_above_the_answers(book: Book) -> list[Finding]:
    """Find tables that count more answers than the document says there were."""
    found = []
    for stated in (each for each in book.claims if each.unit == "responses" and each.value is not None):
        bases = {key: whole.counted for key, whole in wholes(book).items() if key[0] == stated.document}
        above = {name: base for (_, name), base in bases.items() if stated.value is not None and base > stated.value}
        if above:
            largest = max(above, key=lambda name: above[name])
            what = (
                f"{stated.value} answers are stated, and {len(above)} rows of the tables count more: "
                f"{above[largest]} in {largest}"
            )
            found.append(
                Finding(
                    "base_above_the_answers", "error", (stated.claim_id,), stated.document, stated.line,
                    what, f"at least {above[largest]}", "how many answered, from those who ran the survey",
                )
            )  # fmt: skip
    return found


def text_against_table(book: Book) -> list[Finding]:
    """Find shares in the text that the table does not give, or gives only by adding rounded shares."""
    known = {
        (whole.shares[0].document, whole.shares[0].measure, whole.shares[0].item, whole.shares[0].period): whole
        for whole in wholes(book).values()
        if whole.shares
    }
    found = []
    for claim in book.claims:
        whole = known.get((claim.document, claim.measure, claim.item, claim.period))
        if claim.whole or claim.value is None or whole is None or not whole.counted:
            continue
        parts = {part.strip() for part in claim.category.split(" + ")}
        added = sum((c.value or Decimal(0) for c in whole.shares if c.category in parts), Decimal(0))
        counted = sum((c.value or Decimal(0) for c in whole.counts if c.category in parts), Decimal(0))
        finding = _told(claim, added, 100 * counted / whole.counted, f"{counted} of {whole.counted}")
        if finding:
            found.append(finding)
    return found


def _told(claim: Claim, added: Decimal, true: Decimal, counts: str) -> Finding | None:
    """Return what is wrong with a share in the text, given the table's shares added and its counts."""
    value = claim.value or Decimal(0)
    rounded = true.quantize(Decimal(1).scaleb(-claim.decimals), ROUND_HALF_UP)
    if value == rounded == added:
        return None
    kind: Class = "rounding" if value in (rounded, added) else "inconsistent"
    what = f"{value}% in the text; the table's shares add up to {added}%, its counts give {true:.1f}% ({counts})"
    return Finding(
        "text_against_table", kind, (claim.claim_id,), claim.document, claim.line, what, f"{rounded}%", _COUNTS
    )


def an_open_end(book: Book) -> list[Finding]:
    """Find a question whose last band, with no upper end, holds most of the answers."""
    found = []
    for (document, name), whole in wholes(book).items():
        for claim in whole.shares:
            told = claim.category.lower()
            if claim.value is not None and claim.value > 50 and any(word in told for word in _OPEN):
                what = f"{name}: “{claim.category}” holds {claim.value}%"
                needed = "what the question asked for: its bands do not reach the answers"
                found.append(
                    Finding("an_open_end", "suspect", (claim.claim_id,), document, claim.line, what, "", needed)
                )
    return found
