"""Reading and landing a published file against a bare COPY of the same bytes: same server, same run.

    python bench/land.py            a file as large as the largest of Explore Education Statistics (24,000 rows)
    python bench/land.py 1 10       and one ten times as large

Prints the ratio (best of several of each, in turn) and the peak memory of the process that reads and lands.
Left out is what a night also does with a new file: fetching it, the check of its bytes (land/content.py), keeping it
in the archive, and the comparison with the releases beside it (land/compare.py).
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

import psycopg

from bench.door import in_a_process
from socialcare import embedded
from socialcare.settings import get_settings

SOURCE, TABLE, RELEASE = "dfe_children_looked_after", "ceased", "2024"
#: As the real file: children who ceased to be looked after, by reason, age and sex; 24,215 rows, 3.9 MB.
PERIODS, COUNCILS, BREAKDOWNS = range(2024, 2019, -1), 155, 29
ROUNDS = 5


def make_file(path: Path, times: int) -> int:
    """Write a file in the form of the real one, ``times`` as many councils; return its rows."""
    from socialcare.registry import source

    table = source(SOURCE).tables[TABLE]
    edition = source(SOURCE).edition(RELEASE, TABLE)
    ours = {name: heading for heading, name in (edition.rename if edition else {}).items()}
    header = [ours.get(column.name, column.heading(RELEASE)) for column in table.all_columns]
    filters = itertools.product(*(column.values for column in table.filters))
    breakdowns = list(itertools.islice(filters, BREAKDOWNS))
    chance = random.Random(1)
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(header) + "\n")
        for period in PERIODS:
            for words in breakdowns:
                for council in range(COUNCILS * times):
                    area = f"E12{council % 9:06},Region {council % 9},{100 + council},E06{council:06},Council {council}"
                    lead = f"{period},Reporting year,Local authority,E92000001,England,{area}"
                    cells = dict(zip((column.name for column in table.filters), words, strict=True))
                    rest = (
                        f'"{cells[column.name]}"' if column.name in cells else str(chance.randint(0, 900) or "c")
                        for column in table.columns
                    )
                    file.write(f"{lead},{','.join(rest)}\n")
                    rows += 1
    return rows


def seconds_of_bare_copy(path: Path) -> float:
    """COPY the bytes as they are into a plain table of text, in one transaction."""
    from socialcare.database import connect

    began = time.perf_counter()
    with connect("loader") as connection, path.open("rb") as file:
        columns = ", ".join(f"c{place} text" for place, _ in enumerate(file.readline().split(b",")))
        connection.execute("drop table if exists raw.bare")
        connection.execute(f"create table raw.bare ({columns})")
        with connection.cursor().copy("copy raw.bare from stdin (format csv)") as copy:
            while chunk := file.read(1 << 17):
                copy.write(chunk)
    return time.perf_counter() - began


def seconds_of_landing(path: Path) -> float:
    """Read the file, hold it to its declaration, and land it."""
    from socialcare.database import connect
    from socialcare.land import load, tables
    from socialcare.land.parse import parse
    from socialcare.registry import source

    declared = source(SOURCE)
    with connect("loader", autocommit=True) as connection:
        tables.ensure(connection, declared)
        connection.execute(f"truncate raw.landings, raw.drifts, raw.{declared.raw_table(TABLE)}")
        _warm(connection)
        began = time.perf_counter()
        content = path.read_bytes()
        parsed = parse(declared, TABLE, RELEASE, path.name, content)
        file = load.TableFile(TABLE, path.name, "0" * 64, len(content))
        rows = load.land(connection, declared, load.Arrival(RELEASE, "folder", False), [(file, parsed)])
        took = time.perf_counter() - began
    assert rows == parsed.table.num_rows
    return took


def _warm(connection: psycopg.Connection) -> None:
    """Load the libraries, pandas behind Arrow's back among them: a night does it once for all of its files."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    pacsv.write_csv(pacsv.read_csv(io.BytesIO(b"a\n1\n")), pa.BufferOutputStream())
    pa.array([1])
    connection.execute("select 1")


def run(sizes: list[int]) -> list[dict[str, float]]:
    """Measure every size on a server of its own; return and print one line for each."""
    from socialcare.warehouse import schema

    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    os.environ["SOCIALCARE_HOME"] = str(home)
    get_settings.cache_clear()
    results = []
    embedded.start(die_with_parent=True)
    try:
        schema.apply()
        for times in sizes:
            path = home / f"la_children_who_ceased_{times}.csv"
            rows = make_file(path, times)
            bare, landing, peak = [], [], 0.0
            for _ in range(ROUNDS):
                bare.append(in_a_process(seconds_of_bare_copy, path)[0])
                took, memory = in_a_process(seconds_of_landing, path)
                landing.append(took)
                peak = max(peak, memory)
            result = {
                "rows": float(rows),
                "megabytes": round(path.stat().st_size / 1e6, 1),
                "bare_copy_seconds": round(min(bare), 3),
                "landing_seconds": round(min(landing), 3),
                "ratio": round(min(landing) / min(bare), 2),
                "peak_mib": round(peak),
            }
            print(json.dumps(result), flush=True)
            results.append(result)
    finally:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("times", type=int, nargs="*", default=[1, 10])
    run(parser.parse_args().times)
