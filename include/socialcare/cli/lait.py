"""For whoever must show that our figures are DfE's: lait."""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.shared import app, console, existing_database


@app.command()
def lait(
    differences: Annotated[
        bool, typer.Option("--differences", help="List the figures that only one of the two shows, too.")
    ] = False,
) -> None:
    """Compare our figures with those of DfE's interactive tool (LAIT), and explain each difference."""
    from socialcare.warehouse import lait as comparison

    with existing_database():
        comparison.show(console, comparison.agreement(), every_difference=differences)
