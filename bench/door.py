"""The door against a bare COPY of the same bytes: same server, same run, so that the ratio means something.

    python bench/door.py                       200,000 episode rows
    python bench/door.py 200000 2000000        several sizes
    python bench/door.py --dlt PYTHON          with dlt too, a loader that somebody might take in the door's place

Prints the ratio (best of three of each, in turn; of one from 10,000,000 rows on), that of processor seconds (each
side's process, with its start, and what the server did for it), and the peak memory of the door's process: it
starts no other. dlt is no part of the platform: PYTHON is an interpreter that has ``dlt[postgres]``. It loads the same
files into tables of its own and does nothing else with them: no rule, no pseudonym, no original, no receipt.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from socialcare import embedded
from socialcare.settings import get_settings

AS_OF, YEAR, COUNCIL = date(2026, 10, 31), 2027, "durham"
ROUNDS, ROUNDS_OF_MANY, MANY = 3, 1, 10_000_000
Result = TypeVar("Result")


def make_files(folder: Path, rows: int) -> dict[str, Path]:
    """Generate Header and about ``rows`` Episodes; return the files."""
    from socialcare.generate.deliver import write_delivery
    from socialcare.generate.ssda903 import ssda903

    tables = ("header", "episodes")
    made = ssda903(COUNCIL, AS_OF, YEAR, seed=1, open_children=int(rows / 1.62), tables=tables)
    sent = write_delivery(made, folder, COUNCIL, AS_OF, YEAR)
    return {table: next(sent.glob(f"*_{table}_*.csv")) for table in tables}


def seconds_of_bare_copy(files: dict[str, Path]) -> float:
    """COPY the bytes as they are into plain tables of text, in one transaction."""
    from socialcare.database import connect

    began = time.perf_counter()
    with connect("loader") as connection:
        for table, path in files.items():
            with path.open("rb") as file:
                names = file.readline().decode().strip().split(",")
                columns = ", ".join(f"{name.lower()} text" for name in names)
                connection.execute(f"drop table if exists raw.bare_{table}")
                connection.execute(f"create table raw.bare_{table} ({columns})")
                file.seek(0)
                copying = f"copy raw.bare_{table} from stdin (format csv, header)"
                with connection.cursor().copy(copying) as copy:
                    while chunk := file.read(1 << 17):
                        copy.write(chunk)
    return time.perf_counter() - began


def seconds_of_the_door(files: dict[str, Path], attempt: int) -> float:
    """Take the same files in as a delivery; only the door itself is timed."""
    from socialcare.door import arrival
    from socialcare.door.intake import take_in

    folder = get_settings().inbox / COUNCIL / "bench"
    folder.mkdir(parents=True)
    for path in files.values():
        os.link(path, folder / path.name)
    # Another day each time: the same delivery again would be known at once.
    stated = {"as_of_date": f"2026-11-{attempt + 1:02d}", "collection_year": YEAR, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))
    (delivery,) = arrival.look(COUNCIL).whole
    began = time.perf_counter()
    taken = take_in(delivery)
    took = time.perf_counter() - began
    assert taken.rows_loaded, taken
    return took


_DLT = """
import csv, json, sys, time
import dlt
began = time.perf_counter()
pipeline = dlt.pipeline("bench", destination="postgres", dataset_name="bench", pipelines_dir=sys.argv[2])
for table, path in json.loads(sys.argv[1]).items():
    with open(path, encoding="utf-8-sig", newline="") as file:
        pipeline.run(dlt.resource(csv.DictReader(file), name=table), write_disposition="replace")
print(time.perf_counter() - began)
"""


def seconds_of_dlt(interpreter: str, files: dict[str, Path], home: Path) -> float:
    """Load the same files with dlt, row by row as its documentation has it, into a database of its own."""
    from socialcare.database import ADMIN, connect, password, server

    with connect(ADMIN, database="postgres", autocommit=True) as connection:
        connection.execute("drop database if exists bench_dlt")
        connection.execute("create database bench_dlt")
    where = server()
    url = f"postgresql://{ADMIN}:{password(ADMIN)}@{where.host}:{where.port}/bench_dlt"
    own = {"DESTINATION__POSTGRES__CREDENTIALS": url, "RUNTIME__DLTHUB_TELEMETRY": "false", "HOME": str(home)}
    with tempfile.TemporaryDirectory(dir=home) as pipelines:
        given = json.dumps({table: str(path) for table, path in files.items()})
        done = subprocess.run(
            [interpreter, "-c", _DLT, given, pipelines],
            env=os.environ | own,
            cwd=pipelines,
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout.split()[-1])


def seconds_of_the_server() -> float:
    """Return the processor seconds of the server so far: of its processes that run, and of those that ended."""
    from socialcare.embedded_host import place_of_server

    first = int((place_of_server() / "data" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(stat.parent.name) == first:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == first:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def all_seconds(work: Callable[..., float], *given: object) -> tuple[float, float, float]:
    """Run ``work`` in a fresh process; return its seconds, the processor seconds of both sides, and its peak in MiB."""
    before = seconds_of_the_server()
    (took, own), peak = in_a_process(_with_own_seconds, work, given)
    time.sleep(0.2)  # the server counts what a connection did when that has ended
    return took, own + seconds_of_the_server() - before, peak


def _with_own_seconds(work: Callable[..., float], given: tuple[object, ...]) -> tuple[float, float]:
    before = time.process_time()
    return work(*given), time.process_time() - before


def in_a_process(work: Callable[..., Result], *given: object) -> tuple[Result, float]:
    """Run ``work`` in a fresh process; return what it returns and that process's peak memory in MiB."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (work, given))


def _measured(work: Callable[..., Result], given: tuple[object, ...]) -> tuple[Result, float]:
    took = work(*given)
    # VmHWM, not getrusage: the latter also remembers the process that started this one.
    status = Path("/proc/self/status").read_text()
    return took, int(status.split("VmHWM:")[1].split()[0]) / 1024


def run(sizes: list[int], dlt: str = "") -> list[dict[str, float]]:
    """Measure every size on a server of its own; return and print one line for each. ``dlt``: an interpreter."""
    from socialcare.warehouse import schema

    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    os.environ["SOCIALCARE_HOME"] = str(home)
    get_settings.cache_clear()
    results = []
    embedded.start(die_with_parent=True)
    try:
        schema.apply()
        for number, rows in enumerate(sizes):
            files = make_files(home / f"files{number}", rows)
            size = sum(f.stat().st_size for f in files.values()) / 1e6
            bare, door = [], []
            for attempt in range(ROUNDS_OF_MANY if rows >= MANY else ROUNDS):
                bare.append(all_seconds(seconds_of_bare_copy, files))
                door.append(all_seconds(seconds_of_the_door, files, attempt))
            (bare_wall, bare_cpu, _), (door_wall, door_cpu, _) = (
                map(min, zip(*side, strict=True)) for side in (bare, door)
            )
            result = {
                "rows": float(rows),
                "megabytes": round(size, 1),
                "bare_copy_seconds": round(bare_wall, 3),
                "door_seconds": round(door_wall, 3),
                "ratio": round(door_wall / bare_wall, 2),
                "bare_copy_processor_seconds": round(bare_cpu, 2),
                "door_processor_seconds": round(door_cpu, 2),
                "processor_ratio": round(door_cpu / bare_cpu, 2),
                "peak_mib": round(max(peak for *_, peak in door)),
            }
            if dlt:
                result["dlt_seconds"] = round(min(seconds_of_dlt(dlt, files, home) for _ in range(ROUNDS)), 3)
            print(json.dumps(result), flush=True)
            results.append(result)
    finally:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="*", default=[200_000])
    parser.add_argument("--dlt", default="", help="an interpreter that has dlt[postgres]")
    asked = parser.parse_args()
    run(asked.rows, asked.dlt)
