"""Judge files where they are made, before they are sent: the door's verdict and findings, with nothing else there.

No database, no network, no key of the platform and no home: identifiers become numbers under a key that nobody
keeps, and everything is forgotten at the end.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from socialcare.door import unpack
from socialcare.door.arrival import MARKER, WHOLE, Delivery, Statement, read_statement
from socialcare.door.identity import Pseudonymiser, Tokens
from socialcare.door.judge import DeliveryJudge, FileJudge
from socialcare.door.messages import reader_of, tables_of
from socialcare.door.plan import Plan, make_plan
from socialcare.door.reading import UnreadableError
from socialcare.door.register import Findings
from socialcare.door.relations import LAST, words
from socialcare.door.rule_words import Circumstances
from socialcare.door.verdicts import JudgedFile, RefusedError, refuse_if_nothing_came_in, verdict_of
from socialcare.errors import Fault
from socialcare.registry.councils import all_councils, council
from socialcare.registry.returns import Return, ReturnYear, Rule, return_spec

_TOKEN_BYTES = 16
#: What a rule asks when it must know whose files these are.
_ASKS_WHOSE = "is_own"


@dataclass(frozen=True)
class Checked:
    """The judgement on some files. ``files`` hold their findings until the check ends."""

    verdict: str
    reason: str
    plan: Plan
    files: tuple[JudgedFile, ...] = field(repr=False)
    not_judged: tuple[Rule, ...] = ()
    """Rules that need what is not here: the council's name, or what it delivered for the year before."""


class _OneTimeKey(Pseudonymiser):
    """Numbers in the place of identifiers, under a key that ends with the check."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def tokens(self, identifiers: pa.StringArray, kind: str = "child") -> Tokens:
        keyed = hashlib.blake2b(kind.encode(), key=self._key, digest_size=_TOKEN_BYTES)
        digests = []
        for identifier in identifiers.to_pylist():
            one = keyed.copy()
            one.update(b"\x1f" + identifier.encode())
            digests.append(one.digest())
        number = np.frombuffer(b"".join(digests), dtype=np.uint64)[:: _TOKEN_BYTES // 8]
        return Tokens(pa.array([digest.hex() for digest in digests], pa.string()), number)


@contextmanager
def check(
    paths: Sequence[Path],
    today: date,
    *,
    council_id: str = "",
    collection_year: int | None = None,
    as_of: date | None = None,
) -> Iterator[Checked]:
    """Judge files, a folder or an archive as the door would take them from the inbox.

    Raises Fault ``council_unknown``, ``nothing_to_check``.
    """
    if council_id:
        council(council_id)
    pa.set_memory_pool(pa.system_memory_pool())  # as the door does: Arrow's own keeps what it once had
    with ExitStack() as stores:
        folder = Path(stores.enter_context(tempfile.TemporaryDirectory(prefix="check-"))) / "unpacked"
        delivery, found = unpack.opened(_delivery(council_id, paths), None, stores, folder)
        files = [
            JudgedFile(table, reason="not_taken_yet" if one.other_table else one.problem)
            for one in found
            for table in tables_of(one)
        ]
        delivery = _from_whom(delivery, files)
        plan = _plan(delivery, files, today, collection_year, as_of)
        files = [file for file in files if not plan.leaves_out(file.found)]
        for file in files:
            if plan.year and file.found.table and file.found.table not in plan.tables:
                file.reason = file.reason or "table_not_of_year"
        year, not_judged = _judged_here(plan.year, delivery.council_id)
        reason = plan.problem
        if year and not reason:
            reason = _judge(year, plan, delivery.council_id, files, stores)
        if reason:
            for file in files:
                file.rows_loaded = 0
        yield Checked(verdict_of(reason, files), reason, plan, tuple(files), not_judged)


def _delivery(council_id: str, paths: Sequence[Path]) -> Delivery:
    """Return the files as a delivery: one folder as the door sees a folder, anything else as loose files."""
    for path in paths:
        if not path.exists():
            raise Fault(
                "nothing_to_check", "There is no such file.", where=str(path), remedy="name a file or a folder."
            )
    if len(paths) > 1 or not paths[0].is_dir():
        return Delivery(council_id, paths[0].parent, tuple(paths), is_loose=True, problem=_problem_of(paths))
    (folder,) = paths
    files = tuple(sorted(entry for entry in folder.iterdir() if entry.name not in (MARKER, WHOLE)))
    if not (folder / MARKER).exists():
        return Delivery(council_id, folder, files, is_loose=True, problem=_problem_of(files))
    statement = read_statement(folder / MARKER)
    problem = _problem_of(files)
    if statement is None:
        problem = "marker_invalid"
    elif not set(statement.files) <= {file.name for file in files}:
        problem = problem or "files_missing"
    return Delivery(council_id, folder, files, statement, problem=problem)


def _problem_of(files: Sequence[Path]) -> str:
    return "too_many_files" if len(files) > unpack.MOST_MEMBERS else "" if files else "no_files"


def _from_whom(delivery: Delivery, files: list[JudgedFile]) -> Delivery:
    """Return the delivery as that of the council which a message in it names, where nobody said whose it is."""
    said = {file.found.says_council for file in files}
    named = [one.id for one in all_councils() if one.dfe_code in said]
    return delivery if delivery.council_id or not named else replace(delivery, council_id=named[0])


def _plan(
    delivery: Delivery, files: list[JudgedFile], today: date, collection_year: int | None, as_of: date | None
) -> Plan:
    """Return the plan; what the caller states comes before what the files say."""
    found = [file.found for file in files]
    if collection_year is None and as_of is None:
        return make_plan(delivery, found, today)
    if collection_year is None or as_of is None:
        says = make_plan(delivery, found, today)
        if says.as_of_date is None and as_of is None:
            return says
        declared = next((return_spec(file.return_id) for file in found if file.return_id), None)
        as_of = as_of or _day_within(says.as_of_date, collection_year, declared)
        assert as_of is not None
        told = next((file.says_year for file in found if file.says_year), None)
        if collection_year is None:
            collection_year = told or (declared.year_of(as_of) if declared else as_of.year)
    stated = Statement.model_construct(as_of_date=as_of, collection_year=collection_year)  # any year: the plan names it
    return make_plan(replace(delivery, statement=stated), found, today)


def _day_within(newest: date | None, collection_year: int | None, declared: Return | None) -> date | None:
    """Return the newest day of the files, of a year that is over its last at the most: files plan on beyond it."""
    if newest is None or collection_year is None or declared is None or declared.rolling:
        return newest
    try:
        return min(newest, declared.for_year(collection_year).year_end)
    except Fault:
        return newest  # the plan names it


def _judged_here(year: ReturnYear | None, council_id: str) -> tuple[ReturnYear | None, tuple[Rule, ...]]:
    """Return the year with the rules that can be judged, and the others."""
    if year is None:
        return None, ()
    unknown = [rule for rule in year.rules if not council_id and _ASKS_WHOSE in words(rule.sql)]
    last_year = {f"{LAST}{table}" for table in year.tables}
    in_part = [rule for rule in year.rules if last_year & words(rule.sql)]
    rules = tuple(rule for rule in year.rules if rule not in unknown)
    return year.model_copy(update={"rules": rules}), tuple([*unknown, *in_part])


def _judge(year: ReturnYear, plan: Plan, council_id: str, files: list[JudgedFile], stores: ExitStack) -> str:
    """Judge every table; return the name of the reason when nothing may come in, else nothing."""
    assert plan.as_of_date is not None
    files_of = {name: next(file for file in files if file.found is found) for name, found in plan.tables.items()}
    sender = council(council_id) if council_id else None
    own_codes = (sender.ons_code, sender.dfe_code) if sender else ()
    known = Circumstances(plan.as_of_date, tuple(files_of), own_codes)
    try:
        with DeliveryJudge(year, known, _OneTimeKey()) as judge:
            judges = {}
            for name, file in files_of.items():
                file.findings = stores.enter_context(Findings())
                judges[name] = judge.file(reader_of(file.found), name, file.findings)
                file.rules = judges[name].rules
                _read(file, judges[name])
            for name, lines in judge.finish().items():
                files_of[name].count(judges[name].quarantined, len(lines), is_required=year.tables[name].required)
            refuse_if_nothing_came_in(files_of.values())
    except (RefusedError, UnreadableError) as refused:
        return str(refused)
    return ""


def _read(file: JudgedFile, judge: FileJudge) -> None:
    try:
        file.rows_loaded = sum(len(good.lines) for good in judge.rows())
    except UnreadableError as error:
        file.reason, file.findings = error.name, None
        raise RefusedError(error.name) from None
    file.rows_in = judge.rows_in
