"""What every family of publisher answers with: releases, their files, and a file's bytes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from socialcare.errors import Fault
from socialcare.extract.http import Client
from socialcare.registry import Source
from socialcare.registry.tables import Table

#: What a source's last look left behind: release -> the publisher's mark of it, ``files`` -> validators, and
#: ``moved`` -> the addresses that it found moved.
Memory = dict[str, Any]


@dataclass(frozen=True)
class Release:
    """One release of a source. ``mark`` is the publisher's own sign of its version."""

    release: str
    mark: Any
    published_on: date | None = None
    address: str = ""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a release and the declared tables that it holds. ``rows`` and ``size`` are the publisher's own."""

    name: str
    url: str
    tables: tuple[str, ...]
    rows: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Fetched:
    """A file's bytes, where they came from, and how to ask next time whether it changed."""

    content: bytes
    url: str
    validators: dict[str, str]
    name: str


class Extractor(Protocol):
    """A family of publishers.

    ``moved`` holds the addresses that the publisher says have moved for good, and where to; '' for one that is gone,
    though the look went on another way. ``note`` is what people should know where a look finds nothing;
    ``partial`` says that tables which feed no comparison may be absent.
    """

    family: str
    note: str
    partial: bool

    @property
    def moved(self) -> dict[str, str]: ...

    def look(self, source: Source, memory: Memory) -> tuple[list[Release], Memory]:
        """Return the releases whose mark is not in ``memory`` and what to remember of the look itself."""
        ...

    def files(self, source: Source, release: Release) -> list[RemoteFile]:
        """Return the files that hold the declared tables. Raises Fault ``file_missing``."""
        ...

    def fetch(self, file: RemoteFile, validators: dict[str, str]) -> Fetched | None:
        """Return the file, or None where the publisher says that it has not changed."""
        ...


def looked(client: Client, memory: Memory, new: list[Release], remember: Memory) -> tuple[list[Release], Memory]:
    """Return what a look answers with: the ``new`` releases and what to remember, its moves among it.

    What a release holds is asked for on its day only, so a look that finds nothing new keeps the moves of before.
    ``moved`` is the client's own, which goes on filling while the files are asked for.
    """
    if not new:
        client.still_moved(memory.get("moved", {}))
    return new, remember | {"moved": client.moved}


@contextmanager
def understood(publisher: str) -> Iterator[None]:
    """Turn an answer of another shape than expected into Fault ``answer_unexpected``."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Fault(
            "answer_unexpected",
            f"{publisher} answered in a shape that we do not know ({type(error).__name__}: {error}).",
            where=publisher,
            remedy="see whether the publisher changed its interface; then correct the module in extract/.",
            retryable=True,
        ) from error


def files_for_tables(
    source: Source, family: str, release: str, names: list[str], where: str, *, only: Collection[str] = ()
) -> dict[str, list[str]]:
    """Return file name -> tables (or ``only`` some), choosing among ``names`` by the declared patterns.

    Raises Fault ``file_missing`` (for a table that feeds a comparison) or ``file_ambiguous``, naming what is there.
    """
    due = {n: t for n, t in source.tables.items() if t.is_due(release, family) and (not only or n in only)}
    chosen = _choose(source, due, release, names, where)
    found = {table for tables in chosen.values() for table in tables}
    for table_name, table in due.items():
        if table_name not in found and table.core and not table.may_lack(release):
            raise missing(source, release, table_name, names, where)
    return chosen


def lacking(source: Source, extractor: Extractor, release: Release, files: list[RemoteFile]) -> list[Fault]:
    """Return a Fault ``file_missing`` for each other table that a release should have and has no file for.

    A ``partial`` place (a local mirror, the bundled sample) may lack them.
    """
    if extractor.partial:
        return []
    found = {table for file in files for table in file.tables}
    return [
        missing(source, release.release, name, [file.name for file in files], release.address or source.homepage)
        for name, table in source.tables.items()
        if name not in found and table.is_due(release.release, extractor.family) and not table.may_lack(release.release)
    ]


def missing(source: Source, release: str, table: str, names: list[str], where: str) -> Fault:
    """Return the Fault ``file_missing`` for a table, naming what is there instead."""
    return Fault(
        "file_missing",
        f"Release {release} has no file for the table {table} (looked for {source.tables[table].files}).",
        where=f"{where}, which has: {', '.join(sorted(names)[:8]) or 'nothing'}",
        remedy=f"add the file; if it was renamed, change `files` of {table} in {source.file}.",
    )


def _choose(source: Source, due: dict[str, Table], release: str, names: list[str], where: str) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for table_name, table in due.items():
        found = [name for name in names if re.search(table.files, name, re.IGNORECASE)]
        if len(found) > 1:
            raise Fault(
                "file_ambiguous",
                f"Release {release} has more than one file for the table {table_name}: {', '.join(found)}.",
                where=where,
                remedy=f"keep one, or narrow `files` of {table_name} in {source.file}.",
            )
        if found:
            chosen.setdefault(found[0], []).append(table_name)
    return chosen
