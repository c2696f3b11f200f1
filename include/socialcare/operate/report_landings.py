"""The account of rows for people: each landed file's rows of data beside the rows in raw, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialcare.database import connect
from socialcare.land import account, mirror
from socialcare.land.account import Account, Total


@dataclass(frozen=True)
class Report:
    """Every account, their sum, and the files of a mirror that have none: (path below it, why)."""

    accounts: list[Account]
    total: Total
    left_out: list[tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        return {
            "landings": [{**asdict(found), "is_equal": found.is_equal} for found in self.accounts],
            "total": asdict(self.total),
            "left_out": [{"file": name, "why": why} for name, why in self.left_out],
        }


def report(source_id: str, published: Path | None, tell: Callable[[str, int, int], None]) -> Report:
    """Count what counts now, of one source or of all; and name the files of ``published`` that did not land."""
    found = []
    with connect("loader") as connection:
        row = connection.execute(
            "select count(*) from raw.current_landings where %s in ('', source_id)", [source_id]
        ).fetchone()
        for one in account.accounts(connection, source_id):
            found.append(one)
            tell(f"{one.release} {one.file_name}", len(found), int(row[0]) if row else 0)
    return Report(found, account.total(found), _left_out(found, source_id, published) if published else [])


def _left_out(found: list[Account], source_id: str, published: Path) -> list[tuple[str, str]]:
    landed = {(one.source_id, one.release, one.table) for one in found}
    waiting = [
        (str(taken.path.relative_to(published)), f"its table {taken.table} has not landed: see `socialcare sources`")
        for taken in mirror.taken(published)
        if source_id in ("", taken.source.id) and (taken.source.id, taken.release, taken.table) not in landed
    ]
    if source_id:
        return waiting
    others = [
        (str(other.path.relative_to(published)), other.reason or "no declaration takes it")
        for other in mirror.not_taken(published)
    ]
    return waiting + others


def show(console: Console, report: Report) -> None:
    """Print the accounts as a table, their sum below."""
    table = Table("source", "release", "table", box=None)
    table.add_column("file", overflow="fold")
    for heading in ("rows in file", "rows in raw", "blank", "notes", ""):
        table.add_column(heading, justify="right")
    for one in report.accounts:
        words = (one.source_id, one.release, one.table, one.file_name)
        counts = (one.in_file.data, one.in_raw, one.in_file.blank, one.in_file.notes)
        differs = Text("" if one.is_equal else "DIFFERS", "red")
        table.add_row(*map(Text, words), *(f"{count:,}" for count in counts), differs)
    console.print(table)
    total = report.total
    console.print(
        f"{total.tables} tables in {total.files} files: {total.data:,} rows of data in the files, {total.in_raw:,} in "
        f"raw; {total.blank:,} blank rows and {total.notes:,} notes left out. "
        + (f"{total.unequal} DIFFER." if total.unequal else "Every one is equal."),
        highlight=False,
        markup=False,
    )
    for name, why in report.left_out:
        console.print(f"not landed: {name}: {why}", highlight=False, markup=False)
