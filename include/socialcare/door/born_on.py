"""The day of birth by a child's number, in bounded memory: a delivery may hold many millions of children.

Some hundred thousand are in memory. When there are more, these go to a file without a name, in the order of their
numbers, and are looked for there a part at a time. What is written are numbers: no identifier, no text.
"""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from socialcare.door.cells import NO_DAY, Days, Numbers

#: The birth of a child not yet born, where a return has such children: later than any day.
NOT_YET = np.int32(np.iinfo(np.int32).max)
#: Children in memory, and those of the file that are read at a time.
_IN_MEMORY, _AT_A_TIME = 1 << 19, 1 << 15
_NUMBER, _DAY = np.dtype(np.uint64), np.dtype(np.int32)


@dataclass(frozen=True)
class _Run:
    """Children in the file, in the order of their numbers: where they begin, and the first number of each part."""

    place: int
    count: int
    first: Numbers


class BornOn:
    """The first day of birth that was said of each child; NOT_YET only where no other is said."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._most = in_memory
        self._held: list[tuple[Numbers, Days]] = []
        self._count = 0
        self._number, self._born = np.empty(0, _NUMBER), np.empty(0, _DAY)
        self._runs: list[_Run] = []
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed by close

    def close(self) -> None:
        """Let go of what is held."""
        self._held, self._runs, self._number, self._born = [], [], np.empty(0, _NUMBER), np.empty(0, _DAY)
        self._file.close()

    def add(self, number: Numbers, born: Days) -> None:
        """Remember some children."""
        self._held.append((number, born))
        self._count += len(number)
        if self._count > self._most:
            self._gather()
            if self._count > self._most:
                self._write()

    def find(self, wanted: Numbers) -> Days:
        """Return the birth of each child; NO_DAY where none was said."""
        self._gather()
        in_order = np.argsort(wanted)  # neighbours are looked for near each other: twice as fast
        found = np.empty(len(wanted), _DAY)
        found[in_order] = self._find(wanted[in_order])
        return found

    def _find(self, wanted: Numbers) -> Days:
        """Look in the file first: what it has of a child was said before what is in memory."""
        found = np.full(len(wanted), NO_DAY)
        for run in list(self._runs):
            open_ = np.flatnonzero((found == NO_DAY) | (found == NOT_YET))
            if not len(open_):
                return found
            there = self._in_file(run, wanted[open_])
            found[open_] = np.where(there == NO_DAY, found[open_], there)
            if (there != NO_DAY).sum() * 2 > len(open_):  # files mostly have their children in one order: here first
                self._runs.remove(run)
                self._runs.insert(0, run)
        there = _look_up(self._number, self._born, wanted)
        return np.where((there != NO_DAY) & ((found == NO_DAY) | (found == NOT_YET)), there, found)

    def _gather(self) -> None:
        """Put what is held in order, each child once."""
        if not self._held:
            return
        numbers = np.concatenate([self._number, *(numbers for numbers, _ in self._held)])
        born = np.concatenate([self._born, *(days for _, days in self._held)])
        self._held = []
        not_yet = born == NOT_YET  # one file may lack what another has, so what is known comes first
        order = np.lexsort((not_yet, numbers)) if not_yet.any() else np.argsort(numbers, kind="stable")
        numbers = numbers[order]
        first = np.ones(len(numbers), dtype=bool)
        first[1:] = numbers[1:] != numbers[:-1]
        self._number, self._born = numbers[first], born[order[first]]
        self._count = len(self._number)

    def _write(self) -> None:
        """Put the children in memory into the file, but for those who are there already."""
        there = np.full(len(self._number), NO_DAY)
        for run in self._runs:
            found = self._in_file(run, self._number)
            there = np.where((found == NO_DAY) | (there != NO_DAY) & (found == NOT_YET), there, found)
        new = (there == NO_DAY) | (there == NOT_YET) & (self._born != NOT_YET)
        number, born = self._number[new], self._born[new]
        self._number, self._born, self._count = np.empty(0, _NUMBER), np.empty(0, _DAY), 0
        if len(number):
            place = os.lseek(self._file.fileno(), 0, os.SEEK_END)
            self._runs.append(_Run(place, len(number), number[::_AT_A_TIME].copy()))
            for start in range(0, len(number), _AT_A_TIME):
                for part in (number, born):
                    _write_all(self._file.fileno(), part[start : start + _AT_A_TIME])

    def _in_file(self, run: _Run, wanted: Numbers) -> Days:
        """Return the births that one run has of some children in order."""
        found = np.full(len(wanted), NO_DAY)
        begins = np.append(np.searchsorted(wanted, run.first), len(wanted)).tolist()
        for part, (begin, end) in enumerate(pairwise(begins)):
            if begin < end:
                found[begin:end] = _look_up(*self._read(run, part), wanted[begin:end])
        return found

    def _read(self, run: _Run, part: int) -> tuple[Numbers, Days]:
        before = part * _AT_A_TIME
        count = min(_AT_A_TIME, run.count - before)
        size = _NUMBER.itemsize + _DAY.itemsize
        data = os.pread(self._file.fileno(), count * size, run.place + before * size)
        if len(data) < count * size:
            raise OSError(errno.EIO, "what was written is not there")
        return np.frombuffer(data, _NUMBER, count), np.frombuffer(data, _DAY, count, count * _NUMBER.itemsize)


def _look_up(numbers: Numbers, born: Days, wanted: Numbers) -> Days:
    if not len(numbers):
        return np.full(len(wanted), NO_DAY)
    place = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    found: Days = np.where(numbers[place] == wanted, born[place], NO_DAY).astype(_DAY)
    return found


def _write_all(file: int, values: npt.NDArray[np.uint64] | npt.NDArray[np.int32]) -> None:
    rest = memoryview(np.ascontiguousarray(values).view(np.uint8).data)
    while rest:
        rest = rest[os.write(file, rest) :]
