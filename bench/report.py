"""The morning report: seconds a page and peak memory, for the region's twelve councils and for all of England.

    SOCIALCARE_BENCH_PUBLISHED=FOLDER python -m bench.report    a mirror of the real published files
    python -m bench.report                                      the bundled sample, which is a fraction of England
    python -m bench.report --here                               the warehouse of this home, which must run

Each report is made in a process of its own, so that its memory is its own; "again" makes it a second time in the same
process, as the editions after the first are made, the charts being drawn already.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.queries import after_a_night
from socialcare.settings import PROJECT_ROOT

AREAS = {"the region": "E12000001", "all of England": None}


def one(area: str) -> None:
    """Make the report of ``area`` twice, in this process; print what it took as JSON."""
    from socialcare.database import connect
    from socialcare.report import site

    about = {"version_id": 1, "built_at": datetime(2025, 1, 1, tzinfo=UTC), "data_mode": "mirror"}
    seconds = []
    with tempfile.TemporaryDirectory() as folder, connect("analyst") as connection:
        for number in range(2):
            place, began = Path(folder) / str(number), time.perf_counter()
            site.fill(place, connection, council=None, about=about, sources=[], region=AREAS[area])
            seconds.append(time.perf_counter() - began)
        sizes = [path.stat().st_size for path in place.iterdir()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"pages": len(sizes), "mb": sum(sizes) / 1e6, "seconds": seconds, "peak": peak}))


def measure() -> None:
    """Print a line for each size."""
    print("| report | pages | first | again | a page, again | size | peak memory |\n|---|---|---|---|---|---|---|")
    for area in AREAS:
        command = [sys.executable, "-c", f"from bench.report import one; one({area!r})"]
        done = subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        first, again = found["seconds"]
        print(
            f"| {area} | {found['pages']} | {first:.1f} s | {again:.1f} s | {1000 * again / found['pages']:.0f} ms"
            f" | {found['mb']:.0f} MB | {found['peak']} MiB |"
        )


def main() -> None:
    if "--here" in sys.argv:
        measure()
        return
    with after_a_night():
        measure()


if __name__ == "__main__":
    main()
