"""What an operator asks first: what is published, how old it is, and what each source holds."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialcare.database import connect
from socialcare.warehouse import versions


def show(console: Console) -> None:
    """Print the current version and the state of every source and council."""
    with connect("analyst") as connection:
        about = connection.execute(
            "select version_id, date_trunc('second', age), coalesce(stale_because, ''), checks_passed, checks_warned, "
            "data_mode, left(checksum, 12) from published.about"
        ).fetchone()
        sources = connection.execute(
            "select source_id || case when is_synthetic then ' (SYNTHETIC)' else '' end, newest_release, "
            "to_char(last_look_at, 'YYYY-MM-DD HH24:MI'), state, message "
            "from published.source_status order by kind, source_id"
        ).fetchall()
    if about is None:
        console.print("Nothing has been published yet: run `make run`.")
        return
    version, age, stale, passed, warned, mode, checksum = about
    console.print(
        f"Published: version {version} ({checksum}), built {age} ago from {mode} data; "
        f"{passed} checks passed, {warned} warned. " + (f"STALE: {stale}." if stale else "Current."),
        markup=False,
    )
    table = Table("source or council", "newest release", "last look (UTC)", "state", "message", box=None)
    for row in sources:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console.print(table)
    _show_watch(console)


def _show_watch(console: Console) -> None:
    """Print what the watch over the sources has told and is not over."""
    from socialcare.steps.watch_sources import open_conditions

    for source_id, condition, since, detail, remedy in open_conditions():
        console.print(Text.assemble((f"{source_id} is {condition}", "yellow"), f" since {since:%Y-%m-%d}: {detail}"))
        console.print(f"    what to do: {remedy}", highlight=False, markup=False)


def show_versions(console: Console) -> None:
    """Print every kept version, the current one marked."""
    kept_versions = versions.list_versions()
    if not kept_versions:
        console.print("Nothing has been published yet: run `make run`.")
        return
    with connect("publisher") as connection:  # the checksum that `status` shows: over what everybody may read
        shared = dict(connection.execute("select version_id, shared_checksum from versions.version").fetchall())
    table = Table("version", "state", "built", "published", "checksum")
    for kept in kept_versions:
        mark = " (current)" if kept.is_current else ""
        table.add_row(
            f"{kept.version_id}{mark}",
            Text(kept.state),
            f"{kept.built_at:%Y-%m-%d %H:%M}",
            f"{kept.published_at:%Y-%m-%d %H:%M}" if kept.published_at else "",
            (shared.get(kept.version_id) or "")[:12],
        )
    console.print(table)
