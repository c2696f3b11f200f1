"""Load the DAGs once, from an absolute folder: a wrong folder loads nothing and reports no error."""

from __future__ import annotations

from pathlib import Path

import pytest

DAGS = Path(__file__).resolve().parents[2] / "dags"


@pytest.fixture(scope="session")
def dags(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("airflow")
        patch.setenv("AIRFLOW_HOME", str(home))
        patch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{home}/unused.db")
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(dag_folder=DAGS)
        assert bag.import_errors == {}
        return bag.dags
