"""The embedded server on awkward hosts: a closed folder, a taken port, several users, a half-made cluster."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from socialcare import embedded, embedded_host
from socialcare.database import ADMIN, connect, server
from socialcare.embedded_host import place_of_server
from socialcare.settings import get_settings


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a server of its own, in a folder that only its owner may enter."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SOCIALCARE_HOME", str(home))
    get_settings.cache_clear()
    yield home
    embedded.stop()
    shutil.rmtree(place_of_server(), ignore_errors=True)
    get_settings.cache_clear()


def answers() -> bool:
    with connect(ADMIN, database="postgres") as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_a_folder_that_only_root_may_enter_does_not_stop_the_server(own_home: Path) -> None:
    with embedded.available():
        assert answers()
    assert not embedded.is_running()
    if os.geteuid() == 0:
        assert place_of_server().parent == Path("/var/lib")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_an_environment_that_only_root_may_enter_does_not_stop_the_server(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_host, "_can_reach", lambda path, account: False)
    with embedded.available():
        assert answers()
    copy = embedded_host.tool("postgres").parents[1]
    assert copy.parent == Path("/var/lib")
    shutil.rmtree(copy)


def test_a_taken_port_is_left_alone_and_a_free_one_is_chosen(own_home: Path) -> None:
    with embedded.available():
        first = server().port
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", first))
        squatter.listen()
        with embedded.available():
            assert server().port != first
            assert answers()


def test_the_last_to_leave_stops_the_server(own_home: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with embedded.available():
            entered.set()
            leave.wait(30)

    with embedded.available():
        thread = threading.Thread(target=other)
        thread.start()
        entered.wait(30)
    assert embedded.is_running(), "the first to leave stopped a server that another still uses"
    leave.set()
    thread.join()
    assert not embedded.is_running()


def test_a_cluster_that_was_only_half_made_is_made_again(own_home: Path) -> None:
    half = place_of_server() / "data.making"
    half.mkdir(parents=True)
    (half / "rubbish").touch()
    with embedded.available():
        assert answers()


def test_no_password_stands_in_the_server_process_or_in_its_note(own_home: Path) -> None:
    import psutil

    with embedded.available():
        password = (own_home / "secrets" / f"postgres-{ADMIN}").read_text()
        pid = embedded.postmaster_pid()
        assert pid is not None
        assert password not in " ".join(psutil.Process(pid).cmdline())
        assert password not in (own_home / "postgres.json").read_text()
        assert (own_home / "secrets").stat().st_mode & 0o077 == 0
        assert all(f.stat().st_mode & 0o077 == 0 for f in (own_home / "secrets").iterdir())
