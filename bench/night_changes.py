"""What a change costs: a night with nothing new, with one council's extract, with one new release; and all made anew.

    SOCIALCARE_BENCH_PUBLISHED=FOLDER python -m bench changes     a mirror of the real published files

The first night holds the mirror without one release (HELD_BACK), which then comes. Each night is a process of its own
in one home. Seconds are the wall's; processor seconds, of the night and of its database server, mean the same on a
machine that does other work. Last, all that is kept from build to build is made anew, and must be what it was.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: The newest release of looked-after children, which restates the years before it.
HELD_BACK = Path("dfe/children_looked_after/2024")

_WORK = """
import json, resource, sys, time
from datetime import date
import psutil
from psycopg import sql
from socialcare import embedded
from socialcare.database import connect
from socialcare.generate.deliver import write_delivery
from socialcare.generate.ssda903 import ssda903
from socialcare.settings import get_settings
from socialcare.steps import night
from socialcare.warehouse import dbt, schema

def used():
    own = resource.getrusage(resource.RUSAGE_SELF)
    server = psutil.Process(embedded.postmaster_pid()).cpu_times()
    return own.ru_utime + own.ru_stime, sum(server[:4])

def sums():
    with connect("transformer") as c:
        marts = c.execute("select tablename from pg_tables where schemaname = 'marts' order by 1").fetchall()
        return {name: c.execute(sql.SQL("select count(*), sum(hashtextextended(m::text, 0))::text from {} as m").format(
            sql.Identifier("marts", name))).fetchone() for (name,) in marts}

what = sys.argv[1]
with embedded.available():
    schema.apply()
    if what == "extract":
        day = date(2026, 11, 30)
        write_delivery(ssda903("durham", day, 2027), get_settings().inbox / "durham", "durham", day, 2027)
    if what == "anew":
        before = sums()
        with connect("transformer") as c:
            for name in dbt._KEPT:
                c.execute(sql.SQL("comment on table {} is null").format(sql.Identifier("intermediate", name)))
    own, server = used()
    began = time.monotonic()
    if what in ("models", "anew"):
        built = dbt.build()
        code, steps = 0, [("models", built.seconds)]
    else:
        name = f"{what}-{time.time_ns()}"
        code = night.run(name)
    wall, (own_after, server_after) = time.monotonic() - began, used()
    if what not in ("models", "anew"):
        with connect("loader") as c:
            steps = c.execute("select step, sum(seconds)::float from ops.outcomes where night_id = %s group by 1"
                              " order by 2 desc", [name]).fetchall()
    same = before == sums() if what == "anew" else None
print(json.dumps({"wall": wall, "code": code, "steps": steps, "same": same,
                  "own": own_after - own, "server": server_after - server}))
"""
#: What is done, in order, with what it is told as.
_TOLD = {
    "full": "full night, from nothing",
    "nothing": "night with nothing new",
    "extract": "night with one council's extract",
    "release": "night with one new release",
    "models": "models alone, nothing new",
    "anew": "models alone, all made anew",
}


def main() -> None:
    published = os.environ.get("SOCIALCARE_BENCH_PUBLISHED")
    if not published:
        print("not measured: it needs SOCIALCARE_BENCH_PUBLISHED, a mirror of the real published files")
        return
    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    mirror = home / "mirror"
    _link(Path(published).resolve(), mirror, late=False)
    try:
        found = {}
        for what in _TOLD:
            if what == "release":
                _link(Path(published).resolve(), mirror, late=True)
            found[what] = _run(what, home, mirror)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    _tell(found)


def _link(published: Path, mirror: Path, *, late: bool) -> None:
    """Put links to the files into a mirror: to those of the release that comes later, or to all others."""
    for file in (path for path in published.rglob("*") if path.is_file()):
        inside = file.relative_to(published)
        if (HELD_BACK in inside.parents) == late:
            (mirror / inside).parent.mkdir(parents=True, exist_ok=True)
            (mirror / inside).symlink_to(file)


def _run(what: str, home: Path, mirror: Path) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOCIALCARE_")}
    told = {"SOCIALCARE_HOME": str(home), "SOCIALCARE_SOURCES": "mirror", "SOCIALCARE_PUBLISHED": str(mirror)}
    done = subprocess.run(
        [sys.executable, "-c", _WORK, what], env=kept | told, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if result["code"] not in (0, 3):  # 3: held for a person to look at, once all work was done
        raise SystemExit(f"the {_TOLD[what]} ended with {result['code']}: {done.stdout[-2000:]}")
    return result


def _tell(found: dict[str, dict[str, Any]]) -> None:
    full = found["full"]
    print("| what | wall s | processor s (night + server) | of the full night | longest steps |\n|---|---|---|---|---|")
    for what, told in _TOLD.items():
        one = found[what]
        whole = one["own"] + one["server"]
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in one["steps"][:3])
        share = whole / (full["own"] + full["server"])
        print(
            f"| {told} | {one['wall']:.1f} | {whole:.1f} ({one['own']:.1f} + {one['server']:.1f}) | {share:.2f}x"
            f" | {steps} |"
        )
    print(f"\nAll made anew gives the same marts, row for row: {'yes' if found['anew']['same'] else 'NO'}")


if __name__ == "__main__":
    main()
