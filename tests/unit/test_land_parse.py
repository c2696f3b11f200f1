"""Reading files: editions agree, and whatever is wrong is named by file, column and remedy."""

from __future__ import annotations

import pytest

from socialcare.errors import Fault
from socialcare.land import content
from socialcare.land.parse import Parsed, parse
from socialcare.publishers import workbooks
from socialcare.registry import source

LEAD = (
    "time_period,time_identifier,geographic_level,country_code,country_name,"
    "region_code,region_name,old_la_code,new_la_code,la_name"
)
ROW = "{},Reporting year,Local authority,E92000001,England,E12000001,North East,840,E06000047,County Durham"
NEW = "turnover_rate_fte,agency_rate_fte,vacancy_rate_fte,caseload_fte,absence_rate_fte"
OLD = "turnover_rate_fte_%,agency_worker_rate_fte_%,vacancy_rate_fte_%,caseload_fte,absence_rate_fte_%"
FILE = "csww_indicators_2023_to_2024.csv"


def workforce(
    header: str = f"{LEAD},{NEW}", *, release: str = "2024", end: str = "\n", name: str = FILE, encoding: str = "utf-8"
) -> Parsed:
    """Parse a two-row workforce file with this header."""
    rows = [ROW.format(year) + ",1.5,c,x,16,z" for year in ("2024", "2023")]
    text = "\n".join([header, *rows]) + end
    return parse(source("dfe_social_work_workforce"), "indicators", release, name, text.encode(encoding))


def column(parsed: Parsed, name: str) -> list[str | None]:
    return [row[parsed.columns.index(name)] for row in parsed.rows]


def fault_of(header: str, **options: str) -> Fault:
    with pytest.raises(Fault) as raised:
        workforce(header, **options)
    return raised.value


def test_the_publishers_symbols_stay_as_they_are() -> None:
    parsed = workforce()
    assert column(parsed, "agency_rate_fte") == ["c", "c"]
    assert column(parsed, "absence_rate_fte") == ["z", "z"]
    assert parsed.lines == [2, 3]


def test_old_names_become_the_same_columns() -> None:
    old = workforce(f"{LEAD},{OLD}", release="2022")
    assert old.columns == workforce().columns
    assert old.rows == workforce().rows
    assert old.edition == "headline_measures_2022"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_byte_order_mark_or_windows_text_changes_nothing(encoding: str) -> None:
    assert workforce(encoding=encoding).rows == workforce().rows


def test_blank_cells_are_null_not_empty_text() -> None:
    text = f"{LEAD},{NEW}\n2024,Reporting year,National,E92000001,England,,,,,,1,2,3,4,5\n"
    parsed = parse(source("dfe_social_work_workforce"), "indicators", "2024", "csww_indicators.csv", text.encode())
    assert column(parsed, "la_name") == [None]


def test_a_renamed_column_is_named_with_its_likely_new_name() -> None:
    fault = fault_of(f"{LEAD},{NEW}".replace("agency_rate_fte", "agency_worker_rate_fte"))
    assert fault.name == "column_renamed"
    assert FILE in str(fault)
    assert "column agency_rate_fte" in fault.where
    assert "agency_worker_rate_fte: agency_rate_fte" in fault.remedy
    assert "include/socialcare/sources/dfe_social_work_workforce.yml" in fault.remedy


def test_a_dropped_column_is_missed() -> None:
    with pytest.raises(Fault, match="caseload_fte") as raised:
        parse(
            source("dfe_social_work_workforce"),
            "indicators",
            "2024",
            FILE,
            f"{LEAD},{NEW}\n".replace(",caseload_fte", "").encode() + (ROW.format("2024") + ",1,2,3,5\n").encode(),
        )
    assert raised.value.name == "column_missing"
    assert "dfe_social_work_workforce.yml" in raised.value.remedy


def test_a_new_column_stops_the_file_until_someone_has_looked() -> None:
    text = f"{LEAD},{NEW},mood\n{ROW.format('2024')},1,2,3,4,5,6\n"
    with pytest.raises(Fault, match="mood") as raised:
        parse(source("dfe_social_work_workforce"), "indicators", "2024", "csww_indicators.csv", text.encode())
    assert raised.value.name == "column_unknown"
    assert "column mood" in raised.value.where


def test_two_columns_of_one_meaning_are_not_guessed_between() -> None:
    assert fault_of(f"{LEAD},{NEW}".replace("vacancy_rate_fte", "CASELOAD_FTE")).name == "column_doubled"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"{LEAD},{NEW}\n{ROW.format('2024')},1,2,3,4,5\n{ROW.format('2024')},1,2", "last row has 12 of 15 cells"),
        (f"{LEAD},{NEW}\n{ROW.format('2024')},1,2,3,4,5", "last row has no end"),
        (f"{LEAD},{NEW}\n{ROW.format('2024')},1,2,3,4,5\n", "promises the period 2023"),
        (f'{LEAD},{NEW}\n"{ROW.format("2024")},1,2,3,4,5\n', "cannot be read"),
        (
            f"{LEAD},{NEW}\n"
            + "".join(f"{ROW.format('2024')},1,2,3,4,5\n".replace("E06000047", code) for code in "abc")
            + f"{ROW.format('2023')},1,2,3,4,5\n",
            "2023 has 1",
        ),
    ],
)
def test_a_file_cut_anywhere_is_called_truncated(text: str, what: str) -> None:
    with pytest.raises(Fault, match=what) as raised:
        parse(source("dfe_social_work_workforce"), "indicators", "2024", FILE, text.encode())
    assert raised.value.name == "truncated"
    assert FILE in str(raised.value)


def test_a_file_with_fewer_rows_than_the_publisher_states_is_called_truncated() -> None:
    text = f"{LEAD},{NEW}\n{ROW.format('2024')},1,2,3,4,5\n".encode()
    with pytest.raises(Fault, match="says 2 rows"):
        parse(source("dfe_social_work_workforce"), "indicators", "2024", "csww_indicators.csv", text, stated_rows=2)


def test_a_ragged_row_is_named_by_its_line() -> None:
    text = f"{LEAD},{NEW}\n{ROW.format('2024')},1,2\n{ROW.format('2023')},1,2,3,4,5\n"
    with pytest.raises(Fault, match="line 2 has 12 cells") as raised:
        parse(source("dfe_social_work_workforce"), "indicators", "2024", FILE, text.encode())
    assert raised.value.name == "row_ragged"


@pytest.mark.parametrize(
    ("data", "name", "fault"),
    [
        (b"", "x.csv", "empty"),
        (b"\n \n", "x.csv", "empty"),
        (b"\xef\xbb\xbf <!DOCTYPE html><html>", "x.csv", "not_data"),
        (b"<?xml version='1.0'?>\n<html>", "x.ods", "not_data"),
        (b"a,b\n\x00\x00", "x.csv", "not_data"),
        (b"a,b\n1,2\n", "x.xlsx", "not_data"),
        (workbooks.ods({"a": [["b"]]})[:200], "x.ods", "truncated"),
    ],
)
def test_what_is_not_data_is_refused_before_it_is_kept(data: bytes, name: str, fault: str) -> None:
    with pytest.raises(Fault) as raised:
        content.check(data, name=name, where="here")
    assert raised.value.name == fault


# -- workbooks ----------------------------------------------------------------------------------------------

JUDGED = ["Overall effectiveness", "Impact of leaders"] + [
    f"Experiences and progress of {who}"
    for who in ("children who need help and protection", "children in care", "care leavers")
]
AS_AT = ["Web link", "Local authority name", "Ofsted region", "Inspection date", *JUDGED]
DURHAM = ["Ofsted Local Authority Webpage", "Durham", "North East, Yorkshire and the Humber", "2022-05-09"]


def as_at(*rows: list[str], sheet: str = "Inspections_31_March_2024") -> Parsed:
    book = workbooks.ods({"Cover": [["x"]], sheet: list(rows)})
    name = "LA_Inspection_Outcomes_as_at_March_2024.ods"
    return parse(source("ofsted_inspection_outcomes"), "as_at", "2024", name, book)


def test_the_header_is_found_by_its_words_wherever_it_stands() -> None:
    row = [*DURHAM, "Good", "Outstanding", "Good", "Good", ""]
    parsed = as_at(["Title"], ["This table begins in cell A3."], [""], ["More"], AS_AT, row)
    assert parsed.lines == [6]
    assert column(parsed, "inspection_date") == ["2022-05-09"]
    assert column(parsed, "leaders") == ["Outstanding"]
    assert column(parsed, "care_leavers") == [None]


def test_headings_with_spaces_and_line_breaks_inside_are_the_same_headings() -> None:
    untidy = [heading.replace(" ", "  ") + " " for heading in AS_AT]
    assert as_at(untidy, [*DURHAM, "Good", "Good", "Good", "Good", ""]).rows


def test_a_renamed_heading_of_a_workbook_is_named_too() -> None:
    renamed = [h.replace("Impact of leaders", "The impact of leaders on practice") for h in AS_AT]
    with pytest.raises(Fault, match="The impact of leaders on practice") as raised:
        as_at(renamed, [*DURHAM, "Good", "Good", "Good", "Good", ""])
    assert raised.value.name == "column_renamed"
    assert "ofsted_inspection_outcomes.yml" in raised.value.remedy


def test_a_renamed_sheet_is_answered_with_the_sheets_there_are() -> None:
    with pytest.raises(Fault, match="Judgements_now") as raised:
        as_at(AS_AT, sheet="Judgements_now")
    assert raised.value.name == "sheet_missing"


def test_a_corrected_sheet_or_header_is_another_reading_only_where_it_finds_other_rows() -> None:
    row = [*DURHAM, "Good", "Outstanding", "Good", "Good", ""]
    book = workbooks.ods(
        {
            "Inspections_31_March_2024": [AS_AT, row, AS_AT, ["w", "York", "North East", "2023-05-09", *row[4:]]],
            "Inspections_31_March_2023": [AS_AT, [*row[:-2], "Inadequate", ""]],
        }
    )
    name = "LA_Inspection_Outcomes_as_at_March_2024.ods"
    declared = source("ofsted_inspection_outcomes")

    def reading(**changes: object) -> str:
        table = declared.tables["as_at"].model_copy(update=changes)
        return parse(declared.model_copy(update={"tables": {"as_at": table}}), "as_at", "2024", name, book).reading

    right, narrow = reading(sheet="2024$"), reading(sheet="^Inspections.*2024$", header=("Web link", "Inspection date"))
    assert right == narrow
    assert reading(sheet="2023$") != right


def test_the_table_of_abolished_councils_lower_down_is_landed_as_part_two() -> None:
    judged = [h[0].lower() + h[1:] for h in JUDGED]
    first = [f"First ILACS {h}" for h in ("publication date", "inspection type", *judged)]
    second = [f"Second ILACS {h}" for h in ("publication date", "inspection type", *judged)]
    again = [f"ILACS framework {h}" for h in ("publication date", "inspection type", *judged[:3])]
    again += ["ILACS framework experiences and progress of children in care and care leavers"]
    lead = ["Web link", "Local authority name", "LA region"]
    good = ["ILACS Standard Inspection", "Good", "Good", "Good", "Good"]
    book = workbooks.ods(
        {
            "ILACS_inspections_2018-2024": [
                ["Note"],
                [*lead, *first, *second],
                ["w", "York", "North East", "2022-05-04", *good],
                ["ILACS inspections of local authorities that existed before the restructure"],
                [*lead, *again],
                ["w", "Cumbria", "North West", "2022-11-15", *good],
            ]
        }
    )
    parsed = parse(source("ofsted_inspection_outcomes"), "history", "2024", "LA_Inspection_Outcomes.ods", book)
    assert column(parsed, "la_name") == ["York", "Cumbria"]
    assert column(parsed, "table_part") == ["1", "2"]
    assert column(parsed, "first_in_care") == ["Good", "Good"]
    assert parsed.lines == [3, 6]


def test_the_form_published_from_2025_is_read_by_its_edition() -> None:
    judged = ["Overall effectiveness", "The impact of leaders on social work practice with children and families"]
    judged += ["The e" + h[1:] for h in JUDGED[2:]]
    lead = ["Web link", "Local authority area code", "Local authority name", "Ofsted region", "Inspection date"]
    row = ["w", "E06000047", "Durham", "North East", "2022-05-09", "2022-06-30", "Good", "Outstanding", "Good", "Good"]
    book = workbooks.ods({"Inspections_as_at_31_March": [["T"], [*lead, "Publication date", *judged], row]})
    parsed = parse(source("ofsted_inspection_outcomes"), "as_at", "2025", "LA_Inspection_Outcomes.ods", book)
    assert column(parsed, "la_code") == ["E06000047"]
    assert column(parsed, "publication_date") == ["2022-06-30"]
    assert column(parsed, "leaders") == ["Outstanding"]
