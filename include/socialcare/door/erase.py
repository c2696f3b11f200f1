"""Erase a child on its council's instruction: its rows go wherever they are kept, and do not come in again.

The identifier is typed at the door and kept nowhere. What remains is a keyed token, by which the child is known if it
comes again, and the record that somebody was erased: who asked, why, when, how many rows. Killed anywhere and asked
again, it ends as one clean run would: the token is first, the tables are one transaction, each original another.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pyarrow as pa
from psycopg.types.json import Jsonb

from socialcare.credentials import kept_secret, replace_private
from socialcare.database import connect, server
from socialcare.door import erase_receipts, erase_tables, erased_records, left_over, load, originals, records
from socialcare.door.erased import Erased, erased_of, generations
from socialcare.door.identity import Pseudonymiser, key_of
from socialcare.door.originals import Original
from socialcare.door.replay import decrypted
from socialcare.door.rewrite import CannotRewriteError, names_without, without_erased
from socialcare.door.wrong_inbox import REASON as NOT_ITS_OWN
from socialcare.errors import Fault
from socialcare.registry.councils import council
from socialcare.settings import get_settings

_CHUNK = 1 << 20
REWRITTEN, DESTROYED, RECEIPTS = "originals rewritten", "originals destroyed", "receipts removed"


def erase(council_id: str, identifier: str, *, reason: str, by: str) -> dict[str, int]:
    """Erase the child that the council calls so; return what went: rows by table, originals, receipts.

    Raises Fault ``council_unknown``, ``erasure_unexplained``, ``key_missing``, ``door_load_failed``.
    """
    identifier = identifier.strip()
    _check(identifier, reason, by)
    council(council_id)
    with load.nothing_told():
        kept_secret(key_of("child", council_id))  # under a new key nobody would be found
        token = first_token(council_id, identifier)
        erasure_id = _begin(council_id, token, reason, by)
        with connect(server().admin) as connection:
            records.lock(connection, council_id)
            _count(connection, erasure_id, erase_from(connection, council_id, [token]))
        if _from_originals(council_id, erasure_id):
            with connect(server().admin) as connection:  # what belongs to records that the originals alone told of
                records.lock(connection, council_id)
                _count(connection, erasure_id, erase_from(connection, council_id, [token]))
        return _end(council_id, erasure_id, erase_receipts.naming(council_id, identifier))


def first_token(council_id: str, identifier: str) -> str:
    """Return the child's token under the first key of its council."""
    return str(Pseudonymiser(council_id).tokens(pa.array([identifier])).text[0].as_py())


def erase_from(connection: psycopg.Connection, council_id: str, first: list[str]) -> dict[str, int]:
    """Remove the rows of children, by their tokens under the first key, from every table of a database."""
    tokens = records.pseudonymiser(connection, council_id)
    every = {token for generation in generations(first, tokens) for token in generation}
    erased_records.take_over(connection, council_id)
    kept = erased_records.in_tables(connection, tokens)
    went, found = erase_tables.remove(connection, council_id, sorted(every), kept)
    erased_records.remember(connection, tokens, found)
    return went


def apply_lists(database: str) -> int:
    """Erase from a restored database, before anybody reads it, whoever was erased until now; return how many.

    A backup made while an erasure ran lists the token and still has the rows: every token is erased by, listed or not.
    """
    listed = {path.name.removeprefix("erased-"): path for path in get_settings().secrets.glob("erased-*")}
    erased = 0
    for council_id, path in sorted(listed.items()):
        with load.nothing_told(), connect(server().admin, database=database) as connection:
            known = _listed(connection, council_id)
            for token in sorted({*known, *path.read_text().split()}):
                erasure_id = known.get(token) or _record(
                    connection, council_id, token, "erased since this backup was made", "restore"
                )
                went = erase_from(connection, council_id, [token])
                _count(connection, erasure_id, went)
                erased += bool(went) or token not in known
                connection.execute(
                    "update door.erasures set ended_at = now() where erasure_id = %s and ended_at is null", [erasure_id]
                )
    return erased


def _listed(connection: psycopg.Connection, council_id: str) -> dict[str, int]:
    """Return the tokens of a council's erased children that a database lists, each with its erasure."""
    query = "select token, erasure_id from door.erased where council_id = %s"
    return dict(connection.execute(query, [council_id]).fetchall())


def _check(identifier: str, reason: str, by: str) -> None:
    if not identifier or not reason.strip() or not by.strip() or identifier in reason or identifier in by:
        raise Fault(
            "erasure_unexplained",
            "An erasure needs the child's identifier, a reason and a name, and the last two are kept for ever:"
            " neither may hold the identifier.",
            remedy="give --reason and --by in words, and the identifier when it is asked for.",
        )


def _list(connection: psycopg.Connection, council_id: str, token: str) -> None:
    """Put the token beside the keys, apart from every backup of the warehouse: a restore erases by it.

    For whoever has the council's lock: two at once would each write what the other did not read.
    """
    path = get_settings().secrets / f"erased-{council_id}"
    held = path.read_text().split() if path.exists() else []
    every = dict.fromkeys([*held, *_listed(connection, council_id), token])
    if len(every) > len(held):
        replace_private(path, "".join(f"{one}\n" for one in every))


def _begin(council_id: str, token: str, reason: str, by: str) -> int:
    """Record the instruction, or find the one that was killed half way. From now on no row of the child comes in."""
    with connect("loader") as connection:
        records.lock(connection, council_id)
        _list(connection, council_id, token)
        under_way = connection.execute(
            "select erasure_id from door.erasures join door.erased using (erasure_id, council_id)"
            " where council_id = %s and token = %s and ended_at is null",
            [council_id, token],
        ).fetchone()
        return int(under_way[0]) if under_way else _record(connection, council_id, token, reason, by)


def _record(connection: psycopg.Connection, council_id: str, token: str, reason: str, by: str) -> int:
    row = connection.execute(
        "insert into door.erasures (council_id, reason, asked_by) values (%s, %s, %s) returning erasure_id",
        [council_id, reason, by],
    ).fetchone()
    assert row is not None
    connection.execute(
        "insert into door.erased (council_id, token, erasure_id) values (%s, %s, %s)"
        " on conflict (council_id, token) do update set erasure_id = excluded.erasure_id",
        [council_id, token, row[0]],
    )
    return int(row[0])


def _count(connection: psycopg.Connection, erasure_id: int, went: dict[str, int]) -> None:
    """Add what went to the record, in the transaction in which it goes."""
    query = "select rows_erased from door.erasures where erasure_id = %s for update"
    row = connection.execute(query, [erasure_id]).fetchone()
    assert row is not None
    total = {name: row[0].get(name, 0) + went.get(name, 0) for name in {*row[0], *went}}
    connection.execute(
        "update door.erasures set rows_erased = %s where erasure_id = %s",
        [Jsonb({name: count for name, count in sorted(total.items()) if count}), erasure_id],
    )


def _from_originals(council_id: str, erasure_id: int) -> bool:
    """Rid the originals of erased children; return whether they told of records of theirs that were not known.

    Another council's inbox may have got the child too: what was refused there as not its own is searched.
    """
    with connect("loader") as connection:
        found = connection.execute(
            "select distinct d.council_id, o.original from door.originals o join raw.deliveries d using (delivery_id)"
            " where o.destroyed_at is null and o.original <> '' and (d.council_id = %s or d.reason = %s) order by 1, 2",
            [council_id, NOT_ITS_OWN],
        ).fetchall()
    told = False
    for holder, name in found:
        with connect("loader") as connection:
            for one in sorted({council_id, holder}):  # in one order, so that two erasures cannot wait for each other
                records.lock(connection, one)
            left_over.remove(holder)
            erased = erased_of(connection, records.pseudonymiser(connection, council_id))
            new = f"{name.split('-e')[0]}-e{erasure_id}" if holder == council_id else None
            went = _rewrite(connection, holder, name, new, erased)
            told |= erased.knows_more
            _count(connection, erasure_id, {went: 1} if went else {})
    with connect("loader") as connection:
        records.lock(connection, council_id)
        originals.destroy_orphans(connection, council_id, datetime.now(UTC))
    return told


def _rewrite(connection: psycopg.Connection, holder: str, name: str, new: str | None, erased: Erased) -> str:
    """Put an original without erased children in the place of one with them; say what was done.

    The old one is an orphan once this is committed, and is destroyed as one. Without a name for a new one, it is
    destroyed: nothing came in of what was refused.
    """
    try:
        with decrypted(holder, name) as delivery, originals.working_folder(holder) as folder:
            sent = originals.sent(name)
            written, names = without_erased(delivery, erased, folder), names_without(sent.names, erased)
            erased.keep_records(connection)
            if not written and names == sent.names:
                return ""
            if new is None:
                raise CannotRewriteError
            with Original(holder) as original:
                _encrypt(original, [written.get(path, path) for path in delivery.files])
                original.keep_as(new, sent.model_copy(update={"names": names}))
    except (CannotRewriteError, Fault) as error:
        if isinstance(error, Fault) and error.name not in ("original_destroyed", "original_damaged"):
            raise
        erased.keep_records(connection)
        originals.destroy(name)
        connection.execute("update door.originals set destroyed_at = now() where original = %s", [name])
        return DESTROYED
    statement = "update door.originals set original = %s where original = %s and destroyed_at is null"
    if not connection.execute(statement, [new, name]).rowcount:  # its time was over meanwhile
        originals.destroy(new)
        return ""
    return REWRITTEN


def _encrypt(original: Original, files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as plain, original.new_file() as file:
            while chunk := plain.read(_CHUNK):
                file.write(chunk)


def _end(council_id: str, erasure_id: int, receipts: list[Path]) -> dict[str, int]:
    with connect("loader") as connection:
        records.lock(connection, council_id)
        query = "select coalesce((rows_erased ->> %s)::bigint, 0) from door.erasures where erasure_id = %s"
        row = connection.execute(query, [RECEIPTS, erasure_id]).fetchone()
        assert row is not None
        left = len(receipts) - row[0]  # a run that was killed had counted all of them, and removed some
        _count(connection, erasure_id, {RECEIPTS: left} if left > 0 else {})
    for path in receipts:
        path.unlink(missing_ok=True)
    with connect("loader") as connection:
        row = connection.execute(
            "update door.erasures set ended_at = now() where erasure_id = %s returning rows_erased", [erasure_id]
        ).fetchone()
    assert row is not None
    return dict(row[0])
