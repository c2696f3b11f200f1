"""The bundled sample, as a fresh clone runs it: the same figures for our councils, and no rank against part of England.

Expected figures are DfE's, releases of 2024; the sample has 27 councils, so nothing national can be worked out.
"""

from __future__ import annotations

from typing import Any

import pytest

from socialcare.database import connect
from socialcare.registry import all_sources
from socialcare.steps.night import ingest_source
from socialcare.warehouse import dbt

from .delivered import Row, deliver, token


@pytest.fixture(scope="module", autouse=True)
def sample(module_warehouse: str) -> None:
    """The sample, through the same steps as the real thing, built once."""
    for source in all_sources():
        ingest_source("night-1", source.id)
    dbt.build("+regional_comparison +ofsted_judgements +reconciliation")


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_our_three_councils_have_the_published_figures_and_their_neighbours() -> None:
    found = rows(
        "select council_name, value::text, north_east_value::text, england_value::text, neighbours_reporting,"
        " neighbour_status from marts.regional_comparison"
        " where indicator_id = 'sw_turnover_fte_pct' and period = '2024'"
        " and council_name in ('Durham', 'South Tyneside', 'Redcar and Cleveland') order by 1"
    )
    assert found == [
        ("Durham", "11.1", "12.6", "13.8", 10, "given"),
        ("Redcar and Cleveland", "16.4", "12.6", "13.8", 10, "given"),
        ("South Tyneside", "23", "12.6", "13.8", 10, "given"),
    ]


def test_nothing_is_ranked_against_england_and_the_region_is_ranked_whole() -> None:
    assert rows("select count(rank_england), count(quartile_band) from marts.regional_comparison") == [(0, 0)]
    found = rows(
        "select distinct ranked_in_north_east from marts.regional_comparison"
        " where indicator_id = 'rereferral_pct' and region_code = 'E12000001'"
    )
    assert found == [(12,)]


def test_each_of_our_councils_has_one_current_judgement() -> None:
    found = rows(
        "select council_name, overall_effectiveness from marts.ofsted_judgements where is_current"
        " and council_name in ('Durham', 'South Tyneside', 'Redcar and Cleveland') order by 1"
    )
    assert len(found) == 3
    assert found[0] == ("Durham", "Good")


def test_a_local_figure_stands_beside_the_published_one_with_a_verdict_and_why() -> None:
    """DfE's agency rates at 30 September 2024: Durham 8.9, South Tyneside 11.9; the staff here are made up."""
    returned: dict[str, Any] = {"return_id": "csww", "year": 2024}
    deliver("2024-09-30", {"workers": [_worker("staff", 91.1, "0"), _worker("agency", 8.9, "1")]}, **returned)
    deliver(
        "2024-09-30", {"workers": [_worker("staff", 50, "0"), _worker("agency", 50, "1")]},
        council="south_tyneside", is_synthetic=True, **returned,
    )  # fmt: skip
    dbt.build("local_indicators reconciliation")
    found = rows(
        "select council_name, indicator_id, local_value::float, published_value::float, difference::float, verdict,"
        " likely_reason from marts.reconciliation where period = '2024'"
        " and indicator_id in ('sw_agency_fte_pct', 'sw_turnover_fte_pct', 'sw_vacancy_fte_pct') order by 1, 2"
    )
    assert found[:2] == [
        ("Durham", "sw_agency_fte_pct", 8.9, 8.9, 0.0, "agrees", None),
        ("Durham", "sw_turnover_fte_pct", 0.0, 11.1, -11.1, "differs", "definition"),
    ]
    # Nobody said how many posts are vacant.
    assert found[2][:3] + found[2][5:] == ("Durham", "sw_vacancy_fte_pct", None, "not_comparable", "local_missing")
    assert found[3] == ("South Tyneside", "sw_agency_fte_pct", 50.0, 11.9, 38.1, "differs", "synthetic")


def _worker(name: str, fte: float, is_agency: str) -> Row:
    return {"worker_pseudonym": token(name), "fte": fte, "is_agency": is_agency, "cases": 0, "working_days_lost": 0}
