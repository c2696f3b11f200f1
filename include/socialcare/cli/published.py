"""For whoever reads what is published: sql, explain, versions, rollback, access, docs."""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.shared import app, console, existing_database, say
from socialcare.errors import Fault


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One query on `published`.")],
    as_council: Annotated[str | None, typer.Option("--as", help="Read as this council: sees its own rows.")] = None,
) -> None:
    """Query the published tables as a read-only role; prints CSV."""
    import psycopg

    from socialcare.warehouse import query as reader
    from socialcare.warehouse import versions as kept

    with existing_database():
        try:
            reader.print_csv(query, as_council=as_council)
        except Fault as fault:
            if fault.name in ("query_refused", "not_yours_to_read") and kept.current() is None:
                raise psycopg.errors.UndefinedTable from None  # what it asks for is yet to be published
            raise


@app.command()
def explain(
    indicator: Annotated[
        str, typer.Argument(help="The indicator's id, as in dim_indicator, or a measure of dim_practice_measure.")
    ],
    council: Annotated[str, typer.Argument(help="The council: its name or its code.")],
    period: Annotated[
        str, typer.Argument(help="The period, as the publisher writes it: 2024; of a measure its last day.")
    ],
) -> None:
    """Say why a figure is what it is: its counts, file and line, comparators, and what each release said."""
    from socialcare.warehouse import explain as why
    from socialcare.warehouse import explain_practice

    with existing_database():
        if explain_practice.is_measure(indicator):
            explain_practice.show(console, indicator, council, period)
            return
        why.show(console, why.explain(indicator, council, period))


@app.command()
def versions() -> None:
    """List the versions that can be restored."""
    from socialcare.operate import report_status

    with existing_database():
        report_status.show_versions(console)


@app.command()
def rollback(
    to: Annotated[int | None, typer.Argument(help="The version; without it, the one before.")] = None,
    why: Annotated[str, typer.Option(help="Kept with the move.")] = "asked by the operator",
) -> None:
    """Make an earlier version current again, at once."""
    from socialcare.steps import deliver_extracts
    from socialcare.warehouse import versions as kept

    with existing_database():
        version_id = kept.rollback(to, why=why)
        deliver_extracts.write(version_id)
        console.print(f"Version {version_id} is current again, in `published` and in the extracts.")


@app.command()
def access() -> None:
    """List who may do what, read from the database's own catalogue; exit 1 where it is not what is declared."""
    from socialcare.warehouse import access as rights

    with existing_database():
        for right in rights.matrix():
            if right.reachable:
                say(f"{right.role:<32} {right.privilege:<12} {right.kind:<10} {right.name}")
        differences = [*rights.differences(), *rights.differences_elsewhere()]
    for difference in differences:
        say(f"Not as declared: {difference}")
    if differences:
        raise typer.Exit(1)


@app.command()
def docs() -> None:
    """Build dbt's documentation of every table."""
    from socialcare.warehouse import dbt

    with existing_database():
        say(f"Open {dbt.docs()}")
