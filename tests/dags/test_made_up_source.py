"""One file more declares a source; its DAG, its task in the night, dbt's source and its catalogue page follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import made_up_source as made_up

from socialcare.orchestration.tasks import BUILD_WANTED
from socialcare.registry import source
from socialcare.settings import PROJECT_ROOT
from socialcare.warehouse import generate


@pytest.fixture(scope="module")
def one_more(tmp_path_factory: pytest.TempPathFactory, dags: Any) -> Iterator[dict[str, Any]]:
    from airflow.dag_processing.dagbag import DagBag

    root = tmp_path_factory.mktemp("made_up")
    with made_up.declared(root / "sources", [made_up.publish(root, 2024)]):
        bag = DagBag(dag_folder=PROJECT_ROOT / "dags")
        assert bag.import_errors == {}
        yield bag.dags


def test_its_dag_and_its_task_in_the_night_follow(one_more: dict[str, Any], dags: Any) -> None:
    assert set(one_more) - set(dags) == {f"ingest_{made_up.ID}"}
    ingest = one_more[f"ingest_{made_up.ID}"]
    assert any(BUILD_WANTED in task.outlets for task in ingest.tasks), "what it lands asks for a build"
    night = one_more["nightly"]
    assert f"ingest_{made_up.ID}" in night.get_task("build_and_audit").upstream_task_ids
    assert f"ingest_{made_up.ID}" in night.get_task("watch_sources").upstream_task_ids


def test_its_dbt_source_and_its_page_in_the_catalogue_follow(one_more: dict[str, Any]) -> None:
    files: dict[Path, str] = generate.files()
    (path,) = [path for path in files if path.name == f"_{made_up.ID}__sources.yml"]
    (dbt_source,) = yaml.safe_load(files[path])["sources"]
    (table,) = dbt_source["tables"]
    assert table["identifier"] == f"{made_up.ID}__carers"
    described = {column["name"]: column["description"] for column in table["columns"]}
    assert described["number"] == "Written by a person"
    assert source(made_up.ID).homepage in files[PROJECT_ROOT / "docs" / "sources.md"]
