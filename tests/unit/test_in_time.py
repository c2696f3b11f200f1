"""What was done in time is told at the door, from whole days; beyond it there is yes or no, and no number of days."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.door_cases import MadeFile

from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.registry.bank_holidays import BANK_HOLIDAYS
from socialcare.registry.return_tables import Column, Table
from socialcare.registry.returns import all_returns, return_spec


def passed(return_id: str, *files: tuple[str, list[dict[str, str]]]) -> dict[str, list[Any]]:
    """Return the columns of the last file as they pass the door."""
    year = return_spec(return_id).for_year(2026)
    good: Any = None
    with DeliveryJudge(year, Circumstances(date(2026, 3, 31)), Pseudonymiser("durham")) as judge, Findings() as found:
        for table, rows in files:
            (good,) = judge.file(MadeFile(rows), table, found).rows()  # type: ignore[arg-type]
    return {name: values.to_pylist() for name, values in good.columns.items()}


def assessed(*days: tuple[str, str]) -> list[dict[str, str]]:
    return [
        {
            **{"CINA_ASSESSMENT_ID": f"ASM{n}", "CINA_PERSON_ID": f"A{n}", "CINA_REFERRAL_ID": f"REF{n}"},
            **{"CINA_ASSESSMENT_START_DATE": began, "CINA_ASSESSMENT_AUTH_DATE": done},
        }
        for n, (began, done) in enumerate(days)
    ]


def test_an_assessment_is_in_time_on_the_45th_working_day_and_no_later(home: Path) -> None:
    """By hand: nine weeks from Monday 2 June 2025 is Monday 4 August, and no bank holiday lies between.

    From Thursday 13 March 2025, nine weeks on is 15 May: between them are Good Friday, Easter Monday and the first
    Monday of May, so that the 45th working day is Tuesday 20 May.
    """
    columns = passed(
        "ssd",
        (
            "cin_assessments",
            assessed(
                *(("2025-06-02", "2025-08-04"), ("2025-06-02", "2025-08-05"), ("2025-06-02", "2025-06-02")),
                *(("2025-03-13", "2025-05-20"), ("2025-03-13", "2025-05-21")),
                *(("2025-06-02", ""),),
            ),
        ),
    )
    assert columns["authorised_in_time"] == [True, False, True, True, False, None]


def test_of_a_newborn_it_is_told_of_the_whole_days_and_the_months_alone_pass(home: Path) -> None:
    """From 27 May to 29 July 2025 there are 45 working days; from 1 May, the day that passes, there would be 62."""
    columns = passed(
        "ssd",
        ("person", [{"PERS_PERSON_ID": f"A{n}", "PERS_DOB": "2025-05-27"} for n in range(2)]),
        ("cin_assessments", assessed(("2025-05-27", "2025-07-29"), ("2025-05-27", "2025-07-30"))),
    )
    assert columns["start_date"] == [date(2025, 5, 1)] * 2
    assert columns["start_date_is_month"] == [True, True]
    assert columns["authorised_date"] == [date(2025, 7, 29), date(2025, 7, 30)]
    assert columns["authorised_in_time"] == [True, False]


def test_a_conference_is_in_time_by_the_target_that_the_return_says(home: Path) -> None:
    days = [("2025-06-20", "2025-06-20"), ("2025-06-20", "2025-06-23"), ("", "2025-06-20"), ("2025-06-20", "")]
    rows = [
        {
            **{"ICPC_ICPC_ID": f"ICP{n}", "ICPC_PERSON_ID": f"A{n}", "ICPC_S47_ENQUIRY_ID": f"S47{n}"},
            **{"ICPC_ICPC_TARGET_DATE": target, "ICPC_ICPC_DATE": held},
        }
        for n, (target, held) in enumerate(days)
    ]
    assert passed("ssd", ("initial_cp_conference", rows))["held_in_time"] == [True, False, None, None]


def test_what_is_told_is_yes_or_no_of_limits_that_are_law(home: Path) -> None:
    """Working Together: an assessment within 45 working days, a conference within 15 of the strategy discussion."""
    told = {
        f"{declared.id} {name} {column.in_time.loaded_as}": column.in_time.working_days
        for declared in all_returns()
        for name, table in declared.tables.items()
        for column in table.columns.values()
        if column.in_time
    }
    assert told == {
        "cin_census assessments authorised_in_time": 45,
        "cin_census section47 conference_in_time": 15,
        "ssd cin_assessments authorised_in_time": 45,
        "ssd initial_cp_conference held_in_time": None,
    }


def test_bank_holidays_are_weekdays_of_every_year_that_a_return_may_be_of() -> None:
    assert all(day.weekday() < 5 for day in BANK_HOLIDAYS)
    assert list(BANK_HOLIDAYS) == sorted(set(BANK_HOLIDAYS))
    last = max(declared.last_year for declared in all_returns())
    assert {day.year for day in BANK_HOLIDAYS} == set(range(2016, last + 1))


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ({}, "in_time"),
        ({"since": "A"}, "working_days"),
        ({"since": "A", "by": "A", "working_days": 1}, "by which column"),
        ({"by": "A", "working_days": 1}, "by which column"),
        ({"by": "C"}, "no declared date"),
    ],
)
def test_a_limit_that_says_nothing_is_not_declared(limit: dict[str, object], why: str) -> None:
    kept = {"type": "date", "privacy": "plain", "because": "It is made up.", "becomes": "kept"}
    done = {**kept, "as": "b", "in_time": {**limit, "as": "in_time", "meaning": "In time."}}
    with pytest.raises(ValidationError, match=why):
        Table.model_validate({"label": "x", "key": ["B"], "columns": {"A": {**kept, "as": "a"}, "B": done}})


def test_only_a_date_that_passes_can_be_in_time() -> None:
    with pytest.raises(ValidationError, match="only a date that is loaded"):
        Column.model_validate({"type": "number", "in_time": {"by": "A", "as": "in_time", "meaning": "In time."}})
