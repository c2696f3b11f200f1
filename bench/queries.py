"""The twenty documented queries (docs/questions.md) at the published version of all England, as an analyst asks them.

    SOCIALCARE_BENCH_PUBLISHED=FOLDER python -m bench queries     a mirror of the real published files
    python -m bench queries                                       the bundled sample, which is a fraction of England

A night fills a warehouse of its own; then every query runs ROUNDS times over one connection, its answer fetched whole.
Prints the rows, the median and the 95th percentile of each, and which miss the target.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from socialcare import embedded
from socialcare.settings import PROJECT_ROOT, get_settings

ROUNDS = 100
TARGET_MS = 50.0

_SIZES = """
select
    (select count(distinct council_code) from regional_comparison),
    (select count(distinct indicator_id) from regional_comparison),
    (select max(extract(year from period_end_date)) - min(extract(year from period_end_date)) + 1
     from regional_comparison),
    (select count(*) from regional_comparison), (select count(*) from indicator_history),
    (select count(*) from restatements)
"""


def questions() -> list[tuple[str, str, str]]:
    """Return number, question and query of each on the page of questions."""
    page = (PROJECT_ROOT / "docs" / "questions.md").read_text()
    return re.findall(r"^(\d+)\. (.+)\n\n((?: {4,}.+\n?)+)", page, flags=re.MULTILINE)


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile: of a hundred, the fifth from the top."""
    return sorted(seconds)[-max(1, len(seconds) // 20)]


@contextmanager
def after_a_night() -> Iterator[None]:
    """Hold a home of its own, with a warehouse that one night has filled from what the environment names."""
    published = os.environ.get("SOCIALCARE_BENCH_PUBLISHED")
    inputs = {"SOCIALCARE_SOURCES": "mirror", "SOCIALCARE_PUBLISHED": published} if published else {}
    print(f"inputs: {'a mirror of real published files' if published else 'the bundled sample'}\n")
    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    os.environ.update({**inputs, "SOCIALCARE_HOME": str(home)})
    get_settings.cache_clear()
    embedded.start(die_with_parent=True)
    try:
        # In a process of its own: dbt leaves hundreds of megabytes behind.
        subprocess.run([sys.executable, "-c", _NIGHT], cwd=PROJECT_ROOT, check=True, stdout=subprocess.DEVNULL)
        yield
    finally:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)


def main() -> None:
    with after_a_night():
        ask()


_NIGHT = """
from socialcare.steps import night
from socialcare.warehouse import schema
schema.apply()
raise SystemExit(night.run("bench-queries"))
"""


def ask() -> list[float]:
    """Time every query on the warehouse at hand, print a line for each; return the 95th percentiles, in ms."""
    from socialcare.database import connect

    with connect("analyst") as connection:
        connection.execute("set search_path = published")
        connection.prepare_threshold = None  # every run is planned, as one of `make sql` is
        sizes = connection.execute(_SIZES).fetchone()
        assert sizes is not None
        print("{} councils, {} indicators, {} years; {:,} rows of regional_comparison,".format(*sizes[:4]))
        print("{:,} of indicator_history, {:,} of restatements\n".format(*sizes[4:]))
        print("| | question | rows | median ms | p95 ms |\n|---|---|---|---|---|")
        found = []
        for number, question, query in questions():
            rows, took = timed(lambda query=query: len(connection.execute(query.encode()).fetchall()))  # type: ignore[misc]
            found.append(1000 * p95(took))
            print(f"| {number} | {question} | {rows} | {1000 * statistics.median(took):.1f} | {found[-1]:.1f} |")
    late = sum(one >= TARGET_MS for one in found)
    print(f"\n| measure | value | target |\n|---|---|---|\n| slowest p95 | {max(found):.1f} ms | under 50 ms |")
    print(f"| queries that miss it | {late} of {len(found)} | none |")
    return found


def timed(work: Callable[[], int]) -> tuple[int, list[float]]:
    """Return what ``work`` answers, and the seconds of each of ROUNDS runs after a first one."""
    answer, took = work(), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return answer, took


if __name__ == "__main__":
    main()
