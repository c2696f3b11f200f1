"""Reply to the council: what was found in its delivery, in its own outbox and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from socialcare.door import load, receipt, receipt_page, receipt_rows, records, since
from socialcare.door.arrival import Delivery
from socialcare.door.cells import CellChecker
from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import counts_of
from socialcare.door.plan import UNKNOWN, Plan
from socialcare.door.receipt import Fixed, Receipt, Section, Since
from socialcare.door.verdicts import JudgedFile, Taken
from socialcare.registry.councils import all_councils, council
from socialcare.registry.returns import Rule, return_spec


@dataclass(frozen=True)
class _Found:
    """What was found in one file: how often each rule (by its number) was broken, and on which first lines."""

    file: JudgedFile
    label: str
    counts: dict[int, int]
    lines: dict[int, list[int]]
    names: dict[int, str] = field(repr=False)
    """The identifiers on those lines."""

    @property
    def table(self) -> str:
        return self.file.found.table

    def key(self, number: int) -> since.Key:
        return since.key_of(self.table, self.file.rules[number])


def send(
    connection: psycopg.Connection,
    delivery: Delivery,
    delivery_id: int,
    plan: Plan,
    files: list[JudgedFile],
    taken: Taken,
    pseudonymiser: Pseudonymiser | None = None,
    *,
    again: int = 0,
) -> None:
    """Keep the findings of a delivery, by position, and write its receipt to the council's outbox.

    ``again`` says which time this is that judging a delivery again changed something; its first receipt stays.
    When a file states another council, that council is told too, without detail.
    """
    found: list[_Found] = []
    sections: list[Section] = []
    fixed: list[Fixed] = []
    changes = None
    if plan.year:
        checker = CellChecker(plan.year, pseudonymiser or Pseudonymiser(delivery.council_id))
        held: receipt_rows.Held = []
        judged = [file for file in files if file.findings is not None]
        found = [_keep(connection, delivery_id, file, plan, checker, held) for file in judged]
        if taken.verdict != "rejected":  # rules over all files may not have run: nothing could be called fixed
            tables = [one.table for one in found]
            changes = since.compare(connection, delivery, delivery_id, plan, tables, _listed(found))
        for one in found:
            sections += _sections(one, changes)
            fixed += _fixed(one, changes, checker, held)
        sections.sort(key=lambda section: _importance(plan, section.rule))
        fixed.sort(key=lambda one: _importance(plan, one.rule))
    number = records.number_of(connection, delivery.council_id, plan.as_of_date, delivery_id)
    receipt.write(
        delivery.council_id,
        f"{plan.as_of_date or 'undated'}-{number}{f'-judged-again-{again}' if again else ''}",
        Receipt(
            council(delivery.council_id).name,
            _return_name(plan.return_id),
            str(plan.as_of_date or "an unknown day"),
            delivery.is_synthetic,
            taken.verdict,
            taken.reason,
            tuple(receipt_rows.file_lines(files)),
            tuple(sections),
            plan.collection_year,
            delivery_id,
            _since(changes, found),
            tuple(fixed),
            judged_again=again > 0,
        ),
    )
    if plan.other_council:
        notice(plan.other_council, plan.return_id, delivery_id)


def notice(dfe_code: str, return_id: str, delivery_id: int) -> bool:
    """Tell the council of this DfE code that a file which may be its own came to another inbox, and no more.

    Nothing of the file is told, and not who sent it. Return whether the code is that of a council which is known here.
    """
    for other in all_councils():
        if other.dfe_code == dfe_code:
            today = datetime.now(UTC).date().isoformat()
            page = receipt_page.notice(other.name, _return_name(return_id), today, delivery_id)
            receipt.put(other.id, f"notice-{delivery_id}.html", page.encode())
            return True
    return False


def _return_name(return_id: str) -> str:
    return return_spec(return_id).name if return_id != UNKNOWN else "a return that is not known"


def _keep(
    connection: psycopg.Connection,
    delivery_id: int,
    file: JudgedFile,
    plan: Plan,
    checker: CellChecker,
    held: receipt_rows.Held,
) -> _Found:
    """Keep the findings of one file in the warehouse: rule, position, and the number of the child."""
    assert file.findings is not None
    assert plan.year is not None
    table = file.found.table
    if len(file.findings):
        load.copy_findings(connection, delivery_id, table, file.rules, file.findings)
    counts = counts_of(file.findings, file.rules)
    listed = receipt_rows.listed_lines(file.findings, counts)
    lines = since.lines_to_remember(connection, delivery_id, table, file.findings)
    named = {line for some in listed.values() for line in some}
    read = receipt_rows.read_rows(file.found, named, lines, checker, held) if named else receipt_rows.Read()
    since.remember(connection, delivery_id, table, lines, read.numbers)
    return _Found(file, plan.year.tables[table].label, counts, listed, read.names)


def _listed(found: list[_Found]) -> dict[since.Key, list[int]]:
    listed: dict[since.Key, list[int]] = {}
    for one in found:
        for number, lines in one.lines.items():  # a rule whose wording depends on the row stands there twice
            listed[one.key(number)] = listed.get(one.key(number), []) + lines
    return listed


def _sections(one: _Found, changes: since.Changes | None) -> list[Section]:
    place = receipt_rows.place_of(one.file.found)
    return [
        Section(
            one.file.rules[number],
            one.label,
            one.counts[number],
            tuple((line, one.names.get(line, "")) for line in lines),
            place,
            frozenset(changes.open_lines[one.key(number)]) if changes else None,
        )
        for number, lines in one.lines.items()
    ]


def _fixed(one: _Found, changes: since.Changes | None, checker: CellChecker, held: receipt_rows.Held) -> list[Fixed]:
    """Return what is fixed in one table, with the names of those who are still in the file."""
    if changes is None:
        return []
    rules = {since.key_of(one.table, rule): rule for rule in one.file.rules}
    fixed = {key: count for key, count in changes.fixed.items() if count and key in rules}
    numbers = {number for key in fixed for number in changes.numbers[key]}
    names = receipt_rows.names_of(one.file.found, numbers, checker, held) if numbers else {}
    return [
        Fixed(rules[key], one.label, count, tuple(sorted(names[n] for n in changes.numbers[key] if n in names)))
        for key, count in fixed.items()
    ]


def _since(changes: since.Changes | None, found: list[_Found]) -> Since | None:
    """Sum the changes up, over the rules that are in force now."""
    if changes is None:
        return None
    keys = {since.key_of(one.table, rule) for one in found for rule in one.file.rules}
    parts = (changes.fixed, changes.still_open, changes.new)
    return Since(changes.as_of, *(sum(count for key, count in part.items() if key in keys) for part in parts))


def _importance(plan: Plan, rule: Rule) -> tuple[bool, int]:
    """What keeps a row out comes first, then as the declaration has it."""
    assert plan.year is not None
    return rule.severity != "quarantine", plan.year.rules.index(rule)
