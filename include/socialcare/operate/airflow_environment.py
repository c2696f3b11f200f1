"""Airflow's configuration for one machine: loopback only, behind a login, its secrets in private files."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from socialcare.credentials import replace_private, secret
from socialcare.database import pass_file, url
from socialcare.settings import child_environment, get_settings

LOGIN = "admin"


def airflow_environment(port: int) -> dict[str, str]:
    """Return the environment of every Airflow process. Passwords are in files that it names, not in it."""
    settings = get_settings()
    folder = settings.home / "airflow"
    _write_private_configuration(folder)
    page = f"http://127.0.0.1:{port}"
    values = {
        "AIRFLOW_HOME": str(folder),
        "PGPASSFILE": pass_file(("airflow",)),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url(
            "airflow", driver="postgresql+psycopg2", database=settings.airflow_database
        ),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": url(
            "airflow", driver="postgresql+asyncpg", database=settings.airflow_database
        ),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.project_root / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(max(2, min(8, 2 * (os.cpu_count() or 2)))),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Europe/London",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_login_file()),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{page}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": page,
        "AIRFLOW__API__INSTANCE_NAME": "North East children's social care",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
    }
    return child_environment(**values)


def _write_private_configuration(folder: Path) -> None:
    """Keep Airflow's own secrets in its configuration file, which only we may read: in no environment."""
    from base64 import urlsafe_b64encode

    fernet = urlsafe_b64encode(bytes.fromhex(secret("airflow-fernet"))).decode()
    folder.mkdir(parents=True, exist_ok=True)
    replace_private(
        folder / "airflow.cfg",
        f"[core]\nfernet_key = {fernet}\n"
        f"[api]\nsecret_key = {secret('airflow-api')}\n"
        f"[api_auth]\njwt_secret = {secret('airflow-jwt')}\n",
    )


def _login_file() -> Path:
    path = get_settings().secrets / "airflow-login.json"
    if not path.exists():
        replace_private(path, json.dumps({LOGIN: secret("airflow-login", nbytes=9)}))
    return path


def airflow_command() -> str:
    """Return the path of Airflow's command: the one beside this Python, or any."""
    beside = Path(sys.executable).with_name("airflow")
    return str(beside) if beside.exists() else (shutil.which("airflow") or "airflow")
