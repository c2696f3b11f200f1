"""Stores on disk for what must be seen across a whole file: bounded memory, and positions and numbers only."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

import numpy as np
import numpy.typing as npt

#: One row of a file: its child (64 bits of the token, never the identifier), its line, first and last day.
RECORD = np.dtype([("child", "u8"), ("line", "i4"), ("start", "i4"), ("end", "i4")])
#: One finding: a line and the number of a rule.
FINDING = np.dtype([("line", "i4"), ("rule", "u1")])
Record = np.void

_IN_MEMORY = 1_000_000
_PARTS = 64


class Register:
    """Rows of one file, handed back in groups: all rows of a child together, by start, then by line.

    Up to a million rows stay in memory; beyond, they go to 64 temporary files by the child's number.
    """

    def __init__(self) -> None:
        self._held: list[npt.NDArray[Record]] = []
        self._count = 0
        self._files: list[IO[bytes]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def add(self, child: npt.NDArray[np.uint64], line: Any, start: Any, end: Any) -> None:
        """Add rows; the columns are of one length, or single values."""
        rows = np.empty(len(child), dtype=RECORD)
        rows["child"], rows["line"], rows["start"], rows["end"] = child, line, start, end
        self._held.append(rows)
        self._count += len(rows)
        if self._count >= _IN_MEMORY:
            self._spill()

    def groups(self) -> Iterator[npt.NDArray[Record]]:
        """Yield the rows, sorted, in groups that never part a child."""
        if not self._files:
            yield _sorted(np.concatenate(self._held)) if self._held else np.empty(0, dtype=RECORD)
            return
        self._spill()
        for file in self._files:
            file.seek(0)
            yield _sorted(np.frombuffer(file.read(), dtype=RECORD))

    def _spill(self) -> None:
        if not self._files:
            for _ in range(_PARTS):
                file = tempfile.TemporaryFile()  # noqa: SIM115  # the stack closes it
                self._files.append(self._stack.enter_context(file))
        rows = np.concatenate(self._held) if self._held else np.empty(0, dtype=RECORD)
        part = (rows["child"] & np.uint64(_PARTS - 1)).astype(np.uint8)
        rows = rows[np.argsort(part, kind="stable")]
        ends = np.cumsum(np.bincount(part, minlength=_PARTS))
        for store, start, end in zip(self._files, np.append(0, ends[:-1]), ends, strict=True):
            store.write(rows[start:end].tobytes())
        self._held, self._count = [], 0


def _sorted(rows: npt.NDArray[Record]) -> npt.NDArray[Record]:
    return rows[np.lexsort((rows["start"], rows["child"]))]


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

    def add(self, rule: int, lines: npt.NDArray[np.int32]) -> None:
        """Add one rule's findings."""
        found = np.empty(len(lines), dtype=FINDING)
        found["line"], found["rule"] = lines, rule
        self._file.write(found.tobytes())
        self._count += len(lines)

    def chunks(self, size: int = 200_000) -> Iterator[npt.NDArray[Any]]:
        """Yield the findings in the order they were added."""
        self._file.seek(0)
        while data := self._file.read(size * FINDING.itemsize):
            yield np.frombuffer(data, dtype=FINDING)
