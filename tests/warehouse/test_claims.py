"""Claims beside the publisher's figures of all England: equal, since revised, or another area's (real files)."""

from __future__ import annotations

from typing import Any

import pytest

from socialcare.claims import warehouse
from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_table_1s_neglect_counts_are_dfes() -> None:
    """414, 348, 301, 528, 566, 475: plans started with neglect as first category (DfE, release 2024, table D2)."""
    found = rows(
        "select claimed_value::int, published_value::int, verdict from marts.claims"
        " where measure = 'cpp_neglect_starts' and line = 606 and is_newest order by period_end"
    )
    assert found == [(n, n, "equal") for n in (414, 348, 301, 528, 566, 475)]


def test_the_rate_of_2019_stands_beside_what_it_was_revised_to() -> None:
    """Published as 83, then 84 and 85 as populations were re-based (DfE, releases 2022 and 2023)."""
    found = rows(
        "select claimed_value::int, release, published_value::int, verdict from marts.claims"
        " where claim_id = '003:604:7' order by release"
    )
    assert found == [(83, "2022", 84, "vintage"), (83, "2023", 85, "vintage")]


def test_englands_rate_in_the_report_is_another_areas() -> None:
    found = rows(
        "select release, published_value::int, verdict from marts.claims where claim_id = '003:595:11' order by 1"
    )
    assert found == [("2022", 65, "different"), ("2023", 66, "different")]


def test_every_claim_is_there_and_one_without_a_figure_is_not_comparable() -> None:
    assert rows("select count(distinct claim_id) from marts.claims") == rows(
        "select count(*) from reference.claims_quoted"
    )
    found = rows("select distinct verdict, release from marts.claims where measure = 'area_square_miles'")
    assert found == [("not_comparable", "none")]


def test_the_checks_say_the_same_of_what_the_warehouse_holds() -> None:
    """Run as the runner does, on the warehouse's own figures and judgements."""
    found = warehouse.findings("marts", "transformer")
    wrong = {
        claim for each in found if each.check == "against_published" and each.class_ == "error" for claim in each.claims
    }
    different = {claim for (claim,) in rows("select distinct claim_id from marts.claims where verdict = 'different'")}
    assert wrong - {"003:179:5"} == different - {"003:643:1"}
    # Ofsted's releases at hand end in 2024: Durham's Good of 2022 stands in them, its judgement of 2019 does not.
    assert ("003", 191) in {(each.document, each.line) for each in found if each.check == "judgement_superseded"}
