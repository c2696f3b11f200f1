"""`make run`: one night through the real scheduler, followed on the terminal, with a summary at its end."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from socialcare.database import connect
from socialcare.operate import platform
from socialcare.operate.airflow_api import AirflowApi
from socialcare.settings import get_settings
from socialcare.steps import night

_FINAL = {"success", "failed", "skipped", "upstream_failed", "removed"}
_WORDS = {"success": "done", "skipped": "skipped", "failed": "FAILED", "upstream_failed": "not run"}


def run_night(console: Console) -> int:
    """Run one night and follow it; return its exit code (0 clean, 1 nothing, 2 with faults, 3 held)."""
    began = time.monotonic()
    night_id = f"night-{datetime.now(ZoneInfo('Europe/London')):%Y-%m-%dT%H-%M-%S}"

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f}s[/]  {text}", highlight=False)

    with platform.for_one_command(say) as running:
        api = running.api
        for old in running.cut_off:
            say(f"an earlier night was cut off; marked as failed: {old}")
        api.wait_for_dag("nightly", running.started_at)
        say(f"Airflow is up at {running.url}; triggering one night: nightly / {night_id}")
        api.trigger("nightly", night_id)
        _follow(api, night_id, say)
        code = _exit_code(night_id)
        _summarise(console, night_id, code, running)
    return code


def _follow(api: AirflowApi, night_id: str, say: platform.Say) -> None:
    """Print each task as it starts and ends, with what it did, until the run is over."""
    seen: dict[str, str] = {}
    while True:
        state = api.run_state("nightly", night_id)
        for task in sorted(api.tasks("nightly", night_id), key=lambda t: t["start_date"] or "~"):
            name, now = task["task_id"], task["state"]
            if now in _FINAL | {"running"} and seen.get(name) != now:
                seen[name] = now
                say(_line(night_id, task))
        if state in ("success", "failed"):
            return
        time.sleep(0.4)


def _line(night_id: str, task: dict[str, Any]) -> str:
    state = task["state"]
    if state == "running":
        return f"nightly  {task['task_id']:<42} [dim]running[/]"
    colour = {"success": "green", "skipped": "cyan", "failed": "red"}.get(state, "yellow")
    took = f"{task['duration']:5.1f}s" if task["duration"] else "      "
    word = _WORDS.get(state, state)
    return f"nightly  {task['task_id']:<42} [{colour}]{word:<8}[/] {took}  {_what(night_id, task['task_id'])}"


def _what(night_id: str, task_id: str) -> str:
    """Return what the step wrote down for this task."""
    subject = {"build_and_audit": "warehouse", "publish": "warehouse", "deliver": "extracts"}.get(
        task_id, task_id.removeprefix("ingest_")
    )
    step = task_id if task_id in ("build_and_audit", "publish", "deliver") else None
    with connect("loader") as connection:
        row = connection.execute(
            "select outcome, detail from ops.outcomes where night_id = %s and subject = %s "
            "and (step = %s or (%s::text is null and step like 'ingest%%'))",
            [night_id, subject, step, step],
        ).fetchone()
    return f"{row[0]}: {row[1]}" if row and row[1] else (row[0] if row else "")


def _exit_code(night_id: str) -> int:
    with connect("loader") as connection:
        row = connection.execute("select exit_code from ops.nights where night_id = %s", [night_id]).fetchone()
    return night.NOTHING_PUBLISHED if row is None or row[0] is None else int(row[0])


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
        console.print(f"[red]{step} {subject}[/] failed: {what}", highlight=False)
        if remedy:
            console.print(f"    what to do: {remedy}", highlight=False)
    endings = {
        night.CLEAN: "[green]The night is published and clean.[/]",
        night.NOTHING_PUBLISHED: "[red]Nothing was published tonight.[/] The version before, if any, still stands.",
        night.PUBLISHED_WITH_FAULTS: "[yellow]Published, but something failed (above); its last good data stand.[/]",
        night.HELD: "[yellow]The night is held for a person.[/]",
    }
    console.print(f"\n{endings[code]}  (exit {code})")
    shown = _short(home)
    console.print(
        f"""
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
