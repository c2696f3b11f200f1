"""Progress of long work: a moving line on a terminal, a plain line for each step otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from socialcare.cli.shared import console, say

#: What is being done, how many are done, how many there are (0: nobody knows).
Tell = Callable[[str, int, int], None]


@contextmanager
def progress(what: str, *, plain: bool = True) -> Iterator[Tell]:
    """Yield what tells of each step of ``what``; ``plain=False``: of nothing at all where there is no terminal."""
    if not console.is_terminal:

        def line(text: str, done: int, total: int) -> None:
            if plain:
                say(f"{what}: {text}" + (f" ({done} of {total} done)" if total else ""))

        yield line
        return
    columns = (SpinnerColumn(), TimeElapsedColumn(), BarColumn(20), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:  # stdout is for the answer
        task = bar.add_task(what, total=None)

        def tell(text: str, done: int, total: int) -> None:
            bar.update(task, description=f"{what}: {text}", completed=done, total=total or None)

        yield tell
