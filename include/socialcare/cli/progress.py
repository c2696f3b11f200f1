"""Progress of long work: a moving line on a terminal, a plain line for each step otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from socialcare.cli.shared import console, say

#: What is being done, how many are done, how many there are (0: nobody knows).
Tell = Callable[[str, int, int], None]


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """Yield what tells of each step of ``what``."""
    if not console.is_terminal:
        yield lambda text, done, total: say(f"{what}: {text}" + (f" ({done} of {total} done)" if total else ""))
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(text: str, done: int, total: int) -> None:
            bar.update(task, description=f"{what}: {text}", completed=done, total=total or None)

        yield tell
