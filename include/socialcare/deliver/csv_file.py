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

#: A spreadsheet runs a cell that begins with one of these (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Written:
    """What was written: the file's name, its data rows (header not counted), size in bytes and sha256."""

    name: str
    rows: int
    bytes: int
    sha256: str


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Written:
    """Write ``rows`` under a header line; the same rows give the same bytes on any machine."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([as_text(value) for value in row])
            count += 1
    return Written(path.name, count, path.stat().st_size, sha256_of(path))


def as_text(value: Any) -> str:
    """Return one cell's text: no value is empty, dates are ISO, numbers plain, text cannot be a formula."""
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
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return str(value)


def plain_number(value: Decimal) -> str:
    """Return a number without exponent or idle zeros: ``12.6``, ``-3``, ``122``."""
    if not value.is_finite():
        return str(value)  # a check should have stopped it; never hide it as a blank
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def sha256_of(path: Path) -> str:
    """Return the file's sha256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
