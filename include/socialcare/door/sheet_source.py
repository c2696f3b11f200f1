"""The rows of a workbook's sheets, read in a process of their own.

The library that reads workbooks ends its process, not with an exception, when a damaged or hostile file makes it
ask for too much memory. Here it ends a process that holds nothing else; it reaches no file, and what it says of
the file is not kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from socialcare.door.reading import UnreadableError
from socialcare.door.sheet_process import ENDED

#: A workbook of the largest size takes a tenth of it.
_SECONDS = 180


@dataclass(frozen=True)
class RawSheet:
    """One sheet: its name, how many rows it has, its first column with content, and its rows as text."""

    name: str = field(repr=False)
    height: int
    first_column: int
    rows: Iterator[list[str]] = field(repr=False)


def sheets(content: bytes, *, name: str | None = None, most_rows: int | None = None) -> Iterator[RawSheet]:
    """Yield every worksheet, or the one of this name, with its first rows or all. Take the rows of one before the next.

    Raises UnreadableError ``workbook_broken`` when the workbook cannot be read to its end.
    """
    command = [sys.executable, "-c", "from socialcare.door.sheet_process import main; main()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
        assert reader.stdin
        assert reader.stdout
        too_long = threading.Timer(_SECONDS, reader.kill)
        too_long.start()
        try:
            asked = json.dumps({"name": name, "most_rows": most_rows}).encode()
            _tell(reader.stdin, asked + b"\n" + content)
            yield from _sheets(reader.stdout)
        finally:
            too_long.cancel()
            reader.kill()


def _tell(stdin: IO[bytes], what: bytes) -> None:
    try:
        stdin.write(what)
        stdin.close()
    except BrokenPipeError:  # it ended at once: its answer will lack an end
        raise UnreadableError("workbook_broken") from None


def _sheets(answer: IO[bytes]) -> Iterator[RawSheet]:
    while (line := _next(answer)) != ENDED:
        assert isinstance(line, dict)
        yield RawSheet(line["name"], line["height"], line["first_column"], _rows(answer))


def _rows(answer: IO[bytes]) -> Iterator[list[str]]:
    while isinstance(line := _next(answer), list):
        yield line


def _next(answer: IO[bytes]) -> object:
    """Return what the next line says; the answer of a process that died lacks its end."""
    line = answer.readline()
    if not line.endswith(b"\n"):
        raise UnreadableError("workbook_broken")
    return json.loads(line)
