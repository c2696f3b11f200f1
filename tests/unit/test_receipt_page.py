"""The receipt as a page: what a performance officer reads first, and nothing in it that runs, loads or leaks."""

from __future__ import annotations

import ast
import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.test_receipt_workbook import FIRST, SECOND, made, rule

from socialcare.door import receipt_page
from socialcare.door.reasons import REASONS
from socialcare.door.receipt import FileLine, Fixed, Place, Section, Since
from socialcare.door.receipt_page import notice, page


def words(text: str) -> str:
    """Return what a reader sees, with one space between words."""
    body = text[text.index("<body>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_verdict_comes_first_then_what_to_look_at_then_what_was_sent() -> None:
    seen = words(page(made(FIRST, SECOND)))
    order = ["Annex A", "Receipt for Durham", "As of 31 October 2026, collection year 2027, delivery 12", "SYNTHETIC"]
    order += ["Partly accepted: 8 of 10 rows came in, 2 rows wait outside.", "What to look at, most important first"]
    order += [
        "The closure is before the start.",
        "C100",
        "C200",
        "What was sent",
        "Columns missing: Age",
    ]
    places = [seen.index(word) for word in order]
    assert places == sorted(places)


def test_a_row_is_named_by_their_identifier_cells_heading_rule_and_whose_job_it_is() -> None:
    seen = words(page(made(FIRST)))
    assert "C100 cells H4, L4" in seen
    assert "Rule AA08 CIN Start Date, CIN Closure Date. List 6, children in need, Annex A.xlsx, List 6." in seen
    assert "Row waits outside. For: Social worker." in seen


@pytest.mark.parametrize(
    ("place", "check", "position"),
    [
        (Place("m.xml", unit="line"), "valid", "line 4"),
        (Place("e.csv", letters={"CIN_START": "B"}), "valid", "cell B4"),
        (Place("e.csv", letters={"CIN_START": "B", "CIN_END": "C"}), "valid", "cells B4, C4"),
        (Place("e.csv", letters={"CIN_START": "B", "CIN_END": "C"}), "cell_count", "row 4"),
    ],
)
def test_a_position_is_what_the_council_finds_the_row_by(place: Place, check: str, position: str) -> None:
    about = rule().model_copy(update={"check": check})
    assert Section(about, "Episodes", 1, ((4, "C1"),), place).position(4) == position


def test_what_changed_since_the_last_submission_is_told() -> None:
    fixed = (Fixed(rule(), "List 6", 3, ("C300",)), Fixed(rule("AA09"), "List 6", 2, ()))
    compared = replace(FIRST, still_open=frozenset({9}))
    seen = words(page(made(compared, since=Since("2026-10-30", 5, 1, 1), fixed=fixed)))
    assert "Since your last submission (as of 30 October 2026) fixed 5 still open 1 new 1" in seen
    assert "C100 cells H4, L4 new C200 cells H9, L9 " in seen
    assert "Of those listed, 1 new, 1 still open." in seen
    assert "C300 2 more, or no longer in the file" in seen
    assert "2 no longer in the file" in seen


def test_what_is_said_of_several_tables_is_said_once_at_the_top_with_the_way_to_each() -> None:
    other = replace(FIRST, file="List 7, child protection plans", count=3)
    text = page(made(FIRST, SECOND, other))
    overview = words(text.partition("<h2>What to look at")[2].partition("</table>")[0].join(["<body>", ""]))
    assert overview.count("AA08") == 1
    assert "List 6, children in need 2 List 7, child protection plans 3 5 Row waits outside" in overview
    anchors = re.findall(r'href="#(r\d+)"', text)
    assert sorted(anchors) == sorted(re.findall(r'id="(r\d+)"', text)) == ["r1", "r2", "r3"]


def test_a_file_that_is_not_in_is_told_before_the_rows() -> None:
    out = FileLine("plan.pdf", "not recognised", "rejected", "not_csv_pdf", 0, 0, 0)
    seen = words(page(replace(made(FIRST), files=(*made(FIRST).files, out))))
    assert seen.index("plan.pdf : The file is a PDF.") < seen.index("What to look at")


def test_a_rejection_says_why_and_what_to_do_once() -> None:
    seen = words(page(replace(made(verdict="rejected", reason="no_rows"), files=())))
    assert seen.count("Rejected: nothing came in. There are headings and no rows. Make the extract again") == 1
    assert "Nothing to correct" not in seen


def test_a_long_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_page, "LISTED", 2)
    many = Section(rule(), "List 1", 500, tuple((n, f"C{n}") for n in range(2, 12)))
    seen = words(page(made(many)))
    assert "The first 2 of 500 are listed here." in seen
    assert "C3" in seen
    assert "C4" not in seen


def test_nothing_of_the_councils_is_markup_and_nothing_is_loaded_or_run() -> None:
    evil = "<script>alert(1)</script>\"'&"
    place = Place(evil, evil, "row", {"CIN_START": evil}, {})
    section = Section(rule(), evil, 1, ((2, evil),), place, frozenset())
    file = FileLine(evil, evil, "rejected", "not_csv_pdf", 0, 0, 0, (evil,), (evil,))
    made_up = made(section, since=Since(evil, 1, 1, 1), fixed=(Fixed(rule(), evil, 1, (evil,)),))
    text = page(replace(made_up, files=(file,), council_name=evil, return_name=evil, as_of=evil))
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import", text)


def test_the_page_can_be_read_in_the_dark_and_on_paper() -> None:
    text = page(made(FIRST))
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert 'lang="en-GB"' in text


def test_nothing_says_synthetic_of_a_real_submission() -> None:
    assert "SYNTHETIC" not in page(made(FIRST, synthetic=False))


def test_a_notice_names_the_return_and_the_delivery_and_nothing_else() -> None:
    seen = words(notice("South Tyneside", "Children in need census", "2026-10-31", 12))
    assert "Notice for South Tyneside 31 October 2026, delivery 12" in seen
    assert "A file that may be yours came to another council's inbox." in html.unescape(seen)
    assert "Children in need census" in seen
    assert "Durham" not in seen


def test_every_reason_that_the_door_gives_is_told_in_words() -> None:
    named = set()
    for file in Path(receipt_page.__file__).parent.glob("*.py"):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            given = [word.value for word in call.keywords if word.arg == "problem"]
            given += call.args if name in ("UnreadableError", "_RefusedError", "WrongHeadingError") else []
            named |= {word.value for word in given if isinstance(word, ast.Constant)}
    assert {"heading_twice", "workbook_unknown", "workbook_broken"} <= named
    assert named - {""} <= set(REASONS)
