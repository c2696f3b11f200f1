"""Run the platform from outside, as a person would: `make run` in this checkout, with a home of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import carry_proofs, quickest_place

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Ran:
    code: int
    output: str
    seconds: float


class Place:
    """A home for one story: runs verbs in it, and sees which of its processes live."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = ""  # what a story keeps of what was printed, to be searched
        ours = ("SOCIALCARE_", "AIRFLOW", "MAKE", "MFLAGS")  # as a person's shell: not inside another make
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(ours) and k != "Q"}
        self.environment |= {"SOCIALCARE_HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `make <arguments>` and leave it running."""
        return subprocess.Popen(
            ["make", *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def make(self, *arguments: str, timeout: float = 900) -> Ran:
        """Run `make <arguments>` to its end."""
        began = time.monotonic()
        process = self.start(*arguments)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Ran(process.returncode, output, time.monotonic() - began)

    def socialcare(self, *arguments: str) -> str:
        """Return what one of the platform's own commands prints."""
        done = subprocess.run(
            [str(ROOT / ".venv/bin/socialcare"), *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, query: str, *arguments: str) -> list[str]:
        """Return the lines that `socialcare sql` prints, without the header."""
        return self.socialcare("sql", *arguments, query).splitlines()[1:]

    def processes(self) -> list[psutil.Process]:
        """Return every living process that belongs to this home."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("SOCIALCARE_HOME") == str(self.home)
                if mine and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def wait_until_no_process(self, seconds: float) -> float:
        """Wait until nothing of this home lives; return how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self.processes():
                return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"still alive after {seconds} s: {[p.cmdline()[:4] for p in self.processes()]}")


@pytest.fixture(scope="module")
def shared_place(_session_home: Path) -> Iterator[Place]:
    """A home that the tests of one module share, in the order they are written; gone afterwards."""
    yield from new_place(_session_home)


@pytest.fixture(scope="session")
def up(_session_home: Path) -> Iterator[Place]:
    """A platform that stays, on its schedule, for every module named test_make_up*: the last of them ends it.

    Planted deliveries wait in its inbox (tests/e2e/planted.py), so that all it makes can be searched for them.
    """
    from tests.e2e import planted

    for place in new_place(_session_home):
        # Every night is late after no time at all: the alert must come.
        place.environment["SOCIALCARE_NIGHT_DEADLINE_MINUTES"] = "0"
        planted.deliver(place.home)
        started = place.make("up")
        assert started.code == 0, started.output
        place.output += started.output
        yield place
        assert place.make("down").code == 0
        place.wait_until_no_process(10)


def new_place(session_home: Path) -> Iterator[Place]:
    home = Path(tempfile.mkdtemp(prefix="socialcare-e2e-", dir=quickest_place()))
    home.chmod(0o755)  # as root, the database's own account must be able to pass
    carry_proofs(session_home, home)
    place = Place(home)
    yield place
    carry_proofs(home, session_home)
    for process in place.processes():
        process.send_signal(signal.SIGKILL)
    shutil.rmtree(home, ignore_errors=True)
