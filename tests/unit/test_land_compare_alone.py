"""A release by itself: a newest year of another size is seen, though no release before restates it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.land_made_up import AREAS, care, read, source, text

from socialcare.errors import Fault
from socialcare.land import compare
from socialcare.land.headings import Naming
from socialcare.land.totals import Totals, leap


def side(rows: list[str], **changes: Any) -> compare.Side:
    parsed = read(text(rows), "2024", **changes)
    return compare.side_of(parsed, Naming.of(source(**changes), "care", "2024", "care_2024.csv"))


def england(column: str, before: float, newest: float) -> Totals:
    """England's figures: an older year that nobody looks at, and the two newest ones."""
    return {year: {("Total", column): at} for year, at in (("2022", 1e9), ("2023", before), ("2024", newest))}


@pytest.mark.parametrize(
    ("column", "before", "newest"),
    [
        ("agency_rate_fte", 17.8, 81.0),
        ("agency_rate_fte", 17.8, 4.0),
        ("percentage", 0, 10),
        ("pt_overall", 20, 80),
        ("agency_fte", 7200, 65000),
        ("number", 8710, 0),
    ],
)
def test_a_newest_year_of_another_size_is_named_with_both_years(column: str, before: float, newest: float) -> None:
    said = leap(england(column, before, newest))
    assert said == f"England's Total, {column} is {before:g} for 2023 and {newest:g} for 2024."


@pytest.mark.parametrize(
    ("column", "before", "newest"),
    [
        # What happened: children in need, closures for a reason not known, 2023 and 2024, and their percentage, 2019
        # and 2020; assessments per 10,000, 2014 and 2015; looked after children's dentists, 2020 and 2021.
        ("unknown", 10430, 3820),
        ("unknown_percent", 7.2, 0.7),
        ("assessments_completed_rate", 152.8, 477.5),
        ("percentage", 86, 40),
        # Key stage 2, progress in reading, 2022 and 2023: a score about nothing.
        ("t_read_progress_score", -1265.72, 124.71),
        ("number", 20, 0),
    ],
)
def test_what_really_changed_so_in_a_year_is_no_leap(column: str, before: float, newest: float) -> None:
    assert leap(england(column, before, newest)) == ""
    assert leap({"2024": {("Total", column): newest}}) == ""


def with_england(figure: int) -> list[str]:
    rows = care("2024", "2023")
    assert rows[0].startswith(f"2024,Reporting year,{AREAS[0]},Total,100")
    return [rows[0].replace("Total,100", f"Total,{figure}"), *rows[1:]]


def test_a_leap_stops_the_release_until_somebody_accepts_it() -> None:
    compare.alone(side(with_england(490)), "care")
    with pytest.raises(Fault) as raised:
        compare.alone(side(with_england(500)), "care")
    assert raised.value.name == "totals_implausible"
    assert raised.value.what.startswith(
        "Release 2024 of care is implausible: England's Total, children is 100 for 2023"
    )
    assert "check: totals" in raised.value.remedy
    accepted = [{"release": "2024", "table": "care", "check": "totals", "why": "It is counted otherwise now."}]
    compare.alone(side(with_england(500), accepted=accepted), "care")


def test_a_short_year_whose_end_is_in_place_was_published_so_and_may_be_accepted() -> None:
    rows = care("2024", "2023", "2022")
    for year in ("2024", "2023", "2022"):
        gone = [row for row in rows if row.startswith(year)][2:6]
        short = [row for row in rows if row not in gone]
        with pytest.raises(Fault) as raised:
            compare.alone(side(short), "care")
        assert raised.value.name == "rows_implausible"
        assert f"it has 4 rows for {year}, and 8 for another" in raised.value.what
        accepted = [{"release": "2024", "table": "care", "check": "rows", "why": "Half of England was not counted."}]
        compare.alone(side(short, accepted=accepted), "care")


def test_one_row_is_not_one_rows() -> None:
    rows = [*care("2024"), care("2023")[-1]]
    with pytest.raises(Fault, match="it has 1 row for 2023, and 8 for another"):
        compare.alone(side(rows), "care")
