"""Bring the platform up for one command (`make run`) or for good (`make up`), and down again."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil

from socialcare.errors import Fault
from socialcare.operate import components
from socialcare.operate.airflow_api import AirflowApi
from socialcare.settings import child_environment, get_settings

_PR_SET_PDEATHSIG = 1
Say = Callable[[str], None]


@dataclass(frozen=True)
class Platform:
    """A running platform: where its Airflow page is, and whether this command started it."""

    url: str
    started_at: str | None
    ours: bool
    cut_off: tuple[str, ...] = ()  # runs of an earlier night that were marked as failed at the start

    @property
    def api(self) -> AirflowApi:
        return AirflowApi(self.url, components.LOGIN)


class Ended(Exception):
    """The person or the machine asked this command to end (SIGINT, SIGTERM, or make was killed)."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


def end_on_signals(*, with_parent: bool) -> None:
    """Turn SIGINT, SIGTERM and SIGHUP into ``Ended``; ``with_parent``: also when the parent is killed outright.

    make runs its recipe as a child: SIGKILL of make would otherwise leave the recipe running unseen.
    """

    def end(number: int, _frame: object) -> None:
        raise Ended(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    if with_parent and sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we asked
            raise Ended(signal.SIGTERM)


def running() -> Platform | None:
    """Return the platform that runs for this home, if one does."""
    state = components.read_state()
    if state.get("phase") == "ready" and _keeper_lives(state):
        return Platform(state["url"], None, ours=False)
    return None


def _keeper_lives(state: dict[str, object]) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, KeyError, TypeError):
        return "socialcare.operate.keeper" in psutil.Process(int(str(state["keeper"]))).cmdline()
    return False


@contextlib.contextmanager
def for_one_command(say: Say) -> Iterator[Platform]:
    """Have a platform for the length of the block; what this command started ends with it."""
    already = running()
    if already is not None:
        say(f"using the platform that already runs at {already.url}")
        yield already
        return
    _refuse_a_second()
    read, write = os.pipe()
    keeper = _start_keeper(pipe=read)
    os.close(read)
    try:
        yield _wait_until_ready(keeper, say)
    finally:
        os.close(write)
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(timeout=20)


def up(say: Say) -> Platform:
    """Start the platform and leave it running."""
    already = running()
    if already is not None:
        return already
    _refuse_a_second()
    return _wait_until_ready(_start_keeper(pipe=None), say)


def down() -> bool:
    """End the platform that runs for this home; return whether one did."""
    state = components.read_state()
    if not _keeper_lives(state):
        return False
    keeper = psutil.Process(int(state["keeper"]))
    keeper.send_signal(signal.SIGTERM)
    try:
        keeper.wait(timeout=30)
    except psutil.TimeoutExpired as late:
        raise Fault(
            "not_ended",
            "The platform did not end in 30 seconds.",
            where=f"process {keeper.pid}",
            remedy=f"end it outright: kill -9 {keeper.pid}",
        ) from late
    return True


def _refuse_a_second() -> None:
    """Two platforms on one home would fight over one database."""
    deadline = time.monotonic() + 15  # one that is just ending gets time to finish
    while _keeper_lives(components.read_state()):
        if time.monotonic() > deadline:
            raise Fault(
                "already_starting",
                "Another command is starting or running the platform here.",
                where=str(get_settings().home),
                remedy="wait for it, or end it with `make down`.",
            )
        time.sleep(0.2)
    components.state_file().unlink(missing_ok=True)


def _start_keeper(pipe: int | None) -> subprocess.Popen[bytes]:
    settings = get_settings()
    settings.logs.mkdir(parents=True, exist_ok=True)
    asked = [] if pipe is None else ["--pipe", str(pipe)]
    with (settings.logs / "keeper.log").open("ab") as log:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "socialcare.operate.keeper",
                *asked,
                "--",
                sys.executable,
                "-m",
                "socialcare.operate.components",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=() if pipe is None else (pipe,),
            env=child_environment(),
            cwd=settings.home,
        )


def _wait_until_ready(keeper: subprocess.Popen[bytes], say: Say) -> Platform:
    told = ""
    say("starting the database")
    while True:
        state = components.read_state()
        phase = state.get("phase", "") if state.get("keeper") == keeper.pid else ""
        if phase and phase not in (told, "ready", "failed"):
            say(phase)
            told = phase
        if phase == "ready":
            return Platform(state["url"], state.get("started_at"), ours=True, cut_off=tuple(state.get("cut_off", ())))
        if phase == "failed" or keeper.poll() is not None:
            why = state.get("why") or "The keeper ended."
            raise Fault(
                "platform_not_started",
                f"The platform did not start. {why}",
                where=str(get_settings().logs),
                remedy="read keeper.log there, then run it again.",
            )
        time.sleep(0.1)
