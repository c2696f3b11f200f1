"""Look at one source and archive what is new, without loading any of it: to see what a publisher offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.extract import Extractor, Release, RemoteFile
from socialcare.land import archive, content, load, looks
from socialcare.land import declared as declarations
from socialcare.registry import Source, source
from socialcare.steps.choose_publisher import publisher, where


@dataclass(frozen=True)
class OfferedFile:
    """One file of a release that the publisher offers now. ``state``: new, or as landed."""

    release: str
    name: str
    tables: tuple[str, ...]
    sha256: str
    file_bytes: int
    state: str


@dataclass(frozen=True)
class Offer:
    """What the publisher offers that is new, or why there is nothing to see."""

    files: list[OfferedFile]
    note: str


def fetch_source(
    source_id: str, release: str = "", *, tell: Callable[[str, int, int], None] = lambda name, done, total: None
) -> Offer:
    """Archive the files of every release that is new since the last look, or of ``release`` whatever it is.

    The look itself is not remembered: the next night sees the same as new, and lands it.
    ``tell`` hears each file's name, and how many of its release are done. Raises Fault ``release_unknown``.
    """
    declared = source(source_id)
    with connect("loader", autocommit=True) as connection, publisher(declared) as extractor:
        sign = declarations.of_source(declared)
        memory = {} if release else looks.remembered(connection, declared.id, where(), sign)
        offered, _ = extractor.look(declared, memory)
        chosen = [found for found in offered if release in ("", found.release)]
        if release and not chosen:
            raise Fault(
                "release_unknown",
                f"No release of {declared.title} is called {release}.",
                where=source_id,
                remedy=f"use one of: {', '.join(found.release for found in offered)}.",
            )
        files = [file for found in chosen for file in _archived(connection, extractor, declared, found, tell)]
        return Offer(files, extractor.note)


def _archived(
    connection: psycopg.Connection,
    extractor: Extractor,
    declared: Source,
    release: Release,
    tell: Callable[[str, int, int], None],
) -> Iterator[OfferedFile]:
    landed = load.landed(connection, declared, release.release)
    files: list[RemoteFile] = extractor.files(declared, release)
    for number, file in enumerate(files, start=1):
        tell(f"{release.release}: {file.name}", number - 1, len(files))
        fetched = extractor.fetch(file, {})
        assert fetched is not None  # without validators a publisher sends the file
        place = f"{declared.id}, release {release.release}: {file.url}"
        content.check(fetched.content, name=fetched.name, where=place)
        sha256 = archive.put(
            fetched.content, name=fetched.name, url=fetched.url, source_id=declared.id, release=release.release
        )
        held = all(landed.get(table) == sha256 for table in file.tables)
        size = len(fetched.content)
        yield OfferedFile(release.release, fetched.name, file.tables, sha256, size, "as landed" if held else "new")
