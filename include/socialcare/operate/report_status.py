"""What an operator asks first: what is published, how old it is, and what each source holds."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from socialcare.database import connect
from socialcare.warehouse import versions


def show(console: Console) -> None:
    """Print the current version and the state of every source and council."""
    with connect("analyst") as connection:
        for title, query in (
            ("Published", "select * from published.about"),
            ("Sources and councils", "select * from published.source_status order by 1"),
        ):
            cursor = connection.execute(query)  # type: ignore[arg-type]
            table = Table(title=title, title_justify="left")
            for column in cursor.description or []:
                table.add_column(column.name)
            for row in cursor:
                table.add_row(*("" if value is None else str(value) for value in row))
            console.print(table)


def show_versions(console: Console) -> None:
    """Print every kept version, the current one marked."""
    current = versions.current()
    table = Table("version", "state", "built", "published", "checksum")
    for kept in versions.list_versions():
        mark = " (current)" if kept.version_id == current else ""
        table.add_row(
            f"{kept.version_id}{mark}",
            kept.state,
            f"{kept.built_at:%Y-%m-%d %H:%M}",
            f"{kept.published_at:%Y-%m-%d %H:%M}" if kept.published_at else "",
            (kept.checksum or "")[:12],
        )
    console.print(table)
