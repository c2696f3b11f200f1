"""The receipt as a page that a performance officer reads first: what happened, what to correct, whose job it is.

One file that needs nothing else and may load nothing: it opens from a disk, in light and dark, and prints.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files

from socialcare.door.receipt import (
    NEW,
    SEVERITY,
    SYNTHETIC,
    FileLine,
    Fixed,
    Receipt,
    Section,
    day_in_words,
    in_words,
    told,
)

#: Rows listed for one rule on the page; the workbook beside it lists more.
LISTED = 200
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NUMBERS = ("Rows", "New", "Findings", "Fixed", "Rows in", "Came in", "Wait outside")
_WHERE = "Rows are numbered as a spreadsheet shows them, the heading being a row too; lines are those of the message."


def page(receipt: Receipt) -> str:
    """Return the whole page."""
    title = f"{receipt.return_name}: receipt for {receipt.council_name}, as of {day_in_words(receipt.as_of)}"
    return whole_page(
        title,
        f'<header><p class="return">{_e(receipt.return_name)}</p><h1>Receipt for {_e(receipt.council_name)}</h1>',
        f"<p>{_e(_about(receipt))}</p></header>",
        f'<p class="synthetic">{SYNTHETIC}</p>' if receipt.is_synthetic else "",
        f'<p class="verdict {receipt.verdict}">{_e(receipt.verdict_in_words)}</p>',
        _not_taken(receipt),
        _since(receipt),
        _overview(receipt),
        _jobs(receipt.sections),
        *(
            _section(number, place, section)
            for number, alike in enumerate(_alike(receipt.sections), start=1)
            for place, section in alike
        ),
        _fixed(receipt.fixed),
        _files(receipt.files),
        "<footer><p>This page names children and is for the council that sent the files alone: keep it where case "
        f"records are kept, and delete it when the work is done. {_WHERE} The workbook beside this page lists the "
        "same rows, to filter and to share out.</p></footer>",
    )


def notice(council_name: str, return_name: str, day: str, number: int) -> str:
    """Return the page that tells a council of a file which may be its own and came from somebody else."""
    return whole_page(
        f"Notice for {council_name}",
        f"<header><h1>Notice for {_e(council_name)}</h1><p>{_e(day_in_words(day))}, delivery {number}</p></header>",
        '<p class="verdict rejected">A file that may be yours came to another council\'s inbox.</p>',
        f"<p>Its return: {_e(return_name)}. It states your council's number, or is to the byte what you sent. It was "
        "rejected: no row of it was taken in, and nothing of it is shown to anybody. Whoever sent it was told that it "
        "is not theirs.</p>",
        "<p>It may be a wrong number in a header and no more. If it may be your file, ask your information governance "
        "team to look into it, and us about the delivery by its number. This notice names nobody.</p>",
    )


def whole_page(title: str, *parts: str) -> str:
    style = files("socialcare.door").joinpath("receipt.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">'
        f"<title>{_e(title)}</title><style>{style}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body>\n</html>\n"
    )


def _about(receipt: Receipt) -> str:
    parts = [f"As of {day_in_words(receipt.as_of)}"]
    if receipt.collection_year:
        parts.append(f"collection year {receipt.collection_year}")
    if receipt.number:
        parts.append(f"delivery {receipt.number}")
    return ", ".join(parts)


def _not_taken(receipt: Receipt) -> str:
    """Say first which files are not in at all, unless that is all there is to say."""
    out = [file for file in receipt.files if file.verdict == "rejected" and file.reason]
    if receipt.verdict == "rejected" and len({file.reason for file in out} | {receipt.reason}) == 1:
        return ""
    lines = "".join(f"<li><strong>{_e(file.name)}</strong>: {_e(told(file.reason))}</li>" for file in out)
    return f'<section class="out"><h2>Files or lists that are not in</h2><ul>{lines}</ul></section>' if out else ""


def _since(receipt: Receipt) -> str:
    since = receipt.since
    if since is None:
        return ""
    tiles = (("fixed", since.fixed), ("still open", since.still_open), ("new", since.new))
    counts = "".join(f"<div><dt>{word}</dt><dd>{count:,}</dd></div>" for word, count in tiles)
    return (
        f'<section class="since"><h2>Since your last submission (as of {_e(day_in_words(since.as_of))})</h2>'
        f"<dl>{counts}</dl></section>"
    )


def _overview(receipt: Receipt) -> str:
    if not receipt.sections:
        return "" if receipt.verdict == "rejected" else "<h2>Nothing to correct</h2>"
    heads = ["", "What was found", "Where", "Rows", "What happened", "Whose job"]
    if receipt.sections[0].still_open is not None:
        heads.insert(4, "New")
    rows = (_overview_row(number, alike) for number, alike in enumerate(_alike(receipt.sections), start=1))
    return f"<section><h2>What to look at, most important first</h2>{_table(heads, rows)}</section>"


def _alike(sections: tuple[Section, ...]) -> list[list[tuple[int, Section]]]:
    """Put together, with their numbers, the sections that say the same of several tables."""
    groups: dict[tuple[str, ...], list[tuple[int, Section]]] = {}
    for number, section in enumerate(sections, start=1):
        rule = section.rule
        groups.setdefault((rule.severity, rule.code, rule.wording, rule.whose_job), []).append((number, section))
    return list(groups.values())


def _overview_row(number: int, alike: list[tuple[int, Section]]) -> str:
    sections = [section for _, section in alike]
    rule = sections[0].rule
    where = "<br>".join(f'<a href="#r{n}">{_e(section.file)}</a>{_of(section, alike)}' for n, section in alike)
    new = sum(section.since(line) == NEW for section in sections for line, _ in section.rows)
    more = "+" if new and any(section.count > len(section.rows) for section in sections) else ""
    compared = sections[0].still_open is not None
    return (
        f'<tr><td class="n">{number}</td><td>{_e(rule.wording)} <span class="code">{_e(rule.code)}</span></td>'
        f'<td>{where}</td><td class="n">{sum(section.count for section in sections):,}</td>'
        + (f'<td class="n">{new:,}{more}</td>' if compared else "")
        + f'<td class="{rule.severity}">{SEVERITY[rule.severity]}</td><td class="job">{_e(rule.whose_job)}</td></tr>'
    )


def _of(section: Section, alike: list[tuple[int, Section]]) -> str:
    return f' <span class="code">{section.count:,}</span>' if len(alike) > 1 else ""


def _jobs(sections: tuple[Section, ...]) -> str:
    jobs: Counter[str] = Counter()
    for section in sections:
        jobs[section.rule.whose_job] += section.count
    if len(jobs) < 2:
        return ""
    rows = (f'<tr><td>{_e(job)}</td><td class="n">{count:,}</td></tr>' for job, count in jobs.most_common())
    return f'<section class="jobs"><h2>By whose job it is</h2>{_table(("Whose job", "Findings"), rows)}</section>'


def _section(number: int, anchor: int, section: Section) -> str:
    rule, place = section.rule, section.place
    shown = section.rows[:LISTED]
    where = ", ".join(filter(None, (section.file, place.file, place.sheet)))
    rows = "".join(_row(section, line, child) for line, child in shown)
    most = section.count > len(shown)
    more = f" The first {len(shown):,} of {section.count:,} are listed here." if most else ""
    return (
        f'<section class="rule {rule.severity}" id="r{anchor}"><h3><span class="n">{number}</span> {_e(rule.wording)}'
        f'</h3><p class="about"><span class="code">Rule {_e(rule.code)}</span> {_e(place.titles_of(rule.columns))}. '
        f"{_e(where)}. <strong>{SEVERITY[rule.severity]}.</strong> For: {_e(rule.whose_job)}. {_changed(section)}{more}"
        f'</p><ul class="rows">{rows}</ul></section>'
    )


def _changed(section: Section) -> str:
    if section.still_open is None:
        return ""
    new = sum(section.since(line) == NEW for line, _ in section.rows)
    return f"Of those listed, {new:,} new, {len(section.rows) - new:,} still open."


def _row(section: Section, line: int, child: str) -> str:
    mark = ' <span class="new">new</span>' if section.since(line) == NEW else ""
    return f"<li><b>{_e(child) or '(none)'}</b> <span>{_e(section.position(line))}</span>{mark}</li>"


def _fixed(fixed: tuple[Fixed, ...]) -> str:
    if not fixed:
        return ""
    rows = (
        f'<tr><td>{_e(one.rule.wording)} <span class="code">{_e(one.rule.code)}</span></td><td>{_e(one.file)}</td>'
        f'<td class="n">{one.count:,}</td><td>{_e(", ".join(one.children[:LISTED]))}{_gone(one)}</td></tr>'
        for one in fixed
    )
    table = _table(("What was found", "Where", "Fixed", "Whose"), rows)
    return f"<section><h2>Fixed since last time</h2>{table}</section>"


def _gone(one: Fixed) -> str:
    rest = one.count - min(len(one.children), LISTED)
    if not rest:
        return ""
    word = "more, or no longer in the file" if one.children else "no longer in the file"
    return f' <span class="code">{rest:,} {word}</span>'


def _files(sent: tuple[FileLine, ...]) -> str:
    heads = ("File", "What it is", "Verdict", "Rows in", "Came in", "Wait outside")
    return f"<section><h2>What was sent</h2>{_table(heads, map(_file_row, sent))}</section>" if sent else ""


def _file_row(file: FileLine) -> str:
    notes = [
        f'<br><span class="code">{words}: {_e(", ".join(names[:50]))}</span>'
        for words, names in (("Not read", file.not_read), ("Columns missing", file.missing))
        if names
    ]
    reason = f" {_e(told(file.reason))}" if file.reason else ""
    return (
        f"<tr><td>{_e(file.name)}{''.join(notes)}</td><td>{_e(file.what)}</td><td>{in_words(file.verdict)}.{reason}</td>"
        f'<td class="n">{file.rows_in:,}</td><td class="n">{file.rows_loaded:,}</td>'
        f'<td class="n">{file.rows_quarantined:,}</td></tr>'
    )


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th class="n">{word}</th>' if word in _NUMBERS else f"<th>{word}</th>" for word in heads)
    body = "".join(_labelled(row, heads) for row in rows)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _labelled(row: str, heads: Sequence[str]) -> str:
    """Say in each cell which column it is of: on a telephone a row stands as a block, without its headings."""
    words = iter(heads)
    return re.sub("<td", lambda _: f'<td data-label="{_e(next(words))}"', row)


def _e(words: str) -> str:
    return html.escape(words)
