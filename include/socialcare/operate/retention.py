"""Keep things as long as they are needed: logs, Airflow's records, outcomes; originals, receipts, rows, backups.

How long what is about somebody is kept is the council's declaration; the rest is settings.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from socialcare.database import connect, pass_file, url
from socialcare.door.retention import destroy_expired
from socialcare.errors import Fault
from socialcare.operate import backup_expiry
from socialcare.settings import child_environment, get_settings
from socialcare.warehouse import history

#: What grows with every night. Not ``dag`` and ``dag_version``: few rows, and kept runs refer to them.
_AIRFLOW_TABLES = (
    *("asset_event", "callback", "deadline", "dag_run", "import_error", "job", "log", "revoked_token"),
    *("task_instance", "task_instance_history", "task_reschedule", "trigger", "xcom"),
)


def clean(now: datetime | None = None, *, airflow: bool = True) -> dict[str, int]:
    """Remove what is older than ``keep_log_days`` before ``now`` (time zone aware); return what went.

    Counts: ``originals``, ``receipts``, ``deliveries`` and their ``rows``, ``backups`` (destroyed), ``log_files``,
    ``nights``, ``outcomes``, and ``airflow`` (1 when its records were cleaned).
    ``airflow=False`` leaves Airflow's database alone. Raises Fault ``airflow_not_cleaned``, ``backup_not_removed``.
    """
    now = now or datetime.now(UTC)
    before = now - timedelta(days=get_settings().keep_log_days)
    expired = destroy_expired(now)
    _forget_destroyed()
    counts = {**expired, "backups": 0, "log_files": _remove_logs(before), **_remove_outcomes(before), "airflow": 0}
    try:
        counts["backups"] = backup_expiry.remove_expired(now)
    finally:  # one that cannot be removed is told, and holds up nothing else
        if airflow:
            _clean_airflow(before)
            counts["airflow"] = 1
    return counts


def _forget_destroyed() -> None:
    """Make the histories anew of the councils of which deliveries were destroyed: of those that are left."""
    with connect("transformer") as connection:
        councils = connection.execute(
            "select distinct council_id from intermediate.int_history__deliveries"
            " where delivery_id not in (select delivery_id from raw.deliveries) order by 1"
        ).fetchall()
    for (council_id,) in councils:
        history.forget(council_id)
    if councils:
        history.follow()


def _remove_logs(before: datetime) -> int:
    removed = 0
    for path in _files(get_settings().home / "airflow" / "logs"):
        with contextlib.suppress(FileNotFoundError):  # Airflow may rotate a log while we look
            if path.lstat().st_mtime < before.timestamp():
                path.unlink()
                removed += 1
    for folder in sorted(_folders(get_settings().home / "airflow" / "logs"), reverse=True):
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()
    return removed


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())


def _remove_outcomes(before: datetime) -> dict[str, int]:
    with connect("loader") as connection:
        outcomes = connection.execute("delete from ops.outcomes where finished_at < %s", [before]).rowcount
        nights = connection.execute("delete from ops.nights where started_at < %s", [before]).rowcount
    return {"outcomes": outcomes, "nights": nights}


def _clean_airflow(before: datetime) -> None:
    """Run ``airflow db clean`` as a command of its own: tasks are kept from Airflow's database on purpose."""
    database = get_settings().airflow_database
    address = url("airflow", driver="postgresql+psycopg2", database=database)
    beside = Path(sys.executable).with_name("airflow")
    command = [
        *(str(beside) if beside.exists() else shutil.which("airflow") or "airflow", "db", "clean"),
        *("--clean-before-timestamp", before.isoformat(), "--skip-archive", "--yes"),
        *("--tables", ",".join(_AIRFLOW_TABLES)),
        "--error-on-cleanup-failure",  # without it a failed cleanup ends with 0
    ]
    result = subprocess.run(
        command,
        env=child_environment(
            AIRFLOW_HOME=str(get_settings().home / "airflow"),
            # Both: inside a task Airflow sets both to an address that leads nowhere.
            AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=address,
            AIRFLOW__CORE__SQL_ALCHEMY_CONN=address,
            PGPASSFILE=pass_file(("airflow",)),
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Fault(
            "airflow_not_cleaned",
            f"`airflow db clean` ended with {result.returncode}: {_last_line(result.stderr)}",
            where=database,
            remedy="run it by hand (docs/operate.md, retention); the night itself is not affected.",
        )


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
