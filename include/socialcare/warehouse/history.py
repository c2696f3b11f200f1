"""Carry on the histories of what councils send: who was where, when, and since when that is known.

The systems give their records new numbers overnight, so a record is known by what it says. A night in which nothing
else changed adds nothing. What each history holds follows from the deliveries in raw, in the order of the days that
they describe: one that comes out of turn, was judged again or is known again otherwise has its series made anew.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.registry.returns import all_returns, return_spec
from socialcare.warehouse import history_sql as statements
from socialcare.warehouse import history_tables
from socialcare.warehouse.history_shape import Shape
from socialcare.warehouse.history_sql import Step
from socialcare.warehouse.history_tables import identified, shapes

log = logging.getLogger(__name__)

_LOCK = 7300040
#: In this order, once it is known what came and what is gone.
_CHANGES = (statements.told_again, statements.close, statements.doubt, statements.begin)

_DELIVERIES = """
select d.delivery_id, d.return_id, d.council_id, d.is_synthetic, d.collection_year, d.as_of_date, r.reading,
    h.shape, h.reading is not distinct from r.reading and h.as_of_date = d.as_of_date as is_held
from raw.deliveries as d
join raw.delivery_readings as r using (delivery_id)
left join intermediate.int_history__deliveries as h using (delivery_id)
where d.verdict <> 'rejected' and d.as_of_date is not null
order by d.return_id, d.council_id, d.is_synthetic, d.as_of_date, d.delivery_id
"""


@dataclass(frozen=True)
class _Delivery:
    delivery_id: int
    return_id: str
    council_id: str
    is_synthetic: bool
    collection_year: int | None
    as_of_date: date
    reading: str
    shape: str | None
    is_held: bool | None


@dataclass(frozen=True)
class _Series:
    """Deliveries that tell of the same: of one council and return, and of one collection year where years count."""

    return_id: str
    council_id: str
    is_synthetic: bool
    collection_year: int | None


def follow() -> int:
    """Carry every history on; return how many deliveries were read. Safe every night: nothing is read twice.

    Raises Fault ``history_failed``. Each series is one transaction: a kill leaves whole deliveries or none.
    """
    read = 0
    with _nothing_told(), connect("transformer", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        found = _by_series(connection)
        for return_id in sorted({series.return_id for series in found}):
            history_tables.ensure(connection, return_spec(return_id))
        for series, deliveries in found.items():
            with connection.transaction():
                read += _carry_on(connection, series, deliveries)
    return read


def forget(council_id: str) -> None:
    """Empty the histories of a council; the next ``follow`` makes them anew.

    It would do so by itself after a key was rotated; until then the histories hold tokens under the old key.
    """
    with _nothing_told(), connect("transformer") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        held = connection.execute("select distinct return_id from intermediate.int_history__deliveries").fetchall()
        for (return_id,) in held:
            for shape in shapes(return_spec(return_id)).values():
                connection.execute(
                    sql.SQL("delete from {} where council_id = %s").format(identified(shape)), [council_id]
                )
        connection.execute("delete from intermediate.int_history__deliveries where council_id = %s", [council_id])


def _by_series(connection: psycopg.Connection) -> dict[_Series, list[_Delivery]]:
    rolls = {declared.id: declared.rolling for declared in all_returns()}
    series: dict[_Series, list[_Delivery]] = {}
    for delivery in connection.cursor(row_factory=class_row(_Delivery)).execute(_DELIVERIES):
        if delivery.return_id in rolls:
            year = None if rolls[delivery.return_id] else delivery.collection_year
            key = _Series(delivery.return_id, delivery.council_id, delivery.is_synthetic, year)
            series.setdefault(key, []).append(delivery)
    return series


def _carry_on(connection: psycopg.Connection, series: _Series, deliveries: list[_Delivery]) -> int:
    """Read the deliveries of a series that are not held; all of them again when those held are not its beginning."""
    followed = shapes(return_spec(series.return_id))
    sign = hashlib.sha256("\n".join(sorted(shape.sign for shape in followed.values())).encode()).hexdigest()
    begun = list(takewhile(lambda d: d.is_held and d.shape == sign, deliveries))
    if _held(connection, series) != {d.delivery_id for d in begun}:
        begun = []
        for shape in followed.values():
            _delete(connection, identified(shape), series)
        _delete(connection, sql.SQL("intermediate.int_history__deliveries"), series, of=series.return_id)
    for delivery in deliveries[len(begun) :]:
        _read(connection, series, delivery, followed, sign)
    return len(deliveries) - len(begun)


def _held(connection: psycopg.Connection, series: _Series) -> set[int]:
    return {
        delivery_id
        for (delivery_id,) in connection.execute(
            "select delivery_id from intermediate.int_history__deliveries where return_id = %s and council_id = %s"
            " and is_synthetic = %s and collection_year is not distinct from %s",
            [series.return_id, series.council_id, series.is_synthetic, series.collection_year],
        )
    }


def _delete(connection: psycopg.Connection, table: sql.Composable, series: _Series, of: str | None = None) -> None:
    connection.execute(
        sql.SQL(
            "delete from {} where council_id = %(council_id)s and is_synthetic = %(is_synthetic)s"
            " and collection_year is not distinct from %(collection_year)s" + (" and return_id = %(of)s" if of else "")
        ).format(table),
        {**vars(series), "of": of},
    )


def _read(
    connection: psycopg.Connection, series: _Series, delivery: _Delivery, followed: dict[str, Shape], sign: str
) -> None:
    """Carry on the history of each table that the delivery held. A table that it did not hold is left as it is."""
    before = _days_before(connection, series)
    connection.execute(
        "insert into intermediate.int_history__deliveries values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(delivery.delivery_id, series.return_id, series.council_id, series.is_synthetic, series.collection_year),
            *(delivery.as_of_date, delivery.reading, sign),
        ],
    )
    for table, loaded, quarantined in connection.execute(
        "select table_name, rows_loaded, rows_quarantined from raw.delivered_tables where delivery_id = %s order by 1",
        [delivery.delivery_id],
    ).fetchall():
        if table in followed:
            step = Step(
                *(delivery.delivery_id, series.council_id, series.is_synthetic, series.collection_year),
                *(delivery.as_of_date, before.get(table), quarantined),
            )
            _step(connection, followed[table], step, loaded)


def _days_before(connection: psycopg.Connection, series: _Series) -> dict[str, date]:
    """Return the day of the newest delivery held that told of each table."""
    return dict(
        connection.execute(
            "select table_name, max(as_of_date) from intermediate.int_history__deliveries"
            " join intermediate.int_history__changes using (delivery_id)"
            " where return_id = %s and council_id = %s and is_synthetic = %s"
            " and collection_year is not distinct from %s group by table_name",
            [series.return_id, series.council_id, series.is_synthetic, series.collection_year],
        ).fetchall()
    )


def _step(connection: psycopg.Connection, shape: Shape, step: Step, loaded: int) -> None:
    cursor = psycopg.ClientCursor(connection)  # a table cannot be made from a query with bound values
    cursor.execute("set local work_mem = '64MB'")
    cursor.execute(statements.incoming(shape), step.values)
    if cursor.rowcount != loaded:
        raise Fault(
            "rows_missing_in_raw",
            f"Delivery {step.delivery_id} brought {loaded} rows of {shape.name}; raw holds {cursor.rowcount}.",
            where=f"raw.{shape.raw}",
            remedy="restore the rows of the delivery; its history is not made from a part of them.",
        )
    cursor.execute("analyze incoming (record, content, nth)")
    for statement in (statements.come, statements.gone):
        cursor.execute(statement(shape), step.values)
    cursor.execute("analyze come (record, turn, line); analyze gone (record, turn)")
    for statement in _CHANGES:
        cursor.execute(statement(shape), step.values)
    if step.before is None:
        cursor.execute(sql.SQL("analyze {}").format(identified(shape)))
    cursor.execute("drop table incoming, come, gone")


@contextmanager
def _nothing_told() -> Iterator[None]:
    """Turn PostgreSQL's complaints into a Fault without their words: those may repeat a cell."""
    try:
        yield
    except psycopg.Error as error:
        raise Fault(
            "history_failed",
            f"PostgreSQL refused a step of the histories (SQLSTATE {error.sqlstate or 'unknown'}).",
            remedy="what is published stays as it was; run the night again, and report it if it happens twice.",
            retryable=True,
        ) from None
