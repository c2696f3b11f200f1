"""A release against the one before it: what a revision explains passes, what it does not is named."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.land_made_up import care, read, source, text

from socialcare.errors import Fault
from socialcare.land import compare
from socialcare.land.headings import Naming


def side(release: str, *periods: str, rows: list[str] | None = None, **changes: Any) -> compare.Side:
    content = text(rows or care(*periods), release, "kind,children,waiting {},note" if release == "2022" else _HEADER)
    parsed = read(content, release, **changes)
    return compare.side_of(parsed, Naming.of(source(**changes), "care", release, f"care_{release}.csv"))


_HEADER = "care,children,waiting {},note"
BEFORE = ("2023", "2022", "2021")


def fault_of(older: compare.Side, newer: compare.Side) -> Fault:
    with pytest.raises(Fault) as raised:
        compare.compare(older, newer, "care")
    fault = raised.value
    assert "care_2023.csv" in fault.where
    assert "care_2024.csv" in fault.where
    assert "accepted" in fault.remedy
    assert "include/socialcare/sources/made_up.yml" in fault.remedy
    return fault


@pytest.mark.parametrize("periods", [("2024", "2023", "2022", "2021"), ("2024", "2023", "2022"), BEFORE])
def test_a_release_that_goes_on_or_moves_on_is_plausible(periods: tuple[str, ...]) -> None:
    compare.compare(side("2023", *BEFORE), side("2024", *periods), "care")


def test_many_fewer_rows_for_a_year_are_implausible() -> None:
    fewer = [row for row in care("2024", "2023", "2022") if "E06000047" not in row]
    fault = fault_of(side("2023", *BEFORE), side("2024", rows=fewer))
    assert fault.name == "rows_implausible"
    assert "6 rows for 2023" in fault.what
    assert "had 8" in fault.what


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        (("2022", "2021", "2020"), "ends with 2022"),
        (("2024", "2023", "2021"), "lacks 2022"),
        (("2024", "2023"), "has 2 periods"),
    ],
)
def test_years_that_the_release_before_had_are_missed(periods: tuple[str, ...], said: str) -> None:
    fault = fault_of(side("2023", *BEFORE), side("2024", *periods))
    assert fault.name == "periods_implausible"
    assert said in fault.what


def test_a_year_far_ahead_is_implausible_even_in_a_first_release() -> None:
    with pytest.raises(Fault, match="2042") as raised:
        compare._is_of_its_year(side("2024", "2042", "2023"), "care")
    assert raised.value.name == "periods_implausible"
    compare._is_of_its_year(side("2024", "2025", "2024"), "care")


def test_englands_figures_of_the_newest_shared_year_may_be_revised_but_not_replaced() -> None:
    def national(first: str, second: str) -> list[str]:
        return care("2023", "2022", "2021", rows=[f"Total,{first},0:1,", f"Foster care,{second},0:2,"])

    before = side("2023", rows=national("1000", "800"))
    compare.compare(before, side("2024", rows=national("1100", "700")), "care")
    fault = fault_of(before, side("2024", rows=national("1500", "400")))
    assert fault.name == "totals_implausible"
    assert "2 of England's 2 figures for 2023" in fault.what


def test_one_figure_that_changed_tenfold_is_enough() -> None:
    ends = [f"{kind},{number},0:1," for kind, number in (("Total", 1000), ("Foster care", 800))]
    slip = [ends[0], ends[1].replace("800", "8000")]
    unchanged = side("2023", rows=[*care("2023", rows=ends), *care("2022", rows=ends), *care("2021", rows=ends)])
    slipped = side("2024", rows=[*care("2023", rows=slip), *care("2022", rows=ends), *care("2021", rows=ends)])
    fault = fault_of(unchanged, slipped)
    assert "tenfold, as Foster care, children: 800 and now 8000" in fault.what


def test_what_somebody_looked_at_and_found_right_is_accepted_by_its_kind_alone() -> None:
    accepted = [{"release": "2024", "table": "care", "check": "periods", "why": "The series began anew that year."}]
    before, now = side("2023", *BEFORE), side("2024", "2024", "2023", accepted=accepted)
    compare.compare(before, now, "care")
    fewer = [row for row in care("2024", "2023") if "E06000047" not in row]
    assert fault_of(before, side("2024", rows=fewer, accepted=accepted)).name == "rows_implausible"


def test_words_and_headings_of_an_older_edition_are_compared_in_todays_words() -> None:
    old = side("2022", rows=care("2022", "2021", kinds=("Total", "Fostered")))
    new = side("2023", "2023", "2022", "2021")
    assert (
        old.england["2022"].keys() == new.england["2022"].keys() == {("Total", "children"), ("Foster care", "children")}
    )
    compare.compare(old, new, "care")
