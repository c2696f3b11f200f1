"""Headings that stand twice: named as what they are, and read by their numbers where they are declared so."""

from __future__ import annotations

import pytest
import yaml
from tests.unit.land_made_up import DECLARATION, care, read, text

from socialcare.errors import Fault


@pytest.mark.parametrize("doubled", ["children", "note", "la_name"])
def test_a_declared_heading_that_stands_twice_is_doubled_not_renamed(doubled: str) -> None:
    rows = [f"{row},1" for row in care("2024")]
    with pytest.raises(Fault) as raised:
        read(text(rows, header=f"care,children,waiting {{}},note, {doubled} "))
    fault = raised.value
    assert fault.name == "column_doubled"
    assert f"more than one column {doubled!r}" in fault.what
    assert fault.where.endswith(f"column {doubled}")
    assert f"'{doubled} #1'" in fault.remedy
    assert "include/socialcare/sources/made_up.yml" in fault.remedy


def test_a_heading_nobody_declared_is_unknown_however_often_it_stands() -> None:
    with pytest.raises(Fault, match="'mood #1'") as raised:
        read(text([f"{row},1,2" for row in care("2024")], header="care,children,waiting {},note,mood,mood"))
    assert raised.value.name == "column_unknown"


def test_a_repeated_heading_that_is_declared_by_its_numbers_is_read() -> None:
    numbered = DECLARATION.replace(
        "- {name: code, required: true, meaning: The council}",
        '- {name: code, required: true, meaning: The council}\n      - {name: near, header: "SNP #1", meaning: Near}'
        '\n      - {name: far, header: "SNP #2", meaning: Far}',
    )
    tables = yaml.safe_load(numbered)["tables"]
    parsed = read(b"code,SNP,SNP,Staff 2024\nE06000047,a,b,1\n", table="wide", name="wide.csv", tables=tables)
    assert parsed.rows == [("E06000047", "a", "b", "1")]
