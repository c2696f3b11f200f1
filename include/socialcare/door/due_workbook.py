"""The team's morning as a workbook: a front sheet, then one sheet with everything, to filter by team.

Made in memory, as the receipt's workbook is: no temporary file of a spreadsheet library may hold what it holds.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from socialcare.door.due_list import DueList
from socialcare.door.due_page import as_of_in_words, source_in_words, summed_up
from socialcare.door.receipt import SYNTHETIC
from socialcare.formulas import harmless

#: The same content is the same bytes, whenever it is written.
_ALWAYS = datetime(2000, 1, 1)  # a spreadsheet's dates have no zone
_LONGEST_CELL = 300
_HEADS = ("Team", "Due on", "Days overdue", "When", "What", "Whose", "Lead")
_OVERDUE, _THIS_WEEK = "Overdue", "This week"


def content(made: DueList) -> bytes:
    """Return the workbook."""
    out = io.BytesIO()
    options = {
        **{"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(out, options) as book:
        title = f"Overdue and due this week: {made.told.council_name}"
        book.set_properties({"title": title, "created": _ALWAYS})
        _Writer(book, made).write(title)
    return out.getvalue()


class _Writer:
    """Writes one list. Every text goes in as text: a spreadsheet never runs a cell of it."""

    def __init__(self, book: Any, made: DueList) -> None:
        self._book, self._made = book, made
        self._bold = book.add_format({"bold": True})
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._mark = book.add_format({"bold": True, "bg_color": "#FFF3CD", "font_color": "#7A4A00"})
        self._day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})

    def write(self, title: str) -> None:
        """Write both sheets."""
        self._front(title)
        self._everything()

    def _front(self, title: str) -> None:
        told, sheet = self._made.told, self._sheet("Teams", (34, 12, 12))
        lines = [(title, self._title), (SYNTHETIC if told.is_synthetic else "", self._mark)]
        lines += [(as_of_in_words(told), None), (summed_up(self._made), self._bold)]
        lines += [("It names children and workers: keep it where case records are kept.", None)]
        if told.not_told:
            lines += [("Not in this list, and not known to be done", self._bold)]
            lines += [(sentence, None) for sentence in told.not_told]
        lines += [("What it is made of", self._bold)]
        lines += [(source_in_words(source), None) for source in told.sources]
        row = 0
        for words, style in lines:
            if words:
                sheet.write_string(row, 0, _safe(words), style)
                row += 1
        counts = [(team, sum(t.is_overdue for t in things), len(things)) for team, things in self._made.teams.items()]
        rows = [(team, late, every - late) for team, late, every in sorted(counts, key=lambda count: -count[1])]
        self._grid(sheet, row + 1, ("Team", _OVERDUE, _THIS_WEEK), rows)

    def _everything(self) -> None:
        sheet = self._sheet("Overdue and this week", (24, 12, 14, 12, 36, 24, 24))
        rows = (
            (
                *(thing.team, thing.due_on, thing.days_late if thing.is_overdue else ""),
                *(_OVERDUE if thing.is_overdue else _THIS_WEEK, thing.what, thing.identifier, thing.lead),
            )
            for thing in self._made.things
        )
        self._grid(sheet, 0, _HEADS, rows)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(1, len(self._made.things)), len(_HEADS) - 1)

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(name)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        if self._made.told.is_synthetic:
            sheet.set_header(f"&C{SYNTHETIC}")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _grid(self, sheet: Any, row: int, heads: Sequence[str], rows: Iterable[Sequence[str | int | date]]) -> None:
        for place, head in enumerate(heads):
            sheet.write_string(row, place, head, self._bold)
        for number, cells in enumerate(rows, start=row + 1):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, self._day)
                elif isinstance(cell, int):
                    sheet.write_number(number, place, cell)
                else:
                    sheet.write_string(number, place, _safe(cell))


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, also when the sheet is saved as CSV."""
    return harmless(cell[:_LONGEST_CELL])
