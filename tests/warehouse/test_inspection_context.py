"""Ofsted and figures together, on the real releases: what stood at an inspection, and what has changed since."""

from __future__ import annotations

from typing import Any

import pytest

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_durhams_inspections_stand_beside_the_rates_of_their_time_and_the_newest() -> None:
    # DfE's looked-after releases: 84 for 2019 in 2022's, 85 in 2024's; 99 for 2022; 122 for 2024.
    assert rows(
        "select inspected_on::text, then_basis, then_period, then_release, then_value::text, then_value_restated::text,"
        " latest_period, latest_value::text, change_since::text from marts.inspection_context"
        " where council_code = 'E06000047' and indicator_id = 'cla_rate_per_10000' and inspected_on < '2023-01-01'"
        " order by 1"
    ) == [
        ("2019-08-30", "published_since", "2019", "2022", "84", "85", "2024", "122", "37"),
        ("2022-05-09", "published_since", "2022", "2022", "99", "99", "2024", "122", "23"),
    ]


def test_what_was_known_then_is_what_the_history_says_was_known_on_that_day() -> None:
    assert rows(
        "select count(*) > 1000, count(*) filter (where history.value is distinct from context.then_value)"
        " from marts.inspection_context context join marts.dim_council using (council_code)"
        " join marts.indicator_history history"
        "   on history.dfe_code = dim_council.dfe_code and history.indicator_id = context.indicator_id"
        "   and history.period = context.then_period and history.known_from <= context.inspected_on"
        "   and coalesce(history.known_to > context.inspected_on, true)"
        " where context.then_basis = 'known_then'"
    ) == [(True, 0)]


def test_no_figure_is_of_a_period_that_had_not_ended_and_no_visit_has_any() -> None:
    assert rows(
        "select count(*) from marts.inspection_context context join marts.ofsted_judgements using (inspection_id)"
        " where then_period_end_date > inspected_on or overall_effectiveness_status = 'visit'"
    ) == [(0,)]


def test_the_areas_that_inspectors_named_have_indicators_or_say_who_has_them() -> None:
    # Durham, May 2022: the three areas that our documents name.
    found = rows(
        "select area_id, relation, indicator_id, indicator_status, then_value::text, latest_value::text"
        " from marts.inspection_areas where inspection_id = 'E06000047/2022-05-09' order by 1, 2 desc, 3"
    )
    assert found == [
        ("missing_interviews", "shows", "MIS03", "local_only", None, None),
        ("missing_interviews", "near", "cla_missing_pct", "held", "10", "11"),
        ("pathway_plans", "shows", "CL06", "local_only", None, None),
        ("pathway_plans", "near", "care_leavers_not_in_touch_pct", "held", None, "0"),
        ("short_break_waits", "shows", "SB01", "local_only", None, None),
        ("short_break_waits", "shows", "SB02", "local_only", None, None),
    ]
    # The newest release of Ofsted's at hand is as at 31 March 2025.
    assert rows(
        "select distinct council_name, inspection_status from marts.inspection_areas"
        " where inspection_id is null order by 1"
    ) == [("Redcar and Cleveland", "not_held"), ("South Tyneside", "not_held")]
