"""`make up`: the platform stays, on its schedule; an ingest outside the night brings exactly one build."""

from __future__ import annotations

import time
from datetime import date

import psutil
import pytest
import requests

from socialcare import generate
from socialcare.generate.deliver import COLLECTION_YEAR, write_delivery
from tests.e2e import planted
from tests.e2e.conftest import Place
from tests.e2e.page import Page

pytestmark = pytest.mark.timeout(1800)


def test_the_schedule_runs_the_night_without_being_asked(up: Place) -> None:
    """Started after 02:00, it makes up for last night's time at once."""
    [night] = Page(up).wait("nightly")
    assert (night["run_type"], night["state"]) == ("scheduled", "success")
    assert up.sql("select count(*) > 0 from regional_comparison") == ["t"]
    live = up.sql("select children_looked_after from looked_after_now", "--as", "durham")
    assert live == [str(planted.open_children())], "the planted child went through, and the broken rows did not"


def test_the_page_asks_for_a_login(up: Place) -> None:
    assert requests.get(f"{Page(up).url}/api/v2/dags", timeout=30).status_code == 401


def test_nothing_listens_beyond_this_machine(up: Place) -> None:
    listening = {
        connection.laddr.ip
        for process in up.processes()
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_new_delivery_outside_the_night_brings_exactly_one_build(up: Place) -> None:
    page = Page(up)
    page.wait("nightly")
    version = up.sql("select version_id from about")
    later = date(2026, 11, 20)
    made = generate.ssda903("durham", later, COLLECTION_YEAR, seed=99)
    write_delivery(made, up.home / "inbox" / "durham", "durham", later, COLLECTION_YEAR)
    page.trigger("ingest_durham")
    assert [run["state"] for run in page.wait("ingest_durham")] == ["success"]
    assert [run["state"] for run in page.wait("build_warehouse")] == ["success"]
    assert up.sql("select version_id from about") != version
    live = up.sql("select children_looked_after, as_of_date from looked_after_now", "--as", "durham")
    assert live == [f"{made.open_children},2026-11-20"]

    page.trigger("ingest_durham")  # nothing new: no build is wanted
    page.wait("ingest_durham", 2)
    time.sleep(5)
    assert len(page.runs("build_warehouse")) == 1


def test_a_night_that_misses_its_time_is_told(up: Place) -> None:
    Page(up).wait("nightly")
    notices = up.home / "logs" / "notices.jsonl"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if notices.exists() and "the night is late" in notices.read_text():
            return
        time.sleep(1)
    raise AssertionError("no notice of the late night")
