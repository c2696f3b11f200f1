"""`make up`: the platform stays, on its schedule; an ingest outside the night brings exactly one build."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date

import psutil
import pytest
import requests

from socialcare import generate
from socialcare.generate.deliver import COLLECTION_YEAR, write_delivery
from tests.e2e.conftest import Place, new_place

pytestmark = pytest.mark.timeout(600)


class Page:
    """The Airflow page, as a logged-in operator calls it."""

    def __init__(self, place: Place) -> None:
        self.url = json.loads((place.home / "run" / "state.json").read_text())["url"]
        password = json.loads((place.home / "secrets" / "airflow-login.json").read_text())["admin"]
        token = requests.post(f"{self.url}/auth/token", json={"username": "admin", "password": password}, timeout=30)
        self.headers = {"Authorization": f"Bearer {token.json()['access_token']}"}

    def runs(self, dag_id: str) -> list[dict[str, str]]:
        answer = requests.get(f"{self.url}/api/v2/dags/{dag_id}/dagRuns", headers=self.headers, timeout=30)
        return list(answer.json()["dag_runs"]) if answer.ok else []

    def trigger(self, dag_id: str) -> None:
        requests.post(
            f"{self.url}/api/v2/dags/{dag_id}/dagRuns", headers=self.headers, json={"logical_date": None}, timeout=30
        ).raise_for_status()

    def wait(self, dag_id: str, count: int = 1, seconds: float = 180) -> list[dict[str, str]]:
        """Wait until the DAG has ``count`` runs and all of them are over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            runs = self.runs(dag_id)
            if len(runs) >= count and all(run["state"] in ("success", "failed") for run in runs):
                return runs
            time.sleep(0.5)
        raise AssertionError(f"{dag_id}: {self.runs(dag_id)}")


@pytest.fixture(scope="module")
def up() -> Iterator[Place]:
    for place in new_place():
        # Every night is late after no time at all: the alert must come.
        place.environment["SOCIALCARE_NIGHT_DEADLINE_MINUTES"] = "0"
        started = place.make("up")
        assert started.code == 0, started.output
        yield place
        assert place.make("down").code == 0
        place.wait_until_no_process(10)


def test_the_schedule_runs_the_night_without_being_asked(up: Place) -> None:
    """Started after 02:00, it makes up for last night's time at once."""
    [night] = Page(up).wait("nightly")
    assert (night["run_type"], night["state"]) == ("scheduled", "success")
    assert up.sql("select count(*) > 0 from regional_comparison") == ["t"]


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
