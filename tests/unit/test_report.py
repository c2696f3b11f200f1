"""The report's words, drawings and figures, each alone: what is hidden is not drawn, and a name is only a name."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml
from lxml import etree

from socialcare.report import charts, figures, sparkline, words
from socialcare.report.made_before import MadeBefore
from socialcare.settings import PROJECT_ROOT

HOSTILE = "<script>alert('x')</script>\"&"


def row(**changes: Any) -> dict[str, Any]:
    """Make one row of regional_comparison; every figure is invented."""
    made = {
        "council_code": "E1", "council_name": "Anywhere", "indicator_id": "some_pct", "period": "2024",
        "period_end_date": date(2024, 3, 31), "value": Decimal("12.5"), "value_status": "final", "decimals": 1,
        "interval_low": Decimal("10"), "interval_high": Decimal("15"), "trend": "rising",
    }  # fmt: skip
    return made | changes


def draw(*rows: Any, **how: Any) -> str:
    """Draw a chart that was never drawn before."""
    return charts.placed(*rows, **how).draw(MadeBefore(None), "measure.html")


@pytest.mark.parametrize(
    ("significance", "polarity", "said"),
    [
        ("higher", "low", "worse"),
        ("lower", "low", "better"),
        ("higher", "high", "better"),
        ("lower", "high", "worse"),
        ("higher", "neutral", "higher"),
        ("lower", "neutral", "lower"),
        ("similar", "low", "no clear difference"),
        ("not_tested", "low", "not tested"),
        (None, "low", "not tested"),
    ],
)
def test_better_and_worse_are_said_of_tested_differences_with_a_good_side(
    significance: str | None, polarity: str, said: str
) -> None:
    assert words.verdict(significance, polarity) == said
    assert said in words.SIGNS


def test_a_change_that_is_no_more_than_chance_is_no_clear_change() -> None:
    assert words.verdict("similar", "high", change=True) == "no clear change"


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [("17", 1, "17.0"), ("2.5", 0, "3"), ("-2.25", 1, "−2.3"), ("1234.4", 0, "1,234"), ("-0.04", 1, "0.0")],
)
def test_numbers_round_as_publishers_round(value: str, decimals: int, shown: str) -> None:
    assert words.number(Decimal(value), decimals) == shown


def test_since_when_is_the_unbroken_run_of_the_newest_verdict() -> None:
    told = [("2020", "worse"), ("2021", "better"), ("2022", "worse"), ("2023", "worse")]
    assert words.since(told) == ("2022", 2)
    assert words.since(told[:1]) == ("2020", 1)
    assert words.since([("2021", "worse"), ("2022", "not tested"), ("2023", "worse")]) == ("2023", 1)


@pytest.mark.parametrize("status", ["suppressed", "low", "not_available", "not_applicable", "rounded", None])
def test_no_figure_has_its_reason_and_is_never_a_number(status: str | None) -> None:
    shown = figures.figure(row(value=None, value_status=status))
    element = etree.fromstring(shown)
    assert element.get("value") == element.get("data-value") == ""
    assert not re.search(r"\d", "".join(element.itertext()))
    assert "".join(element.itertext()).strip()


def test_a_suppressed_figure_is_the_publishers_sign_with_words() -> None:
    assert "".join(etree.fromstring(figures.figure(row(value=None, value_status="suppressed"))).itertext()) == (
        "c suppressed to protect people"
    )


def test_a_figure_names_the_cell_that_it_is() -> None:
    element = etree.fromstring(figures.figure(row()))
    assert element.text == "12.5"
    assert dict(element.attrib) == {
        "data-mart": "regional_comparison", "data-what": "value", "data-value": "12.5", "data-indicator": "some_pct",
        "data-council": "E1", "data-period": "2024", "value": "12.5",
    }  # fmt: skip


def test_a_hostile_name_stays_a_name() -> None:
    shown = figures.figure(row(indicator_id=HOSTILE, council_code=HOSTILE, period=HOSTILE))
    assert etree.fromstring(shown).get("data-council") == HOSTILE
    assert "<script" not in shown
    drawn = draw(
        [row()], [row(council_name=HOSTILE)], Decimal(9), ours=frozenset(), name=HOSTILE, unit=HOSTILE, key="k"
    )
    assert "<script" not in drawn
    assert etree.fromstring(drawn).findtext("{*}title") == HOSTILE


def test_a_change_has_its_sign() -> None:
    changed = [figures.figure(row(change=Decimal(n)), "change", sign=True) for n in ("1.5", "-1.5", "0")]
    assert [etree.fromstring(one).text for one in changed] == ["+1.5", "−1.5", "0.0"]


def test_a_line_breaks_where_a_figure_is_missing() -> None:
    years = [row(period_end_date=date(year, 3, 31), value=value) for year, value in zip(
        range(2019, 2025), map(Decimal, (10, 11, 12, 13, 14, 15)), strict=True)]  # fmt: skip
    whole = etree.fromstring(sparkline.draw(years))
    assert len(whole.findall("polyline")) == 1
    years[2] |= {"value": None, "value_status": "suppressed", "interval_low": None, "interval_high": None}
    broken = etree.fromstring(sparkline.draw(years))
    drawn = [len((line.get("points") or "").split()) for line in broken.findall("polyline")]
    assert drawn == [2, 3], "five figures are drawn, the hidden one is neither drawn nor bridged"
    assert "1 year without a figure, not drawn" in (broken.get("aria-label") or "")


def test_one_figure_makes_no_line() -> None:
    assert "<svg" not in sparkline.draw([row(), row(value=None)])


def test_what_is_hidden_is_in_no_part_of_the_chart() -> None:
    shown = [row(council_code=f"E{n}", council_name=f"Council {n}", value=Decimal(20 + n)) for n in range(3)]
    hidden = row(council_code="E9", council_name="Hidden", value=None, value_status="suppressed",
                 interval_low=Decimal("77.125"), interval_high=Decimal("99.875"))  # fmt: skip
    drawn = draw(shown, [*shown, hidden], Decimal(22), ours=frozenset({"E1"}), name="Some measure", unit="%", key="k")
    assert "Hidden (c)" in drawn, "its name says that it is hidden"
    points = re.findall(r'class="mark-symbol[^>]*>(.*?)</g>', drawn, flags=re.DOTALL)
    assert sum(group.count("<path") for group in points) == len(shown)
    assert "77.125" not in drawn
    assert "99.875" not in drawn
    assert "1 council without a figure: not drawn" in drawn


def test_a_chart_needs_nothing_from_elsewhere_and_has_a_name_and_a_description() -> None:
    drawn = draw([row()], [row()], None, ours=frozenset({"E1"}), name="Some measure", unit="%", key="k")
    svg = etree.fromstring(drawn)
    assert svg.get("role") == "img"
    named = {element.get("id") for element in svg if element.get("id")}
    assert set((svg.get("aria-labelledby") or "").split()) == named
    assert not re.search(r"(href|url\(|@import|<image|<script|<style|on\w+=)", drawn)
    assert drawn == draw([row()], [row()], None, ours=frozenset({"E1"}), name="Some measure", unit="%", key="k")


def test_a_region_without_figures_has_words_in_place_of_a_chart() -> None:
    none = row(value=None, value_status="suppressed")
    assert "<svg" not in draw([row()], [none], None, ours=frozenset(), name="n", unit="%", key="k")


def test_what_reads_the_marts_is_declared_to_dbt() -> None:
    models = [
        model
        for file in (PROJECT_ROOT / "dbt_project/models/marts").glob("_*__models.yml")
        for model in yaml.safe_load(file.read_text())["models"]
    ]
    taken = {model["name"] for model in models if model["config"]["meta"].get("extract")}
    code = "".join(path.read_text() for path in (PROJECT_ROOT / "include/socialcare/report").rglob("*.py"))
    read = {model["name"] for model in models} & (set(re.findall(r"published\.(\w+)", code)) | figures.KEYS.keys())
    exposed = {
        one["name"]: {re.findall(r"'(\w+)'", ref)[0] for ref in one["depends_on"]}
        for one in yaml.safe_load((PROJECT_ROOT / "dbt_project/models/exposures.yml").read_text())["exposures"]
    }
    assert exposed["extracts"] == taken
    assert exposed["morning_report"] >= read
