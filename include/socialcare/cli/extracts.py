"""For whoever takes files away: what was delivered, whether it is fresh, and whether it is still what was delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialcare.cli.shared import app, console, say
from socialcare.settings import get_settings


@app.command()
def extracts(
    folder: Annotated[
        Path | None, typer.Argument(help="A copy that somebody took: a set, or one folder of it. Without it, ours.")
    ] = None,
) -> None:
    """List the extracts, say whether they are fresh, and check every file against its manifest."""
    from rich.markup import escape

    from socialcare.deliver import verify

    place = folder or get_settings().extracts
    checked = verify.check(place)
    stale = verify.stale_because(place)
    say(f"Version {checked[0].version}, built {checked[0].built_at[:16]} UTC, {'STALE' if stale else 'fresh'}")
    for one in checked:
        size = "not yours to read" if one.is_closed else f"{one.files} files, {one.bytes / 1e6:.1f} MB"
        marks = "  SYNTHETIC" * one.is_synthetic + f"  {one.late_sources} sources not at their newest" * (
            one.late_sources > 0
        )
        say(f"  {one.folder:<24} {size}{marks}")
    if stale:
        console.print(f"[yellow]{escape(stale)}[/]")
    wrong = [f"{one.folder}: {each}" for one in checked for each in one.wrong]
    for line in wrong:
        console.print(f"[red]{escape(line)}[/]")
    if wrong:
        raise typer.Exit(1)
    say("Every file is what was delivered.")
