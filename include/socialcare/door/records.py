"""What the warehouse remembers of deliveries: counts, verdicts and addresses, never a value."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg

from socialcare.credentials import kept_secret
from socialcare.door.arrival import Delivery
from socialcare.door.identity import REGION_STAFF, Pseudonymiser, key_of
from socialcare.door.plan import Plan
from socialcare.door.spec_digest import spec_digest
from socialcare.door.verdicts import JudgedFile, Taken


def lock(connection: psycopg.Connection, council_id: str) -> None:
    """Be the only one who takes in, judges again or rewrites what this council sent, until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"door {council_id}"])


def pseudonymiser(connection: psycopg.Connection, council_id: str) -> Pseudonymiser:
    """Return the council's pseudonymiser under the keys that are in force.

    Raises Fault ``key_missing`` when tokens are held under a key that is gone: a new one would make new children.
    """
    for name, whose in ((key_of("child", council_id), [council_id]), (REGION_STAFF, [None])):
        held = "select from raw.deliveries where rows_loaded > 0 and council_id = coalesce(%s, council_id) limit 1"
        if connection.execute(held, whose).fetchone() is not None:
            kept_secret(name)
    query = "select key_name, max(number) from door.key_rotations group by key_name"
    return Pseudonymiser(council_id, dict(connection.execute(query).fetchall()))


def is_known(connection: psycopg.Connection, council_id: str, return_id: str, content_sha256: str) -> bool:
    """Whether the same content was judged before."""
    found = connection.execute(
        "select 1 from raw.deliveries where council_id = %s and return_id = %s and content_sha256 = %s",
        [council_id, return_id, content_sha256],
    ).fetchone()
    return found is not None


def any_from(connection: psycopg.Connection, council_id: str) -> bool:
    """Whether the council ever sent anything."""
    query = "select 1 from raw.deliveries where council_id = %s limit 1"
    return connection.execute(query, [council_id]).fetchone() is not None


def new_id(connection: psycopg.Connection) -> int:
    """Draw the number of a delivery, before its rows are loaded."""
    row = connection.execute("select nextval(pg_get_serial_sequence('raw.deliveries', 'delivery_id'))").fetchone()
    assert row is not None
    return int(row[0])


def number_of(connection: psycopg.Connection, council_id: str, as_of_date: date | None, delivery_id: int) -> int:
    """Return which of the council's deliveries for that day this one is."""
    row = connection.execute(
        "select count(*) from raw.deliveries where council_id = %s and as_of_date is not distinct from %s"
        " and delivery_id <= %s",
        [council_id, as_of_date, delivery_id],
    ).fetchone()
    assert row is not None
    return int(row[0])


def next_replay(connection: psycopg.Connection, delivery_id: int) -> int:
    """Return which time it is now that the council is told of judging the delivery again."""
    query = "select count(*) + 1 from door.replays where delivery_id = %s and is_news"
    row = connection.execute(query, [delivery_id]).fetchone()
    assert row is not None
    return int(row[0])


def insert_delivery(
    connection: psycopg.Connection, delivery_id: int, delivery: Delivery, plan: Plan, content: str, taken: Taken
) -> None:
    """Record the delivery and its verdict. The table itself refuses counts that do not add up."""
    connection.execute(
        "insert into raw.deliveries (delivery_id, council_id, return_id, collection_year, as_of_date,"
        " is_synthetic, content_sha256, rows_in, rows_loaded, rows_quarantined, rows_erased, verdict, reason,"
        " spec_digest)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(delivery_id, delivery.council_id, plan.return_id, plan.collection_year, plan.as_of_date),
            *(delivery.is_synthetic, content, taken.rows_in, taken.rows_loaded, taken.rows_quarantined),
            *(taken.rows_erased, taken.verdict, taken.reason),
            spec_digest(delivery.council_id, taken.verdict, plan.return_id, plan.collection_year),
        ],
    )


def digest_of(connection: psycopg.Connection, delivery_id: int) -> str:
    """Return the word for what judged the delivery."""
    row = connection.execute("select spec_digest from raw.deliveries where delivery_id = %s", [delivery_id]).fetchone()
    assert row is not None
    return str(row[0])


def update_delivery(
    connection: psycopg.Connection, delivery_id: int, delivery: Delivery, plan: Plan, content: str, taken: Taken
) -> None:
    """Record the new verdict of a delivery that was judged again; what its original lost to an erasure counts on."""
    rows = taken.rows_in - taken.rows_erased
    connection.execute(
        "update raw.deliveries set return_id = %s, collection_year = %s, as_of_date = %s, content_sha256 = %s,"
        " rows_in = %s + greatest(rows_erased, %s), rows_loaded = %s, rows_quarantined = %s,"
        " rows_erased = greatest(rows_erased, %s), verdict = %s, reason = %s, spec_digest = %s"
        " where delivery_id = %s",
        [
            *(plan.return_id, plan.collection_year, plan.as_of_date, content),
            *(rows, taken.rows_erased, taken.rows_loaded, taken.rows_quarantined, taken.rows_erased),
            *(taken.verdict, taken.reason),
            spec_digest(delivery.council_id, taken.verdict, plan.return_id, plan.collection_year),
            delivery_id,
        ],
    )


def insert_files(connection: psycopg.Connection, delivery_id: int, files: list[JudgedFile]) -> None:
    """Record each file: what it is and its counts, without its name."""
    for position, file in enumerate(files, start=1):
        _insert_file(connection, delivery_id, position, file)


def _insert_file(connection: psycopg.Connection, delivery_id: int, position: int, file: JudgedFile) -> None:
    found = file.found
    connection.execute(
        "insert into door.files (delivery_id, position, table_name, verdict, reason, file_sha256, file_bytes,"
        " rows_in, rows_loaded, rows_quarantined, rows_erased) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(delivery_id, position, found.table or found.other_table or "unknown", file.verdict, file.reason),
            *(found.sha256, found.size, file.rows_in, file.rows_loaded, file.rows_quarantined),
            file.rows_erased,
        ],
    )


def hashes_of(connection: psycopg.Connection, delivery_id: int) -> list[str]:
    """Return the sha256 of each file of a delivery, as the council sent it."""
    query = "select file_sha256 from door.files where delivery_id = %s order by position"
    return [sha256 for (sha256,) in connection.execute(query, [delivery_id])]


def keep_hashes(connection: psycopg.Connection, delivery_id: int, hashes: list[str]) -> None:
    """Have the files known by what the council sent: the original may have lost an erased child since."""
    held = hashes_of(connection, delivery_id)
    for position, sha256 in enumerate(hashes, start=1) if len(held) == len(hashes) else ():
        connection.execute(
            "update door.files set file_sha256 = %s where delivery_id = %s and position = %s",
            [sha256, delivery_id, position],
        )


def insert_original(connection: psycopg.Connection, delivery_id: int, original: str | None, keep_days: int) -> None:
    """Record where the encrypted original is and until when it is kept; None: it could not be kept at all."""
    connection.execute(
        "insert into door.originals (delivery_id, original, keep_until, destroyed_at)"
        " values (%s, %s, current_date + %s, %s)",
        [delivery_id, original or "", keep_days, None if original else datetime.now(UTC)],
    )


def erased_by_table(connection: psycopg.Connection, delivery_id: int) -> dict[str, int]:
    """Return how many rows of each table of a delivery were erased."""
    query = "select table_name, rows_erased from door.files where delivery_id = %s and rows_erased > 0"
    return dict(connection.execute(query, [delivery_id]).fetchall())


def count_erased(connection: psycopg.Connection, delivery_id: int, erased: dict[str, int]) -> None:
    """Count in each file what an erasure took out of the original, which is not there to be counted again."""
    for table, rows in erased.items():
        connection.execute(
            "update door.files set rows_in = rows_in - rows_erased + greatest(rows_erased, %s),"
            " rows_erased = greatest(rows_erased, %s) where delivery_id = %s and table_name = %s",
            [rows, rows, delivery_id, table],
        )
