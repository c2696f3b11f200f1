"""A file's cells as text, cut into the tables that it holds, before anything has a canonical name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A header row and the rows under it; each row with its physical line, and as wide as the header."""

    header: list[str]
    first_line: int
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Grid:
    parts: list[Part]


def tidy(heading: str) -> str:
    """Return a heading without the spaces and line breaks that publishers leave inside."""
    return " ".join(heading.split())


def is_header(cells: list[str], words: tuple[str, ...]) -> bool:
    """Whether a row holds all the headings that only the header row holds."""
    present = {tidy(cell).casefold() for cell in cells}
    return all(word.casefold() in present for word in words)


def numbered(header: list[str]) -> list[str]:
    """Return tidy headings, a repeated one with its number: SNP #1, SNP #2 ..."""
    tidied = [tidy(cell) for cell in header]
    seen: dict[str, int] = {}
    result = []
    for heading in tidied:
        if heading and tidied.count(heading) > 1:
            seen[heading] = seen.get(heading, 0) + 1
            heading = f"{heading} #{seen[heading]}"
        result.append(heading)
    return result
