"""`make run` as a newcomer meets it: the first night, the same night again, and one that is broken off."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import psutil
import pytest

from tests.e2e.conftest import Place

pytestmark = pytest.mark.timeout(600)

CHECKSUM = "select checksum from about"


def test_the_first_night_publishes_and_shows_the_comparison(shared_place: Place) -> None:
    night = shared_place.make("run")
    assert night.code == 0, night.output
    for words in ("Durham", "South Tyneside", "Redcar and Cleveland", "North East", "England", "SYNTHETIC"):
        assert words in night.output
    assert re.search(r"122\b", night.output)  # Durham's looked-after rate at 31 March 2024, DfE's 2024 release
    assert shared_place.processes() == []


def test_the_published_tables_answer_after_the_run_has_ended(shared_place: Place) -> None:
    # DfE, Children looked after in England including adoptions, 2024 release.
    rows = shared_place.sql(
        "select council_name, value::int from regional_comparison where indicator_id = 'cla_rate_per_10000' "
        "and period = '2024' and council_name in ('Durham', 'South Tyneside', 'Redcar and Cleveland') order by 1"
    )
    assert rows == ["Durham,122", "Redcar and Cleveland,153", "South Tyneside,102"]
    assert shared_place.processes() == [], "sql leaves the server that it started"


def test_make_sql_answers_as_the_analyst_and_as_a_council(shared_place: Place) -> None:
    shared = shared_place.make(
        "sql", "Q=select council_name from regional_comparison where \"period\" = '2024' limit 1"
    )
    assert (shared.code, len(shared.output.splitlines())) == (0, 2), shared.output
    own = shared_place.make("sql", "AS=durham", "Q=select council_name from looked_after_now")
    assert own.output.splitlines() == ["council_name", "Durham"]


def test_a_council_sees_its_own_live_figure_and_no_other(shared_place: Place) -> None:
    assert shared_place.sql("select council_name from looked_after_now", "--as", "durham") == ["Durham"]
    refused = subprocess.run(
        [".venv/bin/socialcare", "sql", "select * from looked_after_now"],
        env=shared_place.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "--as durham" in refused.stderr


def _says(process: subprocess.Popen[str], *words: str) -> None:
    """Read the command's output up to a line that holds all these words."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if all(word in line for word in words):
            return
    raise AssertionError(f"it never said {words}, but: {''.join(said)}")


def _recipe(process: subprocess.Popen[str]) -> psutil.Process:
    """Return the process that make's recipe execs."""
    return next(p for p in psutil.Process(process.pid).children(recursive=True) if "run" in p.cmdline())


#: How a night may be broken off, each while a task runs.
BROKEN_OFF = ((signal.SIGINT, "group"), (signal.SIGTERM, "make"), (signal.SIGKILL, "make"), (signal.SIGKILL, "recipe"))


def test_a_night_broken_off_leaves_no_process_and_the_same_night_again_changes_nothing(shared_place: Place) -> None:
    """Four nights, each started over the remains of the one before it; the fifth runs to its end."""
    before = shared_place.sql(CHECKSUM)
    for number, target in BROKEN_OFF:
        began = time.monotonic()
        process = shared_place.start("run")
        _says(process, "nightly", "running")
        assert time.monotonic() - began < 200, "it waited for a heartbeat to time out (300 s)"
        if target == "group":
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid if target == "make" else _recipe(process).pid, number)
        took = shared_place.wait_until_no_process(10)
        process.communicate(timeout=20)
        print(f"{number.name} of {target}: all ended after {took:.1f} s")

    again = shared_place.make("run", timeout=200)  # less than a heartbeat takes to time out (300 s)
    assert again.code == 0, again.output
    assert "an earlier night was cut off" in again.output
    assert shared_place.sql(CHECKSUM) == before
    assert again.output.count("unchanged") >= 7, again.output  # every source, and the build
    assert "landed:" not in again.output
