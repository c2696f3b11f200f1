"""Workbooks at the door: lists found by their headings, cells as text, and every hostile file refused by name.

Every workbook here is synthetic and made in the test.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from socialcare.door import read_workbook, sheet_source, workbook_bounds
from socialcare.door.read_workbook import Workbook, WorkbookReader, look
from socialcare.door.reading import UnreadableError
from socialcare.door.reasons import REASONS
from socialcare.door.sheet_cells import iso_date
from socialcare.door.sheet_shape import normal, shape_of

ID, GENDER, DOB, AGE = "Child Unique ID", "Gender", "Date of Birth", "Age of Child (Years)"
COMMON = {ID: (), GENDER: (), DOB: (), AGE: ("Age",)}
TEAM = {"Allocated Team": (), "Allocated Worker": ()}
SHAPES = {  # four of the eleven lists, with Ofsted's headings and some of the SQL generator's
    "contacts": shape_of(COMMON | {"Date of Contact": (), "Contact Source": ()}, ID, [DOB, "Date of Contact"]),
    "referrals": shape_of(
        COMMON | {"Date of referral": ("ReferralDate",), "Referral Source": (), "Referral NFA?": ()} | TEAM,
        *(ID, [DOB, "Date of referral"]),
    ),
    "in_care": shape_of(
        COMMON
        | {
            "Date Started to be Looked After": ("LoookedAfterStartDate",),
            "Child's Legal Status": ("LegalStatus",),
            "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months": (),
        }
        | TEAM,
        *(ID, [DOB, "Date Started to be Looked After"]),
    ),
    "care_leavers": shape_of(
        COMMON
        | TEAM
        | {"LA in Touch": (), "Allocated Personal Advisor": (), "Latest Date of Contact": ("LatestContact",)},
        *(ID, [DOB, "Latest Date of Contact"], ["Allocated Personal Advisor", "Latest Date of Contact"]),
    ),
}
CONTACTS = list(SHAPES["contacts"].names)
ROW = ["C1", "a) Male", date(2015, 5, 1), 11, date(2026, 9, 1), "q) 6: Police"]

Fill = Callable[[xlsxwriter.Workbook], None]


def made(path: Path, fill: Fill, name: str = "book.xlsx") -> Path:
    book = xlsxwriter.Workbook(str(path / name), {"default_date_format": "dd/mm/yyyy"})
    fill(book)
    book.close()
    return path / name


def sheets(**rows: list[list[object]]) -> Fill:
    """Return what fills a workbook with sheets; in a name, an underscore is a space."""

    def fill(book: xlsxwriter.Workbook) -> None:
        for name, content in rows.items():
            sheet = book.add_worksheet(name.replace("_", " "))
            for number, cells in enumerate(content):
                sheet.write_row(number, 0, cells)

    return fill


def read(book: Workbook) -> dict[str, dict[str, list[object]]]:
    found: dict[str, dict[str, list[object]]] = {}
    for table, block in WorkbookReader(book, SHAPES).blocks():
        into = found.setdefault(table, {"line": []})
        into["line"] += block.lines.tolist()
        for name, cells in block.columns.items():
            into.setdefault(name, []).extend(cells.to_pylist())
    return found


def test_every_list_is_read_in_one_pass_with_its_rows_numbered_as_the_sheet_does(tmp_path: Path) -> None:
    referral = ["C2", "b) Female", "01/02/2016", 10, datetime(2026, 9, 2), "e) 2A: Schools", "b) No", "Team", "Worker"]
    path = made(
        tmp_path,
        sheets(
            Front=[["Annex A"]],
            List_1=[["List 1: Contacts"], CONTACTS, ROW, [], ROW],
            List_3=[list(SHAPES["referrals"].names), referral],
        ),
    )
    book = look(path, SHAPES)
    assert book.problem == ""
    assert book.others == ("Front",)
    found = read(book)
    assert found["contacts"]["line"] == [3, 5]  # row 4 is blank
    assert found["contacts"]["Date of Contact"] == ["2026-09-01"] * 2
    assert found["referrals"]["line"] == [2]
    assert found["referrals"][DOB] == ["2016-02-01"]
    assert found["referrals"][AGE] == ["10"]


@pytest.mark.parametrize(
    "headings",
    [
        pytest.param(CONTACTS, id="Ofsted's"),
        pytest.param(["ChildUniqueID", "Gender", "DateOfBirth", "Age", "DateOfContact", "ContactSource"], id="SQL"),
        pytest.param([h.upper().replace(" ", "\u00a0") + " " for h in CONTACTS], id="capitals and hard spaces"),
        pytest.param(["Notes", *CONTACTS[::-1], "", "Our ref"], id="another order, more columns"),
    ],
)
def test_a_list_is_known_by_its_headings_however_they_are_written(tmp_path: Path, headings: list[str]) -> None:
    path = made(tmp_path, sheets(Sheet=[headings, ["x"] * len(headings)]))
    (sheet,) = look(path, SHAPES).sheets
    assert (sheet.table, sheet.missing) == ("contacts", ())


def test_curly_quotes_and_punctuation_in_a_heading_mean_nothing() -> None:
    assert normal("has been ‘Missing’ from\u00a0their placement (Y/N))") == normal(
        "Has been 'Missing' from their placement"
    )
    assert normal("ChildUniqueID") == normal("Child Unique  ID ")


def test_the_name_of_a_sheet_does_not_say_what_it_is(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_3=[CONTACTS, ROW]))
    assert [sheet.table for sheet in look(path, SHAPES).sheets] == ["contacts"]


def test_a_table_may_begin_anywhere(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("List 1")
        sheet.write_row(8, 3, CONTACTS)
        sheet.write_row(9, 3, ROW)

    book = look(made(tmp_path, fill), SHAPES)
    assert book.sheets[0].heading_row == 9
    assert book.sheets[0].columns[ID] == 3  # column D
    assert read(book)["contacts"]["line"] == [10]
    assert read(book)["contacts"][ID] == ["C1"]


@pytest.mark.parametrize("wide", [False, True], ids=["as of 2020", "with the later columns"])
def test_both_layouts_of_the_list_of_care_leavers_are_read(tmp_path: Path, wide: bool) -> None:
    shape = SHAPES["care_leavers"]
    headings = [name for name in shape.names if wide or name not in shape.may_lack]
    path = made(tmp_path, sheets(List_9=[headings, ["C9"] * len(headings)]))
    book = look(path, SHAPES)
    assert book.sheets[0].missing == ()
    assert read(book)["care_leavers"].get("Latest Date of Contact") == (["C9"] if wide else None)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_1=[[h for h in CONTACTS if h != GENDER], ["C1"]]))
    book = look(path, SHAPES)
    assert book.sheets[0].missing == (GENDER,)
    assert GENDER not in read(book)["contacts"]


def test_one_table_can_be_read_alone_and_only_some_of_its_columns(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW, ROW], List_9=[list(SHAPES["care_leavers"].names), ["C9"]]))
    reader = WorkbookReader(look(path, SHAPES), SHAPES, {"contacts": (ID, DOB)}).tables["contacts"]
    (block,) = reader.blocks()
    assert list(block.columns) == [ID, DOB]
    assert (reader.rows, len(reader.ragged)) == (2, 0)


def test_cells_are_the_values_that_the_spreadsheet_kept(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("List 1")
        sheet.write_row(0, 0, CONTACTS)
        sheet.write_row(1, 0, [1234567.0, True, 42000, 6.138261464750171])
        sheet.write_formula(1, 4, "=TODAY()", book.add_format({"num_format": "dd/mm/yyyy"}), 46266)
        sheet.write_formula(1, 5, "=VLOOKUP(1,A:A,1)", None, "#N/A")
        sheet.write_row(2, 0, ["00123\u00a0", "#N/A", "#REF!", -1])
        sheet.write_number(2, 4, 0, book.add_format({"num_format": "dd/mm/yyyy"}))

    found = read(look(made(tmp_path, fill), SHAPES))["contacts"]
    assert found[ID] == ["1234567", "00123"]
    assert found[GENDER] == ["True", None]
    assert found[DOB] == ["2014-12-27", None]  # day 42,000 of a spreadsheet, its format lost
    assert found[AGE] == ["6.138261", "-1"]
    assert found["Date of Contact"] == ["2026-09-01", "1900-01-01"]
    assert found["Contact Source"] == [None, None]


@pytest.mark.parametrize(
    "style",
    [
        *("07/02/2026", "7/2/2026", "07-02-2026", "07.02.2026", "07 02 2026", "2026-02-07", "2026/02/07"),
        *("7 Feb 2026", "07-Feb-2026", "7th February 2026", "07/02/2026 00:00", "2026-02-07T00:00:00", "46060"),
    ],
)
def test_a_date_is_read_in_many_styles(style: str) -> None:
    assert iso_date(style) == "2026-02-07"


@pytest.mark.parametrize("style", ["31/02/2026", "02/13/2026", "07/02/26", "2026", "7 Octember 2026", "soon", "0"])
def test_what_is_no_date_or_an_uncertain_one_is_left_for_the_checker(style: str) -> None:
    assert iso_date(style) == style


def test_lists_with_a_heading_and_no_row_are_in_order_while_another_has_rows(tmp_path: Path) -> None:
    headings = list(SHAPES["referrals"].names)
    book = look(made(tmp_path, sheets(List_1=[CONTACTS, ROW], List_3=[headings], List_8=[])), SHAPES)
    assert book.problem == ""
    assert [(s.table, s.has_rows, s.problem) for s in book.sheets] == [
        ("contacts", True, ""),
        ("referrals", False, ""),
        ("", False, "sheet_empty"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param({"List_1": [CONTACTS]}, "no_rows", id="only headings"),
        pytest.param({"Sheet1": [["a", "b"], [1, 2]]}, "heading_unknown", id="no list"),
        pytest.param({"List_1": [CONTACTS, ROW], "List_4": [["a"], ["b"]]}, "heading_unknown", id="a list unknown"),
        pytest.param({"List_1": [CONTACTS, ROW], "List_1_(2)": [CONTACTS, ROW]}, "table_twice", id="a list twice"),
        pytest.param({"List_1": [[*CONTACTS, "Age"], ROW]}, "heading_twice", id="a heading twice"),
        pytest.param({"List_1": [CONTACTS + ["x"] * 600, ROW]}, "sheet_too_wide", id="hundreds of columns"),
        pytest.param({}, "heading_unknown", id="nothing at all"),
    ],
)
def test_a_workbook_that_cannot_be_taken_is_refused_by_name(
    tmp_path: Path, content: dict[str, list[list[object]]], problem: str
) -> None:
    assert look(made(tmp_path, sheets(**content)), SHAPES).problem == problem


def test_a_cell_of_megabytes_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ["longvalue", *ROW[1:]]]))
    changed = repacked(path, lambda name, data: data.replace(b"longvalue", b"x" * 10_000_000))
    book = look(changed, SHAPES)
    with pytest.raises(UnreadableError, match="cell_too_long"):
        read(book)


def repacked(path: Path, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> Path:
    """Return a copy of the workbook with its parts changed, and more of them."""
    to = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, data in (more or {}).items():
            target.writestr(name, data)
    return to


def same(name: str, data: bytes) -> bytes:
    return data


@pytest.mark.parametrize(
    ("part", "content", "problem"),
    [
        ("xl/vbaProject.bin", b"x", "workbook_macros"),
        ("xl/macrosheets/sheet1.xml", b"<x/>", "workbook_macros"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "workbook_external_links"),
        ("xl/workbook.bin", b"x", "workbook_binary"),
        ("/passwd", b"x", "workbook_path_climbs"),
        ("xl/../../passwd", b"x", "workbook_path_climbs"),
        ("xl\\..\\..\\passwd", b"x", "workbook_path_climbs"),
        ("C:/passwd", b"x", "workbook_path_climbs"),
        ("xl/more.xml", b"<x>" + b" " * (5 << 20) + b"</x>", "workbook_bomb"),
        ("xl/media/picture.png", b"\0" * (5 << 20), "workbook_bomb"),
        ("XL/WORKBOOK.XML", b"<x/>", "workbook_broken"),
    ],
)
def test_a_workbook_that_is_more_than_data_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, content: bytes, problem: str
) -> None:
    monkeypatch.setattr(workbook_bounds, "_MOST_UNPACKED", 1 << 20)
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    assert look(path, SHAPES).problem == ""
    assert look(repacked(path, same, {part: content}), SHAPES).problem == problem


def test_two_cells_at_the_ends_of_a_sheet_are_not_given_room(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("List 1")
        sheet.write_row(0, 0, CONTACTS)
        sheet.write(1_048_575, 16_383, "far away")

    path = made(tmp_path, fill)
    assert path.stat().st_size < 20_000
    assert look(path, SHAPES).problem == "sheet_too_large"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b'r="A2"', b'r="XFD1048576"', id="far away"),
        pytest.param(b'<c r="A2"', b'<x:c xmlns:x="y" r="XFD1048576"', id="under another prefix"),
        pytest.param(b'r="A2"', b'r="somewhere"', id="nowhere"),
        pytest.param(b'<row r="2"', b'<row r="99999999"', id="a row of eight digits"),
    ],
)
def test_a_cell_that_says_a_far_place_or_none_is_refused(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    bad = repacked(path, lambda name, data: data.replace(before, after) if "sheet1" in name else data)
    assert look(bad, SHAPES).problem in ("sheet_too_large", "workbook_broken")


@pytest.mark.parametrize("encoding", [b"nonsense", b"UTF-16", b"cp037", b""])
def test_an_encoding_that_is_stated_wrongly_ends_in_a_name(tmp_path: Path, encoding: bytes) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    bad = repacked(path, lambda _, data: data.replace(b'encoding="UTF-8"', b'encoding="' + encoding + b'"'))
    assert look(bad, SHAPES).problem in ("", "workbook_broken")


def test_a_sheet_hidden_in_a_part_that_is_not_measured_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    bad = repacked(path, lambda _, data: data.replace(b"worksheets/sheet1.xml", b"a.png"), {"xl/a.png": sheet})
    assert look(bad, SHAPES).problem == "workbook_broken"


def test_an_entity_in_the_xml_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    bad = repacked(path, lambda name, data: data.replace(b"<worksheet", entity) if "sheet1" in name else data)
    assert look(bad, SHAPES).problem == "workbook_broken"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "workbook_broken"),
        (b"PK\x03\x04 and nothing more", "workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096, "workbook_broken"),
        (b"child,dob\n1,2\n", "workbook_broken"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    assert look(tmp_path / "book.xlsx", SHAPES).problem == problem


def test_a_zip_archive_that_is_no_workbook_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("header.csv", "CHILD")
    assert look(tmp_path / "book.xlsx", SHAPES).problem == "zip_not_workbook"


def test_a_link_in_place_of_a_workbook_is_not_followed(tmp_path: Path) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    (tmp_path / "link.xlsx").symlink_to(path)
    assert look(tmp_path / "link.xlsx", SHAPES).problem == "not_a_plain_file"


def test_a_file_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path, sheets(List_1=[CONTACTS, ROW]))
    for module in (read_workbook, workbook_bounds):
        monkeypatch.setattr(module, "LARGEST_FILE", 1000)
    assert look(path, SHAPES).problem == "workbook_too_large"


def test_a_broken_workbook_never_raises(tmp_path: Path) -> None:
    """Every place of a workbook damaged in turn: a name each time, and never an exception with its content."""
    whole = bytearray(made(tmp_path, sheets(List_1=[CONTACTS, ROW])).read_bytes())
    bad = tmp_path / "bad.xlsx"
    ends = set()
    for place in range(0, len(whole), 401):
        damaged = bytearray(whole)
        damaged[place : place + 8] = b"\xff" * len(damaged[place : place + 8])
        bad.write_bytes(damaged)
        book = look(bad, SHAPES)
        ends.add(book.problem or reads(book))
    assert ends <= {"read", "heading_unknown", "no_rows", *REASONS}
    assert {"read", "workbook_broken"} <= ends


def reads(book: Workbook) -> str:
    try:
        read(book)
    except UnreadableError as error:
        return error.name
    return "read"


# Old workbooks. No library writes them any more: the few records that a sheet needs are written here.


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def label(row: int, column: int, words: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(words), 0) + words.encode("latin-1"))


def old_workbook(
    cells: list[tuple[int, int, str]], *, globals_: bytes = b"", before: bytes = b"", entries: tuple[str, ...] = ()
) -> bytes:
    """Return an xls of one sheet, ``List 1``, with more records and more names in its directory."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = b"List 1"
    start = len(begin) + len(globals_) + 4 + 8 + len(name) + 4
    book = begin + globals_ + record(0x0085, struct.pack("<IHBB", start, 0, len(name), 0) + name) + record(0x000A)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    stream = (book + sheet + before + b"".join(label(*cell) for cell in cells) + record(0x000A)).ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    stream = stream.ljust(sectors * 512, b"\0")
    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry("Workbook", 2, 2, len(stream))
    directory += b"".join(entry(more, 1, 0xFFFFFFFE, 0) for more in entries)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    return header + fat + directory.ljust(512, b"\0") + stream


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    words = name.encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
    head = words.ljust(64, b"\0") + struct.pack("<HBB", len(words) + 2, kind, 1) + links
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)


CELLS = [(0, n, heading) for n, heading in enumerate(CONTACTS)] + [(1, n, f"c{n}") for n in range(len(CONTACTS))]


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "book.xls").write_bytes(old_workbook(CELLS))
    book = look(tmp_path / "book.xls", SHAPES)
    assert book.problem == ""
    assert read(book)["contacts"][ID] == ["c0"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(old_workbook([*CELLS, (65_535, 65_535, "far")]), "sheet_too_large", id="two cells far apart"),
        pytest.param(old_workbook(CELLS, globals_=record(0x002F, b"\0" * 6)), "workbook_password", id="password"),
        pytest.param(
            old_workbook(CELLS, globals_=record(0x01AE, b"\1\0\4\0\0file")), "workbook_external_links", id="links"
        ),
        pytest.param(old_workbook(CELLS, entries=("_VBA_PROJECT_CUR",)), "workbook_macros", id="macros"),
        pytest.param(old_workbook(CELLS, entries=("EncryptedPackage",)), "workbook_password", id="new, password"),
        pytest.param(old_workbook(CELLS)[:2000], "workbook_broken", id="cut off"),
    ],
)
def test_an_old_workbook_that_cannot_be_taken_is_refused_by_name(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "book.xls").write_bytes(content)
    assert look(tmp_path / "book.xls", SHAPES).problem == problem


def test_a_workbook_that_would_end_the_process_ends_another(tmp_path: Path) -> None:
    """The library asks for room for as many cells as the sheet says it has, and dies when there is none."""
    claim = record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 255, 0))
    content = old_workbook(CELLS, before=claim)
    with pytest.raises(UnreadableError, match="workbook_broken"):
        [list(sheet.rows) for sheet in sheet_source.sheets(content)]
    (tmp_path / "book.xls").write_bytes(content)
    assert look(tmp_path / "book.xls", SHAPES).problem == "workbook_broken"


def test_a_workbook_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_source, "_SECONDS", 0)
    with pytest.raises(UnreadableError, match="workbook_broken"):
        [list(sheet.rows) for sheet in sheet_source.sheets(old_workbook(CELLS))]


def test_a_chain_of_sectors_that_bites_its_tail_ends(tmp_path: Path) -> None:
    content = bytearray(old_workbook(CELLS))
    struct.pack_into("<I", content, 512 + 4 * 5, 3)  # sector 5 is followed by sector 3
    (tmp_path / "book.xls").write_bytes(content)
    assert look(tmp_path / "book.xls", SHAPES).problem == "workbook_broken"


def test_every_reason_is_told_in_words() -> None:
    assert {"workbook_macros", "sheet_too_large", "cell_too_long"} <= set(REASONS)
    assert all(reason.what and reason.remedy for reason in REASONS.values())
