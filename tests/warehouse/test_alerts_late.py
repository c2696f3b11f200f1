"""The alert for a night that will miss its time."""

from datetime import UTC, datetime, timedelta

import pytest

from socialcare.database import connect
from socialcare.operate.alerts import late

STARTED = datetime(2026, 3, 1, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def night(warehouse: str) -> None:
    with connect("loader") as connection:
        connection.execute("insert into ops.nights (night_id, started_at) values ('n1', %s)", [STARTED])
        connection.execute(
            "insert into ops.outcomes (night_id, step, subject, outcome)"
            " values ('n1', 'ingest_source', 'ons_population', 'landed')"
        )


def test_a_night_past_its_time_is_told_with_the_last_step_that_ended() -> None:
    told = late("n1", now=STARTED + timedelta(minutes=240))  # the default of night_deadline_minutes
    assert told is not None
    assert "n1" in told.text
    assert "ingest_source ons_population" in told.text


def test_a_night_within_its_time_is_not_told() -> None:
    assert late("n1", now=STARTED + timedelta(minutes=239)) is None


def test_a_night_that_has_ended_is_not_told() -> None:
    with connect("loader") as connection:
        connection.execute("update ops.nights set ended_at = now(), exit_code = 0")
    assert late("n1", now=STARTED + timedelta(days=1)) is None
