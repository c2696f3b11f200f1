"""The data dictionary: every column of every table, generated from what the version holds and the models say."""

from __future__ import annotations

from collections.abc import Sequence

from socialcare.deliver.read_rows import columns_of
from socialcare.deliver.tables import Column, Table

NAME = "data_dictionary.csv"
COLUMNS = (
    Column("table", "text"),
    Column("column", "text"),
    Column("type", "text"),
    Column("unit", "text"),
    Column("is_key", "text"),
    Column("description", "text"),
)
#: A reader needs what a column holds, not what the database calls it.
_TYPES = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "date": "date",
    "moment": "date and time (UTC)",
    "truth": "true or false",
}


def rows(tables: Sequence[Table]) -> list[tuple[str, ...]]:
    """Return a row for each column, and before them one for the table itself."""
    found: list[tuple[str, ...]] = []
    for table in tables:
        reach = "each council its own rows" if table.access == "own" else "shared by all"
        found.append((table.name, "", f"table, {reach}", "", "", table.description))
        found += [
            (table.name, c.name, _TYPES[c.kind], c.unit, "yes" if c.name in table.grain else "", c.description)
            for c in columns_of(table)
        ]
    return found
