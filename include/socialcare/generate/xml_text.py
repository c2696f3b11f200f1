"""XML as whole columns of text: elements of many rows at once, put in order, one element a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.generate.rows import Ints

#: A block of XML by hand: a tag with a text, or with blocks inside it.
Block = tuple[str, "str | list[Block]"]


def element(tag: str, values: npt.NDArray[Any]) -> pa.Array:
    """Return ``<tag>value</tag>`` for each row, and nothing where the value is blank."""
    text = pa.array(values, pa.string())
    made = pac.binary_join_element_wise(f"<{tag}>", text, f"</{tag}>\n", "")
    return pac.if_else(pac.equal(text, ""), "", made)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Return the parts of each row in one text."""
    return pac.binary_join_element_wise(*parts, "")


@dataclass
class Pieces:
    """Pieces of a document with the place of each: numbers by which they are put in order."""

    places: list[npt.NDArray[np.int64]] = field(default_factory=list)
    texts: list[pa.Array] = field(default_factory=list)

    def add(self, text: pa.Array, *place: Ints | int) -> None:
        """Add a piece for each row; the places of all pieces have the same number of parts."""
        size = len(text)
        self.places.append(np.stack([np.broadcast_to(np.asarray(p, dtype=np.int64), (size,)) for p in place]))
        self.texts.append(text)

    def text(self) -> str:
        """Return all pieces in order."""
        places = np.concatenate(self.places, axis=1)
        order = np.lexsort(places[::-1])
        return "".join(pa.concat_arrays(self.texts).take(pa.array(order)).to_pylist())


def lines(block: Block) -> Iterator[str]:
    """Yield a block that was made by hand, one element a line."""
    tag, inside = block
    if isinstance(inside, str):
        yield f"<{tag}>{inside}</{tag}>\n"
        return
    yield f"<{tag}>\n"
    for part in inside:
        yield from lines(part)
    yield f"</{tag}>\n"


def line_of(block: Block, path: Sequence[tuple[str, int]]) -> int:
    """Return on which line of the block, from 0, an element begins: its path is a tag and a number, step by step."""
    at = 0
    for tag, number in path:
        inside = block[1]
        assert isinstance(inside, list)
        at += 1
        seen = 0
        for part in inside:
            if part[0] == tag:
                if seen == number:
                    block = part
                    break
                seen += 1
            at += sum(1 for _ in lines(part))
        else:
            raise LookupError(tag)
    return at


def block_of(tag: str, inside: Mapping[str, Any]) -> Block:
    """Return a block from what is inside it by tag: a text, nothing (left out), another, or a list of either."""
    made: list[Block] = []
    for name, value in inside.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                made.append(block_of(name, one))
            elif one is not None:
                made.append((name, str(one)))
    return tag, made
