"""For whoever tries the platform out: synthetic extracts of any council, with the right answers beside them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from socialcare.cli.shared import app, say


@app.command("generate")
def generate_extracts(
    council: Annotated[str, typer.Option(help="Any council: a name in small letters, as south_tyneside.")] = "durham",
    years: Annotated[str, typer.Option(help="Collection years: 2026, 2024-2026 or 2019,2026.")] = "2027",
    in_care: Annotated[
        int | None, typer.Option(min=1, help="Children in care at the end; without it, about the council's real size.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed makes another life.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that is known, in the last year.")
    ] = None,
    out: Annotated[Path, typer.Option(help="A new folder; nothing is written over.")] = Path("synthetic"),
    defects: Annotated[
        Literal["none", "some", "all"], typer.Option(help="How many kinds of defects are planted.")
    ] = "none",
    returns: Annotated[str, typer.Option(help="Which returns, by comma; without it, all of them.")] = "",
    early_help_teams: Annotated[
        int, typer.Option(min=0, max=400, help="Teams of early help in the local records: 40 let a programme be told.")
    ] = 0,
) -> None:
    """Write SYNTHETIC extracts of a council: one life told in every return, the right answers, the planted defects."""
    from socialcare.generate import order

    day = as_of.date() if as_of else None
    ordered = order.make(council, years, in_care, seed, day, defects, returns, early_help_teams)
    for folder in order.write(ordered, out):
        say(f"Wrote {folder}")
