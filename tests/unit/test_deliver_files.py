"""The files that people take away: what Excel, Power BI and a parser find in them, and that nothing runs or is lost."""

from __future__ import annotations

import re
import tracemalloc
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine

from socialcare.deliver import sheet as sheets
from socialcare.deliver.audience import Audience, Version
from socialcare.deliver.csv_file import CsvFile, as_texts
from socialcare.deliver.manifest import audience_manifest, set_manifest
from socialcare.deliver.parquet_file import ParquetFile
from socialcare.deliver.read_rows import Facts, columns_of
from socialcare.deliver.tables import AS_IN_UNIT, Table, schema_version, taken_away
from socialcare.deliver.workbook import Workbook, sheet_names
from socialcare.deliver.workbook_front import FRONT
from socialcare.registry import council

BUILT = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


def mart(name: str, columns: Mapping[str, str], access: str = "shared", **more: Any) -> dict[str, Any]:
    """A mart as a version's shape holds it: its first column is its key."""
    described = [
        {"name": column, "type": kind, "description": f"What {column}\n is."} for column, kind in columns.items()
    ]
    key = [next(iter(columns))]
    about = {"name": name, "access": access, "grain": key, "order_by": key, "description": "One row per thing.\n"}
    return {**about, "columns": described, "extract": True, **more}


FIGURES = mart(
    "figures",
    {
        "thing": "text", "value": "numeric", "unit": "text", "decimals": "integer", "counted_on": "date",
        "seen_at": "timestamp with time zone", "is_joint": "boolean", "line": "bigint", "numerator": "numeric(18,2)",
    },
)  # fmt: skip
ROWS = [
    ("=cmd|calc", Decimal("12.500"), "%", 1, date(2025, 3, 31), BUILT, True, 1234, Decimal("5")),
    ("<a> & 'b'", Decimal("1E+3"), "number", 0, date(1899, 1, 1), None, False, None, None),
    (" spaced \x02", None, "%", None, None, None, None, 7, Decimal("NaN")),
]


def table(shape: dict[str, Any] = FIGURES) -> Table:
    (found,) = taken_away({shape["name"]: shape})
    return found


def version(*tables: Table, sources: Sequence[Mapping[str, Any]] = ()) -> Version:
    about = {"version_id": 12, "built_at": BUILT, "checksum": "c0ffee"}
    return Version(about, list(sources), {"passed": 41, "warned": 2}, tables)


def audience(*tables: Table, rows: int = 3, synthetic: bool = False) -> Audience:
    own = frozenset(t.name for t in tables if t.access == "own")
    facts = {t.name: Facts(rows, date(2026, 10, 31) if t.name in own else None, synthetic) for t in tables}
    return Audience(council("durham") if own else None, facts, own, synthetic)


def book(place: Path, tables: Sequence[Table], rows: Sequence[tuple[Any, ...]], **how: Any) -> Path:
    """Write a workbook of the same rows in every table."""
    sources = how.pop("sources", ())
    who = audience(*tables, rows=len(rows), **how)
    place.mkdir(exist_ok=True)
    writing = Workbook(place, who, version(*tables, sources=sources), tables)
    for one in tables:
        sheet = writing.table(one)
        if sheet is None:
            continue
        for row in rows:  # in batches of one: where a batch ends is nobody's business
            sheet.add([row], [as_texts(row)])
        sheet.close()
    return place / writing.close().name


def cells(path: Path, name: str) -> list[list[Any]]:
    return python_calamine.load_workbook(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


def xml(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(f"xl/{name}").decode()


def words(path: Path) -> str:
    return "\n".join(" ".join(map(str, row)) for row in cells(path, FRONT))


def test_a_sheet_holds_typed_cells_and_no_formula(tmp_path: Path) -> None:
    path = book(tmp_path, [table()], ROWS)
    head, first, second, third = cells(path, "figures")
    assert head == list(column["name"] for column in FIGURES["columns"])
    assert first[:6] == ["'=cmd|calc", 12.5, "%", 1, date(2025, 3, 31), datetime(2026, 11, 22, 2, 10)]
    assert first[6:] == ["true", 1234, 5]
    assert second[:2] == ["<a> & 'b'", 1000]
    assert second[4] == "1899-01-01", "Excel has no day before 1900"
    assert (third[0], third[1], third[8]) == (" spaced ", "", "NaN")
    for part in ("worksheets/sheet1.xml", "worksheets/sheet2.xml", "worksheets/sheet3.xml"):
        assert "<f>" not in xml(path, part)


def test_a_figure_shows_the_decimals_that_its_row_says(tmp_path: Path) -> None:
    path = book(tmp_path, [table()], ROWS)
    formats = re.findall(r'numFmtId="(\d+)" formatCode="([^"]+)"', xml(path, "styles.xml"))
    known = {"1": "0", "3": "#,##0", "4": "#,##0.00", **dict(formats)}
    styles = re.findall(r'<xf numFmtId="(\d+)"', xml(path, "styles.xml").split("<cellXfs")[1])
    figures = dict(re.findall(r'<c r="B(\d)" s="(\d+)">', xml(path, "worksheets/sheet3.xml")))
    assert {row: known[styles[int(style)]] for row, style in figures.items()} == {"2": "#,##0.0", "3": "#,##0"}


def test_the_header_stays_and_every_column_has_a_filter(tmp_path: Path) -> None:
    text = xml(book(tmp_path, [table()], ROWS), "worksheets/sheet3.xml")
    assert re.search(r'<pane xSplit="1" ySplit="1" topLeftCell="B2" .*state="frozen"/>', text)
    assert '<autoFilter ref="A1:I4"/>' in text
    assert '<dimension ref="A1:I4"/>' in text
    widths = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', text)
    assert sum(int(last) - int(first) + 1 for first, last, _ in widths) == 9
    assert all(9 < float(width) < 46 for _, _, width in widths)


def test_the_front_sheet_says_when_what_and_how_sure(tmp_path: Path) -> None:
    sources = [
        {"source_id": "a", "title": "Children in need", "newest_release": "2025", "state": "ok", "landed_at": BUILT},
        {"source_id": "b", "title": "=Workforce", "newest_release": "2024", "state": "kept_last_good",
         "message": "A column is missing.", "landed_at": BUILT, "last_look_at": BUILT, "extract_age_days": 90417},
        {"source_id": "c", "title": "Fetched by a person", "state": "never_landed"},
    ]  # fmt: skip
    path = book(tmp_path, [table()], ROWS, sources=sources)
    assert python_calamine.load_workbook(path).sheet_names == [FRONT, "Data dictionary", "figures"]
    text = words(path)
    for said in ("version 12", "2026-11-22 02:10", "41 passed, 2 warned", "STALE: 1 of 3 sources", "A column is miss"):
        assert said in text
    assert "'=Workforce 2024 2026-11-22 02:10:00 STALE: last good one" in text
    assert "Fetched by a person nothing  not held" in text, "what nobody fetched is not stale"
    assert "90417" not in text, "an age belongs to the moment of reading"
    assert "SYNTHETIC" not in text.replace("marked SYNTHETIC", "")


def test_generated_figures_are_marked_wherever_one_looks(tmp_path: Path) -> None:
    own = table(mart("now", {"council_code": "text", "children": "bigint"}, access="own"))
    long = table(mart("children_by_placement_and_by_age", {"council_code": "text", "of": "bigint"}, access="own"))
    path = book(tmp_path, [own, long], [("E06000047", 3, "SYNTHETIC, not about real children")], synthetic=True)
    assert path.name == "durham_SYNTHETIC.xlsx"
    assert python_calamine.load_workbook(path).sheet_names[2:] == ["SYNTHETIC now", "SYNTHETIC children_by_placement"]
    front = cells(path, FRONT)
    assert front[1][0].startswith("SYNTHETIC: figures from councils' records here are generated.")
    assert "2026-10-31" in words(path)
    assert cells(path, "SYNTHETIC now")[0] == ["council_code", "children", "data_kind"]
    assert "tabColor" in xml(path, "worksheets/sheet1.xml")


def test_a_table_too_large_for_a_sheet_is_named_and_left_to_the_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from socialcare.deliver import workbook

    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 2)
    figures = table()
    who = replace(audience(figures), too_large=("figures",))
    writing = Workbook(tmp_path, who, version(figures), [figures])
    assert writing.table(figures) is None
    path = tmp_path / writing.close().name
    assert python_calamine.load_workbook(path).sheet_names == [FRONT, "Data dictionary"]
    assert "figures: more than" in words(path)
    assert "Use its CSV or Parquet file." in words(path)
    assert audience_manifest(who, [], version(figures))["not_in_workbook"] == ["figures"]


def test_the_same_version_is_the_same_bytes_whenever_it_is_written(tmp_path: Path) -> None:
    once, again = (book(tmp_path / name, [table()], ROWS).read_bytes() for name in ("once", "again"))
    assert once == again
    for name in ("once", "again"):
        file = ParquetFile(tmp_path / f"{name}.parquet", columns_of(table()), {"version": "12"})
        file.add(ROWS)
        file.close()
    assert (tmp_path / "once.parquet").read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_no_temporary_file_lies_outside_the_folder_or_stays(tmp_path: Path) -> None:
    path = book(tmp_path / "closed", [table()], ROWS)
    assert list(path.parent.iterdir()) == [path]


def test_parquet_has_types_units_and_what_each_column_means(tmp_path: Path) -> None:
    path = tmp_path / "figures.parquet"
    file = ParquetFile(path, columns_of(table()), {"version": "12"})
    for _ in range(3):
        file.add(ROWS)
    assert file.close().rows == 9
    read = pq.read_table(path)
    assert read.schema.field("value").type == pa.float64()
    assert read.schema.field("counted_on").type == pa.date32()
    assert read.schema.field("seen_at").type == pa.timestamp("us", tz="UTC")
    assert read["thing"][0].as_py() == "=cmd|calc", "nothing runs in a Parquet file: its text is as it was"
    assert read["value"].to_pylist()[:3] == [12.5, 1000.0, None]
    assert read.schema.field("value").metadata == {b"description": b"What value is.", b"unit": AS_IN_UNIT.encode()}
    assert read.schema.metadata[b"version"] == b"12"


def test_rows_wait_for_no_more_than_a_row_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialcare.deliver.parquet_file.ROW_GROUP", 6)
    file = ParquetFile(tmp_path / "a.parquet", columns_of(table()), {})
    for _ in range(5):
        file.add(ROWS)
    file.close()
    groups = pq.ParquetFile(tmp_path / "a.parquet").metadata
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [6, 6, 3]


def test_many_rows_take_the_memory_of_few(tmp_path: Path) -> None:
    """Where no two rows have a word in common, too: what Python holds at the most, above what the first rows took.

    What Arrow holds is not seen by this: ``bench/extracts.py`` measures the whole process.
    """
    few, many = 15_000, 60_000
    shape = table(mart("many", {"word": "text", "value": "bigint"}))
    columns, about, who = columns_of(shape), version(shape), audience(shape, rows=many)
    written = Workbook(tmp_path, who, about, [shape])
    sheet, plain, typed = (
        written.table(shape),
        CsvFile(tmp_path / "a.csv", [c.name for c in columns]),
        ParquetFile(tmp_path / "a.parquet", columns, {}),
    )
    assert sheet
    peaks = []
    tracemalloc.start()
    try:
        for start in range(0, many, 5_000):
            rows = [(f"a word of its own, {n}", n) for n in range(start, start + 5_000)]
            texts = [as_texts(row) for row in rows]
            plain.add(texts)
            typed.add(rows)
            sheet.add(rows, texts)
            if start + 5_000 in (few, many):
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0], peaks


def test_an_empty_table_is_a_header_alone_in_every_form(tmp_path: Path) -> None:
    path = book(tmp_path, [table()], [])
    assert len(cells(path, "figures")) == 1
    plain = CsvFile(tmp_path / "a.csv", ["a"])
    assert plain.close().rows == 0
    typed = ParquetFile(tmp_path / "a.parquet", columns_of(table()), {})
    assert (typed.close().rows, pq.read_table(tmp_path / "a.parquet").num_rows) == (0, 0)


def test_the_dictionary_is_what_the_models_say(tmp_path: Path) -> None:
    shape = mart("figures", {"thing": "text", "rate_per_10000": "numeric", "seen": "bigint"})
    shape["columns"][2] |= {"unit": "children", "deprecated": {"remove_after": "2027-05-31", "use": "other"}}
    read = cells(book(tmp_path, [table(shape)], [("a", Decimal(1), 2)]), "Data dictionary")
    assert read == [
        ["table", "column", "type", "unit", "is_key", "description"],
        ["figures", "", "table, shared by all", "", "", "One row per thing."],
        ["figures", "thing", "text", "", "yes", "What thing is."],
        ["figures", "rate_per_10000", "number", "per 10,000", "", "What rate_per_10000 is."],
        ["figures", "seen", "whole number", "children", "",
         "What seen is. DEPRECATED: removed after 2027-05-31; use other."],
    ]  # fmt: skip


def test_only_what_says_so_is_taken_away() -> None:
    marts = {
        "a": mart("a", {"k": "text"}),
        "b": mart("b", {"k": "text"}, extract=False),
        "c": mart("c", {"k": "text"}, deprecated={"use": "a"}),
        "d": {name: value for name, value in mart("d", {"k": "text"}).items() if name != "extract"},  # an older version
    }
    assert [one.name for one in taken_away(marts)] == ["a"]


def test_the_schema_version_changes_with_any_column() -> None:
    one, other = table(), table(mart("figures", {"thing": "text"}))
    assert schema_version([one]) == schema_version([table()])
    assert len({schema_version([one]), schema_version([other]), schema_version([one, other])}) == 3


def test_sheet_names_fit_excel_and_are_each_their_own() -> None:
    long = "shared_local_indicators_of_every_month"
    names = sheet_names([(long, True), (f"{long}_more", True), ("a", False)])
    assert list(names.values()) == ["SYNTHETIC shared_local_indicato", "SYNTHETIC shared_local_indica 2", "a"]
    assert all(len(name) <= 31 for name in names.values())


def test_what_is_own_has_no_measure_in_the_sets_manifest(tmp_path: Path) -> None:
    from socialcare.deliver.audience import File
    from socialcare.deliver.csv_file import Written

    own = table(mart("now", {"council_code": "text"}, access="own"))
    who = audience(own, table())
    files = [
        File(Written("durham_now.csv", 1, 63, "ab"), "now", is_own=True),
        File(Written("durham.xlsx", None, 900, "cd"), is_own=True),
        File(Written("durham_figures.csv", 3, 70, "ef"), "figures"),
    ]
    shown = set_manifest([(who, files)], version(own, table()))
    assert shown["files"] == [
        {"folder": "durham", "name": "durham_now.csv", "table": "now", "as_of": "2026-10-31", "is_synthetic": False},
        {"folder": "durham", "name": "durham.xlsx"},
        {"folder": "durham", "name": "durham_figures.csv", "table": "figures", "rows": 3, "bytes": 70, "sha256": "ef"},
    ]
    assert [f["sha256"] for f in audience_manifest(who, files, version(own, table()))["files"]] == ["ab", "cd", "ef"]


def test_a_long_text_is_cut_to_what_a_cell_holds(tmp_path: Path) -> None:
    path = book(tmp_path, [table(mart("a", {"k": "text"}))], [("x" * 40_000,)])
    assert len(cells(path, "a")[1][0]) == sheets._LONGEST_CELL
