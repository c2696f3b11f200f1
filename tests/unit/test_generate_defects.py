"""Every rule of the returns that are rows has a defect that must be found by it, and the defects are known by name."""

from __future__ import annotations

import re
from datetime import date

import pytest

from socialcare.generate import rows_wrong
from socialcare.generate.rows_wrong import RowDefect, Shape
from socialcare.registry.returns import return_spec

each_return = pytest.mark.parametrize("return_id", ["annex_a", "local_records", "ssd"])


@each_return
@pytest.mark.parametrize("year", [2019, 2027])
def test_every_rule_has_a_defect(return_id: str, year: int) -> None:
    rules = return_spec(return_id).for_year(year).rules
    broken = {(defect.rule_code, defect.table) for defect in rows_wrong.defects(return_id, year)}
    assert broken == {(rule.code, rule.table) for rule in rules}


@each_return
def test_every_column_that_is_checked_is_sent_wrong_once(return_id: str) -> None:
    declared = return_spec(return_id).for_year(2027)
    checked = {(r.table, r.columns[0]) for r in declared.rules if r.check == "valid"}
    sent = {
        (d.table, name) for d in rows_wrong.defects(return_id, 2027) for row in d.rows.get(d.table, ()) for name in row
    }
    free = {
        (table, name)
        for table, about in declared.tables.items()
        for name, column in about.every_column.items()
        if column.type == "text" and not column.pattern and not column.mandatory
    }
    assert checked - sent <= free


@each_return
def test_names_are_words_and_each_is_of_one_kind(return_id: str) -> None:
    names = [defect.name for defect in rows_wrong.defects(return_id, 2027)]
    assert len(names) == len(set(names)) >= 300
    assert all(re.fullmatch("[a-z0-9]+(_[a-z0-9]+)+", name) for name in names)


def test_days_move_with_the_extract_and_every_defect_has_a_family_of_its_own() -> None:
    plans = [d for d in rows_wrong.defects("ssd", 2027) if d.rule_code == "SD21" and d.table == "cin_plans"]
    shapes = {
        name: Shape(frozenset(table.columns), 10) for name, table in return_spec("ssd").for_year(2027).tables.items()
    }
    made = rows_wrong.plant("ssd", 2027, shapes, date(2026, 3, 21), (*plans, *plans), "%Y-%m-%d")
    first, second = made.rows["cin_plans"]
    # As if the extract were of 20 March 2026, the plan begins on 2 March 2025: a day later here.
    assert (first["CINP_CIN_PLAN_START_DATE"], first["CINP_CIN_PLAN_END_DATE"]) == ("2025-03-03", "2025-03-02")
    assert first["CINP_PERSON_ID"] != second["CINP_PERSON_ID"]
    # Ten rows of the life are in the file, and the heading is row 1.
    assert [(one.line, one.severity) for one in made.planted] == [(12, "quarantine"), (13, "quarantine")]


def test_a_defect_of_a_column_that_the_file_lacks_is_left_out() -> None:
    wrong = RowDefect("no_such_column", "contacts", "AA05", {"contacts": ({"NOT_THERE": "x"},)})
    shapes = {"contacts": Shape(frozenset({"CHILD"}), 0)}
    assert rows_wrong.plant("annex_a", 2027, shapes, date(2026, 10, 31), (wrong,), "%d/%m/%Y").planted == ()
