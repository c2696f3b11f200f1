"""One table as a sheet: a header that stays, filters, typed cells; written in batches, since a region has many rows.

The library writes a quarter of a million cells a second, cell by cell. Rows are put into its sheet a batch at a time
instead, which is several times that; a test reads them back with another library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from socialcare.deliver.tables import AS_IN_UNIT, Column

#: Rows that a sheet of Excel holds under its header.
ROWS_OF_A_SHEET = 1_048_575
_LONGEST_CELL = 32_000
_NARROWEST, _WIDEST, _LOOKED_AT = 9, 44, 500
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NO_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
#: Texts whose XML is at hand: a word that many rows share comes again soon, a key never.
_REMEMBERED = 10_000
_FIRST_DAY = date(1899, 12, 30)  # of Excel's count, which has a 29 February 1900
_NO_DAY_BEFORE = date(1900, 3, 1)
#: Numbers that name something are not parted in thousands.
_NAMES = ("line of the file", "year", "decimal places")

_Cell = Callable[[Any, str], str]


class Styles:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        self._book, self._decimals = book, {}  # type: ignore[var-annotated]
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8ECF0"}
        )
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.bold = book.add_format({"bold": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.warning = book.add_format({"bold": True, "font_size": 14, "bg_color": "#B00020", "font_color": "#FFFFFF"})
        self.mark = book.add_format({"bold": True, "bg_color": "#FFF3CD", "font_color": "#7A4A00", "text_wrap": True})
        self.late = book.add_format({"bold": True, "font_color": "#9C1C1C", "text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        self.moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left", "valign": "top"})
        self.count = book.add_format({"num_format": "#,##0"})
        self.count_at_top = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.plain = book.add_format({"num_format": "0"})

    def at(self, decimals: int) -> Any:
        """Return the format of a number with so many decimal places."""
        if decimals not in self._decimals:
            shown = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
            self._decimals[decimals] = self._book.add_format({"num_format": shown})
        return self._decimals[decimals]


class Sheet:
    """Writes one sheet of a workbook."""

    def __init__(self, sheet: Any, columns: Sequence[Column], styles: Styles, *, kept_columns: int) -> None:
        self._sheet, self._columns, self._styles, self._rows = sheet, columns, styles, 0
        names = [column.name for column in columns]
        self._decimals = names.index("decimals") if "decimals" in names else None
        self._remembered: dict[str, str] = {}
        self._letters = [xl_col_to_name(position) for position in range(len(columns))]
        self._cells = [self._cell_of(column) for column in columns]
        self._widths = [len(name) for name in names]
        for position, name in enumerate(names):
            sheet.write_string(0, position, name, styles.head)
        sheet.freeze_panes(1, min(kept_columns, 3))
        sheet.repeat_rows(0)
        sheet._write_single_row(1)  # the header is written; what follows goes into the sheet's own file

    def add(self, rows: Sequence[Sequence[Any]], texts: Sequence[Sequence[str]]) -> None:
        """Write rows: their values, and the same as text."""
        if self._rows < _LOOKED_AT:
            self._look_at(texts[:_LOOKED_AT])
        lines = [
            self._line(number, values, words)
            for number, (values, words) in enumerate(zip(rows, texts, strict=True), start=self._rows + 2)
        ]
        self._sheet.row_data_fh.write("".join(lines))
        self._rows += len(rows)

    def close(self) -> None:
        """Set what is known only at the end: the filters' reach and how wide each column is."""
        sheet, last = self._sheet, len(self._columns) - 1
        sheet.previous_row = self._rows + 1
        sheet.dim_rowmax = self._rows
        sheet.autofilter(0, 0, max(1, self._rows), last)
        for position, width in enumerate(self._widths):
            sheet.set_column(position, position, max(_NARROWEST, min(width + 3, _WIDEST)))

    def _look_at(self, texts: Sequence[Sequence[str]]) -> None:
        for words in texts:
            self._widths = [max(width, len(word)) for width, word in zip(self._widths, words, strict=True)]

    def _line(self, number: int, values: Sequence[Any], words: Sequence[str]) -> str:
        style = self._style_of(values)
        cells = [
            f'<c r="{letter}{number}"{cell(value, word) if cell else self._figure(style, word)}'
            for letter, cell, value, word in zip(self._letters, self._cells, values, words, strict=True)
            if word != ""
        ]
        return f'<row r="{number}">{"".join(cells)}</row>'

    def _style_of(self, values: Sequence[Any]) -> int:
        """Return the format of the row's figures: as many decimals as it says."""
        decimals = values[self._decimals] if self._decimals is not None else None
        return int(self._styles.at(decimals)._get_xf_index()) if decimals is not None else 0

    def _cell_of(self, column: Column) -> _Cell | None:
        """Return what writes a cell of the column after its place; None where the row's decimals have a say."""
        if column.kind == "number":
            return None if column.unit == AS_IN_UNIT else lambda _, word: self._figure(0, word)
        if column.kind == "whole":
            style = (self._styles.plain if column.unit in _NAMES else self._styles.count)._get_xf_index()
            return lambda _, word: _serial(style, word)
        if column.kind == "date":
            return self._day(self._styles.day._get_xf_index())
        if column.kind == "moment":
            return self._moment(self._styles.moment._get_xf_index())
        return lambda _, word: self._text(word)

    def _figure(self, style: int, word: str) -> str:
        return _serial(style, word) if word[-1].isdigit() else self._text(word)  # NaN is no number to Excel

    def _text(self, word: str) -> str:
        known = self._remembered.get(word)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[word] = f' t="inlineStr"><is><t xml:space="preserve">{_escaped(word)}</t></is></c>'
        return known

    def _day(self, style: int) -> _Cell:
        def cell(value: date, word: str) -> str:
            return _serial(style, str((value - _FIRST_DAY).days)) if value >= _NO_DAY_BEFORE else self._text(word)

        return cell

    def _moment(self, style: int) -> _Cell:
        def cell(value: datetime, word: str) -> str:
            if value.date() < _NO_DAY_BEFORE:
                return self._text(word)
            day = (value.date() - _FIRST_DAY).days
            seconds = value.hour * 3600 + value.minute * 60 + value.second
            return _serial(style, f"{day + seconds / 86_400:.8f}")

        return cell


def _serial(style: int, number: str) -> str:
    return f' s="{style}"><v>{number}</v></c>'


def _escaped(word: str) -> str:
    word = word[:_LONGEST_CELL]
    if not _SPECIAL.search(word):
        return word
    return _NO_CHARACTER.sub("", word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
