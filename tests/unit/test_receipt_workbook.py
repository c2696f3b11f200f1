"""The receipt as a workbook: what a council reads of its rows, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import io
import stat
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from socialcare.door import receipt_workbook
from socialcare.door.receipt import FileLine, Fixed, Place, Receipt, Section, Since, write
from socialcare.door.receipt_workbook import content
from socialcare.registry.returns import Rule


def rule(code: str = "AA08", severity: str = "quarantine") -> Rule:
    return Rule(
        code=code,
        table="children_in_need",
        columns=("CIN_START", "CIN_END"),
        severity=severity,
        wording="The closure is before the start.",
        whose_job="Social worker",
        check="valid",
    )


FILE = FileLine(
    *("Annex A.xlsx", "List 6, children in need", "partly_accepted", "", 10, 8, 2), ("Our notes",), ("Age",)
)
HEADINGS = {"CIN_START": "CIN Start Date", "CIN_END": "CIN Closure Date"}
SHEET = Place("Annex A.xlsx", "List 6", "row", HEADINGS, {"CIN_START": "H", "CIN_END": "L"})


FIRST = Section(rule(), "List 6, children in need", 2, ((4, "C100"), (9, "C200")), SHEET)
SECOND = Section(rule("AA30", "warning"), "List 7, child protection plans", 1, ((3, "C100"),))


def made(
    *sections: Section,
    synthetic: bool = True,
    verdict: str = "partly_accepted",
    reason: str = "",
    since: Since | None = None,
    fixed: tuple[Fixed, ...] = (),
) -> Receipt:
    return Receipt(
        *("Durham", "Annex A", "2026-10-31", synthetic, verdict, reason, (FILE,), sections),
        *(2027, 12, since, fixed),
    )


def sheets(book: bytes) -> dict[str, list[list[object]]]:
    opened = CalamineWorkbook.from_filelike(io.BytesIO(book))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def test_the_front_sheet_says_what_was_sent_and_what_to_look_at_first() -> None:
    front = sheets(content(made(FIRST, SECOND)))["Receipt"]
    words = [row[0] for row in front]
    assert words[:4] == [
        "Receipt: Durham, Annex A",
        "SYNTHETIC: no real child is in this file.",
        "As of 31 October 2026, collection year 2027, delivery 12.",
        "Partly accepted: 8 of 10 rows came in, 2 rows wait outside.",
    ]
    sent = front[words.index("File") + 1]
    assert sent[:8] == ["Annex A.xlsx", "List 6, children in need", "Partly accepted.", 10, 8, 2, "Our notes", "Age"]
    looked_at = front[words.index("What was found") + 1 :]
    assert [row[6] for row in looked_at[:2]] == ["AA08", "AA30"]  # in the order given: the most important first
    assert [row[3] for row in looked_at[:2]] == [2.0, 1.0]
    assert words.index("What was found") < words.index("File")


def test_each_table_has_a_sheet_with_their_own_identifiers_headings_rows_and_cells() -> None:
    book = sheets(content(made(FIRST, SECOND)))
    assert list(book) == ["Receipt", "List 6, children in need", "List 7, child protection plans"]
    heads, *rows = book["List 6, children in need"]
    assert heads[:6] == ["Row", "Cell", "Identifier", "Since last time", "Column", "Rule"]
    assert [row[:6] for row in rows] == [
        [4.0, "H4, L4", "C100", "", "CIN Start Date, CIN Closure Date", "AA08"],
        [9.0, "H9, L9", "C200", "", "CIN Start Date, CIN Closure Date", "AA08"],
    ]
    assert rows[0][6:] == ["The closure is before the start.", "Row waits outside", "Social worker", rows[0][9]]
    assert rows[0][9] == "Annex A.xlsx, List 6"


def test_what_changed_since_the_last_submission_is_told() -> None:
    compared = replace(FIRST, still_open=frozenset({9}))
    fixed = Fixed(rule(), "List 6, children in need", 3, ("C300", "C400"))
    book = sheets(content(made(compared, since=Since("2026-10-30", 3, 1, 1), fixed=(fixed,))))
    assert [row[3] for row in book["List 6, children in need"][1:]] == ["new", "still open"]
    assert [row[:2] for row in book["Fixed since last time"][1:]] == [
        ["List 6, children in need", "C300"],
        ["List 6, children in need", "C400"],
        ["List 6, children in need", "(1 no longer in the file)"],
    ]
    words = [row[0] for row in book["Receipt"]]
    assert "Since your last submission (as of 30 October 2026): 3 fixed, 1 still open, 1 new." in words
    assert book["Receipt"][words.index("What was found") + 1][4:6] == [1.0, 1.0]


def test_without_a_last_submission_nothing_is_new_or_fixed() -> None:
    book = sheets(content(made(FIRST)))
    assert {row[3] for row in book["List 6, children in need"][1:]} == {""}
    assert "Fixed since last time" not in book


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1+1", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula_or_a_link(cell: str) -> None:
    place = Place(cell, cell, "row", dict.fromkeys(HEADINGS, cell), {})
    evil = Section(rule(), cell, 1, ((2, cell),), place, frozenset())
    file = FileLine(cell, cell, "rejected", "", 1, 0, 1, (cell,), (cell,))
    fixed = Fixed(rule(), cell, 1, (cell,))
    book = content(
        Receipt(cell, cell, cell, False, "rejected", "", (file,), (evil,), None, None, Since(cell, 1, 1, 1), (fixed,))
    )
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any("hyperlink" in name.lower() for name in archive.namelist())
    assert len(parts) == 3
    assert not any(b"<f>" in part or b"<f " in part for part in parts)
    told = sheets(book)
    safe = f"'{cell}"
    assert told["Fixed since last time"][1][:2] == [safe, safe]
    (rows,) = (rows for name, rows in told.items() if name not in ("Receipt", "Fixed since last time"))
    assert rows[1][2] == safe


def test_the_rows_stay_in_sight_and_can_be_filtered() -> None:
    with zipfile.ZipFile(io.BytesIO(content(made(FIRST)))) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:J3"' in sheet
    assert "<cols>" in sheet
    assert "SYNTHETIC" in sheet  # on every printed page


def test_nothing_says_synthetic_of_a_real_submission() -> None:
    assert b"SYNTHETIC" not in b"".join(unpacked(content(made(FIRST, synthetic=False))).values())


def unpacked(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_content_is_the_same_bytes() -> None:
    first = content(made(FIRST, SECOND))
    time.sleep(1.1)  # a zip archive counts in seconds
    assert content(made(FIRST, SECOND)) == first


def test_a_table_with_very_many_rows_lists_the_first_and_counts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_workbook, "LISTED", 3)
    many = Section(rule(), "List 1", 500, tuple((n, f"C{n}") for n in range(2, 12)))
    rows = sheets(content(made(many)))["List 1"]
    assert [row[0] for row in rows[1:4]] == [2.0, 3.0, 4.0]
    assert rows[-1][0] == "497 more are not listed: correct these first."


def test_sheets_have_names_that_a_spreadsheet_allows_each_once() -> None:
    long = "List 5, section 47 enquiries and initial conferences"
    names = receipt_workbook._sheet_names([long, f"{long} again", "a/b:c", "Receipt", "''"])
    assert len({name.casefold() for name in names}) == 5
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)
    assert "Receipt" not in names


def test_a_clean_delivery_is_told_so() -> None:
    whole = replace(made(verdict="accepted"), files=(replace(FILE, rows_loaded=10, rows_quarantined=0),))
    words = [row[0] for row in sheets(content(whole))["Receipt"]]
    assert "Accepted: 10 rows came in." in words
    assert "Nothing to correct." in words
    assert "Nothing to correct." not in [
        row[0] for row in sheets(content(made(verdict="rejected", reason="no_rows")))["Receipt"]
    ]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("no_rows", "There are headings and no rows. Make the extract again and send it as a new delivery."),
        ("workbook_password", "The workbook has a password. Save it without one: the way here is protected."),
    ],
)
def test_a_rejection_says_why_and_what_to_do(reason: str, told: str) -> None:
    words = [row[0] for row in sheets(content(made(verdict="rejected", reason=reason)))["Receipt"]]
    assert f"Rejected: nothing came in. {told}" in words


def test_it_is_written_whole_for_its_owner_only_and_nowhere_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a temporary file would hold what the receipt holds")

    for name in ("mkstemp", "NamedTemporaryFile", "TemporaryFile", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    write("durham", "2026-10-31-1", made(FIRST))
    outbox = home / "outbox" / "durham"
    files = sorted(outbox.iterdir())
    assert [file.name for file in files] == ["receipt-2026-10-31-1.html", "receipt-2026-10-31-1.xlsx"]
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert "C100" not in repr(made(FIRST))
