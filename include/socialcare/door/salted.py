"""Texts as numbers and as bytes of one width, for whole columns at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.uint64]

#: Secrets there are; of texts longer than this, which no cell that is compared should hold, they are used again.
_LONGEST = 256


class Salt:
    """Secrets that nobody keeps, under which equal texts have equal numbers and nothing else can be read from them.

    A sum of each byte times a secret of its place, then mixed: two different texts have one number with a chance of
    less than 2 to the power of -56.
    """

    def __init__(self) -> None:
        random = np.random.Generator(np.random.PCG64(np.random.SeedSequence()))
        self._by_place: Numbers = random.integers(0, 1 << 64, _LONGEST, dtype=np.uint64)
        self._mix: Numbers = random.integers(0, 1 << 64, 2, dtype=np.uint64) | np.uint64(1)

    def numbers(self, values: pa.StringArray) -> Numbers:
        """Return a number for each text; an empty one has the number nought."""
        letters, starts, lengths = _bytes_of(values)
        numbers = np.zeros(len(values), np.uint64)
        if not len(letters):
            return numbers
        places = np.arange(len(letters)) - np.repeat(starts, lengths)
        # One is added, so that a text and the same one with NULs after it differ.
        parts = (letters.astype(np.uint64) + np.uint64(1)) * self._by_place[places % _LONGEST]
        given = lengths > 0
        sums = np.add.reduceat(parts, starts[given])
        for factor in self._mix:
            sums = (sums ^ (sums >> np.uint64(31))) * factor
        numbers[given] = sums ^ (sums >> np.uint64(29))
        return numbers


def first_bytes(values: pa.StringArray, width: int) -> npt.NDArray[np.bytes_]:
    """Return the first bytes of each text."""
    letters, starts, lengths = _bytes_of(values)
    first = np.zeros((len(values), width), np.uint8)
    kept = np.minimum(lengths, width)
    row = np.repeat(np.arange(len(values)), kept)
    place = np.arange(len(row)) - np.repeat(np.cumsum(kept) - kept, kept)
    first[row, place] = letters[starts[row] + place]
    return first.view(f"S{width}").ravel()


def _bytes_of(values: pa.StringArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the bytes of all texts one after the other, where each begins, and how long it is."""
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1].astype(np.int64)
    if not len(ends) or data is None:
        return np.empty(0, np.uint8), np.zeros(len(values), np.int64), np.zeros(len(values), np.int64)
    letters = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    return letters, ends[:-1] - ends[0], np.diff(ends)
