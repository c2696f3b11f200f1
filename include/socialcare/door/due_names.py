"""Turn pseudonyms back into the council's own identifiers: at the door, from the originals, and nowhere else.

Nothing is kept that maps the one to the other. The identifiers of a delivery are hashed once more under the keys that
are in force; those that were asked for are held in memory until the list is written. For whoever has the council's
lock (``records.lock``).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

import psycopg
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.door import records, unpack
from socialcare.door.cells import CellChecker
from socialcare.door.messages import reader_of, tables_of
from socialcare.door.reading import UnreadableError
from socialcare.door.recognise import Recognised
from socialcare.door.replay import decrypted
from socialcare.door.replayed import DAMAGED, DESTROYED, Past, past_deliveries
from socialcare.errors import Fault
from socialcare.registry.returns import return_spec

#: Pseudonyms that are asked for, by whose they are (child, staff, record).
Wanted = Mapping[str, set[str]]
#: What the council calls somebody or something, by whose pseudonym it is and the pseudonym.
Names = dict[tuple[str, str], str]


def names_in(connection: psycopg.Connection, council_id: str, delivery_id: int, wanted: Wanted) -> Names:
    """Return what one delivery calls those who are asked for; nobody, where its original is destroyed or damaged."""
    past = next(iter(past_deliveries(connection, council_id, "", delivery_id)), None)
    if past is None or past.original is None or past.is_destroyed or past.collection_year is None:
        return {}
    checker = CellChecker(
        return_spec(past.return_id).for_year(past.collection_year), records.pseudonymiser(connection, council_id)
    )
    try:
        return _read(past, past.original, checker, {kind: set(tokens) for kind, tokens in wanted.items() if tokens})
    except Fault as fault:
        if fault.name not in (DESTROYED, DAMAGED):
            raise
        return {}


def _read(past: Past, original: str, checker: CellChecker, left: dict[str, set[str]]) -> Names:
    """Read the files until everybody is found. The files are decrypted for as long as this takes."""
    names: Names = {}
    with ExitStack() as stores:
        delivery = stores.enter_context(decrypted(past.council_id, original))
        for found in unpack.opened(delivery, None, stores)[1]:
            if found.problem or found.return_id != past.return_id:
                continue
            for file in tables_of(found):
                if not any(left.values()):
                    return names
                _read_table(file, checker, left, names)
    return names


def _read_table(file: Recognised, checker: CellChecker, left: dict[str, set[str]], names: Names) -> None:
    table = return_spec(file.return_id).tables.get(file.table)
    if file.problem or table is None:
        return
    for name, column in table.every_column.items():
        wanted = left.get(column.identifies)
        if column.type != "identifier" or not column.is_loaded or not wanted or name not in file.columns:
            continue
        try:
            for block in reader_of(file, columns=(name,)).blocks():
                cells = block.columns[name]
                tokens = checker.check(column, cells).loaded
                assert tokens is not None
                mask = pac.is_in(tokens, value_set=pa.array(sorted(wanted), pa.string()))
                told = zip(tokens.filter(mask).to_pylist(), cells.filter(mask).to_pylist(), strict=True)
                names.update({(column.identifies, token): text.strip() for token, text in told})
                wanted -= {token for kind, token in names if kind == column.identifies}
                if not wanted:
                    break
        except UnreadableError:
            return  # of a file that was refused no row came in
