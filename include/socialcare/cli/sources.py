"""For whoever looks after the published sources: sources, fetch, land, landings, watch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from socialcare.cli.night import new_stamp
from socialcare.cli.progress import progress
from socialcare.cli.shared import Published, Sources, app, choose_sources, console, existing_database, say
from socialcare.errors import Fault
from socialcare.settings import get_settings

SourceId = Annotated[str, typer.Argument(help="A source's id, as `socialcare sources` lists it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
Release = Annotated[str, typer.Option(help="Only this release, whether or not it is new.")]


@app.command()
def sources(as_json: AsJson = False) -> None:
    """Say what is held of each published source, how old it is, and how the source stands."""
    from socialcare.operate import report_sources

    with existing_database():
        rows = report_sources.rows()
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table(
        "source", "newest release", "age", "a new one every", "last look (UTC)", "it ended", "health", box=None
    )
    for row in rows:
        words = (row[name] for name in ("source", "release", "age", "cadence", "looked_at", "outcome", "health"))
        table.add_row(*(Text(str(word or "")) for word in words))
    console.print(table)
    for row in rows:
        _explain(row)


def _explain(row: dict[str, Any]) -> None:
    """Print what is wrong with a source, and what its last look said where no condition repeats it."""
    told = [(f"{row['source']} is {wrong['condition']}", wrong["detail"], wrong["remedy"]) for wrong in row["wrong"]]
    if row["said"] and not {wrong["condition"] for wrong in row["wrong"]} & {"failing", "vanished"}:
        told.append((row["source"], row["said"], row["remedy"]))
    for subject, said, remedy in told:
        console.print(Text.assemble((subject, "yellow"), f": {said}"))
        if remedy:
            say(f"    what to do: {remedy}")


@app.command()
def fetch(source_id: SourceId, release: Release = "", published: Published = None, sources: Sources = None) -> None:
    """Look at one source and archive what is new; load nothing."""
    from socialcare import embedded
    from socialcare.registry import source
    from socialcare.steps.fetch_source import fetch_source
    from socialcare.warehouse import schema

    source(source_id)
    with embedded.available():
        schema.apply()
        _choose_place(source_id, sources, published)
        with progress(f"fetching {source_id}") as tell:
            offer = fetch_source(source_id, release, tell=tell)
    for file in offer.files:
        say(f"{file.release}  {file.state:<9}  {file.file_bytes:>12,} bytes  {file.sha256[:12]}  {file.name}")
    new = sum(file.state == "new" for file in offer.files)
    if not offer.files:
        say(offer.note or "Nothing new: the publisher offers what it offered at the last look.")
    elif new:
        say(f"{new} of {len(offer.files)} files are new. `socialcare land {source_id}` loads them, as a night does.")
    else:
        say("Each of them is as it was landed.")


@app.command()
def land(source_id: SourceId, release: Release = "", published: Published = None, sources: Sources = None) -> None:
    """Bring one source up to date, as its task in the night does: look, archive, check, load."""
    from socialcare import embedded
    from socialcare.operate import report_sources
    from socialcare.operate.follow_landing import following
    from socialcare.registry import source
    from socialcare.steps import night
    from socialcare.warehouse import schema

    source(source_id)
    with embedded.available():
        schema.apply()
        _choose_place(source_id, sources, published)
        with progress(f"landing {source_id}") as tell, following(source_id, tell):
            outcome = night.ingest_source(new_stamp(), source_id, only=release)
        if release and not report_sources.holds(source_id, release):
            raise Fault(
                "release_unknown",
                f"Nothing was landed: no release {release} of {source_id} is offered there.",
                where=source_id,
                remedy=f"`socialcare fetch {source_id} --release {release}` says which are.",
            )
    took = f", {outcome.rows_loaded or 0:,} rows in {outcome.seconds:.1f} s" if outcome.seconds else ""
    say(f"{source_id}: {outcome.outcome}, {outcome.detail}{took}")


@app.command()
def landings(
    source_id: Annotated[str, typer.Option("--source", help="Only this source.")] = "",
    published: Annotated[Path | None, typer.Option(help="A mirror: say also which of its files are not taken.")] = None,
    as_json: AsJson = False,
) -> None:
    """Account for every row: those in each archived file, counted again, beside those loaded; exit 1 if any differ."""
    from socialcare.operate import report_landings
    from socialcare.registry import source

    if source_id:
        source(source_id)
    with existing_database(), progress("counting", plain=False) as tell:
        report = report_landings.report(source_id, published, tell)
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        report_landings.show(console, report)
    raise typer.Exit(1 if report.total.unequal else 0)


@app.command()
def watch() -> None:
    """Tell, once, of each source that is late, moved, vanished, failing or quiet; list what is open."""
    from socialcare.steps.watch_sources import open_conditions, watch_sources

    with existing_database():
        say(f"{watch_sources().detail}.")
        for source_id, condition, since, detail, remedy in open_conditions():
            say(f"{source_id} is {condition} since {since:%Y-%m-%d}: {detail}")
            say(f"    what to do: {remedy}")


def _choose_place(source_id: str, sources: str | None, published: Path | None) -> None:
    """Read from where the options or settings say; else from where this source was last looked at.

    Without this a verb in a home of real figures would land the sample, and set the real figures aside.
    """
    from socialcare.operate.report_sources import last_place

    place = last_place(source_id)
    said = sources or published or "sources" in get_settings().model_fields_set
    if said or not place:
        choose_sources(sources, published)
        return
    mode, _, folder = place.partition(" ")
    say(f"Reading from where the last look did: {place}")
    choose_sources(mode, Path(folder) if folder else None)
