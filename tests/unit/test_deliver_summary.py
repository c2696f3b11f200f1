"""The table a night prints. Figures: Department for Education, 2024 releases (see the issue's contract)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console

from socialcare.deliver.summary import Row, number, table, when
from socialcare.registry import all_councils

TURNOVER = Row(
    council_code="E06000047", indicator_id="sw_turnover_fte_pct", indicator_name="Social worker turnover",
    period_type="year", period_end_date=date(2024, 9, 30), unit="%", decimals=1,
    value=Decimal("11.1"), value_status="final", neighbour_mean=Decimal("14.8625"), neighbour_status="given",
    north_east_value=Decimal("12.6"), north_east_status="final",
    england_value=Decimal("13.8"), england_status="final",
)  # fmt: skip


def shown(*rows: Row) -> str:
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(table(rows))
    return console.export_text()


def test_each_council_stands_beside_its_neighbours_the_region_and_england() -> None:
    text = shown(
        TURNOVER,
        replace(TURNOVER, council_code="E08000023", value=Decimal("23.0")),
        replace(TURNOVER, council_code="E06000003", value=Decimal("16.4")),
    )
    line = next(line for line in text.splitlines() if "turnover" in line)
    for part in ("year to 30 Sep 2024", "11.1 (14.9)", "23.0 (14.9)", "16.4 (14.9)", "12.6", "13.8"):
        assert part in line
    assert all(council.name in text for council in all_councils())


@pytest.mark.parametrize(
    ("status", "words"),
    [("suppressed", "suppressed by the publisher"), ("not_applicable", "not applicable"),
     ("not_available", "not available"), ("low", "under half a unit, not zero"),
     ("something_new", "something new")],
)  # fmt: skip
def test_a_missing_number_is_words_never_a_blank_or_a_zero(status: str, words: str) -> None:
    assert number(None, 1, status) == words


def test_a_council_without_a_row_says_so() -> None:
    assert "not available" in shown(TURNOVER)


def test_a_comparator_that_cannot_be_given_says_why() -> None:
    incomplete = replace(
        TURNOVER, neighbour_mean=None, neighbour_status="neighbours_incomplete", england_value=None,
        england_status="not_available",
    )  # fmt: skip
    words = " ".join(shown(incomplete).split())
    assert "(neighbours incomplete)" in words
    assert "not available" in words


def test_a_snapshot_shows_its_day_and_a_year_its_end() -> None:
    snapshot = replace(TURNOVER, period_type="snapshot", period_end_date=date(2024, 3, 31))
    assert (when(snapshot), when(TURNOVER)) == ("31 March 2024", "year to 30 Sep 2024")


@pytest.mark.parametrize(("value", "decimals", "text"), [("122", 0, "122"), ("11", 1, "11.0"), ("12.25", 1, "12.3")])
def test_numbers_have_the_indicators_decimals_and_halves_go_up(value: str, decimals: int, text: str) -> None:
    assert number(Decimal(value), decimals) == text


def test_a_provisional_figure_says_so() -> None:
    assert number(Decimal("11.1"), 1, "provisional") == "11.1 (provisional)"
