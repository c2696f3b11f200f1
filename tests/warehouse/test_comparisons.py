"""The real releases of 2024, read from a local mirror: do the marts say what the publishers published?

Expected figures are DfE's and Ofsted's own, read off the files by eye (releases named in each test).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")

DURHAM, SOUTH_TYNESIDE, REDCAR = "E06000047", "E08000023", "E06000003"


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def latest(indicator: str, column: str) -> list[Any]:
    """One column of 2024 for Durham, South Tyneside, and Redcar and Cleveland."""
    query = f"select council_code, {column} from marts.regional_comparison where indicator_id = %s and period = '2024'"
    found = dict(rows(query, indicator))
    return [found[code] for code in (DURHAM, SOUTH_TYNESIDE, REDCAR)]


@pytest.mark.parametrize(
    ("indicator", "figures"),
    [
        ("cla_rate_per_10000", ["122", "102", "153"]),
        ("sw_turnover_fte_pct", ["11.1", "23", "16.4"]),
        ("sw_agency_fte_pct", ["8.9", "11.9", "13.3"]),
        ("rereferral_pct", ["17", "22.8", "14.9"]),
    ],
)
def test_our_councils_have_the_figures_that_dfe_published_for_2024(indicator: str, figures: list[str]) -> None:
    assert [str(value) for value in latest(indicator, "value")] == figures


def test_region_and_england_are_dfes_own_figures() -> None:
    # csww_indicators 2024: North East 12.6, England 13.8.
    assert {str(value) for value in latest("sw_turnover_fte_pct", "north_east_value")} == {"12.6"}
    assert {str(value) for value in latest("sw_turnover_fte_pct", "england_value")} == {"13.8"}


@pytest.mark.parametrize(
    ("indicator", "councils"),
    [
        ("cpp_starts_rate_per_10000", 151),
        ("rereferral_pct", 149),
        ("sw_turnover_fte_pct", 150),
        ("sw_agency_fte_pct", 147),
        ("sw_vacancy_fte_pct", 151),
        ("sw_caseload_fte", 150),
        ("sw_absence_fte_pct", 149),
    ],
)
def test_as_many_councils_are_ranked_as_have_a_number(indicator: str, councils: int) -> None:
    # Counted from the files of the 2024 releases, City of London and Isles of Scilly included when they report.
    assert set(latest(indicator, "ranked_in_england")) == {councils}


def test_looked_after_children_are_never_ranked_because_neither_high_nor_low_is_good() -> None:
    found = rows(
        "select distinct rank_england, quartile_band, rank_status from marts.regional_comparison"
        " where indicator_id = 'cla_rate_per_10000'"
    )
    assert found == [(None, None, "neutral_polarity")]


def test_a_period_comes_from_the_newest_release_that_holds_it() -> None:
    found = rows(
        "select period, release_id, change_status from marts.regional_comparison"
        " where indicator_id = 'cla_rate_per_10000' and council_code = %s and period <= '2021' order by 1",
        DURHAM,
    )
    # Each release of looked-after figures holds five years: 2018 is only in the release of 2022.
    assert found == [
        ("2018", "dfe_children_looked_after/2022", "previous_period_not_in_release"),
        ("2019", "dfe_children_looked_after/2023", "previous_period_not_in_release"),
        ("2020", "dfe_children_looked_after/2024", "previous_period_not_in_release"),
        ("2021", "dfe_children_looked_after/2024", "given"),
    ]


def test_every_release_is_kept_beside_the_newest() -> None:
    found = rows(
        "select release, value from intermediate.int_indicators__observed"
        " where indicator_id = 'cla_rate_per_10000' and area_code = %s and period = '2020' order by 1",
        DURHAM,
    )
    assert [release for release, _ in found] == ["2022", "2023", "2024"]


def test_joint_returns_are_one_row_named_after_both_and_ranked_once() -> None:
    found = rows(
        "select council_code, council_name, rank_status from marts.regional_comparison"
        " where is_joint_return and indicator_id = 'sw_vacancy_fte_pct' and period = '2024' order by 1"
    )
    assert found == [
        ("E06000061 / E06000062", "North Northamptonshire and West Northamptonshire", "ranked"),
        ("E09000021 / E09000027", "Kingston upon Thames and Richmond upon Thames", "ranked"),
    ]


def test_a_council_abolished_before_the_period_has_no_row() -> None:
    # The looked-after file lists Cumbria (abolished in 2023) with 'z' for 2024.
    assert rows("select 1 from marts.regional_comparison where council_code = 'E10000006' and period = '2024'") == []


def test_every_period_held_is_complete_by_our_list_of_councils() -> None:
    assert (
        rows("select distinct rank_status from marts.regional_comparison where rank_status = 'england_incomplete'")
        == []
    )
    assert rows("select 1 from marts.regional_comparison where neighbour_status = 'neighbours_incomplete'") == []


def test_a_suppressed_figure_is_neither_zero_nor_unexplained() -> None:
    found = rows("select distinct value_status, value from marts.regional_comparison where value_text = 'c'")
    assert found == [("suppressed", None)]


def test_an_origin_leads_to_the_very_cell_that_holds_the_figure(published: Path) -> None:
    found = rows(
        "select origins.release_id, file_name, line, source_column, value_text, north_east_line, north_east_value"
        " from marts.figure_origins as origins"
        " join marts.regional_comparison using (council_code, indicator_id, period)"
        " where council_code = %s and period = '2024' and value_origin = 'published'",
        SOUTH_TYNESIDE,
    )
    # The files of 2024: all but the measures of schools, nine in files not held of 2024, and five worked out of counts.
    assert len(found) == 78
    for release_id, file_name, line, column, text, region_line, region_value in found:
        path = next(published.glob(f"dfe/*/{release_id.rpartition('/')[2]}/{file_name}"))
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        position = lines[0].index(column)  # the heading, letter for letter
        assert lines[line - 1][position] == text
        if region_value is not None:
            assert float(lines[region_line - 1][position]) == float(region_value)


def test_every_figure_has_an_origin() -> None:
    found = rows(
        "select count(*) from marts.regional_comparison as figures left join marts.figure_origins as origins"
        " using (council_code, indicator_id, period) where origins.line is null or origins.england_line is null"
    )
    assert found == [(0,)]


def test_durham_was_told_to_improve_in_2019_and_is_good_since_2022() -> None:
    found = rows(
        "select publication_date::text, inspection_start_date::text, inspection_start_date_status,"
        " overall_effectiveness, leaders, care_leavers_status, is_current from marts.ofsted_judgements"
        " where council_code = %s and overall_effectiveness is not null order by 1",
        DURHAM,
    )
    # Ofsted's workbook of 2024: history sheet (publication dates) and as-at sheet (9 May 2022).
    assert found == [
        (
            "2019-10-21", None, "not_given_by_source", "Requires improvement to be good",
            "Requires improvement to be good", "not_judged_separately_before_2023", False,
        ),
        (
            "2022-07-05", "2022-05-09", "given", "Good", "Outstanding",
            "not_judged_separately_before_2023", True,
        ),
    ]  # fmt: skip


def test_current_judgements_are_those_ofsted_counts_at_31_march_2024() -> None:
    found = dict(
        rows(
            "select overall_effectiveness, count(*) from marts.ofsted_judgements"
            " join reference.councils using (council_code)"
            " where is_current and (valid_to is null or valid_to > '2024-03-31') group by 1"
        )
    )
    # Counted from the as-at sheet of the 2024 workbook; two councils of 153 were not yet inspected.
    assert found == {
        "Outstanding": 30, "Good": 61, "Requires improvement to be good": 43, "Inadequate": 17,
    }  # fmt: skip


def test_a_visit_has_no_grade_and_says_so() -> None:
    found = rows(
        "select distinct overall_effectiveness_status, is_current from marts.ofsted_judgements"
        " where inspection_type in ('ILACS Focused Visit', 'LA Monitoring visit')"
    )
    assert found == [("visit", False)]


def test_a_council_that_sent_nothing_has_a_row_that_says_so() -> None:
    found = rows("select council_code, children_looked_after, value_status from marts.looked_after_now order by 1")
    assert found == [(code, None, "not_available") for code in sorted((DURHAM, SOUTH_TYNESIDE, REDCAR))]
