"""Annex A through the door on a real server: workbooks and CSV lists, judged row by row, named when wrong. Made up."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from tests.unit.test_specs_annex_a import CHILD_OF, CLEAN, KEY, SPEC

from socialcare.database import connect
from socialcare.door import arrival
from socialcare.door.intake import take_in
from socialcare.door.verdicts import Taken
from socialcare.registry import councils
from socialcare.settings import get_settings

Row = Mapping[str, str]
Lists = Mapping[str, Sequence[Row]]
ALL: Lists = {table: [row | {KEY[table]: CHILD_OF.get(table, "A1")}] for table, row in CLEAN.items()}


@pytest.fixture(autouse=True)
def _agreed(module_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Durham agreed to send Annex A, and nothing has come yet: one warehouse for all of these tests, emptied."""
    tables = [f"raw.annex_a__{table}" for table in SPEC.tables]
    with connect("loader") as connection:
        connection.execute(f"truncate raw.deliveries, {', '.join(tables)} cascade")
    for folder in ("inbox", "outbox"):
        shutil.rmtree(get_settings().home / folder, ignore_errors=True)
    every = tuple(one.model_copy(update={"returns": _with_annex_a(one.returns)}) for one in councils.all_councils())
    monkeypatch.setattr(councils, "all_councils", lambda: every)


def _with_annex_a(returns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*returns, "annex_a")))


def heads(table: str, *, dialect: int = 0, layout: int = 0) -> dict[str, str]:
    """Return the heading of each column, in Ofsted's wording or the SQL's, in the older or newer layout of list 9."""
    declared = SPEC.tables[table]
    columns = declared.every_column if layout else declared.columns
    return {name: column.headings[min(dialect, len(column.headings) - 1)] for name, column in columns.items()}


def workbook(lists: Lists, *, dialect: int = 0, layout: int = 0, first_row: int = 0, front: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        if front:
            book.add_worksheet("Front sheet").write(0, 0, "Annex A of a council that is made up")
        for number, (table, rows) in enumerate(lists.items(), start=1):
            sheet = book.add_worksheet(f"List {number}")
            for place, (name, heading) in enumerate(heads(table, dialect=dialect, layout=layout).items()):
                sheet.write(first_row, place, heading)
                for line, row in enumerate(rows, start=first_row + 1):
                    sheet.write(line, place, row.get(name, ""))
    return out.getvalue()


def csv_of(table: str, rows: Sequence[Row], *, delimiter: str = ",", **how: int) -> bytes:
    out = io.StringIO()
    headings = heads(table, **how)
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headings.values())
    writer.writerows([row.get(name, "") for name in headings] for row in rows)
    return out.getvalue().encode()


def send(files: Mapping[str, bytes], *, name: str = "sent", day: str = "2026-10-31", year: int = 2027) -> Taken:
    folder = get_settings().inbox / "durham" / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    stated = {"as_of_date": day, "collection_year": year, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))
    (delivery,) = arrival.look("durham").whole
    return take_in(delivery)


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


def receipt() -> str:
    (page,) = (get_settings().outbox / "durham").glob("*.html")
    return page.read_text()


LOADED = " union all ".join(
    f"select '{table}' as list, count(*) as rows from raw.annex_a__{table}" for table in SPEC.tables
)


@pytest.mark.parametrize("dialect", [0, 1], ids=["Ofsted's headings", "the SQL's headings"])
def test_a_workbook_of_eleven_lists_comes_in_whole(dialect: int) -> None:
    taken = send({"a.xlsx": workbook(ALL, dialect=dialect, front=True)})
    assert (taken.verdict, taken.reason) == ("accepted", "")
    assert (taken.rows_in, taken.rows_loaded, taken.rows_quarantined) == (11, 11, 0)  # a row of each list
    assert rows("select table_name, verdict, rows_loaded from door.files order by position") == [
        (table, "accepted", 1) for table in SPEC.tables
    ]
    assert set(rows(LOADED)) == {(table, 1) for table in SPEC.tables}
    assert rows("select gender, ethnicity, birth_month::text, source from raw.annex_a__contacts") == [
        ("F", "WBRI", "2012-05-01", "6")
    ]


def test_lists_come_as_a_csv_each_too_and_the_same_rows_come_in() -> None:
    taken = send({f"{n}.csv": csv_of(table, some) for n, (table, some) in enumerate(ALL.items())})
    assert (taken.verdict, taken.rows_in, taken.rows_loaded) == ("accepted", 11, 11)
    assert set(rows(LOADED)) == {(table, 1) for table in SPEC.tables}


@pytest.mark.parametrize(("layout", "width"), [(0, 13), (1, 17)])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_both_layouts_of_list_9_are_read(layout: int, width: int, kind: str) -> None:
    assert len(heads("care_leavers", layout=layout)) == width  # Ofsted's list 9 had 13 columns until four were added
    some = ALL["care_leavers"]
    content = (
        workbook({"care_leavers": some}, layout=layout)
        if kind == "xlsx"
        else csv_of("care_leavers", some, layout=layout)
    )
    taken = send({f"nine.{kind}": content})
    assert (taken.verdict, taken.rows_loaded) == ("accepted", 1)
    assert rows("select child_pseudonym is not null, eligibility from raw.annex_a__care_leavers") == [(True, "FRE")]


def test_a_bad_row_waits_outside_by_its_own_row_of_the_sheet_and_the_rest_comes_in() -> None:
    good = ALL["referrals"][0]
    some = [good, {**good, "CHILD": "A2", "REFERRAL_DATE": "31/02/2026"}, {**good, "CHILD": "A3", "GENDER": "zz"}]
    taken = send({"a.xlsx": workbook({"referrals": some}, first_row=4)})
    assert (taken.verdict, taken.rows_in, taken.rows_loaded, taken.rows_quarantined) == ("partly_accepted", 3, 2, 1)
    found = rows("select table_name, line, column_name, severity from door.findings order by line")
    assert found == [("referrals", 7, "REFERRAL_DATE", "quarantine"), ("referrals", 8, "GENDER", "warning")]
    assert rows("select _line from raw.annex_a__referrals order by 1") == [(6,), (8,)]


def test_a_workbook_of_which_no_row_comes_in_is_refused_and_yesterdays_stays() -> None:
    send({"a.xlsx": workbook({"referrals": ALL["referrals"]})})
    wrong = {**ALL["referrals"][0], "REFERRAL_DATE": "31/02/2026"}
    taken = send({"a.xlsx": workbook({"referrals": [wrong]})}, day="2026-11-01")
    assert (taken.verdict, taken.reason, taken.rows_quarantined) == ("rejected", "every_row_quarantined", 1)
    assert rows("select as_of_date::text from raw.current_deliveries") == [("2026-10-31",)]
    assert rows("select count(*) from raw.annex_a__referrals") == [(1,)]


def test_a_csv_list_may_be_written_in_other_ways() -> None:
    good = ALL["referrals"][0]
    some = [good, {**good, "CHILD": "A2", "REFERRAL_DATE": "2-Jun-2026", "DOB": "1 May 2012"}]
    taken = send({"a.csv": csv_of("referrals", some, delimiter=";", dialect=1)})
    assert (taken.verdict, taken.rows_loaded) == ("accepted", 2)
    assert rows("select distinct referral_date::text, birth_month::text from raw.annex_a__referrals") == [
        ("2026-06-02", "2012-05-01")
    ]


def test_nothing_that_names_anybody_is_beyond_the_door() -> None:
    some = {**ALL, "contacts": [{**ALL["contacts"][0], "CHILD": "CANARY1", "GENDER": "CANARY2"}]}
    send({"a.xlsx": workbook(some)})
    for (table,) in rows("select tablename from pg_tables where schemaname in ('raw', 'door')"):
        schema = "door" if table in ("files", "findings", "originals") or table.startswith("replay") else "raw"
        if rows(f"select 1 from pg_tables where schemaname = '{schema}' and tablename = '{table}'"):
            said = str(rows(f'select * from {schema}."{table}"'))
            for secret in ("CANARY", "A. Worker", "ZE9 1ZZ", "2012, 5, 2", "SC900001"):
                assert secret not in said, (table, secret)
    assert "CANARY1" in receipt()  # where the council's own identifiers belong


def test_a_broken_sheet_or_one_without_its_key_is_named_and_the_others_come_in() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, table, left_out, twice in [
            ("List 1", "contacts", "", ""), ("List 3", "referrals", "REFERRAL_DATE", ""), ("List 4", "assessments", "",
             "CHILD"),
        ]:  # fmt: skip
            sheet = book.add_worksheet(name)
            headings = {n: h for n, h in heads(table).items() if n != left_out}
            titles = [*headings.values(), *([headings[twice]] if twice else [])]
            for place, heading in enumerate(titles):
                sheet.write(0, place, heading)
            for place, column in enumerate(headings):
                sheet.write(1, place, ALL[table][0].get(column, ""))
        book.add_worksheet("List 5")
    taken = send({"a.xlsx": out.getvalue()})
    assert (taken.verdict, taken.rows_in, taken.rows_loaded) == ("partly_accepted", 1, 1)
    assert rows("select table_name, verdict, reason from door.files order by position") == [
        ("contacts", "accepted", ""),
        ("referrals", "rejected", "key_missing"),
        ("unknown", "rejected", "heading_twice"),
        ("unknown", "rejected", "sheet_empty"),
    ]


SSDA903 = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"


def book_of(*cells: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Sheet1")
        for place, cell in enumerate(cells):
            sheet.write(0, place, cell)
            sheet.write(1, place, "1")
    return out.getvalue()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.xlsx": workbook({table: [] for table in SPEC.tables})}, "no_rows"),
        ({f"{table}.csv": csv_of(table, []) for table in SPEC.tables}, "no_rows"),
        ({"a.csv": b"Child Unique ID,Gender\n1,F\n"}, "list_incomplete"),
        ({"a.xlsx": book_of("Team", "Budget")}, "workbook_unknown"),
        ({"a.xlsx": book_of(*SSDA903.split(","))}, "workbook_of_tables"),
        ({"a.xls": b"\xd0\xcf\x11\xe0whatever"}, "workbook_broken"),
        ({"a.xlsx": workbook(ALL), "b.csv": f"{SSDA903}\n".encode()}, "returns_mixed"),
        ({"a.xlsx": workbook(ALL), "b.csv": csv_of("contacts", ALL["contacts"])}, "table_twice"),
    ],
)
def test_what_is_not_annex_a_alone_is_named_as_what_it_is(files: dict[str, bytes], reason: str) -> None:
    taken = send(files)
    assert (taken.verdict, taken.reason, taken.rows_loaded) == ("rejected", reason, 0)
    assert set(rows(LOADED)) == {(table, 0) for table in SPEC.tables}
    from socialcare.door.reasons import REASONS

    assert REASONS[reason].what.split("'")[0] in receipt()


def test_a_return_that_the_council_did_not_agree_to_is_recognised_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    none = tuple(one.model_copy(update={"returns": ("ssda903",)}) for one in councils.all_councils())
    monkeypatch.setattr(councils, "all_councils", lambda: none)
    taken = send({"a.xlsx": workbook(ALL)})
    assert (taken.verdict, taken.reason) == ("rejected", "return_not_agreed")
    assert rows("select return_id from raw.deliveries") == [("annex_a",)]


def test_a_loose_workbook_says_its_day_by_its_dates() -> None:
    inbox = get_settings().inbox / "durham"
    inbox.mkdir(parents=True)
    (inbox / "SYNTHETIC annex a.xlsx").write_bytes(workbook(ALL))
    (delivery,) = arrival.look("durham", settled_after=0).whole
    taken = take_in(delivery)
    assert taken.verdict == "accepted"
    # The newest day of the clean rows that is not to come: the last visits, on 20 October 2026.
    assert rows("select as_of_date::text, collection_year from raw.deliveries") == [("2026-10-20", 2027)]


def test_the_same_workbook_again_changes_nothing() -> None:
    content = workbook(ALL)
    send({"a.xlsx": content}, name="one")
    assert send({"b.xlsx": content}, name="two").verdict == "unchanged"
    assert set(rows(LOADED)) == {(table, 1) for table in SPEC.tables}


def test_an_old_spreadsheet_is_known_by_content(tmp_path: Path) -> None:
    """No library here writes the old kind; one that others made is in tests/contract/test_council_extracts.py."""
    taken = send({"named.csv": workbook(ALL)})
    assert taken.verdict == "accepted"
