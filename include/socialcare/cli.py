"""The command line. Each verb is a few lines; what it does lives in the package."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal

import psycopg
import typer
from rich.console import Console
from rich.text import Text

from socialcare.errors import Fault
from socialcare.settings import get_settings, set_environment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The North East children's social care data platform.",
)
#: A pipe or a log has no width of its own: wide enough for the comparison.
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 150)

Sources = Annotated[
    Literal["sample", "mirror", "live"] | None,
    typer.Option(help="Where published figures come from: the bundled sample, a local mirror, the publishers."),
]
Published = Annotated[Path | None, typer.Option(help="A local mirror of published files (implies --sources mirror).")]


def main() -> None:
    """Run a verb; a fault is told in words, and ends with exit code 1."""
    from socialcare.operate.platform import Ended

    os.umask(0o077)  # what a night writes is for its own account; outboxes and extracts say otherwise themselves
    try:
        app()
    except Fault as fault:
        _tell(fault)
        sys.exit(1)
    except psycopg.OperationalError as error:
        _tell(
            Fault(
                "database_unreachable",
                f"The database does not answer, or went away: {str(error).strip()}",
                where=get_settings().database_url or str(get_settings().home),
                remedy="try again; if it stays so, see `socialcare status`, and whether the server runs.",
            )
        )
        sys.exit(1)
    except Ended as ended:
        sys.exit(128 + ended.number)


def _tell(fault: Fault) -> None:
    """Print a fault as it is: a name in [brackets] is no markup."""
    out = Console(stderr=True, soft_wrap=True)
    out.print(Text.assemble((fault.what, "red"), " ", (f"({fault.name})", "dim")), highlight=False)
    for label, text in (("where", fault.where), ("what to do", fault.remedy)):
        if text:
            out.print(f"  {label}: {text}", highlight=False, markup=False)


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False)


@contextmanager
def _existing_database() -> Iterator[None]:
    """Have the database that a night made here; asking a question makes none.

    Raises Fault ``database_not_started``, ``nothing_published``.
    """
    from socialcare import database, embedded
    from socialcare.warehouse import versions

    if embedded.is_used():
        database.server()
    nothing = Fault(
        "nothing_published",
        "Nothing has been published here yet.",
        where=str(get_settings().home),
        remedy="run `make run` once; if it failed, its last lines say why.",
    )
    with embedded.available():
        try:
            yield
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            raise nothing from None
        except psycopg.errors.InsufficientPrivilege:
            if versions.current() is None:  # readers get their rights with the first version
                raise nothing from None
            raise
        except psycopg.OperationalError as error:
            if "does not exist" in str(error):  # the warehouse itself, or its roles
                raise nothing from None
            raise


def _choose_sources(sources: str | None, published: Path | None) -> None:
    if published is not None:
        if sources in ("sample", "live"):
            raise Fault(
                "sources_contradict",
                f"A folder of published files is a mirror; --sources says {sources}.",
                where=f"--published {published} --sources {sources}",
                remedy="give one of the two (make run PUBLISHED=<folder>, or make run SOURCES=live).",
            )
        set_environment(SOCIALCARE_SOURCES="mirror", SOCIALCARE_PUBLISHED=str(published.resolve()))
    elif sources:
        set_environment(SOCIALCARE_SOURCES=sources)
    get_settings.cache_clear()
    settings = get_settings()
    if settings.sources == "mirror" and (settings.published is None or not settings.published.is_dir()):
        raise Fault(
            "mirror_missing",
            "The folder of published files is not there."
            if settings.published
            else "A mirror needs its folder of published files.",
            where=str(settings.published or "SOCIALCARE_PUBLISHED"),
            remedy="give the folder that holds dfe/, ofsted/ and ons/: make run PUBLISHED=<folder>.",
        )


@app.callback()
def prepare() -> None:
    """Make the home folder: others may pass through it (the database's account must), not look around."""
    home = get_settings().home
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711)


@app.command()
def run(
    published: Published = None,
    sources: Sources = None,
    end_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run one night through the real scheduler, from nothing to published comparisons."""
    from socialcare.operate import platform
    from socialcare.operate.run import run_night

    _choose_sources(sources, published)
    set_environment(SOCIALCARE_NIGHT_SCHEDULE="")  # one night, now; the schedule is for `up`
    get_settings.cache_clear()
    platform.end_on_signals(with_parent=end_with_parent)
    raise typer.Exit(run_night(console))


@app.command()
def up(published: Published = None, sources: Sources = None) -> None:
    """Keep the platform running on its schedule."""
    from socialcare.credentials import secret
    from socialcare.operate import platform

    _choose_sources(sources, published)
    platform.end_on_signals(with_parent=False)
    running = platform.up(_say)
    _say(f"Airflow: {running.url}   login: admin   password: {secret('airflow-login', nbytes=9)}")
    _say("The night runs on its schedule (Europe/London). End it with `make down`.")


@app.command()
def down() -> None:
    """End what `up` started."""
    from socialcare.operate import platform

    console.print("Ended." if platform.down() else "Nothing was running.")


@app.command()
def status() -> None:
    """Say what runs, what is published, how old it is, and what each source holds."""
    from socialcare.operate import platform, report_status

    _say(f"Airflow: {_airflow_now(platform.living())}")
    with _existing_database():
        report_status.show(console)


def _airflow_now(state: dict[str, object]) -> str:
    if not state:
        return "not running (make up)"
    if state.get("phase") == "ready":
        return f"{state['url']}" + (" (for the length of a `make run`)" if state.get("kind") == "run" else "")
    return "ending" if state.get("phase") in ("ending", "failed") else f"starting ({state.get('phase')})"


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One query on `published`.")],
    as_council: Annotated[str | None, typer.Option("--as", help="Read as this council: sees its own rows.")] = None,
) -> None:
    """Query the published tables as a read-only role; prints CSV."""
    from socialcare.warehouse import query as reader
    from socialcare.warehouse import versions as kept

    with _existing_database():
        try:
            reader.print_csv(query, as_council=as_council)
        except Fault as fault:
            if fault.name in ("query_refused", "not_yours_to_read") and kept.current() is None:
                raise psycopg.errors.UndefinedTable from None  # what it asks for is yet to be published
            raise


@app.command()
def night() -> None:
    """Run one night in this process, without the scheduler."""
    import logging

    from socialcare import embedded
    from socialcare.steps import night as steps
    from socialcare.warehouse import schema

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    stamp = _stamp()
    with embedded.available():
        schema.apply()
        code = steps.run(
            stamp,
            say=lambda o: _say(f"{o.step or _failed_step(stamp)} {o.subject}: {o.outcome} {o.detail}"),
        )
        for step, subject, what, remedy in steps.failures(stamp):
            _say(f"{step} {subject} failed: {what}")
            if remedy:
                _say(f"    what to do: {remedy}")
    _say(f"exit {code}")
    raise typer.Exit(code)


def _failed_step(night_id: str) -> str:
    """Return the step that failed last: a fault that is passed on does not name it."""
    from socialcare.database import connect

    with connect("loader") as connection:
        row = connection.execute(
            "select step || ' ' || subject from ops.outcomes where night_id = %s and outcome = 'failed' "
            "order by finished_at desc limit 1",
            [night_id],
        ).fetchone()
    return str(row[0]) if row else "a step"


def _stamp() -> str:
    from datetime import UTC, datetime

    return f"direct-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S-%f}"


@app.command()
def versions() -> None:
    """List the versions that can be restored."""
    from socialcare.operate import report_status

    with _existing_database():
        report_status.show_versions(console)


@app.command()
def rollback(
    to: Annotated[int | None, typer.Argument(help="The version; without it, the one before.")] = None,
    why: Annotated[str, typer.Option(help="Kept with the move.")] = "asked by the operator",
) -> None:
    """Make an earlier version current again, at once."""
    from socialcare.deliver import extracts
    from socialcare.warehouse import versions as kept

    with _existing_database():
        version_id = kept.rollback(to, why=why)
        extracts.write(version_id)
        console.print(f"Version {version_id} is current again, in `published` and in the extracts.")


@app.command()
def access() -> None:
    """List who may do what, read from the database's own catalogue."""
    from socialcare.warehouse import access as rights

    with _existing_database():
        for right in rights.matrix():
            if right.reachable:
                _say(f"{right.role:<32} {right.privilege:<12} {right.kind:<10} {right.name}")


@app.command()
def init() -> None:
    """Make databases, roles and schemas (safe to repeat)."""
    from socialcare import embedded
    from socialcare.warehouse import schema

    with embedded.available():
        schema.apply()
    console.print("The warehouse is ready.")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A folder; a new dated folder is made in it.")]) -> None:
    """Back up the warehouse."""
    from socialcare.operate import backup as keep

    with _existing_database():
        _say(f"Backed up to {keep.backup(to)}")


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="A folder that `backup` made.")]) -> None:
    """Restore the warehouse from a backup: whole, or not at all."""
    from socialcare import embedded
    from socialcare.operate import backup as keep

    with embedded.available():
        lacking = keep.restore(source)
    console.print("Restored.")
    if lacking:
        console.print(
            f"The archive here lacks {len(lacking)} files that the backup knew; copy them back from its place."
        )


@app.command()
def clean() -> None:
    """Remove logs and kept originals that are past their retention."""
    from socialcare import embedded
    from socialcare.operate import retention

    with embedded.available():
        _say(str(retention.clean()))


@app.command()
def docs() -> None:
    """Build dbt's documentation of every table."""
    from socialcare.warehouse import dbt

    with _existing_database():
        _say(f"Open {dbt.docs()}")


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


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
