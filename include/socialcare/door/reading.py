"""Read a recognised CSV in blocks of whole columns: bounded memory at any size, every row with its line."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from socialcare.door.recognise import Recognised

#: Bytes read at a time. A row longer than this is refused: it holds a cell of megabytes.
BLOCK = 2 << 20
#: With more rows than this of the wrong width, the file is not of the shape it claims.
_MOST_RAGGED = 100_000

Lines = npt.NDArray[np.int32]


class UnreadableError(Exception):
    """The file cannot be read as CSV; ``name`` says why, without repeating any of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@dataclass(frozen=True)
class Block:
    """Some rows: every column dictionary-encoded text, empty cells null; ``lines`` counts the heading as 1."""

    lines: Lines
    columns: dict[str, pa.DictionaryArray]


class Reader:
    """The blocks of one file, then the lines of the rows that had too many or too few cells."""

    def __init__(self, file: Recognised, columns: tuple[str, ...] | None = None) -> None:
        self._file = file
        self._columns = columns or file.columns
        self._ragged = array("i")
        self.rows = 0

    @property
    def ragged(self) -> Lines:
        """Lines of the rows with a wrong number of cells, once the blocks are read."""
        return np.frombuffer(self._ragged, dtype=np.int32) if self._ragged else np.empty(0, np.int32)

    def blocks(self) -> Iterator[Block]:
        """Yield the file block by block. Raises UnreadableError with the name of the reason."""
        position = 0
        try:
            for batch in self._open():
                if not batch.num_rows:
                    continue
                lines = self._lines(position, batch.num_rows)
                position += batch.num_rows
                block = _without_blank_rows(lines, batch)
                self.rows += len(block.lines)
                if len(block.lines):
                    yield block
        except pa.ArrowException as error:
            raise UnreadableError(_name_of(str(error), len(self._ragged))) from None
        self.rows += len(self._ragged)

    def _open(self) -> pc.CSVStreamingReader:
        file = self._file
        return pc.open_csv(
            str(file.path),
            # One thread: only then does a row of the wrong width know its own line.
            read_options=pc.ReadOptions(
                use_threads=False,
                block_size=BLOCK,
                skip_rows=1,
                column_names=list(file.headings),
                encoding=file.encoding,
            ),
            parse_options=pc.ParseOptions(
                delimiter=file.delimiter, ignore_empty_lines=False, invalid_row_handler=self._set_aside
            ),
            convert_options=pc.ConvertOptions(
                include_columns=list(self._columns),
                column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in self._columns},
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    def _set_aside(self, row: pc.InvalidRow) -> str:
        if len(self._ragged) >= _MOST_RAGGED:
            return "error"
        self._ragged.append(row.number)
        return "skip"

    def _lines(self, position: int, count: int) -> Lines:
        """Number ``count`` rows, leaving out the lines that were set aside before and among them."""
        ordinal = np.arange(position, position + count, dtype=np.int32)
        aside = self.ragged
        before = np.searchsorted(aside - 2 - np.arange(len(aside), dtype=np.int32), ordinal, side="right")
        lines: Lines = (ordinal + 2 + before).astype(np.int32)
        return lines


def _without_blank_rows(lines: Lines, batch: pa.RecordBatch) -> Block:
    """Leave out rows of which every cell is empty: a spreadsheet's last rows are not rows of the return."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    blank = np.ones(batch.num_rows, dtype=bool)
    for column in batch.columns:
        if column.null_count == 0:
            return Block(lines, columns)
        blank &= column.is_null().to_numpy(zero_copy_only=False)
    if not blank.any():
        return Block(lines, columns)
    keep = pa.array(~blank)
    return Block(lines[~blank], {name: column.filter(keep) for name, column in columns.items()})


def _name_of(message: str, ragged: int) -> str:
    """Name pyarrow's complaint. Its own words may hold a cell, so they go no further."""
    if "straddl" in message:
        return "row_too_long"
    if ragged >= _MOST_RAGGED:
        return "rows_ragged"
    if "Empty CSV file" in message:
        return "no_rows"
    return "unreadable_csv"
