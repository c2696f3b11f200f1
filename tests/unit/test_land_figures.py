"""One grammar of a figure: what is landed is what the staging models take, and what releases are compared by."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pac
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.land_made_up import source

from socialcare.land import figures
from socialcare.settings import get_settings

MACRO = get_settings().project_root / "dbt_project" / "macros" / "observations.sql"
#: The patterns of value_status; POSIX and Python read these few signs alike.
IN_SQL = re.findall(r"~ '\^(.*)\$' then 'final'", MACRO.read_text(encoding="utf-8"))
TABLES = source().tables
CELLS = st.one_of(
    st.text("0123456789.,-+eE: \N{NO-BREAK SPACE}\N{ARABIC-INDIC DIGIT ONE}cx", max_size=8),
    st.sampled_from(["1,234", "-12,345.6", "12,34", "0:11", "1:12", "1e5", "4.5E-2", "7.", ".5", "1\n"]),
)


def in_python(cell: str, table: str, kind: str = "figure") -> bool:
    pattern = figures.pattern(TABLES[table], kind)
    found: bool = pac.match_substring_regex(pa.array([cell]), pattern)[0].as_py()
    return found


def test_the_macro_has_the_same_patterns() -> None:
    assert IN_SQL == [figures.YEARS_MONTHS, figures.NUMBER]


@given(CELLS)
def test_what_lands_as_a_number_is_one_in_the_warehouse_and_the_other_way_round(cell: str) -> None:
    durations, number = (re.compile(pattern) for pattern in IN_SQL)
    assert in_python(cell, "care") == bool(number.fullmatch(cell))
    assert in_python(cell, "care", "years_months") == bool(number.fullmatch(cell) or durations.fullmatch(cell))
    if in_python(cell, "wide"):  # stricter only about where a separator may stand
        assert number.fullmatch(cell.replace(",", ""))


@pytest.mark.parametrize(
    ("cell", "table", "number"),
    [
        ("1,234.5", "wide", 1234.5),
        ("12,34", "wide", None),
        ("1,234", "care", None),
        ("1e5", "care", None),
        ("4.5E-2", "long", 0.045),
        ("c", "care", None),
        (None, "care", None),
    ],
)
def test_a_cell_is_compared_as_the_number_that_it_is(cell: str | None, table: str, number: float | None) -> None:
    assert figures.number(cell, TABLES[table]) == number
