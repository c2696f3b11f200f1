"""The grammar of a figure, in one place: what counts as a number when a file is read and when releases are compared.

The staging models ask the same of it again in SQL (``value_status`` in dbt_project/macros/observations.sql).
"""

from __future__ import annotations

import re

from socialcare.registry.tables import Table

#: As in the macro, character for character.
NUMBER = "-?([0-9]+[.]?[0-9]*|[.][0-9]+)"
YEARS_MONTHS = "[0-9]+:(0?[0-9]|1[01])"
#: The macro takes the separators out; here each must stand where it belongs.
_THOUSANDS = f"{NUMBER}|-?[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]*)?"
#: With the power of ten that spreadsheets write: only where a table declares it, and its own model reads it.
_WITH_EXPONENT = f"({NUMBER})([eE][-+]?[0-9]+)?"


def pattern(table: Table, kind: str = "figure") -> str:
    """Return the pattern of a whole cell that holds a number, in a table's columns of this kind."""
    found = _THOUSANDS if table.thousands else _WITH_EXPONENT if table.exponents else NUMBER
    # One real column holds durations, and counts beside them.
    return f"^({YEARS_MONTHS}|{found})$" if kind == "years_months" else f"^({found})$"


def number(cell: str | None, table: Table) -> float | None:
    """Return the number that a cell holds; None for a symbol, a duration or a blank."""
    text = (cell or "").strip()
    return float(text.replace(",", "")) if re.fullmatch(pattern(table), text) else None
