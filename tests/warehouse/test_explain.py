"""Why a figure is what it is: the verb's answer on the real releases, read from the marts."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from socialcare.errors import Fault
from socialcare.warehouse import explain

pytestmark = pytest.mark.usefixtures("england")


def told(indicator: str, council: str, period: str) -> str:
    console = Console(record=True, width=400, file=StringIO())
    explain.show(console, explain.explain(indicator, council, period, schema="marts", role="transformer"))
    return console.export_text()


def test_a_figure_is_told_with_its_counts_its_line_its_comparators_and_what_was_said_before() -> None:
    text = told("cla_rate_per_10000", "durham", "2021")
    # DfE, release of 2024: 96 per 10,000; the release of 2022 said 93 (populations were re-based since).
    assert "Durham, Children looked after at 31 March, per 10,000 children, 2021: 96 (per 10,000 aged 0-17)" in text
    assert "cla_number_and_rate_per_10k_children.csv, line" in text
    assert "over population_estimate =" in text
    assert "release 2022: 93 " in text
    assert "release 2024: 96 " in text
    assert "no rank (neutral_polarity)" in text
    assert "stock_by_its_flows" in text
    assert text.index("release 2022") < text.index("release 2024")


def test_what_cannot_be_tested_says_why_and_a_code_or_an_id_names_a_council() -> None:
    assert "not_tested: no_method" in told("sw_caseload_fte", "E08000023", "2024")
    assert told("sw_caseload_fte", "South Tyneside", "2024") == told("sw_caseload_fte", "south_tyneside", "2024")


def test_a_joint_return_is_found_under_either_council() -> None:
    assert told("sw_vacancy_fte_pct", "Kingston upon Thames", "2024").startswith(
        "Kingston upon Thames and Richmond upon Thames"
    )


def test_a_figure_worked_out_of_counts_says_so() -> None:
    assert "times 100: worked out" in told("icpc_15_days_pct", "Durham", "2024")


@pytest.mark.parametrize(
    ("asked", "name", "remedy"),
    [
        (("cla_rate_per_10000", "Atlantis", "2024"), "council_unknown", "dim_council"),
        (("no_such_rate", "Durham", "2024"), "indicator_unknown", "dim_indicator"),
        (("cla_rate_per_10000", "Durham", "1999"), "period_not_held", "2018, 2019, 2020, 2021, 2022, 2023, 2024"),
    ],
)
def test_what_is_not_held_is_a_fault_that_names_what_is(asked: tuple[str, str, str], name: str, remedy: str) -> None:
    with pytest.raises(Fault) as caught:
        told(*asked)
    assert caught.value.name == name
    assert remedy in caught.value.remedy
