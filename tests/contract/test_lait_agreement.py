"""Our figures against those of DfE's tool (LAIT), on the real files: the same releases, every council and year.

What is expected was counted without our models: with pandas from DfE's files and LAIT's, when the folder of
references was made (``lait_mapping.csv`` beside it has the counts by measure), and here where it says so.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from socialcare.database import connect
from socialcare.land import tables
from socialcare.registry import all_sources
from socialcare.settings import get_settings
from socialcare.steps.ingest_source import ingest_source
from socialcare.warehouse import dbt, lait

#: What LAIT of November 2024 took its figures from, and one later release that must not matter.
RELEASES = {
    "dfe_lait": ["2024-11"],
    "dfe_children_in_need": ["2024"],
    "dfe_children_looked_after": ["2022", "2023"],
    "dfe_outcomes_for_children_in_social_care": ["2023"],
    "dfe_social_work_workforce": ["2023", "2024"],
    "dfe_social_work_workforce_sfr": ["2015", "2016"],
}
#: The folders of lait_mapping.csv that are LAIT's own vintage. It compared the 2022 release in all its years, not
#: only in 2018: that one year is counted here.
VINTAGE = (
    "children_in_need/2024/",
    "children_looked_after/2023/",
    "childrens_social_work_workforce/2015/",
    "childrens_social_work_workforce/2016/",
    "childrens_social_work_workforce/2023/",
    "outcomes_for_children_in_social_care/2023/",
)


@pytest.fixture(scope="module", autouse=True)
def england(module_warehouse: str, published: Path) -> Iterator[None]:
    """LAIT and the releases behind it, landed and compared once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOCIALCARE_SOURCES", "mirror")
        environment.setenv("SOCIALCARE_PUBLISHED", str(published))
        get_settings.cache_clear()
        with connect("loader") as connection:
            for source in all_sources():
                tables.ensure(connection, source)
        for source_id, releases in RELEASES.items():
            for release in releases:
                ingest_source(source_id, only=release)
        dbt.build("+lait_coverage")
        yield
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def found() -> lait.Agreement:
    return lait.agreement("marts", "transformer")


@pytest.fixture(scope="module")
def in_lait(published: Path) -> pd.DataFrame:
    """LAIT's figures as pandas reads them."""
    figures = pd.read_parquet(published / "dfe/lait/lait_2024-11-15.parquet")
    figures.columns = pd.Index(["code", "item", "year", "area", "text", "number", "region"])
    return figures.assign(value=pd.to_numeric(figures.text, errors="coerce"), number=figures.number.astype(int))


def test_120_measures_are_compared_and_115_equal_in_every_figure(found: lait.Agreement) -> None:
    assert len(found.measures) == 134
    assert len(found.compared) == 120
    assert len(found.equal_throughout) == 115
    assert {one.lait_code for one in found.compared} - {one.lait_code for one in found.equal_throughout} == {
        "CP_conf_15days", "Continue_Assess_Comp", "RefBySource_Schl_%", "RefBySource_Police_%", "Stability_School",
    }  # fmt: skip
    # 126,455 and 126,360: the sums of the two tests below, which take them from elsewhere.
    assert (found.cells_compared, found.cells_equal) == (126_455, 126_360)
    assert all(one.not_carried_because for one in found.measures if one.state != "compared")


def test_as_many_figures_are_compared_and_equal_as_were_counted_without_us(published: Path) -> None:
    compared: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    with (published.parent / "reference/domain/lait_mapping.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["source_file"].removeprefix("dfe/").startswith(VINTAGE):
                compared[row["lait_code"]] += int(row["cells_compared"])
                equal[row["lait_code"]] += int(row["cells_equal"])
    with connect("transformer") as connection:
        counted = connection.execute(
            "select lait_code, count(*) filter (where agreement in ('equal', 'different')),"
            " count(*) filter (where agreement = 'equal') from marts.lait_agreement"
            " where release_id <> 'dfe_children_looked_after/2022' group by lait_code"
        ).fetchall()
    assert {code: cells for code, cells, _ in counted} == compared
    assert {code: cells for code, _, cells in counted} == equal


def test_2018_is_compared_with_the_release_that_had_it_then(published: Path, in_lait: pd.DataFrame) -> None:
    release = pd.read_csv(
        published / "dfe/children_looked_after/2022/cla_number_and_rate_per_10k_children.csv", dtype=str
    )
    councils = release[(release.time_period == "2018") & (release.geographic_level == "Local authority")]
    groups = {
        "LACnum": ("Children looked after at 31 March each year", "number"),
        "LAC": ("Children looked after at 31 March each year", "rate_per_10000"),
        "LACnum_Start": ("Children starting to be looked after each year", "number"),
        "LAC_Start_Rate": ("Children starting to be looked after each year", "rate_per_10000"),
        "LACceased": ("Children ceasing to be looked after each year", "number"),
        "LAC_Cease_Rate": ("Children ceasing to be looked after each year", "rate_per_10000"),
    }
    with connect("transformer") as connection:
        counted = connection.execute(
            "select lait_code, count(*) from marts.lait_agreement where year = 2018 and agreement = 'equal'"
            " and geographic_level = 'la' and release_id = 'dfe_children_looked_after/2022' group by lait_code"
        ).fetchall()
    expected = {}
    for code, (group, column) in groups.items():
        ours = councils[councils.population_count == group].set_index("old_la_code")[column]
        theirs = in_lait[(in_lait.code == code) & (in_lait.year == "2018")].set_index("number").value
        pairs = pd.DataFrame({"ours": pd.to_numeric(ours, errors="coerce").rename(index=int), "theirs": theirs})
        expected[code] = int((pairs.ours == pairs.theirs).sum())
    assert dict(counted) == expected
    assert set(expected.values()) == {152}


def test_every_figure_of_lait_in_the_years_compared_has_its_row(in_lait: pd.DataFrame) -> None:
    with connect("transformer") as connection:
        years = connection.execute("select distinct lait_code, year::text from marts.lait_agreement").fetchall()
        rows = connection.execute(
            "select lait_code, year::text, lait_area from marts.lait_agreement where lait_value is not null"
        ).fetchall()
    compared = set(years)
    figures = in_lait[in_lait.value.notna()]
    keys = zip(figures.code, figures.year, figures.number.astype(str), strict=True)
    assert {key for key in keys if key[:2] in compared} == set(rows)


def test_every_difference_is_explained_by_what_is_behind_it(found: lait.Agreement) -> None:
    assert found.unexplained == []
    assert Counter((one.agreement, one.explanation_class) for one in found.differences) == {
        # 43 of 53 conferences within 15 days, 11 of 14 assessments, six shares of referrals and two of school moves
        # are regions or England; all others are councils.
        ("different", "rounded_counts"): 62,
        ("different", "lait_contradicts_itself"): 10,
        ("different", "other_edition"): 23,
        # 41 conferences, 132 assessments.
        ("lait_only", "suppressed_counts"): 173,
        ("lait_only", "rounds_to_zero"): 3,
        ("ours_only", "zero_as_a_dash"): 15,
        ("ours_only", "no_figure_in_lait"): 1,
    }
    assert {one.geographic_level for one in found.unequal if one.explanation_class == "rounded_counts"} == {
        "region", "national",
    }  # fmt: skip


def test_the_limits_of_a_rounded_percentage_are_those_of_its_counts(published: Path, found: lait.Agreement) -> None:
    c5 = pd.read_csv(
        published / "dfe/children_in_need/2024/c5_children_in_need_referrals_by_source_2014_to_2024.csv", dtype=str
    ).set_index(["time_period", "region_name"])
    shares = {"RefBySource_Schl_%": "Schools", "RefBySource_Police_%": "Police"}
    listed = [one for one in found.unequal if one.lait_code in shares]
    assert len(listed) == 6
    for one in listed:
        row = c5[c5.geographic_level == "Regional"].loc[(str(one.year), one.area_name)]
        part, whole = int(row[shares[one.lait_code]]), int(row["Referrals"])
        lowest, highest = 100 * (part - 5) / (whole + 5), 100 * (part + 5) / (whole - 5)
        assert f"from {round(lowest, 3):g} to {round(highest, 3):g}." in one.explanation
        assert one.lait_value is not None
        assert lowest <= float(one.lait_value) + 0.05
        assert highest >= float(one.lait_value) - 0.05


def test_the_report_ends_with_what_was_compared(found: lait.Agreement) -> None:
    out = Console(record=True, width=200, file=io.StringIO())
    lait.show(out, found)
    text = out.export_text()
    assert text.rstrip().endswith(
        "120 of 134 measures compared, 115 equal in every figure; 126,455 figures compared, 126,360 equal, "
        "95 different, 0 unexplained."
    )
    assert text.count("rounded_counts:") == 62
