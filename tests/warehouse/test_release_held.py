"""What the page's answer does: the functions of the DAG release_held, on a version that is really held."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from socialcare.warehouse import versions, versions_held

from . import gate_marts as made
from .gate_marts import own, published
from .test_gate_answer import held


@pytest.fixture(scope="module")
def approval(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("airflow")
        patch.setenv("AIRFLOW_HOME", str(home))
        patch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{home}/unused.db")
        from socialcare.orchestration import approval

        yield approval


def answered(choice: str, user: str | None, **form: str | None) -> dict[str, Any]:
    """What Airflow hands on; without a user nobody answered in time."""
    return {
        "chosen_options": [choice],
        "params_input": form,
        "responded_by_user": {"id": user, "name": user} if user else None,
    }


def test_the_page_asks_about_what_is_held_and_does_what_is_answered(warehouse: str, approval: Any) -> None:
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    first = made.night("first", published(2023), own())
    with pytest.raises(AirflowSkipException):
        approval.find_held.function()
    with pytest.raises(AirflowSkipException):
        approval.ask_for_approval.function("first")
    version_id = held("second")
    assert approval.ask_for_approval.function("second") == version_id
    question = approval.find_held.function()
    for words in ("tenfold", "Council F", "your name and a reason", f"socialcare diff {version_id}"):
        assert words in question["body"]

    release = approval.release.function
    for nobody in (answered("Publish", "admin", name="Ada Example"), answered("Publish", "admin", reason="a good one")):
        with pytest.raises(AirflowFailException, match="approval_incomplete"):
            release(question, nobody)
    with pytest.raises(AirflowSkipException, match="not published"):
        release(question, answered("Do not publish", None))
    assert versions.current() == first
    assert release(question, answered("Publish", "admin", name="Ada Example", reason="DfE confirmed it")) == version_id
    assert versions.current() == version_id
    kept = versions_held.find(version_id)
    assert kept is not None
    assert (kept.decision, kept.decided_by, kept.reason) == ("approved", "Ada Example", "DfE confirmed it")


def test_what_is_declined_on_the_page_stays_unpublished(warehouse: str, approval: Any) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    first = made.night("first", published(2023), own())
    version_id = held("second")
    with pytest.raises(AirflowSkipException, match="example declined"):
        approval.release.function(
            {"version_id": version_id}, answered("Do not publish", "ada.example", reason="A digit too many")
        )
    assert versions.current() == first


def events(approval: Any, *versions_held: int) -> Any:
    """What Airflow hands to a run: the events of the asset that triggered it, with what their nights wrote in."""
    from airflow.sdk.execution_time.context import TriggeringAssetEventsAccessor

    return TriggeringAssetEventsAccessor.build(
        SimpleNamespace(asset=approval.VERSION_HELD, source_aliases=[], extra={"version_id": version})
        for version in versions_held
    )


def test_a_run_asks_about_the_version_of_the_event_that_triggered_it(warehouse: str, approval: Any) -> None:
    """A run that starts late, when a newer night's version waits already, asks nobody; the newer one's run does."""
    from airflow.sdk.exceptions import AirflowSkipException
    from airflow.sdk.execution_time.context import OutletEventAccessors

    made.night("first", published(2023), own())
    said = OutletEventAccessors()
    early = held("second")
    approval.ask_for_approval.function("second", outlet_events=said)
    assert said[approval.VERSION_HELD].extra == {"version_id": early}
    late = held("third", times=20)
    with pytest.raises(AirflowSkipException):
        approval.ask_for_approval.function("second", outlet_events=OutletEventAccessors())
    with pytest.raises(AirflowSkipException, match=f"version {early} waits no longer"):
        approval.find_held.function(triggering_asset_events=events(approval, early))
    for several in (events(approval, late), events(approval, early, late), events(approval), None):
        assert approval.find_held.function(triggering_asset_events=several)["version_id"] == late
