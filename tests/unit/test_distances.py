"""A distance from home passes the door in whole miles: it says near or far, and is on no circle round a home."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.unit.door_cases import MadeFile, Row

from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.registry.returns import Column, return_spec

EPISODE: Row = {"CHILD": "A1", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U6"}


def loaded(*distances: str) -> tuple[list[str | None], int]:
    """Return what came in of some distances, and how many findings there were about them."""
    year = return_spec("ssda903").for_year(2027)
    rows = [
        EPISODE | {"CHILD": f"A{number}", "DECOM": "01/09/2026", "PL_DISTANCE": sent}
        for number, sent in enumerate(distances)
    ]
    known = Circumstances(year.year_end, ("episodes",))
    with DeliveryJudge(year, known, Pseudonymiser("durham")) as judge, Findings() as findings:
        file = judge.file(MadeFile(rows), "episodes", findings)  # type: ignore[arg-type]
        came = [value for good in file.rows() for value in good.columns["pl_distance_miles"].to_pylist()]
        judge.finish()
        far = [number for number, rule in enumerate(file.rules) if rule.code == "454"]
        found = sum(int((chunk["rule"] == far[0]).sum()) for chunk in findings.chunks())
    return came, found


def test_miles_are_rounded_up_so_that_over_20_stays_over_20(home: Path) -> None:
    assert loaded("0", "0.2", "20", "20.0", "20.01", "19.999999", "") == (["0", "1", "20", "20", "21", "20", None], 0)


def test_a_rule_sees_the_distance_as_it_was_sent(home: Path) -> None:
    """Rule 454 is about more than 350 miles."""
    assert loaded("350", "350.5", "349.9") == (["350", "351", "350"], 1)


def test_what_is_no_distance_is_left_empty(home: Path) -> None:
    assert loaded("far", "-3", "2001", "1e3") == ([None] * 4, 0)


def test_no_text_becomes_a_whole_number() -> None:
    with pytest.raises(ValidationError, match="only a number"):
        Column.model_validate(
            {"type": "date", "privacy": "location", "because": "x", "becomes": "whole_number", "as": "x"}
        )
