"""Census messages through the door on a real server: taken in whole, judged, stripped, refused by name. All made up."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit import test_specs_cin as cin
from tests.unit import test_specs_csww as csww

from socialcare.database import connect
from socialcare.door import arrival
from socialcare.door.intake import take_in
from socialcare.door.verdicts import Taken
from socialcare.settings import get_settings

MESSAGE = cin.HEAD.replace(">999<", ">840<") + cin.CLEAN + cin.TAIL
WORKFORCE = csww.HEAD.replace(">999<", ">840<") + csww.CLEAN + csww.TAIL


def send(text: str, council_id: str = "durham", *, day: str = "2026-03-31", year: int = 2026) -> Taken:
    folder = get_settings().inbox / council_id / "sent"
    folder.mkdir(parents=True)
    (folder / "extract.xml").write_text(text, encoding="utf-8")
    stated = {"as_of_date": day, "collection_year": year, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))
    (delivery,) = arrival.look(council_id).whole
    return take_in(delivery)


def rows(query: str, *values: object) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query, values).fetchall()


def test_a_clean_census_comes_in_whole(warehouse: str) -> None:
    taken = send(MESSAGE)
    # One header, three children, and what each of them has: the parts of the message are counted below.
    assert (taken.verdict, taken.rows_in, taken.rows_loaded, taken.rows_quarantined) == ("accepted", 20, 20, 0)
    assert rows("select table_name, rows_loaded from door.files order by position") == [
        ("header", 1),
        ("children", 3),
        ("disabilities", 3),
        ("cin_details", 3),
        ("assessments", 2),
        ("assessment_factors", 2),
        ("cin_plans", 1),
        ("section47", 2),
        ("cp_plans", 1),
        ("cp_reviews", 2),
    ]
    assert rows("select distinct birth_month, expected_birth_month, upn_kind from raw.cin_census__children") != []
    joined = """
        select r.referral_date::text, r.referral_date_is_month, a.start_date::text, a.start_date_is_month
        from raw.cin_census__assessments a
        join raw.cin_census__cin_details r on (r._delivery_id, r._line) = (a._delivery_id, a.referral_line)
        order by 1"""
    # The second is of a child not yet born, of whom months are kept and no days (ADR 0015).
    assert rows(joined) == [("2025-05-06", False, "2025-05-06", False), ("2026-02-01", True, "2026-02-01", True)]


def test_a_bad_row_waits_outside_and_the_rest_comes_in(warehouse: str) -> None:
    taken = send(MESSAGE.replace("<CPPendDate>2025-11-18", "<CPPendDate>2025-04-18").replace("WBRI", "CANARY"))
    assert (taken.verdict, taken.rows_quarantined) == ("partly_accepted", 1)
    found = set(rows("select table_name, rule_code, severity from door.findings"))
    assert ("cp_plans", "8925", "quarantine") in found
    assert ("children", "4220", "warning") in found
    assert rows("select count(*) from raw.cin_census__cp_plans") == [(0,)]
    receipt = next((get_settings().outbox / "durham").glob("*.html")).read_text()
    assert "Child Protection Plan End Date earlier than Start Date" in receipt
    assert ">one<" in receipt


def test_nothing_that_names_anybody_is_beyond_the_door(warehouse: str) -> None:
    send(MESSAGE.replace(">one<", ">CANARY1<"))
    send(WORKFORCE.replace("SW1000", "SW7777777"), day="2026-09-30")
    tables = [name for (name,) in rows("select tablename from pg_tables where schemaname in ('raw', 'door')")]
    for table in tables:
        schema = "raw" if rows("select 1 from pg_tables where schemaname = 'raw' and tablename = %s", table) else "door"
        said = str(rows(f'select * from {schema}."{table}"'))
        for secret in ("CANARY1", "SW7777777", "A123456789012", "2015, 3, 2", "1980, 5, 6", "40000"):
            assert secret not in said, (table, secret)


def test_no_day_near_a_birth_is_beyond_the_door(warehouse: str) -> None:
    # Born in the month before the referral: what follows in the month after the birth shows its month alone.
    send(MESSAGE.replace("<PersonBirthDate>2015-03-02", "<PersonBirthDate>2025-04-29"))
    assert rows("""
        select referral_date::text, closure_date::text, closure_date_is_month from raw.cin_census__cin_details
        order by referral_date limit 1""") == [("2025-05-01", "2025-12-15", False)]
    assert rows("select authorisation_date::text from raw.cin_census__assessments order by 1 limit 1") == [
        ("2025-06-10",)
    ]
    assert rows("""
        select start_date::text, conference_target_date::text, initial_conference_date::text
        from raw.cin_census__section47 order by 1 limit 1""") == [("2025-05-01", "2025-05-01", "2025-05-01")]
    assert rows("select start_date::text, start_date_is_month from raw.cin_census__cp_plans") == [("2025-05-01", True)]


def test_the_workforce_comes_in_whole_and_a_worker_is_the_same_in_two_councils(warehouse: str) -> None:
    taken = send(WORKFORCE, day="2026-09-30")
    assert (taken.verdict, taken.rows_in, taken.rows_loaded) == ("accepted", 5, 5)
    assert rows("select vacancies_fte, agency_fte, agency_headcount from raw.csww__la_level") == [
        (Decimal("12.50"), Decimal("7.80"), 9)
    ]
    written_otherwise = WORKFORCE.replace(">840<", ">393<").replace("SW1000", "sw 1000")
    send(written_otherwise, "south_tyneside", day="2026-09-30")
    assert rows("select count(*), count(distinct worker_pseudonym) from raw.csww__workers") == [(6, 3)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (MESSAGE.replace(">840<", ">393<"), "another_council"),
        (MESSAGE.replace("<Collection>CIN", "<Collection>SC"), "xml_collection_unknown"),
        (MESSAGE.replace("<Message>", "<!DOCTYPE Message [<!ENTITY a 'b'>]><Message>"), "xml_entities"),
        (MESSAGE[:-200], "xml_not_well_formed"),
        ("<html><body>sign in</body></html>", "not_csv_xml_or_html"),
    ],
)
def test_what_cannot_be_taken_is_rejected_by_name_and_leaves_nothing(warehouse: str, text: str, reason: str) -> None:
    taken = send(text)
    assert (taken.verdict, taken.reason) == ("rejected", reason)
    assert rows("select count(*) from raw.cin_census__children") == [(0,)]


def test_a_loose_message_says_its_own_year_and_day(warehouse: str) -> None:
    inbox = get_settings().inbox / "durham"
    inbox.mkdir(parents=True)
    Path(inbox / "SYNTHETIC.xml").write_text(MESSAGE, encoding="utf-8")
    (delivery,) = arrival.look("durham", settled_after=0).whole
    taken = take_in(delivery)
    assert (taken.verdict, str(taken.as_of_date)) == ("accepted", "2026-03-31")
    assert rows("select collection_year from raw.deliveries") == [(2026,)]
