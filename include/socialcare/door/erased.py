"""Children whose rows were erased: known by keyed tokens alone, so that they do not come in again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa

from socialcare.door.identity import Pseudonymiser, key_of, renewed
from socialcare.door.reading import Block, Lines, Reader
from socialcare.registry.returns import Table

if TYPE_CHECKING:
    from socialcare.door.read_xml import XmlTable

#: Identifiers whose tokens are remembered while a file is read.
_MOST_KNOWN = 200_000


class Erased:
    """Tells the rows of erased children, by any column that names a child.

    A table without such a column says by the number of a record whose row it is (of an assessment, of an audit): it
    follows the record, if that was met before. Hand over the tables of children first.
    """

    def __init__(self, tokens: Collection[str], pseudonymiser: Pseudonymiser | None = None) -> None:
        self._tokens, self._pseudonymiser = frozenset(tokens), pseudonymiser
        self.records: set[str] = set()
        self._known: dict[tuple[str, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def left_out_of(self, reader: Reader | XmlTable, table: Table) -> Without:
        """Return a reader of the same rows without those of erased children."""
        return Without(reader, table, self)

    def without(self, table: Table, block: Block) -> Block:
        """Return a block without the rows of erased children."""
        if not self._tokens:
            return block
        whose = self._mark(block, columns_of(table, "child"), self._tokens)
        for name in records_of(table):
            if name in block.columns and whose.any():
                self._remember(block.columns[name].filter(pa.array(whose)).to_pylist())
        whose |= self._mark(block, links_of(table), self.records)
        if not whose.any():
            return block
        keep = pa.array(~whose)
        return Block(block.lines[~whose], {name: cells.filter(keep) for name, cells in block.columns.items()})

    def is_of(self, table: Table, row: Mapping[str, str]) -> bool:
        """Whether a row, by the names of its columns, is of an erased child."""
        found = any(
            self._token(row[name], "child") in self._tokens for name in columns_of(table, "child") if name in row
        )
        if found:
            self._remember(row[name] for name in records_of(table) if name in row)
        return found or any(self._token(row[name], "record") in self.records for name in links_of(table) if name in row)

    def names(self, text: str) -> bool:
        """Whether a text is the identifier of an erased child."""
        return self._token(text, "child") in self._tokens

    def _mark(self, block: Block, columns: Iterable[str], tokens: Collection[str]) -> npt.NDArray[np.bool_]:
        marked = np.zeros(len(block.lines), dtype=bool)
        for name in columns if tokens else ():
            kind = "child" if tokens is self._tokens else "record"
            if name in block.columns:
                cells = block.columns[name]
                hits = [self._token(text, kind) in tokens for text in cells.dictionary.to_pylist()]
                places = cells.indices.fill_null(len(hits)).to_numpy(zero_copy_only=False)
                marked |= np.array([*hits, False])[places]
        return marked

    def _remember(self, texts: Iterable[str | None]) -> None:
        self.records |= {token for text in texts if (token := self._token(text, "record"))}

    def _token(self, text: str | None, kind: str) -> str:
        """Return the token of an identifier as the door makes it; nothing of nothing."""
        text = (text or "").strip()
        if not text or self._pseudonymiser is None:
            return ""
        found = self._known.get((kind, text))
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[kind, text] = self._pseudonymiser.tokens(pa.array([text]), kind).text[0].as_py()
        return found


class Without:
    """A reader that counts the rows of erased children and hands on the others."""

    def __init__(self, reader: Reader | XmlTable, table: Table, erased: Erased) -> None:
        self._reader, self._table, self._erased = reader, table, erased
        self.rows_erased = 0

    @property
    def rows(self) -> int:
        return self._reader.rows

    @property
    def ragged(self) -> Lines:
        return self._reader.ragged

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks that are left. Raises UnreadableError."""
        for sent in self._reader.blocks():
            block = self._erased.without(self._table, sent)
            self.rows_erased += len(sent.lines) - len(block.lines)
            if len(block.lines):
                yield block


#: Nobody was erased.
NOBODY = Erased(())


def columns_of(table: Table, kind: str) -> list[str]:
    """Return the columns that hold identifiers of a kind."""
    return [n for n, c in table.every_column.items() if c.type == "identifier" and c.identifies == kind]


def records_of(table: Table) -> list[str]:
    """Return the columns that number the records of a table of children."""
    return [name for name in columns_of(table, "record") if name in table.key] if columns_of(table, "child") else []


def links_of(table: Table) -> list[str]:
    """Return the columns by which a table that names no child says whose record it belongs to."""
    return [] if columns_of(table, "child") else columns_of(table, "record")


def erased_of(connection: psycopg.Connection, pseudonymiser: Pseudonymiser) -> Erased:
    """Return the erased children of the pseudonymiser's council, by their tokens under the keys in force."""
    found = connection.execute("select token from door.erased where council_id = %s", [pseudonymiser.council_id])
    first = [token for (token,) in found]
    return Erased(generations(first, pseudonymiser)[-1], pseudonymiser) if first else NOBODY


def generations(first: Collection[str], pseudonymiser: Pseudonymiser) -> list[list[str]]:
    """Return tokens under the first key, then under each later one."""
    name = key_of("child", pseudonymiser.council_id)
    found = [list(first)]
    for number in range(1, pseudonymiser.times_renewed(name) + 1):
        found.append(renewed(found[-1], name, number))
    return found
