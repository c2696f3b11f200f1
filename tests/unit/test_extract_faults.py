"""docs/faults.md names every fault that a published source or the door can end with, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from socialcare.extract import http
from socialcare.registry.sources import Accepted

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "include" / "socialcare"
#: Who raises a fault, and which argument is its name.
RAISING = {"Fault": 0, "Refusal": 0, "_Later": 0, "Broken": 1}


def raised(path: Path) -> Iterator[str]:
    """Yield the names that a module gives to faults; a name with a gap is filled from the declaration's words."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISING:
            for part in ast.walk(ast.Tuple(node.args[RAISING[node.func.id] :][:1])):
                if isinstance(part, ast.JoinedStr):
                    checks = get_args(Accepted.model_fields["check"].annotation)
                    yield from (f"{check}_implausible" for check in checks)
                elif isinstance(part, ast.Constant) and not str(part.value).startswith("_"):
                    yield str(part.value)


def test_the_list_of_faults_is_complete_and_has_no_other() -> None:
    modules = [path for room in ("extract", "land", "door") for path in CODE.glob(f"{room}/*.py")]
    modules += [CODE / "steps" / name for name in ("choose_publisher.py", "ingest_source.py", "exchange_files.py")]
    modules.append(CODE / "credentials.py")
    names = {name for path in modules for name in raised(path)} | set(http.CALLED.values())
    assert len(names) > 30
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(documented) == sorted(names)
