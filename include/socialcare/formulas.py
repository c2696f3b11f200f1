"""What a spreadsheet would run as a formula, made plain text: one rule for every file that goes out."""

from __future__ import annotations

#: A spreadsheet runs a cell that begins so (OWASP, "CSV injection"), some of them in their full width as well.
_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROLS = ("\t", "\r", "\n")


def harmless(cell: str) -> str:
    """Return the cell's text; with an apostrophe before it where a spreadsheet would run it."""
    return f"'{cell}" if cell.startswith(_CONTROLS) or cell.lstrip().startswith(_FORMULAS) else cell
