"""Read a recognised CSV in blocks of whole columns: bounded memory at any size, every row with its line."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from socialcare.door.arrival import NotPlainError, open_plain
from socialcare.door.recognise import Recognised

#: Bytes read at a time. A row longer than this is refused: it holds a cell of megabytes.
BLOCK = 2 << 20
#: With more rows than this of the wrong width, the file is not of the shape it claims.
_MOST_RAGGED = 100_000
#: A quoted cell with line ends in it is shorter than this.
_LONGEST_QUOTED = 64 << 10

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
    """The blocks of one file, then the lines of the rows that had too many or too few cells.

    The file is cut here, not by pyarrow's own streaming reader: that one reads 32 blocks ahead.
    """

    def __init__(self, file: Recognised, columns: tuple[str, ...] | None = None) -> None:
        self._file = file
        self._ragged = array("i")
        self._before = 1  # lines before this block; the heading is the first
        self.rows = 0
        names = columns or file.columns
        self._read = pc.ReadOptions(
            # One thread: only then does a row of the wrong width know its own place.
            use_threads=False,
            block_size=BLOCK * 2,
            column_names=list(file.headings),
            encoding=file.encoding,
        )
        self._parse = pc.ParseOptions(
            delimiter=file.delimiter, ignore_empty_lines=False, invalid_row_handler=self._set_aside
        )
        self._convert = pc.ConvertOptions(
            include_columns=list(names),
            column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in names},
            null_values=[""],
            strings_can_be_null=True,
        )

    @property
    def ragged(self) -> Lines:
        """Lines of the rows with a wrong number of cells, once the blocks are read."""
        return np.array(self._ragged, dtype=np.int32)

    def blocks(self) -> Iterator[Block]:
        """Yield the file block by block. Raises UnreadableError with the name of the reason."""
        for data in self._pieces():
            aside = len(self._ragged)
            try:
                table = pc.read_csv(pa.BufferReader(data), self._read, self._parse, self._convert)
            except pa.ArrowException:  # its own words may hold a cell, so they go no further
                name = "rows_ragged" if len(self._ragged) >= _MOST_RAGGED else "unreadable_csv"
                raise UnreadableError(name) from None
            lines = self._lines(table.num_rows, self._ragged[aside:])
            self._before += table.num_rows + len(self._ragged) - aside
            for batch in table.to_batches():
                block = _without_blank_rows(lines[: batch.num_rows], batch)
                lines = lines[batch.num_rows :]
                self.rows += len(block.lines)
                if len(block.lines):
                    yield block
        self.rows += len(self._ragged)

    def _pieces(self) -> Iterator[bytes]:
        """Cut the file, its heading left out, at the ends of rows into pieces of about ``BLOCK`` bytes."""
        rest = b""
        try:
            opened = open_plain(self._file.path)
        except NotPlainError:
            raise UnreadableError("not_a_plain_file") from None
        with opened as file:
            file.readline()
            while data := file.read(BLOCK):
                if b"\n" in data:
                    rest += data
                    end = _end_of_rows(rest)
                    yield rest[:end]
                    rest = rest[end:]
                elif len(rest) < BLOCK:
                    rest += data
                else:
                    raise UnreadableError("row_too_long")
        if rest:
            yield rest

    def _set_aside(self, row: pc.InvalidRow) -> str:
        if len(self._ragged) >= _MOST_RAGGED:
            return "error"
        self._ragged.append(self._before + row.number)
        return "skip"

    def _lines(self, count: int, aside: array[int]) -> Lines:
        """Number the ``count`` rows of a piece, leaving out the lines that were set aside among them."""
        ordinal = np.arange(count, dtype=np.int32)
        gaps = np.array(aside, dtype=np.int32) - self._before - 1 - np.arange(len(aside), dtype=np.int32)
        skipped = np.searchsorted(gaps, ordinal, side="right").astype(np.int32)
        lines: Lines = ordinal + np.int32(self._before + 1) + skipped
        return lines


def _end_of_rows(piece: bytes) -> int:
    """Return where the last whole row ends: a line end within quotes ends none.

    A quotation mark that belongs to no pair must not hold the file up: then it is the last line end.
    """
    end = piece.rfind(b"\n") + 1
    if piece.count(b'"', 0, end) % 2 == 0:
        return end
    after = 0
    for number, part in enumerate(reversed(piece[max(0, end - _LONGEST_QUOTED) : end].split(b'"'))):
        last = part.rfind(b"\n") if number % 2 else -1  # every other part is outside quotes
        if last >= 0:
            return end - after - len(part) + last + 1
        after += len(part) + 1
    return end


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks; each is read while the one before is judged."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


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
