"""Every column of every return has a privacy class with its reason, and without one nothing of it passes the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.unit.door_cases import MadeFile, Row

from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.registry.returns import Column, Return, all_returns, return_spec
from socialcare.warehouse.raw_returns import columns_of

each_return = pytest.mark.parametrize("declared", all_returns(), ids=lambda declared: declared.id)
#: What is left of a column that leads to a person, a home or a place.
REDUCED = {"pseudonym", "birth_month", "day_or_month", "postcode_sector", "upn_kind", "whole_number", "dropped"}


def columns(declared: Return) -> Iterator[tuple[str, str, Column]]:
    for name, table in declared.tables.items():
        for heading, column in table.every_column.items():
            yield name, heading, column


def test_there_are_six_returns() -> None:
    assert {one.id for one in all_returns()} == {"annex_a", "cin_census", "csww", "local_records", "ssd", "ssda903"}


@each_return
def test_every_column_has_a_class_and_its_reason(declared: Return) -> None:
    bare = [(t, c) for t, c, about in columns(declared) if about.privacy is None or not about.because.strip()]
    assert bare == []


@each_return
def test_what_leads_to_a_person_or_a_home_is_reduced(declared: Return) -> None:
    kept = [
        (table, heading)
        for table, heading, about in columns(declared)
        if about.privacy in ("direct-id", "staff-id", "location") and about.becomes not in REDUCED
    ]
    assert kept == []


@each_return
def test_a_day_of_birth_is_its_month_at_the_most(declared: Return) -> None:
    named = ("DOB", "BIRTH", "BORN")
    births = [
        (table, heading, about.becomes)
        for table, heading, about in columns(declared)
        if about.type == "date" and any(word in heading.upper() for word in named)
    ]
    assert [one for one in births if one[2] not in ("birth_month", "dropped")] == []


@each_return
def test_raw_has_a_column_only_for_what_is_classified(declared: Return) -> None:
    for table in declared.tables.values():
        bare = {heading: about.model_copy(update={"privacy": None}) for heading, about in table.columns.items()}
        extra = {heading: about.model_copy(update={"because": ""}) for heading, about in table.extra.items()}
        kept = set(columns_of(table.model_copy(update={"columns": bare, "extra": extra})))
        theirs = {str(about.loaded_as) for about in table.every_column.values() if about.is_loaded}
        assert kept & theirs == set(), table.label
        assert theirs <= set(columns_of(table))


CHILD: Row = {"CHILD": "A1", "SEX": "F", "DOB": "01/05/2012", "ETHNIC": "WBRI", "UPN": "UN1", "MOTHER": "0"}


@pytest.mark.parametrize("change", [{"privacy": None}, {"because": ""}], ids=["no class", "no reason"])
def test_the_door_drops_a_column_that_is_not_classified(home: Path, change: dict[str, object]) -> None:
    year = return_spec("ssda903").for_year(2027)
    header = year.tables["header"]
    bare = header.columns | {"ETHNIC": header.columns["ETHNIC"].model_copy(update=change)}
    year = year.model_copy(update={"tables": {**year.tables, "header": header.model_copy(update={"columns": bare})}})
    with DeliveryJudge(year, Circumstances(date(2027, 3, 31)), Pseudonymiser("durham")) as judge, Findings() as found:
        (good,) = judge.file(MadeFile([CHILD]), "header", found).rows()  # type: ignore[arg-type]
    assert "ethnic" not in good.columns
    assert good.columns["sex"].to_pylist() == ["F"]
