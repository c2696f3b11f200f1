"""Parsing dags/ against parsing one empty DAG, each in fresh processes, taking turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_EMPTY = """
from airflow.sdk import dag, task

@dag(schedule=None)
def empty():
    @task
    def nothing(): ...
    nothing()

empty()
"""
_PARSE = """
import sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
assert bag.dags and not bag.import_errors, bag.import_errors
"""


def main(rounds: int = 5) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty.py").write_text(_EMPTY)
        times: dict[str, list[float]] = {"empty": [], "ours": []}
        for _ in range(rounds + 1):  # the first round warms the disk and is dropped
            times["empty"].append(_parse(folder))
            times["ours"].append(_parse(str(ROOT / "dags")))
    empty, ours = (statistics.median(times[name][1:]) for name in ("empty", "ours"))
    print("| measure | value | target |\n|---|---|---|")
    print(f"| parse dags/ / parse an empty DAG ({rounds} rounds, medians) | {ours / empty:.2f}x | at most 1.5x |")


def _parse(folder: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", _PARSE, folder], env=environment, check=True, capture_output=True)
        return time.monotonic() - began


if __name__ == "__main__":
    main()
