"""The declaration of SSDA903: every column classed, every rule known, every year as DfE changed it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from socialcare.door.rules import ROW_CHECKS, WHOLE_FILE_CHECKS
from socialcare.errors import Fault
from socialcare.registry import returns
from socialcare.registry.councils import all_councils
from socialcare.registry.returns import all_returns, return_spec
from socialcare.warehouse.schema import DDL

SPEC = return_spec("ssda903")


def test_every_column_has_a_privacy_class_and_its_reason() -> None:
    bare = [
        (table, name)
        for table, declared in SPEC.tables.items()
        for name, column in declared.columns.items()
        if column.privacy is None or not column.because
    ]
    assert bare == []


def test_no_identifier_date_of_birth_or_place_is_kept_as_it_is() -> None:
    for table in SPEC.tables.values():
        for name, column in table.columns.items():
            if column.privacy in ("direct-id", "location") or name in ("DOB", "MC_DOB"):
                assert column.becomes != "kept", name


@pytest.mark.parametrize("change", [{"privacy": None}, {"because": ""}], ids=["no class", "no reason"])
def test_an_unclassified_column_is_not_loaded(change: dict[str, object]) -> None:
    column = SPEC.tables["header"].columns["SEX"]
    assert column.is_loaded
    assert not column.model_copy(update=change).is_loaded


def test_a_declaration_that_keeps_an_identifier_is_refused(tmp_path: Path) -> None:
    written = yaml.safe_load((returns.FOLDER / "ssda903.yml").read_text(encoding="utf-8"))
    written["tables"]["header"]["columns"]["CHILD"]["becomes"] = "kept"
    (tmp_path / "ssda903.yml").write_text(yaml.safe_dump(written))
    with pytest.raises(Fault, match="may not be kept"):
        all_returns(tmp_path)


@pytest.mark.parametrize(
    ("year", "codes", "valid", "gone"),
    [  # SSDA903 guides of the years; see the reasons in the declaration
        (2024, "sex", "1", "M"),
        (2025, "sex", "M", "1"),
        (2018, "rec", "E43", "E45"),
        (2019, "rec", "E45", "E43"),
        (2018, "reason_place_change", "CARPL", "CUSTOD"),
        (2024, "place", "H5", "K3"),
        (2025, "place", "K3", "H5"),
        (2025, "place", "Z1", "Z11"),
        (2026, "place", "Z11", "Z1"),
    ],
)
def test_code_lists_change_with_the_collection_year(year: int, codes: str, valid: str, gone: str) -> None:
    listed = SPEC.for_year(year).code_lists[codes]
    assert valid in listed
    assert gone not in listed


def test_each_difference_says_why() -> None:
    assert all(len(d.why) > 20 for d in SPEC.differences.values())


def test_a_collection_year_ends_on_31_march() -> None:
    assert SPEC.year_of(date(2026, 3, 31)) == 2026
    assert SPEC.year_of(date(2026, 4, 1)) == 2027
    assert SPEC.for_year(2027).year_end == date(2027, 3, 31)


def test_a_year_before_the_base_is_refused_by_name() -> None:
    with pytest.raises(Fault, match="collection_year_unknown"):
        SPEC.for_year(2016)


@pytest.mark.parametrize("year", range(2017, 2028))
def test_every_loaded_column_is_checked_by_exactly_one_rule_in_every_year(year: int) -> None:
    declared = SPEC.for_year(year)
    for name, table in declared.tables.items():
        for column, about in table.columns.items():
            rules = [r.code for r in declared.rules if (r.table, r.check, r.columns) == (name, "valid", (column,))]
            assert len(rules) == (1 if about.is_loaded else 0), (name, column)


def test_every_rule_uses_a_check_that_exists() -> None:
    known = {*ROW_CHECKS, *WHOLE_FILE_CHECKS, "cell_count"}
    assert {rule.check for rule in SPEC.rules} == known


def test_the_tables_of_raw_hold_what_the_declaration_loads() -> None:
    ddl = (DDL / "30_door.sql").read_text()
    for name, table in SPEC.tables.items():
        body = ddl.split(f"create table if not exists raw.ssda903__{name} (")[1].split("\n);")[0]
        columns = [line.split()[0] for line in body.strip().splitlines()]
        loaded = [column.loaded_as for column in table.columns.values() if column.is_loaded]
        assert columns == ["council_id", *loaded, "_delivery_id", "_line"]
        assert all(f"comment on column raw.ssda903__{name}.{column} is" in ddl for column in columns)


def test_every_council_sends_returns_that_are_declared() -> None:
    known = {declared.id for declared in all_returns()}
    assert all(set(council.returns) <= known for council in all_councils())
