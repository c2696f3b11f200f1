"""What an ended platform left behind is failed at the next start, but for a question that waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from socialcare.operate.airflow_api import AirflowApi

STARTED = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def test_a_question_to_a_person_outlives_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [
        {"dag_id": "nightly", "dag_run_id": "cut off", "queued_at": "2026-11-21T02:00:00+00:00"},
        {"dag_id": "release_held", "dag_run_id": "asked", "queued_at": "2026-11-21T02:10:00+00:00"},
        {"dag_id": "nightly", "dag_run_id": "of today", "queued_at": "2026-11-22T02:00:01+00:00"},
    ]
    changed = []

    def call(method: str, path: str, **more: Any) -> Any:
        if method == "GET":
            return {"dag_runs": runs if more["params"]["state"] == "running" else []}
        changed.append(path)
        return None

    api = AirflowApi("http://127.0.0.1:1")
    monkeypatch.setattr(api, "call", call)
    assert api.fail_unfinished(STARTED) == ["cut off"]
    assert changed == ["dags/nightly/dagRuns/cut off"]
