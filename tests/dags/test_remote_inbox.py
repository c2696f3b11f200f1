"""A council whose declaration names folders elsewhere is fetched from before it is taken in, and answered after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from socialcare import registry
from socialcare.settings import PROJECT_ROOT


@pytest.fixture(scope="module")
def with_remote(dags: Any) -> Iterator[dict[str, Any]]:
    from airflow.dag_processing.dagbag import DagBag

    first, *others = registry.all_councils()
    elsewhere = {"inbox": "sftp:///outgoing", "outbox": "sftp:///receipts", "connection": "durham_sftp"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "all_councils", lambda: (first.model_copy(update=elsewhere), *others))
        bag = DagBag(dag_folder=PROJECT_ROOT / "dags")
        assert bag.import_errors == {}
        yield bag.dags


@pytest.mark.parametrize("dag_id", ["nightly", "ingest_durham"])
def test_it_is_fetched_before_and_answered_after_whatever_becomes_of_either(
    with_remote: dict[str, Any], dag_id: str
) -> None:
    dag = with_remote[dag_id]
    name = "ingest_durham" if dag_id == "nightly" else "ingest_council"
    taken = dag.get_task(name)
    assert taken.upstream_task_ids == {"fetch_durham"}
    assert taken.trigger_rule == "all_done", "what is here already is taken in all the same"
    answered = dag.get_task("answer_durham")
    assert answered.upstream_task_ids == {name}
    assert answered.trigger_rule == "all_done"


def test_the_night_ends_after_the_answer_and_the_build_does_not_wait_for_it(with_remote: dict[str, Any]) -> None:
    night = with_remote["nightly"]
    assert "answer_durham" in night.get_task("verdict").upstream_task_ids
    assert "answer_durham" not in night.get_task("build_and_audit").upstream_task_ids
    assert [task.task_id for task in night.leaves] == ["verdict"]


def test_the_others_stay_as_they_are(with_remote: dict[str, Any]) -> None:
    assert not with_remote["nightly"].get_task("ingest_south_tyneside").upstream_task_ids
