"""The night's steps as Airflow tasks. A task calls one step and hands on an address or a count, never rows.

Nothing new is a skip. A fault that trying again cannot mend fails at once; any other is tried again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from socialcare.errors import Fault
from socialcare.registry.councils import Council

#: Emitted when an ingest outside the night landed something; alone schedules ``build_warehouse``.
BUILD_WANTED = Asset(name="build_wanted", uri="socialcare://warehouse/build_wanted")

NIGHT_ID = "{{ run_id }}"
_RETRIES: dict[str, Any] = {"retries": 1, "retry_delay": timedelta(seconds=5)}


@task(**_RETRIES)
def ingest_source(source_id: str, night_id: str) -> int:
    """Look at the publisher, archive and land what is new; return the rows landed."""
    from socialcare.steps import night

    return _run(lambda: night.ingest_source(night_id, source_id))


@task(**_RETRIES)
def ingest_council(council_id: str, night_id: str) -> int:
    """Take the council's deliveries through the door; return the rows that went on."""
    from socialcare.steps import night

    return _run(lambda: night.ingest_council(night_id, council_id))


@task(**_RETRIES)
def fetch_inbox(council_id: str, night_id: str) -> int:
    """Fetch the council's deliveries from where it leaves them."""
    from socialcare.orchestration.connections import open_connected
    from socialcare.steps import night

    return _run(lambda: night.fetch_inbox(night_id, council_id, open_connected))


@task(trigger_rule="all_done", **_RETRIES)
def send_outbox(council_id: str, night_id: str) -> int:
    """Clear elsewhere what was taken in, and send the council its receipts."""
    from socialcare.orchestration.connections import open_connected
    from socialcare.steps import night

    return _run(lambda: night.send_outbox(night_id, council_id, open_connected))


def exchange(council: Council, night_id: str, **names: Any) -> tuple[Any, Any]:
    """Fetch, take in and answer, as far as the council's declaration asks for it; return the taking in and the last."""
    rule = "all_done" if council.inbox else "all_success"  # what is here already is taken in all the same
    first = ingest_council.override(trigger_rule=rule, **names)(council.id, night_id)
    if council.inbox:
        fetch_inbox.override(task_id=f"fetch_{council.id}")(council.id, night_id) >> first
    if not council.is_elsewhere:
        return first, first
    last = send_outbox.override(task_id=f"answer_{council.id}")(council.id, night_id)
    first >> last
    return first, last


@task(trigger_rule="all_done", outlets=[BUILD_WANTED], retries=0)
def want_build() -> None:
    """Ask for a build if what is held differs from what is published; otherwise skip, which asks for nothing.

    Not the ingest itself: one that was killed after landing finds nothing new when it is tried again.
    """
    from socialcare.steps import build

    if not build.build_wanted():
        raise AirflowSkipException("what is published was built from exactly this")


@task(trigger_rule="all_done", retries=0)
def watch_sources(night_id: str) -> str:
    """Tell of sources that are late, moved, vanished, failing or quiet; fails no night."""
    from socialcare.steps import night

    return night.watch_sources(night_id).detail


@task(trigger_rule="all_done", retries=0)
def build_and_audit(night_id: str) -> dict[str, int | None]:
    """Build a version and audit it; skipped when the current version already holds exactly this."""
    from socialcare.steps import night

    try:
        build = night.build_and_audit(night_id)
    except Fault as fault:
        raise AirflowFailException(str(fault)) from None
    if build.unchanged:
        raise AirflowSkipException(build.detail)
    return {"version_id": build.version_id, "expected_current": build.expected_current}


@task(retries=2, retry_delay=timedelta(seconds=30))  # readers who hold a lock may be done by then
def publish(build: dict[str, int | None], night_id: str) -> int:
    """Move the pointer to the version that was audited; return its number."""
    from socialcare.steps import night

    version_id = int(build["version_id"] or 0)
    _run(lambda: night.publish(night_id, version_id, build["expected_current"]))
    return version_id


@task(trigger_rule="all_done", **_RETRIES)  # also after a failed build: the current version may lack its extracts
def deliver(night_id: str) -> int:
    """Write the extracts; when this version's are there already, that is noticed and nothing is written."""
    from socialcare.orchestration.connections import open_connected
    from socialcare.steps import night

    return _run(lambda: night.deliver(night_id, open_connected))


@task(trigger_rule="all_done", retries=0)
def verdict(night_id: str) -> None:
    """Judge the night: fails if anything did, with each reason and what to do."""
    from socialcare.orchestration.connections import open_connected
    from socialcare.steps import night

    code = night.verdict(night_id, open_connected)
    if code != night.CLEAN:
        reasons = "; ".join(
            f"{step} {subject}: {what} {todo}" for step, subject, what, todo in night.failures(night_id)
        )
        raise AirflowFailException(f"The night ended with {code}. {reasons}")


def _run(step: Any) -> int:
    try:
        outcome = step()
    except Fault as fault:
        if fault.retryable:
            raise
        raise AirflowFailException(str(fault)) from None
    if outcome.outcome == "rejected":
        raise AirflowFailException(f"{outcome.detail} {outcome.remedy}")
    if outcome.outcome in ("unchanged", "nothing_sent"):
        raise AirflowSkipException(outcome.detail or outcome.outcome)
    return int(outcome.rows_loaded or 0)
