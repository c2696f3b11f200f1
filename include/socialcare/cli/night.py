"""For whoever runs the platform through a night: run, up, down, status, night."""

from __future__ import annotations

from typing import Annotated

import typer

from socialcare.cli.shared import Published, Sources, app, choose_sources, console, existing_database, say
from socialcare.settings import get_settings, set_environment


@app.command()
def run(
    published: Published = None,
    sources: Sources = None,
    end_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run one night through the real scheduler, from nothing to published comparisons."""
    from socialcare.operate import platform
    from socialcare.operate.run import run_night

    choose_sources(sources, published)
    set_environment(SOCIALCARE_NIGHT_SCHEDULE="")  # one night, now; the schedule is for `up`
    get_settings.cache_clear()
    platform.end_on_signals(with_parent=end_with_parent)
    raise typer.Exit(run_night(console))


@app.command()
def up(published: Published = None, sources: Sources = None) -> None:
    """Keep the platform running on its schedule."""
    from socialcare.credentials import secret
    from socialcare.operate import pages, platform

    choose_sources(sources, published)
    platform.end_on_signals(with_parent=False)
    running = platform.up(say)
    say(f"Start here: {pages.address() or 'the landing page is not served (logs/pages.log)'}")
    say(f"Airflow: {running.url}   login: admin   password: {secret('airflow-login', nbytes=9)}")
    say("The night runs on its schedule (Europe/London). End it with `make down`.")


@app.command()
def down() -> None:
    """End what `up` started."""
    from socialcare.operate import platform

    console.print("Ended." if platform.down() else "Nothing was running.")


@app.command()
def status() -> None:
    """Say what runs, what is published, how old it is, and what each source holds."""
    from socialcare.operate import pages, platform, report_status

    say(f"Landing page: {pages.address() or 'not served (make up)'}")
    say(f"Airflow: {airflow_now(platform.living())}")
    with existing_database():
        report_status.show(console)


def airflow_now(state: dict[str, object]) -> str:
    """Say in words what the platform's note of itself means."""
    if not state:
        return "not running (make up)"
    if state.get("phase") == "ready":
        return f"{state['url']}" + (" (for the length of a `make run`)" if state.get("kind") == "run" else "")
    return "ending" if state.get("phase") in ("ending", "failed") else f"starting ({state.get('phase')})"


@app.command()
def night() -> None:
    """Run one night in this process, without the scheduler."""
    import logging

    from socialcare import embedded
    from socialcare.steps import night as steps
    from socialcare.warehouse import schema

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    stamp = new_stamp()
    with embedded.available():
        schema.apply()
        code = steps.run(
            stamp,
            say=lambda o: say(f"{o.step or _failed_step(stamp)} {o.subject}: {o.outcome} {o.detail}"),
        )
        for step, subject, what, remedy in steps.failures(stamp):
            word = "held" if code == steps.HELD and step == "build_and_audit" else "failed"
            say(f"{step} {subject} {word}: {what}")
            if remedy:
                say(f"    what to do: {remedy}")
    say(f"exit {code}")
    raise typer.Exit(code)


def _failed_step(night_id: str) -> str:
    """Return the step that failed last: a fault that is passed on does not name it."""
    from socialcare.database import connect

    with connect("loader") as connection:
        row = connection.execute(
            "select step || ' ' || subject from ops.outcomes where night_id = %s and outcome = 'failed' "
            "order by finished_at desc limit 1",
            [night_id],
        ).fetchone()
    return str(row[0]) if row else "a step"


def new_stamp() -> str:
    """Name a run that no scheduler named."""
    from datetime import UTC, datetime

    return f"direct-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S-%f}"
