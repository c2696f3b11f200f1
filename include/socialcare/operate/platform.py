"""Bring the platform up for one command (`make run`) or for good (`make up`), and down again."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from socialcare.errors import Fault
from socialcare.operate import components, keeper
from socialcare.operate.airflow_api import AirflowApi
from socialcare.operate.state import asked_sources, read_state
from socialcare.settings import child_environment, get_settings

_PR_SET_PDEATHSIG = 1
_OVER = ("ending", "failed")
_ENDING_SECONDS = 30  # a platform that is just ending gets this long
Say = Callable[[str], None]


@dataclass(frozen=True)
class Platform:
    """A running platform: where its Airflow page is, and whether this command started it."""

    url: str
    started_at: str | None
    ours: bool
    cut_off: tuple[str, ...] = ()  # runs of an earlier night that were marked as failed at the start
    keeper: int = 0

    @property
    def api(self) -> AirflowApi:
        return AirflowApi(self.url, components.LOGIN)

    def still_runs(self) -> bool:
        """Return whether its keeper lives and is not ending it."""
        now = living()
        return now.get("keeper") == self.keeper and now.get("phase") not in _OVER

    def why_ended(self) -> Fault:
        """Return what to tell whoever needed this platform, in the words that it left."""
        now = read_state()
        why = str(now.get("why") or "") if now.get("keeper") == self.keeper else ""
        return Fault(
            "platform_ended",
            f"The platform ended while it was needed. {why}".rstrip(),
            where=str(get_settings().logs),
            remedy="run it again; if nobody ended it, read the logs there first.",
        )


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


def living() -> dict[str, Any]:
    """Return what the platform of this home says of itself; empty where none lives."""
    state = read_state()
    return state if _keeper_lives(state) else {}


def running() -> Platform | None:
    """Return the platform that runs for this home, if one does and is ready."""
    state = living()
    return _platform(state, ours=False) if state.get("phase") == "ready" else None


def _platform(state: dict[str, Any], *, ours: bool) -> Platform:
    if not ours:
        return Platform(state["url"], None, ours=False, keeper=int(state["keeper"]))
    cut_off = tuple(state.get("cut_off", ()))
    return Platform(state["url"], state.get("started_at"), ours=True, cut_off=cut_off, keeper=int(state["keeper"]))


def _keeper_lives(state: dict[str, Any]) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, KeyError, TypeError):
        return "socialcare.operate.keeper" in psutil.Process(int(str(state["keeper"]))).cmdline()
    return False


@contextlib.contextmanager
def for_one_command(say: Say) -> Iterator[Platform]:
    """Have a platform for the length of the block; what this command started ends with it.

    Joins a platform that `up` keeps here, if its settings are the ones asked for. Raises Fault
    ``already_running``, ``runs_with_other_settings``, ``platform_not_started``.
    """
    already = _to_join()
    if already is not None:
        say(f"using the platform that already runs at {already.url}")
        yield already
        return
    read, write = os.pipe()
    process, token = _start_keeper("run", pipe=read)
    os.close(read)
    try:
        yield _wait_until_ready(process, token, say)
    finally:
        os.close(write)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)


def up(say: Say) -> Platform:
    """Start the platform and leave it running; broken off before it is ready, it ends again."""
    already = _to_join()
    if already is not None:
        return already
    process, token = _start_keeper("up", pipe=None)
    try:
        return _wait_until_ready(process, token, say)
    except BaseException:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_ENDING_SECONDS)
        raise


def down() -> bool:
    """End the platform that runs for this home; return whether one did."""
    state = living()
    if not state:
        return False
    try:
        process = psutil.Process(int(state["keeper"]))
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    except psutil.NoSuchProcess:  # it ended meanwhile
        return True
    except psutil.TimeoutExpired as late:
        raise Fault(
            "not_ended",
            "The platform did not end in 30 seconds.",
            where=f"process {late.pid}",
            remedy=f"end it outright: kill -9 {late.pid}",
        ) from late
    return True


def _to_join() -> Platform | None:
    """Return the platform that `up` keeps here, if it is as asked; None when this home is free."""
    state = _settled()
    if not state:
        return None
    if state.get("kind") != "up" or state.get("phase") != "ready":
        raise _already_running(state)
    asked = asked_sources()
    if any(state.get(key) != value for key, value in asked.items()):
        raise Fault(
            "runs_with_other_settings",
            f"A platform already runs here with figures from {_in_words(state)}; asked for is {_in_words(asked)}.",
            where=str(get_settings().home),
            remedy="end it first (`make down`), or ask for the same.",
        )
    return _platform(state, ours=False)


def _in_words(sources: dict[str, Any]) -> str:
    mirror = sources.get("published")
    return f"{sources.get('sources')} ({mirror})" if mirror else str(sources.get("sources"))


def _settled() -> dict[str, Any]:
    """Return what lives here; what is just ending gets time to finish."""
    deadline = time.monotonic() + _ENDING_SECONDS
    while (state := living()).get("phase") in _OVER and time.monotonic() < deadline:
        time.sleep(0.1)
    return state


def _already_running(state: dict[str, Any]) -> Fault:
    kind, phase = state.get("kind", "run"), state.get("phase", "starting")
    doing = "`make up` is starting" if kind == "up" else "another `make run` is at work"
    return Fault(
        "already_running",
        f"One platform at a time: {doing} here (now: {phase}).",
        where=str(get_settings().home),
        remedy="wait until it has finished, or end it with `make down`.",
    )


def _start_keeper(kind: str, pipe: int | None) -> tuple[subprocess.Popen[bytes], str]:
    """Start a keeper; return it, and the token by which to know what it writes."""
    settings = get_settings()
    settings.logs.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(8)
    asked = [] if pipe is None else ["--pipe", str(pipe)]
    python = sys.executable
    with (settings.logs / "keeper.log").open("ab") as log:
        process = subprocess.Popen(
            [
                *(python, "-m", "socialcare.operate.keeper", *asked, "--kind", kind, "--token", token, "--"),
                *(python, "-m", "socialcare.operate.components"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=() if pipe is None else (pipe,),
            env=child_environment(),
            cwd=settings.home,
        )
    return process, token


def _wait_until_ready(process: subprocess.Popen[bytes], token: str, say: Say) -> Platform:
    told = ""
    while True:
        ended = process.poll() is not None  # before the state is read: its last words count
        state = read_state()
        if state.get("token") != token:
            state = {}
        phase = state.get("phase", "")
        if phase and phase not in (told, "ready", *_OVER):
            say(phase)
            told = phase
        if phase == "ready" and not ended:
            return _platform(state, ours=True)
        if phase in _OVER or ended:
            if process.returncode == keeper.TAKEN:
                raise _already_running(living())
            why = state.get("why") or "The keeper ended."
            raise Fault(
                "platform_not_started",
                f"The platform did not start. {why}",
                where=str(get_settings().logs),
                remedy="read keeper.log there, then run it again.",
            )
        time.sleep(0.1)
