"""Every rate that DfE gives of a council, from its numerator and the population of the same release.

In-need and looked-after rates come out exactly, workforce rates within 0.1 (they rest on full-time equivalents rounded
to one decimal). What does not is listed here with the reason, and nothing else may be.
"""

from __future__ import annotations

from typing import Any

import pytest

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


#: A column of a rate and the column counted, in one row; the population of the year before, in a table of the release.
IN_NEED = """
with figures as (
    select landing.release_id, figures.*
    from intermediate.int_observations__unioned as figures
    join raw.current_landings as landing using (landing_id)
    where figures.source_id = 'dfe_children_in_need' and figures.geographic_level = 'la' and figures.value is not null
),
rates as (
    select rate.release_id, rate.table_name, rate.measure, rate.period_year, rate.area_name, rate.value as published,
        counted.value as counted, people.value as people
    from figures as rate
    join figures as counted
        on counted.landing_id = rate.landing_id and counted.source_line = rate.source_line
        and counted.measure = left(rate.measure, -5)
    join figures as people
        on people.release_id = rate.release_id and people.table_name = 'population'
        and people.old_la_code = rate.old_la_code and people.period_year = rate.period_year - 1
    where rate.measure like '%\\_rate'
)
"""


def test_every_in_need_rate_is_its_count_over_the_population_of_its_release() -> None:
    found = rows(
        IN_NEED + "select count(*), count(distinct (table_name, measure)),"
        " count(*) filter (where abs(published - 10000 * counted / people) > 0.05) from rates"
    )
    # The release of 2024: 29 columns of rates in its tables, twelve years of up to 152 councils.
    ((compared, columns, wrong),) = found
    assert columns == 29
    assert compared == 42_244
    assert wrong == 0


def test_every_looked_after_rate_is_its_count_over_the_population_in_its_row() -> None:
    found = rows(
        "select release_id, count(*), max(abs(value - 10000 * numerator / denominator))"
        " from intermediate.int_indicators__observed where geographic_level = 'la' and value is not null"
        " and indicator_id in ('cla_rate_per_10000', 'cla_starts_rate_per_10000', 'cla_ends_rate_per_10000')"
        " group by release_id order by 1"
    )
    assert [release for release, *_ in found] == [f"dfe_children_looked_after/{year}" for year in (2022, 2023, 2024)]
    assert all(compared > 2200 and largest <= 0.5 for _, compared, largest in found)


def test_every_share_of_the_catalogue_is_its_counts() -> None:
    # Wherever both are published, of every release: no exception. Published to the decimals of the catalogue.
    found = rows(
        "select count(*), count(distinct indicator_id), count(*) filter ("
        "  where abs(value - multiplier * numerator / denominator) > 0.51 * 10.0 ^ -decimals)"
        " from intermediate.int_indicators__observed join marts.dim_indicator using (indicator_id)"
        " where geographic_level = 'la' and interval_method = 'wilson' and value_origin = 'published'"
        " and numerator is not null and denominator > 0 and value is not null"
    )
    ((compared, indicators, wrong),) = found
    assert indicators > 50
    assert compared > 40_000
    assert wrong == 0


#: Rates that differ by more than 0.1, of all releases: their parts are published to one decimal, and are small.
ROUNDED_PARTS = {"sw_agency_cover_fte_pct": 99, "sw_caseload_fte": 2, "sw_turnover_fte_pct": 6}


def test_workforce_rates_come_out_within_a_tenth_but_where_their_parts_are_rounded() -> None:
    parts = (
        "select indicator_id, value, value - multiplier * numerator / denominator as difference,"
        # What numerator and denominator can have been before they were rounded to 0.1; cases are whole.
        " multiplier * (numerator - 0.05) / (denominator + 0.1) - 0.05 as lowest,"
        " multiplier * (numerator + 0.05) / nullif(greatest(denominator - 0.1, 0.05), 0) + 0.05 as highest"
        " from intermediate.int_indicators__observed join marts.dim_indicator using (indicator_id)"
        " where geographic_level = 'la' and release_id like 'dfe_social_work_workforce/%' and value is not null"
        " and numerator is not null and denominator > 0"
    )
    found = rows(
        f"select indicator_id, count(*), count(*) filter (where abs(difference) > 0.1),"
        f" count(*) filter (where abs(difference) > 0.1 and value not between lowest and highest)"
        f" from ({parts}) as parts group by indicator_id"
    )
    assert len(found) == 5
    assert all(compared > 3000 for _, compared, _, _ in found)
    assert {indicator: beyond for indicator, _, beyond, _ in found if beyond} == ROUNDED_PARTS
    assert [indicator for indicator, *_, unexplained in found if unexplained] == []
