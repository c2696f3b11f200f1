"""What every verb uses: the command itself, its one console, faults in words, a database that is there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

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


def tell(fault: Fault) -> None:
    """Print a fault as it is: a name in [brackets] is no markup."""
    out = Console(stderr=True, soft_wrap=True)
    out.print(Text.assemble((fault.what, "red"), " ", (f"({fault.name})", "dim")), highlight=False)
    for label, text in (("where", fault.where), ("what to do", fault.remedy)):
        if text:
            out.print(f"  {label}: {text}", highlight=False, markup=False)


def say(text: str) -> None:
    """Print a line as it is."""
    console.print(text, highlight=False, markup=False)


@contextmanager
def existing_database() -> Iterator[None]:
    """Have the database that a night made here; asking a question makes none.

    Raises Fault ``database_not_started``, ``nothing_published``, ``database_not_upgraded``.
    """
    import psycopg

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
            if not _is_published():
                raise nothing from None
            raise Fault(
                "database_not_upgraded",
                "The database is that of an earlier version of the platform: it has no place for this yet.",
                remedy="let the next night run (`make run` does it now), then ask again; what is published stays.",
            ) from None
        except psycopg.errors.InsufficientPrivilege:
            if versions.current() is None:  # readers get their rights with the first version
                raise nothing from None
            raise
        except psycopg.OperationalError as error:
            if "does not exist" in str(error):  # the warehouse itself, or its roles
                raise nothing from None
            raise


def choose_sources(sources: str | None, published: Path | None) -> None:
    """Set where published figures come from. Raises Fault ``sources_contradict``, ``mirror_missing``."""
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


def _is_published() -> bool:
    import psycopg

    from socialcare.warehouse import versions

    try:
        return versions.current() is not None
    except psycopg.Error:
        return False
