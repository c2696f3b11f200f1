"""The command line. Each verb is a few lines; what it does lives in the package.

The verbs are in one module per reader; importing them here is what makes them part of the command.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

# In the order in which --help shows them.
# isort: off
from socialcare.cli import night, published, gate, extracts, sources, lait, claims, impact
from socialcare.cli import check, generate, keep, door, declarations

# isort: on
from socialcare.cli.shared import app, tell
from socialcare.errors import Fault
from socialcare.settings import get_settings

__all__ = [
    "app",
    "check",
    "claims",
    "declarations",
    "door",
    "extracts",
    "gate",
    "generate",
    "impact",
    "keep",
    "lait",
    "main",
    "night",
    "published",
    "sources",
]


def main() -> None:
    """Run a verb; a fault is told in words, and ends with exit code 1."""
    os.umask(0o077)  # what a night writes is for its own account; outboxes and extracts say otherwise themselves
    try:
        app()
    except Fault as fault:
        tell(fault)
        sys.exit(1)
    except _raised_by("psycopg", "OperationalError") as error:
        tell(
            Fault(
                "database_unreachable",
                f"The database does not answer, or went away: {str(error).strip()}",
                where=get_settings().database_url or str(get_settings().home),
                remedy="try again; if it stays so, see `socialcare status`, and whether the server runs.",
            )
        )
        sys.exit(1)
    except _raised_by("socialcare.operate.platform", "Ended") as ended:
        sys.exit(128 + ended.number)


def _raised_by(module: str, name: str) -> tuple[type[Any], ...]:
    """Return an exception of a module; none when nothing imported it: a check at a desk may not have a database."""
    loaded = sys.modules.get(module)
    return (getattr(loaded, name),) if loaded else ()


@app.callback()
def prepare(context: typer.Context) -> None:
    """Make the home folder: others may pass through it (the database's account must), not look around."""
    if context.invoked_subcommand in ("check", "generate"):  # need none
        return
    home = get_settings().home
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711)
