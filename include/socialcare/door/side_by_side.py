"""Work on several things at once and hand back what came of each in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

#: Threads beside the one that asks: what they do holds no lock of Python's for most of its time.
_AT_ONCE = 2


def side_by_side(
    work: Callable[[Given], Made], given: Iterable[Given], at_once: int = _AT_ONCE
) -> Iterator[tuple[Given, Made]]:
    """Yield each thing and what ``work`` makes of it; of what is to come, no more is asked for than is worked on."""
    waiting: deque[tuple[Given, Future[Made]]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        for one in given:
            waiting.append((one, pool.submit(work, one)))
            if len(waiting) >= at_once:
                first, made = waiting.popleft()
                yield first, made.result()
        for first, made in waiting:
            yield first, made.result()
