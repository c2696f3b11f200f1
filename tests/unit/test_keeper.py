"""The keeper ends every descendant, also one that left its group and session, whatever ends the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

# Starts a grandchild in a session of its own that ignores SIGTERM, tells its pid, and waits.
STUBBORN = textwrap.dedent(
    """
    import subprocess, sys, time
    child = subprocess.Popen(
        [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"],
        start_new_session=True)
    open(sys.argv[1], "w").write(str(child.pid))
    time.sleep(60)
    """
)
# The command: starts a keeper with a pipe that it holds, and waits.
COMMAND = textwrap.dedent(
    """
    import os, signal, subprocess, sys, time
    # In the background a shell has its children ignore Ctrl-C, and they hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    read, write = os.pipe()
    subprocess.Popen([sys.executable, "-m", "socialcare.operate.keeper", "--pipe", str(read), "--",
                      sys.executable, "-c", sys.argv[1], sys.argv[2]], pass_fds=(read,), start_new_session=True)
    os.close(read)
    time.sleep(60)
    """
)


def wait_for(path: Path, seconds: float = 20) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError("the keeper never started its command")


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def environment(home: Path, tmp_path: Path) -> dict[str, str]:
    # An external server is not the keeper's to start or stop.
    return {
        **os.environ,
        "SOCIALCARE_HOME": str(tmp_path),
        "SOCIALCARE_DATABASE_URL": "postgresql://nobody@127.0.0.1/x",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only (PR_SET_CHILD_SUBREAPER)")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_command(number: signal.Signals, tmp_path: Path, environment: dict[str, str]) -> None:
    told = tmp_path / "pid"
    command = subprocess.Popen([sys.executable, "-c", COMMAND, STUBBORN, str(told)], env=environment)
    grandchild = wait_for(told)
    keeper = psutil.Process(command.pid).children()[0]
    command.send_signal(number)
    command.wait(timeout=10)
    assert gone(grandchild), "a descendant in a session of its own was left behind"
    assert gone(keeper.pid), "the keeper was left behind"


def test_the_keeper_ends_with_its_command_and_passes_its_exit_code_on(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "socialcare.operate.keeper", "--", sys.executable, "-c", "raise SystemExit(7)"],
        env=environment, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 7
