"""Old logs and records go, newer ones stay; Airflow's own command is the real one on its real database."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from socialcare.database import ADMIN, connect, pass_file, url
from socialcare.errors import Fault
from socialcare.operate import retention
from socialcare.settings import child_environment, get_settings

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
OLD, NEW = NOW - timedelta(days=31), NOW - timedelta(days=29)


@pytest.fixture
def two_nights(warehouse: str) -> None:
    with connect(ADMIN) as connection:
        for night, at in (("old", OLD), ("new", NEW)):
            connection.execute("insert into ops.nights (night_id, started_at) values (%s, %s)", [night, at])
            connection.execute(
                "insert into ops.outcomes (night_id, step, subject, outcome, finished_at)"
                " values (%s, 'deliver', 'extracts', 'delivered', %s)",
                [night, at],
            )


def log_file(name: str, at: datetime) -> Path:
    path = get_settings().home / "airflow" / "logs" / name
    path.parent.mkdir(parents=True)
    path.write_text("a line")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


@pytest.mark.usefixtures("two_nights")
def test_what_is_older_than_the_limit_goes_and_the_rest_stays() -> None:
    old, new = (
        log_file("dag_id=nightly/run_id=old/a.log", OLD),
        log_file("dag_id=nightly/run_id=new/a.log", NEW),
    )
    counts = retention.clean(NOW, airflow=False)
    assert counts == {"originals": 0, "receipts": 0, "log_files": 1, "nights": 1, "outcomes": 1, "airflow": 0}
    assert not old.parent.exists()
    assert new.exists()
    with connect("loader") as connection:
        assert connection.execute("select night_id from ops.nights").fetchall() == [("new",)]


@pytest.mark.usefixtures("two_nights")
def test_airflows_own_old_records_go_without_an_archive_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    for section in ("DATABASE", "CORE"):  # what a task's environment says, to keep tasks from the database
        monkeypatch.setenv(f"AIRFLOW__{section}__SQL_ALCHEMY_CONN", "airflow-db-not-allowed:///")
    airflow = Path(sys.executable).with_name("airflow")
    database = get_settings().airflow_database
    address = url("airflow", driver="postgresql+psycopg2", database=database)
    environment = child_environment(
        AIRFLOW_HOME=str(get_settings().home / "airflow"), PGPASSFILE=pass_file(("airflow",)),
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=address,
    )  # fmt: skip
    subprocess.run([airflow, "db", "migrate"], env=environment, check=True, capture_output=True)
    with connect("airflow", database=database) as connection:
        connection.execute("insert into log (dttm, event) values (%s, 'old'), (%s, 'new')", [OLD, NEW])
    assert retention.clean(NOW)["airflow"] == 1
    with connect("airflow", database=database) as connection:
        events = connection.execute("select event from log where event in ('old', 'new')").fetchall()
        archives = connection.execute("select 1 from pg_class where relname like '\\_airflow\\_deleted%'").fetchall()
    assert (events, archives) == ([("new",)], [])


@pytest.mark.usefixtures("two_nights")
def test_a_cleaning_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_AIRFLOW_DATABASE", "no_such_database")
    get_settings.cache_clear()
    with pytest.raises(Fault, match="airflow_not_cleaned"):
        retention.clean(NOW)
