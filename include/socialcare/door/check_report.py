"""Tell what a check found: every finding as rows (CSV, JSON), or the summary that a person reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from socialcare.door.check import Checked
from socialcare.door.judge import counts_of
from socialcare.door.messages import identifier_of, reader_of
from socialcare.door.reasons import REASONS
from socialcare.door.receipt import _harmless
from socialcare.door.receipt_rows import place_of
from socialcare.door.recognise import Recognised
from socialcare.door.verdicts import JudgedFile
from socialcare.registry.returns import Rule, return_spec

#: Rows that the summary lists for one rule; the count is always that of all of them.
LISTED = 10
_COLUMNS = ("file", "sheet", "table", "row", "column", "heading", "rule_code", "severity", "wording", "whose_job")
_VERDICT = {"accepted": "Accepted", "partly_accepted": "Partly accepted", "rejected": "Rejected"}
_SEVERITY = {"quarantine": "The row would wait outside", "warning": "The row would come in"}
#: Findings put in order at a time, so that any number of them needs no more memory.
_AT_ONCE = 200_000


def findings(checked: Checked, *, named: bool = False) -> Iterator[pa.Table]:
    """Yield every finding, table after table, the most important first within each 200,000.

    ``named`` when each row is to have the council's own identifier.
    """
    for file in checked.files:
        if file.findings is None:
            continue
        for chunk in file.findings.chunks(_AT_ONCE):
            ordered = np.sort(chunk, order=["rule", "line"])
            yield _told(file, ordered["line"], ordered["rule"], named=named)


def _told(file: JudgedFile, lines: npt.NDArray[Any], rules: npt.NDArray[Any], *, named: bool) -> pa.Table:
    rule, place = pa.array(rules), place_of(file.found)

    def of_rule(say: Callable[[Rule], str]) -> pa.Array:
        return pa.array([say(one) for one in file.rules], pa.string()).take(rule)

    columns = {
        "file": _same(_harmless_one(place.file), len(rules)),
        "sheet": _same(_harmless_one(place.sheet), len(rules)),
        "table": _same(file.found.table, len(rules)),
        "row": pa.array(np.ascontiguousarray(lines)),
        "column": of_rule(lambda one: " ".join(one.columns)),
        "heading": of_rule(lambda one: place.titles_of(one.columns)),
        "rule_code": of_rule(lambda one: one.code),
        "severity": of_rule(lambda one: one.severity),
        "wording": of_rule(lambda one: one.wording),
        "whose_job": of_rule(lambda one: one.whose_job),
    }
    if named:
        known = identifiers(file.found, lines)
        columns["identifier"] = pa.array([known.get(line, "") for line in lines.tolist()], pa.string())
    return pa.table(columns)


def identifiers(file: Recognised, lines: npt.NDArray[Any]) -> dict[int, str]:
    """Return the council's own identifier of each row: the file is read once more."""
    wanted = np.unique(lines)
    key = identifier_of(return_spec(file.return_id), file)
    found: dict[int, str] = {}
    for block in reader_of(file, columns=(key,)).blocks():
        here = np.flatnonzero(np.isin(block.lines, wanted))
        cells = block.columns[key].take(pa.array(here)).to_pylist()
        found.update(zip(block.lines[here].tolist(), _harmless([cell or "" for cell in cells]), strict=True))
    return found


def refusals(checked: Checked) -> list[dict[str, str]]:
    """Return why the delivery, or a file of it, could not be taken: with what to do about it."""
    told = [(file.found.name, file.reason) for file in checked.files if file.reason]
    if checked.reason and checked.reason not in (reason for _, reason in told):
        told.insert(0, ("", checked.reason))
    return [{"file": name, "reason": r, "what": REASONS[r].what, "remedy": REASONS[r].remedy} for name, r in told]


def write_csv(checked: Checked, out: TextIO, *, named: bool = False) -> None:
    """Write the findings as CSV; why a file could not be taken stands before them, as rows of their own."""
    head = [*_COLUMNS, "identifier"] if named else [*_COLUMNS]
    out.write(",".join(head) + "\r\n")
    for refusal in refusals(checked):
        wording = f"{refusal['what']} {refusal['remedy']}"
        row = {"file": _harmless_one(refusal["file"]), "rule_code": refusal["reason"], "severity": "rejected"}
        row |= {"wording": wording, "whose_job": "Whoever makes the extract"}
        _rows(pa.table({name: [row.get(name, "")] for name in head}), out)
    for table in findings(checked, named=named):
        _rows(table, out)


def _rows(table: pa.Table, out: TextIO) -> None:
    sink = pa.BufferOutputStream()
    pc.write_csv(table, sink, pc.WriteOptions(include_header=False, eol="\r\n"))
    out.write(sink.getvalue().to_pybytes().decode())


def write_json(checked: Checked, out: TextIO, *, named: bool = False) -> None:
    """Write one object: the verdict, each file, what was not judged here, every finding."""
    head = {
        "verdict": checked.verdict,
        "reason": checked.reason,
        "return": checked.plan.return_id,
        "collection_year": checked.plan.collection_year,
        "as_of_date": str(checked.plan.as_of_date) if checked.plan.as_of_date else None,
        "files": [_file(file) for file in checked.files],
        "refusals": refusals(checked),
        "not_judged": sorted({rule.code for rule in checked.not_judged}),
    }
    out.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "findings": [')
    before = "\n"
    for table in findings(checked, named=named):
        for row in table.to_pylist():
            out.write(f"{before}  {json.dumps(row, ensure_ascii=False)}")
            before = ",\n"
    out.write("\n ]\n}\n")


def _file(file: JudgedFile) -> dict[str, Any]:
    return {
        "file": file.found.name,
        "sheet": file.found.sheet.name if file.found.sheet else "",
        "table": file.found.table or file.found.other_table,
        "verdict": file.verdict,
        "reason": file.reason,
        "rows_in": file.rows_in,
        "rows_loaded": file.rows_loaded,
        "rows_quarantined": file.rows_quarantined,
    }


def write_text(checked: Checked, out: TextIO, *, named: bool = False) -> None:
    """Write the summary: the verdict, each file, each rule that was broken with its first rows."""
    plan = checked.plan
    what = f"{plan.return_id}, collection year {plan.collection_year or '?'}, as of {plan.as_of_date or '?'}"
    out.write(f"{_VERDICT[checked.verdict]}: {what}\n")
    for refusal in refusals(checked):
        out.write(f"  {refusal['file'] or 'all of it'}: {refusal['what']} {refusal['remedy']} ({refusal['reason']})\n")
    out.write(f"\n{'table':<20}{'verdict':<18}{'rows':>9}{'come in':>9}{'wait':>9}\n")
    for file in checked.files:
        counts = f"{file.rows_in:>9}{file.rows_loaded:>9}{file.rows_quarantined:>9}"
        table = file.found.table or file.found.other_table or "not recognised"
        out.write(f"{table:<20}{file.verdict.replace('_', ' '):<18}{counts}  {_place(file)}\n")
    for file, number, count in _most_important_first(checked):
        _write_rule(file, number, count, out, named=named)
    if checked.not_judged:
        codes = ", ".join(sorted({rule.code for rule in checked.not_judged}))
        out.write(f"\nNot judged here, or only in part (they ask whose area it is, or last year's return): {codes}\n")


def _most_important_first(checked: Checked) -> list[tuple[JudgedFile, int, int]]:
    """Return each rule that was broken: its file, its number there, and how often."""
    order = checked.plan.year.rules if checked.plan.year else ()
    found = [
        (file, number, count)
        for file in checked.files
        if file.findings is not None
        for number, count in counts_of(file.findings, file.rules).items()
    ]
    return sorted(found, key=lambda one: order.index(one[0].rules[one[1]]))


def _place(file: JudgedFile) -> str:
    sheet = f", {file.found.sheet.name}" if file.found.sheet else ""
    return f"{file.found.name}{sheet}"


def _write_rule(file: JudgedFile, number: int, count: int, out: TextIO, *, named: bool) -> None:
    assert file.findings is not None
    rule, place = file.rules[number], place_of(file.found)
    lines: list[int] = []
    for chunk in file.findings.chunks():
        lines += chunk["line"][chunk["rule"] == number][: LISTED - len(lines)].tolist()
        if len(lines) >= LISTED:
            break
    names = identifiers(file.found, np.array(lines)) if named else {}
    rows = ", ".join(f"{line} ({names[line]})" if names.get(line) else str(line) for line in lines)
    out.write(
        f"\n{rule.code}  {_place(file)}: {place.titles_of(rule.columns)}\n  {rule.wording}\n"
        f"  {_SEVERITY[rule.severity]}. For: {rule.whose_job}. {count} in all: "
        f"{place.unit} {rows}{' ...' if count > len(lines) else ''}\n"
    )


def _same(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)


def _harmless_one(text: str) -> str:
    return next(iter(_harmless([text])))


WRITERS = {"csv": write_csv, "json": write_json, "text": write_text}
