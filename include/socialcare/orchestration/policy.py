"""What every DAG has in common: owner, time zone, notices on failure, the alert for a late night."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import Context
from airflow.sdk.definitions.deadline import AsyncCallback, DeadlineAlert, DeadlineReference
from airflow.sdk.exceptions import AirflowFailException

from socialcare.errors import Fault
from socialcare.settings import get_settings

LONDON = "Europe/London"


def defaults(**more: Any) -> dict[str, Any]:
    """Return the arguments that every DAG takes."""
    return {
        "start_date": pendulum.datetime(2026, 1, 1, tz=LONDON),
        "catchup": False,
        "max_active_runs": 1,
        "default_args": {"owner": "data-engineering", "on_failure_callback": tell_of_failure},
        **more,
    }


def night_schedule() -> str | None:
    """Return the night's cron expression; None for a platform that was started for one night only."""
    return get_settings().night_schedule or None


def late_alert() -> DeadlineAlert:
    """Alert when a night is not finished in its time, whether it hangs, waits or never got a worker."""
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=get_settings().night_deadline_minutes),
        callback=AsyncCallback(tell_of_late_night, kwargs={"minutes": get_settings().night_deadline_minutes}),
    )


def tell_of_failure(context: Context) -> None:
    """Send a notice of a failed task: which, when, and the reason that the task gave."""
    from socialcare.operate import alerts

    ti = context["ti"]
    reason = context.get("exception")
    # Only our own words may leave: an unforeseen error's message may quote a row.
    ours = isinstance(reason, Fault | AirflowFailException)
    text = str(reason) if ours else f"An unforeseen {type(reason).__name__}: read the task's log."
    alerts.notice(f"{ti.dag_id}.{ti.task_id} failed", text, level="error")


async def tell_of_late_night(minutes: int, **_: Any) -> None:
    """Send a notice that tonight's run has used up its time."""
    import asyncio

    from socialcare.operate import alerts

    await asyncio.to_thread(
        alerts.notice,
        "the night is late",
        f"The night has not finished {minutes} minutes after it was queued. Open the Airflow page, see which task "
        "runs or waits, and read its log; yesterday's version stays published meanwhile.",
        level="error",
    )
