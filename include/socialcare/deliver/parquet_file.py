"""One Parquet file: typed columns, in row groups, and no sign of when it was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from socialcare.deliver.csv_file import Written, written
from socialcare.deliver.tables import Column

ROW_GROUP = 20_000
#: A number is a double, as Power BI and pandas expect it: 15 digits. The CSV has every digit.
_TYPES = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "truth": pa.bool_(),
}


class ParquetFile:
    """Writes one file a batch at a time; the same rows give the same bytes."""

    def __init__(self, path: Path, columns: Sequence[Column], about: dict[str, str]) -> None:
        self._path, self._columns, self._rows = path, columns, 0
        fields = [
            pa.field(c.name, _TYPES[c.kind], metadata={"description": c.description, "unit": c.unit}) for c in columns
        ]
        self._schema = pa.schema(fields, metadata=about)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows of values."""
        arrays = [
            pa.array(_values(column, values), field.type)
            for column, field, values in zip(self._columns, self._schema, zip(*rows, strict=True), strict=True)
        ]
        self._waiting.append(pa.record_batch(arrays, schema=self._schema))
        self._rows += len(rows)
        if sum(batch.num_rows for batch in self._waiting) >= ROW_GROUP:
            self._flush()

    def close(self) -> Written:
        """End the file; return what was written."""
        self._flush()
        self._writer.close()
        return written(self._path, self._rows)

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
            self._waiting = []


def _values(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    if column.kind != "number":
        return values
    return [None if value is None else float(value) for value in values]
