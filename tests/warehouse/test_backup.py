"""Backup, destroy, restore on a real server: the same published rows, the same rights, or no change at all."""

import json
import stat
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from socialcare.database import ADMIN, connect
from socialcare.errors import Fault
from socialcare.operate import backup as backup_module
from socialcare.operate.backup import backup, restore
from socialcare.settings import get_settings
from socialcare.warehouse import access

from .hand_made import night, rows

MINE = "select council_code, value from published.now_own"
ALL = "select * from published.comparison order by council_code, period"


def databases() -> set[str]:
    with connect(ADMIN, database="postgres") as connection:
        return {name for (name,) in connection.execute("select datname from pg_database")}


def destroy(name: str) -> None:
    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_a_destroyed_warehouse_comes_back_with_its_rows_and_its_row_level_security(
    warehouse: str, tmp_path: Path
) -> None:
    version = night("first", 41)
    before = rows("analyst", ALL)
    kept = backup(tmp_path / "backups")
    destroy(warehouse)
    restore(kept)
    assert rows("analyst", ALL) == before
    assert rows("council_durham", MINE) == [("E06000047", 41)]
    assert rows("analyst", "select version_id from published.about") == [(version,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows("analyst", "select * from published.now_own")
    assert [str(one) for one in access.differences()] == [], "grants are restored with the rows"
    with connect("analyst") as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("select reltuples from pg_class")
    assert night("second", 42) > version, "the restored warehouse takes the next night"


def test_a_restore_takes_back_what_was_published_after_the_backup(warehouse: str, tmp_path: Path) -> None:
    night("first", 41)
    kept = backup(tmp_path)
    night("second", 42)
    with suppress(psycopg.OperationalError), connect("analyst") as reader:
        reader.execute(ALL)  # somebody reads all the while, and is told to come again
        restore(kept)
        with pytest.raises(psycopg.errors.AdminShutdown):
            reader.execute(ALL)
    assert {value for *_, value in rows("analyst", "select value from published.comparison")} == {41}
    assert not {name for name in databases() if name.startswith(f"{warehouse}_")}


def test_a_damaged_backup_is_refused_and_changes_nothing(warehouse: str, tmp_path: Path) -> None:
    night("first", 41)
    kept = backup(tmp_path)
    dump = kept / "warehouse.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    night("second", 42)
    with pytest.raises(Fault, match="backup_damaged"):
        restore(kept)
    assert {value for (value,) in rows("analyst", "select value from published.comparison")} == {42}


def test_a_backup_that_restores_to_something_else_changes_nothing(warehouse: str, tmp_path: Path) -> None:
    night("first", 41)
    kept = backup(tmp_path)
    manifest = json.loads((kept / "manifest.json").read_text())
    manifest["rows"]["versions.version"] += 1  # as if a row had been lost on the way
    (kept / "manifest.json").write_text(json.dumps(manifest))
    night("second", 42)
    with pytest.raises(Fault, match=r"versions\.version"):
        restore(kept)
    assert {value for (value,) in rows("analyst", "select value from published.comparison")} == {42}
    assert not {name for name in databases() if name.startswith(f"{warehouse}_")}


@pytest.mark.usefixtures("warehouse")
def test_a_backup_is_closed_to_others_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    secret = (get_settings().secrets / f"postgres-{ADMIN}").read_text().strip()
    sha256 = "ab" + "0" * 62
    archived = get_settings().archive / "ab" / sha256
    archived.parent.mkdir(parents=True)
    archived.write_text("a published file")
    archived.with_suffix(".json").write_text("{}")
    kept = backup(tmp_path / "backups")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {path.name for path in kept.iterdir()} == {"warehouse.dump", "archive.txt", "manifest.json"}
    assert (kept / "archive.txt").read_text() == sha256 + "\n"
    left_out = " ".join(json.loads((kept / "manifest.json").read_text())["left_out"])
    assert [
        word for word in ("originals", "their keys", "inboxes", "receipts", "secrets") if word not in left_out
    ] == []
    assert not [path.name for path in kept.iterdir() if secret.encode() in path.read_bytes()]
    archived.unlink()
    assert restore(kept) == [sha256], "the archive lacks a file that the backup counts on"


@pytest.mark.usefixtures("warehouse")
def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise Fault("backup_failed", "no space")

    monkeypatch.setattr("socialcare.operate.backup._run", cannot)
    with pytest.raises(Fault, match="backup_failed"):
        backup(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.usefixtures("warehouse")
def test_a_folder_without_a_backup_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="backup_not_found"):
        restore(tmp_path)


SPOILED = {
    "an empty manifest": "",
    "no keys": "{}",
    "a list": "[]",
    "no files": '{"files": {}, "rows": {}}',
    "no rows": None,
    "not text": b"\xff\xfe",
}


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.usefixtures("warehouse")
def test_a_manifest_that_says_nothing_is_damage_with_a_name(tmp_path: Path, how: str) -> None:
    kept = backup(tmp_path)
    path, spoiled = kept / "manifest.json", SPOILED[how]
    if spoiled is None:
        manifest = json.loads(path.read_text())
        del manifest["rows"]
        spoiled = json.dumps(manifest)
    path.write_bytes(spoiled if isinstance(spoiled, bytes) else spoiled.encode())
    with pytest.raises(Fault, match="backup_damaged"):
        restore(kept)


@pytest.mark.parametrize("name", ["manifest.json", "warehouse.dump", "archive.txt"])
@pytest.mark.usefixtures("warehouse")
def test_a_folder_in_the_place_of_a_file_is_damage_with_a_name(tmp_path: Path, name: str) -> None:
    kept = backup(tmp_path)
    (kept / name).unlink()
    (kept / name).mkdir()
    with pytest.raises(Fault, match="backup_damaged"):
        restore(kept)


@pytest.mark.usefixtures("warehouse")
def test_a_backup_to_where_nothing_can_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/backups")):
        with pytest.raises(Fault, match="backup_failed") as fault:
            backup(place)
        assert str(place) in fault.value.where


@pytest.mark.parametrize("moment", ["_rename", "_allow_connections"])
def test_a_restore_that_is_interrupted_lets_readers_back_in(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    night("first", 41)
    kept = backup(tmp_path)
    night("second", 42)
    original, calls = getattr(backup_module, moment), []

    def interrupted(*arguments: object) -> None:
        original(*arguments)
        calls.append(arguments)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(backup_module, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore(kept)
    assert {value for (value,) in rows("analyst", "select value from published.comparison")} == {42}
    assert not {name for name in databases() if name.startswith(f"{warehouse}_")}
