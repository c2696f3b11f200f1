"""The receipt of real deliveries: what changed since the last one, both sides of a wrong inbox, years. All made up."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.warehouse.test_door_census import MESSAGE

from socialcare.database import connect
from socialcare.door import arrival, reply
from socialcare.door.intake import take_in
from socialcare.door.verdicts import Taken
from socialcare.settings import get_settings

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"


@pytest.fixture(autouse=True)
def _nothing_came_yet(module_warehouse: str) -> None:
    """One warehouse for all of these tests, emptied before each."""
    with connect("loader") as connection:
        connection.execute("truncate raw.deliveries, raw.ssda903__header, raw.ssda903__episodes cascade")
    for folder in ("inbox", "outbox"):
        shutil.rmtree(get_settings().home / folder, ignore_errors=True)


def header(**ethnic: str) -> str:
    """Return a header file of some children, each with an ethnicity, which may be no code."""
    return HEADER + "".join(f"{child},F,01/05/2015,{code},UN1,0,\n" for child, code in ethnic.items())


def episodes(*children: str) -> str:
    rest = "01/06/2026,S,C2,N1,U6,PR4,,,,,,SC034603"
    return EPISODES + "".join(f"{child},{rest}\n" for child in children)


def send(files: dict[str, str], day: str, *, year: int = 2027, council_id: str = "durham", name: str = "sent") -> Taken:
    folder = get_settings().inbox / council_id / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_text(content)
    stated = {"as_of_date": day, "collection_year": year, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))
    (delivery,) = arrival.look(council_id).whole
    return take_in(delivery)


def night(day: str, year: int = 2027, **ethnic: str) -> Taken:
    return send({"header.csv": header(**ethnic), "episodes.csv": episodes(*ethnic)}, day, year=year)


def outbox(council_id: str = "durham") -> Path:
    return get_settings().outbox / council_id


def page(name: str) -> str:
    body = (outbox() / f"receipt-{name}.html").read_text().partition("<body>")[2]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


def book(name: str) -> dict[str, list[list[object]]]:
    opened = CalamineWorkbook.from_path(outbox() / f"receipt-{name}.xlsx")
    return {sheet: opened.get_sheet_by_name(sheet).to_python() for sheet in opened.sheet_names}


def test_what_was_fixed_what_is_open_and_what_is_new_is_told_by_child_and_not_by_row() -> None:
    # Two children have an ethnicity that is no code; the night after one is put right, the rows have moved, and
    # another child's went wrong.
    night("2026-10-30", A1="ZZZZ", A2="ZZZZ", A3="WBRI", A4="WBRI")
    assert "Since your last submission" not in page("2026-10-30-1")
    night("2026-10-31", A4="WBRI", A3="ZZZZ", A2="ZZZZ", A1="WBRI")
    told = page("2026-10-31-1")
    assert "Since your last submission (as of 30 October 2026) fixed 1 still open 1 new 1" in told
    assert "A3 cell D3 new" in told
    assert re.search(r"A2 cell D4 (?!new)", told)
    assert re.search(r"Fixed since last time .* 1 A1 ", told)
    sheets = book("2026-10-31-1")
    assert [row[2:4] for row in sheets["Header"][1:]] == [["A3", "new"], ["A2", "still open"]]
    assert [row[:2] for row in sheets["Fixed since last time"][1:]] == [["Header", "A1"]]


def test_a_child_who_left_is_counted_and_not_named() -> None:
    night("2026-10-30", A1="ZZZZ", A2="WBRI")
    night("2026-10-31", A2="WBRI")
    told = page("2026-10-31-1")
    assert "fixed 1 still open 0 new 0" in told
    assert "1 no longer in the file" in told
    assert "A1" not in told.split()


def test_a_table_that_was_not_sent_this_time_is_not_called_fixed() -> None:
    files = {"header.csv": header(A1="WBRI"), "episodes.csv": episodes("A1")}
    reviews = "CHILD,DOB,REVIEW,REVIEW_CODE\nA1,01/05/2015,01/07/2026,PN99\n"
    send({**files, "reviews.csv": reviews}, "2026-10-30", name="one")
    assert rows("select count(*) from door.findings where table_name = 'reviews' and subject_token is not null") != [
        (0,)
    ]
    send(files, "2026-10-31", name="two")
    assert "fixed 0" in page("2026-10-31-1")


def test_what_is_kept_to_compare_with_is_a_keyed_number_and_no_identifier() -> None:
    night("2026-10-30", CANARY7="ZZZZ")
    assert "CANARY7" not in str(rows("select * from door.findings"))
    ((token,),) = rows("select distinct subject_token from door.findings where table_name = 'header'")
    ((pseudonym,),) = rows("select child_pseudonym from raw.ssda903__header")
    assert int.from_bytes(bytes.fromhex(pseudonym)[:8], "little", signed=True) == token


def test_another_year_is_another_return() -> None:
    night("2026-03-31", 2026, A1="ZZZZ")
    night("2026-10-31", 2027, A1="ZZZZ")
    assert "Since your last submission" not in page("2026-10-31-1")


def test_last_years_return_that_is_still_corrected_does_not_take_this_years_place() -> None:
    night("2026-10-30", 2027, A1="WBRI")
    night("2026-10-31", 2026, A1="WBRI", A2="WBRI")  # sent a day later, about the year before
    assert rows("select collection_year, as_of_date::text from raw.current_deliveries") == [(2027, "2026-10-30")]
    assert "collection year 2026" in page("2026-10-31-1")


def test_a_message_that_states_another_year_than_its_delivery_is_named() -> None:
    taken = send({"cin.xml": MESSAGE}, "2026-03-31", year=2025)
    assert (taken.verdict, taken.reason) == ("rejected", "collection_year_differs")


def test_another_councils_file_is_told_to_both_sides_without_detail() -> None:
    theirs = MESSAGE.replace(">840<", ">393<").replace(">one<", ">CANARY8<")
    taken = send({"CANARY9.xml": theirs}, "2026-03-31", year=2026)
    assert (taken.verdict, taken.reason) == ("rejected", "another_council")
    told = page("2026-03-31-1")
    assert "Rejected: nothing came in. " in told
    assert "states another council's number" in told
    assert told.count("CANARY9.xml") == 1  # the council's own name of the file, once for all of its tables
    assert "South Tyneside" not in told
    (notice,) = outbox("south_tyneside").iterdir()
    assert notice.stat().st_mode & 0o777 == 0o600
    assert outbox("south_tyneside").stat().st_mode & 0o777 == 0o700
    said = notice.read_text()
    assert "came to another council's inbox" in said
    for secret in ("CANARY", "Durham", "durham"):
        assert secret not in said, secret
    assert "CANARY8" not in told


def test_a_number_that_is_no_council_of_ours_is_told_to_nobody_else() -> None:
    assert reply.notice("999", "cin_census", 1) is False
    assert not get_settings().outbox.exists()


def test_a_rejected_delivery_claims_nothing_fixed() -> None:
    night("2026-10-30", A1="ZZZZ")
    night("2026-10-31", **{"=A1": "WBRI"})
    assert "Since your last submission" not in page("2026-10-31-1")
    night("2026-11-01", A1="ZZZZ")  # of what was judged whole, the last
    assert "Since your last submission (as of 31 October 2026)" in page("2026-11-01-1")


def test_the_receipt_of_a_rejected_file_still_says_by_which_rows() -> None:
    taken = night("2026-10-30", **{"=A1": "WBRI"})  # no row of the header can come in
    assert (taken.verdict, taken.reason) == ("rejected", "every_row_quarantined")
    told = page("2026-10-30-1")
    assert "What to look at, most important first" in told
    assert "=A1 cell A2" in told
    assert book("2026-10-30-1")["Header"][1][2] == "'=A1"


def test_receipts_are_in_that_councils_outbox_alone_and_only_its_owner_reads_them() -> None:
    night("2026-10-30", A1="ZZZZ")
    files = sorted(outbox().iterdir())
    assert [file.name for file in files] == ["receipt-2026-10-30-1.html", "receipt-2026-10-30-1.xlsx"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert outbox().stat().st_mode & 0o777 == 0o700
    assert [folder.name for folder in get_settings().outbox.iterdir()] == ["durham"]
