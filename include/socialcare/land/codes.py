"""A table's columns as numbers for their words: what is asked of every row is then asked of a few words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]


class Codes:
    """The columns of a table of text; each is encoded when it is first asked for."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._encoded: dict[str, tuple[Numbers, list[str | None]]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.table.column_names

    def of(self, name: str) -> Numbers:
        """Return a number for each row's word in a column."""
        return self._encode(name)[0]

    def words(self, name: str) -> list[str | None]:
        """Return a column's different words in the order in which they appear: number 0 is the first."""
        return self._encode(name)[1]

    def together(self, names: list[str]) -> Numbers:
        """Return a number for each row, the same where all of these columns agree."""
        joined = np.zeros(self.table.num_rows, dtype=np.int64)
        size = 1
        for name in names:
            size *= len(self.words(name)) + 1
            if size > 2**62:  # too many combinations for one number: count those that there are
                joined = np.unique(joined, return_inverse=True)[1].astype(np.int64)
                size = (int(joined.max(initial=0)) + 1) * (len(self.words(name)) + 1)
            joined = joined * len(self.words(name)) + self.of(name)
        return joined

    def first(self, name: str, word: str | None) -> int:
        """Return the first row with this word."""
        return int(np.argmax(self.of(name) == self.words(name).index(word)))

    def _encode(self, name: str) -> tuple[Numbers, list[str | None]]:
        if name not in self._encoded:
            column = self.table.column(name).combine_chunks()
            if isinstance(column, pa.ChunkedArray):
                column = pa.concat_arrays(column.chunks)
            encoded = column.dictionary_encode(null_encoding="encode")
            numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
            self._encoded[name] = numbers, encoded.dictionary.to_pylist()
        return self._encoded[name]
