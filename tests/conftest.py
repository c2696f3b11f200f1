"""Shared fixtures: tests are marked by their folder; a real embedded PostgreSQL is started once a session."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from psycopg import sql
from xdist.scheduler import LoadFileScheduling

from socialcare.settings import get_settings

TESTS = Path(__file__).parent
#: Real published files, beside the checkout where they are available (never part of the repository).
PUBLISHED = TESTS.parents[1] / "shared" / "published"


#: The modules that read the warehouse of all England, which takes a minute to make: one process makes it once.
OF_ENGLAND = frozenset(
    f"tests/warehouse/test_{name}.py"
    for name in (
        *("chance", "claims", "comparisons", "comparisons_lait", "comparisons_method", "explain"),
        *("gate_real", "inspection_context", "questions", "rates_reproduced", "revisions"),
    )
)
#: What takes longest, longest first: begun last, one process would end minutes after the other.
LONGEST = (
    *("e2e", "england"),
    *(
        f"tests/warehouse/test_{name}.py"
        for name in ("night", "door_canary", "dbt_build", "observations", "door_hostile")
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the name of its folder, so that `-m unit` needs no decorators; begin with the longest."""
    for item in items:
        item.add_marker(Path(item.path).relative_to(TESTS).parts[0])
    places = {unit: place for place, unit in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(unit_of(item.nodeid), len(places)))


def unit_of(nodeid: str) -> str:
    """Name what one process runs as a whole: a file; the stories of the whole platform; those that read England."""
    file = nodeid.split("::")[0]
    if file.startswith("tests/e2e/"):
        return "e2e"  # one platform starts at a time
    return "england" if file in OF_ENGLAND else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Share the tests out by unit (``unit_of``)."""
    return _ByUnit(config, log) if config.getoption("dist") == "loadfile" else None


class _ByUnit(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of real published files; tests that need it are skipped where it is absent."""
    if not PUBLISHED.is_dir():
        pytest.skip("the folder of real published files (shared/published) is not beside this checkout")
    return PUBLISHED


#: Free memory, in bytes, beyond which files that are thrown away may lie there: each process of a run has about two GB.
PLENTY = 8 << 30


def quickest_place() -> Path:
    """Return where files that are thrown away cost least: memory where there is plenty of it, else the usual place.

    Hundreds of databases are made, of a thousand files each; on a disk that took a third of the whole run.
    """
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        free = min(shutil.disk_usage(memory).free, psutil.virtual_memory().available)
        if free > PLENTY:
            return memory
    return Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def _session_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="socialcare-test-", dir=quickest_place()))
    home.chmod(0o755)  # as root, the database's own account must be able to pass
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home(_session_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home for one test, with every setting at its default and no database."""
    for name in list(os.environ):
        if name.startswith("SOCIALCARE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SOCIALCARE_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def postgres(_session_home: Path) -> Iterator[int]:
    """A real server for the whole session, with the platform's schema in a template; yields its port."""
    from socialcare import embedded
    from socialcare.warehouse import schema

    before = dict(os.environ)
    os.environ["SOCIALCARE_HOME"] = str(_session_home)
    os.environ["SOCIALCARE_WAREHOUSE_DATABASE"] = "template_warehouse"
    get_settings.cache_clear()
    port = embedded.start(die_with_parent=True)
    _forget_the_disk()
    schema.apply()
    os.environ.clear()
    os.environ.update(before)
    get_settings.cache_clear()
    yield port
    os.environ["SOCIALCARE_HOME"] = str(_session_home)
    get_settings.cache_clear()
    embedded.stop()


def _forget_the_disk() -> None:
    """Have the tests' server not wait for the disk: it is thrown away, and hundreds of databases are made in it.

    A server that is killed loses nothing by it: only a machine that loses power would.
    """
    from socialcare.database import ADMIN, connect

    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(name)))
        connection.execute("select pg_reload_conf()")


@pytest.fixture
def warehouse(postgres: int, _session_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh warehouse for one test: its own database and its own folders. Yields the database's name."""
    yield from fresh_warehouse(_session_home, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def module_warehouse(postgres: int, _session_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Like ``warehouse``, shared by the tests of one module: for a night too long to run for each test."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from fresh_warehouse(_session_home, tmp_path_factory.mktemp("home"), monkeypatch)


#: What dbt read of its project serves the next warehouse of the name; a manifest, with the note of which rules it is.
_READ_BY_DBT = (("target/partial_parse.msgpack",), ("target/manifest.json", "manifest_of"))
#: The warehouses that are there now.
_IN_USE: set[str] = set()


def fresh_warehouse(session_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from socialcare.database import ADMIN, connect
    from socialcare.warehouse import schema

    # The lowest number that is free: what dbt read of its project holds the name, and serves the next of that name.
    name = next(name for name in (f"w_{number}" for number in range(99)) if name not in _IN_USE)
    _IN_USE.add(name)
    monkeypatch.setenv("SOCIALCARE_HOME", str(home))
    monkeypatch.setenv("SOCIALCARE_WAREHOUSE_DATABASE", name)
    # One server and its passwords serve every test; all else is the test's own.
    (home / "postgres.json").write_bytes((session_home / "postgres.json").read_bytes())
    (home / "secrets").symlink_to(session_home / "secrets")
    carry_proofs(session_home, home)
    read = session_home / "dbt" / name
    for file in (file for together in _READ_BY_DBT for file in together):
        _copy(read / file, home / "dbt" / file)
    get_settings.cache_clear()
    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        # Files are copied, not logged page by page: a quarter of the processor's time, and there are hundreds of these.
        create = sql.SQL("create database {} template template_warehouse strategy file_copy")
        connection.execute(create.format(sql.Identifier(name)))
        schema.open_database(connection, name)
    yield name
    carry_proofs(home, session_home)
    _keep_read(home / "dbt", read)
    get_settings.cache_clear()
    monkeypatch.setenv("SOCIALCARE_HOME", str(session_home))
    get_settings.cache_clear()
    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    _IN_USE.remove(name)
    get_settings.cache_clear()


def _keep_read(made: Path, kept: Path) -> None:
    for together in _READ_BY_DBT:
        here, there = ([folder / file for file in together] for folder in (made, kept))
        if all(file.is_file() for file in here) and not any(file.is_file() for file in there):
            for file, to in zip(here, there, strict=True):
                _copy(file, to)


def carry_proofs(home: Path, to: Path) -> None:
    """Tell one home which of dbt's unit tests passed in another: they prove arithmetic, once a session."""
    _copy(home / "dbt" / "unit_tests_passed", to / "dbt" / "unit_tests_passed")


def _copy(file: Path, to: Path) -> None:
    if file.is_file():
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(file.read_bytes())
