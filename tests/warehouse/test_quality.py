"""Suites on a real server: each can fail, planted faults are found by name, and no value leaves the tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.land import tables
from socialcare.quality import gate, runner, suites
from socialcare.registry import all_sources
from socialcare.settings import PROJECT_ROOT, get_settings

from .hand_made import rows

EIGHT = [
    "cla_rate_per_10000",
    "cpp_starts_rate_per_10000",
    "rereferral_pct",
    "sw_turnover_fte_pct",
    "sw_agency_fte_pct",
    "sw_vacancy_fte_pct",
    "sw_caseload_fte",
    "sw_absence_fte_pct",
]


def make_empty_marts() -> None:
    files = (PROJECT_ROOT / "dbt_project/models/marts").glob("_*__models.yml")
    with connect("transformer") as connection:
        for model in [model for file in files for model in yaml.safe_load(file.read_text())["models"]]:
            columns = ", ".join(f"{one['name']} {one['data_type']}" for one in model["columns"])
            connection.execute(f"create table marts.{model['name']} ({columns})".encode())


def make_empty_raw() -> None:
    with connect("loader") as connection:
        for source in all_sources():
            tables.ensure(connection, source)


def not_passed(report: runner.Report) -> set[str]:
    return {finding.table for finding in report.failed_critical}


def test_every_suite_that_must_have_data_fails_on_an_empty_mart(warehouse: str) -> None:
    make_empty_marts()
    report = runner.run("marts", "n1")
    assert report.errors == []
    assert not_passed(report) == {suite.table for suite in suites.load("marts") if not suite.may_be_absent}


def test_every_suite_that_must_have_data_fails_on_an_empty_raw_table(warehouse: str) -> None:
    make_empty_raw()
    report = runner.run("raw", "n1")
    assert report.errors == []
    must = {suite.table for suite in suites.load("raw") if not suite.may_be_absent}
    assert not_passed(report) | {"ofsted_inspection_outcomes__in_year"} == must


def test_a_table_that_was_never_made_is_a_finding(warehouse: str) -> None:
    report = runner.run("raw", "n1", tables=["dfe_social_work_workforce__indicators"])
    assert [one.expectation for one in report.failed_critical] == ["table_is_there"]
    with pytest.raises(Fault, match="has never been made"):
        gate.check(report)


def fill_comparison(**planted: Any) -> None:
    """Twelve councils, eight indicators, one period, all figures 15 (invented); then one planted change."""
    make_empty_marts()
    ours = "array['E06000047', 'E08000023', 'E06000003']"
    with connect("transformer") as connection:
        connection.execute(
            f"insert into marts.regional_comparison (council_code, council_name, region_code, indicator_id, period,"
            f" period_end_date, value, value_status, north_east_value, england_value)"
            f" select coalesce(({ours})[n], 'E0800' || n), 'council ' || n, 'E12000001', i, '2024', current_date - 300,"
            f" 15, 'final', 15, 15 from generate_series(1, 12) n, unnest(%s::text[]) i",
            [EIGHT],
        )
        for change in planted.values():
            connection.execute(change)


PLANTED = {
    "a wrong sign": "update marts.regional_comparison set value = -value where council_code = 'E06000047'",
    "tenfold": "update marts.regional_comparison set value = 150 where council_code = 'E06000047'",
    "a missing council": "delete from marts.regional_comparison where council_code = 'E08000023'",
    "a missing indicator": "delete from marts.regional_comparison where indicator_id = 'sw_absence_fte_pct'",
    "another row's region": "update marts.regional_comparison set north_east_value = 99",
}


def test_a_good_comparison_raises_nothing(warehouse: str) -> None:
    fill_comparison()
    report = runner.run("marts", "n1", tables=["regional_comparison"])
    assert [f for f in report.findings if f.outcome != "passed"] == []
    gate.check(report)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_stopped(warehouse: str, fault: str) -> None:
    fill_comparison(fault=PLANTED[fault])
    report = runner.run("marts", "n1", tables=["regional_comparison"])
    assert report.errors == []
    with pytest.raises(Fault, match=r"marts\.regional_comparison"):
        gate.check(report)


def test_a_check_on_a_column_that_is_gone_is_an_error_and_stops_the_night(warehouse: str) -> None:
    fill_comparison(fault="alter table marts.regional_comparison drop column north_east_value")
    report = runner.run("marts", "n1", tables=["regional_comparison"])
    assert {one.outcome for one in report.failed_critical} == {"error"}
    with pytest.raises(Fault, match="north_east_value"):
        gate.check(report)


def test_only_the_landing_in_force_is_judged(warehouse: str) -> None:
    make_empty_raw()
    with connect("loader") as connection:
        for landing, ages in ((1, 3), (2, 18)):  # a cut-off answer, replaced the next night by a whole one
            connection.execute(
                "insert into raw.landings (source_id, table_name, release_id, release, publication_title, file_name,"
                " file_sha256, file_bytes, rows_loaded, current_since) values ('ons_population', 'nomis',"
                " 'ons_population/2023', '2023', 't', 'f', %s, 1, 1, now() + %s * interval '1 second')",
                [str(landing) * 64, landing],
            )
            connection.execute(
                "insert into raw.ons_population__nomis (date_name, geography_code, c_age_name, obs_value,"
                " _landing_id, _release_id, _file_sha256, _line)"
                " select '2023', code, 'Age ' || n, '1000', %s, 'ons_population/2023', 'x', n"
                " from unnest(array['E06000047', 'E08000023', 'E06000003']) code, generate_series(1, %s) n",
                [landing, ages],
            )
    assert runner.run("raw", "n1", tables=["ons_population__nomis"]).failed_critical == []
    with connect("loader") as connection:
        connection.execute("delete from raw.ons_population__nomis where _landing_id = 2 and c_age_name = 'Age 9'")
    assert len(runner.run("raw", "n2", tables=["ons_population__nomis"]).failed_critical) == 1


def test_a_table_that_may_be_absent_is_skipped_when_all_its_rows_were_set_aside(warehouse: str) -> None:
    make_empty_raw()
    with connect("loader") as connection:  # landed from the sample; the home then turned to a mirror
        connection.execute(
            "insert into raw.landings (source_id, table_name, release_id, release, publication_title, file_name,"
            " file_sha256, file_bytes, rows_loaded, counts) values ('ons_population', 'nomis',"
            " 'ons_population/2023', '2023', 't', 'f', repeat('1', 64), 1, 1, false)"
        )
        connection.execute(
            "insert into raw.ons_population__nomis (date_name, geography_code, c_age_name, obs_value,"
            " _landing_id, _release_id, _file_sha256, _line)"
            " select '2023', 'E06000047', 'Age 1', '1000', landing_id, release_id, 'x', 2 from raw.landings"
        )
    report = runner.run("raw", "n1", tables=["ons_population__nomis"])
    assert report.findings == []


def deliver_made_up(*, synthetic: bool) -> None:
    with connect("loader") as connection:
        connection.execute(
            "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
            " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict)"
            " values ('durham', 'ssda903', 2027, '2026-10-31', %s, %s, 0, 0, 0, 'accepted')",
            [synthetic, str(synthetic)],
        )


def test_the_pages_say_when_the_councils_data_is_synthetic(warehouse: str) -> None:
    make_empty_marts()
    index = get_settings().home / "data_docs" / "index.html"
    seen = []
    for synthetic in (None, True, False):
        if synthetic is not None:
            deliver_made_up(synthetic=synthetic)
        runner.run("marts", "n1", tables=["indicators"])
        seen.append(
            "SYNTHETIC, not about real children:</strong> the councils' own tables for durham." in index.read_text()
        )
    assert seen == [False, True, False], "none sent, only a generated one, a real one"


def test_results_are_rows_and_a_second_run_replaces_its_own(warehouse: str) -> None:
    fill_comparison()
    for _ in range(2):
        report = runner.run("marts", "n1", tables=["regional_comparison"])
    kept = rows("publisher", "select count(*), count(*) filter (where outcome = 'passed') from quality.results")
    assert kept == [(len(report.findings), report.passed)]


SECRET = 987654.25
SECRET_NAME = "Zzyzx Quenby"


def test_no_value_reaches_results_or_pages(warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill_comparison(
        fault=f"update marts.regional_comparison set value = {SECRET}, council_name = '{SECRET_NAME}',"
        f" indicator_name = '{SECRET_NAME}' where council_code = 'E06000047'"
    )
    with connect("transformer") as connection:
        connection.execute(
            "insert into marts.figure_origins (file_sha256, line) values (%s, 1)", [SECRET_NAME]
        )  # a regular expression and a range that fail on the value itself
    runner.run("marts", "n1")
    told = str(rows("publisher", "select * from quality.results"))
    said = capsys.readouterr()
    pages = "".join(page.read_text() for page in (get_settings().home / "data_docs").rglob("*.html"))
    assert "regional_comparison" in pages
    for text in (told, pages, said.out, said.err):
        assert SECRET_NAME not in text
        assert str(SECRET) not in text


def test_the_pages_open_without_a_network(warehouse: str) -> None:
    make_empty_marts()
    runner.run("marts", "n1")
    root: Path = get_settings().home / "data_docs"
    pages = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.html"))
    checked = [suite.table for suite in suites.load("marts") if not suite.may_be_absent]  # all are empty here
    assert pages == ["index.html", *sorted(f"marts/{table}.html" for table in checked)]
    for page in pages:
        text = (root / page).read_text()
        assert re.findall(r"https?://[^\s\"'<]*", text) == [], page
        assert "<script" not in text
    assert 'href="marts/indicators.html"' in (root / "index.html").read_text()


def test_the_password_is_told_to_nobody_when_the_warehouse_is_away(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_empty_marts()
    monkeypatch.setattr(runner, "password", lambda role: "not$the%word@all")
    with pytest.raises(Fault, match="checks_not_run") as caught:
        runner.run("marts", "n1")
    assert "not$the" not in repr(caught.value)
    assert caught.value.__cause__ is None
