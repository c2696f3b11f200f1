"""Shared fixtures: tests are marked by their folder; a real embedded PostgreSQL is started once a session."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from xdist.scheduler import LoadFileScheduling

from socialcare.settings import get_settings

TESTS = Path(__file__).parent
#: Real published files, beside the checkout where they are available (never part of the repository).
PUBLISHED = TESTS.parents[1] / "shared" / "published"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the name of its folder, so that `-m unit` needs no decorators."""
    for item in items:
        item.add_marker(Path(item.path).relative_to(TESTS).parts[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Share the tests out by file, and those of the whole platform to one process: one starts at a time."""
    return _OneStoryAtATime(config, log) if config.getoption("dist") == "loadfile" else None


class _OneStoryAtATime(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return "e2e" if nodeid.startswith("tests/e2e/") else str(super()._split_scope(nodeid))


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of real published files; tests that need it are skipped where it is absent."""
    if not PUBLISHED.is_dir():
        pytest.skip("the folder of real published files (shared/published) is not beside this checkout")
    return PUBLISHED


@pytest.fixture(scope="session")
def _session_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="socialcare-test-"))
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
    schema.apply()
    os.environ.clear()
    os.environ.update(before)
    get_settings.cache_clear()
    yield port
    os.environ["SOCIALCARE_HOME"] = str(_session_home)
    get_settings.cache_clear()
    embedded.stop()


@pytest.fixture
def warehouse(postgres: int, _session_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh warehouse for one test: its own database and its own folders. Yields the database's name."""
    yield from fresh_warehouse(_session_home, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def module_warehouse(postgres: int, _session_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Like ``warehouse``, shared by the tests of one module: for a night too long to run for each test."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from fresh_warehouse(_session_home, tmp_path_factory.mktemp("home"), monkeypatch)


def fresh_warehouse(session_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from socialcare.database import ADMIN, connect
    from socialcare.warehouse import schema

    name = f"w_{next(tempfile._get_candidate_names())}".lower()  # type: ignore[attr-defined]
    monkeypatch.setenv("SOCIALCARE_HOME", str(home))
    monkeypatch.setenv("SOCIALCARE_WAREHOUSE_DATABASE", name)
    # One server and its passwords serve every test; all else is the test's own.
    (home / "postgres.json").write_bytes((session_home / "postgres.json").read_bytes())
    (home / "secrets").symlink_to(session_home / "secrets")
    get_settings.cache_clear()
    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template_warehouse").format(sql.Identifier(name)))
        schema.open_database(connection, name)
    yield name
    get_settings.cache_clear()
    monkeypatch.setenv("SOCIALCARE_HOME", str(session_home))
    get_settings.cache_clear()
    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    get_settings.cache_clear()
