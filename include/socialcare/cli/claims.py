"""For whoever quotes figures, and whoever must answer for them: claims."""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.shared import app, console, existing_database


@app.command()
def claims(
    queue: Annotated[bool, typer.Option("--queue", help="Only what a person has to judge.")] = False,
) -> None:
    """Hold the figures that people quote against each other and the publishers' own; say what contradicts what."""
    from socialcare.claims import show, warehouse

    with existing_database():
        show.show(console, warehouse.book(), only_queue=queue)
