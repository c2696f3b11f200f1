"""CSV as councils' systems write it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc


def write_csv(rows: pa.Table, path: Path, *, ragged: int = 0) -> None:
    """Write a file as councils' systems do: comma, CRLF, a heading without quotation marks.

    At its end there are so many rows with a cell too many.
    """
    with path.open("wb") as file:
        file.write((_heading(rows) + "\r\n").encode())
        pc.write_csv(rows, file, pc.WriteOptions(include_header=False, eol="\r\n", batch_size=65_536))
        file.write((",".join("x" * (rows.num_columns + 1)) + "\r\n").encode() * ragged)


def _heading(rows: pa.Table) -> str:
    return ",".join(f'"{name}"' if "," in name else name for name in rows.column_names)
