"""dbt's unit tests run once for each set of rules and each part of the models."""

from __future__ import annotations

from pathlib import Path

from socialcare.warehouse import dbt


def test_what_passed_by_other_rules_is_not_proved(home: Path) -> None:
    assert dbt._proved("these") == set()
    dbt._note_proved("these", "+a_model")
    dbt._note_proved("these", "everything")
    assert dbt._proved("these") == {"+a_model", "everything"}
    assert dbt._proved("those") == set()
    dbt._note_proved("those", "+a_model")
    assert dbt._proved("these") == set()
    assert dbt._proved("those") == {"+a_model"}
