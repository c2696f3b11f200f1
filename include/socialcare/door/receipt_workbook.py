"""The receipt as a workbook: a front sheet, then a sheet for each table with every row to look at.

It names children as the council does, so it goes where the receipt's page goes, the council's own outbox, and is
made in memory: no temporary file of a spreadsheet library may hold what it holds.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import xlsxwriter

from socialcare.door.receipt import (
    NEW,
    SEVERITY,
    STILL_OPEN,
    SYNTHETIC,
    FileLine,
    Fixed,
    Receipt,
    Section,
    _harmless,
    day_in_words,
    in_words,
    told,
)

#: Rows listed on one sheet, most important first; the front sheet's counts are always those of all.
LISTED = 5_000
#: The same content is the same bytes, whenever it is written.
_ALWAYS = datetime(2000, 1, 1)  # a spreadsheet's dates have no zone
_LONGEST_SHEET_NAME, _LONGEST_CELL = 31, 300
_FILE_HEADS = (
    *("File", "What it is", "Verdict", "Rows in", "Came in", "Wait outside"),
    *("Not read", "Columns missing"),
)
_FRONT_HEADS = (
    *("What was found", "Column", "What happened", "Rows", "Listed as new", "Listed as still open"),
    *("Rule", "Table", "Whose job"),
)
_HEADS = (
    *("Row", "Cell", "Identifier", "Since last time", "Column", "Rule", "What was found"),
    *("What happened", "Whose job", "File"),
)
_FIXED = "Fixed since last time"


def content(receipt: Receipt) -> bytes:
    """Return the workbook."""
    out = io.BytesIO()
    options = {
        **{"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Receipt: {receipt.council_name}, {receipt.return_name}", "created": _ALWAYS})
        _Writer(book, receipt).write()
    return out.getvalue()


class _Writer:
    """Writes one receipt. Every text goes in as text: a spreadsheet never runs a cell of it."""

    def __init__(self, book: Any, receipt: Receipt) -> None:
        self._book, self._receipt = book, receipt
        self._plain = book.add_format({"text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "text_wrap": False, "valign": "top"})
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E8ECF0", "font_color": "#1B252E"}
        )
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._mark = book.add_format({"bold": True, "bg_color": "#FFF3CD", "font_color": "#7A4A00"})
        self._new = book.add_format({"bold": True, "valign": "top", "font_color": "#9C1C1C"})
        self._tables = list(dict.fromkeys(section.file for section in receipt.sections))

    def write(self) -> None:
        """Write every sheet."""
        self._front()
        for table, name in zip(self._tables, _sheet_names(self._tables), strict=True):
            self._table(name, [section for section in self._receipt.sections if section.file == table])
        if self._receipt.fixed:
            self._fixed(self._receipt.fixed)

    def _front(self) -> None:
        receipt, sheet = self._receipt, self._sheet("Receipt", (46, 24, 34, 10, 12, 12, 14, 26, 44))
        row = self._text(sheet, 0, f"Receipt: {receipt.council_name}, {receipt.return_name}", self._title)
        if receipt.is_synthetic:
            row = self._text(sheet, row, SYNTHETIC, self._mark)
        row = self._text(sheet, row, self._about())
        row = self._text(sheet, row, receipt.verdict_in_words, self._bold)
        if receipt.since:
            row = self._text(sheet, row, self._since(), self._bold)
        row = self._text(sheet, row, "It names children: keep it where case records are kept.") + 1
        if receipt.sections:
            row = self._text(sheet, row, "What to look at, most important first", self._bold)
            row = self._grid(sheet, row, _FRONT_HEADS, map(self._section_cells, receipt.sections)) + 1
        elif receipt.verdict != "rejected":
            row = self._text(sheet, row, "Nothing to correct.", self._bold) + 1
        row = self._text(sheet, row, "What was sent", self._bold)
        self._grid(sheet, row, _FILE_HEADS, map(_file_cells, receipt.files))

    def _about(self) -> str:
        receipt = self._receipt
        year = f", collection year {receipt.collection_year}" if receipt.collection_year else ""
        number = f", delivery {receipt.number}" if receipt.number else ""
        return f"As of {day_in_words(receipt.as_of)}{year}{number}."

    def _since(self) -> str:
        since = self._receipt.since
        assert since is not None
        counts = f"{since.fixed:,} fixed, {since.still_open:,} still open, {since.new:,} new"
        return f"Since your last submission (as of {day_in_words(since.as_of)}): {counts}."

    def _table(self, name: str, sections: Sequence[Section]) -> None:
        sheet = self._sheet(name, (8, 12, 22, 12, 32, 10, 60, 22, 30, 30))
        rows = list(islice((cells for section in sections for cells in _finding_cells(section)), LISTED))
        self._grid(sheet, 0, _HEADS, rows)
        sheet.freeze_panes(1, 3)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(_HEADS) - 1)
        hidden = sum(section.count for section in sections) - len(rows)
        if hidden:
            self._text(sheet, len(rows) + 2, f"{hidden:,} more are not listed: correct these first.")

    def _fixed(self, fixed: Sequence[Fixed]) -> None:
        sheet = self._sheet(_FIXED, (34, 22, 32, 10, 60))
        rows = list(islice((cells for one in fixed for cells in self._fixed_cells(one)), LISTED))
        self._grid(sheet, 0, ("Table", "Identifier", "Column", "Rule", "What was found"), rows)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(1, len(rows)), 4)

    def _fixed_cells(self, one: Fixed) -> Iterable[tuple[str | int, ...]]:
        about = (", ".join(one.rule.columns), one.rule.code, one.rule.wording)
        for child in one.children:
            yield (one.file, child, *about)
        if one.count > len(one.children):
            yield (one.file, f"({one.count - len(one.children):,} no longer in the file)", *about)

    def _section_cells(self, section: Section) -> tuple[str | int, ...]:
        rule = section.rule
        since = Counter(section.since(line) for line, _ in section.rows)
        known = ("", "") if section.still_open is None else (since[NEW], since[STILL_OPEN])
        head = (rule.wording, section.place.titles_of(rule.columns), SEVERITY[rule.severity], section.count)
        return (*head, *known, rule.code, section.file, rule.whose_job)

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(name)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        if self._receipt.is_synthetic:
            sheet.set_header(f"&C{SYNTHETIC}")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _grid(self, sheet: Any, row: int, heads: Sequence[str], rows: Iterable[Sequence[str | int]]) -> int:
        """Write a heading and rows; return the next free row."""
        for place, head in enumerate(heads):
            sheet.write_string(row, place, head, self._head)
        for cells in rows:
            row += 1
            for place, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(row, place, cell, self._plain)
                elif cell == NEW:
                    sheet.write_string(row, place, cell, self._new)
                else:
                    sheet.write_string(row, place, _safe(cell), self._plain)
        return row + 1

    def _text(self, sheet: Any, row: int, words: str, style: Any = None) -> int:
        sheet.write_string(row, 0, _safe(words), style)
        return row + 1


def _finding_cells(section: Section) -> Iterable[tuple[str | int, ...]]:
    rule, place = section.rule, section.place
    about = (place.titles_of(rule.columns), rule.code, rule.wording, SEVERITY[rule.severity], rule.whose_job)
    where = ", ".join(filter(None, (place.file, place.sheet)))
    for line, child in section.rows:
        yield (line, section.cells(line), child or "(none)", section.since(line), *about, where)


def _file_cells(file: FileLine) -> tuple[str | int, ...]:
    verdict = f"{in_words(file.verdict)}. {told(file.reason)}".strip()
    counts = (file.rows_in, file.rows_loaded, file.rows_quarantined)
    return (file.name, file.what, verdict, *counts, ", ".join(file.not_read[:50]), ", ".join(file.missing))


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, also when the sheet is saved as CSV."""
    (safe,) = _harmless([cell[:_LONGEST_CELL]])
    return safe


def _sheet_names(tables: Sequence[str]) -> list[str]:
    """Return names that a spreadsheet allows, each once."""
    names: list[str] = []
    for table in tables:
        plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in table).strip() or "Findings"
        name = plain[:_LONGEST_SHEET_NAME].strip()
        taken = {used.casefold() for used in (*names, "Receipt", _FIXED, "History")}
        number = 2
        while name.casefold() in taken:
            tail = f" ({number})"
            name, number = plain[: _LONGEST_SHEET_NAME - len(tail)].strip() + tail, number + 1
        names.append(name)
    return names
