"""For whoever runs a programme of training: did it make a difference?"""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.shared import app, console, existing_database, say
from socialcare.errors import Fault


@app.command()
def impact(
    programme: Annotated[str, typer.Argument(help="Code of the programme, as in the training sessions: REL-1.")],
    council: Annotated[str | None, typer.Option(help="One council; without it, each in turn, never together.")] = None,
) -> None:
    """Compare teams that began a programme with those not yet: audits, supervision, who stayed, who came back."""
    from socialcare.impact import show
    from socialcare.registry import all_councils
    from socialcare.registry import council as named

    asked = [named(council)] if council else list(all_councils())
    refused: list[Fault] = []
    with existing_database():
        for one in asked:
            try:
                show.show(console, one, programme)
            except Fault as fault:
                if fault.name != "impact_no_programme":
                    raise
                refused.append(fault)
    if len(refused) == len(asked):
        raise refused[0]
    for refusal in refused:
        say(refusal.what)
