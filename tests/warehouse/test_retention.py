"""Old logs and records go, newer ones stay; Airflow's own command is the real one on its real database."""

import errno
import fcntl
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcare.database import ADMIN, connect, pass_file, url
from socialcare.deliver.place import remove_old_sets
from socialcare.errors import Fault
from socialcare.operate import backup, backup_expiry, retention
from socialcare.settings import child_environment, get_settings
from socialcare.warehouse import history

from .delivered import deliver, token
from .test_erase import by_hand, take_all

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
    assert counts == {
        **{"originals": 0, "receipts": 0, "deliveries": 0, "rows": 0, "backups": 0},
        **{"log_files": 1, "nights": 1, "outcomes": 1, "airflow": 0},
    }
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


def held(query: str, role: str = "loader") -> list[tuple[Any, ...]]:
    with connect(role) as connection:
        return connection.execute(query.encode()).fetchall()


HISTORY = "select count(*) from intermediate.int_history__ssda903__header"


def test_rows_histories_and_quarantine_go_with_the_councils_declared_time(warehouse: str) -> None:
    """Made-up dates: Durham declares 2190 days for its rows, so that 2191 are too many and 2189 are not."""
    ages = {"durham": (2191, 2189), "south_tyneside": (2189,)}
    for council, days in ages.items():
        for number, age in enumerate(days):
            row = {"child_pseudonym": token(f"{council} {number}")}
            delivery = deliver(
                f"20{20 + number}-10-31", {"header": [row]}, council=council, year=2021 + number,
                waiting={"header": [number]},
            )  # fmt: skip
            with connect(ADMIN) as connection:
                connection.execute(
                    "update raw.deliveries set received_at = %s where delivery_id = %s",
                    [NOW - timedelta(days=age), delivery],
                )
    history.follow()
    assert held(HISTORY, "transformer") == [(3,)]
    counts = retention.clean(NOW, airflow=False)
    assert (counts["deliveries"], counts["rows"]) == (1, 1)
    assert held("select council_id, collection_year from raw.deliveries order by 1") == [
        *(("durham", 2022), ("south_tyneside", 2021))
    ]
    for table in ("door.findings", "door.files", "raw.ssda903__header"):
        assert held(f"select count(*) from {table}") == [(2,)], table
    assert held(HISTORY, "transformer") == [(2,)]
    assert held("select council_id, what, how_many from door.destructions order by what") == [
        ("durham", "deliveries", 1),
        ("durham", "rows", 1),
    ]
    assert retention.clean(NOW, airflow=False)["deliveries"] == 0


def test_a_series_of_which_nothing_is_left_has_no_history(warehouse: str) -> None:
    deliver("2020-10-31", {"header": [{"child_pseudonym": token("one")}]}, year=2021)
    history.follow()
    retention.clean(datetime.now(UTC) + timedelta(days=2191), airflow=False)
    assert held(HISTORY, "transformer") == [(0,)]


def test_a_backup_goes_when_its_time_is_over_and_what_is_no_backup_stays(warehouse: str, tmp_path: Path) -> None:
    kept = backup.backup(tmp_path / "backups")
    (tmp_path / "backups" / "socialcare-mine").mkdir()
    assert retention.clean(datetime.now(UTC) + timedelta(days=89), airflow=False)["backups"] == 0
    assert kept.exists()
    assert retention.clean(datetime.now(UTC) + timedelta(days=91), airflow=False)["backups"] == 1
    assert [path.name for path in (tmp_path / "backups").iterdir()] == ["socialcare-mine"]
    assert held("select council_id, what, how_many from door.destructions") == [("all", "backups", 1)]


def test_everything_that_came_of_a_delivery_goes_with_its_time(warehouse: str, tmp_path: Path) -> None:
    """The archive of originals and its keys, raw, history, quarantine, receipts; extracts, and backups of it all.

    Durham declares 365 days for what names children and 2190 for its rows. Sets of extracts hold no row of anybody
    (``test_no_row_of_anybody_is_in_an_extract``) and go by their number.
    """
    keys = get_settings().secrets / "originals"
    of_others = set(keys.glob("durham-*"))  # homes of tests share their secrets
    by_hand("one", note="D200,F,32/13/2012,WBRI,UN1,0,")  # a row of it waits outside
    take_all()
    history.follow()
    kept = backup.backup(tmp_path / "backups")
    for number in range(1, 5):
        (get_settings().extracts / f"v{number}").mkdir(parents=True)
    places = {
        "archive": lambda: len(list((get_settings().home / "door" / "taken" / "durham").glob("*"))),
        "keys": lambda: len(set(keys.glob("durham-*")) - of_others),
        "receipts": lambda: len(list((get_settings().outbox / "durham").glob("receipt-*"))),
        "raw": lambda: held("select count(*) from raw.ssda903__header")[0][0],
        "history": lambda: held(HISTORY, "transformer")[0][0],
        "quarantine": lambda: held("select count(*) from door.quarantine")[0][0],
        "backups": lambda: len(list((tmp_path / "backups").iterdir())),
    }
    now = datetime.now(UTC)
    goes_after = {"archive": 365, "keys": 365, "receipts": 365, "backups": 90}  # rows, and what is made of them: 2190
    assert all(count() for count in places.values())
    for days in (89, 91, 364, 367, 2189, 2191):
        retention.clean(now + timedelta(days=days), airflow=False)
        left = {name: bool(count()) for name, count in places.items()}
        assert left == {name: days < goes_after.get(name, 2190) for name in places}, days
    remove_old_sets(keep=3)
    assert sorted(path.name for path in get_settings().extracts.iterdir()) == ["v2", "v3", "v4"]
    assert not kept.exists()


def ended(process: subprocess.Popen[bytes]) -> int:
    process.kill()
    return process.wait()


def test_what_a_killed_backup_left_goes_and_one_under_way_stays(warehouse: str, tmp_path: Path) -> None:
    """A dump that is half written holds children's rows as much as a whole one. Which is which: who holds the lock."""
    slow = (
        "import sys, time; from pathlib import Path; from socialcare.operate import backup as b;"
        "b._run = lambda *a, **k: (print('writing', flush=True), time.sleep(600)); b.backup(Path(sys.argv[1]))"
    )
    places = tmp_path / "killed", tmp_path / "under way"
    (places[0]).mkdir()
    backup_expiry.remember_place(places[0])
    running = [
        subprocess.Popen([sys.executable, "-c", slow, place], stdout=subprocess.PIPE, env=dict(os.environ))
        for place in places
    ]
    try:
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == b"writing\n"
        backup_expiry.remember_place(places[1])
        assert ended(running[0]) == -9
        assert len(list(places[0].iterdir())) == len(list(places[1].iterdir())) == 1
        assert retention.clean(NOW, airflow=False)["backups"] == 1
        assert len(list(places[1].glob(".backup-*"))) == 1
        assert list(places[0].iterdir()) == []
    finally:
        for process in running:
            ended(process)


def test_a_folder_taken_for_left_over_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The night's clearing may come between the making of a backup's folder and its lock."""
    real, taken = fcntl.flock, list[Path]()

    def locks(opened: int, how: int) -> None:
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].rmdir()
        real(opened, how)

    monkeypatch.setattr(backup_expiry.fcntl, "flock", locks)
    with backup_expiry.workshop(tmp_path) as folder:
        assert len(taken) == 1
        (folder / "warehouse.dump").write_text("half of it")
    assert list(tmp_path.iterdir()) == []


def test_a_removal_that_fails_or_is_killed_leaves_nothing_that_looks_whole(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [backup.backup(tmp_path / name) for name in ("one", "two")]
    real = shutil.rmtree

    def fails(path: Path, *given: object, **named: object) -> None:
        if path.parent.name == "one":
            (path / "manifest.json").unlink()
            raise OSError(errno.EIO, "a broken disk")
        real(path)

    monkeypatch.setattr(backup_expiry.shutil, "rmtree", fails)
    later = datetime.now(UTC) + timedelta(days=91)
    log = log_file("old.log", OLD)
    with pytest.raises(Fault, match="backup_not_removed") as fault:
        retention.clean(later, airflow=False)
    assert str(tmp_path / "one") in str(fault.value)
    assert (made[0].exists(), made[1].exists(), log.exists()) == (False, False, False)
    (left,) = (tmp_path / "one").iterdir()
    assert left.name.startswith(".expired-")
    with pytest.raises(Fault, match="backup_not_found"):
        backup.restore(left)
    monkeypatch.undo()
    assert retention.clean(later, airflow=False)["backups"] == 1
    assert list((tmp_path / "one").iterdir()) == []
    assert held("select sum(how_many) from door.destructions where what = 'backups'") == [(2,)]


def test_a_damaged_backup_goes_by_the_day_in_its_name(warehouse: str, tmp_path: Path) -> None:
    kept = backup.backup(tmp_path / "backups")
    (kept / "manifest.json").write_text("damaged")
    assert retention.clean(datetime.now(UTC) + timedelta(days=89), airflow=False)["backups"] == 0
    assert retention.clean(datetime.now(UTC) + timedelta(days=91), airflow=False)["backups"] == 1
    assert not kept.exists()


def test_a_restored_backup_has_nothing_past_its_time(warehouse: str, tmp_path: Path) -> None:
    delivery = deliver("2020-10-31", {"header": [{"child_pseudonym": token("one")}]}, year=2021)
    with connect(ADMIN) as connection:
        connection.execute(
            "update raw.deliveries set received_at = now() - interval '2191 days' where delivery_id = %s", [delivery]
        )
    backup.restore(backup.backup(tmp_path))
    assert held("select count(*) from raw.ssda903__header") == [(0,)]
