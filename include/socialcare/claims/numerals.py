"""The numerals of a text, and where they stand: each is a claim or is listed as none."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Digits with their thousands and decimals, or the raised digits that mark a footnote.
NUMERAL = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def numerals(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield line (from 1), place among the numerals of the line (from 1) and the numeral as written."""
    for line, words in enumerate(text.split("\n"), start=1):
        for position, found in enumerate(NUMERAL.finditer(words), start=1):
            yield line, position, found.group()
