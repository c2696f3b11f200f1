"""The door's parts without a server: dates, tokens, sectors, stores on disk, receipts."""

from __future__ import annotations

import csv
import hmac
import io
import os
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from socialcare.credentials import secret
from socialcare.door import cells, load, reading, receipt, register
from socialcare.door.arrival import NotPlainError, look, open_plain
from socialcare.door.births import Births
from socialcare.door.cells import CellChecker, Checked
from socialcare.door.engine import Total, over_all
from socialcare.door.identity import Pseudonymiser, postcode_sectors
from socialcare.door.reading import Reader, UnreadableError
from socialcare.door.recognise import Recognised, recognise
from socialcare.door.register import Findings, Spill
from socialcare.door.salted import Salt, first_bytes
from socialcare.registry.returns import Rule, return_spec


def days(*texts: str) -> list[int]:
    return CellChecker.days_of(pa.array(texts)).tolist()


def test_dates_are_read_in_both_known_styles_and_no_other() -> None:
    assert days("01/02/1970", "1970-02-01") == [31, 31]
    wrong = ["31/02/2020", "29/02/2023", "1/2/2020", "2020/02/01", "01-02-2020", "٠١/٠٢/٢٠٢٠", "01/02/1899", "", "x"]
    assert days(*wrong) == []


def test_dates_with_endless_times_are_read_and_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_MOST_KNOWN", 100)
    year = return_spec("ssda903").for_year(2027)
    checker = CellChecker(year, Pseudonymiser("durham"))
    times = pa.array([f"2026-05-01 10:00:00.{n:07}" for n in range(500)]).dictionary_encode()
    checked = checker.check(year.tables["header"].columns["DOB"], times)
    assert checked.days is not None
    assert set(checked.days) == {cells.days_since_epoch(date(2026, 5, 1))}
    assert len(checker._known_days) == 100


def test_a_token_is_hmac_sha256_over_council_and_identifier(home: Path) -> None:
    tokens = Pseudonymiser("durham").tokens(pa.array(["A1", "A2"]))
    key = bytes.fromhex(secret("council-durham"))
    assert tokens.text.to_pylist() == [
        hmac.digest(key, f"durham\x1f{i}".encode(), "sha256").hex()[:32] for i in ("A1", "A2")
    ]
    assert len(set(tokens.number.tolist())) == 2


@pytest.mark.parametrize("other", ["1234567", "sw1234567", " SW 1234567", "SW1234567"])
def test_a_workers_number_is_one_person_with_and_without_its_letters(home: Path, other: str) -> None:
    year = return_spec("local_records").for_year(2027)
    column = next(c for t in year.tables.values() for c in t.columns.values() if c.identifies == "worker")
    checked = CellChecker(year, Pseudonymiser("durham")).check(
        column.model_copy(update={"pattern": None}), pa.array([other, "SW1234567", "SW7654321"]).dictionary_encode()
    )
    assert checked.number is not None
    assert checked.number[0] == checked.number[1] != checked.number[2]
    expected = Pseudonymiser("durham").tokens(pa.array(["SW1234567"]), "worker").text[0]
    assert checked.loaded is not None
    assert checked.loaded[0] == expected, "those that were delivered before keep their tokens"


def test_equal_texts_have_equal_numbers_and_others_have_not() -> None:
    texts = ["DH1 3ZZ", "DH1 3ZY", "", "é", "x" * 300, "x" * 301, "A", "AA", "A\0", *map(str, range(20_000))]
    salt = Salt()
    numbers = salt.numbers(pa.array(texts))
    assert numbers[texts.index("")] == 0
    assert len(set(numbers.tolist())) == len(texts)
    assert (salt.numbers(pa.array(["skipped", *texts]).slice(1)) == numbers).all()
    assert not set(Salt().numbers(pa.array(texts))[3:].tolist()) & set(numbers[3:].tolist()), "another salt, others"


def test_the_first_bytes_of_texts_are_kept() -> None:
    texts = pa.array(["skipped", "", "SC123456", "1234567890123", "é"]).slice(1)
    assert first_bytes(texts, 12).tolist() == [b"", b"SC123456", b"123456789012", "é".encode()]
    assert first_bytes(pa.array([], pa.string()), 12).tolist() == []


@pytest.mark.parametrize("text", ["plain", 'a "quoted", cell', "two\nlines"])
def test_what_goes_to_the_server_is_csv_whatever_is_in_it(text: str) -> None:
    chunks = pa.chunked_array([pa.array([], pa.string()), pa.array([text, None])])
    written = bytes(load._csv({"a": chunks, "b": pa.chunked_array([pa.array([], pa.int64()), pa.array([1, 2])])}))
    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [[text, "1"], ["", "2"]]
    assert bytes(load._csv({"a": pa.array([], pa.string())})) == b""


def test_each_council_has_its_own_key(home: Path) -> None:
    same = pa.array(["A1"])
    assert Pseudonymiser("durham").tokens(same).text != Pseudonymiser("south_tyneside").tokens(same).text
    assert secret("council-durham") != secret("council-south_tyneside")


def test_a_postcode_becomes_its_sector() -> None:
    sectors, wrong = postcode_sectors(pa.array(["DH1 3ZZ", "dh13zz", "TS10 1AA", "unknown", "DH1", "12 High St"]))
    assert sectors.to_pylist()[:3] == ["DH1 3", "DH1 3", "TS10 1"]
    assert wrong.tolist() == [False, False, False, True, True, True]


@pytest.mark.parametrize("in_memory", [1 << 20, 200], ids=["in memory", "on disk"])
@pytest.mark.parametrize("group", [1 << 20, 60], ids=["one group", "many groups"])
def test_a_spill_never_parts_a_child(monkeypatch: pytest.MonkeyPatch, in_memory: int, group: int) -> None:
    monkeypatch.setattr(register, "_IN_MEMORY", in_memory)
    monkeypatch.setattr(register, "_GROUP", group)
    random = np.random.default_rng(1)
    rows = np.zeros(500, dtype=register.SHARED)
    rows["_key"], rows["_line"] = random.integers(0, 50, 500), np.arange(500)
    with Spill() as kept:
        for start in range(0, 500, 25):
            kept.add("one", rows[start : start + 25])
            kept.add("other", rows[start : start + 5])
        groups = list(kept.groups())
    assert sorted(line for g in groups for line in g["one"]["_line"].tolist()) == list(range(500))
    assert sum(len(g["other"]) for g in groups) == 100
    children = [{key for part in g.values() for key in part["_key"].tolist()} for g in groups]
    assert sum(map(len, children)) == len(set().union(*children)), "a child is in two groups"
    assert len(groups) > 1 if group == 60 else len(groups) == 1


def test_whose_rows_are_on_some_lines() -> None:
    rows = np.array([(7, 9, 1), (8, 3, 2), (7, 4, 3)], dtype=register.SHARED)
    assert register.whose(rows, "_whose", np.array([3, 9], np.int32)).tolist() == [2, 1]


def test_a_shared_value_is_found_on_every_line_that_has_it() -> None:
    rows = np.array([(7, 2, 1), (8, 3, 2), (7, 4, 3), (9, 5, 4), (7, 6, 1), (9, 7, 4)], dtype=register.SHARED)
    assert register.shared(rows).tolist() == [2, 4, 6], "9 is twice the same child"


def test_findings_come_back_in_chunks_of_any_size() -> None:
    with Findings() as findings:
        findings.add(3, np.arange(10, dtype=np.int32))
        findings.add(4, np.array([7], dtype=np.int32))
        chunks = list(findings.chunks(size=4))
    assert [len(c) for c in chunks] == [4, 4, 3]
    assert np.concatenate(chunks)["rule"].tolist() == [3] * 10 + [4]


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1"),
        *("＝1+1", "＋1", "－1", "＠SUM(A1)", " ＝1", "\tx", "\rx", "\nx"),
    ],
)
def test_a_receipts_cell_is_never_a_formula(cell: str) -> None:
    (written,) = receipt._harmless([cell])
    assert written == f"'{cell}"


def test_a_receipts_page_holds_no_markup_of_the_councils() -> None:
    rule = next(r for r in return_spec("ssda903").rules if r.code == "301")
    evil = "<script>alert(1)</script>"
    page = receipt._html(
        receipt.Receipt(
            *("Durham", "SSDA903", "2026-10-31", True, "partly_accepted", ""),
            (receipt.FileLine(evil, "header", "partly_accepted", "", 1, 0, 1, (evil,)),),
            (receipt.Section(rule, "Header", 1, ((2, evil),)),),
        )
    )
    assert "<script" not in page
    assert page.count("&lt;script") == 3
    assert rule.wording in page
    assert rule.whose_job in page


def test_an_inbox_that_does_not_exist_is_empty(home: Path) -> None:
    assert look("durham").whole == ()


def test_a_file_is_recognised_by_its_heading_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "header.csv"
    file.write_text(",".join(return_spec("ssda903").tables["episodes"].columns) + "\nA1" + "," * 12 + "\n")
    assert recognise(file).table == "episodes"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "nothing"])
def test_nothing_but_a_plain_file_is_opened(tmp_path: Path, kind: str) -> None:
    (tmp_path / "secret.csv").write_text("CHILD\nA1\n")
    sent = tmp_path / "sent.csv"
    if kind == "link":
        sent.symlink_to(tmp_path / "secret.csv")
    elif kind == "pipe":
        os.mkfifo(sent)
    elif kind == "folder":
        sent.mkdir()
    with pytest.raises(NotPlainError):
        open_plain(sent)
    with pytest.raises(UnreadableError, match="not_a_plain_file"):
        list(Reader(Recognised(sent, headings=("CHILD",), columns=("CHILD",))).blocks())


@pytest.mark.parametrize(
    ("note", "seventh"),
    [('"a note, and ""so on""\nof three\nlines"', ""), ('"a note, and ""so on"""', '5" pipe')],
)
def test_a_row_with_line_ends_in_its_quotes_is_one_row_wherever_the_file_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str, seventh: str
) -> None:
    rows = [f"A{n},{(n == 7 and seventh) or note},F,{note}\n" for n in range(200)]
    (tmp_path / "h.csv").write_text("CHILD,NOTE,SEX,MORE\n" + "".join(rows))
    file = Recognised(tmp_path / "h.csv", headings=("CHILD", "NOTE", "SEX", "MORE"), columns=("CHILD", "SEX"))
    for size in range(90, 400, 7):
        monkeypatch.setattr(reading, "BLOCK", size)
        reader = Reader(file)
        read = [row for b in reader.blocks() for row in zip(*(c.to_pylist() for c in b.columns.values()), strict=True)]
        assert (read, len(reader.ragged)) == ([(f"A{n}", "F") for n in range(200)], 0)


def test_a_file_shows_nothing_of_itself_when_printed(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("Jo Bloggs,01/05/2015\n")
    assert "Bloggs" not in repr(recognise(file))
    assert "BLOGGS" not in repr(recognise(file))


def births(*rows: tuple[str, str, str, str]) -> list[tuple[str, bool]]:
    """Return the start that passes, and whether it is a month, for (child, born, episode began, reason)."""
    year = return_spec("ssda903").for_year(2027)
    checker, known = CellChecker(year, Pseudonymiser("durham")), Births(year)

    def checked(table: str, **cells: list[str]) -> dict[str, Checked]:
        columns = year.tables[table].columns
        return {name: checker.check(columns[name], pa.array(v).dictionary_encode()) for name, v in cells.items()}

    child, born, began, reason = (list(part) for part in zip(*rows, strict=True))
    known.reduced("header", checked("header", CHILD=child, DOB=born))
    decom = known.reduced("episodes", checked("episodes", CHILD=child, DECOM=began, RNE=reason))["DECOM"]
    assert decom.loaded is not None
    assert decom.is_month is not None
    return list(zip(map(str, decom.loaded.to_pylist()), decom.is_month.to_pylist(), strict=True))


def test_the_first_day_in_care_of_a_child_taken_in_at_birth_is_its_month(home: Path) -> None:
    assert births(
        ("A1", "09/09/2026", "09/09/2026", "S"),
        ("A2", "01/09/2026", "31/10/2026", "S"),
        ("A3", "30/09/2026", "01/11/2026", "S"),
        ("A4", "09/09/2026", "20/09/2026", "P"),
        ("A5", "09/09/2012", "20/09/2026", "S"),
        ("A6", "31/02/2026", "20/09/2026", "S"),
        ("A7", "15/12/2025", "02/01/2026", "S"),
    ) == [
        ("2026-09-01", True),
        ("2026-10-01", True),
        ("2026-11-01", False),
        ("2026-09-20", False),
        ("2026-09-20", False),
        ("2026-09-20", False),
        ("2026-01-01", True),
    ]


def test_no_day_of_the_unborn_or_near_a_birth_passes_from_the_census(home: Path) -> None:
    year = return_spec("cin_census").for_year(2026)
    checker, known = CellChecker(year, Pseudonymiser("durham")), Births(year)

    def checked(table: str, **cells: list[str]) -> dict[str, Checked]:
        columns = year.tables[table].columns
        return {name: checker.check(columns[name], pa.array(v).dictionary_encode()) for name, v in cells.items()}

    child = ["unborn", "no date", "newborn", "month after", "before", "later"]
    born = ["", "2026-02-31", "2026-01-20", "2025-12-20", "2026-03-02", "2025-11-30"]
    began = ["2026-01-31"] * len(child)
    known.reduced("children", checked("children", LAchildID=child, PersonBirthDate=born))
    passed = known.reduced("section47", checked("section47", LAchildID=child, S47ActualStartDate=began))
    days, is_month = passed["S47ActualStartDate"].loaded, passed["S47ActualStartDate"].is_month
    assert days is not None
    assert is_month is not None
    assert list(map(str, days.to_pylist())) == ["2026-01-01"] * 5 + ["2026-01-31"]
    assert is_month.to_pylist() == [True] * 5 + [False]


def test_a_rule_about_several_children_keeps_no_row_out() -> None:
    said = {"code": "X", "table": "header", "columns": ("UPN",), "wording": "w", "whose_job": "somebody's"}
    for way in ({"check": "shared"}, {"total": "select 1"}):
        assert Rule.model_validate({**said, **way, "severity": "warning"})
        with pytest.raises(ValueError, match="several children"):
            Rule.model_validate({**said, **way, "severity": "quarantine"})


def test_a_total_is_that_of_all_groups_and_found_on_the_first_line() -> None:
    totals = [Total("header", 1, -2, 9), Total("header", 1, 3, 4), Total("header", 2, 1, 4), Total("header", 2, -1, 4)]
    assert [(f.table, f.rule, f.lines.tolist()) for f in over_all(totals)] == [("header", 1, [4])]


def test_a_worker_is_one_however_the_number_is_written(home: Path) -> None:
    column = return_spec("csww").tables["workers"].columns["SWENo"]
    checker = CellChecker(return_spec("csww").for_year(2026), Pseudonymiser("durham"))
    cells = checker.check(column, pa.array(["SW1000", " sw 1000 ", "Sw1000", "1000"]).dictionary_encode())
    assert cells.wrong.tolist() == [False, False, False, True]
    assert cells.loaded is not None
    assert len(set(cells.loaded.to_pylist()[:3])) == 1


def test_each_kind_of_identifier_has_tokens_of_its_own_and_a_worker_is_one_in_the_region(home: Path) -> None:
    same = pa.array(["SW123456"])
    durham, tyneside = Pseudonymiser("durham"), Pseudonymiser("south_tyneside")
    kinds = ("child", "family", "provider", "worker")
    assert len({durham.tokens(same, kind).text[0].as_py() for kind in kinds}) == len(kinds)
    shared_by_both = [k for k in kinds if durham.tokens(same, k).text == tyneside.tokens(same, k).text]
    assert shared_by_both == ["worker"]
