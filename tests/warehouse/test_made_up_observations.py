"""One file more declares a source; dbt's source with its freshness, its staging view and its figures follow."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from tests import made_up_source as made_up
from tests.warehouse.test_dbt_build import make_tables, rows

from socialcare.database import connect
from socialcare.settings import PROJECT_ROOT, get_settings
from socialcare.steps import night
from socialcare.warehouse import dbt, generate


def test_its_figures_stand_among_all_others_with_no_model_written(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path / "mirror"
    files = [made_up.publish(mirror, release) for release in (2023, 2024)]
    root = tmp_path / "project"
    shutil.copytree(PROJECT_ROOT / "dbt_project", root / "dbt_project")
    (root / "docs").mkdir()
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(mirror))
    monkeypatch.setenv("SOCIALCARE_PROJECT_ROOT", str(root))
    get_settings.cache_clear()
    with made_up.declared(tmp_path / "sources", files):
        night.ingest_source("n1", made_up.ID)
        with connect("loader") as connection:
            make_tables(connection)
        written = {path.name: path for path in generate.write()}
        dbt.build("+int_observations__unioned")
    assert {f"_{made_up.ID}__sources.yml", f"stg_{made_up.ID}__observations.sql", "sources.md"} <= set(written)
    (declared,) = yaml.safe_load(written[f"_{made_up.ID}__sources.yml"].read_text())["sources"]
    # As often as the publisher says, and two months of grace.
    assert declared["config"]["freshness"]["warn_after"]["count"] > 366
    assert made_up.ID in declared["config"]["loaded_at_query"]
    assert made_up.ID in written["sources.md"].read_text()
    found = rows(
        "select release, period, breakdown, value::text, value_status from intermediate.int_observations__unioned"
        f" where source_id = '{made_up.ID}' and area_code = 'E06000047' and period = '2023' order by 1, 3"
    )
    assert found == [
        ("2023", "2023", "kind_of_carer=Other", None, "suppressed"),
        ("2023", "2023", "kind_of_carer=Relative", "20", "final"),
        ("2024", "2023", "kind_of_carer=Other", None, "suppressed"),
        ("2024", "2023", "kind_of_carer=Relative", "20", "final"),
    ]
