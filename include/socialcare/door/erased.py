"""Children whose rows were erased: known by keyed tokens alone, so that they do not come in again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa

from socialcare.door import erased_records
from socialcare.door.erased_records import Of, Records
from socialcare.door.identity import Pseudonymiser, key_of, renewed
from socialcare.door.reading import Block, Lines, Reader
from socialcare.registry.returns import Table, return_spec

if TYPE_CHECKING:
    from socialcare.door.read_xml import XmlTable

#: Identifiers whose tokens are remembered while a file is read.
_MOST_KNOWN = 200_000
_WORD = re.compile(r"[^\W_]+")
#: Words of a name that are looked at together: an identifier may be several.
_MOST_WORDS = 30
_NO_RECORDS: Records = MappingProxyType({})


class Erased:
    """Tells the rows of erased children, by any column that names a child.

    A table without such a column says by the number of a record whose row it is (of an assessment, of an audit): it
    follows the record of the table that its return declares, and no other that happens to have the same number. A
    record is an erased child's if it was met as such, or was known before and comes as nobody else's here. Hand over
    the tables of children first.
    """

    def __init__(
        self,
        tokens: Collection[str],
        pseudonymiser: Pseudonymiser | None = None,
        known: tuple[Records, Pseudonymiser] | None = None,
    ) -> None:
        self._tokens = frozenset(tokens)
        self._kept, of_records = known or (_NO_RECORDS, pseudonymiser)
        self._pseudonymisers = {"child": pseudonymiser, "record": of_records}
        self._met: dict[Of, set[str]] = {}
        self._of_others: dict[Of, set[str]] = {}
        self._known: dict[tuple[str, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def left_out_of(self, reader: Reader | XmlTable, return_id: str, name: str) -> Without:
        """Return a reader of the same rows of a table without those of erased children."""
        return Without(reader, (return_id, name), self)

    def without(self, of: Of, block: Block) -> Block:
        """Return a block of a table (its return and its name) without the rows of erased children."""
        if not self._tokens:
            return block
        table = _table(of)
        whose = self._mark(block, columns_of(table, "child"), "child", self._tokens)
        for name in records_of(table) if of in erased_records.with_parts() else ():
            if name in block.columns:
                self._meet(of, block.columns[name].filter(pa.array(whose)).unique().to_pylist())
                self._meet_others(of, block.columns[name].filter(pa.array(~whose)))
        for name, parent in table.belongs_to.items():
            whose |= self._mark(block, [name], "record", self._of_records(of[0], parent))
        if not whose.any():
            return block
        keep = pa.array(~whose)
        return Block(block.lines[~whose], {name: cells.filter(keep) for name, cells in block.columns.items()})

    def is_of(self, of: Of, row: Mapping[str, str]) -> bool:
        """Whether a row of a table, by the names of its columns, is of an erased child."""
        table = _table(of)
        found = any(
            self._token(row[name], "child") in self._tokens for name in columns_of(table, "child") if name in row
        )
        if of in erased_records.with_parts():
            records = [row[name] for name in records_of(table) if name in row]
            self._meet(of, records) if found else self._meet_others(of, pa.array(records, pa.string()))
        return found or any(
            self._token(row[name], "record") in self._of_records(of[0], parent)
            for name, parent in table.belongs_to.items()
            if name in row
        )

    def names(self, text: str) -> bool:
        """Whether a text is the identifier of an erased child."""
        return self._token(text, "child") in self._tokens

    def are_named_in(self, name: str) -> bool:
        """Whether words of a name, of a file or a sheet, are the identifier of an erased child."""
        if not self._tokens:
            return False
        words = [word.span() for word in _WORD.finditer(name)][:_MOST_WORDS]
        parts = {name[begin:end] for n, (begin, _) in enumerate(words) for _, end in words[n:]}
        return any(self.names(part) for part in parts)

    @property
    def knows_more(self) -> bool:
        """Whether records of erased children were met that were not known before."""
        return any(met - self._kept.get(of, frozenset()) for of, met in self._met.items())

    def keep_records(self, connection: psycopg.Connection) -> None:
        """Keep which records of erased children were met."""
        of_records = self._pseudonymisers["record"]
        if of_records and self.knows_more:
            new = {of: met - self._kept.get(of, frozenset()) for of, met in self._met.items()}
            erased_records.remember(connection, of_records, new)

    def _mark(self, block: Block, columns: Iterable[str], kind: str, tokens: Collection[str]) -> npt.NDArray[np.bool_]:
        marked = np.zeros(len(block.lines), dtype=bool)
        for name in columns if tokens else ():
            if name in block.columns:
                cells = block.columns[name]
                hits = [self._token(text, kind) in tokens for text in cells.dictionary.to_pylist()]
                places = cells.indices.fill_null(len(hits)).to_numpy(zero_copy_only=False)
                marked |= np.array([*hits, False])[places]
        return marked

    def _of_records(self, return_id: str, name: str) -> Collection[str]:
        of = return_id, name
        kept = self._kept.get(of, frozenset()) - self._of_others.get(of, set())
        return kept | self._met.get(of, set())

    def _meet(self, of: Of, texts: Iterable[str | None]) -> None:
        self._met.setdefault(of, set()).update(token for text in texts if (token := self._token(text, "record")))

    def _meet_others(self, of: Of, cells: pa.Array) -> None:
        """Note which numbers of an erased child's records somebody else's record has here: numbers are given anew."""
        if kept := self._kept.get(of):
            tokens = {self._token(text, "record") for text in cells.unique().to_pylist()}
            self._of_others.setdefault(of, set()).update(tokens & kept)

    def _token(self, text: str | None, kind: str) -> str:
        """Return the token of an identifier as the door makes it; nothing of nothing."""
        text, pseudonymiser = (text or "").strip(), self._pseudonymisers[kind]
        if not text or pseudonymiser is None:
            return ""
        found = self._known.get((kind, text))
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[kind, text] = pseudonymiser.tokens(pa.array([text]), kind).text[0].as_py()
        return found


class Without:
    """A reader that counts the rows of erased children and hands on the others."""

    def __init__(self, reader: Reader | XmlTable, of: Of, erased: Erased) -> None:
        self._reader, self._of, self._erased = reader, of, erased
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
            block = self._erased.without(self._of, sent)
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


def _table(of: Of) -> Table:
    return return_spec(of[0]).tables[of[1]]


def erased_of(connection: psycopg.Connection, pseudonymiser: Pseudonymiser) -> Erased:
    """Return the erased children of the pseudonymiser's council, by their tokens under the keys in force."""
    found = connection.execute("select token from door.erased where council_id = %s", [pseudonymiser.council_id])
    first = [token for (token,) in found]
    if not first:
        return NOBODY
    known = erased_records.known(connection, pseudonymiser)
    return Erased(generations(first, pseudonymiser)[-1], pseudonymiser, known)


def generations(first: Collection[str], pseudonymiser: Pseudonymiser) -> list[list[str]]:
    """Return tokens under the first key, then under each later one."""
    name = key_of("child", pseudonymiser.council_id)
    found = [list(first)]
    for number in range(1, pseudonymiser.times_renewed(name) + 1):
        found.append(renewed(found[-1], name, number))
    return found
