"""Stores on disk for what must be seen across a whole file: bounded memory, and positions and numbers only."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from socialcare.door.reading import UnreadableError
from socialcare.door.small import give_back

#: One finding: a line, the number of a rule, and whose row it is (a keyed number, or nought).
FINDING = np.dtype([("line", "i4"), ("rule", "u1"), ("whose", "u8")])
#: One value that may not be shared: a number that stands for it, its line, and whose row that is.
SHARED = np.dtype([("_key", "u8"), ("_line", "i4"), ("_whose", "u8")])
Records = npt.NDArray[np.void]

#: Bytes held before they go to disk, parts they go to, and rows that rules see at once (whole parts).
_IN_MEMORY = 4 << 20
_PARTS = 1536
_GROUP = 60_000
#: Rows of one file about one child: rules compare each with the others. A life has hundreds.
MOST_OF_ONE = 5_000


class Spill:
    """Rows of all files of a delivery, handed back in groups: all rows of a child, of every file, together.

    Some megabytes stay in memory; beyond, they go to one temporary file in many parts by the child's number. What is
    written are numbers: no identifier, no text.
    """

    def __init__(self) -> None:
        self._held: dict[str, list[Records]] = {}
        self._bytes = 0
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed by __exit__
        self._end = 0
        #: What went to the file at one time: where it begins there, and the first row of each part in it.
        self._pieces: dict[str, list[tuple[int, npt.NDArray[np.int32]]]] = {}
        self._types: dict[str, np.dtype[np.void]] = {}

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.close()

    def add(self, table: str, rows: Records) -> None:
        """Add rows of one file; ``_key`` says whose they are."""
        self._types[table] = rows.dtype
        self._held.setdefault(table, []).append(rows)
        self._bytes += rows.nbytes
        if self._bytes >= _IN_MEMORY:
            self._spill()

    def groups(self) -> Iterator[dict[str, Records]]:
        """Yield the rows by file, in groups that never part a child."""
        if not self._pieces:
            yield from self._held_groups()
            return
        self._spill()
        first = 0
        for end in range(1, _PARTS + 1):
            if end - first > 1 and self._rows(first, end) > _GROUP:
                yield self._read(first, end - 1)
                first = end - 1
        yield self._read(first, _PARTS)

    def _held_groups(self) -> Iterator[dict[str, Records]]:
        count = -(-max((sum(map(len, held)) for held in self._held.values()), default=0) // _GROUP) or 1
        split = {table: _split(np.concatenate(self._held.pop(table)), count) for table in list(self._held)}
        for number in range(count):
            yield {table: rows[starts[number] : starts[number + 1]] for table, (rows, starts) in split.items()}

    def _rows(self, first: int, end: int) -> int:
        """Return the rows of the largest file in some parts."""
        return max(sum(int(starts[end] - starts[first]) for _, starts in pieces) for pieces in self._pieces.values())

    def _read(self, first: int, end: int) -> dict[str, Records]:
        group = {}
        for table, pieces in self._pieces.items():
            rows = np.empty(sum(int(starts[end] - starts[first]) for _, starts in pieces), self._types[table])
            rest, size = memoryview(rows.view(np.uint8).data), rows.itemsize
            for place, starts in pieces:
                wanted = int(starts[end] - starts[first]) * size
                if os.preadv(self._file.fileno(), [rest[:wanted]], place + int(starts[first]) * size) < wanted:
                    raise OSError(errno.EIO, "what was written is not there")
                rest = rest[wanted:]
            group[table] = rows
        return group

    def _spill(self) -> None:
        for table, held in self._held.items():
            rows, starts = _split(np.concatenate(held), _PARTS)
            self._pieces.setdefault(table, []).append((self._end, starts))
            self._end += _write_all(self._file, rows)
        self._held, self._bytes = {}, 0
        give_back()


def _write_all(file: IO[bytes], rows: Records) -> int:
    """Write the rows; return their bytes. What the file itself writes may be less than it is given."""
    rest = rows.view(np.uint8).data
    while rest:
        rest = rest[file.write(rest) :]
    return rows.nbytes


def _split(rows: Records, count: int) -> tuple[Records, npt.NDArray[np.int32]]:
    """Return the rows in ``count`` parts by the number of their child, and where each begins (and the last ends)."""
    part = (np.ascontiguousarray(rows["_key"]) % np.uint64(count)).astype(np.uint16)
    ends = np.cumsum(np.bincount(part, minlength=count))
    # take: it moves whole rows, eight times as fast as an index does
    return rows.take(np.argsort(part, kind="stable")) if count > 1 else rows, np.append(0, ends).astype(np.int32)


def refuse_crowd(group: dict[str, Records]) -> None:
    """Raise UnreadableError when one child has more rows in a file than rules can compare with each other."""
    for rows in group.values():
        keys = rows["_key"][rows["_key"] != 0]
        if len(keys) > MOST_OF_ONE and np.unique(keys, return_counts=True)[1].max() > MOST_OF_ONE:
            raise UnreadableError("too_many_rows_of_one")


def shared(group: Records) -> npt.NDArray[np.int32]:
    """Return the lines whose value a line of somebody else in the group has too."""
    order = np.lexsort((group["_whose"], group["_key"]))
    key, whose = group["_key"][order], group["_whose"][order]
    others = (key[1:] == key[:-1]) & (whose[1:] != whose[:-1])
    lines: npt.NDArray[np.int32] = np.sort(group["_line"][np.isin(group["_key"], key[1:][others])])
    return lines


def whose(rows: Records, field: str, lines: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
    """Return whose rows are on some lines, each of which is among the rows."""
    order = np.argsort(rows["_line"])
    found: npt.NDArray[np.uint64] = rows[field][order[np.searchsorted(rows["_line"], lines, sorter=order)]]
    return found


class Findings:
    """Every finding of one file, on disk: a file in which every row is wrong must not fill the memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by __exit__
        self._count = 0

    def __enter__(self) -> Findings:
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def add(self, rule: int, lines: npt.NDArray[np.int32], whose: npt.NDArray[np.uint64] | int = 0) -> None:
        """Add one rule's findings."""
        found = np.empty(len(lines), dtype=FINDING)
        found["line"], found["rule"], found["whose"] = lines, rule, whose
        self._file.write(found.tobytes())
        self._count += len(lines)

    def chunks(self, size: int = 200_000) -> Iterator[npt.NDArray[Any]]:
        """Yield the findings in the order they were added."""
        self._file.seek(0)
        while data := self._file.read(size * FINDING.itemsize):
            yield np.frombuffer(data, dtype=FINDING)
