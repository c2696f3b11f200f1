"""Writing an extract: rows a second and peak memory of CSV, Parquet and a workbook, alone and together.

    python -m bench.extracts [ROWS ...]     default: 20,000, 160,000 (all of England over twelve years) and 640,000

The rows are made up in the shape of regional_comparison (64 columns, one in five empty). Each way is a process of its
own, best of two, so that its memory is its own; beyond 200,000 rows all three ways together, once. The least is a whole
row group of Parquet: fewer rows never fill it, and would say little of the memory that many take.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

BATCH = 5_000
WAYS = ("nothing", "csv", "parquet", "xlsx", "all three")
SIZES = [20_000, 160_000, 640_000]
_MANY = 200_000


def shape() -> dict[str, Any]:
    """A mart as a version keeps it."""
    text = [f"word_{n}" for n in range(36)]
    names = {"council_code": "text", "unit": "text", "decimals": "integer", "period_end_date": "date"}
    names |= dict.fromkeys(text, "text") | {f"value_{n}": "numeric" for n in range(18)}
    names |= {f"rank_{n}": "bigint" for n in range(6)}
    columns = [{"name": name, "type": kind, "description": f"What {name} is."} for name, kind in names.items()]
    key = ["council_code"]
    about = {"name": "comparison", "access": "shared", "grain": key, "order_by": key, "description": "Made up."}
    return {**about, "columns": columns, "extract": True}


def batches(rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield made-up rows."""
    for start in range(0, rows, BATCH):
        yield [_row(number) for number in range(start, min(start + BATCH, rows))]


def _row(number: int) -> tuple[Any, ...]:
    words = [None if (number + n) % 5 == 0 else f"word {n} of {number % 97}" for n in range(36)]
    values = [None if (number + n) % 5 == 0 else Decimal(number * (n + 1) % 99991) / 100 for n in range(18)]
    ranks = [None if (number + n) % 5 == 0 else (number + n) % 153 for n in range(6)]
    return (f"E{number:08d}", "per 10,000", 1, date(2025, 3, 31), *words, *values, *ranks)


def one(way: str, rows: int) -> None:
    """Write the rows one way, in this process; print seconds, peak memory and bytes."""
    from socialcare.deliver.audience import Audience, Version
    from socialcare.deliver.csv_file import CsvFile, as_texts
    from socialcare.deliver.parquet_file import ParquetFile
    from socialcare.deliver.read_rows import Facts
    from socialcare.deliver.tables import taken_away
    from socialcare.deliver.workbook import Workbook

    (table,) = taken_away({"comparison": shape()})
    about = {"version_id": 1, "built_at": datetime(2026, 1, 1, tzinfo=UTC)}
    who = Audience(None, {"comparison": Facts(rows, None, is_synthetic=False)})
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        began = time.process_time()
        plain = CsvFile(place / "a.csv", [c.name for c in table.columns]) if way in ("csv", "all three") else None
        typed = ParquetFile(place / "a.parquet", table.columns, {}) if way in ("parquet", "all three") else None
        book = Workbook(place, who, Version(about, [], {}, [table]), [table]) if way in ("xlsx", "all three") else None
        sheet = book.table(table) if book else None
        for some in batches(rows):
            texts = [as_texts(row) for row in some] if plain or sheet else []
            if plain:
                plain.add(texts)
            if typed:
                typed.add(some)
            if sheet:
                sheet.add(some, texts)
        if sheet and book:
            sheet.close()
            book.close()
        for file in (plain, typed):
            if file:
                file.close()
        seconds = time.process_time() - began
        size = sum(path.stat().st_size for path in place.iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "bytes": size}))


def run(sizes: list[int]) -> None:
    """Print a line for each way and size, the making of the rows taken off."""
    print("| rows | way | rows a second (processor) | peak memory | MB written |\n|---|---|---|---|---|")
    for rows in sizes:
        idle = _best("nothing", rows)
        for way in WAYS[-1:] if rows > _MANY else WAYS[1:]:
            found = _best(way, rows)
            rate = rows / max(found["seconds"] - idle["seconds"], 1e-9)
            print(
                f"| {rows:,} | {way} | {rate:,.0f} | {found['peak']:.0f} MiB | {found['bytes'] / 1e6:.1f} |", flush=True
            )


def _best(way: str, rows: int) -> dict[str, float]:
    found = []
    for _ in range(1 if rows > _MANY else 2):
        done = subprocess.run(
            [sys.executable, "-m", "bench.extracts", "--one", way, str(rows)],
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(json.loads(done.stdout))
    return min(found, key=lambda each: float(each["seconds"]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], int(sys.argv[3]))
    else:
        run([int(size) for size in sys.argv[1:]] or SIZES)
