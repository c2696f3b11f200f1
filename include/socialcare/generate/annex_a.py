"""The synthetic Annex A workbook: eleven sheets, as a council sends it to Ofsted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from socialcare.generate import annex_a_care, annex_a_lists, rows_wrong
from socialcare.generate.cin import Written
from socialcare.generate.csv_text import write_csv
from socialcare.generate.defects import Sheet
from socialcare.generate.rows import OPEN, Rows, days_as_text
from socialcare.generate.rows_wrong import Added, RowDefect, Shape
from socialcare.registry.returns import return_spec

if TYPE_CHECKING:
    from socialcare.generate.life import Life

#: What a spreadsheet calls the first of January 1970.
_EPOCH = 25_569


def lists(life: Life, *, wide: bool = True) -> dict[str, Mapping[str, npt.NDArray[Any]]]:
    """Return the lists by sheet; without ``wide``, List 9 has its older 13 columns."""
    return {
        "List 1": annex_a_lists.contacts(life),
        "List 2": annex_a_lists.early_help(life),
        "List 3": annex_a_lists.referrals(life),
        "List 4": annex_a_lists.assessments(life),
        "List 5": annex_a_lists.enquiries(life),
        "List 6": annex_a_lists.in_need(life),
        "List 7": annex_a_lists.protection(life),
        "List 8": annex_a_care.in_care(life),
        "List 9": annex_a_care.leaving_care(life, wide),
        "List 10": annex_a_care.adoption(life),
        "List 11": annex_a_care.adopters(life),
    }


@dataclass(frozen=True)
class _Told:
    """The lists as they are to be written: what the declaration calls their columns, and what is planted in them."""

    lists: dict[str, Mapping[str, npt.NDArray[Any]]]
    columns: dict[str, tuple[str, ...]]
    shapes: dict[str, Shape]
    added: Added


def _tell(life: Life, year: int, wide: bool, defects: tuple[RowDefect, ...]) -> _Told:
    made = lists(life, wide=wide)
    columns = dict(zip(return_spec("annex_a").tables, map(_columns_of, made.values()), strict=True))
    shapes = {
        table: Shape(frozenset(names), count(told))
        for (table, names), told in zip(columns.items(), made.values(), strict=True)
    }
    added = rows_wrong.plant("annex_a", year, shapes, life.as_of_date, defects, "%d/%m/%Y")
    return _Told(made, columns, shapes, added)


def write_workbook(
    life: Life, path: Path, year: int, *, wide: bool = True, defects: tuple[RowDefect, ...] = ()
) -> Written:
    """Write the workbook, the defects' rows below those of the life; the same life makes the same bytes.

    No row of a sheet has a cell too many: that is planted in files alone.
    """
    import xlsxwriter

    told = _tell(life, year, wide, tuple(defect for defect in defects if not defect.is_ragged))
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_properties({"title": "SYNTHETIC: no real child is in this file", "created": datetime(2000, 1, 1)})
        dated = book.add_format({"num_format": "dd/mm/yyyy"})
        for (table, columns), (name, rows) in zip(told.columns.items(), told.lists.items(), strict=True):
            sheet = book.add_worksheet(name)
            _write_life(sheet, rows, dated)
            for place, row in enumerate(told.added.rows[table], start=told.shapes[table].rows + 1):
                sheet.write_row(place, 0, [row.get(column, "") for column in columns])
    return Written(path, told.added.planted)


def write_files(life: Life, place: Path, year: int, *, wide: bool = True, defects: tuple[RowDefect, ...] = ()) -> Added:
    """Write a CSV for each list; return what was planted."""
    told = _tell(life, year, wide, defects)
    for (table, columns), (name, rows) in zip(told.columns.items(), told.lists.items(), strict=True):
        path = place / f"SYNTHETIC_annex_a_{name.replace(' ', '_').lower()}_{life.council_id}.csv"
        text = {h: days_as_text(v) if _is_date(h) else v.astype(np.str_) for h, v in rows.items()}
        sheet = Sheet(tuple(rows))
        sheet.extend(Rows(text))
        for row in told.added.rows[table]:
            sheet.add({heading: row.get(column, "") for heading, column in zip(rows, columns, strict=True)})
        write_csv(sheet.table(), path, ragged=told.added.ragged[table])
    return told.added


def _write_life(sheet: Any, told: Mapping[str, npt.NDArray[Any]], dated: Any) -> None:
    sheet.write_row(0, 0, list(told))
    for place, (heading, values) in enumerate(told.items()):
        if _is_date(heading):
            cells = [None if day >= OPEN else day + _EPOCH for day in values.tolist()]
            sheet.write_column(1, place, cells, dated)
        else:
            sheet.write_column(1, place, values.tolist())


def _columns_of(told: Mapping[str, npt.NDArray[Any]]) -> tuple[str, ...]:
    """Return what the declaration calls the columns of a list."""
    headings = {_letters(heading) for heading in told}
    for table in return_spec("annex_a").tables.values():
        named = {_letters(h): name for name, column in table.every_column.items() for h in column.headings or (name,)}
        if headings <= set(named):
            return tuple(named[_letters(heading)] for heading in told)
    raise LookupError(f"no list of Annex A has these headings: {', '.join(told)}")


def _letters(heading: str) -> str:
    return re.sub("[^a-z0-9]", "", heading.lower())


def _is_date(heading: str) -> bool:
    return ("date" in heading.lower() and "update" not in heading.lower()) and "organisation" not in heading.lower()


def count(columns: Mapping[str, npt.NDArray[Any]]) -> int:
    """Return how many rows a list has."""
    return len(np.asarray(next(iter(columns.values()))))
