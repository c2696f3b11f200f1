"""What is said of one audience's files, in its manifest and on the front sheet of its workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from socialcare.deliver.csv_file import Written
from socialcare.deliver.read_rows import Facts
from socialcare.deliver.tables import Table
from socialcare.registry import Council

REGIONAL = "regional"


@dataclass(frozen=True)
class Version:
    """What is said of the version to everybody: its row, the state of each source, its checks, what changed."""

    about: Mapping[str, Any]
    sources: Sequence[Mapping[str, Any]]
    checks: Mapping[str, Any]
    tables: Sequence[Table]
    suppression: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stale(self) -> list[Mapping[str, Any]]:
        """The sources and councils whose newest release or delivery failed: the last good one stands in for it."""
        return [row for row in self.sources if row["state"] == "kept_last_good"]


@dataclass(frozen=True)
class File:
    """A file of a folder. ``is_own``: it holds a council's own figures, so nobody else learns its size or checksum."""

    written: Written
    table: str = ""
    is_own: bool = False


@dataclass(frozen=True)
class Audience:
    """Who opens a folder: a council, or the whole region; and what is known of each of its tables."""

    council: Council | None
    facts: Mapping[str, Facts]
    own: frozenset[str] = frozenset()
    is_synthetic: bool = False
    too_large: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder's name."""
        return self.council.id if self.council else REGIONAL

    @property
    def name(self) -> str:
        """The name for people."""
        return self.council.name if self.council else "The region"

    @property
    def as_of(self) -> str | None:
        """The newest day that the council's own records here describe."""
        days = [one.as_of for name, one in self.facts.items() if name in self.own and one.as_of]
        return max(days).isoformat() if days else None

    def is_generated(self, table: str) -> bool:
        """Whether rows of the table come from generated records."""
        return self.facts[table].is_synthetic

    def file_name(self, table: str, ending: str) -> str:
        """Return the name of the table's file, which says whether it is SYNTHETIC."""
        return f"{self.folder}_{table}{'_SYNTHETIC' if self.is_generated(table) else ''}.{ending}"

    @property
    def workbook(self) -> str:
        """The name of the workbook."""
        return f"{self.folder}{'_SYNTHETIC' if self.is_synthetic else ''}.xlsx"
