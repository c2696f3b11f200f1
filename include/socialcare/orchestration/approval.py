"""A held version on Airflow's page: a person is asked, and answers with a name and a reason.

The asking is a run of its own, so that the night ends: the question waits without a worker and without a triggerer,
and the next night may begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Asset, Param, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from socialcare.errors import Fault
from socialcare.settings import get_settings

#: Emitted by a build whose version was held; alone schedules ``release_held``.
VERSION_HELD = Asset(name="version_held", uri="socialcare://warehouse/version_held")

PUBLISH, LEAVE = "Publish", "Do not publish"
#: Logins that several people share: whoever answers with one must say who it is.
_SHARED_LOGINS = {"", "admin", "airflow", "anonymous"}


@task(trigger_rule="all_done", outlets=[VERSION_HELD], retries=0)
def ask_for_approval(night_id: str, *, outlet_events: Any = None) -> int:
    """Ask a person if this night's version is held; otherwise skip, which asks nobody. The event says which it is."""
    from socialcare.warehouse import versions_held

    held = versions_held.of_night(night_id)
    if held is None or held.decision is not None:
        raise AirflowSkipException("nothing of this run is held")
    if outlet_events is not None:
        outlet_events[VERSION_HELD].extra = {"version_id": held.version_id}
    return held.version_id


@task(retries=0)
def find_held(*, triggering_asset_events: Any = None) -> dict[str, Any]:
    """Return the version of the event that triggered the run, and what is to be read before answering.

    That is counts, and shared figures only. A run that a person triggers has no event: it asks about what waits.
    """
    from socialcare.gate import review
    from socialcare.warehouse import versions_held

    told = _told_of(triggering_asset_events)
    held = versions_held.find(told) if told is not None else versions_held.waiting()
    if held is None or held.decision is not None:
        which = "no version waits" if told is None else f"version {told} waits no longer"
        raise AirflowSkipException(f"{which}: a newer build took its place, or somebody answered")
    return {"version_id": held.version_id, "body": review.question(held)}


def _told_of(events: Any) -> int | None:
    """Return the newest version of a run's events: one run may answer several, and a newer build supersedes."""
    told = [event.extra.get("version_id") for event in (events or {}).get(VERSION_HELD, ())]
    return max((int(version_id) for version_id in told if version_id is not None), default=None)


def ask() -> HITLOperator:
    """Return the task that waits for the answer. Nobody answers: not published."""
    return HITLOperator(
        task_id="ask",
        subject="Publish version {{ ti.xcom_pull(task_ids='find_held')['version_id'] }}?",
        body="{{ ti.xcom_pull(task_ids='find_held')['body'] }}",
        options=[PUBLISH, LEAVE],
        defaults=LEAVE,
        # A Param without a default would fail before it is asked; that both are given is checked on the answer.
        params={
            "reason": Param(None, type=["null", "string"], title="Why (kept for ever, with your name)"),
            "name": Param(None, type=["null", "string"], title="Your own name"),
        },
        response_timeout=timedelta(hours=get_settings().approval_hours),
        # An answer within a second of the question can meet the scheduler still closing the asking: it asks again.
        retries=2,
        retry_delay=timedelta(seconds=5),
    )


@task(retries=0)
def release(held: Mapping[str, Any], answer: Mapping[str, Any]) -> int:
    """Publish the version or leave it, as answered; fails where the answer names nobody or gives no reason."""
    from socialcare.gate import answer as answered

    by, reason = who_and_why(answer)
    if not answer.get("responded_by_user"):
        raise AirflowSkipException("nobody answered in time: it is not published")
    decide = answered.approve if answer["chosen_options"] == [PUBLISH] else answered.decline
    try:
        decide(int(held["version_id"]), by=by, reason=reason, via="airflow")
    except Fault as fault:
        raise AirflowFailException(f"{fault} Clear the task `ask` to be asked again.") from None
    if decide is answered.decline:
        raise AirflowSkipException(f"{by} declined: {reason}")
    return int(held["version_id"])


def who_and_why(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Return who answered, and why. A login that is a person's own counts; a shared one needs the name in the form."""
    form, user = answer.get("params_input") or {}, answer.get("responded_by_user") or {}
    login = str(user.get("name") or user.get("id") or "").strip()
    name = str(form.get("name") or "").strip()
    by = login if login.lower() not in _SHARED_LOGINS else name
    return by, str(form.get("reason") or "").strip()
