"""For whoever keeps the warehouse: init, backup, restore, clean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialcare.cli.shared import app, console, existing_database, say


@app.command()
def init() -> None:
    """Make databases, roles and schemas (safe to repeat)."""
    from socialcare import embedded
    from socialcare.warehouse import schema

    with embedded.available():
        schema.apply()
    console.print("The warehouse is ready.")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A folder; a new dated folder is made in it.")]) -> None:
    """Back up the warehouse."""
    from socialcare.operate import backup as keep

    with existing_database():
        say(f"Backed up to {keep.backup(to)}")


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="A folder that `backup` made.")]) -> None:
    """Restore the warehouse from a backup: whole, or not at all."""
    from socialcare import embedded
    from socialcare.operate import backup as keep

    with embedded.available():
        lacking = keep.restore(source)
    console.print("Restored.")
    if lacking:
        console.print(
            f"The archive here lacks {len(lacking)} files that the backup knew; copy them back from its place."
        )


@app.command()
def clean() -> None:
    """Remove logs and kept originals that are past their retention."""
    from socialcare import embedded
    from socialcare.operate import retention

    with embedded.available():
        say(str(retention.clean()))
