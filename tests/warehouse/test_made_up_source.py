"""One file more declares a source; its raw table, its landing, its account of rows and the watch follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import made_up_source as made_up

from socialcare.database import connect
from socialcare.operate import report_landings, report_sources
from socialcare.settings import get_settings
from socialcare.steps import night
from socialcare.steps.watch_sources import open_conditions, watch_sources


@pytest.fixture
def published(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    mirror = tmp_path / "mirror"
    files = [made_up.publish(mirror, release) for release in (2023, 2024)]
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(mirror))
    get_settings.cache_clear()
    with made_up.declared(tmp_path / "sources", files):
        yield mirror


def test_a_drafted_source_lands_is_accounted_for_and_watched(published: Path) -> None:
    assert night.ingest_source("n1", made_up.ID).detail == "releases 2023, 2024"
    with connect("transformer") as connection:
        rows = connection.execute(
            f"select _release_id, time_period, number from raw.{made_up.ID}__carers"
            " where new_la_code = 'E06000047' and kind_of_carer = 'Other' order by 1, 2"
        ).fetchall()
        described = connection.execute(
            "select col_description(attrelid, attnum) from pg_attribute"
            f" where attrelid = 'raw.{made_up.ID}__carers'::regclass and attname = 'number'"
        ).fetchone()
    assert rows == [
        (f"{made_up.ID}/2023", "2023", "c"),
        (f"{made_up.ID}/2024", "2023", "c"),
        (f"{made_up.ID}/2024", "2024", "c"),
    ]
    assert described == ("Written by a person",)

    report = report_landings.report(made_up.ID, published, lambda text, done, total: None)
    assert (report.total.data, report.total.in_raw, report.left_out) == (12, 12, [])

    (listed,) = [row for row in report_sources.rows(datetime(2025, 6, 1, tzinfo=UTC)) if row["source"] == made_up.ID]
    assert (listed["release"], listed["health"]) == ("2024", "only by hand")
    last_day = datetime.fromisoformat(listed["next_due_by"]).replace(tzinfo=UTC)
    watch_sources(last_day + timedelta(days=1))
    assert [row[:2] for row in open_conditions() if row[1] == "late"] == [(made_up.ID, "late")]
