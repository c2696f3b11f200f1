"""`make bench`: a full night directly, the same through the scheduler, a night without change, what a change costs,
parsing dags/, the door, landing published files, the documented queries, the extracts, the report, the gate, readers
through killed nights, the estimate of a programme's effect.

Each measurement has a home of its own and its own server. Prints a table; targets are DESIGN's.
Usage: python -m bench [night|changes|parse|door|land|queries|extracts|report|gate|poller|impact ...]   (default: all)
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import door, extracts, gate, impact, land, night, night_changes, parse, poller, queries, report

PARTS: dict[str, Callable[[], object]] = {
    "night": night.main,
    "changes": night_changes.main,
    "parse": parse.main,
    "door": lambda: door.run([200_000]),
    "land": lambda: land.run([1, 10]),
    "queries": queries.main,
    "extracts": lambda: extracts.run(extracts.SIZES),
    "report": report.main,
    "gate": gate.main,
    "poller": poller.main,
    "impact": impact.main,
}


def main(names: list[str]) -> None:
    for name in names or PARTS:
        print(f"\n## {name}\n", flush=True)
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
