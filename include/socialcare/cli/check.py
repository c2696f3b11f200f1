"""For whoever makes an extract: check it at the desk, before it is sent."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from socialcare.cli.shared import app, say, tell
from socialcare.errors import Fault

if TYPE_CHECKING:
    from socialcare.door.check import Checked

#: The exit code of each verdict. Nothing could be checked at all: 3.
_CODES = {"accepted": 0, "partly_accepted": 1, "rejected": 2}
_NOT_CHECKED = 3


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Files of one delivery, its folder, or an archive (zip).")],
    council: Annotated[str, typer.Option(help="Whose extract it is, for rules that ask for the area.")] = "",
    year: Annotated[int | None, typer.Option(help="The collection year; without it, the files say it.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the extract; without it, the files say.")
    ] = None,
    form: Annotated[
        Literal["text", "csv", "json"], typer.Option("--format", help="How to tell what was found.")
    ] = "text",
    output: Annotated[Path | None, typer.Option(help="A file to write to, in place of the screen.")] = None,
    identifiers: Annotated[
        bool,
        typer.Option("--identifiers", help="Name the rows by your own identifiers: what is written names children."),
    ] = False,
) -> None:
    """Judge an extract as the door would, before it is sent: no database, no network.

    Ends with 0 when all of it would be accepted, 1 in part, 2 nothing of it; 3 when it could not be checked.
    """
    from socialcare.door import check as at_the_desk
    from socialcare.door.check_report import WRITERS

    day = as_of.date() if as_of else None
    try:
        with at_the_desk.check(
            paths, datetime.now(UTC).date(), council_id=council, collection_year=year, as_of=day
        ) as checked:
            if output is None:
                WRITERS[form](checked, sys.stdout, named=identifiers)
            else:
                _write(checked, form, output, named=identifiers)
            code = _CODES[checked.verdict]
    except Fault as fault:
        tell(fault)
        code = _NOT_CHECKED
    except BrokenPipeError:
        raise  # nobody reads on: `socialcare check ... | head`
    except Exception as error:  # noqa: BLE001  # its words may hold a cell, and Python's own exit code is a verdict here
        tell(_failed(error, output))
        code = _NOT_CHECKED
    raise typer.Exit(code)


def _failed(error: Exception, output: Path | None) -> Fault:
    if isinstance(error, OSError):
        return Fault(
            "check_not_written",
            f"A file could not be read or written ({error.strerror or type(error).__name__}).",
            where=str(error.filename or output or ""),
            remedy="look at its folder, its rights and the room on the disk.",
        )
    return Fault(
        "check_failed",
        f"The check itself failed ({type(error).__name__}).",
        remedy="tell us this name and which return it was; do not send the file.",
    )


def _write(checked: Checked, form: str, output: Path, *, named: bool) -> None:
    """Write the file whole or not at all, and the verdict to the screen."""
    from socialcare.door.check_report import WRITERS

    working = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    try:
        working.touch(mode=0o600)  # it may name children
        with working.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as file:
            WRITERS[form](checked, file, named=named)
        working.replace(output)
    finally:
        working.unlink(missing_ok=True)
    say(f"{checked.verdict.replace('_', ' ').capitalize()}. Written to {output}")
