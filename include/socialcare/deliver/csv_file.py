"""One CSV file as Excel and a parser both read it: RFC 4180, UTF-8 with a mark, no live formulas."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from socialcare.formulas import harmless


@dataclass(frozen=True)
class Written:
    """What was written: the file's name, its data rows (None: not a table), size in bytes and sha256."""

    name: str
    rows: int | None
    bytes: int
    sha256: str


class CsvFile:
    """Writes one file a batch at a time; the same rows give the same bytes on any machine."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._rows = path, 0
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(columns)

    def add(self, texts: Sequence[Sequence[str]]) -> None:
        """Write rows whose cells are text already: see ``as_text``."""
        self._writer.writerows(texts)
        self._rows += len(texts)

    def close(self) -> Written:
        """End the file; return what was written."""
        self._file.close()
        return written(self._path, self._rows)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Written:
    """Write ``rows`` under a header line."""
    file = CsvFile(path, columns)
    for row in rows:
        file.add([as_texts(row)])
    return file.close()


def as_texts(row: Sequence[Any]) -> list[str]:
    """Return the text of every cell of a row."""
    return [as_text(value) for value in row]


def as_text(value: Any) -> str:
    """Return one cell's text: no value is empty, dates are ISO, numbers plain, text cannot be a formula."""
    if isinstance(value, str):
        return harmless(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain_number(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def plain_number(value: Decimal) -> str:
    """Return a number without exponent or idle zeros: ``12.6``, ``-3``, ``122``."""
    if not value.is_finite():
        return str(value)  # a check should have stopped it; never hide it as a blank
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def written(path: Path, rows: int | None = None) -> Written:
    """Return what lies at ``path``, for a manifest."""
    return Written(path.name, rows, path.stat().st_size, sha256_of(path))


def sha256_of(path: Path) -> str:
    """Return the file's sha256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
