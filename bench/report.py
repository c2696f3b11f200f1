"""The morning report: processor seconds and peak memory, for the region's twelve councils and for all of England.

    SOCIALCARE_BENCH_PUBLISHED=FOLDER python -m bench.report    a mirror of the real published files
    python -m bench.report                                      the bundled sample, which is a fraction of England
    python -m bench.report --here                               the warehouse of this home, which must run

Each size is made in a process of its own, so that its memory is its own, four times: first; with the charts drawn in
the same process, as later editions find them; from last night's pages, when no figure changed; and when one did (its
measure, its council and the first page are made anew). The seconds are this process's, without the database's.
"""

from __future__ import annotations

import hashlib
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
WAYS = ("first", "charts drawn", "nothing changed", "one figure changed")
#: What one changed figure of Durham touches.
_ONE_FIGURE = ("index.html", "council-durham.html", "measure-rereferral-pct.html")


def one(area: str) -> None:
    """Make the report of ``area`` in this process, by each of WAYS; print what it took as JSON."""
    from socialcare.database import connect
    from socialcare.report import charts, site

    about = {"version_id": 1, "built_at": datetime(2025, 1, 1, tzinfo=UTC), "data_mode": "mirror"}
    seconds = []
    with tempfile.TemporaryDirectory() as folder, connect("analyst") as connection:
        before = None
        for number in range(len(WAYS)):
            place = Path(folder) / str(number) / "report"
            place.parent.mkdir()
            if number >= 2:  # as in another process, but that the drawing library has begun: another second
                charts._svg.cache_clear()
                before = _delivered(Path(folder) / "0/report", but=_ONE_FIGURE if number == 3 else ())
            began = time.process_time()
            site.fill(place, connection, council=None, about=about, sources=[], region=AREAS[area], before=before)
            seconds.append(time.process_time() - began)
        sizes = [path.stat().st_size for path in place.iterdir()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"pages": len(sizes), "mb": sum(sizes) / 1e6, "seconds": seconds, "peak": peak}))


def _delivered(report: Path, but: tuple[str, ...]) -> Path:
    """Write the manifest beside a report, as a delivery does, without the pages ``but``: these are made anew."""
    files = [
        {"name": f"report/{path.name}", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in report.iterdir()
        if path.name not in but
    ]
    (report.parent / "manifest.json").write_text(json.dumps({"files": files}))
    return report


def measure() -> None:
    """Print a line for each size."""
    print(f"| report | pages | {' | '.join(WAYS)} | size | peak memory |\n|---|---|---|---|---|---|---|---|")
    for area in AREAS:
        command = [sys.executable, "-c", f"from bench.report import one; one({area!r})"]
        done = subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        took = " | ".join(f"{seconds:.1f} s" for seconds in found["seconds"])
        print(f"| {area} | {found['pages']} | {took} | {found['mb']:.0f} MB | {found['peak']} MiB |")


def main() -> None:
    if "--here" in sys.argv:
        measure()
        return
    with after_a_night():
        measure()


if __name__ == "__main__":
    main()
