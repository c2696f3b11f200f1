"""A spreadsheet's cells as text: dates in the styles that councils use, whole numbers without ``.0``."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

#: What a spreadsheet shows where a formula went wrong; pasted as values, it is text.
_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
#: Day, month, year, apart by a slash, hyphen, full stop or space; a time of day may follow.
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([/.\- ])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/.\-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_NAMED = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[ \-/]([A-Za-z]{{3,9}})[ \-/,]+(\d{{4}}){_TIME}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
#: Day 0 of a spreadsheet; a date column without its format shows days since then. 1954 to 2119 are taken so.
_DAY_0 = date(1899, 12, 30)
_SERIALS = range(20_000, 80_001)


def text(cell: object) -> str:
    """Return a cell as text; an error of the spreadsheet's is empty."""
    if isinstance(cell, str):
        plain = cell.replace("\u00a0", " ").strip()
        return "" if plain in _ERRORS else plain
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(round(cell, 6))  # an age worked out to the second
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, time) and cell == time():
        return "1900-01-01"  # day 0 in a cell that is a date: no date, written as the first one
    return "" if cell is None else str(cell)


def iso_date(value: str) -> str:
    """Return a date in one of the known styles as yyyy-mm-dd, any other text as it is."""
    parts = _parts(value)
    try:
        if parts:
            return date(*parts).isoformat()
        if _SERIAL.fullmatch(value) and int(float(value)) in _SERIALS:
            return (_DAY_0 + timedelta(days=int(float(value)))).isoformat()
    except ValueError:
        pass  # 31 February: left as it is, for the checker to find
    return value


def _parts(value: str) -> tuple[int, int, int] | None:
    if match := _DAY_FIRST.fullmatch(value):
        return int(match[4]), int(match[3]), int(match[1])
    if match := _YEAR_FIRST.fullmatch(value):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _NAMED.fullmatch(value):
        named = (n for n, month in enumerate(_MONTHS, start=1) if month.startswith(match[2].lower()))
        number = next(named, None)
        return (int(match[3]), number, int(match[1])) if number else None
    return None
