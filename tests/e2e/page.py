"""The Airflow page, as a logged-in operator calls it."""

from __future__ import annotations

import json
import time
from typing import Any

import requests

from tests.e2e.conftest import Place

_OVER = ("success", "failed")
#: Seconds to wait at most: no measure of anything, so that a machine with other work passes too.
_PATIENCE = 900


class Page:
    def __init__(self, place: Place) -> None:
        self.url = json.loads((place.home / "run" / "state.json").read_text())["url"]
        password = json.loads((place.home / "secrets" / "airflow-login.json").read_text())["admin"]
        token = requests.post(f"{self.url}/auth/token", json={"username": "admin", "password": password}, timeout=30)
        self.headers = {"Authorization": f"Bearer {token.json()['access_token']}"}

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        return requests.request(method, f"{self.url}/api/v2/{path}", headers=self.headers, timeout=30, **how)

    def runs(self, dag_id: str) -> list[dict[str, str]]:
        """Return the DAG's runs, oldest first."""
        answer = self.call("GET", f"dags/{dag_id}/dagRuns", params={"order_by": "run_after"})
        return list(answer.json()["dag_runs"]) if answer.ok else []

    def trigger(self, dag_id: str) -> None:
        self.call("POST", f"dags/{dag_id}/dagRuns", json={"logical_date": None}).raise_for_status()

    def wait(self, dag_id: str, count: int = 1, seconds: float = _PATIENCE) -> list[dict[str, str]]:
        """Wait until the DAG has ``count`` runs and all of them are over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            runs = self.runs(dag_id)
            if len(runs) >= count and all(run["state"] in _OVER for run in runs):
                return runs
            time.sleep(0.5)
        raise AssertionError(f"{dag_id}: {self.runs(dag_id)}")

    def question(self, dag_id: str, task_id: str, seconds: float = _PATIENCE) -> tuple[str, str]:
        """Wait until a person is asked; return the address of the question and what it says."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for run in self.runs(dag_id)[-1:]:
                address = f"dags/{dag_id}/dagRuns/{run['dag_run_id']}/taskInstances/{task_id}/-1/hitlDetails"
                asked = self.call("GET", address)
                if asked.ok:
                    return address, f"{asked.json()['subject']} {asked.json()['body']}"
            time.sleep(0.5)
        raise AssertionError(f"nobody was asked: {self.runs(dag_id)}")
