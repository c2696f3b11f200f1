"""For whoever decides what goes out: diff, approve, decline, quality."""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.night import new_stamp
from socialcare.cli.shared import app, console, existing_database

Version = Annotated[int, typer.Argument(help="The version that is held.")]
By = Annotated[str, typer.Option(help="Your own name; kept with the answer.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence; kept with the answer.")]


@app.command()
def diff(
    version: Annotated[
        int | None, typer.Argument(help="The version; without it, the newest that was compared.")
    ] = None,
) -> None:
    """Show what a version changed for readers, and why it was held if it was."""
    from socialcare.gate import show

    with existing_database():
        show.show(console, version)


@app.command()
def approve(version: Version, by: By, reason: Reason) -> None:
    """Publish a held version on your word, and write its extracts."""
    from socialcare.gate import answer
    from socialcare.steps import night

    with existing_database():
        answer.approve(version, by=by, reason=reason)
        night.deliver(f"approved-{new_stamp()}")
        console.print(f"Version {version} is published, in `published` and in the extracts.", markup=False)


@app.command()
def decline(version: Version, by: By, reason: Reason) -> None:
    """Say that a held version must not be published."""
    from socialcare.gate import answer

    with existing_database():
        answer.decline(version, by=by, reason=reason)
        console.print(f"Version {version} is declined; the version before stays.", markup=False)


@app.command()
def quality(nights: Annotated[int, typer.Option(min=1, help="How many nights.")] = 14) -> None:
    """Show how the checks came out, night by night."""
    from socialcare.gate import show

    with existing_database():
        show.show_trend(console, nights)
