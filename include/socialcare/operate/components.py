"""Airflow's components: started on a port that is ours, waited for until healthy, and watched.

Runs under the keeper. Writes ``<home>/run/state.json`` so that the command that asked can follow along.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.operate import pages
from socialcare.operate.airflow_api import AirflowApi
from socialcare.operate.airflow_environment import LOGIN, airflow_command, airflow_environment
from socialcare.operate.state import read_state, say
from socialcare.settings import child_environment, get_settings
from socialcare.warehouse import schema

__all__ = ["LOGIN", "airflow_environment", "main"]

Component = subprocess.Popen[bytes]
_TRIES = 3
COMPONENTS = {
    # -s: no log server, which would listen on every address; the page reads logs from the same disk.
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


def main() -> int:
    """Bring everything up, say so, and stay until a component ends."""
    try:
        return _run()
    except Fault as fault:
        say("failed", why=str(fault))
        return 1
    except Exception as error:  # its message may hold a value: keep its kind here, the rest in keeper.log
        say("failed", why=f"An unforeseen {type(error).__name__}.")
        raise


def _run() -> int:
    say("preparing the warehouse")
    schema.apply()
    say("preparing Airflow's database")
    _migrate(airflow_environment(0))
    started_at = datetime.now(UTC)
    port, running = _start_all()
    # A run that was cut off would hold up the next for five minutes, until its heartbeat counts as lost.
    failed = AirflowApi(f"http://127.0.0.1:{port}", LOGIN).fail_unfinished(started_at)
    if read_state().get("kind") == "up":
        _start_pages()
    say("ready", url=f"http://127.0.0.1:{port}", started_at=started_at.isoformat(), cut_off=failed)
    while True:
        for name, process in running.items():
            if process.poll() is not None:
                say("failed", why=f"Airflow's {name} ended by itself. Its log: {_log(name)}")
                return 1
        time.sleep(0.5)


def _start_all() -> tuple[int, dict[str, Component]]:
    """Start the components on a port that is then ours; another program may take a free one before we do."""
    lost: list[int] = []
    for _ in range(_TRIES):
        port = _choose_port(lost)
        environment = airflow_environment(port)
        say("starting Airflow" if not lost else "starting Airflow on another port", url=f"http://127.0.0.1:{port}")
        running = {name: _start(name, environment) for name in COMPONENTS if name != "scheduler"}
        if _wait_until_healthy(port, running, environment):
            (get_settings().home / "run" / "port").write_text(str(port))
            return port, running
        _end(running)
        lost.append(port)
    raise Fault(
        "port_taken",
        f"Other programs took the page's port each time: {', '.join(map(str, lost))}.",
        where="127.0.0.1",
        remedy="see what listens there (`ss -ltnp`), and try again.",
    )


def _start_pages() -> None:
    """Start the landing page and wait until it has an address. A night needs none: if it fails, its log says why."""
    with _log("pages").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "socialcare.operate.pages"],
            env=child_environment(),
            cwd=get_settings().home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    deadline = time.monotonic() + 15
    while pages.address() is None and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)


def _end(running: dict[str, Component]) -> None:
    for process in running.values():
        process.terminate()
    for process in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _choose_port(lost: list[int]) -> int:
    """Return the page's port: the one used before, or 8080, or any that is free; none that was ``lost``."""
    note = get_settings().home / "run" / "port"
    wanted = [int(note.read_text())] if note.exists() else []
    for candidate in [*wanted, 8080, 0, 0, 0]:
        if candidate in lost:
            continue
        port = _free(candidate)
        if port is not None and port not in lost:
            return port
    raise Fault("no_free_port", "No port is free on 127.0.0.1.", remedy="end another program and try again.")


def _free(candidate: int) -> int | None:
    """Return the port if nothing listens on it (0: any such port), else None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", candidate))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _listens(pid: int, port: int) -> bool:
    """Return whether the process, or one that it started, is what listens on ``port``."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for member in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                for held in member.net_connections(kind="tcp"):
                    if held.status == psutil.CONN_LISTEN and held.laddr.port == port:
                        return True
    return False


def _migrate(environment: dict[str, str]) -> None:
    """Bring Airflow's database to this version, once per version and database."""
    from importlib.metadata import version

    database = get_settings().airflow_database
    with connect("airflow", database=database) as connection:
        row = connection.execute("select oid from pg_database where datname = current_database()").fetchone()
    done = get_settings().home / "run" / f"migrated-{version('apache-airflow')}-{row[0] if row else 0}"
    if done.exists():
        return
    log = _log("db-migrate")
    with log.open("ab") as output:
        result = subprocess.run(
            [airflow_command(), "db", "migrate"], env=environment, stdout=output, stderr=output, check=False
        )
    if result.returncode:
        raise Fault(
            "airflow_database_not_prepared",
            "Airflow could not prepare its database.",
            where=str(log),
            remedy=f"read the end of that log; remove {get_settings().home} to start afresh if this is a trial.",
        )
    done.touch()


def _log(name: str) -> Path:
    path = get_settings().logs / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _start(name: str, environment: dict[str, str]) -> Component:
    log = _log(name)
    keep_bytes = 10_000_000
    if log.exists() and log.stat().st_size > keep_bytes:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            [airflow_command(), *COMPONENTS[name]],
            env=environment,
            cwd=get_settings().home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def _wait_until_healthy(port: int, running: dict[str, Component], environment: dict[str, str]) -> bool:
    """Wait until all are healthy; False when another program has the port. Nothing is asked of a stranger.

    The scheduler starts when the port is ours: its tasks present their tokens there.
    """
    missing = {"metadatabase", "scheduler", "dag_processor", "triggerer"}
    page = running["api-server"].pid
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        for name, process in running.items():
            if process.poll() is not None:
                if name == "api-server" and _free(port) is None:
                    return False
                raise Fault(
                    "component_ended",
                    f"Airflow's {name} ended while starting.",
                    where=str(_log(name)),
                    remedy="read the end of that log.",
                )
        if _listens(page, port):
            if "scheduler" not in running:
                running["scheduler"] = _start("scheduler", environment)
            missing = _unhealthy(port)
            if not missing:
                return _listens(page, port)
        time.sleep(0.3)
    raise Fault(
        "components_not_healthy",
        f"Airflow did not become healthy in three minutes: {', '.join(sorted(missing))}.",
        where=str(get_settings().logs),
        remedy="read the logs of the parts named.",
    )


def _unhealthy(port: int) -> set[str]:
    """Return the parts that are not healthy yet."""
    wanted = {"metadatabase", "scheduler", "dag_processor", "triggerer"}
    try:
        health = requests.get(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=5).json()
    except (requests.RequestException, ValueError):
        return wanted
    return {name for name in wanted if (health.get(name) or {}).get("status") != "healthy"}


if __name__ == "__main__":
    raise SystemExit(main())
