"""Words that do not go together, and text that a machine misread: what a person has to look up on the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from socialcare.claims.model import Book, Finding
from socialcare.claims.words import PREPOSITIONS, TAKES

#: What scanning leaves: rows of dots between a heading and its page, a page with a bracket that nothing opened, a
#: letter that English has not, a word that ends where a column does and begins again with its own last letters.
_MISREAD = (
    re.compile(r"[•·]{3,}"),
    re.compile(r"\t[^\s()]{1,2}\)"),
    re.compile(r"[ıſ]"),
    re.compile(r"[a-z]*([a-z]{1,3})\t\1[a-z]"),
)


def a_word_that_takes_another(book: Book) -> list[Finding]:
    """Find an adjective beside a preposition that it does not take: most often its opposite is meant."""
    found = []
    for document, line, quote in _quotes(book):
        for word, preposition in re.findall(r"\b([a-z]+) ([a-z]+)\b", quote.lower()):
            if word in TAKES and preposition in PREPOSITIONS - TAKES[word]:
                found.append(
                    Finding(
                        "a_word_that_takes_another", "typo", (), document, line, f"“{word} {preposition}”",
                        f"{word} {' or '.join(sorted(TAKES[word]))}, or another word",
                        "whether the word or its opposite is meant",
                    )
                )  # fmt: skip
    return found


def misread_text(book: Book) -> list[Finding]:
    """Find lines with marks of a bad scan: a numeral on one of them may be another on the page."""
    found = []
    for document, line, quote in _quotes(book):
        marks = sum(len(pattern.findall(quote)) for pattern in _MISREAD)
        if marks:
            what = f"{marks} marks of a misreading in {len(quote)} characters"
            found.append(
                Finding(
                    "misread_text", "format", (), document, line, what, "text as it stands on the page",
                    "the page itself; whether its number is read rightly",
                )
            )  # fmt: skip
    return found


def _quotes(book: Book) -> Iterator[tuple[str, int, str]]:
    """Yield each quotation with where it stands: the numerals of a line most often share one."""
    for told in (book.claims, book.comparisons, book.statements):
        yield from dict.fromkeys((each.document, each.line, each.quote) for each in told if each.quote)
