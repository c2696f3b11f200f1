"""Judge history again from the kept originals, after a rule or a declaration changed, and say what changed.

Each delivery is one transaction: its rows, its findings and its counts are replaced, or nothing is. Killed and run
again, what was done is done, and the rest follows.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC
from pathlib import Path

import psycopg
from psycopg import sql

from socialcare.database import connect
from socialcare.door import intake, left_over, load, originals, records, reply
from socialcare.door.arrival import Delivery
from socialcare.door.intake import SeenDelivery
from socialcare.door.replayed import (
    DAMAGED,
    DESTROYED,
    NOT_PLAIN,
    SENT_AGAIN,
    UNDECLARED,
    Change,
    Past,
    Replayed,
    as_it_is,
    compare,
    past_deliveries,
    record,
    set_aside,
)
from socialcare.door.spec_digest import spec_digest
from socialcare.errors import Fault

log = logging.getLogger(__name__)


def replay(council_id: str = "", return_id: str = "", *, every: bool = False) -> Iterator[Replayed]:
    """Judge again each delivery whose declaration changed since, oldest first; ``every``: the others too.

    Raises Fault ``door_load_failed`` when the database fails; what was judged until then stands.
    """
    with connect("loader") as connection:
        past = past_deliveries(connection, council_id, return_id)
    for one in past:
        now = spec_digest(one.council_id, one.verdict, one.return_id, one.collection_year)
        if every or now != one.spec_digest:
            yield _replay(one) if now else Replayed(one, UNDECLARED)


def _replay(past: Past) -> Replayed:
    if past.original is None or past.is_destroyed:
        return Replayed(past, DESTROYED)
    if past.reason == NOT_PLAIN:  # a link or a pipe is not kept
        return Replayed(past, NOT_PLAIN)
    with load.nothing_told(), connect("loader") as connection, ExitStack() as stores:
        records.lock(connection, past.council_id)
        past = as_it_is(connection, past)
        if past.original is None or past.is_destroyed:
            return Replayed(past, DESTROYED)
        left_over.remove(past.council_id)
        try:
            delivery = stores.enter_context(decrypted(past.council_id, past.original))
        except Fault as fault:
            if fault.name not in (DESTROYED, DAMAGED):
                raise
            return Replayed(past, fault.name)
        seen = intake.look_through(delivery, None, stores, past.received_at.astimezone(UTC).date())
        seen = seen.as_sent(records.hashes_of(connection, past.delivery_id))
        if _sent_again(connection, past, seen):
            return Replayed(past, SENT_AGAIN)
        replayed = _judge_again(connection, past, seen, stores)
    log.info("delivery %d judged again: %s", past.delivery_id, "changed" if replayed.has_changed else "the same")
    return replayed


@contextmanager
def decrypted(council_id: str, original: str) -> Iterator[Delivery]:
    """Decrypt an original into a folder that only its owner may enter, as the delivery that it was."""
    sent = originals.sent(original)
    with originals.working_folder(council_id) as folder:
        try:
            files = [_write(folder, original, number, name) for number, name in enumerate(sent.names, start=1)]
        except OSError as error:  # which names the file, and that may name a child
            raise Fault(
                "door_no_room",
                f"An original could not be decrypted to be judged again: {error.strerror}.",
                where=str(folder.parent),
                remedy="make room there and run it again: what was judged again stands.",
                retryable=True,
            ) from None
        yield Delivery(council_id, folder, tuple(files), sent.statement, problem=sent.problem)


def _write(folder: Path, original: str, number: int, name: str) -> Path:
    """Decrypt one file under the name that the council gave it."""
    path = folder / str(number) / name
    path.parent.mkdir(mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        originals.decrypt(original, number, file)
    return path


def _sent_again(connection: psycopg.Connection, past: Past, seen: SeenDelivery) -> bool:
    """Whether the council sent it once more when it was not known yet what it is, and that was taken in."""
    found = connection.execute(
        "select from raw.deliveries where council_id = %s and return_id = %s and content_sha256 = %s"
        " and delivery_id <> %s",
        [past.council_id, seen.plan.return_id, seen.content, past.delivery_id],
    )
    return found.fetchone() is not None


def _judge_again(connection: psycopg.Connection, past: Past, seen: SeenDelivery, stores: ExitStack) -> Replayed:
    """Put the delivery's new rows, findings and counts in the place of the old ones."""
    tokens = records.pseudonymiser(connection, past.council_id)
    erased = records.erased_by_table(connection, past.delivery_id)
    hashes = records.hashes_of(connection, past.delivery_id)
    _take_out(connection, past)
    taken = intake.judge(connection, seen, past.delivery_id, tokens, stores)
    records.insert_files(connection, past.delivery_id, seen.files)
    records.keep_hashes(connection, past.delivery_id, hashes)
    records.count_erased(connection, past.delivery_id, erased)
    records.update_delivery(connection, past.delivery_id, seen.delivery, seen.plan, seen.content, taken)
    replayed = Replayed(past, taken=taken, changes=_changes(connection, past, seen))
    if replayed.is_news:
        again = records.next_replay(connection, past.delivery_id)
        reply.send(connection, seen.delivery, past.delivery_id, seen.plan, seen.files, taken, tokens, again=again)
    else:
        connection.execute("insert into door.findings select * from before_findings")
    record(connection, replayed, records.digest_of(connection, past.delivery_id))
    return replayed


def _take_out(connection: psycopg.Connection, past: Past) -> None:
    """Take out what came of it, and set aside what the comparison needs."""
    for table in set_aside(connection, past.delivery_id, past.return_id):
        statement = sql.SQL("delete from raw.{} where _delivery_id = %s").format(sql.Identifier(table))
        connection.execute(statement, [past.delivery_id])
    for table in ("findings", "files"):
        statement = sql.SQL("delete from door.{} where delivery_id = %s").format(sql.Identifier(table))
        connection.execute(statement, [past.delivery_id])


def _changes(connection: psycopg.Connection, past: Past, seen: SeenDelivery) -> tuple[Change, ...]:
    """Compare the findings with those before, row by row; leave none in place, for the reply keeps them."""
    for file in seen.files:
        if file.findings is not None and len(file.findings):
            load.copy_findings(connection, past.delivery_id, file.found.table, file.rules, file.findings)
    found = compare(connection, past.delivery_id, seen.plan.return_id)
    connection.execute("delete from door.findings where delivery_id = %s", [past.delivery_id])
    return found
