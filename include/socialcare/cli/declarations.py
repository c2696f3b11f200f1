"""For whoever writes declarations: generate-files."""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.shared import app, console
from socialcare.errors import Fault


@app.command()
def generate_files(
    check: Annotated[bool, typer.Option(help="Only say whether they are current.")] = False,
) -> None:
    """Write the files that follow from the declarations (dbt sources, source catalogue)."""
    from socialcare.warehouse import generate

    stale = generate.stale()
    if check and stale:
        raise Fault(
            "generated_files_stale",
            "Generated files differ from the declarations.",
            where=", ".join(p.name for p in stale),
            remedy="run `.venv/bin/socialcare generate-files`.",
        )
    if not check:
        generate.write()
    console.print("Generated files are current.")
