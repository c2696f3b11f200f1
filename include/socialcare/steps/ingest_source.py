"""One published source, one night: look, fetch what is new, archive, read, load, say what happened."""

from __future__ import annotations

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
from socialcare.land.left_out import LeftOut, Problem, together
from socialcare.land.parse import Parsed, parse
from socialcare.outcomes import Outcome
from socialcare.registry import Source, source
from socialcare.settings import get_settings
from socialcare.steps.choose_publisher import publisher as _publisher
from socialcare.steps.choose_publisher import where as _where


@dataclass
class _Run:
    """One look at one source: what it talks to, what it remembers, what it loaded, what it could not."""

    source: Source
    extractor: Extractor
    connection: psycopg.Connection
    memory: Memory
    only: str = ""
    rows: int = 0
    changed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Wanted:
    """A table to read: its file, the file's bytes, and how many rows the publisher says it has."""

    file: load.TableFile
    content: bytes
    stated_rows: int | None = None


def ingest_source(source_id: str, *, only: str = "") -> Outcome:
    """Bring raw up to date with one published source; return ``landed`` or ``unchanged``.

    ``only`` takes in one release, new or not. Where a table that feeds a comparison is broken, its release is left
    out whole; any other broken table is left out alone. All else lands, and one Fault that lists every table is raised
    after it is recorded in raw.looks: ``landed_in_part`` where no release was left out whole, else ``kept_last_good``
    (``failed`` where nothing stands).
    """
    declared, where = source(source_id), _where()
    sign = declarations.of_source(declared)
    with connect("loader", autocommit=True) as connection:
        load.lock(connection, declared.id)
        tables.ensure(connection, declared)
        load.set_aside(connection, declared, is_sample=_is_sample())
        memory = looks.remembered(connection, declared.id, where, sign)
        keep = partial(looks.keep, connection, declared.id, where=where, memory=memory, declared=sign)
        run: _Run | None = None
        try:
            with _publisher(declared) as extractor:
                run = _Run(declared, extractor, connection, memory, only)
                _bring_up_to_date(run)
        except Fault as fault:
            state = "failed"
            if load.has_landed(connection, declared):
                is_in_part = run and run.problems and not any(problem.stops for problem in run.problems)
                state = "landed_in_part" if is_in_part else "kept_last_good"
            keep(state, fault=fault, moved=run.extractor.moved if run else {})
            raise
        word = "landed" if run.changed else "unchanged"
        detail = f"releases {', '.join(dict.fromkeys(run.changed))}" if run.changed else extractor.note or "nothing new"
        keep(word, detail=detail, moved=extractor.moved)
    return Outcome("ingest_source", declared.id, word, detail, rows_loaded=run.rows)


def _bring_up_to_date(run: _Run) -> None:
    """Land every release that is whole, the oldest first; then raise a Fault of all problems, if there were any."""
    _read_again(run)
    memory = {key: kept for key, kept in run.memory.items() if not run.only or key == "files"}
    try:
        releases, remember = run.extractor.look(run.source, memory)
    except Fault as fault:
        run.problems.append(Problem("the list of releases", fault))
        raise together(run.problems) from fault
    for release in sorted(releases, key=lambda release: release.release):
        if run.only and release.release != run.only:
            continue
        left_out = LeftOut(run.source, release.release)
        _land_release(run, release, left_out)
        run.problems += left_out.problems
        if not left_out.problems:
            run.memory[release.release] = release.mark
        if left_out.is_publisher_away:
            break
    if run.problems:
        raise together(run.problems)
    if not run.only:
        run.memory.update(remember)  # only now: after a failure the next look must not say "nothing new"


def _read_again(run: _Run) -> None:
    """Read landed files again whose declaration changed since, from the archive: it may have gained a column.

    Where the archive lost one, the look forgets what it knew, and the publisher is asked for everything again.
    """
    outdated = load.outdated(run.connection, run.source)
    for release, found in groupby(outdated, key=lambda landing: landing[0].release):
        landings = list(found)
        left_out = LeftOut(run.source, release)
        try:
            wanted = [_Wanted(file, archive.get(file.sha256)) for _, file in landings]
        except Fault:  # archive_damaged: it is fetched again
            run.memory.clear()
            continue
        _load(run, landings[0][0], wanted, left_out)
        run.problems += left_out.problems


def _land_release(run: _Run, release: Release, left_out: LeftOut) -> None:
    """Fetch what is new of a release, keep it, and land it."""
    now = load.landed(run.connection, run.source, release.release)
    files: list[RemoteFile] = []
    with left_out.noting(), left_out.asking():
        files = run.extractor.files(run.source, release)
        for fault in lacking(run.source, run.extractor, release, files):
            left_out.lacks(fault)
    wanted: list[_Wanted] = []
    validators = run.memory.setdefault("files", {})
    seen = {}
    for file in files:
        known = validators.get(file.url, {}) if set(file.tables) <= now.keys() else {}
        with left_out.noting(*file.tables):
            with left_out.asking():
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
                    wanted.append(_Wanted(part, fetched.content, file.rows))
        if left_out.is_publisher_away:
            return
    _load(
        run, load.Arrival(release.release, run.extractor.family, _is_sample(), release.published_on), wanted, left_out
    )
    if not left_out.is_whole_release:
        kept = {file.url for file in files if not left_out.tables & set(file.tables)}
        validators.update({url: sent for url, sent in seen.items() if sent and url in kept})


def _load(run: _Run, arrival: load.Arrival, wanted: list[_Wanted], left_out: LeftOut) -> None:
    """Read every table first, and compare it; load only when all that a comparison needs can be read."""
    ready: list[tuple[load.TableFile, Parsed | None]] = []
    release = arrival.release
    for one in wanted:
        file, parsed = one.file, None
        with left_out.noting(file.table):
            if not load.was_landed(run.connection, run.source, release, file):
                parsed = parse(
                    run.source, file.table, release, file.file_name, one.content, stated_rows=one.stated_rows
                )
                if load.still_reads(run.connection, run.source, release, file, parsed.reading):
                    continue
                naming = Naming.of(run.source, file.table, release, file.file_name)
                compare.check(run.connection, file.table, naming, parsed)
            ready.append((file, parsed))
    if not ready or left_out.is_whole_release:
        return
    with left_out.noting():
        run.rows += load.land(run.connection, run.source, arrival, ready)
        run.changed.append(release)


def _is_sample() -> bool:
    return get_settings().sources == "sample"
