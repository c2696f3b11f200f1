"""Signs of a declaration: has what we look for, or how we read a table, changed since the last time?"""

from __future__ import annotations

import hashlib
import json

from socialcare.registry import Source

#: To be raised when a reader is repaired: landed files are then read again, and land again where they read otherwise.
READER = 2
#: What decides where a table is looked for; the rest of its declaration is about reading it.
_WHERE = {"files", "data_set", "families", "first_release", "last_release", "may_be_absent", "core", "reader", "sheet"}


def of_source(source: Source) -> str:
    """Return a sign of what is looked for: another one, and the next look forgets what it knew."""
    tables = {name: table.model_dump(mode="json", include=_WHERE) for name, table in source.tables.items()}
    where = source.model_dump(mode="json", include={"extract", "mirror", "first_release", "last_release"})
    return _sign([tables, where])


def of_table(source: Source, table_name: str, release: str) -> str:
    """Return a sign of how a table of a release is read: another one, and its file is read again."""
    table, edition = source.tables[table_name], source.edition(release, table_name)
    columns = [[column.name, column.heading(release)] for column in table.all_columns]
    renamed = edition.rename if edition else {}
    return _sign([READER, columns, renamed, table.reader, table.sheet, table.header, table.key, table.part_column])


def _sign(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
