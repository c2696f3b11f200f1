"""A day that systems write where there is no date: empty beyond the door, said so, and never taken for a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.unit.door_cases import MadeFile, Row, found

from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.errors import Fault
from socialcare.registry import returns
from socialcare.registry.returns import all_returns, return_spec

PERSON: Row = {"PERS_PERSON_ID": "1", "PERS_DOB": "2006-05-04", "PERS_SEX": "F"}
LEAVER: Row = {"CLEA_TABLE_ID": "7", "CLEA_PERSON_ID": "1", "CLEA_PATHWAY_PLAN_REVIEW_DATE": "2025-06-01"}


def judged(leaver: Row) -> tuple[set[str], list[date | None]]:
    """Return the rules that the care leaver breaks, and what is loaded of its review date."""
    codes = {code for code, table, _ in found("ssd", 2026, {"person": [PERSON], "care_leavers": [leaver]}) if table}
    year = return_spec("ssd").for_year(2026)
    with DeliveryJudge(year, Circumstances(year.year_end), Pseudonymiser("durham")) as judge, Findings() as findings:
        file = judge.file(MadeFile([leaver]), "care_leavers", findings)  # type: ignore[arg-type]
        column = year.tables["care_leavers"].columns["CLEA_PATHWAY_PLAN_REVIEW_DATE"]
        loaded = [day for good in file.rows() for day in good.columns[str(column.loaded_as)].to_pylist()]
    return codes, loaded


@pytest.mark.parametrize("cell", ["1900-01-01", "01/01/1900", "1900-01-01 00:00:00"])
def test_the_first_of_january_1900_is_empty_and_said_to_be(home: Path, cell: str) -> None:
    codes, loaded = judged(LEAVER | {"CLEA_PATHWAY_PLAN_REVIEW_DATE": cell})
    assert "SD20" in codes
    assert codes - judged(LEAVER)[0] == {"SD20"}, "it is no wrong date, and the row comes in"
    assert loaded == [None]


def test_another_day_is_a_day(home: Path) -> None:
    codes, loaded = judged(LEAVER | {"CLEA_PATHWAY_PLAN_REVIEW_DATE": "1900-01-02"})
    assert "SD20" not in codes
    assert loaded == [date(1900, 1, 2)]


def test_where_it_may_not_stand_for_none_it_is_no_date(home: Path) -> None:
    born = found("ssd", 2026, {"person": [PERSON | {"PERS_DOB": "1900-01-01"}]})
    assert "SD03" in {code for code, *_ in born}


def test_a_column_that_must_hold_a_date_may_not_stand_for_none(tmp_path: Path) -> None:
    written = yaml.safe_load((returns.FOLDER / "ssda903.yml").read_text(encoding="utf-8"))
    written["rules"].append(
        {
            **{"code": "SC99", "table": "header", "columns": ["DOB"], "severity": "warning"},
            **{"whose_job": "Nobody", "wording": "It stands for none.", "check": "no_date"},
        }
    )
    (tmp_path / "ssda903.yml").write_text(yaml.safe_dump(written))
    with pytest.raises(Fault, match="stand for no date"):
        all_returns(tmp_path)
