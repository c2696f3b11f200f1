"""For whoever writes declarations: new-source, generate-files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialcare.cli.shared import app, console, say
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


@app.command()
def new_source(
    source_id: Annotated[str, typer.Argument(help="Publisher and data set: dfe_fostering.")],
    files: Annotated[list[Path], typer.Argument(help="Real files of the publisher, of one or more releases.")],
) -> None:
    """Draft a source's declaration from real files: what they show is filled in, what they mean is yours."""
    from socialcare.scaffold import UNWRITTEN, new_source

    draft = new_source(source_id, files)
    say(f"Wrote include/socialcare/sources/{draft.path.name}: tables {', '.join(draft.tables)}.")
    say(f"""A draft is not read: {draft.unwritten} times "{UNWRITTEN}" stands for what only a person can know. Next:
  1. replace each "{UNWRITTEN}" (title, homepage, every meaning), and confirm the kinds, symbols and grain
  2. rename it to {draft.path.stem}
  3. .venv/bin/socialcare generate-files         says what is still missing; then writes dbt's side of it
  4. .venv/bin/socialcare land {source_id} --published <folder of downloaded files>
  5. add a suite in expectations/raw/, then make check, make test (docs/adding.md)""")
