"""The list of what is due, as a page and a workbook: nothing in it runs, loads or is left out. All of it made up."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from socialcare.door import due_list, due_page, erase_receipts, receipt
from socialcare.door.due_list import NOT_SAID, Due, DueList, Source, Thing, Told
from socialcare.door.due_workbook import content

AS_OF = date(2026, 3, 31)
SOURCE = Source("Standard Safeguarding Dataset", 7, AS_OF, date(2026, 4, 1))
MISSING = "Supervision: no Local records of practice has come in, so what is overdue is not known."


def thing(team: str, identifier: str, days_late: int, lead: str = "") -> Thing:
    return Thing(team, "Assessment", identifier, lead, date.fromordinal(AS_OF.toordinal() - days_late), days_late)


def made(*things: Thing, not_told: tuple[str, ...] = (), is_synthetic: bool = True) -> DueList:
    told = Told("Durham", is_synthetic, (), (SOURCE,), not_told)
    return DueList(told, tuple(sorted(things, key=due_list._order)))


def sheets(book: bytes) -> dict[str, list[list[Any]]]:
    opened = CalamineWorkbook.from_filelike(io.BytesIO(book))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def test_teams_come_in_their_order_and_the_most_overdue_first() -> None:
    listed = made(
        thing(NOT_SAID, "C5", 90), thing("TA-10", "C4", 1), thing("TA-2", "C1", -3), thing("TA-2", "C2", 4),
        thing("TA-2", "C3", 40),
    )  # fmt: skip
    seen = re.sub(r"<[^>]+>", " ", due_page.page(listed))
    assert re.findall(r"C\d", seen) == ["C3", "C2", "C1", "C4", "C5"]
    rows = sheets(content(listed))["Overdue and this week"][1:]
    assert [(row[0], row[2], row[3], row[5]) for row in rows] == [
        ("TA-2", 40, "Overdue", "C3"),
        ("TA-2", 4, "Overdue", "C2"),
        ("TA-2", "", "This week", "C1"),
        ("TA-10", 1, "Overdue", "C4"),
        (NOT_SAID, 90, "Overdue", "C5"),
    ]
    assert "4 overdue, 1 due within seven days of the records." in seen


def test_what_is_not_known_is_told_and_never_none() -> None:
    nothing = made(not_told=(MISSING,))
    told = "\n".join(str(row[0]) for row in sheets(content(nothing))["Teams"])
    for seen in (due_page.page(nothing), told):
        assert MISSING in seen
        assert "Of some things no record was sent: they are named below, and are not none." in seen


def test_no_cell_is_a_formula_and_no_text_is_markup() -> None:
    listed = made(thing("=cmd|' /C calc'!A0", "@SUM(1)", 3, "<script>alert(1)</script>"))
    (row,) = sheets(content(listed))["Overdue and this week"][1:]
    assert (row[0], row[5]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)")
    page = due_page.page(listed)
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_it_says_synthetic_where_the_council_is_and_how_fresh_it_is() -> None:
    for is_synthetic in (True, False):
        listed = made(thing("TA-1", "C1", 1), is_synthetic=is_synthetic)
        front = "\n".join(str(row[0]) for row in sheets(content(listed))["Teams"])
        for seen in (due_page.page(listed), front):
            assert ("SYNTHETIC" in seen) == is_synthetic
            assert "Standard Safeguarding Dataset: as of 31 March 2026, received 1 April 2026, delivery 7" in seen


def test_a_long_list_goes_on_in_the_workbook() -> None:
    listed = made(*(thing("TA-1", f"C{number}", number) for number in range(1, 251)))
    assert "50 more are in the workbook." in due_page.page(listed)
    assert len(sheets(content(listed))["Overdue and this week"]) == 251
    assert content(listed) == content(listed)


def test_its_word_changes_with_what_is_due_and_says_nothing_of_whom() -> None:
    due = Due("cp_visit", "Visit", "TA-1", AS_OF, AS_OF, "child", "ab" * 16, 7)
    told = [Told("Durham", True, found, (SOURCE,), ()) for found in ((), (due,))]
    assert told[0].digest != told[1].digest == Told("Durham", True, (due,), (SOURCE,), ()).digest
    assert "ab" * 16 not in due_page.page(DueList(told[1], ()))
    assert "C77" not in repr(DueList(told[1], (thing("TA-1", "C77", 1),)))


def test_a_list_that_names_an_erased_child_goes(home: Path) -> None:
    listed = made(thing("TA-1", "C77", 1))
    paths = [receipt.put("durham", f"{due_list.NAME}.xlsx", content(listed))]
    paths.append(receipt.put("durham", f"{due_list.NAME}.html", due_page.page(listed).encode()))
    assert erase_receipts.naming("durham", "C77") == sorted(paths)
    assert erase_receipts.naming("durham", "C7") == []
