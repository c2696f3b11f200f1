"""A CSV that Excel opens and a parser reads back, in which no cell can run as a formula."""

import csv
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from socialcare.deliver.csv_file import as_text, write_csv


def test_a_parser_reads_back_what_was_written(tmp_path: Path) -> None:
    rows = [["Redcar, and Cleveland", 'said "122"', "two\nlines", Decimal("122.000000"), None, True]]
    path = tmp_path / "a.csv"
    written = write_csv(path, ["a", "b", "c", "d", "e", "f"], rows)
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file))
    assert read == [list("abcdef"), ["Redcar, and Cleveland", 'said "122"', "two\nlines", "122", "", "true"]]
    assert (written.rows, written.bytes) == (1, path.stat().st_size)
    assert written.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_excel_is_told_the_encoding_and_lines_end_as_rfc_4180_says(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, ["name"], [["Café"]])
    assert path.read_bytes() == b"\xef\xbb\xbfname\r\nCaf\xc3\xa9\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+44", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_text_that_a_spreadsheet_would_run_is_made_plain(text: str) -> None:
    assert as_text(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("-3.200000"), "-3.2"),  # a negative number is no formula
        (Decimal("0.000"), "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("1E+2"), "100"),
        (Decimal("NaN"), "NaN"),
        (0.1, "0.1"),
        (153, "153"),
        (False, "false"),
        (date(2024, 3, 31), "2024-03-31"),
        (None, ""),
    ],
)
def test_numbers_and_dates_are_written_plainly(value: object, text: str) -> None:
    assert as_text(value) == text
