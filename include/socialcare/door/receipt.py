"""The receipt: what was found, told to the council that sent it, in its own identifiers, and to nobody else.

It is the only text in the platform that names a child. It goes to ``<home>/outbox/<council>`` (readable by its
owner only) and is never logged.
"""

from __future__ import annotations

import csv
import html
import io
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from socialcare.door.messages import identifier_of, reader_of
from socialcare.door.reading import UnreadableError
from socialcare.door.reasons import REASONS
from socialcare.door.recognise import Recognised
from socialcare.door.register import Findings
from socialcare.door.verdicts import JudgedFile
from socialcare.registry.returns import Rule, return_spec
from socialcare.settings import get_settings

#: Rows listed for one rule; the count is always that of all of them.
LISTED = 2_000
#: A spreadsheet runs a cell that begins so (OWASP, "CSV injection"), some of them in their full width as well.
_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROLS = ("\t", "\r", "\n")
_SEVERITY = {"quarantine": "The row waits outside", "warning": "The row came in"}
_VERDICT = {"accepted": "Accepted", "partly_accepted": "Partly accepted", "rejected": "Rejected"}


@dataclass(frozen=True)
class Section:
    """Every row that broke one rule: ``rows`` are (row number, the council's identifier), the first of them."""

    rule: Rule
    file: str
    count: int
    rows: tuple[tuple[int, str], ...] = field(repr=False)


@dataclass(frozen=True)
class FileLine:
    """One file on the receipt, by the name under which the council sent it."""

    name: str = field(repr=False)
    what: str
    verdict: str
    reason: str
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    not_read: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Receipt:
    """All of a receipt."""

    council_name: str
    return_name: str
    as_of: str
    is_synthetic: bool
    verdict: str
    reason: str
    files: tuple[FileLine, ...]
    sections: tuple[Section, ...]


def sections(
    file: Recognised, label: str, rules: tuple[Rule, ...], findings: Findings, counts: dict[int, int]
) -> list[Section]:
    """Gather the findings of one file by rule, with the identifiers of the rows: the file is read once more."""
    lines: dict[int, list[int]] = {number: [] for number in counts}
    for chunk in findings.chunks():
        for number, listed in lines.items():
            room = LISTED - len(listed)
            if room > 0:
                listed.extend(chunk["line"][chunk["rule"] == number][:room].tolist())
    names = _identifiers(file, np.array(sorted({line for found in lines.values() for line in found}), np.int32))
    return [
        Section(rules[n], label, counts[n], tuple((line, names.get(line, "")) for line in sorted(found)))
        for n, found in lines.items()
    ]


def _identifiers(file: Recognised, wanted: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    if not len(wanted):
        return found
    key = identifier_of(return_spec(file.return_id), file)
    try:
        for block in reader_of(file, columns=(key,)).blocks():
            here = np.flatnonzero(np.isin(block.lines, wanted))
            cells = block.columns[key].take(here).to_pylist()
            found.update(zip(block.lines[here].tolist(), (cell or "" for cell in cells), strict=True))
    except UnreadableError:
        pass  # a rejected file: positions alone must do
    return found


def write(council_id: str, name: str, receipt: Receipt) -> None:
    """Write ``receipt-<name>.html`` and ``.csv`` to the council's outbox, each whole or not at all."""
    outbox = get_settings().outbox / council_id
    outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    outbox.chmod(0o700)
    _replace(outbox / f"receipt-{name}.html", _html(receipt))
    _replace(outbox / f"receipt-{name}.csv", _csv(receipt))


def file_line(file: JudgedFile) -> FileLine:
    """Return the line of one file."""
    found = file.found
    return FileLine(
        found.path.name,
        found.table or found.other_table or "not recognised",
        file.verdict,
        file.reason,
        file.rows_in,
        file.rows_loaded,
        file.rows_quarantined,
        tuple(h for h in found.headings if h not in found.columns) if found.table else (),
    )


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _csv(receipt: Receipt) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["file", "row", "child", "rule", "column", "what was found", "what happened", "whose job"])
    for s in receipt.sections:
        for line, child in s.rows:
            writer.writerow(
                _harmless(
                    [
                        *(s.file, str(line), child, s.rule.code, " ".join(s.rule.columns)),
                        *(s.rule.wording, _SEVERITY[s.rule.severity], s.rule.whose_job),
                    ]
                )
            )
    return ("SYNTHETIC: no real child is in this file\r\n" if receipt.is_synthetic else "") + out.getvalue()


def _harmless(cells: Iterable[str]) -> Iterator[str]:
    """Keep a spreadsheet from running a cell as a formula."""
    for cell in cells:
        yield f"'{cell}" if cell.startswith(_CONTROLS) or cell.lstrip().startswith(_FORMULAS) else cell


_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1d2730}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #c5ccd3;padding:.3em .6em;text-align:left}"
    ".synthetic{background:#fff3cd;padding:.6em;font-weight:bold}.rows{columns:14em;padding-left:1.2em}"
)


def _html(receipt: Receipt) -> str:
    e = html.escape
    title = f"Receipt: {receipt.council_name}, {receipt.return_name}, as of {receipt.as_of}"
    parts = [
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{e(title)}</title>',
        f"<style>{_STYLE}</style><h1>{e(title)}</h1>",
        '<p class="synthetic">SYNTHETIC: no real child is in this file.</p>' if receipt.is_synthetic else "",
        f"<p><strong>{_VERDICT[receipt.verdict]}.</strong> {_told(receipt.reason)}</p>",
        "<h2>Files</h2><table><tr><th>File<th>What it is<th>Verdict<th>Rows in<th>Came in<th>Wait outside</tr>",
        *(_file_row(file) for file in receipt.files),
        "</table>",
        "<h2>What to look at</h2>" if receipt.sections else "<p>Nothing to correct.</p>",
        *(_section(section) for section in receipt.sections),
        "</html>\n",
    ]
    return "".join(parts)


def _told(reason: str) -> str:
    return html.escape(f"{REASONS[reason].what} {REASONS[reason].remedy}") if reason else ""


def _file_row(file: FileLine) -> str:
    e = html.escape
    not_read = f"<br>Columns not read: {e(', '.join(file.not_read[:50]))}" if file.not_read else ""
    words = file.verdict.replace("_", " ").capitalize()
    return (
        f"<tr><td>{e(file.name)}{not_read}<td>{e(file.what)}<td>{e(words)}. {_told(file.reason)}"
        f"<td>{file.rows_in}<td>{file.rows_loaded}<td>{file.rows_quarantined}</tr>"
    )


def _section(section: Section) -> str:
    e, rule = html.escape, section.rule
    more = f"<p>The first {LISTED} are listed.</p>" if section.count > len(section.rows) else ""
    rows = "".join(f"<li>row {line}: {e(child) or '(none)'}</li>" for line, child in section.rows)
    return (
        f"<h3>{e(rule.wording)}</h3><p>{_SEVERITY[rule.severity]}. Rule {e(rule.code)}, {e(section.file)}, "
        f"{e(', '.join(rule.columns))}. {section.count} row(s). For: {e(rule.whose_job)}.</p>"
        f'{more}<ul class="rows">{rows}</ul>'
    )
