"""The findings, for people: by document, with what was expected and what is needed to judge."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.text import Text

from socialcare.claims.anchors import only_their_source
from socialcare.claims.checks import examine, queue
from socialcare.claims.model import Book, Finding


def show(console: Console, book: Book, *, only_queue: bool = False) -> None:
    """Print each finding under its document, then how many there are of each class."""
    found = examine(book)
    listed = queue(found) if only_queue else found
    last = ""
    for each in listed:
        if each.document != last:
            last = each.document
            document = book.documents.get(last)
            console.print(
                Text(f"{last}  {document.title} ({document.author}, {document.written_on})" if document else last)
            )
        for line in _lines(each):
            console.print(Text(line))
    for class_, count in sorted(Counter(each.class_ for each in found).items()):
        console.print(Text(f"{count:>7,}  {class_}"))
    alone = only_their_source(book)
    console.print(
        Text(
            f"{len(book.claims):,} claims; {len(queue(found)):,} findings wait for a person; {len(alone):,} figures "
            "can be held against nothing here: only their source can confirm them."
        )
    )


def _lines(each: Finding) -> list[str]:
    lines = [f"  line {each.line}, {each.class_} ({each.check}): {each.what}"]
    if each.expected:
        lines.append(f"    expected: {each.expected}")
    if each.for_a_person:
        lines.append(f"    needed to judge: {each.needed}")
    return lines
