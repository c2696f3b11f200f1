"""Build one version of the marts and audit that version. Nothing here changes what a reader sees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from socialcare.database import connect
from socialcare.disclosure import control, remembered
from socialcare.errors import Fault
from socialcare.gate import page, review
from socialcare.impact import store
from socialcare.land import tables
from socialcare.quality import gate, runner
from socialcare.registry import all_sources
from socialcare.settings import get_settings
from socialcare.warehouse import dbt, history, versions, versions_build, versions_held

_PACKAGE = Path(__file__).resolve().parents[1]
_BUILD_LOCK = 7300030


@dataclass(frozen=True)
class Build:
    """A version ready to publish, and the version that was current when its building began."""

    version_id: int
    expected_current: int | None
    detail: str
    unchanged: bool = False


def build_key() -> str:
    """Name everything that a version depends on: what is held, and the rules that turn it into marts."""
    digest = hashlib.sha256(_held().encode())
    for file in _rule_files():
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _held() -> str:
    """Name what raw holds now: the landings that count, and every delivery that came in, as its rows stand."""
    digest = hashlib.sha256()
    with connect("publisher") as connection:
        for query in (
            "select source_id, table_name, release_id, file_sha256 from raw.current_landings order by 1, 2, 3, 4",
            "select council_id, return_id, content_sha256, reading from raw.deliveries"
            " join raw.delivery_readings using (delivery_id) where verdict <> 'rejected' order by 1, 2, 3",
        ):
            for row in connection.execute(query):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _rule_files() -> list[Path]:
    settings = get_settings()
    endings = {".sql", ".yml", ".yaml", ".csv", ".py"}
    # What turns raw into marts and judges them; how things come in or go out does not change a version.
    rooms = (
        _PACKAGE / name for name in ("sources", "specs", "councils", "quality", "warehouse", "disclosure", "impact")
    )
    roots = (settings.dbt_project, settings.expectations, *rooms)
    return [
        file
        for root in roots
        for file in sorted(root.rglob("*"))
        if file.suffix in endings and file.is_file() and "target" not in file.parts
    ]


def _require_every_source() -> None:
    """A comparison needs each source once; after that, its last good release stands in for a failed one."""
    with connect("publisher") as connection:
        held = {source_id for (source_id,) in connection.execute("select distinct source_id from raw.current_landings")}
    missing = [source.id for source in all_sources() if source.is_needed and source.id not in held]
    if missing:
        raise Fault(
            "source_never_landed",
            f"Nothing of {', '.join(missing)} has ever landed here, so there is nothing to compare with.",
            where="raw.current_landings",
            remedy="see why its ingest failed, mend that, and run the night again; or take the release from a local "
            "mirror (make run PUBLISHED=<folder>).",
        )


@contextmanager
def _one_build_at_a_time() -> Iterator[None]:
    """Hold one lock from the key to the audit: two builds share the schema marts, and would mix in it."""
    with connect("publisher", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_BUILD_LOCK])
        yield


def _refuse_a_mixture() -> None:
    """The bundled sample and the real files never stand in one version."""
    mode = get_settings().sources
    with connect("publisher") as connection:
        wrong = connection.execute(
            "select distinct source_id from raw.current_landings where is_sample <> %s order by 1", [mode == "sample"]
        ).fetchall()
    if wrong:
        raise Fault(
            "sources_mixed",
            f"Tonight's figures come from {mode}, but those of {', '.join(name for (name,) in wrong)} do not yet.",
            where="raw.current_landings",
            remedy="run the whole night, which looks at every source: `make run` (with the same PUBLISHED or SOURCES).",
        )


def build_wanted() -> bool:
    """Return whether a build now would differ from what is published: something came in, or a rule changed.

    Not where a person is asked about exactly this, or has answered no: the night asks again, an ingest does not.
    """
    now, key = versions.current(), build_key()
    return now is None or key not in (versions.build_key_of(now), versions_held.key_left_to_a_person())


def build_and_audit(night_id: str) -> Build:
    """Check raw, build the marts, copy them into a version, check that version.

    Returns at once, ``unchanged``, when the current version was built from the same things.
    Raises Fault when a model fails or a critical check does, and ``version_held`` when so much changed that a person
    must look; the version before stays in place.
    """
    with _one_build_at_a_time():
        _refuse_a_mixture()
        before = versions.current()
        key = build_key()
        if before is not None and versions.build_key_of(before) == key:
            versions_held.supersede()  # what waits was built from something else
            return Build(before, before, f"version {before} already holds exactly this", unchanged=True)
        _require_every_source()
        return _build(night_id, key, before)


def _make_raw_tables() -> None:
    """A source that has never landed has no tables yet; the models read those of every source."""
    with connect("loader") as connection:
        for source in all_sources():
            tables.ensure(connection, source)


def _sample_new_tables() -> None:
    """Let the planner know what is in raw: on a first night autovacuum has not come yet, and joins take minutes."""
    with connect("loader") as connection:
        new = connection.execute(
            "select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' and reltuples < 0"
        ).fetchall()
        for (name,) in new:
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", name)))


def _build(night_id: str, key: str, before: int | None) -> Build:
    held = _held()
    _make_raw_tables()
    raw = runner.run("raw", night_id)
    gate.check(raw)
    history.follow()
    _sample_new_tables()
    result = dbt.build()
    store.fill()
    shared = control.protect(night_id)
    version_id = versions_build.prepare(key, manifest=dbt.manifest(), night_id=night_id)
    remembered.keep(version_id, shared.truths)
    try:
        if _held() != held:
            raise Fault(
                "inputs_changed",
                "Something landed while this version was being built, unseen by its checks.",
                where=f"version {version_id}",
                remedy="run the night again: it takes in what came.",
                retryable=True,
            )
        marts = runner.run("marts", night_id, schema="versions", suffix=f"__v{version_id}")
        gate.check(marts)
    except Fault:
        versions_build.mark_failed(version_id)
        raise
    versions_build.mark_audited(version_id, night_id=night_id)
    page_told = review_and_show(version_id, night_id)
    passed, warned = raw.passed + marts.passed, raw.warned + marts.warned
    return Build(
        version_id,
        before,
        f"version {version_id}: {result.models} models, {result.tests_passed} dbt tests, "
        f"{passed} checks passed, {warned} warned" + (f".{page_told}" if page_told else ""),
    )


def review_and_show(version_id: int, night_id: str) -> str:
    """Review a version and write the page of what it changes; return what to say where the page could not be written.

    Raises Fault ``version_held`` as ``review`` does, saying the same of the page.
    """
    try:
        review.review(version_id, night_id)
    except Fault as fault:
        told = _write_page(version_id)
        raise Fault(
            fault.name, fault.what + told, where=fault.where, remedy=fault.remedy, retryable=fault.retryable
        ) from None
    return _write_page(version_id)


def _write_page(version_id: int) -> str:
    try:
        page.write(version_id)
    except Exception as error:  # noqa: BLE001  # a page that is not there changes no figure, and must hide no hold
        return f" The page of what changed could not be written ({type(error).__name__})."
    return ""
