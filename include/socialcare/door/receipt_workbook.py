"""The receipt as a workbook: a front sheet, then a sheet for each table with every row to look at.

It names children as the council does, so it goes where the receipt's page goes, the council's own outbox, and is
made in memory: no temporary file of a spreadsheet library may hold what it holds.
"""

from __future__ import annotations

import io
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from socialcare.door import read_workbook
from socialcare.door.reasons import REASONS
from socialcare.door.receipt import _SEVERITY, FileLine, Receipt, Section, _harmless
from socialcare.settings import get_settings

#: Rows listed on one sheet, most important first; the front sheet's counts are always those of all.
LISTED = 5_000
_SYNTHETIC = "SYNTHETIC: no real child is in this file."
#: The same content is the same bytes, whenever it is written.
_ALWAYS = datetime(2000, 1, 1)  # a spreadsheet's dates have no zone
_LONGEST_SHEET_NAME, _LONGEST_CELL = 31, 300
_FILE_HEADS = ("File", "What it is", "Verdict", "Rows in", "Came in", "Wait outside", "Columns not read")
_FRONT_HEADS = ("What was found", "Column", "What happened", "Rows", "New", "Still open", "Rule", "Table", "Whose job")
_HEADS = ("Row", "Identifier", "Column", "Rule", "What was found", "What happened", "Whose job", "Since last time")
_NEW, _OPEN, _UNKNOWN = "new", "still open", ""

Named = Callable[[str, str], str]


@dataclass(frozen=True)
class Line:
    """What makes a finding the same one in the next submission: not its row, which moves."""

    table: str
    code: str
    columns: str
    child: str = field(repr=False)


def as_sent(table: str, column: str) -> str:
    """Return a column as it is called in the declaration."""
    return column


def lines_of(receipt: Receipt) -> Iterable[Line]:
    """Yield every finding that the receipt lists, to compare the next submission with."""
    for section in receipt.sections:
        for _, child in section.rows:
            yield _line(section, child)


def write(
    council_id: str, name: str, receipt: Receipt, *, before: frozenset[Line] | None = None, named: Named = as_sent
) -> None:
    """Write ``receipt-<name>.xlsx`` to the council's outbox, whole or not at all."""
    outbox = get_settings().outbox / council_id
    outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    outbox.chmod(0o700)
    path = outbox / f"receipt-{name}.xlsx"
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    temporary.write_bytes(content(receipt, before=before, named=named))
    temporary.replace(path)


def content(receipt: Receipt, *, before: frozenset[Line] | None = None, named: Named = as_sent) -> bytes:
    """Return the workbook. ``before`` holds the findings of the last submission, or None when there was none;
    ``named`` gives the heading of a column as the council wrote it.
    """
    out = io.BytesIO()
    options = {
        **{"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Receipt: {receipt.council_name}, {receipt.return_name}", "created": _ALWAYS})
        _Writer(book, receipt, before, named).write()
    return out.getvalue()


def _line(section: Section, child: str) -> Line:
    return Line(section.file, section.rule.code, " ".join(section.rule.columns), child)


class _Writer:
    """Writes one receipt. Every text goes in as text: a spreadsheet never runs a cell of it."""

    def __init__(self, book: Any, receipt: Receipt, before: frozenset[Line] | None, named: Named) -> None:
        self._book, self._receipt, self._before, self._named = book, receipt, before, named
        self._plain = book.add_format({"text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E8ECF0"})
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._mark = book.add_format({"bold": True, "bg_color": "#FFF3CD"})
        self._tables = list(dict.fromkeys(section.file for section in receipt.sections))

    def write(self) -> None:
        """Write every sheet."""
        self._front()
        for table, name in zip(self._tables, _sheet_names(self._tables), strict=True):
            self._table(name, [section for section in self._receipt.sections if section.file == table])
        if self._before:
            self._fixed(sorted(self._before - set(lines_of(self._receipt)), key=_order))

    def _front(self) -> None:
        receipt, sheet = self._receipt, self._sheet("Receipt", (38, 22, 34, 10, 10, 12, 12, 12, 44))
        row = self._text(sheet, 0, f"Receipt: {receipt.council_name}, {receipt.return_name}", self._title)
        if receipt.is_synthetic:
            row = self._text(sheet, row, _SYNTHETIC, self._mark)
        row = self._text(sheet, row, f"Sent as of {receipt.as_of}.")
        row = self._text(sheet, row, f"{_words(receipt.verdict)}. {_told(receipt.reason)}".strip(), self._bold) + 1
        row = self._grid(sheet, row, _FILE_HEADS, (_file_cells(file) for file in receipt.files)) + 1
        if not receipt.sections:
            self._text(sheet, row, "Nothing to correct.")
            return
        row = self._text(sheet, row, "What to look at, most important first", self._bold)
        self._grid(sheet, row, _FRONT_HEADS, (self._section_cells(section) for section in receipt.sections))

    def _table(self, name: str, sections: Sequence[Section]) -> None:
        sheet = self._sheet(name, (8, 22, 32, 8, 60, 22, 24, 12))
        rows = [cells for section in sections for cells in self._finding_cells(section)]
        self._grid(sheet, 0, _HEADS, rows[:LISTED])
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, min(len(rows), LISTED)), len(_HEADS) - 1)
        hidden = sum(section.count for section in sections) - min(len(rows), LISTED)
        if hidden:
            self._text(sheet, min(len(rows), LISTED) + 2, f"{hidden} more are not listed: correct these first.")

    def _fixed(self, lines: Sequence[Line]) -> None:
        sheet = self._sheet("Fixed since last time", (34, 22, 32, 8))
        rows = [(line.table, line.child, line.columns, line.code) for line in lines[:LISTED]]
        self._grid(sheet, 0, ("Table", "Identifier", "Column", "Rule"), rows)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), 3)

    def _finding_cells(self, section: Section) -> Iterable[tuple[str | int, ...]]:
        rule = section.rule
        about = (self._columns(section), rule.code, rule.wording, _SEVERITY[rule.severity], rule.whose_job)
        for row, child in section.rows:
            yield (row, child or "(none)", *about, self._since(section, child))

    def _section_cells(self, section: Section) -> tuple[str | int, ...]:
        rule = section.rule
        since = Counter(self._since(section, child) for _, child in section.rows)
        known = ("", "") if self._before is None else (since[_NEW], since[_OPEN])
        head = (rule.wording, self._columns(section), _SEVERITY[rule.severity], section.count)
        return (*head, *known, rule.code, section.file, rule.whose_job)

    def _columns(self, section: Section) -> str:
        return ", ".join(self._named(section.rule.table, column) for column in section.rule.columns)

    def _since(self, section: Section, child: str) -> str:
        if self._before is None:
            return _UNKNOWN
        return _OPEN if _line(section, child) in self._before else _NEW

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(name)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        if self._receipt.is_synthetic:
            sheet.set_header(f"&C{_SYNTHETIC}")
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
                else:
                    sheet.write_string(row, place, _safe(cell), self._plain)
        return row + 1

    def _text(self, sheet: Any, row: int, words: str, style: Any = None) -> int:
        sheet.write_string(row, 0, _safe(words), style)
        return row + 1


def _file_cells(file: FileLine) -> tuple[str | int, ...]:
    verdict = f"{_words(file.verdict)}. {_told(file.reason)}".strip()
    counts = (file.rows_in, file.rows_loaded, file.rows_quarantined)
    return (file.name, file.what, verdict, *counts, ", ".join(file.not_read[:50]))


def _told(reason: str) -> str:
    if not reason:
        return ""
    told = REASONS.get(reason) or read_workbook.REASONS[reason]
    return f"{told.what} {told.remedy}"


def _words(verdict: str) -> str:
    return verdict.replace("_", " ").capitalize()


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, also when the sheet is saved as CSV."""
    (safe,) = _harmless([cell[:_LONGEST_CELL]])
    return safe


def _order(line: Line) -> tuple[str, ...]:
    return (line.table, line.code, line.columns, line.child)


def _sheet_names(tables: Sequence[str]) -> list[str]:
    """Return names that a spreadsheet allows, each once."""
    names: list[str] = []
    for table in tables:
        plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in table).strip() or "Findings"
        name = plain[:_LONGEST_SHEET_NAME].strip()
        taken = {used.casefold() for used in (*names, "Receipt", "Fixed since last time", "History")}
        number = 2
        while name.casefold() in taken:
            tail = f" ({number})"
            name, number = plain[: _LONGEST_SHEET_NAME - len(tail)].strip() + tail, number + 1
        names.append(name)
    return names
