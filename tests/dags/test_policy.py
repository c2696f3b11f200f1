"""Exactly these DAGs are here, and each obeys our policy."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from socialcare.registry import all_councils, all_sources

DAGS = Path(__file__).resolve().parents[2] / "dags"


def test_there_are_exactly_the_declared_dags(dags) -> None:
    subjects = {s.id for s in all_sources()} | {c.id for c in all_councils()}
    assert set(dags) == {"nightly", "build_warehouse", "release_held", "housekeeping", "watch_sources"} | {
        f"ingest_{s}" for s in subjects
    }


def test_every_dag_says_what_to_do_when_a_run_fails(dags) -> None:
    for dag in dags.values():
        assert "If a run fails:" in (dag.doc_md or ""), dag.dag_id


def test_no_dag_catches_up_or_runs_twice_at_once(dags) -> None:
    for dag in dags.values():
        assert dag.catchup is False, dag.dag_id
        # A question that waits for a person must not keep the next one from being asked.
        assert dag.max_active_runs == (8 if dag.dag_id == "release_held" else 1), dag.dag_id


def test_every_task_tells_someone_when_it_fails(dags) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert task.on_failure_callback, task.task_id
            assert task.owner == "data-engineering"


def test_tags_are_from_the_closed_list(dags) -> None:
    for dag in dags.values():
        assert dag.tags <= {"night", "ingest", "build", "operate"}
        assert dag.tags


def test_the_night_has_a_task_per_source_and_council_and_one_verdict_leaf(dags) -> None:
    night = dags["nightly"]
    ingests = {f"ingest_{x.id}" for x in (*all_sources(), *all_councils())}
    assert set(night.task_ids) == ingests | {
        *("watch_sources", "build_and_audit", "ask_for_approval", "publish", "deliver", "verdict")
    }
    assert [task.task_id for task in night.leaves] == ["verdict"]
    assert night.get_task("build_and_audit").upstream_task_ids == ingests


def test_one_broken_source_does_not_keep_the_rest_from_being_published(dags) -> None:
    assert dags["nightly"].get_task("build_and_audit").trigger_rule == "all_done"


def test_the_watch_follows_the_ingests_and_nothing_waits_for_it_but_the_verdict(dags) -> None:
    watch = dags["nightly"].get_task("watch_sources")
    assert watch.upstream_task_ids == {f"ingest_{x.id}" for x in (*all_sources(), *all_councils())}
    assert watch.trigger_rule == "all_done"
    assert watch.downstream_task_ids == {"verdict"}


def test_the_sources_are_watched_daily_whether_or_not_the_night_runs(dags) -> None:
    assert dags["watch_sources"].schedule == "30 7 * * *"


def test_the_night_is_scheduled_in_london_time_and_alerts_when_late(dags) -> None:
    night = dags["nightly"]
    assert str(night.timetable.timezone if hasattr(night.timetable, "timezone") else night.timezone) == "Europe/London"
    assert night.deadline


def test_only_a_wanted_build_schedules_the_warehouse(dags) -> None:
    from socialcare.orchestration.tasks import BUILD_WANTED

    emitters = {dag.dag_id for dag in dags.values() for task in dag.tasks if BUILD_WANTED in task.outlets}
    assert emitters == {d for d in dags if d.startswith("ingest_")}
    assert "build_wanted" in str(dags["build_warehouse"].timetable.asset_condition)


def test_a_held_version_is_asked_about_in_a_run_of_its_own_and_stays_unpublished_by_default(dags) -> None:
    from socialcare.orchestration import approval
    from socialcare.settings import get_settings

    emitters = {dag.dag_id for dag in dags.values() for task in dag.tasks if approval.VERSION_HELD in task.outlets}
    assert emitters == {"nightly", "build_warehouse"}
    assert "version_held" in str(dags["release_held"].timetable.asset_condition)
    question = dags["release_held"].get_task("ask")
    assert question.options == [approval.PUBLISH, approval.LEAVE]
    assert question.defaults == [approval.LEAVE]
    assert question.response_timeout.total_seconds() == 3600 * get_settings().approval_hours
    assert set(question.params) == {"reason", "name"}
    assert dags["release_held"].get_task("release").upstream_task_ids == {"find_held", "ask"}


@pytest.mark.parametrize(
    ("login", "form", "who"),
    [
        ("ada.example", {"reason": "confirmed by DfE"}, ("ada.example", "confirmed by DfE")),
        ("admin", {"reason": "confirmed by DfE", "name": "Ada Example"}, ("Ada Example", "confirmed by DfE")),
        ("admin", {"reason": None, "name": None}, ("", "")),
    ],
)
def test_a_shared_login_names_nobody(login: str, form: dict, who: tuple[str, str]) -> None:
    from socialcare.orchestration import approval

    assert approval.who_and_why({"responded_by_user": {"id": "1", "name": login}, "params_input": form}) == who


@pytest.mark.parametrize("file", sorted(DAGS.glob("*.py")), ids=lambda f: f.name)
def test_a_dag_file_is_short_and_imports_no_other_dag_and_nothing_heavy(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= 60
    assert not file.name.startswith("dbt_")  # dbt would import it as a plugin
    siblings = {other.stem for other in DAGS.glob("*.py")}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            top = (module or "").split(".")[0]
            assert top not in siblings | {"pandas", "great_expectations", "dbt", "pyarrow"}


def test_there_is_no_package_file_in_the_dbt_project() -> None:
    assert not list((DAGS.parent / "dbt_project").rglob("__init__.py"))
