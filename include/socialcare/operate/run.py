"""`make run`: one night through the real scheduler, followed on the terminal, with a summary at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from rich.console import Console
from rich.text import Text

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.operate import platform
from socialcare.operate.airflow_api import AirflowApi
from socialcare.registry import all_councils
from socialcare.settings import get_settings
from socialcare.steps import night

Say = Callable[[str | Text], None]
_PATIENCE = 60  # seconds that Airflow or the database may not answer
_FINAL = {"success", "failed", "skipped", "upstream_failed", "removed"}
_WORDS = {"success": "done", "skipped": "skipped", "failed": "FAILED", "upstream_failed": "not run"}


def run_night(console: Console) -> int:
    """Run one night and follow it; return its exit code (0 clean, 1 nothing, 2 with faults, 3 held)."""
    began = time.monotonic()
    night_id = f"night-{datetime.now(ZoneInfo('Europe/London')):%Y-%m-%dT%H-%M-%S}"

    def say(text: str | Text) -> None:
        console.print(Text.assemble((f"{time.monotonic() - began:6.1f}s", "dim"), "  ", text), highlight=False)

    with platform.for_one_command(say) as running:
        try:
            code = _night(console, night_id, running, say)
        except (Fault, psycopg.OperationalError) as error:
            if _ended_soon(running):
                raise running.why_ended() from None
            raise error
    return code


def _night(console: Console, night_id: str, running: platform.Platform, say: Say) -> int:
    api = running.api
    for old in running.cut_off:
        say(f"an earlier night was cut off; marked as failed: {old}")
    _tell_other_mode(say)
    api.wait_for_dag("nightly", running.started_at)
    say(f"Airflow is up at {running.url}; triggering one night: nightly / {night_id}")
    api.trigger("nightly", night_id)
    _follow(running, api, night_id, say)
    code = _exit_code(night_id)
    _summarise(console, night_id, code, running)
    return code


def _ended_soon(running: platform.Platform) -> bool:
    """Return whether the platform is over; what failed us may be its first sign."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if not running.still_runs():
            return True
        time.sleep(0.1)
    return False


def _tell_other_mode(say: Say) -> None:
    """Say so when tonight's figures come from elsewhere than those that this home held."""
    with connect("publisher") as connection:  # readers may see nothing before the first version
        row = connection.execute(
            "select data_mode from versions.version join versions.current using (version_id)"
        ).fetchone()
    asked = get_settings().sources
    if row is not None and row[0] != asked:
        say(f"this home held {row[0]} figures; tonight's come from {asked}")


def _follow(running: platform.Platform, api: AirflowApi, night_id: str, say: Say) -> None:
    """Print each task as it starts and ends, with what it did, until the run is over.

    Airflow or the database may be away for a minute, as long as the platform itself lives.
    """
    seen: dict[str, str] = {}
    answered = time.monotonic()
    while True:
        try:
            over = _look(api, night_id, seen, say)
        except (Fault, psycopg.OperationalError) as error:
            lasting = isinstance(error, Fault) and not error.retryable
            if lasting or time.monotonic() - answered > _PATIENCE or not running.still_runs():
                raise
            time.sleep(1)
            continue
        answered = time.monotonic()
        if over:
            return
        time.sleep(1)  # each look costs Airflow's page some 30 ms of processor that the night wants


def _look(api: AirflowApi, night_id: str, seen: dict[str, str], say: Say) -> bool:
    """Print what has changed; return whether the run is over."""
    state = api.run_state("nightly", night_id)
    for task in sorted(api.tasks("nightly", night_id), key=lambda t: t["start_date"] or "~"):
        name, now = task["task_id"], task["state"]
        if now in _FINAL | {"running"} and seen.get(name) != now:
            line = _line(night_id, task)
            seen[name] = now
            say(line)
    return state in ("success", "failed")


def _line(night_id: str, task: dict[str, Any]) -> Text:
    state, name = task["state"], task["task_id"]
    if state == "running":
        return Text.assemble(f"nightly  {name:<42} ", ("running", "dim"))
    colour = {"success": "green", "skipped": "cyan", "failed": "red"}.get(state, "yellow")
    took = f"{task['duration']:5.1f}s" if task["duration"] else "      "
    word = f"{_WORDS.get(state, state):<8}"
    return Text.assemble(f"nightly  {name:<42} ", (word, colour), f" {took}  {_what(night_id, name)}")


def _what(night_id: str, task_id: str) -> str:
    """Return what the step wrote down for this task."""
    subjects = {
        "build_and_audit": "warehouse",
        "publish": "warehouse",
        "deliver": "extracts",
        "watch_sources": "sources",
    }
    subject = subjects.get(task_id, task_id.removeprefix("ingest_"))
    step = task_id if task_id in subjects else None
    with connect("loader") as connection:
        row = connection.execute(
            "select outcome, detail from ops.outcomes where night_id = %s and subject = %s "
            "and (step = %s or (%s::text is null and step like 'ingest%%'))",
            [night_id, subject, step, step],
        ).fetchone()
    said = f"{row[0]}: {row[1]}" if row and row[1] else (row[0] if row else "")
    return f"{said} (SYNTHETIC)" if step is None and _is_synthetic(subject) else said


def _is_synthetic(council_id: str) -> bool:
    """Return whether the council's newest delivery is generated, or would be: it never sent one."""
    if council_id not in {council.id for council in all_councils()}:
        return False
    with connect("loader") as connection:
        row = connection.execute(
            "select is_synthetic from raw.deliveries where council_id = %s order by received_at desc limit 1",
            [council_id],
        ).fetchone()
    return bool(row[0]) if row else get_settings().councils == "synthetic"


def _exit_code(night_id: str) -> int:
    with connect("loader") as connection:
        row = connection.execute("select exit_code from ops.nights where night_id = %s", [night_id]).fetchone()
    if row is None or row[0] is None:
        return night.verdict(night_id)  # the task that judges was killed
    return int(row[0])


def _summarise(console: Console, night_id: str, code: int, running: platform.Platform) -> None:
    from socialcare.deliver import summary

    home = get_settings().home
    if code != night.NOTHING_PUBLISHED:
        console.print()
        console.print(summary.table())
    failed = night.failures(night_id)
    if failed:
        console.print()
    for step, subject, what, remedy in failed:
        word, colour = ("held", "yellow") if code == night.HELD and step == "build_and_audit" else ("failed", "red")
        console.print(Text.assemble((f"{step} {subject}", colour), f" {word}: {what}"), highlight=False)
        if remedy:
            console.print(f"    what to do: {remedy}", highlight=False, markup=False)
    endings = {
        night.CLEAN: "[green]The night is published and clean.[/]",
        night.NOTHING_PUBLISHED: "[red]Nothing was published tonight.[/] The version before, if any, still stands.",
        night.PUBLISHED_WITH_FAULTS: "[yellow]Published, but something failed (above); its last good data stand.[/]",
        night.HELD: "[yellow]The night is held for a person (above); the version before, if any, still stands.[/]",
    }
    console.print(f"\n{endings[code]}  (exit {code})")
    shown = _short(home)
    console.print(
        f"""
  report            {shown}/extracts/current/regional/report/index.html
  extracts          {shown}/extracts/current
  receipts          {shown}/outbox/<council>    (council data here is SYNTHETIC)
  quality           {shown}/data_docs/index.html
  query             make sql Q="select * from regional_comparison limit 5"
  versions          .venv/bin/socialcare versions      yesterday's: .venv/bin/socialcare rollback
  Airflow page      {running.url if not running.ours else "make up"}    (login {shown}/secrets/airflow-login.json)
  logs              {shown}/logs, {shown}/airflow/logs""",
        highlight=False,
        markup=False,
    )


def _short(home: Any) -> str:
    root = get_settings().project_root
    return str(home.relative_to(root)) if home.is_relative_to(root) else str(home)
