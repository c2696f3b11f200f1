"""Check cells by their type. Every distinct value of a block is looked at once, then spread over its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.door.dialects import Dialects
from socialcare.door.identity import Pseudonymiser, as_bools, postcode_sectors
from socialcare.door.salted import Salt, first_bytes
from socialcare.door.small import leave_pandas_out
from socialcare.registry.returns import Column, ReturnYear

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.uint64]

#: In a column of days (since 1970-01-01): no valid day.
NO_DAY = np.int32(np.iinfo(np.int32).min)
NO_NUMBER, NO_CODE, NO_AMOUNT = np.uint64(0), np.uint8(255), np.float64("nan")
_MOST_KNOWN = 100_000
_EPOCH = date(1970, 1, 1).toordinal()
#: Printable, no leading sign of a formula, short: what a case-management system gives as an identifier.
_IDENTIFIER = r"^[0-9A-Za-z][0-9A-Za-z ._/#-]{0,39}$"
#: A worker's number in Social Work England's register, of which some write the digits alone.
_DIGITS = r"^([0-9]+)$"
_UPN = r"^(UN[1-5]|[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z])$"
_NUMBER = r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
leave_pandas_out()
#: What is left of a pupil number: that there is one, or why there is none.
UPN_KINDS = pa.array(["present", "UN1", "UN2", "UN3", "UN4", "UN5"])
#: Bytes that a rule sees of text that has a pattern.
LONGEST_WORD = 12
_DATES = re.compile(
    r"(?:(\d{2})/(\d{2})/(\d{4})|(\d{4})-(\d{2})-(\d{2}))(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)?", re.ASCII
)


def days_since_epoch(day: date) -> int:
    """Return the day as the number that columns of days hold."""
    return day.toordinal() - _EPOCH


@dataclass(frozen=True)
class Checked:
    """One column of a block after its check, row by row.

    ``loaded`` is what passes the door (None when nothing does). The others are what rules may ask of it, where its
    type has them: ``days`` of a date, ``number`` of an identifier (its token as 64 bits), ``code`` of a code (its
    place in the year's list, NO_CODE when it is none), ``amount`` of a number, ``word`` of text that has a pattern,
    ``same`` of any text (equal for equal text, and nothing else can be read from it).
    """

    blank: Bools
    wrong: Bools
    loaded: pa.Array | None = None
    days: Days | None = None
    number: Numbers | None = None
    code: npt.NDArray[np.uint8] | None = None
    amount: npt.NDArray[np.float64] | None = None
    word: npt.NDArray[np.bytes_] | None = None
    same: Numbers | None = None
    is_month: pa.Array | None = None
    """Which dates of ``loaded`` were reduced to their month."""
    in_time: pa.Array | None = None
    """Which dates were in time; null where that cannot be told."""
    none: Bools | None = None
    """Dates that stand for no date: neither blank nor wrong, and empty beyond the door."""

    def passing(self, column: Column) -> dict[str, pa.Array]:
        """Return what passes the door of it, by the names that it has beyond."""
        if self.loaded is None:
            return {}
        passing = {str(column.loaded_as): self.loaded}
        if column.flag and self.is_month is not None:
            passing[column.flag] = self.is_month
        if column.in_time and self.in_time is not None:
            passing[column.in_time.loaded_as] = self.in_time
        return passing


@dataclass(frozen=True)
class _Distinct:
    """The distinct values of a column: which are wrong, and what becomes of each."""

    wrong: Bools
    loaded: pa.Array | None = None
    days: Days | None = None
    number: Numbers | None = None
    code: npt.NDArray[np.uint8] | None = None
    amount: npt.NDArray[np.float64] | None = None
    word: npt.NDArray[np.bytes_] | None = None
    same: Numbers | None = None


class CellChecker:
    """Checks the columns of one council's return in one collection year."""

    def __init__(self, year: ReturnYear, pseudonymiser: Pseudonymiser) -> None:
        self._codes = {name: pa.array(list(codes)) for name, codes in year.code_lists.items()}
        self._dialects = Dialects(year.code_lists, year.code_aliases)
        self._no_days = {days_since_epoch(day) for day in year.no_dates}
        self._pseudonymiser = pseudonymiser
        self._known_days: dict[str, int] = {}
        self._salt = Salt()

    def check(
        self, column: Column, cells: pa.DictionaryArray, *, wants_same: bool = False, has_none: bool = False
    ) -> Checked:
        """Check one column of a block.

        ``wants_same`` when a rule asks whether two texts are equal, ``has_none`` when a date may stand for no date.
        """
        values = pac.utf8_trim_whitespace(cells.dictionary)
        empty = as_bools(pac.equal(values, ""))
        rows = pac.fill_null(cells.indices, len(values)).to_numpy(zero_copy_only=False)
        distinct = getattr(self, f"_{column.type}")(column, values)
        unfit = distinct.wrong | empty
        loaded = None
        if column.is_loaded and distinct.loaded is not None:
            fit = pac.if_else(pa.array(~unfit), distinct.loaded, None) if unfit.any() else distinct.loaded
            loaded = pac.take(fit, cells.indices)
        same = np.where(unfit, NO_NUMBER, self._salt.numbers(values)) if wants_same else None
        none = self._stands_for_none(values) if has_none else None
        wrong = distinct.wrong & ~empty if none is None else distinct.wrong & ~empty & ~none
        return Checked(
            blank=np.append(empty, True)[rows],
            wrong=np.append(wrong, False)[rows],
            none=_spread(none, False, rows),
            loaded=loaded,
            days=_spread(distinct.days, NO_DAY, rows),
            number=_spread(_where(unfit, NO_NUMBER, distinct.number), NO_NUMBER, rows),
            code=_spread(_where(unfit, NO_CODE, distinct.code), NO_CODE, rows),
            word=_spread(_where(unfit, b"", distinct.word), b"", rows),
            amount=_spread(_where(unfit, NO_AMOUNT, distinct.amount), NO_AMOUNT, rows),
            same=_spread(same, NO_NUMBER, rows),
        )

    def _stands_for_none(self, values: pa.StringArray) -> Bools:
        return np.fromiter((_day(value) in self._no_days for value in values.to_pylist()), bool, len(values))

    @staticmethod
    def days_of(values: pa.StringArray) -> Days:
        """Return the days of some dates, those that are dates."""
        days = np.fromiter((_day(v.strip()) for v in values.to_pylist()), np.int32, len(values))
        valid: Days = days[days != NO_DAY]
        return valid

    def _text(self, column: Column, values: pa.StringArray) -> _Distinct:
        if not column.pattern:
            return _Distinct(np.zeros(len(values), dtype=bool))
        wrong = _unlike(values, column.pattern)
        return _Distinct(wrong, loaded=values, word=np.where(wrong, b"", first_bytes(values, LONGEST_WORD)))

    def _number(self, column: Column, values: pa.StringArray) -> _Distinct:
        wrong = _unlike(values, _NUMBER)
        known = pac.if_else(pa.array(~wrong), values, None).cast(pa.float64())
        amount = np.asarray(known.to_numpy(zero_copy_only=False), np.float64)
        if column.between:
            low, high = column.between
            wrong |= ~((amount >= low) & (amount <= high))
        if column.becomes == "whole_number":  # up, so that more than 20 stays more than 20
            values = pa.array(np.ceil(np.where(wrong, 0, amount)).astype(np.int64)).cast(pa.string())
        return _Distinct(wrong, loaded=values, amount=amount)

    def _time(self, column: Column, values: pa.StringArray) -> _Distinct:
        """Read a time of day; rules see its minutes since midnight."""
        wrong = _unlike(values, _TIME)
        texts = ["00:00" if bad else text[:5] for text, bad in zip(values.to_pylist(), wrong, strict=True)]
        amount = np.array([int(t[:2]) * 60 + int(t[3:]) for t in texts], np.float64)
        return _Distinct(wrong, loaded=pa.array(texts, pa.string()), amount=np.where(wrong, NO_AMOUNT, amount))

    def _identifier(self, column: Column, values: pa.StringArray) -> _Distinct:
        written = values
        if column.identifies == "worker":  # one number in the register, however a council writes it
            written = pac.replace_substring_regex(pac.utf8_upper(values), r"\s+", "")
            values = pac.replace_substring_regex(written, _DIGITS, r"SW\1")
        tokens = self._pseudonymiser.tokens(values, column.identifies)
        wrong = _unlike(written, _IDENTIFIER)
        if column.pattern:
            wrong |= _unlike(written, column.pattern)
        return _Distinct(wrong, loaded=tokens.text, number=tokens.number)

    def _code(self, column: Column, values: pa.StringArray) -> _Distinct:
        values = self._dialects.canonical(str(column.codes), values)
        place = pac.index_in(values, self._codes[str(column.codes)])
        code = pac.fill_null(place, int(NO_CODE)).to_numpy(zero_copy_only=False).astype(np.uint8)
        return _Distinct(code == NO_CODE, loaded=values, code=code)

    def _postcode(self, column: Column, values: pa.StringArray) -> _Distinct:
        sectors, wrong = postcode_sectors(values)
        return _Distinct(wrong, loaded=sectors)

    def _upn(self, column: Column, values: pa.StringArray) -> _Distinct:
        place = pac.fill_null(pac.index_in(values, UPN_KINDS), 0)
        kind = UPN_KINDS.take(place)
        return _Distinct(_unlike(values, _UPN), loaded=kind, code=place.to_numpy(zero_copy_only=False).astype(np.uint8))

    def _date(self, column: Column, values: pa.StringArray) -> _Distinct:
        known = self._known_days
        days = np.fromiter((known.get(v) or self._remember(v) for v in values.to_pylist()), np.int32, len(values))
        wrong = days == NO_DAY
        stamps = np.where(wrong, 0, days).astype("datetime64[D]")
        if column.becomes == "birth_month":
            stamps = stamps.astype("datetime64[M]").astype("datetime64[D]")
        return _Distinct(wrong, loaded=pa.array(stamps), days=days)

    def _remember(self, text: str) -> int:
        """Read a date once: lives have few days. What is no date is not kept; nor are endless times of day."""
        day = _day(text)
        if day != NO_DAY and day not in self._no_days:
            if len(self._known_days) < _MOST_KNOWN:
                self._known_days[text] = day
            return day
        return int(NO_DAY)


def _unlike(values: pa.StringArray, pattern: str) -> Bools:
    unlike: Bools = ~as_bools(pac.match_substring_regex(values, pattern))
    return unlike


def _where(unfit: Bools, missing: Any, values: npt.NDArray[Any] | None) -> Any:
    return None if values is None else np.where(unfit, missing, values)


def _spread(values: npt.NDArray[Any] | None, missing: Any, rows: npt.NDArray[Any]) -> Any:
    """Give each row the value of its place among the distinct ones; a row without a cell gets ``missing``."""
    return None if values is None else np.append(values, values.dtype.type(missing))[rows]


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
