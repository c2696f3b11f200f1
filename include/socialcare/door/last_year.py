"""What the council delivered for the year before, as raw holds it, for the rules that compare two years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pac
import pyarrow.csv as pc
from psycopg import sql

from socialcare.door.cells import NO_CODE, NO_DAY, Checked
from socialcare.door.identity import as_bools
from socialcare.door.judge import DeliveryJudge
from socialcare.registry.returns import Column, ReturnYear

_BLOCK = 2 << 20
_TYPES = {"date": pa.date32()}


def remember(connection: psycopg.Connection, council_id: str, *, is_synthetic: bool, judge: DeliveryJudge) -> None:
    """Give the judge the rows of the newest delivery for the whole of the year before, where a rule asks for them."""
    year = judge.year
    found = connection.execute(
        "select delivery_id from raw.deliveries where council_id = %s and return_id = %s and collection_year = %s"
        " and is_synthetic = %s and verdict <> 'rejected' and as_of_date >= %s"
        " order by as_of_date desc, delivery_id desc limit 1",
        [council_id, year.return_id, year.year - 1, is_synthetic, year.year_start - timedelta(days=1)],
    ).fetchone()
    for table, wanted in judge.asked_of_last_year().items() if found else ():
        assert found is not None
        columns = {name: c for name, c in year.tables[table].columns.items() if name in wanted and c.is_loaded}
        for rows in _rows(connection, f"{year.return_id}__{table}", columns, found[0]):
            judge.remember_last_year(table, {name: _checked(name, c, rows, year) for name, c in columns.items()})


def _rows(
    connection: psycopg.Connection, table: str, columns: dict[str, Column], delivery_id: int
) -> Iterator[pa.RecordBatch]:
    types = {str(c.loaded_as): _TYPES.get(c.type, pa.string()) for c in columns.values()}
    types |= {flag: pa.bool_() for c in columns.values() if (flag := c.flag)}
    query = sql.SQL("copy (select {} from raw.{} where _delivery_id = {}) to stdout (format csv)").format(
        sql.SQL(", ").join(map(sql.Identifier, types)), sql.Identifier(table), sql.Literal(delivery_id)
    )
    read = pc.ReadOptions(column_names=list(types), use_threads=False)
    convert = pc.ConvertOptions(  # of what is empty alone: NA is a code
        column_types=types, null_values=[""], strings_can_be_null=True, true_values=["t"], false_values=["f"]
    )
    with connection.cursor().copy(query) as copy:
        for piece in _pieces(bytes(row) for row in copy):
            yield from pc.read_csv(pa.BufferReader(piece), read, convert_options=convert).to_batches()


def _pieces(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Gather the rows, each of which arrives whole, into blocks."""
    held = bytearray()
    for row in rows:
        held += row
        if len(held) >= _BLOCK:
            yield bytes(held)
            held = bytearray()
    if held:
        yield bytes(held)


def _checked(name: str, column: Column, rows: pa.RecordBatch, year: ReturnYear) -> Checked:
    values = rows.column(str(column.loaded_as))
    blank = as_bools(values.is_null())
    nothing_wrong = np.zeros(len(blank), dtype=bool)
    if column.becomes == "pseudonym":
        tokens = bytes.fromhex("".join(pac.fill_null(values, "0" * 32).to_pylist()))
        return Checked(blank, nothing_wrong, number=np.frombuffer(tokens, dtype=np.uint64)[::2])
    if column.type == "date":
        days = pac.fill_null(values.cast(pa.int32()), int(NO_DAY)).to_numpy(zero_copy_only=False)
        is_month = as_bools(rows.column(column.flag)) if column.flag else nothing_wrong
        return Checked(blank, nothing_wrong, days=np.where(is_month, NO_DAY, days))
    if column.type == "code":
        place = pac.index_in(values, pa.array(list(year.code_lists[str(column.codes)])))
        code = pac.fill_null(place, int(NO_CODE)).to_numpy(zero_copy_only=False).astype(np.uint8)
        return Checked(blank, nothing_wrong, code=code)
    return Checked(blank, nothing_wrong)
