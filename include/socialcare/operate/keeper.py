"""The keeper: starts the platform's processes and ends every one of them, whatever ends the command.

It has a session of its own (a Ctrl-C at the terminal does not reach it), adopts orphans (child subreaper: a
running task has a process group of its own and would otherwise survive), and holds one end of a pipe to the
command that asked for it. When that command ends, for any reason, SIGKILL included, the pipe closes and the
keeper ends all its descendants, the database last. It holds a lock on the home for its life: one home, one
platform, also when two commands start at the same moment.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from typing import IO

import psutil

from socialcare import embedded
from socialcare.operate import state
from socialcare.settings import get_settings

_PR_SET_CHILD_SUBREAPER = 36
#: Our exit code when another keeper has this home.
TAKEN = 75
_POLITE_SECONDS = 1.5  # then SIGKILL: a killed night must end as if never killed anyway


def main(arguments: list[str] | None = None) -> int:
    """Keep ``command`` and everything it starts until it ends, the pipe closes, or SIGTERM arrives."""
    parser = argparse.ArgumentParser(prog="keeper")
    parser.add_argument("--pipe", type=int, help="Read end of a pipe that closes when the asking command ends.")
    parser.add_argument("--kind", choices=("run", "up"), default="run", help="Written down for other commands.")
    parser.add_argument("--token", default="", help="Written down, so that who asked knows its own keeper.")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    lock = _take_home()
    if lock is None:
        return TAKEN
    state.begin(options.kind, options.token)
    _adopt_orphans()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    ended = {"by_signal": False}
    signal.signal(signal.SIGTERM, lambda *_: ended.update(by_signal=True))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with embedded.available():
        child = subprocess.Popen(options.command, stdin=subprocess.DEVNULL)
        watched = [wake_read] + ([options.pipe] if options.pipe is not None else [])
        code: int | None = None
        why = "It was asked to end (make down)."
        while not ended["by_signal"]:
            ready, _, _ = select.select(watched, [], [], 5)
            if wake_read in ready:
                os.read(wake_read, 4096)
            if options.pipe in ready:
                why = "The command that started it ended."  # it only ever closes its end
                break
            code = child.poll()
            if code is not None:
                break
            _reap_orphans(child.pid)
        if code is None:
            state.say("ending", why=why)  # a component that ended by itself has said why
        end_descendants()
    _reap_everything()
    lock.close()
    return code or 0


def _take_home() -> IO[str] | None:
    """Lock this home for as long as the returned file is open; None when another keeper has it."""
    path = get_settings().home / "run" / "keeper.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a")
    deadline = time.monotonic() + 1  # one that just ended may not have let go yet
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                lock.close()
                return None
            time.sleep(0.05)
        else:
            return lock


def end_descendants() -> None:
    """End every descendant of this process but the database: politely, then outright."""
    for sign, patience in ((signal.SIGTERM, _POLITE_SECONDS), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + patience
        while alive := _descendants():
            for process in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(sign)
            _, alive = psutil.wait_procs(alive, timeout=0.3)
            if not alive:
                alive = _descendants()  # what a dying process started meanwhile
            if not alive or time.monotonic() > deadline:
                break


def _descendants() -> list[psutil.Process]:
    """Return our descendants without the database server, which is asked to stop last and in its own way."""
    keep = set()
    postmaster = embedded.postmaster_pid() if embedded.is_used() else None
    if postmaster is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            server = psutil.Process(postmaster)
            keep = {server.pid, *(p.pid for p in server.children(recursive=True))}
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.pid not in keep and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _reap_orphans(child: int) -> None:
    """Collect adopted processes that ended, so that none stays as a zombie; our own child is polled apart."""
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
            if process.pid != child and process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)


def _reap_everything() -> None:
    """Leave no zombie behind: where nobody else collects orphans (a container), they would stay for ever."""
    deadline = time.monotonic() + 2
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                time.sleep(0.02)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


if __name__ == "__main__":
    raise SystemExit(main())
