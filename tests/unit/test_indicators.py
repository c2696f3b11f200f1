"""The seeds of councils and indicators: do they fit the declarations and each other?"""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date

import pytest
from scipy.stats import chi2

from socialcare.registry import Source, all_councils, all_sources, source
from socialcare.settings import PROJECT_ROOT
from socialcare.warehouse.generate_staging import observed

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds"
STAGING = PROJECT_ROOT / "dbt_project" / "models" / "staging"


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


INDICATORS = seed("indicators/indicator_rules.csv")
COUNCILS = seed("councils/councils.csv")


ELSEWHERE = seed("indicators/indicator_sources.csv")
IDS = [row["indicator_id"] for row in INDICATORS]


def require_rows(row: dict[str, str], table_name: str, columns: str, breakdown: str) -> None:
    """Each column is a declared figure of the table, and the breakdown names each column that divides its rows."""
    table = source(row["source_id"]).tables[table_name]
    assert set(columns.split(" + ")) <= {column.name for column in table.figures}
    dividing = {column.name: column.values for column in table.filters if len(column.values) > 1}
    picked = dict(part.split("=", 1) for part in breakdown.split("; ")) if breakdown else {}
    assert list(picked) == list(dividing), "each column that divides an area's rows, in declared order"
    assert all(picked[column] in dividing[column] for column in picked)


@pytest.mark.parametrize("row", INDICATORS, ids=IDS)
def test_an_indicator_names_declared_figures_and_the_rows_that_count(row: dict[str, str]) -> None:
    own = row["table_name"]
    assert row["measure"] or (row["numerator"] and row["denominator"])
    if row["measure"]:
        require_rows(row, own, row["measure"], row["breakdown"])
    if row["numerator"]:
        require_rows(row, own, row["numerator"], row["numerator_breakdown"] or row["breakdown"])
    if row["denominator"]:
        other = row["denominator_table"]
        rows = row["denominator_breakdown"] or ("" if other else row["breakdown"])
        require_rows(row, other or own, row["denominator"], rows)


@pytest.mark.parametrize("row", ELSEWHERE, ids=[f"{row['indicator_id']} {row['source_id']}" for row in ELSEWHERE])
def test_another_source_of_an_indicator_is_declared_and_says_what_to_mind(row: dict[str, str]) -> None:
    assert row["indicator_id"] in IDS
    require_rows(row, row["table_name"], row["measure"], row["breakdown"])
    assert row["note"].endswith(".")


@pytest.mark.parametrize("row", INDICATORS, ids=IDS)
def test_an_indicator_says_what_people_must_know(row: dict[str, str]) -> None:
    assert row["question"].endswith("?")
    for sentence in ("caveat", "suppression_rule"):
        assert row[sentence].endswith(".")
    assert all(row[column] for column in ("indicator_name", "topic", "unit", "owner", "decimals"))
    assert row["polarity"] != "neutral" or row["banded"] == "no"


def test_a_night_ends_with_eight_headline_indicators_and_each_row_says_whether_it_is_one() -> None:
    assert {row["headline"] for row in INDICATORS} == {"yes", "no"}
    # The eight that the three councils are compared by first: care, protection, re-referrals and the workforce.
    assert {row["indicator_id"] for row in INDICATORS if row["headline"] == "yes"} == {
        "cla_rate_per_10000", "cpp_starts_rate_per_10000", "rereferral_pct", "sw_turnover_fte_pct",
        "sw_agency_fte_pct", "sw_vacancy_fte_pct", "sw_caseload_fte", "sw_absence_fte_pct",
    }  # fmt: skip


@pytest.mark.parametrize("row", seed("inspections/inspection_findings.csv"), ids=lambda row: row["indicator_id"])
def test_an_area_that_inspectors_named_is_tied_to_the_catalogue_or_to_a_councils_own_records(
    row: dict[str, str],
) -> None:
    own = re.fullmatch(r"[A-Z]+\d+", row["indicator_id"])
    assert (row["indicator_id"] in IDS) != bool(own)
    assert bool(row["indicator_name"]) == bool(own)
    assert row["area"].endswith(".")
    assert row["source"]


def test_the_catalogue_has_each_measure_of_dfes_tool_that_our_sources_carry_once() -> None:
    carried = {row["lait_code"] for row in seed("lait/lait_measures.csv") if not row["not_carried_because"]}
    named = [row["lait_code"] for row in INDICATORS if row["lait_code"]]
    assert len(named) == len(set(named)) == 120
    assert set(named) == carried


@pytest.mark.parametrize("row", INDICATORS, ids=IDS)
def test_an_interval_is_for_people_and_plans_that_were_counted(row: dict[str, str]) -> None:
    method = row["interval_method"]
    assert method in ("byar", "wilson", "none")
    if method == "none":
        # Full-time equivalents, sessions and scores are no people counted.
        assert row["unit"] in ("FTE", "score", "cases per FTE case holder", "number") or (
            row["indicator_id"].startswith("sw_") or "_absence_" in row["indicator_id"]
        )
    else:
        assert row["numerator"]
        assert (method == "wilson") == (row["unit"] == "%")
    assert row["multiplier"] == {"byar": "10000", "wilson": "100"}.get(method, row["multiplier"]) or (
        row["unit"] == "number"
    )


@pytest.mark.parametrize("row", INDICATORS, ids=IDS)
def test_only_a_stock_names_who_came_and_who_left(row: dict[str, str]) -> None:
    assert bool(row["inflow"]) == bool(row["outflow"])
    if row["inflow"]:
        assert row["period_type"] == "snapshot"
        flows = [one for one in INDICATORS if one["indicator_id"] in (row["inflow"], row["outflow"])]
        assert {flow["period_type"] for flow in flows} == {"year"}
        assert all(flow["numerator"] and flow["source_id"] == row["source_id"] for flow in flows)


@pytest.mark.parametrize("row", INDICATORS, ids=IDS)
def test_a_year_has_a_beginning_twelve_months_before_its_end_and_a_snapshot_has_none(
    row: dict[str, str],
) -> None:
    end = date(2024, int(row["end_month"]), int(row["end_day"]))
    if row["period_type"] == "snapshot":
        assert row["start_month"] == row["start_day"] == row["start_year_offset"] == ""
    else:
        start = date(2024 + int(row["start_year_offset"]), int(row["start_month"]), int(row["start_day"]))
        assert (end - start).days in (364, 365)


def test_the_exact_limits_of_small_counts_are_halves_of_chi_square_quantiles() -> None:
    limits = seed("indicators/poisson_limits.csv")
    assert [int(row["count"]) for row in limits] == list(range(10))
    for row in limits:
        count = int(row["count"])
        low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
        assert float(row["low"]) == pytest.approx(low, abs=1e-6)
        assert float(row["high"]) == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2, abs=1e-6)


@pytest.mark.parametrize("declared", all_sources(), ids=lambda declared: declared.id)
def test_no_declared_figure_is_forgotten_in_staging(declared: Source) -> None:
    if not observed(declared):
        return
    model = (STAGING / declared.id / f"stg_{declared.id}__observations.sql").read_text()
    calls = model.split("{{ observations(")[1:]
    for call, (name, table) in zip(calls, observed(declared).items(), strict=True):
        assert f"'{declared.id}', '{name}'," in call
        figures = re.search(r"measures=\[(.*?)\]", call, re.DOTALL)
        assert figures is not None
        assert re.findall(r"'(\w+)'", figures[1]) == [column.name for column in table.figures], name


def existing(day: str) -> list[dict[str, str]]:
    return [
        row for row in COUNCILS
        if (row["valid_from"] or "0") <= day <= (row["valid_to"] or "9")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "councils"),
    # Councils with children's services in England, counted in DfE's files of those years.
    [("2013-03-31", 152), ("2019-04-01", 151), ("2021-04-01", 152), ("2023-04-01", 153), ("2025-04-01", 153)],
)
def test_england_has_as_many_councils_as_it_had(day: str, councils: int) -> None:
    assert len(existing(day)) == councils
    assert max(Counter(row["dfe_code"] for row in existing(day)).values()) == 1


def test_every_council_is_in_one_of_the_nine_regions_and_no_sum_over_them_counts_london_twice() -> None:
    whole = {row["region_code"]: row["region_name"] for row in seed("councils/regions.csv") if not row["part_of"]}
    assert len(whole) == 9
    assert {(row["region_code"], row["region_name"]) for row in COUNCILS} == set(whole.items())
    parts = [(row["region_name"], whole[row["part_of"]]) for row in seed("councils/regions.csv") if row["part_of"]]
    assert parts == [("Inner London", "London"), ("Outer London", "London")]


def test_the_north_east_has_twelve_councils() -> None:
    assert sum(row["region_code"] == "E12000001" for row in existing("2024-03-31")) == 12


def test_a_council_that_ended_names_successors_that_began_the_next_day() -> None:
    by_code = {row["council_code"]: row for row in COUNCILS}
    for row in COUNCILS:
        assert bool(row["valid_to"]) == bool(row["succeeded_by"]), row["council_name"]
        for code in row["succeeded_by"].split():
            gap = date.fromisoformat(by_code[code]["valid_from"]) - date.fromisoformat(row["valid_to"])
            assert gap.days == 1, row["council_name"]


def test_councils_that_send_files_are_councils_by_the_same_name() -> None:
    by_code = {row["council_code"]: row for row in COUNCILS}
    for council in all_councils():
        assert by_code[council.ons_code]["council_name"] == council.name
        assert by_code[council.ons_code]["dfe_code"] == council.dfe_code


def test_no_spelling_means_two_councils() -> None:
    names = {row["council_name"].lower() for row in existing("2024-03-31")}
    aliases = [row["alias"].lower() for row in seed("councils/council_aliases.csv")]
    assert len(aliases) == len(set(aliases))
    assert not names & set(aliases)
