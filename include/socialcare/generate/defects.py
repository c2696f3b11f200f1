"""Planted defects: each is one child with one row made wrong, and the verdict that the door must give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Sheet:
    """One file in the making: columns of text in the file's order, and rows added one by one for defects."""

    def __init__(self, names: tuple[str, ...], columns: dict[str, npt.NDArray[Any]]) -> None:
        self._names = names
        self._columns = {name: columns[name] for name in names}
        self._added: list[dict[str, str]] = []

    @property
    def rows(self) -> int:
        return len(self._columns[self._names[0]]) + len(self._added)

    def add(self, row: dict[str, str]) -> int:
        """Add a row at the end; return its row number (the heading is 1)."""
        self._added.append(row)
        return self.rows + 1

    def table(self) -> pa.Table:
        """Return the whole file."""
        return pa.table(
            {
                name: pa.array(np.append(column, [row.get(name, "") for row in self._added]).tolist())
                for name, column in self._columns.items()
            }
        )


@dataclass(frozen=True)
class Defect:
    """A kind of defect: what is changed in which file, and which rule must find it.

    The child has one open episode, so it counts as open unless the defect keeps that episode out.
    """

    name: str
    table: str
    rule_code: str
    severity: str
    change: dict[str, str] = field(default_factory=dict)
    counts_as_open: bool = False
    only_here: bool = False
    """The child is in this file alone."""
    more: tuple[dict[str, str], ...] = ()
    """Further rows of the same child in the same file; the finding is on ``finding_at`` of all of them."""
    finding_at: int = 0


def _header(name: str, code: str, severity: str, **change: str) -> Defect:
    return Defect(name, "header", code, severity, change, counts_as_open=True)


def _episode(name: str, code: str, **change: str) -> Defect:
    return Defect(name, "episodes", code, "quarantine", change)


def _warned(name: str, code: str, **change: str) -> Defect:
    return Defect(name, "episodes", code, "warning", change, counts_as_open="DEC" not in change)


DEFECTS: tuple[Defect, ...] = (
    Defect("header_child_missing", "header", "SC01", "quarantine", {"CHILD": ""}, only_here=True),
    Defect("header_child_is_a_formula", "header", "SC01", "quarantine", {"CHILD": "=1+1"}, only_here=True),
    Defect("child_twice_in_header", "header", "INT32", "quarantine", counts_as_open=True, more=({},), finding_at=1),
    _header("birth_missing", "102", "quarantine", DOB=""),
    _header("birth_on_31_february", "102", "quarantine", DOB="31/02/2015"),
    _header("birth_in_words", "102", "quarantine", DOB="1st May 2015"),
    _header("born_in_2095", "301", "quarantine", DOB="01/05/2095"),
    _header("sex_missing", "101", "quarantine", SEX=""),
    _header("sex_not_a_code", "101", "quarantine", SEX="Boy"),
    _header("ethnicity_missing", "103", "warning", ETHNIC=""),
    _header("ethnicity_not_a_code", "103", "warning", ETHNIC="White"),
    _header("upn_too_short", "168", "warning", UPN="A12345"),
    _header("upn_missing", "168", "warning", UPN=""),
    _header("mother_not_a_code", "165", "warning", MOTHER="Y"),
    _episode("episode_child_missing", "SC01", CHILD=""),
    Defect("child_not_in_header", "episodes", "INT03", "quarantine", only_here=True),
    Defect("episode_twice", "episodes", "SC03", "quarantine", counts_as_open=True, more=({},), finding_at=1),
    _episode("start_missing", "141", DECOM=""),
    _episode("start_on_31_february", "141", DECOM="31/02/2026"),
    _episode("start_before_birth", "302", DECOM="01/05/2001"),
    _episode("start_in_2095", "SC04", DECOM="01/05/2095"),
    _episode("reason_for_start_missing", "143", RNE=""),
    _episode("reason_for_start_not_a_code", "143", RNE="Z"),
    _episode("legal_status_missing", "144", LS=""),
    _episode("legal_status_not_a_code", "144", LS="C9"),
    _episode("placement_missing", "146", PLACE=""),
    _episode("placement_of_an_earlier_year", "146", PLACE="H5"),
    _episode("end_not_a_date", "147", DEC="soon", REC="E8"),
    _episode("end_after_the_year", "354", DEC="01/05/2095", REC="E8"),
    _episode("end_before_start", "356", DECOM="20/09/2026", DEC="10/09/2026", REC="E8"),
    _episode("end_without_reason", "148", DEC="10/09/2026"),
    _episode("reason_without_end", "148", REC="E8"),
    _episode("reason_for_end_not_a_code", "149", DEC="10/09/2026", REC="E99"),
    Defect(
        *("previous_not_ended", "episodes", "142", "warning"),
        counts_as_open=True,
        more=({"DECOM": "02/10/2026", "RNE": "P"},),
    ),
    Defect(
        *("starts_before_the_last_ended", "episodes", "501", "warning"),
        change={"DEC": "10/10/2026", "REC": "X1"},
        counts_as_open=True,
        more=({"DECOM": "02/10/2026", "RNE": "P"},),
        finding_at=1,
    ),
    _warned("lasted_less_than_a_day", "355", DEC="01/09/2026", REC="E8"),
    _warned("need_missing", "145", CIN=""),
    _warned("need_not_a_code", "145", CIN="N9"),
    _warned("provider_not_a_code", "178", PLACE_PROVIDER="PR9"),
    _warned("reason_for_move_not_a_code", "1009", REASON_PLACE_CHANGE="MOVED"),
    _warned("home_postcode_not_one", "392c", HOME_POST="unknown"),
    _warned("placement_postcode_not_one", "392c", PL_POST="12 High Street"),
)

_HEADER_ROW = {"SEX": "F", "ETHNIC": "WBRI", "UPN": "UN1", "MOTHER": "0"}
_EPISODE_ROW = {
    **{"DECOM": "01/09/2026", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U4", "PLACE_PROVIDER": "PR1"},
    **{"HOME_POST": "ZE9 1ZZ", "PL_POST": "ZE9 2ZZ", "URN": "SC900001"},
}
#: The defects' dates are written for an extract of this day; another day moves them by as much.
_WRITTEN_FOR = date(2026, 10, 31)


def plant(defect: Defect, child: str, header: Sheet, episodes: Sheet, as_of: date) -> Iterator[tuple[str, int]]:
    """Add the defect's child to both files; yield (file, row number) where the door must find it."""
    shift = as_of - _WRITTEN_FOR
    sheets = {"header": header, "episodes": episodes}
    usual = {"header": {"DOB": "01/05/2015", **_HEADER_ROW}, "episodes": _EPISODE_ROW}
    for table, sheet in sheets.items():
        rows = [defect.change, *defect.more] if defect.table == table else [{}]
        if defect.only_here and defect.table != table:
            continue
        lines = [sheet.add({"CHILD": child, **_moved(usual[table], shift), **_moved(row, shift)}) for row in rows]
        if defect.table == table:
            yield table, lines[defect.finding_at]


def _moved(row: dict[str, str], shift: timedelta) -> dict[str, str]:
    """Move the near dates of a row; a date far off, or none, stays as it is."""
    moved = dict(row)
    for name in ("DECOM", "DEC"):
        text = row.get(name, "")
        if text.endswith("/2026") and not text.startswith("31/02"):
            day, month, year = map(int, text.split("/"))
            moved[name] = (date(year, month, day) + shift).strftime("%d/%m/%Y")
    return moved
