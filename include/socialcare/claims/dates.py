"""Dates held against the window they lie in, and judgements and programmes against what came after them."""

from __future__ import annotations

from socialcare.claims.model import Book, Claim, Finding, Judgement, Statement

#: The day from which something is in use that was announced and never came.
NEVER = "9999-12-31"


def outside_its_window(book: Book) -> list[Finding]:
    """Find a date before or after what its kind of event has to lie within, as the same document dates it."""
    found = []
    for claim in (each for each in book.claims if each.kind == "date"):
        measure = book.measures.get(claim.measure)
        if measure is None:
            continue
        begins = _dates(book, claim, measure.not_before)
        ends = _dates(book, claim, measure.not_after)
        if any(_is_before(claim.value_text, day.value_text) for day in begins) or any(
            _is_before(day.value_text, claim.value_text) for day in ends
        ):
            window = " to ".join(day.value_text for day in (*begins[:1], *ends[:1]))
            found.append(
                Finding(
                    "outside_its_window", "inconsistent",
                    (claim.claim_id, *(day.claim_id for day in (*begins, *ends))), claim.document, claim.line,
                    f"{claim.measure} is dated {claim.value_text}, outside {window}", window,
                    "the day on which it took place",
                )
            )  # fmt: skip
    return found


def after_the_document(book: Book) -> list[Finding]:
    """Find an event told as past that is dated after the document was written; what is planned may be."""
    found = []
    for claim in (each for each in book.claims if each.kind == "date"):
        document, measure = book.documents.get(claim.document), book.measures.get(claim.measure)
        is_planned = measure is not None and measure.period_type == "planned"
        if document and not is_planned and _is_before(document.written_on, claim.value_text):
            found.append(
                Finding(
                    "after_the_document", "error", (claim.claim_id,), claim.document, claim.line,
                    f"{claim.measure} is dated {claim.value_text}; the document is of {document.written_on}",
                    f"{document.written_on} at the latest", "the day on which it took place",
                )
            )  # fmt: skip
    return found


def _dates(book: Book, claim: Claim, measure: str) -> list[Claim]:
    return [
        each
        for each in book.claims
        if measure and each.measure == measure and each.document == claim.document and each.kind == "date"
    ]


def _is_before(one: str, other: str) -> bool:
    """Return whether one day, month or year lies wholly before another: 2019 is not before 2019-07."""
    length = min(len(one), len(other))
    return one[:length] < other[:length]


def not_in_use(book: Book) -> list[Finding]:
    """Find things said to be in use when they were not, or that have ended since the document was written."""
    known = {each.thing: each for each in book.things}
    found = []
    for told in (each for each in book.statements if each.kind == "in_use" and each.subject in known):
        thing = known[told.subject]
        ended = bool(thing.used_until) and _is_before(thing.used_until, told.on_date)
        early = _is_before(told.on_date, thing.used_from)
        if ended or early:
            since = f"{thing.used_from} to {thing.used_until or 'today'}" if thing.used_from < NEVER else "never yet"
            is_past = told.attribute not in ("current", "expected")
            found.append(
                Finding(
                    "not_in_use", "error" if is_past else "stale", (), told.document, told.line,
                    f"{thing.name} is said of {told.on_date}; it was in use {since}", since, thing.source,
                )
            )  # fmt: skip
    return found


def judgement_superseded(book: Book) -> list[Finding]:
    """Find the newest judgement that a document tells of an area when a later one was another."""
    found = []
    for told in _newest_told(book):
        later = [
            each
            for each in _of(book, told)
            if _is_before(told.on_date, each.inspected_on) and each.inspected_on[: len(told.on_date)] != told.on_date
        ]
        last = max(later, key=lambda each: each.published_on, default=None)
        # The same grade given again leaves what the document says true; what was said in words may not be.
        if last and last.grade.casefold() != told.value.casefold():
            found.append(
                Finding(
                    "judgement_superseded", "stale", (), told.document, told.line,
                    f"“{told.quote}” is of {told.on_date}; inspected again {last.inspected_on}: "
                    f"{last.grade or 'no longer given'}",
                    f"{last.grade} (published {last.published_on})", "",
                )
            )  # fmt: skip
    return found


def judgement_differs(book: Book) -> list[Finding]:
    """Find a grade that is not the one the inspectorate gave at that inspection."""
    found = []
    for told in (each for each in book.statements if each.kind == "judgement" and each.value):
        given = [each for each in _of(book, told) if each.inspected_on.startswith(told.on_date)]
        if given and all(each.grade.casefold() != told.value.casefold() for each in given):
            found.append(
                Finding(
                    "judgement_differs", "error", (), told.document, told.line,
                    f"{told.attribute} is told as {told.value} of {told.on_date}", given[0].grade, "the report",
                )
            )  # fmt: skip
    return found


def _newest_told(book: Book) -> list[Statement]:
    """Return of each document, area and judgement the newest: earlier ones are told as history."""
    newest: dict[tuple[str, str, str], Statement] = {}
    for told in (each for each in book.statements if each.kind == "judgement"):
        key = (told.document, told.subject, told.attribute)
        if key not in newest or newest[key].on_date < told.on_date:
            newest[key] = told
    return list(newest.values())


def _of(book: Book, told: Statement) -> list[Judgement]:
    """Return the judgements of that area; what inspectors write in words stands until they judge the whole again."""
    attribute = "overall" if told.attribute == "narrative" else told.attribute
    return [each for each in book.judgements if each.area_code == told.subject and each.attribute == attribute]
