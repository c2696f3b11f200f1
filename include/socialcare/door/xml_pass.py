"""One reading of a message for all its tables: what is not yet asked for waits, encrypted, in a file without a name.

The tables of a delivery are loaded one after the other, and reading is dear; so the first table that is asked for
reads the message to its end, and puts the blocks of the others aside. They hold identifiers, so the key is in memory
alone and the file is gone with the process, however that ends.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Mapping
from os import stat_result
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from socialcare.door.reading import Block, UnreadableError
from socialcare.door.xml_shapes import Shape

if TYPE_CHECKING:
    from socialcare.door.read_xml import XmlReader

_LINE = "_line"


class MessagePass:
    """The tables of one message, each handed out once."""

    def __init__(self, reader: XmlReader) -> None:
        self._blocks = reader.blocks()
        self._aside = _Aside()
        self._asked: set[str] = set()
        self._problem: UnreadableError | None = None

    def is_left(self, table: str) -> bool:
        """Whether the table was not asked for yet."""
        return table not in self._asked

    def table(self, name: str) -> Iterator[Block]:
        """Yield one table block by block. Raises UnreadableError with the name of the reason."""
        self._asked.add(name)
        yield from self._aside.take(name)
        if self._problem:  # where the message broke, all its tables break
            raise UnreadableError(self._problem.name)
        try:
            for table, block in self._blocks:
                if table == name:
                    yield block
                elif self.is_left(table):
                    self._aside.put(table, block)
        except UnreadableError as error:
            self._problem = error
            raise


class _Aside:
    """Blocks in a temporary file, each sealed under a key that nobody keeps."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 6 MiB, for messages alone

        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with this object
        weakref.finalize(self, self._file.close)
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._places: dict[str, list[tuple[int, int]]] = {}

    def put(self, table: str, block: Block) -> None:
        batch = pa.record_batch({_LINE: pa.array(block.lines), **block.columns})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        place = self._file.seek(0, 2)
        nonce = place.to_bytes(12, "big")  # no two blocks begin at one place
        self._file.write(self._cipher.encrypt(nonce, sink.getvalue().to_pybytes(), None))
        self._places.setdefault(table, []).append((place, self._file.tell() - place))

    def take(self, table: str) -> Iterator[Block]:
        for place, size in self._places.pop(table, ()):
            self._file.seek(place)
            plain = self._cipher.decrypt(place.to_bytes(12, "big"), self._file.read(size), None)
            batch = pa.ipc.open_stream(plain).read_next_batch()
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            yield Block(np.asarray(columns.pop(_LINE)), columns)


#: The passes that some table still holds, by the file as it is and the tables that are read of it.
_under_way: weakref.WeakValueDictionary[tuple[object, ...], MessagePass] = weakref.WeakValueDictionary()


def pass_over(path: Path, shapes: Mapping[str, Shape], table: str) -> MessagePass:
    """Return the pass that another table of the same message began, or begin one."""
    from socialcare.door.read_xml import XmlReader

    key = (path, *_identity(path), *shapes)
    found = _under_way.get(key)
    if found is None or not found.is_left(table):
        found = _under_way[key] = MessagePass(XmlReader(path, shapes))
    return found


def _identity(path: Path) -> tuple[int, ...]:
    about: stat_result = path.lstat()
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns
