"""Cells and rows are held to the declaration: whatever differs is named, quoted, placed, and answered with an edit."""

from __future__ import annotations

import pytest
from tests.unit.land_made_up import care, read, text

from socialcare.errors import Fault

ROWS = care("2024", "2023")


def fault_of(content: bytes, release: str = "2024", table: str = "care") -> Fault:
    with pytest.raises(Fault) as raised:
        read(content, release, table)
    assert "care.csv" in str(raised.value)
    assert "include/socialcare/sources/made_up.yml" in raised.value.remedy
    return raised.value


def changed(old: str, new: str, row: int = 2) -> bytes:
    """Return the file with one row of it changed; row 0 is line 2."""
    rows = list(ROWS)
    assert old in rows[row]
    rows[row] = rows[row].replace(old, new, 1)
    return text(rows)


def test_the_file_as_declared_is_read_without_a_word() -> None:
    parsed = read(text(ROWS))
    assert parsed.table.num_rows == 16
    assert parsed.drifts == ()


def test_a_new_value_of_a_filter_is_named() -> None:
    fault = fault_of(changed("Total", "Kinship care"))
    assert fault.name == "value_unknown"
    assert "'Kinship care' in column care" in fault.what
    assert fault.where.endswith("column care, line 4")
    assert "`values`" in fault.remedy
    assert "rename_values" in fault.remedy


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("Regional", "Region", "geographic_level"),
        ("Reporting year", "Tax year", "time_identifier"),
        ("2024,", "2024Q1,", "time_period"),
    ],
)
def test_new_words_in_the_leading_columns_are_named_too(old: str, new: str, column: str) -> None:
    fault = fault_of(changed(old, new))
    assert fault.name == "value_unknown"
    assert f"column {column}" in fault.where


def test_a_word_that_an_edition_renames_is_known_in_its_releases_only_and_kept_as_published() -> None:
    rows = care("2022", kinds=("Total", "Fostered"))
    parsed = read(text(rows, "2022", "kind,children,waiting {},note"), "2022")
    assert {row[parsed.columns.index("care")] for row in parsed.rows} == {"Total", "Fostered"}
    assert "'Fostered'" in fault_of(text(care("2024", kinds=("Total", "Fostered")))).what


@pytest.mark.parametrize("symbol", ["x", "k", "..", "1 200", "1,200", "nan", "C!", "1e5", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_neither_a_number_nor_a_declared_symbol_is_named(symbol: str) -> None:
    written = f'"{symbol}"' if "," in symbol else symbol
    fault = fault_of(changed(",100,", f",{written},"))
    assert fault.name == "symbol_unknown"
    assert f"{symbol!r} in column children" in fault.what
    assert fault.where.endswith("column children, line 4")
    assert ("`exponents: true`" if symbol == "1e5" else "`symbols`") in fault.remedy


@pytest.mark.parametrize("cell", ["c", "C", "-3", "0.5", ".5", "7.", "84"])
def test_numbers_and_declared_symbols_pass_as_they_are(cell: str) -> None:
    parsed = read(changed(",100,", f",{cell},"))
    assert parsed.rows[2][parsed.columns.index("children")] == cell


def test_spaces_around_a_cell_are_no_part_of_it_whatever_kind_they_are() -> None:
    spaces = ("{}\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}{}", "\t{} ", "\N{EM SPACE}{}\N{IDEOGRAPHIC SPACE}")
    for space in spaces:
        for cell in ("100", "c", "-.5"):
            parsed = read(changed(",100,", f",{space.format(cell)},"))
            assert parsed.rows[2][parsed.columns.index("children")] == cell
        for old in ("2024", "Total"):
            assert read(changed(old, space.format(old))).rows == read(text(ROWS)).rows
        assert "(blank)" in fault_of(changed(",100,", f",{space.format('')},")).what
    width = text(ROWS).split(b"\n")[0].count(b",")
    assert read(text([*ROWS, ("," * width).replace(",", "\N{NO-BREAK SPACE},")])).blank == 1


def test_a_symbol_counts_in_the_releases_that_declare_it() -> None:
    rows = care("2023", rows=["Total,k,0:11,", "Foster care,100,1:0,"])
    assert read(text(rows, "2023"), "2023").table.num_rows == 8
    assert fault_of(text(care("2024", rows=["Total,k,0:11,", "Foster care,100,1:0,"]))).name == "symbol_unknown"


def test_a_blank_figure_is_allowed_only_where_blank_is_declared() -> None:
    fault = fault_of(changed(",100,", ",,"))
    assert fault.name == "symbol_unknown"
    assert "(blank) in column children" in fault.what
    rows = care("2022", rows=["Total,,0:11,", "Foster care,100,1:0,"])
    assert read(text(rows, "2022", "kind,children,waiting {},note"), "2022").rows[0][11] is None


def test_a_column_of_figures_that_holds_words_now_was_retyped() -> None:
    fault = fault_of(text(care("2024", rows=["Total,about a hundred,0:11,", "Foster care,many,1:0,"])))
    assert fault.name == "column_retyped"
    assert "8 of 8 cells of column children" in fault.what
    assert "`kind`" in fault.remedy


@pytest.mark.parametrize(("cell", "passes"), [("0:11", True), ("10:03", True), ("12", True), ("1:12", False)])
def test_years_and_months_are_no_symbol(cell: str, passes: bool) -> None:
    content = changed(",0:0,", f",{cell},")
    if passes:
        assert read(content).table.num_rows == 16
    else:
        assert "column waiting" in fault_of(content).where


def test_rows_that_the_grain_does_not_tell_apart_are_named_by_their_lines() -> None:
    fault = fault_of(text([*ROWS, ROWS[-1]]))
    assert fault.name == "rows_doubled"
    assert "lines 17 and 18" in fault.what
    assert "new_la_code 'E08000023'" in fault.what
    assert "`grain`" in fault.remedy


def test_columns_in_another_order_are_read_by_name_and_noted() -> None:
    rows = [",".join([*cells[:10], *cells[13:9:-1]]) for row in ROWS if (cells := row.split(","))]
    parsed = read(text(rows, header="note,waiting {},children,care"))
    assert parsed.rows == read(text(ROWS)).rows
    assert [(drift.kind, "from note on" in drift.detail) for drift in parsed.drifts] == [("columns_reordered", True)]


def test_a_column_that_may_be_lacking_is_noted_when_it_is() -> None:
    rows = [row.rsplit(",", 1)[0] for row in ROWS]
    assert [drift.detail for drift in read(text(rows, header="care,children,waiting {}")).drifts] == [
        "care.csv has no column note."
    ]


def test_a_heading_may_hold_the_releases_year() -> None:
    for release in ("2023", "2024"):
        content = f"code,Staff {release}\nE06000047,1\n".encode()
        assert read(content, release, "wide", "wide.csv").columns == ("code", "staff")
    with pytest.raises(Fault, match="Staff 2024") as raised:
        read(b"code,Staff 2023\nE06000047,1\n", "2024", "wide", "wide.csv")
    assert raised.value.name == "column_renamed"


@pytest.mark.parametrize(("cell", "passes"), [("1,234", True), ("1234.5", True), ("12,34", False), ("1,2345", False)])
def test_thousands_have_their_separators_where_they_belong(cell: str, passes: bool) -> None:
    content = f'code,Staff 2024\nE06000047,"{cell}"\nE08000023,1\nE06000003,2\n'.encode()
    if passes:
        assert read(content, "2024", "wide", "wide.csv").rows[0][1] == cell
    else:
        with pytest.raises(Fault, match="symbol_unknown"):
            read(content, "2024", "wide", "wide.csv")
