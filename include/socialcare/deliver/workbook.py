"""The workbook of one audience: a front sheet, the data dictionary, and a sheet for each table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import xlsxwriter

from socialcare.deliver import dictionary
from socialcare.deliver.audience import Audience, Version
from socialcare.deliver.csv_file import Written, as_texts, written
from socialcare.deliver.read_rows import Facts, columns_of
from socialcare.deliver.sheet import ROWS_OF_A_SHEET, Sheet, Styles
from socialcare.deliver.tables import Table
from socialcare.deliver.workbook_front import FRONT, write_front

_LONGEST_SHEET_NAME = 31
_MARK = "SYNTHETIC "
_RED, _AMBER = "#B00020", "#F0B400"
#: From so many cells on, the file inside may be larger than a plain zip can hold.
_LARGE = 20_000_000


class Workbook:
    """Writes one workbook, its tables a batch at a time: no more in memory than one batch."""

    def __init__(self, place: Path, audience: Audience, version: Version, tables: Sequence[Table]) -> None:
        self._path, self._audience, self._version = place / audience.workbook, audience, version
        self._tables = [table for table in tables if fits(audience.facts[table.name])]
        options = {
            **{"constant_memory": True, "tmpdir": str(place), "strings_to_urls": False},
            **{"strings_to_numbers": False, "strings_to_formulas": False, "remove_timezone": True},
        }
        self._book = xlsxwriter.Workbook(self._path, options)
        # The same version is the same bytes, whenever it is written.
        built = version.about["built_at"].astimezone(UTC).replace(tzinfo=None)
        self._book.set_properties({"title": f"{audience.name}: extracts", "created": built})
        if sum(audience.facts[table.name].rows * len(table.columns) for table in self._tables) > _LARGE:
            self._book.use_zip64()
        self._styles = Styles(self._book)
        self._front = self._book.add_worksheet(FRONT)
        self._dictionary = self._book.add_worksheet("Data dictionary")
        self._names = sheet_names([(table.name, audience.is_generated(table.name)) for table in self._tables])
        self._sheets = {table.name: self._sheet(table) for table in self._tables}

    def _sheet(self, table: Table) -> Any:
        sheet = self._book.add_worksheet(self._names[table.name])
        if self._audience.is_generated(table.name):
            sheet.set_tab_color(_AMBER)
        return sheet

    def table(self, table: Table) -> Sheet | None:
        """Return what writes the table's sheet; None where it has more rows than a sheet holds."""
        if table.name not in self._sheets:
            return None
        kept = len(table.grain)
        return Sheet(self._sheets[table.name], columns_of(table), self._styles, kept_columns=kept)

    def close(self) -> Written:
        """Write the front sheet and the dictionary, and end the file; return what was written."""
        rows = dictionary.rows(self._tables_of_audience())
        words = Sheet(self._dictionary, dictionary.COLUMNS, self._styles, kept_columns=2)
        if rows:
            words.add(rows, [as_texts(row) for row in rows])
        words.close()
        if self._audience.is_synthetic or self._version.stale:
            self._front.set_tab_color(_RED)
        write_front(self._front, self._styles, self._audience, self._version, self._names)
        self._book.close()
        return written(self._path)

    def _tables_of_audience(self) -> list[Table]:
        tables = {table.name: table for table in self._version.tables}
        return [tables[name] for name in self._audience.facts]


def fits(facts: Facts) -> bool:
    """Whether a sheet of Excel holds a table's rows."""
    return facts.rows <= ROWS_OF_A_SHEET


def sheet_names(tables: Sequence[tuple[str, bool]]) -> dict[str, str]:
    """Return a name for each table's sheet that Excel allows, each once: SYNTHETIC first where it is so."""
    names: dict[str, str] = {}
    for table, is_synthetic in tables:
        mark = _MARK if is_synthetic else ""
        name, number = f"{mark}{table}"[:_LONGEST_SHEET_NAME], 2
        while name in names.values():
            tail = f" {number}"
            name, number = f"{mark}{table}"[: _LONGEST_SHEET_NAME - len(tail)] + tail, number + 1
        names[table] = name
    return names
