"""Take in one delivery: recognise, judge, load, keep the original, write the receipt. All of it or none.

Killed at any point and run again, the end is that of one clean run: everything in the database is one
transaction, files are put in place under names that a second run replaces, and the inbox is emptied last. What a
killed run leaves beside that is removed first (``left_over``).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import cast

import psycopg
import pyarrow as pa

from socialcare.database import connect
from socialcare.door import keep_without_erased, last_year, left_over, load, records, reply, unpack, wrong_inbox
from socialcare.door.arrival import Delivery
from socialcare.door.erased import erased_of
from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge, FileJudge
from socialcare.door.messages import reader_of, tables_of
from socialcare.door.originals import Original
from socialcare.door.plan import Plan, make_plan
from socialcare.door.reading import Reader, UnreadableError
from socialcare.door.recognise import Copy
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.door.verdicts import JudgedFile, RefusedError, Taken, refuse_if_nothing_came_in, verdict_of
from socialcare.errors import Fault
from socialcare.registry.councils import council

log = logging.getLogger(__name__)

_COUNTS = ("rows_in", "rows_loaded", "rows_quarantined", "rows_erased")


@dataclass(frozen=True)
class SeenDelivery:
    """A delivery that was read once: what its files are, what it is, and a word for its content."""

    delivery: Delivery
    plan: Plan
    files: list[JudgedFile]
    content: str

    def as_sent(self, hashes: list[str]) -> SeenDelivery:
        """Return it with a word for what the council sent, of whose files these are the sha256: some was taken out."""
        if len(hashes) != len(self.files):
            return self
        return replace(self, content=_content(self.delivery, self.files, self.plan.problem, hashes))

    def refused(self, reason: str, other_council: str) -> SeenDelivery:
        """Return it as one of which nothing comes in; ``other_council``: the DfE code of the one to tell of it."""
        seen = self.plan
        delivery = replace(self.delivery, problem=reason)
        plan = Plan(seen.return_id, reason, seen.as_of_date, seen.collection_year, other_council=other_council)
        return SeenDelivery(delivery, plan, self.files, _content(delivery, self.files, reason))


def take_in(delivery: Delivery, *, today: date | None = None) -> Taken:
    """Take in one delivery, then empty its place in the inbox.

    Never raises for what is in it. Fault ``door_load_failed`` when the database fails, ``door_files_failed`` when the
    disk does, ``delivery_changed`` when somebody wrote to it meanwhile: nothing is changed then.
    """
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it once had: a fifth more at the peak
    with load.nothing_told(), connect("loader") as connection:
        records.lock(connection, delivery.council_id)
        left_over.remove(delivery.council_id)
        had = len(delivery.files)
        delivery = left_over.without_taken(connection, delivery)
        if had and not delivery.files:
            return Taken("unchanged")
        with Original(delivery.council_id) as original, ExitStack() as stores:
            stamps = delivery.stamps()
            taken = _take(connection, delivery, original, stores, today or datetime.now(UTC).date())
            if delivery.stamps() != stamps or not delivery.is_as_seen():
                raise Fault(
                    "delivery_changed", "A file changed while it was read; the next look takes it.", retryable=True
                )
            left_over.note_loose(connection, delivery)
    _empty_inbox(delivery, stamps)
    log.info(
        "%s: %s %s: rows in %d, loaded %d, quarantined %d, erased %d",
        *(delivery.council_id, taken.verdict, taken.reason),
        *(getattr(taken, count) for count in _COUNTS),
    )
    return taken


def _take(
    connection: psycopg.Connection, delivery: Delivery, original: Original, stores: ExitStack, today: date
) -> Taken:
    seen, council_id = look_through(delivery, original.new_file, stores, today), delivery.council_id
    if not seen.delivery.problem and (owner := wrong_inbox.owner_of(connection, council_id, seen.files)):
        seen = seen.refused(wrong_inbox.REASON, owner)
    plan = seen.plan
    if records.is_known(connection, council_id, plan.return_id, seen.content):
        return Taken("unchanged", as_of_date=plan.as_of_date)
    delivery_id, tokens = records.new_id(connection), records.pseudonymiser(connection, council_id)
    taken = judge(connection, seen, delivery_id, tokens, stores)
    records.insert_delivery(connection, delivery_id, seen.delivery, plan, seen.content, taken)
    records.insert_files(connection, delivery_id, seen.files)
    kept = keep_without_erased.keep(connection, seen.delivery, original, seen.content, tokens, plan.other_council)
    records.insert_original(connection, delivery_id, kept, council(council_id).retention_days)
    reply.send(connection, seen.delivery, delivery_id, plan, seen.files, taken, tokens)
    return taken


def look_through(
    delivery: Delivery, new_copy: Callable[[], Copy] | None, stores: ExitStack, today: date
) -> SeenDelivery:
    """Read every file of a delivery once and say what each is, and all of it; the bytes go to new copies too."""
    delivery, files = _recognised(delivery, new_copy, stores)
    plan = make_plan(delivery, [file.found for file in files], today)
    files = [file for file in files if not plan.leaves_out(file.found)]
    for file in files:
        if plan.year and file.found.table and file.found.table not in plan.tables:
            file.reason = file.reason or "table_not_of_year"
    return SeenDelivery(delivery, plan, files, _content(delivery, files, plan.problem))


def judge(
    connection: psycopg.Connection, seen: SeenDelivery, delivery_id: int, tokens: Pseudonymiser, stores: ExitStack
) -> Taken:
    """Judge what was looked through and load what is good, under the number; say how it ended."""
    reason = seen.plan.problem or _judge(connection, seen, delivery_id, tokens, stores)
    if reason:
        for file in seen.files:
            file.rows_loaded = 0
    return Taken(
        verdict_of(reason, seen.files),
        reason,
        seen.plan.as_of_date,
        *(sum(getattr(f, n) for f in seen.files) for n in _COUNTS),
    )


def _recognised(
    delivery: Delivery, new_copy: Callable[[], Copy] | None, stores: ExitStack
) -> tuple[Delivery, list[JudgedFile]]:
    """Read every plain file; a delivery that holds anything else, now if not when it was looked at, says so."""
    delivery, found = unpack.opened(delivery, new_copy, stores)
    files = []
    for file in found:
        reason = "not_taken_yet" if file.other_table else file.problem
        files += [JudgedFile(table, reason=reason) for table in tables_of(file)]
    return delivery, files


def _content(delivery: Delivery, files: list[JudgedFile], problem: str, hashes: Iterable[str] = ()) -> str:
    """Return the sha256 of what was sent, what it states, and how: the names of files do not matter.

    A delivery refused for how it was sent (a link in place of a file) is another when it is sent properly.
    """
    stated = delivery.statement.model_dump_json() if delivery.statement else delivery.problem
    each = zip(files, hashes or [file.found.sha256 for file in files], strict=True)
    sent = {file.found.path: sha256 for file, sha256 in each}  # a message is one file, whatever it holds
    parts = [stated, problem, *sorted(sent.values())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _judge(
    connection: psycopg.Connection, seen: SeenDelivery, delivery_id: int, tokens: Pseudonymiser, stores: ExitStack
) -> str:
    """Judge and load every table; return the name of the reason when nothing may come in, else nothing."""
    delivery, plan, files = seen.delivery, seen.plan, seen.files
    assert plan.year is not None
    assert plan.as_of_date is not None
    files_of = {name: next(file for file in files if file.found is found) for name, found in plan.tables.items()}
    sender = council(delivery.council_id)
    known = Circumstances(plan.as_of_date, tuple(files_of), (sender.ons_code, sender.dfe_code))
    try:
        with (
            connection.transaction(),  # a savepoint: a file that breaks half-way leaves no row
            DeliveryJudge(plan.year, known, tokens) as judge,
        ):
            last_year.remember(connection, delivery.council_id, is_synthetic=delivery.is_synthetic, judge=judge)
            judges, erased = {}, erased_of(connection, tokens)
            for name, file in files_of.items():
                file.findings = stores.enter_context(Findings())
                reader = erased.left_out_of(reader_of(file.found), plan.return_id, name)
                judges[name] = judge.file(cast("Reader", reader), name, file.findings)
                file.rules = judges[name].rules
                _load(connection, delivery, plan, file, delivery_id, judges[name])
                file.rows_erased = reader.rows_erased
            for name, lines in judge.finish().items():
                load.take_out(connection, f"{plan.return_id}__{name}", delivery_id, lines)
                files_of[name].count(judges[name].quarantined, len(lines), is_required=plan.year.tables[name].required)
            refuse_if_nothing_came_in(files_of.values())
    except (RefusedError, UnreadableError) as refused:
        return str(refused)
    return ""


def _load(
    connection: psycopg.Connection,
    delivery: Delivery,
    plan: Plan,
    file: JudgedFile,
    delivery_id: int,
    judge: FileJudge,
) -> None:
    """Load the rows of one table that no cell keeps out."""
    table = f"{plan.return_id}__{file.found.table}"
    try:
        file.rows_loaded = load.copy_rows(connection, table, delivery.council_id, delivery_id, judge.rows())
    except UnreadableError as error:
        file.reason, file.findings = error.name, None
        raise RefusedError(error.name) from None
    file.rows_in = judge.rows_in


def _empty_inbox(delivery: Delivery, stamps: list[tuple[int, int, int]]) -> None:
    with load.nothing_told():
        left_over.empty_inbox(delivery, stamps)
        if delivery.is_loose:
            with connect("loader") as connection:
                left_over.forget_loose(connection, delivery.council_id)
