"""One published source, one night: look, fetch what is new, archive, read, load, say what happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.extract import Extractor, Release, RemoteFile
from socialcare.extract.release import Memory, lacking
from socialcare.land import archive, compare, content, load, looks, tables
from socialcare.land import declared as declarations
from socialcare.land.headings import Naming
from socialcare.land.parse import Parsed, parse
from socialcare.outcomes import Outcome
from socialcare.registry import Source, source
from socialcare.settings import get_settings
from socialcare.steps.choose_publisher import publisher as _publisher
from socialcare.steps.choose_publisher import where as _where

#: With these there is no point in asking the same publisher for the next file.
_PUBLISHER_AWAY = ("publisher_unreachable", "publisher_busy", "publisher_failed", "too_large")


@dataclass
class _Run:
    """One look at one source: what it talks to, what it remembers, what it loaded."""

    source: Source
    extractor: Extractor
    connection: psycopg.Connection
    memory: Memory
    only: str = ""
    rows: int = 0
    changed: list[str] = field(default_factory=list)


def ingest_source(source_id: str, *, only: str = "") -> Outcome:
    """Bring raw up to date with one published source; return ``landed`` or ``unchanged``.

    ``only`` takes in one release, new or not. Where a table that feeds a comparison is broken, its release is left
    out whole; any other broken table is left out alone. All else lands, and the first Fault is raised after it is
    recorded in raw.looks (``kept_last_good`` where earlier landings stand, else ``failed``).
    """
    declared, where = source(source_id), _where()
    sign = declarations.of_source(declared)
    with connect("loader", autocommit=True) as connection:
        load.lock(connection, declared.id)
        tables.ensure(connection, declared)
        load.set_aside(connection, declared, is_sample=_is_sample())
        memory = looks.remembered(connection, declared.id, where, sign)
        keep = partial(looks.keep, connection, declared.id, where=where, memory=memory, declared=sign)
        extractor: Extractor | None = None
        try:
            with _publisher(declared) as extractor:
                run = _Run(declared, extractor, connection, memory, only)
                _bring_up_to_date(run)
        except Fault as fault:
            state = "kept_last_good" if load.has_landed(connection, declared) else "failed"
            keep(state, fault=fault, moved=extractor.moved if extractor else {})
            raise
        word = "landed" if run.changed else "unchanged"
        detail = f"releases {', '.join(dict.fromkeys(run.changed))}" if run.changed else extractor.note or "nothing new"
        keep(word, detail=detail, moved=extractor.moved)
    return Outcome("ingest_source", declared.id, word, detail, rows_loaded=run.rows)


def _bring_up_to_date(run: _Run) -> None:
    """Land every release that is whole, the oldest first; then raise the first Fault, if there was one."""
    faults = _read_again(run)
    memory = {key: kept for key, kept in run.memory.items() if not run.only or key == "files"}
    releases, remember = run.extractor.look(run.source, memory)
    for release in sorted(releases, key=lambda release: release.release):
        if run.only and release.release != run.only:
            continue
        try:
            _land_release(run, release)
            run.memory[release.release] = release.mark
        except Fault as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    if not run.only:
        run.memory.update(remember)  # only now: after a failure the next look must not say "nothing new"


def _read_again(run: _Run) -> list[Fault]:
    """Read landed files again whose declaration changed since, from the archive: it may have gained a column.

    Where the archive lost one, the look forgets what it knew, and the publisher is asked for everything again.
    """
    faults = []
    outdated = load.outdated(run.connection, run.source)
    for release, found in groupby(outdated, key=lambda landing: landing[1].release):
        landings = list(found)
        try:
            ready: list[tuple[load.TableFile, Parsed | None]] = []
            for reading, _, file in landings:
                parsed = parse(run.source, file.table, release, file.file_name, archive.get(file.sha256))
                if parsed.reading == reading:
                    load.still_reads(run.connection, run.source, release, file)
                else:
                    ready.append((file, parsed))
            if ready:
                run.rows += load.land(run.connection, run.source, landings[0][1], ready)
                run.changed.append(release)
        except Fault as fault:
            if fault.name == "archive_damaged":
                run.memory.clear()
            else:
                faults.append(fault)
    return faults


def _land_release(run: _Run, release: Release) -> None:
    """Land a release; then raise the first Fault of a table that was left out alone, if there was one."""
    now = load.landed(run.connection, run.source, release.release)
    files = run.extractor.files(run.source, release)
    left_out = _Leaving(run.source, lacking(run.source, run.extractor, release, files))
    wanted: list[tuple[load.TableFile, bytes, RemoteFile]] = []
    validators = run.memory.setdefault("files", {})
    seen = {}
    for file in files:
        known = validators.get(file.url, {}) if set(file.tables) <= now.keys() else {}
        with left_out.alone(file.tables):
            fetched = run.extractor.fetch(file, known)
            if fetched is None:
                continue
            where = f"{run.source.id}, release {release.release}: {file.url}"
            content.check(fetched.content, name=fetched.name, where=where)
            sha256 = archive.put(
                fetched.content, name=fetched.name, url=fetched.url, source_id=run.source.id, release=release.release
            )
            seen[file.url] = fetched.validators
            for table in file.tables:
                if now.get(table) != sha256:
                    part = load.TableFile(table, fetched.name, sha256, len(fetched.content))
                    wanted.append((part, fetched.content, file))
    _load(run, release, wanted, left_out)
    kept = {file.url for file in files if not left_out.tables & set(file.tables)}
    validators.update({url: sent for url, sent in seen.items() if sent and url in kept})
    if left_out.faults:
        raise left_out.faults[0]


@dataclass
class _Leaving:
    """What a release had to leave out: tables that feed no comparison, each by itself."""

    source: Source
    faults: list[Fault]
    tables: set[str] = field(default_factory=set)

    @contextmanager
    def alone(self, tables: tuple[str, ...]) -> Iterator[None]:
        """Keep the Fault of tables that can be done without; let any other go on and stop the release."""
        try:
            yield
        except Fault as fault:
            if fault.name in _PUBLISHER_AWAY or any(self.source.tables[table].core for table in tables):
                raise
            self.faults.append(fault)
            self.tables.update(tables)


def _load(
    run: _Run, release: Release, wanted: list[tuple[load.TableFile, bytes, RemoteFile]], left_out: _Leaving
) -> None:
    """Read every table first, and compare it; load only when all that a comparison needs can be read."""
    ready: list[tuple[load.TableFile, Parsed | None]] = []
    for part, data, file in wanted:
        with left_out.alone((part.table,)):
            parsed = None
            if not load.was_landed(run.connection, run.source, release.release, part):
                parsed = parse(run.source, part.table, release.release, part.file_name, data, stated_rows=file.rows)
                naming = Naming.of(run.source, part.table, release.release, part.file_name)
                compare.check(run.connection, part.table, naming, parsed)
            ready.append((part, parsed))
    if not ready:
        return
    arrival = load.Arrival(release.release, run.extractor.family, _is_sample(), release.published_on)
    run.rows += load.land(run.connection, run.source, arrival, ready)
    run.changed.append(release.release)


def _is_sample() -> bool:
    return get_settings().sources == "sample"
