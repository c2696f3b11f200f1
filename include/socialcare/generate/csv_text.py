"""CSV as councils' systems write it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc


def write_csv(rows: pa.Table, path: Path) -> None:
    """Write a file as councils' systems do: comma, CRLF, a heading without quotation marks."""
    with path.open("wb") as file:
        file.write((",".join(rows.column_names) + "\r\n").encode())
        pc.write_csv(rows, file, pc.WriteOptions(include_header=False, eol="\r\n", batch_size=65_536))
