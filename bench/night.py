"""A full night in one process, the same night through the scheduler, and a night in which nothing changed."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    published = os.environ.get("SOCIALCARE_BENCH_PUBLISHED")
    inputs = {"SOCIALCARE_SOURCES": "mirror", "SOCIALCARE_PUBLISHED": published} if published else {}
    print(f"inputs: {'a mirror of real published files' if published else 'the bundled sample'}\n")
    direct, scheduled = _home(), _home()
    try:
        full, steps = _direct(direct, inputs)
        unchanged, _ = _direct(direct, inputs)
        start, through, peak = _scheduled(scheduled, inputs)
    finally:
        shutil.rmtree(direct, ignore_errors=True)
        shutil.rmtree(scheduled, ignore_errors=True)
    print("| stage of the direct night | seconds | share |\n|---|---|---|")
    for step, seconds in steps:
        print(f"| {step} | {seconds:.2f} | {seconds / full['wall']:.0%} |")
    print("\n| measure | value | target |\n|---|---|---|")
    print(f"| full night, direct: wall, peak memory | {full['wall']:.1f} s, {full['peak']:.0f} MB | |")
    print(f"| no-change night, direct: wall | {unchanged['wall']:.2f} s | |")
    print(f"| no-change / full | {unchanged['wall'] / full['wall']:.2f}x | at most 0.1x |")
    print(f"| through the scheduler: components up in | {start:.1f} s | |")
    print(f"| through the scheduler: the night | {through:.1f} s | |")
    print(f"| scheduler / direct | {through / full['wall']:.2f}x | at most 1.25x |")
    print(f"| peak memory of everything, scheduler included | {peak:.0f} MB | |")


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    return home


def _environment(home: Path, inputs: dict[str, str]) -> dict[str, str]:
    base = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALCARE_")}
    return {**base, "SOCIALCARE_HOME": str(home), **inputs}


_DIRECT = """
import json, resource, sys, time
from socialcare import embedded
from socialcare.steps import night
from socialcare.warehouse import schema
from socialcare.database import connect
with embedded.available():
    schema.apply()
    began = time.monotonic()
    code = night.run(sys.argv[1])
    wall = time.monotonic() - began
    with connect("loader") as c:
        steps = c.execute("select step || ' ' || subject, seconds::float from ops.outcomes where night_id = %s "
                          "order by finished_at", [sys.argv[1]]).fetchall()
print(json.dumps({"wall": wall, "code": code, "steps": steps,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def _direct(home: Path, inputs: dict[str, str]) -> tuple[dict[str, float], list[tuple[str, float]]]:
    import json

    done = subprocess.run(
        [sys.executable, "-c", _DIRECT, f"direct-{time.time_ns()}"],
        env=_environment(home, inputs),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result = json.loads(done.stdout.splitlines()[-1])
    if result["code"]:
        raise SystemExit(f"the direct night ended with {result['code']}")
    return result, [(name, seconds) for name, seconds in result["steps"]]


_SCHEDULED = """
import json, sys, time
from socialcare.operate import platform
began = time.monotonic()
with platform.for_one_command(lambda text: None) as running:
    api = running.api
    api.wait_for_dag("nightly", running.started_at)
    up = time.monotonic() - began
    api.trigger("nightly", "bench")
    began = time.monotonic()
    while api.run_state("nightly", "bench") not in ("success", "failed"):
        time.sleep(0.1)
    print(json.dumps({"up": up, "night": time.monotonic() - began, "state": api.run_state("nightly", "bench")}))
"""


def _scheduled(home: Path, inputs: dict[str, str]) -> tuple[float, float, float]:
    import json

    process = subprocess.Popen(
        [sys.executable, "-c", _SCHEDULED],
        env={**_environment(home, inputs), "SOCIALCARE_NIGHT_SCHEDULE": ""},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = _Peak(home)
    output, _ = process.communicate()
    peak.stop()
    result = json.loads(output.splitlines()[-1])
    if result["state"] != "success":
        raise SystemExit("the scheduled night failed")
    return result["up"], result["night"], peak.megabytes


class _Peak:
    """Samples the memory of every process of a home, counting shared pages once (PSS where the system tells)."""

    def __init__(self, home: Path) -> None:
        self.megabytes = 0.0
        self._home = str(home)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ends.wait(1.0):
            total = 0
            for process in psutil.process_iter():
                try:
                    if process.environ().get("SOCIALCARE_HOME") == self._home:
                        info = process.memory_full_info()
                        total += getattr(info, "pss", info.rss)
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
            self.megabytes = max(self.megabytes, total / 2**20)


if __name__ == "__main__":
    main()
    print(f"(this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB)")
