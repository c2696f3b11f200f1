"""The quick way of reading and the careful one agree, and each row keeps its physical line."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.land_made_up import AREAS, care, read, text

from socialcare.errors import Fault
from socialcare.land import complete, content, read_csv
from socialcare.land.grid import Grid, Part
from socialcare.land.parse import Parsed

ROWS = care("2024", "2023", rows=["Total,100,0:1,plain", 'Foster care,90,0:2,"a, quoted ""word"""'])
WORDS = ("time_period",)


def is_quick(data: bytes) -> bool:
    return read_csv._whole(data, WORDS) is not None


def note(parsed: Parsed) -> list[str | None]:
    return [row[-1] for row in parsed.rows[:2]]


def test_a_regular_file_is_read_quickly_and_as_the_careful_reader_does() -> None:
    data = text(ROWS)
    quick = read_csv._whole(data, WORDS)
    assert quick is not None
    (one,), (other,) = quick.parts, careful(data).parts
    assert one.header == other.header
    assert one.lines.to_pylist() == other.lines.to_pylist() == list(range(2, 18))
    assert [c.to_pylist() for c in one.columns] == [c.to_pylist() for c in other.columns]
    assert note(read(data)) == ["plain", 'a, quoted "word"']


PIECES = [
    "a",
    "b c",
    '"',
    '""',
    ",",
    ",",
    "\n",
    "\r\n",
    "\r",
    '"a"',
    '"b,c"',
    '"x\ny"',
    "\N{LATIN SMALL LETTER E WITH ACUTE}",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_whatever_is_read_quickly_the_careful_reader_reads_the_same(pieces: list[str]) -> None:
    data = ("time_period,b\n" + "".join(pieces) + "\n").encode()
    quick = read_csv._whole(data, WORDS)
    if quick is not None:
        read_both = [(part.header, filled(part)) for part in (*quick.parts, *careful(data).parts)]
        assert read_both[0] == read_both[1]


def careful(data: bytes) -> Grid:
    return read_csv._row_by_row(data, "x.csv", WORDS)


def filled(part: Part) -> list[tuple[object, ...]]:
    """The rows that hold something, with their lines: one reader skips an empty line, the other has it as blank."""
    columns = (part.lines.to_pylist(), *(column.to_pylist() for column in part.columns))
    return [row for row in zip(*columns, strict=True) if any(row[1:])]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
    ],
)
def test_a_mark_and_windows_line_ends_stay_quick_and_change_nothing(change) -> None:  # type: ignore[no-untyped-def]
    data = change(text(ROWS))
    assert is_quick(data)
    assert read(data).rows == read(text(ROWS)).rows
    assert read(data).lines == list(range(2, 18))


def test_windows_text_is_understood() -> None:
    data = text(ROWS).decode().replace("plain", "caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{EN DASH}").encode("cp1252")
    assert is_quick(data)
    assert note(read(data))[0] == "caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{EN DASH}"


def test_a_line_break_within_quotes_is_read_carefully_and_lines_stay_physical() -> None:
    data = text(ROWS).replace(b"plain", b'"two\nlines"', 1)
    assert not is_quick(data)
    parsed = read(data)
    assert note(parsed)[0] == "two\nlines"
    assert parsed.lines == [2, *range(4, 19)]


def test_rows_of_nothing_but_commas_are_counted_as_blank() -> None:
    width = text(ROWS).split(b"\n")[0].count(b",")
    parsed = read(text(ROWS) + (b"," * width + b"\n") * 32)
    assert (parsed.table.num_rows, parsed.blank, parsed.notes) == (16, 32, 0)


def test_empty_lines_are_counted_as_blank_and_move_the_lines_after_them() -> None:
    parsed = read(text([*ROWS[:8], "", *ROWS[8:]]) + b"\n\n")
    assert (parsed.table.num_rows, parsed.blank) == (16, 3)
    assert parsed.lines == [*range(2, 10), *range(11, 19)]


def test_notes_above_the_header_move_the_lines() -> None:
    assert read(b"Made-up statistics\n\n" + text(ROWS)).lines == list(range(4, 20))


@pytest.mark.parametrize(
    ("row", "name", "said"),
    [
        ('2024,"Reporting" year', "truncated", "line 3"),
        ("2024,Reporting year", "row_ragged", "line 3 has 2 cells"),
    ],
)
def test_a_broken_row_is_named_by_its_line(row: str, name: str, said: str) -> None:
    with pytest.raises(Fault, match=said) as raised:
        read(text([ROWS[0], row, *ROWS[2:]]))
    assert raised.value.name == name


def test_a_file_cut_at_any_row_is_called_truncated() -> None:
    rows = care("2024", "2023", "2022")
    for kept in range(len(AREAS) * 2 + 1, len(rows)):
        if kept == 16:  # a whole period fewer: only the release before, or the file's name, can tell
            continue
        with pytest.raises(Fault) as raised:
            read(text(rows[:kept]))
        assert raised.value.name == "truncated", kept
    with pytest.raises(Fault, match="promises the period 2022"):
        read(text(rows[:16]), name="care_2022_to_2024.csv")


def test_a_council_that_comes_or_goes_is_no_cut() -> None:
    # Without Durham in the oldest year: its rows are not the last ones.
    others = [line for place in range(40) for line in care("2024", rows=[f"Total,{place},0:1,"])]
    many = [row.replace("E06000047", f"E060001{at // 4:02}") for at, row in enumerate(others)]
    newest = [row.replace("E08000023", f"E080001{at // 4:02}") for at, row in enumerate(many) if "National" not in row]
    newest = [row for row in newest if "Regional" not in row]
    oldest = [row.replace("2024,", "2023,") for row in newest]
    assert len(oldest) > 2 / (1 - complete.FEWEST_ROWS)
    assert read(text([*newest, *oldest[:3], *oldest[4:]])).table.num_rows == len(newest) * 2 - 1


def table(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_a_parquet_files_text_stays_as_it_is_and_whole_numbers_have_no_point_nought() -> None:
    data = table(Code=[301.0, 302.0, 303.0, 304.0], Value=["84", "84.0", "4.5E-2", "c"])
    content.check(data, name="long.parquet", where="here")
    parsed = read(data, "2024", "long", "long.parquet")
    assert parsed.rows == [("301", "84"), ("302", "84.0"), ("303", "4.5E-2"), ("304", "c")]
    assert parsed.lines == [1, 2, 3, 4]


@pytest.mark.parametrize(("data", "name"), [(table(Code=["a"])[:-9], "truncated"), (b"text", "not_data")])
def test_a_broken_parquet_file_is_refused_before_it_is_kept(data: bytes, name: str) -> None:
    with pytest.raises(Fault) as raised:
        content.check(data, name="long.parquet", where="here")
    assert raised.value.name == name


def test_a_parquet_file_with_nothing_sensible_inside_is_refused() -> None:
    with pytest.raises(Fault, match="not a readable Parquet file") as raised:
        read(b"PAR1 and no more PAR1", "2024", "long", "long.parquet")
    assert raised.value.name == "not_data"


def test_a_parquet_file_of_another_table_has_no_such_header() -> None:
    with pytest.raises(Fault, match="no columns named Code, Value") as raised:
        read(table(Name=["a"]), "2024", "long", "long.parquet")
    assert raised.value.name == "header_missing"
