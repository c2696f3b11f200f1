"""The release diff as a page of the data docs: counts, and values of figures that everybody may read."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from socialcare.gate import show
from socialcare.gate.judge import Finding
from socialcare.gate.review import sentence
from socialcare.quality import data_docs
from socialcare.warehouse import versions_held


def write(version_id: int) -> Path:
    """Write ``<home>/data_docs/release_diff.html`` for a version; return its path."""
    held = versions_held.find(version_id)
    reasons = "".join(f"<li>{escape(sentence(Finding(**one)))}</li>" for one in (held.findings if held else ()))
    answer = escape(versions_held.how_to_answer(version_id)) if held and held.is_open else ""
    body = (
        f"<h1>What version {version_id} changes for readers</h1>"
        + (f"<h2>Held for a person</h2><ul>{reasons}</ul><p>{answer}</p>" if reasons else "<p>Nothing is held.</p>")
        + "<h2>By indicator</h2>"
        + _table(("mart", "indicator", "change", "figures", "councils"), show.counts(version_id))
        + "<h2>Largest changes of old figures that everybody may read</h2>"
        + _table(("indicator", "council", "period", "before", "after", "change", "figures"), show.largest(version_id))
        + "<h2>Checks, night by night</h2>"
        + _table(("night", "layer", "passed", "warned", "failed", "not evaluated"), show.trend(14))
    )
    return data_docs.write_page("release_diff.html", f"Version {version_id}", body)


def _table(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    if not rows:
        return "<p>None.</p>"
    top = "".join(f"<th>{escape(one)}</th>" for one in headings)
    cells = ("".join(f"<td>{escape('' if v is None else str(v))}</td>" for v in row) for row in rows)
    return f"<table><tr>{top}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
