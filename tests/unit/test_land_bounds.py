"""A small file that would become a vast table is refused before a reader makes room for it."""

from __future__ import annotations

import io
import zipfile

import pytest

from socialcare.errors import Fault
from socialcare.land import bounds, content
from socialcare.land.parse import parse
from socialcare.publishers import workbooks
from socialcare.registry import source

OFSTED = ("ofsted_inspection_outcomes", "as_at", "2024", "LA_Inspection_Outcomes_as_at_March_2024.ods")
SHEET = "Inspections_31_March_2024"
FILLED = '<table:table-cell{} office:value-type="string"><text:p>x</text:p></table:table-cell>'
ROW = "<table:table-row{}>{}</table:table-row>"
ROWS, COLUMNS = ' table:number-rows-repeated="{}"', ' table:number-columns-repeated="{}"'


def changed(book: bytes, part: str, old: str, new: str) -> bytes:
    """Return the workbook with one piece of one part replaced."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text)
    return packed.getvalue()


def xlsx(cells: str) -> bytes:
    """Return a workbook of one sheet ``Data`` with these rows as XML."""
    book = workbooks.xlsx({"Data": []})
    return changed(book, "xl/worksheets/sheet1.xml", "<sheetData/>", f"<sheetData>{cells}</sheetData>")


def ods(*rows: str, sheets: int = 1) -> bytes:
    """Return a workbook with these rows as XML on each sheet."""
    names = [SHEET, *(f"more {n}" for n in range(1, sheets))]
    return changed(
        workbooks.ods({name: [] for name in names}), "content.xml", "</table:table>", f"{''.join(rows)}</table:table>"
    )


def fault_of(book: bytes, name: str) -> Fault:
    with pytest.raises(Fault) as raised:
        bounds.check(book, name, "Data|Inspections")
    return raised.value


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "cells",
    [
        FAR,
        '<row><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
        '<row r="1"><c r="XFC1"/><c t="inlineStr"><is><t>x</t></is></c></row><row r="9999"/><row><c><v>1</v></c></row>',
        '<row r="1"><c r="XFD1048576"><f>1+1</f></c></row>',
        '<x:row xmlns:x="x"><x:c r="xfd1048576"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_two_far_cells_of_a_spreadsheet_are_refused(cells: str) -> None:
    book = xlsx(cells)
    assert len(book) < 10_000
    fault = fault_of(book, "x.xlsx")
    assert fault.name == "too_large"
    assert fault.where == "x.xlsx, sheet Data"
    assert "open the sheet" in fault.remedy


@pytest.mark.parametrize(
    "rows",
    [
        (ROW.format(ROWS.format(1_000_000), FILLED.format(COLUMNS.format(16_384))),),
        (ROW.format("", FILLED.format(COLUMNS.format(10**12))),),
        (ROW.format("", FILLED.format(COLUMNS.format(100))), ROW.format(ROWS.format(60_000), FILLED.format(""))),
        (
            ROW.format("", f"<table:table-cell{COLUMNS.format(16_383)}/>" + FILLED.format("")),
            ROW.format(ROWS.format(1_000_000), "<table:table-cell/>"),
            ROW.format("", FILLED.format("")),
        ),
        (ROW.format("", f"<table:table-cell{COLUMNS.format(10**10)}/><table:table-cell/>"),),
        (ROW.format("", f"<table:covered-table-cell{COLUMNS.format(10**10)}/>" + FILLED.format("")),),
    ],
)
def test_repeated_content_of_an_open_document_is_refused(rows: tuple[str, ...]) -> None:
    fault = fault_of(ods(*rows), "x.ods")
    assert fault.name == "too_large"
    assert SHEET in fault.where
    assert "open the sheet" in fault.remedy


def test_many_large_sheets_of_an_open_document_count_together() -> None:
    rows = ROW.format(ROWS.format(1_000_000), FILLED.format(""))
    bounds.check(ods(rows, sheets=5), "x.ods", "Data")
    assert fault_of(ods(rows, sheets=6), "x.ods").name == "too_large"


def test_blank_rows_and_columns_to_the_end_of_the_sheet_are_as_publishers_write_them() -> None:
    rest = f"<table:table-cell{COLUMNS.format(16_382)}/>"
    row = ROW.format("", FILLED.format("") + rest)
    bounds.check(ods(*[row] * 1_000, ROW.format(ROWS.format(1_047_576), rest)), "x.ods", SHEET)
    styled = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    bounds.check(xlsx(styled), "x.xlsx", "Data")


def test_a_sheet_of_a_spreadsheet_that_nobody_reads_is_not_measured() -> None:
    bounds.check(xlsx(FAR), "x.xlsx", "Another")


@pytest.mark.parametrize(
    ("book", "why"),
    [
        (
            changed(xlsx(FAR), "xl/worksheets/sheet1.xml", "<worksheet", '<!DOCTYPE x [<!ENTITY a "1">]><worksheet'),
            "document type",
        ),
        (changed(xlsx(""), "xl/worksheets/sheet1.xml", "</worksheet>", ""), "no element found"),
        (changed(xlsx(FAR), "xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet9.xml"), "missing"),
        (xlsx('<row r="1"><c r="?"><v>1</v></c></row>'), "no place"),
        (ods(ROW.format(ROWS.format("-1"), FILLED.format(""))), "no number"),
        (ods(ROW.format("", "<table:table-cell><table:table-cell/></table:table-cell>")), "cell within a cell"),
        (workbooks.ods({"Data": []})[:200], "not a zip"),
        (b"\xd0\xcf\x11\xe0" + workbooks.ods({"Data": []}), "no zip archive"),
    ],
)
def test_a_workbook_that_cannot_be_measured_is_not_read(book: bytes, why: str) -> None:
    fault = fault_of(book, "x.xlsx")
    assert fault.name == "not_data"
    assert why in fault.what


def test_a_part_that_states_a_smaller_size_than_it_has_is_not_believed() -> None:
    book = bytearray(ods(ROW.format(ROWS.format(1_000_000), FILLED.format(COLUMNS.format(16_384)))))
    name = book.rindex(b"content.xml")
    book[name - 22 : name - 18] = (10).to_bytes(4, "little")  # the unpacked size, in the archive's directory
    assert fault_of(bytes(book), "x.ods").name == "too_large"


def test_the_parser_never_hands_such_a_workbook_to_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from socialcare.land import read_sheet

    monkeypatch.setattr(read_sheet.CalamineWorkbook, "from_filelike", lambda _: pytest.fail("it was read"))
    book = ods(ROW.format(ROWS.format(1_000_000), FILLED.format(COLUMNS.format(16_384))))
    content.check(book, name=OFSTED[3], where="here")
    with pytest.raises(Fault, match="too_large"):
        parse(source(OFSTED[0]), *OFSTED[1:], book)
