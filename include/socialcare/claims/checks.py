"""All checks over the claims. None names a document: what they know of one is in its rows."""

from __future__ import annotations

from collections.abc import Callable

from socialcare.claims import agree, dates, direction, labels, names, shares, vintage, wording
from socialcare.claims.model import Book, Finding

CHECKS: tuple[Callable[[Book], list[Finding]], ...] = (
    agree.stated_twice,
    agree.dated_twice,
    agree.one_value_for_two_areas,
    agree.one_series_for_two,
    agree.start_of_a_plan,
    direction.against_the_sign,
    direction.over_a_turn,
    direction.not_steady,
    direction.stops_early,
    shares.against_counts,
    shares.parts_of_a_whole,
    shares.stated_base,
    shares.base_above_the_answers,
    shares.text_against_table,
    shares.an_open_end,
    labels.duplicate_heading,
    labels.unit,
    labels.bounds,
    labels.stock_or_flow,
    labels.words_beside_a_count,
    labels.words_beside_a_share,
    names.said_two_ways,
    names.one_number_for_two_headings,
    names.unknown_acronym,
    dates.outside_its_window,
    dates.after_the_document,
    dates.not_in_use,
    dates.judgement_superseded,
    dates.judgement_differs,
    vintage.against_published,
    vintage.out_of_line,
    wording.a_word_that_takes_another,
    wording.misread_text,
)


def examine(book: Book) -> list[Finding]:
    """Return what every check finds, in the order of the documents."""
    found = {finding: None for check in CHECKS for finding in check(book)}
    return sorted(found, key=lambda each: (each.document, each.line, each.check, each.claims))


def queue(findings: list[Finding]) -> list[Finding]:
    """Return the findings on which a person has to decide, each with what is needed to judge."""
    return [finding for finding in findings if finding.for_a_person]
