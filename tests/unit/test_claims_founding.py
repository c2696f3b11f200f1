"""The checks over the figures of the founding documents: what is contradicted there, how it is classed, what is not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.unit.claims_published import ENGLAND, JUDGEMENTS, NORTH_EAST, PUBLISHED

from socialcare.claims import checks, seed
from socialcare.claims.anchors import anchors, only_their_source
from socialcare.claims.model import EXPLAINED, Book, Finding
from socialcare.claims.show import show

BOOK = replace(seed.book(), published=(*seed.book().published, *PUBLISHED), judgements=JUDGEMENTS)
FOUND = checks.examine(BOOK)

#: Contradictions that people found by reading (the reference list, and the rest by reading again): check, class,
#: document and line. The checks know none of these.
CONTRADICTIONS = [
    ("not_in_use", "stale", "000", 101),
    ("judgement_superseded", "stale", "001", 1),
    ("words_beside_a_count", "weak_evidence", "001", 24),
    ("judgement_superseded", "stale", "002", 1),
    ("said_two_ways", "inconsistent", "003", 86),
    ("unknown_acronym", "typo", "003", 155),
    ("text_against_table", "inconsistent", "003", 159),
    ("one_series_for_two", "inconsistent", "003", 163),
    ("against_published", "error", "003", 179),
    ("said_two_ways", "format", "003", 189),
    ("not_in_use", "error", "003", 191),
    ("judgement_superseded", "stale", "003", 191),
    ("said_two_ways", "inconsistent", "003", 240),
    ("outside_its_window", "inconsistent", "003", 278),
    ("outside_its_window", "inconsistent", "003", 279),
    ("after_the_document", "error", "003", 279),
    ("said_two_ways", "inconsistent", "003", 313),
    ("stated_twice", "inconsistent", "003", 354),
    ("start_of_a_plan", "inconsistent", "003", 593),
    ("against_the_sign", "error", "003", 595),
    ("one_value_for_two_areas", "error", "003", 595),
    ("against_published", "error", "003", 595),
    ("unit", "error", "003", 595),
    ("over_a_turn", "misleading", "003", 597),
    ("stock_or_flow", "misleading", "003", 605),
    ("stock_or_flow", "misleading", "003", 606),
    ("text_against_table", "inconsistent", "003", 641),
    ("unit", "error", "003", 660),
    ("start_of_a_plan", "inconsistent", "003", 663),
    ("stops_early", "stale", "003", 713),
    ("unit", "error", "003", 767),
    ("stated_twice", "inconsistent", "003", 793),
    ("base_above_the_answers", "error", "003", 795),
    ("duplicate_heading", "error", "003", 826),
    ("against_counts", "inconsistent", "003", 950),
    ("an_open_end", "suspect", "003", 1028),
    ("unit", "format", "003", 1091),
    ("said_two_ways", "format", "004", 16),
    ("said_two_ways", "format", "004", 17),
    ("said_two_ways", "format", "004", 18),
    ("said_two_ways", "format", "004", 19),
    ("said_two_ways", "format", "004", 22),
    *(("misread_text", "format", "004", line) for line in range(15, 23)),
    ("one_number_for_two_headings", "format", "004", 60),
    ("a_word_that_takes_another", "typo", "004", 62),
    ("not_in_use", "stale", "004", 138),
    ("said_two_ways", "inconsistent", "004", 158),
    ("said_two_ways", "inconsistent", "004", 266),
]
#: Explained without anybody's help: revised since (C05, C07), or a matter of rounding (C33).
REVISED = {163, 595, 597, 604, 605, 660}
ROUNDED = {639}


def of(check: str, document: str, line: int) -> list[Finding]:
    return [each for each in FOUND if (each.check, each.document, each.line) == (check, document, line)]


@pytest.mark.parametrize(("check", "class_", "document", "line"), CONTRADICTIONS)
def test_a_contradiction_is_found_and_classed(check: str, class_: str, document: str, line: int) -> None:
    assert class_ in {each.class_ for each in of(check, document, line)}


def test_figures_since_revised_are_told_apart_from_errors() -> None:
    vintage = [each for each in FOUND if each.class_ == "vintage"]
    assert {each.line for each in vintage} == REVISED
    known = {claim.claim_id: claim for claim in BOOK.claims}
    wrong = [
        known[c] for each in FOUND if each.check == "against_published" and each.class_ == "error" for c in each.claims
    ]
    # England's rate of 2019 was 65; the report has the region's. The deprivation index of 2019 ranks 317 areas.
    assert {(claim.measure, claim.area_code, str(claim.value)) for claim in wrong} == {
        ("cla_rate_per_10000", ENGLAND, "101"),
        ("imd_areas_ranked", ENGLAND, "326"),
    }
    assert not [claim for claim in wrong if claim.area_code == NORTH_EAST]


def test_rounding_is_told_apart_from_inconsistency() -> None:
    rounding = [each for each in FOUND if each.class_ == "rounding"]
    assert {each.line for each in rounding} == ROUNDED
    assert not [each for each in rounding if each.for_a_person]


def test_at_most_one_in_a_hundred_other_claims_is_flagged() -> None:
    true = {(check, document, line) for check, _, document, line in CONTRADICTIONS}
    contradicted = {c for each in FOUND if (each.check, each.document, each.line) in true for c in each.claims}
    others = [claim for claim in BOOK.claims if claim.claim_id not in contradicted]
    flagged = {
        claim
        for each in FOUND
        if each.class_ not in EXPLAINED and (each.check, each.document, each.line) not in true
        for claim in each.claims
    }
    assert len(others) > 600
    assert len(flagged - contradicted) <= 0.01 * len(others), flagged


def test_what_a_person_must_judge_comes_with_what_is_needed() -> None:
    waiting = checks.queue(FOUND)
    assert waiting
    assert all(each.needed and each.what for each in waiting)
    assert not {each.class_ for each in waiting} & EXPLAINED


def test_no_check_names_a_document() -> None:
    """Names of places, authors, tables and measures are rows; the code has none."""
    words = ["durham", "tyneside", "redcar", "kantar", "ofsted's report", "table 1", "families first", '"003', '"000"']
    for module in Path(checks.__file__).parent.glob("*.py"):
        text = module.read_text().lower()
        assert not [word for word in words if word in text], module.name


def test_claims_that_nothing_can_confirm_are_listed() -> None:
    """A county's size in square miles is held against nothing here; a cell of a table against its row."""
    alone = {claim.measure for claim in only_their_source(BOOK)}
    assert "area_square_miles" in alone
    held = anchors(BOOK)
    assert held["003:604:7"] == {"repeated", "published"}
    assert held["003:159:2"] == {"table"}
    assert "whole" in held["003:800:1"]


def test_the_findings_are_told_by_document_with_what_is_needed_to_judge() -> None:
    told = io.StringIO()
    show(Console(file=told, width=400), BOOK, only_queue=True)
    text = told.getvalue()
    assert "Families First Evaluation" in text
    assert "line 595, error (against_the_sign)" in text
    assert "needed to judge: " in text
    assert "vintage (against_published)" not in text  # explained: nobody has to judge it
    assert f"{len(BOOK.claims)} claims" in text


def test_an_empty_book_has_no_findings() -> None:
    assert checks.examine(Book()) == []
