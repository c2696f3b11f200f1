"""Suites: one YAML per table in ``expectations/<layer>``, in Great Expectations' own shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from socialcare.errors import Fault
from socialcare.settings import get_settings

LAYERS = ("raw", "marts")
SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class Suite:
    """The expectations of one table. ``may_be_absent`` says why the table may be missing or empty."""

    layer: str
    table: str
    expectations: list[dict[str, Any]]
    may_be_absent: str = ""
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.layer}.{self.table}"


def load(layer: str, *, tables: list[str] | None = None, folder: Path | None = None) -> list[Suite]:
    """Return the suites of a layer, by table; only those of ``tables`` where given.

    Raises Fault ``suite_wrong`` naming file and expectation when one does not say how severe it is, or why.
    """
    root = folder or get_settings().expectations
    found = [_read(layer, path) for path in sorted((root / layer).glob("*.yml"))]
    if tables is not None:
        found = [suite for suite in found if suite.table in tables]
    return found


def _read(layer: str, path: Path) -> Suite:
    try:
        content = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise _wrong(path, f"it is not YAML ({error.__class__.__name__})") from None
    table = path.name.removesuffix(".yml")
    if not isinstance(content, dict) or content.get("name") != f"{layer}.{table}":
        raise _wrong(path, f"its name must be {layer}.{table}")
    for number, expectation in enumerate(content.get("expectations") or [], start=1):
        problem = _problem(expectation)
        if problem:
            raise _wrong(path, f"expectation {number} ({expectation.get('type', '?')}) {problem}")
    if not content.get("expectations"):
        raise _wrong(path, "it expects nothing")
    meta = content.get("meta") or {}
    return Suite(layer, table, content["expectations"], str(meta.get("may_be_absent", "")).strip(), meta)


def _problem(expectation: dict[str, Any]) -> str:
    meta = expectation.get("meta") or {}
    if expectation.get("severity") not in SEVERITIES:
        return f"has no severity ({', '.join(SEVERITIES)})"
    if not meta.get("why") or not meta.get("since"):
        return "does not say why, or since when"
    if not expectation.get("type"):
        return "has no type"
    return ""


def _wrong(path: Path, what: str) -> Fault:
    return Fault(
        "suite_wrong",
        f"A suite cannot be read: {what}.",
        where=f"expectations/{path.parent.name}/{path.name}",
        remedy="compare it with the other suites of the same folder.",
    )
