"""One home, one platform: what a second command is told, and whom the platform trusts with its password."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from socialcare.errors import Fault
from socialcare.operate import components, keeper, platform, run, state
from socialcare.operate.airflow_api import AirflowApi
from socialcare.settings import get_settings

# Looks like a keeper to whoever reads its command line, and does nothing.
_KEEPER = [sys.executable, "-c", "import time; time.sleep(60)", "socialcare.operate.keeper"]


@pytest.fixture
def living(home: Path) -> Iterator[int]:
    """A process that passes for this home's keeper, from the moment its command line can be read.

    Popen returns once the new program is loaded, a moment before Linux shows its arguments.
    """
    process = subprocess.Popen(_KEEPER)
    deadline = time.monotonic() + 10
    while not platform._keeper_lives({"keeper": process.pid}):
        assert time.monotonic() < deadline, "the process never showed its command line"
        time.sleep(0.001)
    yield process.pid
    process.kill()
    process.wait()


def _says(pid: int, **more: Any) -> None:
    path = state.state_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    usual = {"phase": "ready", "keeper": pid, "kind": "up", "sources": "sample", "published": None, "url": "http://x"}
    path.write_text(json.dumps({**usual, **more}))


def test_the_same_settings_are_joined(living: int) -> None:
    _says(living)
    assert platform.up(print).url == "http://x"
    with platform.for_one_command(lambda text: None) as joined:
        assert (joined.url, joined.ours, joined.still_runs()) == ("http://x", False, True)


def test_other_settings_are_refused_by_both_names(living: int) -> None:
    _says(living, sources="mirror", published="/data/mirror")
    for ask in (lambda: platform.up(print), lambda: platform.for_one_command(print).__enter__()):
        with pytest.raises(Fault) as refusal:
            ask()
        assert refusal.value.name == "runs_with_other_settings"
        assert "/data/mirror" in refusal.value.what
        assert "sample" in refusal.value.what
        assert "make down" in refusal.value.remedy


@pytest.mark.parametrize("more", [{"kind": "run"}, {"phase": "starting Airflow"}], ids=["a run", "not ready yet"])
def test_another_commands_platform_is_not_joined(living: int, more: dict[str, str]) -> None:
    _says(living, **more)
    for ask in (lambda: platform.up(print), lambda: platform.for_one_command(print).__enter__()):
        with pytest.raises(Fault) as refusal:
            ask()
        assert refusal.value.name == "already_running"


def test_a_second_keeper_leaves_the_home_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = keeper._take_home()
    assert lock is not None
    asked = [sys.executable, "-m", "socialcare.operate.keeper", "--", sys.executable, "-c", "raise SystemExit(0)"]
    environment = {**os.environ, "SOCIALCARE_HOME": str(get_settings().home)}
    assert subprocess.run(asked, env=environment, check=False, timeout=30).returncode == keeper.TAKEN
    assert not state.state_file().exists()
    lock.close()


def test_a_lost_race_for_the_home_is_told_in_words(home: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({keeper.TAKEN})"])
    with pytest.raises(Fault) as refusal:
        platform._wait_until_ready(process, "ours", print)
    assert refusal.value.name == "already_running"


def test_what_is_said_once_is_kept_by_later_phases(home: Path) -> None:
    state.begin("up", "token")
    state.say("starting Airflow", url="http://x")
    said = state.read_state()
    assert (said["kind"], said["token"], said["sources"], said["keeper"]) == ("up", "token", "sample", os.getpid())
    assert said["phase"] == "starting Airflow"


@contextlib.contextmanager
def _stranger(status: int = 200) -> Iterator[tuple[int, list[str]]]:
    """Another program on a port; it writes down what it is asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"access_token": "x"}')

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def test_a_stranger_on_the_port_is_asked_nothing(home: Path) -> None:
    with _stranger() as (port, asked):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        assert components._wait_until_healthy(port, {"api-server": ended}, {}) is False
    assert asked == []


def test_a_component_that_ends_on_a_free_port_is_a_fault(home: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with pytest.raises(Fault) as stopped:
        components._wait_until_healthy(_free_port(), {"api-server": ended}, {})
    assert stopped.value.name == "component_ended"


def test_only_our_own_listener_counts(home: Path) -> None:
    program = "import socket,time; s=socket.socket(); s.bind(('127.0.0.1',{0})); s.listen(); time.sleep(60)"
    port = _free_port()
    ours = subprocess.Popen([sys.executable, "-c", program.format(port)])
    try:
        deadline = time.monotonic() + 10
        while not components._listens(ours.pid, port) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert components._listens(ours.pid, port)
        assert components._listens(os.getpid(), port), "a descendant's listener is ours"
        with _stranger() as (other, _):
            assert not components._listens(ours.pid, other)
    finally:
        ours.kill()
        ours.wait()


def test_a_lost_port_is_not_tried_again(home: Path) -> None:
    lost = _free_port()
    note = get_settings().home / "run" / "port"
    note.parent.mkdir(parents=True)
    note.write_text(str(lost))
    assert components._choose_port([]) == lost
    assert components._choose_port([lost]) != lost


def test_an_api_that_is_away_is_a_fault_that_may_pass(home: Path) -> None:
    with pytest.raises(Fault) as away:
        AirflowApi(f"http://127.0.0.1:{_free_port()}").run_state("nightly", "x")
    assert (away.value.name, away.value.retryable) == ("airflow_unreachable", True)
    with _stranger(status=503) as (port, _), pytest.raises(Fault) as broken:
        AirflowApi(f"http://127.0.0.1:{port}").run_state("nightly", "x")
    assert broken.value.retryable


class _Api:
    """Answers wrongly twice, then that the run is over."""

    def __init__(self) -> None:
        self.calls = 0

    def run_state(self, dag_id: str, run_id: str) -> str:
        self.calls += 1
        if self.calls < 3:
            raise Fault("airflow_unreachable", "away", retryable=True)
        return "success"

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return []


def test_a_night_goes_on_when_the_api_was_away_for_a_moment(living: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.time, "sleep", lambda seconds: None)
    _says(living)
    api = _Api()
    run._follow(platform.running(), api, "night", print)  # type: ignore[arg-type]
    assert api.calls == 3


def test_a_platform_that_ended_meanwhile_is_told_with_its_reason(living: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _says(living)

    def night(*_: object) -> int:
        _says(living, phase="ending", why="It was asked to end (make down).")
        raise Fault("airflow_unreachable", "away", retryable=True)

    monkeypatch.setattr(run, "_night", night)
    with pytest.raises(Fault) as ended:
        run.run_night(Console(quiet=True))
    assert ended.value.name == "platform_ended"
    assert "make down" in ended.value.what


def test_names_in_brackets_are_printed_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_what", lambda *_: "failed: column [period] and [/x]")
    line = run._line("night", {"task_id": "ingest_x", "state": "failed", "duration": 1.0})
    assert "[period] and [/x]" in line.plain


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
