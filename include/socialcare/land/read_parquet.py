"""Reading a Parquet file as text: a column of text as it is, whole numbers without .0."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pac
import pyarrow.parquet as parquet

from socialcare.errors import Fault
from socialcare.land.grid import Grid, Part, is_header, numbers

#: The largest table that is read. The largest real one, LAIT's values, has 3,723,510 cells.
MAX_CELLS = 50_000_000


def read(content: bytes, file_name: str, words: tuple[str, ...]) -> Grid:
    """Return the file's one table; its rows are numbered from 1, as it has no lines.

    Raises Fault ``header_missing``, ``too_large`` or ``not_data``.
    """
    try:
        file = parquet.ParquetFile(pa.BufferReader(content))
        _measure(file, file_name)
        table = file.read(use_threads=False)
        columns = [_text(column) for column in table.columns]
    except (pa.ArrowException, OSError) as error:
        raise Fault(
            "not_data",
            f"{file_name} is not a readable Parquet file: {error}",
            where=file_name,
            remedy="open the file; if the publisher's file is broken, wait for a corrected one.",
        ) from error
    if not is_header(table.column_names, words):
        raise Fault(
            "header_missing",
            f"{file_name} has no columns named {', '.join(words)}.",
            where=f"{file_name}, which has: {', '.join(table.column_names)}",
            remedy="open the file; it may not be the table it was taken for.",
        )
    return Grid([Part(table.column_names, 0, columns, numbers(1, table.num_rows))])


def _measure(file: parquet.ParquetFile, file_name: str) -> None:
    cells = file.metadata.num_rows * file.metadata.num_columns
    if cells > MAX_CELLS:
        raise Fault(
            "too_large",
            f"{file_name} has {cells:,} cells; at most {MAX_CELLS:,} are read.",
            where=file_name,
            remedy="look at the file by hand: no statistics table is that large.",
        )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(column.type) and pac.all(pac.equal(pac.floor(column), column)).as_py():
        column = column.cast(pa.int64())
    texts = column.cast(pa.string())
    return pac.if_else(pac.equal(texts, ""), pa.scalar(None, pa.string()), texts)
