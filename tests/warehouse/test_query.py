"""What readers ask on a real server: the newest real delivery, one message, and nothing but one query."""

from __future__ import annotations

import io
import re

import pytest

from socialcare.database import ADMIN, connect
from socialcare.errors import Fault
from socialcare.land import looks
from socialcare.warehouse.query import print_csv

from .hand_made import night, rows


def answer(query: str) -> str:
    out = io.StringIO()
    print_csv(query, to=out)
    return out.getvalue()


def test_a_trailing_comment_or_semicolon_is_no_obstacle(warehouse: str) -> None:
    assert answer("select 1 as n -- the first number") == "n\n1\n"
    assert answer(" select 1 as n ; ;\n") == "n\n1\n"


@pytest.mark.parametrize("query", ["", "  \n", ";", " ; ;"])
def test_an_empty_query_is_answered_with_an_example(warehouse: str, query: str) -> None:
    with pytest.raises(Fault, match="query_empty") as fault:
        answer(query)
    assert "select * from about" in fault.value.remedy


STEPS_OUT = [
    "select 1) to stdout; rollback; begin read write; select lo_create(1); commit; copy (select 2",
    "select 1; rollback; begin read write; select lo_create(1); commit",
    "select lo_create(1)",
    "select 1 /* ",
    "-- nothing but a comment",
]


@pytest.mark.parametrize("query", STEPS_OUT)
def test_a_query_that_would_step_out_is_refused_before_anything_runs(warehouse: str, query: str) -> None:
    with pytest.raises(Fault) as fault:
        answer(query)
    may_not = query == "select lo_create(1)"  # one whole statement: refused for what it does
    assert fault.value.name == ("not_yours_to_read" if may_not else "query_refused")
    assert may_not or re.search("syntax error|multiple commands|unterminated", fault.value.what)
    assert rows(ADMIN, "select oid from pg_largeobject_metadata") == []


def delivered(council_id: str, as_of: str, *, synthetic: bool, hours_ago: int) -> None:
    with connect("loader") as connection:
        connection.execute(
            "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
            " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict, received_at)"
            " values (%s, 'ssda903', 2027, %s, %s, %s, 0, 0, 0, 'accepted', now() - %s * interval '1 h')",
            [council_id, as_of, synthetic, as_of, hours_ago],
        )


def test_a_real_delivery_comes_before_a_synthetic_one_of_a_later_day(warehouse: str) -> None:
    night("a", 1)
    for council_id, ages in (("durham", (9, 3)), ("south_tyneside", (3, 9))):  # whichever came first
        delivered(council_id, "2026-10-31", synthetic=True, hours_ago=ages[0])
        delivered(council_id, "2026-09-30", synthetic=False, hours_ago=ages[1])
    delivered("redcar_and_cleveland", "2026-10-31", synthetic=True, hours_ago=9)
    delivered("redcar_and_cleveland", "2026-08-31", synthetic=True, hours_ago=3)
    wanted = [
        ("durham", "2026-09-30", False),
        ("redcar_and_cleveland", "2026-10-31", True),
        ("south_tyneside", "2026-09-30", False),
    ]
    one = "select council_id, as_of_date::text, is_synthetic from raw.current_deliveries order by 1"
    assert rows("publisher", one) == wanted
    told = "select source_id, as_of_date::text, is_synthetic from published.source_status where kind = 'council'"
    assert rows("analyst", f"{told} order by 1") == wanted


def test_what_failed_is_said_once(warehouse: str) -> None:
    night("a", 1)
    fault = Fault("column_missing", "There is no column obs_value.", where="nomis.csv", remedy="ask the ONS.")
    with connect("loader", autocommit=True) as connection:
        looks.keep(connection, "ons_population", "failed", where="sample", memory={}, fault=fault)
    told = rows("analyst", "select message from published.source_status where source_id = 'ons_population'")
    assert told == [("There is no column obs_value. Where: nomis.csv. ask the ONS.",)]
