"""The same hostile things as a CSV, a message, a workbook and a zip: each ends in its named outcome, on a real server.

Zips, workbooks and messages alone have tests of their own (unit: test_unpack, test_read_workbook, test_read_xml);
here each goes the whole way: a verdict, a receipt, an original, and nothing of what was refused in the warehouse.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from socialcare.database import ADMIN, connect
from socialcare.door import arrival, originals
from socialcare.door.intake import take_in
from socialcare.door.reasons import REASONS
from socialcare.door.verdicts import Taken
from socialcare.registry import councils
from socialcare.settings import get_settings

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
CHILD = "A1,F,01/05/2015,WBRI,UN1,0,\n"
EPISODE = "A1,01/09/2026,S,C2,N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n"
GOOD = {"h.csv": HEADER + CHILD, "e.csv": EPISODES + EPISODE}
MESSAGE = (
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>"
    "<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>840</LEA>"
    "</Source></Header><Children><Child><ChildIdentifiers><LAchildID>A1</LAchildID><UPNunknown>UN1</UPNunknown>"
    "<PersonBirthDate>2015-05-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers><ChildCharacteristics>"
    "<Ethnicity>WBRI</Ethnicity><Disabilities><Disability>NONE</Disability></Disabilities></ChildCharacteristics>"
    "<CINdetails><CINreferralDate>2025-09-01</CINreferralDate><ReferralSource>1A</ReferralSource><PrimaryNeedCode>N1"
    "</PrimaryNeedCode><ReferralNFA>0</ReferralNFA></CINdetails></Child></Children></Message>"
)
CONTACTS = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)", "Date of Contact"]
CONTACTS += ["Contact Source"]
CONTACT = ["A1", "a) Male", "a) WBRI", "01/05/2015", "11", "01/09/2026", "a) 1A: Individual"]

Files = dict[str, str | bytes]


@pytest.fixture(autouse=True)
def _agreed(module_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Durham agreed to every return used here, and nothing has come yet: one warehouse for all of these tests."""
    with connect(ADMIN) as connection:
        connection.execute("truncate raw.deliveries cascade")
        raw = connection.execute(
            "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables where schemaname = 'raw'"
            " and tablename ~ '^(ssda903|cin_census|annex_a)__'"
        ).fetchone()
        assert raw is not None
        connection.execute(f"truncate {raw[0]}")
    for folder in ("inbox", "outbox"):
        shutil.rmtree(get_settings().home / folder, ignore_errors=True)
    every = tuple(
        one.model_copy(update={"returns": ("ssda903", "cin_census", "annex_a")}) for one in councils.all_councils()
    )
    monkeypatch.setattr(councils, "all_councils", lambda: every)


def workbook(*sheets: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def send(files: Files, *, year: int = 2027, day: str = "2026-10-31", name: str = "sent") -> Taken:
    folder = get_settings().inbox / "durham" / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "delivery.json").write_text(json.dumps({"as_of_date": day, "collection_year": year, "synthetic": True}))
    (taken,) = [take_in(delivery) for delivery in arrival.look("durham").whole]
    return taken


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


def headed(rows_of: str) -> Files:
    return {**GOOD, "h.csv": HEADER + CHILD + rows_of}


def told(text: str) -> Files:
    return {"m.xml": text}


def listed(*rows_of: list[str], headings: list[str] = CONTACTS) -> Files:
    return {"a.xlsx": workbook([headings, *rows_of])}


WIDE = [f"H{n}" for n in range(2000)]
REFUSED: dict[str, tuple[Files, str]] = {
    "a CSV in UTF-16": ({**GOOD, "h.csv": (HEADER + CHILD).encode("utf-16")}, "not_csv_utf16_text"),
    "a message with an external entity": (
        told(MESSAGE.replace("<Message>", '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><Message>', 1)),
        "xml_external_entity",
    ),
    "a message with entities that grow": (
        told('<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + MESSAGE.replace("A1", "&b;")),
        "xml_entities",
    ),
    "a message with a document type elsewhere": (
        told('<!DOCTYPE Message SYSTEM "http://example.invalid/m.dtd">' + MESSAGE),
        "xml_external_entity",
    ),
    "a message with two encodings": (
        {"m.xml": b'<?xml version="1.0" encoding="UTF-8"?>' + MESSAGE.encode().replace(b"A1", b"Ren\xe9")},
        "xml_mixed_encodings",
    ),
    "a message with a NUL byte": ({"m.xml": MESSAGE.encode().replace(b"A1", b"A\0001")}, "nul_bytes"),
    "a message with a cell of 10 MB": (told(MESSAGE.replace("A1", "x" * 10_000_000)), "xml_row_too_long"),
    "a message without a child": (told(MESSAGE.split("<Child>", 1)[0] + "</Children></Message>"), "no_rows"),
    "a message that is empty": (told("<Message/>"), "xml_header_missing"),
    "an empty workbook": ({"a.xlsx": workbook([])}, "workbook_unknown"),
    "a workbook with headings only": (listed(), "no_rows"),
    "a workbook with thousands of columns": (listed([*CONTACT], headings=[*CONTACTS, *WIDE]), "sheet_too_wide"),
    "a zip that climbs": ({"z.zip": zipped({"../../h.csv": HEADER + CHILD})}, "zip_path_climbs"),
    "a zip bomb": ({"z.zip": zipped({"h.csv": bytes(70 << 20)})}, "zip_bomb"),
    "a zip of a zip": ({"z.zip": zipped({"y.zip": zipped(GOOD)})}, "zip_in_zip"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name_whole_and_told_to_its_council_alone(what: str) -> None:
    files, reason = REFUSED[what]
    taken = send_of_its_year(files)
    assert (taken.verdict, taken.reason) == ("rejected", reason)
    assert reason in REASONS
    assert taken.rows_loaded == 0
    assert rows("select count(*) from raw.current_deliveries") == [(0,)]
    ((kept,),) = rows("select original from door.originals")
    original = io.BytesIO()
    originals.decrypt(kept, 1, original)
    assert original.getvalue() == sorted_bytes(files), "the original is what was sent"
    assert any(REASONS[reason].what[:20] in page.read_text() for page in receipts()), "in words"


def sorted_bytes(files: Files) -> bytes:
    content = files[min(files)]
    return content if isinstance(content, bytes) else content.encode()


def receipts() -> list[Path]:
    return sorted((get_settings().outbox / "durham").glob("receipt-*.html"))


def test_a_file_whose_name_is_no_utf8_is_taken_in_and_told_of() -> None:
    """As an older Windows writes Zoë: what is not readable in it is a question mark to whoever reads of it."""
    name = os.fsdecode(b"Zo\xeb.csv")
    taken = send({name: HEADER + CHILD + "A2,F,31/02/2015,WBRI,UN1,0,\n", "e.csv": GOOD["e.csv"]})
    assert (taken.verdict, taken.rows_in, taken.rows_quarantined) == ("partly_accepted", 3, 1)
    (page,) = receipts()
    assert "Zo?.csv" in page.read_text()
    ((kept,),) = rows("select original from door.originals")
    assert originals.sent(kept).names == ("Zo?.csv", "e.csv")


STYLES = ("2015-05-01", "01/05/2015", "2015/05/01", "01-05-2015", "1 May 2015", "2015-05-01T00:00:00", "42125")


@pytest.mark.parametrize("style", STYLES)
def test_a_date_in_any_style_is_that_day_or_waits_outside_and_never_another_day(style: str) -> None:
    taken = send(headed(CHILD.replace("A1", "A2").replace("01/05/2015", style)))
    born = rows("select distinct birth_month::text from raw.ssda903__header")
    assert born == [("2015-05-01",)]
    assert taken.rows_in == 3
    assert (taken.rows_quarantined, rows("select rule_code from door.findings")) in ((0, []), (1, [("102",)]))


SECOND = MESSAGE[MESSAGE.index("<Child>") : MESSAGE.index("</Children>")].replace("A1", "A2")


def second(born: str) -> Files:
    return told(MESSAGE.replace("</Children>", SECOND.replace("2015-05-01", born) + "</Children>"))


def third(born: str) -> Files:
    return listed(CONTACT, ["A2", *CONTACT[1:3], born, *CONTACT[4:]])


#: The line and the rule, DfE's own where it has one (102, 301, 8520). In Annex A a contact may lack its day of birth.
WRONG: dict[str, tuple[Files, str, tuple[int, str, str]]] = {
    "31 February in a CSV": (headed("A2,F,31/02/2015,WBRI,UN1,0,\n"), "partly_accepted", (3, "102", "quarantine")),
    "born in 2095 in a CSV": (headed("A2,F,01/05/2095,WBRI,UN1,0,\n"), "partly_accepted", (3, "301", "quarantine")),
    "31 February in a message": (second("2015-02-31"), "partly_accepted", (2, "CN02", "quarantine")),
    "born in 2095 in a message": (second("2095-05-01"), "partly_accepted", (2, "8520", "quarantine")),
    "31 February in a workbook": (third("31/02/2015"), "accepted", (3, "AA10", "warning")),
    "born in 2095 in a workbook": (third("01/05/2095"), "partly_accepted", (3, "AA06", "quarantine")),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_found_by_its_rule_and_no_such_day_comes_in(what: str) -> None:
    files, verdict, found = WRONG[what]
    taken = send_of_its_year(files)
    assert taken.verdict == verdict
    assert found in rows("select line, rule_code, severity from door.findings where column_name ~ 'DOB|Birth'")
    born = "select birth_month from raw.{} where birth_month <> '2015-05-01'"
    assert [
        r for t in ("ssda903__header", "cin_census__children", "annex_a__contacts") for r in rows(born.format(t))
    ] == []


def send_of_its_year(files: Files) -> Taken:
    """The census is of the year before: there is none of 2027 yet."""
    return send(files, year=2026, day="2026-03-31") if "m.xml" in files else send(files)


def test_a_csv_of_two_encodings_ends_row_by_row_and_says_so() -> None:
    """One row in UTF-8 and one in Windows' own: as a whole it is not UTF-8, so the first is not what was meant."""
    content = (
        (HEADER + CHILD).encode() + "Zoë1,F,01/05/2015,WBRI,UN1,0,\n".encode() + b"Zo\xeb2,F,01/05/2015,WBRI,UN1,0,\n"
    )
    taken = send({**GOOD, "h.csv": content})
    assert (taken.verdict, taken.rows_in) == ("partly_accepted", 4)
    assert rows("select line, rule_code from door.quarantine order by 1") == [(3, "SC01"), (4, "SC01")]


def test_a_workbook_with_a_heading_twice_is_named() -> None:
    taken = send(listed([*CONTACT, "A2"], headings=[*CONTACTS, CONTACTS[0]]))
    assert (taken.verdict, taken.reason) == ("rejected", "heading_twice")


def test_a_delivery_may_be_one_zip_and_its_original_is_the_zip() -> None:
    sent = zipped(GOOD)
    taken = send({"all of it.zip": sent})
    assert (taken.verdict, taken.rows_loaded) == ("accepted", 2)
    original = io.BytesIO()
    originals.decrypt(rows("select original from door.originals")[0][0], 1, original)
    assert original.getvalue() == sent
    assert "all of it.zip: h.csv" in receipts()[-1].read_text(), "the council finds the file where it put it"
    assert not list((get_settings().home / "door" / "unpacked").rglob("*")), "nothing stays unpacked"


def test_the_same_files_in_a_zip_and_without_are_the_same_delivery() -> None:
    assert send(GOOD).verdict == "accepted"
    assert send({"z.zip": zipped(GOOD)}, name="again").verdict == "unchanged"


def test_one_bad_zip_beside_good_files_is_named_and_the_rest_comes_in() -> None:
    taken = send({**GOOD, "z.zip": zipped({"../../x.csv": "x"})})
    assert (taken.verdict, taken.rows_loaded) == ("partly_accepted", 2)
    assert ("rejected", "zip_path_climbs") in rows("select verdict, reason from door.files")


def test_yesterdays_file_again_does_not_become_the_current_one() -> None:
    assert send(GOOD, day="2026-10-30").verdict == "accepted"
    newer = headed("A2,F,01/05/2014,WBRI,UN1,0,\n")
    assert send(newer, day="2026-10-31").verdict == "accepted"
    assert send(GOOD, day="2026-10-30", name="again").verdict == "unchanged"
    late = headed("A3,F,01/05/2014,WBRI,UN1,0,\n")
    assert send(late, day="2026-10-29").verdict == "accepted"
    assert rows("select as_of_date::text, rows_loaded from raw.current_deliveries") == [("2026-10-31", 3)]


def test_last_years_return_is_corrected_while_this_years_files_arrive() -> None:
    """Each file states its collection year: neither takes the other's place, and each is judged by its own rules."""
    last_year = {name: str(content).replace("/2026", "/2025") for name, content in GOOD.items()}
    assert send(last_year, year=2026, day="2026-03-31", name="a").verdict == "accepted"
    assert send(GOOD, year=2027, day="2026-10-30", name="b").verdict == "accepted"
    corrected = {**last_year, "h.csv": HEADER + CHILD.replace(",F,", ",M,")}
    assert send(corrected, year=2026, day="2026-03-31", name="c").verdict == "accepted"
    assert send(headed("A2,F,01/05/2014,WBRI,UN1,0,\n"), year=2027, day="2026-10-31", name="d").verdict == "accepted"
    assert rows("select collection_year, as_of_date::text from raw.current_deliveries") == [(2027, "2026-10-31")]
    newest = (
        "select distinct on (collection_year) collection_year, as_of_date::text, sex from raw.deliveries d"
        " join raw.ssda903__header h on h._delivery_id = d.delivery_id where h._line = 2"
        " order by collection_year, delivery_id desc"
    )
    assert rows(newest) == [(2026, "2026-03-31", "M"), (2027, "2026-10-31", "F")]


def test_cells_that_are_formulas_are_harmless_in_all_that_goes_back() -> None:
    rude = "A2,=HYPERLINK(1),@SUM(A1),+1-1,UN1,0,\n" + "=cmd|' /C calc'!A0,F,01/05/2015,WBRI,UN1,0,\n"
    taken = send({**headed(rude), "=evil.csv": "CHILD,SEX\n"})
    assert taken.verdict == "partly_accepted"
    written = [path for path in (get_settings().outbox / "durham").iterdir() if path.is_file()]
    assert {path.suffix for path in written} >= {".html", ".xlsx"}
    for path in written:
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                sheets = b"".join(book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/"))
                assert b"<f>" not in sheets
                texts = b"".join(book.read(name) for name in book.namelist() if name.endswith("sharedStrings.xml"))
                assert not any(begins in texts + sheets for begins in (b">=", b">@SUM", b">+1"))
                assert b"cmd|" in texts + sheets, "the council is told which row it was"
        elif path.suffix == ".csv":
            assert not [line for line in path.read_text().splitlines() if line.startswith(("=", "+", "@"))]
