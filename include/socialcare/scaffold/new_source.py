"""Write the draft: one table for each shape of file, its columns with a guess at each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from socialcare.errors import Fault
from socialcare.registry.sources import FOLDER
from socialcare.registry.tables import NAME, STANDARD_COLUMNS
from socialcare.scaffold import guess
from socialcare.scaffold.found import Found, release_of, tables_in
from socialcare.scaffold.guess import Guess

#: The end of a draft's name: the registry reads only *.yml, so that a draft stops no verb of the checkout it is in.
DRAFT = ".draft"
#: What only a person can know. No declaration loads while one of its meanings says just this.
UNWRITTEN = "?"


@dataclass
class _Table:
    """One table, as it looks in one or more releases; the newest gives the order of its columns."""

    name: str
    files: str
    sheet: str
    newest: Found
    standard: str = ""
    columns: dict[str, Guess] = field(default_factory=dict)
    seen: int = 0


@dataclass(frozen=True)
class NewSource:
    """The draft: where it was written, its tables, and how many lines a person must write."""

    path: Path
    tables: tuple[str, ...]
    unwritten: int


def new_source(source_id: str, files: Sequence[Path], *, folder: Path = FOLDER) -> NewSource:
    """Read real files of a publisher and write the draft of their declaration.

    Raises Fault ``source_id_wrong``, ``source_exists`` and those of reading the files; then nothing is written.
    """
    path = folder / f"{source_id}.yml"
    if not re.fullmatch(NAME, source_id):
        remedy = "use publisher and data set in lower case, such as dfe_fostering."
        raise Fault("source_id_wrong", f"{source_id!r} cannot name a source.", remedy=remedy)
    draft = path.with_name(path.name + DRAFT)
    for begun, what in ((path, "declared"), (draft, "drafted")):
        if begun.exists():
            remedy = "edit it (docs/adding.md), or choose another id."
            raise Fault("source_exists", f"{source_id} is {what} already.", where=begun.name, remedy=remedy)
    tables = _tables([found for file in files for found in tables_in(file)])
    releases = sorted({release_of(file) for file in files} - {""})
    text = _text(source_id, tables, releases)
    draft.write_text(text, encoding="utf-8")
    return NewSource(draft, tuple(tables), text.count(f'"{UNWRITTEN}'))


def _tables(found: list[Found]) -> dict[str, _Table]:
    """Put what has the same shape of name together, the newest release first."""
    tables: dict[tuple[str, str], _Table] = {}
    for one in sorted(found, key=lambda f: f.release, reverse=True):
        pattern, sheet = _pattern(one.file_name), _pattern(one.sheet) if one.sheet else ""
        table = tables.setdefault((pattern, sheet), _Table(_table_name(one), pattern, sheet, one))
        _add(table, one)
    named: dict[str, _Table] = {}
    for table in tables.values():
        if table.name in named and table.newest.sheet:
            table.name = f"{table.name}_{guess.name_of(table.newest.sheet)}"
        while table.name in named:
            table.name += "_2"
        named[table.name] = table
    return named


def _add(table: _Table, found: Found) -> None:
    headings = {heading.casefold() for heading in found.headings}
    if not table.seen:
        for standard in ("ees", "ees_national"):
            if {column.name for column in STANDARD_COLUMNS[standard]} <= headings:
                table.standard = standard
                break
    table.seen += 1
    leading = {column.name for column in STANDARD_COLUMNS[table.standard]}
    for heading, cells in zip(found.headings, found.columns, strict=True):
        if not heading or heading.casefold() in leading:
            continue
        new = guess.column(heading, cells, found.release)
        known = table.columns.setdefault(new.name, new)
        if known is new:
            continue
        known.seen += 1
        known.symbols |= new.symbols
        known.thousands |= new.thousands
        if {known.kind, new.kind} == {"filter"}:
            known.values = sorted({*known.values, *new.values})
        elif known.kind != new.kind:  # they differ between releases: anything may stand there
            known.kind, known.values, known.symbols = "text", [], set()


def _pattern(name: str) -> str:
    """Return a pattern of a name in which each year may be another one; a single digit names the table (d1, ks2)."""
    return "^" + re.sub(r"\d\d+", r"\\d+", re.escape(name).replace("\\ ", " ").replace("\\-", "-")) + "$"


def _table_name(found: Found) -> str:
    stem = re.sub(r"\d\d+(_to_\d\d+)?", " ", Path(found.file_name).stem)
    return guess.name_of(stem)


def _quoted(text: str) -> str:
    """Return text as YAML reads it back: a double-quoted scalar."""
    return json.dumps(text, ensure_ascii=False)


def _text(source_id: str, tables: dict[str, _Table], releases: list[str]) -> str:
    publisher, _, rest = source_id.partition("_")
    unwritten = _quoted(UNWRITTEN)
    lines = [
        f"# DRAFT: replace every {UNWRITTEN}, confirm each kind and the grain, remove these lines, take {DRAFT} off",
        "# the file's name (docs/adding.md).",
        f"id: {source_id}",
        f"title: {unwritten}",
        f"publisher: {unwritten}",
        "licence: OGL-3.0",
        f"homepage: {unwritten}",
        "cadence_months: 12",
        "tier: 3",
        f"release_title: {_quoted(UNWRITTEN + ' {release}')}",
        f"first_release: {_quoted(releases[0] if releases else UNWRITTEN)}",
        "# Or {family: ees, publication: ...}, or {family: govuk_files, collection: ..., release: ...}.",
        f"extract: {{family: by_hand, address: {unwritten}, why: {unwritten}}}",
        f"mirror: {{folder: {publisher}/{rest or publisher}}}",
        "new_columns: freeze",
        "tables:",
    ]
    for table in tables.values():
        lines += _table_lines(table)
    symbols = sorted({s for table in tables.values() for c in table.columns.values() for s in c.symbols})
    if symbols:
        lines += ["# Found where figures stand; the status is what publishers mostly mean by it.", "symbols:"]
    for symbol in symbols:
        status = guess.USUAL.get(symbol, "not_available")
        lines.append(f"  - {{symbol: {_quoted(symbol)}, status: {status}, meaning: {unwritten}}}")
    return "\n".join(lines) + "\n"


def _table_lines(table: _Table) -> list[str]:
    unwritten = _quoted(UNWRITTEN)
    headings = [h for h in table.newest.headings if h]
    header = ["time_period", "geographic_level"] if table.standard else headings[:2]
    default = "figure" if table.standard else "text"
    lines = [f"  {table.name}:", f"    description: {unwritten}", f"    files: {_single(table.files)}"]
    lines.append(f"    reader: {table.newest.reader}")
    lines += [f"    sheet: {_single(table.sheet)}"] if table.sheet else []
    lines.append(f"    header: [{', '.join(map(_quoted, header))}]")
    lines += [f"    standard: {table.standard}"] if table.standard else []
    lines += ["    thousands: true"] if any(c.thousands for c in table.columns.values()) else []
    lines += [f"    grain: [{', '.join(_grain(table))}]", "    columns:"]
    for column in table.columns.values():
        parts = [f"name: {column.name}"]
        parts += [f"header: {_quoted(column.heading)}"] if column.heading != column.name else []
        parts += [f"kind: {column.kind}"] if column.kind != default else []
        parts += ["required: true"] if column.seen == table.seen else []
        parts.append(f"meaning: {unwritten}")
        parts += [f"values: [{', '.join(map(_quoted, column.values))}]"] if column.values else []
        lines.append(f"      - {{{', '.join(parts)}}}")
    return lines


def _single(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"


def _grain(table: _Table) -> list[str]:
    """Return what seems to name a row: area and period, and whatever splits them."""
    if table.standard:
        area = ["region_code", "new_la_code"] if table.standard == "ees" else []
        filters = [column.name for column in table.columns.values() if column.kind == "filter"]
        return ["time_period", "geographic_level", *area, *filters]
    cells = {
        guess.column(heading, column, table.newest.release).name: column
        for heading, column in zip(table.newest.headings, table.newest.columns, strict=True)
        if heading
    }
    words = [name for name in cells if table.columns[name].kind in ("text", "filter")] or list(cells)[:1]
    rows = pa.table({name: cells[name] for name in words})
    chosen: list[str] = []
    for name in words:  # in the order of the file, each that tells more rows apart, until every row is told
        if _distinct(rows, [*chosen, name]) > (_distinct(rows, chosen) if chosen else 1):
            chosen.append(name)
        if chosen and _distinct(rows, chosen) == rows.num_rows:
            break
    return chosen or words[:1]


def _distinct(rows: pa.Table, names: list[str]) -> int:
    return int(rows.group_by(names).aggregate([]).num_rows)
