"""Imports run one way, so that each room can be understood, and tested, alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "include" / "socialcare"
ROOMS = (
    "extract",
    "door",
    "land",
    "quality",
    "warehouse",
    "deliver",
    "report",
    "claims",
    "disclosure",
    "impact",
    "generate",
)
#: A room may know the ground floor, never another room, the steps or the scheduler.
GROUND = {"registry", "settings", "errors", "credentials", "database", "embedded", "embedded_host", "outcomes"}
GROUND |= {"formulas"}


def imported(file: Path) -> set[str]:
    """Return the first name below ``socialcare`` of everything that the file imports."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "socialcare":
                names |= {alias.name for alias in node.names}
            elif node.module.startswith("socialcare."):
                names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("socialcare.")}
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_itself_and_the_ground_floor(room: str) -> None:
    files = list((PACKAGE / room).rglob("*.py"))
    assert files, f"{room} is empty"
    for file in files:
        assert imported(file) <= GROUND | {room}, file.relative_to(PACKAGE)


def test_only_orchestration_imports_airflow() -> None:
    for file in PACKAGE.rglob("*.py"):
        if "orchestration" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            modules = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            assert not any(m.split(".")[0] == "airflow" for m in modules), file.relative_to(PACKAGE)
