"""The one place that knows how dbt is called: in this process, one build at a time, writing only under home."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from psycopg import sql

from socialcare.database import connect, password, server
from socialcare.errors import Fault
from socialcare.settings import get_settings, set_environment, unset_environment

#: Two builds on one warehouse break each other: the second waits here for the first.
_LOCK = 7300010

_TESTS = ("test", "unit_test")

#: Kept from build to build, made anew only where the rules changed. A table's comment names the rules it was made by.
_KEPT = (
    "int_figures__named",
    "int_indicators__compared",
    "int_indicators__observed",
    "int_lait__compared",
    "int_observations__unioned",
    "int_ranks__moved",
    "int_restatements__found",
    "int_shared__counted",
)


@dataclass(frozen=True)
class BuildResult:
    """What a build did: models and seeds built, tests passed, warnings and failures as (node, message)."""

    models: int
    tests_passed: int
    warnings: list[tuple[str, str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0


def build(select: str | None = None) -> BuildResult:
    """Build seeds, models and tests, all or those that ``select`` names (dbt's own selection syntax).

    When the project changed, what is kept from build to build is made anew, and unit tests run once: they show
    arithmetic, which data cannot change. Raises Fault ``models_failed`` naming the node, its file and the message;
    ``models_invalid`` when the project cannot be read. Marts are left as dbt left them: only a publication shows
    them to anyone.
    """
    started = time.monotonic()
    rules = _fingerprint()
    # Of a part, only the tests that need nothing outside it.
    arguments = ["build", *(["--select", select, "--indirect-selection", "cautious"] if select else [])]
    if select or _manifest_is_of(rules):  # writing the manifest takes half of a small build, a tenth of a whole one
        arguments.append("--no-write-json")
    else:
        (_state() / "manifest_of").unlink(missing_ok=True)
    if _proved(rules) & {"everything", select}:
        arguments += ["--exclude-resource-type", "unit_test"]
    with _alone():
        anew = not _was_made_by(rules)
        outcome = _invoke([*arguments, *(["--full-refresh"] if anew else [])])
        _note_made_by(rules, outcome)
    result = _summary(outcome, time.monotonic() - started)
    if not select:
        (_state() / "manifest_of").write_text(rules)
    if result.failures:
        raise _fault(outcome, result.failures)
    _note_proved(rules, select or "everything")
    return result


def docs() -> Path:
    """Write dbt's documentation as one page that opens offline; return its path (<home>/docs/dbt/index.html)."""
    with _alone():
        _require(_invoke(["docs", "generate", "--static"]))
    page = get_settings().home / "docs" / "dbt" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes((_state() / "target" / "static_index.html").read_bytes())
    return page


def manifest() -> Path:
    """Return the path of dbt's manifest.json, reading the project again only where it changed."""
    rules = _fingerprint()
    if not _manifest_is_of(rules):
        _require(_invoke(["parse"]))
        (_state() / "manifest_of").write_text(rules)
    return _state() / "target" / "manifest.json"


def _manifest_is_of(rules: str) -> bool:
    read = _state() / "manifest_of"
    return (_state() / "target" / "manifest.json").is_file() and read.is_file() and read.read_text() == rules


def _state() -> Path:
    folder = get_settings().home / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fingerprint() -> str:
    """Name the project's rules, so that a change of any file is seen."""
    digest = hashlib.sha256()
    project = get_settings().dbt_project
    for file in sorted(path for path in project.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(project)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _proved(rules: str) -> set[str]:
    """Name the selections whose unit tests passed by these rules: ``everything``, or dbt's words for a part."""
    note = _state() / "unit_tests_passed"
    by, *selections = note.read_text().splitlines() if note.is_file() else [""]
    return set(selections) if by == rules else set()


def _note_proved(rules: str, selection: str) -> None:
    lines = [rules, *sorted(_proved(rules) | {selection})]
    (_state() / "unit_tests_passed").write_text("\n".join(lines) + "\n")


def _was_made_by(rules: str) -> bool:
    """Whether all that is kept was made by these rules. The note lies with each table, in the warehouse.

    A table that is not there yet says nothing: whichever build makes it will make all of it.
    """
    with connect("transformer") as connection:
        notes = connection.execute(
            "select obj_description(made, 'pg_class') from unnest(%s::text[]) as name,"
            " to_regclass('intermediate.' || name) as made where made is not null",
            [list(_KEPT)],
        ).fetchall()
    return all(note == _note(rules) for (note,) in notes)


def _note_made_by(rules: str, outcome: Any) -> None:
    """Say by which rules a table was made: last, so that a build cut short makes it anew."""
    results = outcome.result.results if outcome.result is not None else []
    built = {result.node.name for result in results if str(result.status) == "success"}
    with connect("transformer") as connection:
        for name in built.intersection(_KEPT):
            table = sql.Identifier("intermediate", name)
            connection.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(_note(rules))))


def _note(rules: str) -> str:
    return f"Kept from build to build; made by the rules {rules}"


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the warehouse's build lock, on a connection of its own, for as long as dbt runs."""
    with connect("transformer", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        yield


def _invoke(arguments: list[str]) -> Any:
    """Run dbt in this process; return its dbtRunnerResult. The password goes by environment, never by argument."""
    settings = get_settings()
    where = server()
    resource_tracker.ensure_running()  # Python's own helper, which dbt would start with the password around it
    set_environment(
        SOCIALCARE_DBT_HOST=where.host,
        SOCIALCARE_DBT_PORT=str(where.port),
        SOCIALCARE_DBT_DATABASE=settings.warehouse_database,
        DBT_ENV_SECRET_PASSWORD=password("transformer") or "",
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
    )
    from dbt.cli.main import dbtRunner

    state = _state()
    folders = {
        "--project-dir": settings.dbt_project,
        "--profiles-dir": settings.dbt_project,
        "--target-path": state / "target",
        "--log-path": state / "logs",
    }
    options = [text for pair in folders.items() for text in map(str, pair)]
    # No log file: it would quote rows. The statement that failed is in target/run, without any row.
    try:
        return dbtRunner().invoke(["--log-level", "none", "--log-level-file", "none", *arguments, *options])
    finally:
        unset_environment("DBT_ENV_SECRET_PASSWORD")


def _require(outcome: Any) -> None:
    """Raise Fault ``models_invalid`` when dbt could not even run."""
    if outcome.exception is not None or (outcome.result is None and not outcome.success):
        raise Fault(
            "models_invalid",
            f"The models could not be read: {_without_values(str(outcome.exception))}",
            where=str(get_settings().dbt_project.name),
            remedy="undo or correct the last change to the file that the message names.",
        ) from None


def _summary(outcome: Any, seconds: float) -> BuildResult:
    _require(outcome)
    warnings, failures = [], []
    models = tests_passed = 0
    for result in outcome.result.results:
        node, status = result.node, str(result.status)
        if status in ("error", "fail", "runtime error"):
            failures.append((node.name, _message(result)))
        elif status == "warn":
            warnings.append((node.name, _message(result)))
        elif status in ("pass", "success"):
            is_test = str(node.resource_type) in _TESTS
            tests_passed += is_test
            models += not is_test
    return BuildResult(models, tests_passed, warnings, failures, round(seconds, 3))


def _message(result: Any) -> str:
    """Say what happened to a node, with the node's own description: why its test exists."""
    why = str(getattr(result.node, "description", "") or "").strip()
    # dbt appends the chain of macros, which helps nobody who has to repair a model.
    message = _without_values(str(result.message or "").split("> in macro")[0])
    if str(result.node.resource_type) not in _TESTS:
        return message
    return message + _found(result) + (f" ({why})" if why else "")


def _found(result: Any) -> str:
    """Say what a test found, where its declaration allows it (``meta: {quotes: published}``): publishers' own words."""
    if (result.node.config.meta or {}).get("quotes") != "published" or not result.failures:
        return ""
    with connect("transformer") as connection:
        rows = connection.execute(f"select found from ({result.node.compiled_code}) as failed limit 5").fetchall()
    return " Found: " + "; ".join(str(row[0]) for row in rows) + "."


def _without_values(message: str) -> str:
    """Leave out what quotes a row: PostgreSQL's detail and context, and a value that would not convert."""
    kept = re.split(r"\b(?:DETAIL|CONTEXT|HINT|LINE \d+):", message)[0]
    return " ".join(re.sub(r': "[^"]*"', ": (value withheld)", kept).split())


def _fault(outcome: Any, failures: list[tuple[str, str]]) -> Fault:
    paths = {result.node.name: result.node.original_file_path for result in outcome.result.results}
    name, message = failures[0]
    more = f" {len(failures) - 1} more failed." if len(failures) > 1 else ""
    return Fault(
        "models_failed",
        f"The model or test {name} failed: {message}.{more}",
        where=f"dbt_project/{paths[name]}",
        remedy="what is published stays as it was. If a test of a source failed, look at that release's file; "
        "otherwise correct the file named here and run the night again.",
    )
