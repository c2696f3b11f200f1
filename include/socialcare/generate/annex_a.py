"""The synthetic Annex A workbook: eleven sheets, as a council sends it to Ofsted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from socialcare.generate import annex_a_care, annex_a_lists
from socialcare.generate.rows import OPEN

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


def write_workbook(life: Life, path: Path, *, wide: bool = True) -> Path:
    """Write the workbook; the same life makes the same bytes."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": "SYNTHETIC: no real child is in this file", "created": datetime(2000, 1, 1)})
        dated = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, columns in lists(life, wide=wide).items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(columns))
            for place, (heading, values) in enumerate(columns.items()):
                if _is_date(heading):
                    cells = [None if day >= OPEN else day + _EPOCH for day in values.tolist()]
                    sheet.write_column(1, place, cells, dated)
                else:
                    sheet.write_column(1, place, values.tolist())
    return path


def _is_date(heading: str) -> bool:
    return ("date" in heading.lower() and "update" not in heading.lower()) and "organisation" not in heading.lower()


def count(columns: Mapping[str, npt.NDArray[Any]]) -> int:
    """Return how many rows a list has."""
    return len(np.asarray(next(iter(columns.values()))))
