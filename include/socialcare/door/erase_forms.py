"""Other ways to write an identifier under which something is held, where nothing is held of the one that was typed."""

from __future__ import annotations

from collections.abc import Iterator

from socialcare.database import connect
from socialcare.door import erase_tables, records
from socialcare.door.erase import first_token
from socialcare.door.erased import generations

#: Numbers of children are never longer.
_LONGEST = 12


def held_otherwise(council_id: str, identifier: str) -> list[str]:
    """Return in which other ways of writing it something is held: in words, without the identifier."""
    identifier, found = identifier.strip(), []
    with connect("loader") as connection:
        tokens = records.pseudonymiser(connection, council_id)
        for how, other in _others(identifier):
            every = [token for one in generations([first_token(council_id, other)], tokens) for token in one]
            if other != identifier and how not in found and erase_tables.raw_holds(connection, every):
                found.append(how)
    return found


def _others(identifier: str) -> Iterator[tuple[str, str]]:
    """Yield ways to write an identifier, each with what it is called. Whoever sends files wrote one of them."""
    yield "in capitals", identifier.upper()
    yield "in small letters", identifier.lower()
    yield "without its spaces", "".join(identifier.split())
    bare = identifier.lstrip("0")
    yield "without its leading zeros", bare
    for length in range(len(bare) + 1, _LONGEST + 1 if bare.isdigit() else 0):
        yield f"with leading zeros, {length} figures long", bare.rjust(length, "0")
