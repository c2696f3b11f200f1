"""The check letter of a unique pupil number, for whole columns at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.door.identity import as_bools

#: The letters a check letter may be, in the order of the remainders that they stand for: no I, O or S.
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SHAPE = r"^[A-Z][0-9]{11}([0-9]|[A-HJ-NP-RT-Z])$"
_WEIGHTS = np.arange(2, 14)
_LENGTH = 13


def wrong_check_letter(numbers: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Mark the numbers whose first letter is not what their other twelve characters give.

    What is not shaped like a pupil number at all is not marked: other rules say that.
    """
    upper = pac.utf8_upper(pac.fill_null(numbers, ""))
    shaped = as_bools(pac.match_substring_regex(upper, _SHAPE))
    wrong = np.zeros(len(numbers), dtype=bool)
    if shaped.any():
        text = "".join(upper.filter(pa.array(shaped)).to_pylist()).encode("ascii")
        characters = np.frombuffer(text, np.uint8).reshape(-1, _LENGTH)
        values = _VALUES[characters]
        wrong[shaped] = (values[:, 1:] @ _WEIGHTS) % len(_LETTERS) != values[:, 0]
    return wrong


def wrong_check_letters(cells: pa.DictionaryArray) -> npt.NDArray[np.bool_]:
    """Mark the cells of a column whose check letter is wrong."""
    wrong = wrong_check_letter(pac.utf8_trim_whitespace(cells.dictionary))
    index = pac.fill_null(cells.indices, len(wrong)).to_numpy(zero_copy_only=False)
    spread: npt.NDArray[np.bool_] = np.append(wrong, False)[index]
    return spread


def _values() -> npt.NDArray[np.int64]:
    """Return what each byte counts for: digits themselves, check letters their place, nothing else."""
    values = np.full(256, -1, np.int64)
    for place, letter in enumerate(_LETTERS):
        values[ord(letter)] = place
    for digit in range(10):
        values[ord(str(digit))] = digit
    return values


_VALUES = _values()
