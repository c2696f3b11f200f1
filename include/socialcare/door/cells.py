"""Check cells by their type. Every distinct value of a block is looked at once, then spread over its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.door.identity import Pseudonymiser, as_bools, postcode_sectors
from socialcare.registry.returns import Column, ReturnYear

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int32]

#: In a column of days (since 1970-01-01): no valid day.
NO_DAY = np.int32(np.iinfo(np.int32).min)
_EPOCH = date(1970, 1, 1).toordinal()
#: Printable, no leading sign of a formula, short: what a case-management system gives as an identifier.
_IDENTIFIER = r"^[0-9A-Za-z][0-9A-Za-z ._/#-]{0,39}$"
_UPN = r"^(UN[1-5]|[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z])$"
_DATES = re.compile(r"(\d{2})/(\d{2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def days_since_epoch(day: date) -> int:
    """Return the day as the number that columns of days hold."""
    return day.toordinal() - _EPOCH


@dataclass(frozen=True)
class Checked:
    """One column of a block after its check, row by row.

    ``loaded`` is what passes the door (None when nothing does); ``days`` is set for dates, ``number`` (the
    token as 64 bits) for identifiers.
    """

    blank: Bools
    wrong: Bools
    loaded: pa.Array | None = None
    days: Days | None = None
    number: npt.NDArray[np.uint64] | None = None


@dataclass(frozen=True)
class _Distinct:
    """The distinct values of a column: which are wrong, and what becomes of each."""

    wrong: Bools
    loaded: pa.Array | None = None
    days: Days | None = None
    number: npt.NDArray[np.uint64] | None = None


class CellChecker:
    """Checks the columns of one table in one collection year."""

    def __init__(self, year: ReturnYear, pseudonymiser: Pseudonymiser) -> None:
        self._codes = {name: pa.array(list(codes)) for name, codes in year.code_lists.items()}
        self._pseudonymiser = pseudonymiser
        self._known_days: dict[str, int] = {}

    def check(self, column: Column, cells: pa.DictionaryArray) -> Checked:
        """Check one column of a block."""
        values = pac.utf8_trim_whitespace(cells.dictionary)
        empty = as_bools(pac.equal(values, ""))
        index = cells.indices
        rows = pac.fill_null(index, len(values)).to_numpy(zero_copy_only=False)
        distinct = getattr(self, f"_{column.type}")(column, values)
        loaded = None
        if column.is_loaded and distinct.loaded is not None:
            unfit = distinct.wrong | empty
            fit = pac.if_else(pa.array(~unfit), distinct.loaded, None) if unfit.any() else distinct.loaded
            loaded = pac.take(fit, index)
        return Checked(
            blank=np.append(empty, True)[rows],
            wrong=np.append(distinct.wrong & ~empty, False)[rows],
            loaded=loaded,
            days=None if distinct.days is None else np.append(distinct.days, NO_DAY)[rows],
            number=None if distinct.number is None else np.append(distinct.number, np.uint64(0))[rows],
        )

    @staticmethod
    def days_of(values: pa.StringArray) -> Days:
        """Return the days of some dates, those that are dates."""
        days = np.fromiter((_day(v.strip()) for v in values.to_pylist()), np.int32, len(values))
        valid: Days = days[days != NO_DAY]
        return valid

    def _text(self, column: Column, values: pa.StringArray) -> _Distinct:
        return _Distinct(wrong=np.zeros(len(values), dtype=bool))

    def _identifier(self, column: Column, values: pa.StringArray) -> _Distinct:
        tokens = self._pseudonymiser.tokens(values)
        wrong = ~as_bools(pac.match_substring_regex(values, _IDENTIFIER))
        return _Distinct(wrong, loaded=tokens.text, number=tokens.number)

    def _code(self, column: Column, values: pa.StringArray) -> _Distinct:
        return _Distinct(~as_bools(pac.is_in(values, self._codes[str(column.codes)])), loaded=values)

    def _postcode(self, column: Column, values: pa.StringArray) -> _Distinct:
        sectors, wrong = postcode_sectors(values)
        return _Distinct(wrong, loaded=sectors)

    def _upn(self, column: Column, values: pa.StringArray) -> _Distinct:
        wrong = ~as_bools(pac.match_substring_regex(values, _UPN))
        kind = pac.if_else(pac.starts_with(values, "UN"), values, "present")
        return _Distinct(wrong, loaded=kind)

    def _date(self, column: Column, values: pa.StringArray) -> _Distinct:
        known = self._known_days
        days = np.fromiter((known.get(v) or self._remember(v) for v in values.to_pylist()), np.int32, len(values))
        wrong = days == NO_DAY
        stamps = np.where(wrong, 0, days).astype("datetime64[D]")
        if column.becomes == "birth_month":
            stamps = stamps.astype("datetime64[M]").astype("datetime64[D]")
        return _Distinct(wrong, loaded=pa.array(stamps), days=days)

    def _remember(self, text: str) -> int:
        """Read a date once: lives have few days. What is no date is not kept, whatever is sent."""
        day = _day(text)
        if day != NO_DAY:
            self._known_days[text] = day
        return day


def _day(text: str) -> int:
    """Read one date, dd/mm/yyyy or yyyy-mm-dd, of 1900 to 2199; NO_DAY for anything else."""
    match = _DATES.fullmatch(text)
    if match is None:
        return int(NO_DAY)
    parts = [int(p) for p in match.groups() if p]
    year, month, day = parts if match[4] else reversed(parts)
    try:
        return days_since_epoch(date(year, month, day)) if 1900 <= year < 2200 else int(NO_DAY)
    except ValueError:
        return int(NO_DAY)
