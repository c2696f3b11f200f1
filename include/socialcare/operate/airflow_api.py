"""A small client of Airflow's own REST API: trigger a run, follow it, fail what an ended night left behind."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import requests

from socialcare.credentials import secret
from socialcare.errors import Fault
from socialcare.settings import get_settings

UNFINISHED = ("queued", "running")
#: A question to a person outlives the platform's end: it waits for an answer, not for a process.
_WAITS_FOR_A_PERSON = "release_held"


class AirflowApi:
    """Talks to the page at ``url`` as the local operator."""

    def __init__(self, url: str, login: str = "admin") -> None:
        self.url = url
        self._login = login
        self._session = requests.Session()

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Call the API and return its JSON. Raises Fault ``airflow_refused``, ``airflow_unreachable``."""
        if "Authorization" not in self._session.headers:
            self._log_in()
        answer = self._ask(method, f"api/v2/{path}", **arguments)
        if answer.status_code == 401:  # the token has expired
            self._log_in()
            answer = self._ask(method, f"api/v2/{path}", **arguments)
        if not answer.ok:
            raise Fault(
                "airflow_refused",
                f"Airflow answered {answer.status_code}: {answer.text[:300]}",
                where=f"{method} {path}",
                remedy=f"read {get_settings().logs / 'api-server.log'}.",
                retryable=answer.status_code >= 500,
            )
        return _json(answer) if answer.content else None

    def _ask(self, method: str, path: str, **arguments: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{self.url}/{path}", timeout=30, **arguments)
        except requests.RequestException as error:  # its text is long, and names our objects
            raise _unreachable(self.url, type(error).__name__) from None

    def _log_in(self) -> None:
        answer = self._ask(
            "POST", "auth/token", json={"username": self._login, "password": secret("airflow-login", nbytes=9)}
        )
        if not answer.ok:
            raise Fault(
                "airflow_login_refused",
                f"Airflow refused the operator's login ({answer.status_code}).",
                where=self.url,
                remedy="end it (`make down`) and start it again: the login file is read at start.",
                retryable=answer.status_code >= 500,
            )
        self._session.headers["Authorization"] = f"Bearer {_json(answer)['access_token']}"

    def wait_for_dag(self, dag_id: str, parsed_after: str | None, seconds: float = 90) -> None:
        """Wait until the DAG is known as its file stands now."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                dag = self.call("GET", f"dags/{dag_id}")
                if not dag["is_stale"] and (parsed_after is None or (dag["last_parsed_time"] or "") > parsed_after):
                    return
            except Fault as fault:
                if "answered 404" not in fault.what:
                    raise
            time.sleep(0.3)
        errors = self.call("GET", "importErrors").get("import_errors", [])
        why = errors[0]["stack_trace"].strip().splitlines()[-1] if errors else "its file was not parsed in time"
        raise Fault(
            "dag_not_loaded",
            f"Airflow does not know the DAG {dag_id}: {why}",
            where="dags/",
            remedy="run `.venv/bin/python dags/nightly.py` to see the whole error.",
        )

    def fail_unfinished(self, before: datetime) -> list[str]:
        """Fail every run that an earlier, ended platform left unfinished; return their ids.

        Runs queued after ``before`` (when this platform started) are its own and go on; so does a question to a person.
        """
        failed = []
        for state in UNFINISHED:
            runs = self.call("GET", "dags/~/dagRuns", params={"state": state, "limit": 100})["dag_runs"]
            for run in runs:
                if run["dag_id"] == _WAITS_FOR_A_PERSON:
                    continue
                if run["queued_at"] and datetime.fromisoformat(run["queued_at"]) >= before:
                    continue
                self.call(
                    "PATCH",
                    f"dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}",
                    params={"update_mask": "state"},
                    json={"state": "failed"},
                )
                failed.append(run["dag_run_id"])
        return failed

    def trigger(self, dag_id: str, run_id: str) -> None:
        """Start one run under our own id."""
        self.call("POST", f"dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, "logical_date": None})

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return queued, running, success or failed."""
        return str(self.call("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the run's task instances (task_id, state, start_date, duration, ...)."""
        answer = self.call("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances", params={"limit": 100})
        return list(answer["task_instances"])


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise _unreachable(answer.url, "its answer was cut short") from None


def _unreachable(where: str, why: str) -> Fault:
    return Fault(
        "airflow_unreachable",
        f"Airflow does not answer ({why}).",
        where=where,
        remedy=f"see whether it runs (`make status`), and read {get_settings().logs / 'api-server.log'}.",
        retryable=True,
    )
