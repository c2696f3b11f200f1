"""What DfE itself changed from release to release, on the real files: looked-after rates, the workforce of 2023."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from socialcare.database import connect

pytestmark = pytest.mark.usefixtures("england")

_AREA = ["time_period", "geographic_level", "region_code", "old_la_code"]
_COUNTRY = ["time_identifier", "country_code", "country_name", "region_name", "new_la_code", "la_name"]


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_durhams_looked_after_rates_were_restated_as_populations_were_rebased() -> None:
    found = rows(
        "select period, release_from, value_from::text, release_to, value_to::text, kind from marts.restatements"
        " where source_id = 'dfe_children_looked_after' and table_name = 'numbers_and_rates'"
        " and measure = 'rate_per_10000' and breakdown like '%at 31 March each year' and area_code = 'E06000047'"
        " and release_from = '2022' and period in ('2019', '2021') order by 1"
    )
    assert found == [
        ("2019", "2022", "84", "2023", "85", "number to number"),
        ("2021", "2022", "93", "2023", "96", "number to number"),
    ]


def test_each_release_stays_with_its_own_figure() -> None:
    found = rows(
        "select release, value::text, is_newest from marts.indicator_history"
        " where indicator_id = 'cla_rate_per_10000' and area_code = 'E06000047' and period = '2021' order by 1"
    )
    assert found == [("2022", "93", False), ("2023", "96", False), ("2024", "96", True)]


def test_the_48_cells_that_the_workforce_release_of_2024_changed_are_found_each_in_its_place(published: Path) -> None:
    expected = changed_cells(published / "dfe" / "childrens_social_work_workforce")
    assert len(expected) == 48
    assert ("138.5", "u") in {(was, now) for _, _, _, was, now in expected}
    found = rows(
        "select r.period, coalesce(nullif(o.old_la_code, ''), r.area_code), r.measure, r.text_from, r.text_to"
        " from marts.restatements r join intermediate.int_observations__unioned o"
        "   on o.source_id = r.source_id and o.table_name = r.table_name and o.release = r.release_to"
        "   and o.source_line = r.line_to and o.measure = r.measure"
        " where r.source_id = 'dfe_social_work_workforce' and r.table_name = 'indicators'"
        " and r.release_from = '2023' and r.release_to = '2024'"
    )
    assert sorted(found) == sorted(expected)


def changed_cells(folder: Path) -> list[tuple[str, str, str, str, str]]:
    """Return period, area, column, then and now of each cell that differs, read with pandas alone."""
    then, now = (
        pd.read_csv(
            folder / str(year) / f"csww_indicators_2017_to_{year}.csv",
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
        )
        for year in (2023, 2024)
    )
    long = [
        frame.drop(columns=_COUNTRY).melt(id_vars=_AREA, var_name="measure", value_name="text") for frame in (then, now)
    ]
    both = long[0].merge(long[1], on=[*_AREA, "measure"], suffixes=("_then", "_now"))
    differ = both[both["text_then"] != both["text_now"]]
    return [
        (
            row.time_period,
            row.old_la_code or {"Regional": row.region_code}.get(row.geographic_level, "E92000001"),
            row.measure,
            row.text_then,
            row.text_now,
        )
        for row in differ.itertuples()
    ]


def test_every_area_of_the_real_files_is_a_council_a_region_or_england() -> None:
    levels = rows(
        "select geographic_level, count(distinct area_code) from intermediate.int_observations__unioned group by 1"
    )
    # Nine regions and London's halves.
    assert dict(levels)["region"] == 11
    assert dict(levels)["national"] == 1
    joint = rows(
        "select distinct area_code, old_la_code from intermediate.int_observations__unioned"
        " where area_code like '%/%' order by 1"
    )
    assert joint == [("E06000061 / E06000062", "940 / 941"), ("E09000021 / E09000027", "314 / 318")]
    under_old_codes = rows(
        "select distinct area_code, table_name from intermediate.int_observations__unioned"
        " where area_code in ('E06000048', 'E08000020') order by 1"
    )
    assert under_old_codes == [
        ("E06000048", "section_47_and_conferences"),
        ("E06000048", "workforce"),
        ("E08000020", "section_47_and_conferences"),
        ("E08000020", "workforce"),
    ]


def test_the_nine_regions_add_up_to_england_and_londons_halves_would_count_it_twice() -> None:
    found = rows(
        "select sum(o.value) filter (where r.part_of is null) - max(e.value),"
        " sum(o.value) filter (where r.part_of is not null) - max(o.value) filter (where r.region_code = 'E12000007')"
        " from intermediate.int_observations__unioned o join reference.regions r on o.area_code = r.region_code"
        " join intermediate.int_observations__unioned e on e.landing_id = o.landing_id and e.measure = o.measure"
        "   and e.period = o.period and e.geographic_level = 'national'"
        " where o.source_id = 'dfe_children_in_need' and o.table_name = 'population' group by o.period"
    )
    # Children aged 0 to 17, DfE's population file of the 2024 release, not rounded: exact in each of twelve years.
    assert found == [(0, 0)] * 12


def test_no_number_is_of_a_council_in_a_year_in_which_it_did_not_exist() -> None:
    found = rows(
        "select distinct o.source_id, o.table_name, o.area_code, o.period"
        " from intermediate.int_observations__unioned o"
        " cross join lateral unnest(string_to_array(o.old_la_code, ' / ')) as member (dfe_code)"
        " where o.geographic_level = 'la' and o.value is not null and not exists ("
        "   select from reference.councils c where c.dfe_code = member.dfe_code"
        "   and coalesce(c.valid_from, '-infinity') <= make_date(o.period_year, 12, 31)"
        "   and coalesce(c.valid_to, 'infinity') >= make_date(o.period_year, 1, 1))"
    )
    # The looked-after files list Cumbria and others for years after their end, with symbols only.
    assert found == []


def test_an_ons_code_and_the_departments_code_beside_it_mean_one_council() -> None:
    found = rows(
        "select distinct o.area_code, o.old_la_code from intermediate.int_observations__unioned o"
        " join reference.councils c on c.council_code = o.area_code where c.dfe_code <> o.old_la_code"
    )
    assert found == []


def test_ranks_moved_by_the_workforce_release_of_2024_are_those_of_its_files(published: Path) -> None:
    folder = published / "dfe" / "childrens_social_work_workforce"
    then, now = (ranked(folder / str(year) / f"csww_indicators_2017_to_{year}.csv") for year in (2023, 2024))
    both = then.join(now, lsuffix="_then", rsuffix="_now", how="inner")
    moved = both[both["rank_then"] != both["rank_now"]]
    assert len(moved) > 100
    found = rows(
        "select council_code, rank_from, ranked_from, rank_to, ranked_to, own_figure_restated from marts.rank_changes"
        " where indicator_id = 'sw_agency_fte_pct' and period = '2023' and release_from = '2023'"
        " and release_to = '2024' and rank_change <> 0"
    )
    assert sorted(found) == sorted(
        (code, int(row.rank_then), len(then), int(row.rank_now), len(now), row.value_then != row.value_now)
        for code, row in moved.iterrows()
    )


def test_a_rank_moved_to_is_the_rank_that_is_compared() -> None:
    assert rows(
        "select count(*) > 1000, count(*) filter (where (moved.rank_to, moved.ranked_to, moved.value_to)"
        "   is distinct from (ours.rank_england, ours.ranked_in_england, ours.value)"
        "   or moved.band_to is distinct from ours.quartile_band)"
        " from marts.rank_changes moved join marts.regional_comparison ours using (council_code, indicator_id, period)"
        " where split_part(ours.release_id, '/', 2) = moved.release_to"
    ) == [(True, 0)]


def ranked(path: Path) -> pd.DataFrame:
    """Each council's agency rate of 2023 in one file, with its rank: low is good, ties share the best place."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame = frame[(frame["geographic_level"] == "Local authority") & (frame["time_period"] == "2023")]
    value = pd.to_numeric(frame.set_index("new_la_code")["agency_rate_fte"], errors="coerce").dropna()
    return pd.DataFrame({"value": value, "rank": value.rank(method="min")})
