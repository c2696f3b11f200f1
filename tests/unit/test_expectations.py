"""Every expectation says how severe it is and why; every mart and every published source is watched."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from socialcare.errors import Fault
from socialcare.quality import suites
from socialcare.registry import all_sources
from socialcare.settings import PROJECT_ROOT

ALL = [suite for layer in suites.LAYERS for suite in suites.load(layer)]
MODELS = {path.stem for path in (PROJECT_ROOT / "dbt_project" / "models" / "marts").glob("*.sql")}


def test_every_mart_has_a_suite_and_every_suite_a_mart() -> None:
    assert {suite.table for suite in suites.load("marts")} == MODELS


def test_every_raw_suite_is_about_a_declared_table_and_what_a_comparison_needs_is_watched() -> None:
    declared = {source.raw_table(name): source.id for source in all_sources() for name in source.tables}
    watched = {suite.table for suite in suites.load("raw")}
    assert watched - set(declared) == {"ssda903__episodes"}  # what councils send
    core = {source.raw_table(name) for source in all_sources() for name, table in source.tables.items() if table.core}
    assert core <= watched
    assert {source.id for source in all_sources() if source.is_needed} <= {
        declared[table] for table in watched & set(declared)
    }


def test_a_comparison_waits_for_no_file_that_a_person_must_fetch() -> None:
    needed = {source.id for source in all_sources() if source.is_needed}
    assert needed == {
        "dfe_children_in_need",
        "dfe_children_looked_after",
        "dfe_social_work_workforce",
        "dfe_statistical_neighbours",
        "ofsted_inspection_outcomes",
        "ons_population",
    }


@pytest.mark.parametrize("suite", ALL, ids=lambda suite: suite.name)
def test_a_suite_says_when_why_and_how_severe(suite: suites.Suite) -> None:
    for expectation in suite.expectations:
        assert expectation["severity"] in suites.SEVERITIES
        assert len(str(expectation["meta"]["why"])) > 15, expectation["type"]
        assert expectation["meta"]["since"]
    assert suite.may_be_absent or any(one["severity"] == "critical" for one in suite.expectations)


@pytest.mark.parametrize("suite", ALL, ids=lambda suite: suite.name)
def test_a_query_reads_only_the_table_under_test(suite: suites.Suite) -> None:
    for expectation in suite.expectations:
        query = expectation.get("kwargs", {}).get("unexpected_rows_query")
        if query:
            assert query.startswith("with held as (select * from {batch})")
            assert query.count("{") == 1  # GX reads every brace as a name of its own


def written(folder: Path, content: object, name: str = "marts.thing") -> Path:
    (folder / "marts").mkdir()
    text = yaml.safe_dump({"name": name, "expectations": content}) if not isinstance(content, str) else content
    (folder / "marts" / "thing.yml").write_text(text)
    return folder


GOOD = {"type": "t", "severity": "critical", "meta": {"why": "because", "since": "2026-11"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([{**GOOD, "severity": "bad"}], "severity"),
        ([{**GOOD, "meta": {"since": "2026-11"}}], "why"),
        ([{**GOOD, "meta": {"why": "because"}}], "since"),
        ([], "expects nothing"),
        ("a: [", "not YAML"),
    ],
)
def test_a_suite_that_is_not_complete_is_refused_by_name(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(Fault, match="suite_wrong") as caught:
        suites.load("marts", folder=written(tmp_path, content))
    assert said in str(caught.value)
    assert "expectations/marts/thing.yml" in str(caught.value)


def test_a_suite_is_named_after_its_file(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"its name must be marts\.thing"):
        suites.load("marts", folder=written(tmp_path, [GOOD], name="marts.other"))


def test_only_the_wanted_tables_are_loaded() -> None:
    assert [suite.table for suite in suites.load("marts", tables=["indicators"])] == ["indicators"]
