"""The claims of the repository, as data: whole, quoted shortly, and each numeral of a document accounted for."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import TESTS

from socialcare.claims import seed
from socialcare.claims.numerals import numerals

DOCUMENTS = TESTS.parents[1] / "shared" / "founding_documents"
BOOK = seed.book()
#: Counted with a regular expression outside this package: digits with thousands and decimals, and the raised digits.
NUMERALS = {"000": 21, "001": 21, "002": 5, "003": 1256 + 38, "004": 72}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    if not DOCUMENTS.is_dir():
        pytest.skip("the founding documents (shared/founding_documents) are not beside this checkout")
    return {path.name[:3]: path.read_text(encoding="utf-8") for path in sorted(DOCUMENTS.glob("*.txt"))}


def test_a_numeral_is_found_with_its_thousands_decimals_and_raised_digits() -> None:
    assert list(numerals("Of 1,391 forms, 67.1%²\nin 2013/14.")) == [
        (1, 1, "1,391"), (1, 2, "67.1"), (1, 3, "²"), (2, 1, "2013"), (2, 2, "14"),
    ]  # fmt: skip


def test_every_numeral_of_the_founding_documents_is_a_claim_or_is_listed_as_none(texts: dict[str, str]) -> None:
    found = {(name, *where) for name, text in texts.items() for where in numerals(text)}
    assert Counter(name for name, *_ in found) == NUMERALS
    assert found == seed.positions()


def test_no_numeral_is_both_a_claim_and_none() -> None:
    claimed = {claim.claim_id for claim in BOOK.claims}
    for row in seed.not_claims():
        assert f"{row['document']}:{row['line']}:{row['position']}" not in claimed
        assert row["why"]


def test_each_quotation_stands_on_its_line_and_is_short(texts: dict[str, str]) -> None:
    for told in (*BOOK.claims, *BOOK.comparisons, *BOOK.statements):
        words = texts[told.document].split("\n")[told.line - 1]
        assert len(told.quote) <= 100
        for fragment in told.quote.split("..."):
            assert fragment.strip() in words, (told.document, told.line, fragment)


def test_the_documents_are_those_that_were_read(texts: dict[str, str]) -> None:
    for path in DOCUMENTS.glob("*.txt"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == BOOK.documents[path.name[:3]].file_sha256
    assert set(texts) == set(BOOK.documents)


def test_no_document_is_in_the_repository() -> None:
    """A row is a figure and a few words: all quotations together are a small part of any page."""
    longest = max(len(claim.quote) for claim in BOOK.claims)
    assert longest <= 100
    assert not [path for path in Path(seed.DATA).iterdir() if path.suffix != ".csv"]


def test_claims_have_an_id_of_their_own_and_comparisons_name_them() -> None:
    ids = [claim.claim_id for claim in BOOK.claims]
    assert len(ids) == len(set(ids))
    for told in BOOK.comparisons:
        assert {told.from_claim, told.to_claim} <= set(ids)


def test_a_claim_has_a_figure_or_a_date() -> None:
    for claim in BOOK.claims:
        assert (claim.value is None) == (claim.kind == "date") == bool(claim.value_text), claim.claim_id


def test_a_claim_is_the_numeral_that_it_stands_on() -> None:
    """Money is in pounds, where the document writes millions; a 1b is a second claim on one numeral."""
    written = {(doc, line, position): numeral for doc, line, position, numeral in seed.positions()}
    for claim in BOOK.claims:
        position = claim.claim_id.rsplit(":", 1)[1].rstrip("b")
        if claim.value is not None and position.isdigit():
            figure = Decimal(written[claim.document, claim.line, int(position)].replace(",", ""))
            assert claim.value == figure * (1_000_000 if claim.unit == "£" else 1), claim.claim_id


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        # Table 1 of the evaluation; neglect equals DfE's counts of plans started with neglect as initial category.
        ("cla_rate_per_10000", ["60", "62", "68", "81", "80", "83"]),
        ("cpp_starts_rate_per_10000", ["65.3", "50.3", "46.5", "67.9", "78.1", "67.1"]),
        ("cpp_neglect_starts", ["414", "348", "301", "528", "566", "475"]),
        ("rereferral_pct", ["27", "23", "21", "19", "17", "23"]),
    ],
)
def test_table_1_is_as_printed(measure: str, values: list[str]) -> None:
    cells = [claim for claim in BOOK.claims if claim.table_label == "Table 1" and claim.measure == measure]
    assert [str(claim.value) for claim in cells] == values
    assert [claim.period_end for claim in cells] == [f"{year}-03-31" for year in range(2014, 2020)]


def test_the_survey_has_every_cell_with_its_base() -> None:
    cells = [claim for claim in BOOK.claims if claim.whole]
    assert {claim.table_label for claim in cells} == {f"Table {number}" for number in range(3, 20)}
    assert Counter(claim.kind for claim in cells)["percentage"] == Counter(claim.kind for claim in cells)["count"]
    assert all(claim.base for claim in cells)
