"""The lineage picture: what each published table is made of, drawn from dbt's own manifest of the last night.

Sources and their staging models are one box each (a return has dozens of tables); every model behind them is its own.
A box stands one column to the right of the last thing that it reads, so every line runs to the right; what nothing
else reads stands in the last column.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from socialcare.settings import get_settings

_WIDE, _HIGH, _ACROSS, _DOWN, _MARGIN = 250, 20, 320, 26, 12
_ORIGIN, _BETWEEN, _MART = "origin", "between", "mart"


@dataclass(frozen=True)
class Lineage:
    """What is read by what: ``reads`` holds, for each box, the boxes that it reads; ``kinds`` what each box is."""

    reads: dict[str, frozenset[str]]
    kinds: dict[str, str]

    @property
    def marts(self) -> list[str]:
        return sorted(name for name, kind in self.kinds.items() if kind == _MART)

    def origins(self, name: str) -> list[str]:
        """Return the sources and returns that a box stands on in the end, in the order of their names."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for read in self.reads[waiting.pop()] - found:
                found.add(read)
                waiting.append(read)
        return sorted(read for read in found if self.kinds[read] == _ORIGIN)


def manifest() -> Path:
    """Return where dbt leaves its manifest; it is not there before the first night."""
    return get_settings().home / "dbt" / "target" / "manifest.json"


def read(path: Path) -> Lineage:
    """Return the lineage that a manifest tells. Seeds (rules and names) are left out: nearly everything reads them."""
    told = json.loads(path.read_text(encoding="utf-8"))
    boxes = {key: _box(node) for key, node in told["nodes"].items() if node["resource_type"] == "model"}
    boxes |= {key: (source["source_name"].removesuffix("_history"), _ORIGIN) for key, source in told["sources"].items()}
    reads: dict[str, set[str]] = {name: set() for name, _ in boxes.values()}
    for key, node in told["nodes"].items():
        if key in boxes:
            name = boxes[key][0]
            reads[name] |= {boxes[on][0] for on in node["depends_on"]["nodes"] if on in boxes} - {name}
    return Lineage({name: frozenset(found) for name, found in reads.items()}, dict(boxes.values()))


def _box(node: dict[str, Any]) -> tuple[str, str]:
    layer, folder = node["fqn"][1], node["fqn"][2]
    if layer == "staging":
        return (folder if len(node["fqn"]) > 3 else node["name"]), _ORIGIN
    return node["name"], _MART if layer == "marts" else _BETWEEN


def _columns(lineage: Lineage) -> dict[str, int]:
    """Return each box's column: 0 for origins, one more than the furthest that it reads, or the last."""
    column: dict[str, int] = {}

    def place(name: str) -> int:
        if name not in column:
            column[name] = 0 if lineage.kinds[name] == _ORIGIN else 1 + max(map(place, lineage.reads[name]), default=0)
        return column[name]

    for name in lineage.reads:
        place(name)
    last = max(column.values(), default=0)
    read = set().union(*lineage.reads.values())
    return {name: number if name in read else last for name, number in column.items()}


def _rows(lineage: Lineage, column: dict[str, int]) -> dict[str, int]:
    """Return each box's place in its column, near the middle of what it reads, so that fewer lines cross."""
    row: dict[str, int] = {}

    def middle(name: str) -> float:
        placed = [row[read] for read in lineage.reads[name] if read in row]
        return sum(placed) / len(placed) if placed else 0.0

    for number in range(max(column.values(), default=0) + 1):
        ordered = sorted((name for name in column if column[name] == number), key=lambda name: (middle(name), name))
        row |= {name: place for place, name in enumerate(ordered)}
    return row


def picture(lineage: Lineage) -> str:
    """Return the picture as SVG, with no script and no request."""
    column = _columns(lineage)
    row = _rows(lineage, column)
    wide = _MARGIN * 2 + _ACROSS * max(column.values(), default=0) + _WIDE
    high = _MARGIN * 2 + _DOWN * (max(row.values(), default=0) + 1)

    def at(name: str) -> tuple[int, int]:
        return _MARGIN + _ACROSS * column[name], _MARGIN + _DOWN * row[name]

    lines = (_line(at(read), at(name)) for name, found in sorted(lineage.reads.items()) for read in sorted(found))
    return (
        f'<svg class="lineage" role="img" aria-labelledby="lineage-title" width="{wide}" height="{high}"'
        f' viewBox="0 0 {wide} {high}" font-size="11"><title id="lineage-title">What each table is made of: the'
        " table below says the same in words</title>"
        f'<g fill="none" stroke="currentColor" stroke-opacity="0.25">{"".join(lines)}</g>'
        f"{''.join(_boxes(lineage, at))}</svg>"
    )


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1, x2, y2 = start[0] + _WIDE, start[1] + _HIGH // 2, end[0], end[1] + _HIGH // 2
    bend = (x2 - x1) // 2
    return f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>'


def _boxes(lineage: Lineage, at: Callable[[str], tuple[int, int]]) -> Iterable[str]:
    strokes = {_ORIGIN: "1", _BETWEEN: "0.4", _MART: "2.5"}
    for name, kind in sorted(lineage.kinds.items()):
        x, y = at(name)
        yield (
            f'<g><rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="3" fill="Canvas" stroke="currentColor"'
            f' stroke-width="{strokes[kind]}"/><text x="{x + 6}" y="{y + 14}" fill="currentColor">{escape(name)}'
            "</text></g>"
        )


def text() -> str:
    """Return the page's body: the picture, then each published table with the sources that it stands on."""
    lineage = read(manifest())
    rows = "".join(
        f'<tr><th scope="row">{escape(mart)}</th><td>{escape(", ".join(sorted(lineage.reads[mart])))}</td>'
        f"<td>{escape(', '.join(lineage.origins(mart)))}</td></tr>"
        for mart in lineage.marts
    )
    return (
        "<h1>What each table is made of</h1><p>From left to right: sources and returns, what is worked out of them, and"
        " (heavy line) what is published. Drawn from the last night's models.</p>"
        f'<div class="wide" tabindex="0">{picture(lineage)}</div>'
        '<div class="wide" tabindex="0"><table><thead><tr><th scope="col">published table</th>'
        f'<th scope="col">reads</th><th scope="col">stands on</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
