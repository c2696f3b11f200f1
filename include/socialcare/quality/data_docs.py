"""Data Docs: GX's own pages for people, without any asset from elsewhere and without any value from the data."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from socialcare.database import connect
from socialcare.quality.results import raised
from socialcare.quality.suites import Suite
from socialcare.settings import get_settings

#: What may stay of a result: counts and shares. GX leaves real values in others (`observed_value` of a maximum).
_COUNTED = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent")

#: Every tag that would fetch something, and every script: the pages must open offline and cannot need one.
_REMOTE = (
    re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL),
    re.compile(r"<link\b[^>]*>", re.IGNORECASE),
    re.compile(r"<img\b[^>]*>", re.IGNORECASE),
    re.compile(r"<footer\b.*?</footer\s*>", re.IGNORECASE | re.DOTALL),
    re.compile(r"url\([^)]*https?:[^)]*\)", re.IGNORECASE),
)
_LINK = re.compile(r"<a\b[^>]*href=[\"']https?:[^>]*>(.*?)</a\s*>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]*")

_STYLE = """<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #0b0c0c }
table { border-collapse: collapse; width: 100% } td, th { border-bottom: 1px solid #b1b4b6; padding: .3rem .6rem;
text-align: left; vertical-align: top;
overflow-wrap: anywhere } small { color: #505a5f } .fas::before { font-style: normal; font-weight: bold }
.fa-check-circle::before { content: "passed"; color: #00703c } .fa-times::before { content: "failed"; color: #b10e1e }
.fa-exclamation-triangle::before { content: "could not be evaluated"; color: #b10e1e }
td:nth-child(1), td:nth-child(2), td:nth-child(5), th { overflow-wrap: normal; white-space: nowrap }
.failed, .error { color: #b10e1e; font-weight: bold } .ge-navigation-sidebar-container, .navbar { display: none }
</style>"""


def page(outcome: Any, suite: Suite) -> dict[str, Any]:
    """Return a suite's page: {name, table, html}. ``outcome`` is GX's result; its values are taken out first."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    for result in outcome.results:
        declared = suite.expectations[result.expectation_config.meta["number"]]
        _empty(result, declared["type"])
    html = _view().render(ValidationResultsPageRenderer().render(outcome))
    return {"name": suite.name, "table": suite.table, "html": local(html)}


@cache
def _view() -> Any:
    """Return what draws every page: each new one would compile GX's templates again, most of the cost of a page."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def _empty(result: Any, kind: str) -> None:
    found = result.result or {}
    kept = {name: found[name] for name in _COUNTED if name in found}
    if "row_count" in kind or kind == "unexpected_rows_expectation":
        kept["observed_value"] = found.get("observed_value")
    result.result = kept
    failed = raised(result.exception_info or {})
    result.exception_info = {
        "raised_exception": failed,
        "exception_message": "The expectation could not be evaluated." if failed else None,
        "exception_traceback": "The message of the failed task names the error." if failed else None,
    }


def local(html: str) -> str:
    """Return the page with nothing that is fetched from elsewhere, and our own few lines of style."""
    for pattern in _REMOTE:
        html = pattern.sub("", html)
    html = _ADDRESS.sub("", _LINK.sub(r"\1", html))
    return html.replace("</head>", f"{_STYLE}</head>", 1)


def write(layer: str, night_id: str, pages: list[dict[str, Any]]) -> Path:
    """Write a layer's pages and the index into ``<home>/data_docs``; return the index."""
    root = get_settings().home / "data_docs"
    (root / layer).mkdir(parents=True, exist_ok=True)
    for one in pages:
        _put(root / layer / f"{one['table']}.html", one["html"])
    _put(root / "index.html", _index(night_id))
    return root / "index.html"


def write_page(name: str, title: str, body: str) -> Path:
    """Write a page of our own beside the index, in its style; ``body`` is HTML."""
    root = get_settings().home / "data_docs"
    root.mkdir(parents=True, exist_ok=True)
    head = (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>{_STYLE}</head>'
    )
    _put(root / name, f'{head}<body><p><a href="index.html">Checks</a></p>{body}</body></html>')
    return root / name


def _put(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _index(night_id: str) -> str:
    with connect("publisher") as connection:
        rows = connection.execute(
            "select layer, table_name, expectation, coalesce(column_name, ''), severity, outcome,"
            " coalesce(unexpected_count::text, trim_scale(observed)::text, ''), why from quality.results"
            " where night_id = %s"
            " order by outcome = 'passed', layer desc, table_name, result_id",
            [night_id],
        ).fetchall()
        generated = connection.execute(
            "select distinct council_id from raw.current_deliveries where is_synthetic order by 1"
        ).fetchall()
    failed = sum(row[5] != "passed" for row in rows)
    lines = [
        f'<tr><td class="{outcome}">{outcome}</td><td>{severity}</td>'
        f'<td><a href="{layer}/{escape(table)}.html">{layer}.{escape(table)}</a></td>'
        f"<td>{escape(why)}<br><small>{escape(expectation)} {escape(column)}</small></td><td>{escape(count)}</td></tr>"
        for layer, table, expectation, column, severity, outcome, count, why in rows
    ]
    senders = escape(", ".join(council_id for (council_id,) in generated))
    notice = f"<p><strong>SYNTHETIC, not about real children:</strong> the councils' own tables for {senders}.</p>"
    return (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Checks</title>'
        f"{_STYLE}</head><body><h1>Checks of night {escape(night_id)}</h1>"
        f"<p>{len(rows)} checks, {failed} did not pass. Counts only: no page here holds a value from the data.</p>"
        '<p><a href="release_diff.html">What the newest version changes for readers; other nights</a></p>'
        f"{notice if generated else ''}"
        "<table><tr><th>Outcome</th><th>Severity</th><th>Table</th><th>What we expect</th><th>Count</th></tr>"
        f"{''.join(lines)}</table></body></html>"
    )
