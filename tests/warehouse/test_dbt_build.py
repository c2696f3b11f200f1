"""Small made-up releases and deliveries: what the build does with part of England, symbols and live extracts."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from socialcare.database import connect, password
from socialcare.land import tables
from socialcare.registry import all_sources
from socialcare.settings import PROJECT_ROOT, get_settings
from socialcare.warehouse import dbt

PROJECT = PROJECT_ROOT / "dbt_project"

#: The North East's twelve councils, made-up agency rates: a tie at 12.5, one suppressed.
NORTH_EAST = {
    "E06000001": ("805", "10.0"), "E06000002": ("806", "12.5"), "E06000003": ("807", "12.5"),
    "E06000004": ("808", "14.0"), "E06000005": ("841", "15.0"), "E06000047": ("840", "9.0"),
    "E06000057": ("929", "c"), "E08000021": ("391", "16.0"), "E08000022": ("392", "17.0"),
    "E08000023": ("393", "18.0"), "E08000024": ("394", "19.0"), "E08000037": ("390", "20.0"),
}  # fmt: skip


def land(connection: psycopg.Connection, table: str, release: str, rows: list[dict[str, str]]) -> int:
    """Put made-up rows where the loader would, as one landing; return its id."""
    source_id, name = table.split("__")
    sha256 = hashlib.sha256(repr((table, release, rows)).encode()).hexdigest()
    found = connection.execute(
        "insert into raw.landings (source_id, table_name, release_id, release, publication_title, file_name,"
        " file_sha256, file_bytes, rows_loaded, current_since)"
        " values (%s, %s, %s, %s, 'Made up', 'made_up.csv', %s, 1, %s, clock_timestamp()) returning landing_id",
        [source_id, name, f"{source_id}/{release}", release, sha256, len(rows)],
    ).fetchone()
    assert found is not None
    for line, row in enumerate(rows, start=2):
        whole = {
            **row, "_landing_id": found[0], "_release_id": f"{source_id}/{release}",
            "_file_sha256": sha256, "_line": line,
        }  # fmt: skip
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier("raw", table),
                sql.SQL(", ").join(map(sql.Identifier, whole)),
                sql.SQL(", ").join(sql.Placeholder() * len(whole)),
            ),
            list(whole.values()),
        )
    return int(found[0])


def ees(level: str, code: str, old: str, period: str, **measures: str) -> dict[str, str]:
    """One row as Explore Education Statistics writes it."""
    return {
        "time_period": period, "geographic_level": level, "country_code": "E92000001",
        "region_code": code if level == "Regional" else "E12000001",
        "new_la_code": code if level == "Local authority" else "", "old_la_code": old,
        "la_name": code, **measures,
    }  # fmt: skip


def workforce(period: str, rates: dict[str, tuple[str, str]], vacancies: str = "11.0") -> list[dict[str, str]]:
    measures = {"vacancy_rate_fte": vacancies}
    return [
        ees("National", "E92000001", "", period, agency_rate_fte="16.2", **measures),
        ees("Regional", "E12000001", "", period, agency_rate_fte="13.1", **measures),
        *(
            ees("Local authority", code, old, period, agency_rate_fte=rate, **measures)
            for code, (old, rate) in rates.items()
        ),
    ]


def deliver(connection: psycopg.Connection, council: str, episodes: list[tuple[str, str, str | None, str]]) -> None:
    """One accepted synthetic delivery that describes 30 June 2026."""
    found = connection.execute(
        "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
        " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict)"
        " values (%s, 'ssda903', 2027, '2026-06-30', true, %s, %s, %s, 0, 'accepted') returning delivery_id",
        [council, f"sha-{council}", len(episodes), len(episodes)],
    ).fetchone()
    assert found is not None
    for line, (child, decom, dec, ls) in enumerate(episodes, start=2):
        connection.execute(
            "insert into raw.ssda903__episodes (council_id, child_pseudonym, decom, dec, ls, _delivery_id, _line)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [council, child, decom, dec, ls, found[0], line],
        )


def make_tables(connection: psycopg.Connection) -> None:
    for source in all_sources():
        tables.ensure(connection, source)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def north_east(module_warehouse: str) -> dbt.BuildResult:
    """The North East only, one release corrected by a second file, one live delivery, built once."""
    with connect("loader") as connection:
        make_tables(connection)
        wrong = {code: (old, "99.9") for code, (old, _) in NORTH_EAST.items()}
        land(connection, "dfe_social_work_workforce__indicators", "2024", workforce("2024", wrong))
        land(connection, "dfe_social_work_workforce__indicators", "2024", workforce("2024", NORTH_EAST))
        group = {"la_number": "840", "la_name": "Durham"}
        near = ["390", "394", "841", "370", "358", "359", "807", "808", "392", "342"]
        land(
            connection, "dfe_statistical_neighbours__groups", "2021",
            [
                {**group, **{f"sn{n}": code for n, code in enumerate(near, start=1)}},
                {"la_number": "393", "la_name": "South Tyneside", "sn1": "394", "sn2": "390", "sn3": "929", "sn4": "-"},
            ],
        )  # fmt: skip
        ages = [
            {
                "date_name": "2023", "geography_code": "E06000047", "geography_name": "County Durham",
                "c_age_name": f"Age {age}", "obs_value": "5000",
            }
            for age in range(18)
        ]  # fmt: skip
        land(connection, "ons_population__nomis", "2023", ages)
        deliver(
            connection, "durham",
            [
                ("a", "2025-01-01", "2025-09-01", "C2"), ("a", "2025-09-01", None, "C2"),
                ("b", "2026-06-01", None, "V4"), ("c", "2024-01-01", None, "E1"),
            ],
        )  # fmt: skip
    return dbt.build()


@pytest.mark.usefixtures("north_east")
def test_part_of_england_has_no_national_rank_and_says_why() -> None:
    found = rows(
        "select distinct rank_england, ranked_in_england, quartile_band, rank_status"
        " from marts.regional_comparison where value is not null"
    )
    assert found == [(None, None, None, "england_incomplete")]


@pytest.mark.usefixtures("north_east")
def test_a_whole_region_still_ranks_with_ties_sharing_the_best_place() -> None:
    found = rows(
        "select council_code, rank_north_east, ranked_in_north_east, north_east_rank_status"
        " from marts.regional_comparison where indicator_id = 'sw_agency_fte_pct' and period = '2024'"
    )
    places = {code: place for code, place, _, _ in found}
    assert [places[code] for code in ("E06000047", "E06000001", "E06000002", "E06000003", "E06000004")] == [
        1,
        2,
        3,
        3,
        5,
    ]
    assert ("E06000057", None, 11, "no_value") in found
    assert len(found) == 12


@pytest.mark.usefixtures("north_east")
def test_a_corrected_file_replaces_the_first_and_both_stay_in_raw() -> None:
    assert rows("select 1 from marts.regional_comparison where value = 99.9") == []
    assert rows("select count(*) from raw.dfe_social_work_workforce__indicators") == [(28,)]


@pytest.mark.usefixtures("north_east")
def test_a_mean_is_given_only_when_every_neighbour_is_held() -> None:
    found = rows(
        "select council_code, neighbour_mean::text, neighbours_reporting, neighbour_status"
        " from marts.regional_comparison where indicator_id = 'sw_agency_fte_pct'"
        " and council_code in ('E06000047', 'E08000023', 'E06000001') order by 1"
    )
    # South Tyneside's made-up neighbours: Sunderland 19.0, Gateshead 20.0, Northumberland suppressed.
    assert found == [
        ("E06000001", None, None, "no_neighbour_group"),
        ("E06000047", None, None, "neighbours_incomplete"),
        ("E08000023", "19.5", 2, "given"),
    ]


@pytest.mark.usefixtures("north_east")
def test_live_children_are_counted_over_the_newest_population_that_is_named() -> None:
    found = rows(
        "select children_looked_after, rate_per_10000::text, population_0_17, population_year, as_of_date::text,"
        " is_synthetic, value_status, rate_status from marts.looked_after_now where council_code = 'E06000047'"
    )
    # Two children (the third is a short break) of 18 x 5,000: 0.2 per 10,000.
    assert found == [(2, "0.2", 90000, "2023", "2026-06-30", True, "provisional", "provisional")]


def test_the_build_says_what_it_did(north_east: dbt.BuildResult) -> None:
    assert north_east.models > 20
    assert north_east.tests_passed > 20
    assert north_east.failures == []


@pytest.mark.usefixtures("north_east")
def test_the_build_writes_nothing_inside_the_project_and_no_password_anywhere() -> None:
    assert not [name for name in ("target", "logs", ".user.yml") if (PROJECT / name).exists()]
    secret = (password("transformer") or "").encode()
    written = [path for path in (get_settings().home / "dbt").rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if secret in path.read_bytes()] == []


@pytest.mark.usefixtures("north_east")
def test_a_build_holds_the_lock_that_a_second_build_waits_for() -> None:
    with dbt._alone(), connect("transformer") as second:
        assert second.execute("select pg_try_advisory_lock(%s)", [dbt._LOCK]).fetchone() == (False,)


@pytest.mark.usefixtures("north_east")
def test_an_indicator_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(PROJECT, tmp_path / "dbt_project")
    seed = tmp_path / "dbt_project" / "seeds" / "indicators" / "indicator_rules.csv"
    with seed.open(newline="") as file:
        header = next(csv.reader(file))
    row = dict.fromkeys(header, "") | {
        "indicator_id": "sw_vacancy_again_pct", "indicator_name": "Vacancies, once more",
        "question": "How many?", "source_id": "dfe_social_work_workforce", "table_name": "indicators",
        "measure": "vacancy_rate_fte", "unit": "%", "decimals": "1", "polarity": "low", "banded": "yes",
        "period_type": "snapshot", "end_month": "9", "end_day": "30",
        "owner": "Department for Education", "caveat": "Made up.",
    }  # fmt: skip
    with seed.open("a", newline="") as file:
        csv.DictWriter(file, header).writerow(row)
    monkeypatch.setenv("SOCIALCARE_PROJECT_ROOT", str(tmp_path))
    get_settings.cache_clear()
    dbt.build("+regional_comparison +indicators +dim_indicator +indicator_values")
    found = rows(
        "select count(*), min(value)::text, min(period_end_date)::text from marts.regional_comparison"
        " where indicator_id = 'sw_vacancy_again_pct'"
    )
    assert found == [(12, "11.0", "2024-09-30")]
    for mart in ("indicators", "dim_indicator where held_status = 'held'"):
        assert rows(f"select 'sw_vacancy_again_pct' in (select indicator_id from marts.{mart})") == [(True,)]
    # Values of twelve councils, the region and England; nothing else had to change.
    assert rows(
        "select geographic_level, count(*) from marts.indicator_values where indicator_id = 'sw_vacancy_again_pct'"
        " group by 1 order by 1"
    ) == [("la", 12), ("national", 1), ("region", 1)]
    get_settings.cache_clear()


@pytest.mark.usefixtures("north_east")
def test_the_manifest_is_that_of_the_rules_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build writes it only where the rules changed: here they change, and change back."""
    shutil.copytree(PROJECT, tmp_path / "dbt_project")
    (tmp_path / "dbt_project" / "models" / "intermediate" / "int_made_up.sql").write_text("select 1 as one")
    with monkeypatch.context() as changed:
        changed.setenv("SOCIALCARE_PROJECT_ROOT", str(tmp_path))
        get_settings.cache_clear()
        assert "int_made_up" in dbt.manifest().read_text()
    get_settings.cache_clear()
    assert "int_made_up" not in dbt.manifest().read_text()


@pytest.mark.usefixtures("warehouse")
def test_a_warehouse_that_holds_nothing_yet_still_builds() -> None:
    with connect("loader") as connection:
        make_tables(connection)
    dbt.build()
    assert rows("select count(*) from marts.regional_comparison") == [(0,)]
    assert rows("select distinct value_status from marts.looked_after_now") == [("not_available",)]
    assert dbt.docs().read_text(errors="replace").lstrip().lower().startswith("<!doctype html")


def test_the_year_of_a_population_can_be_read_as_a_number_beside_sources_whose_releases_are_none(
    north_east: dbt.BuildResult,
) -> None:
    """The planner may read the releases of all sources before it knows whose they are: one is called 2024-11."""
    with connect("loader") as connection:
        late = land(connection, "dfe_lait__values", "2024-11", [{"value": "1"}])
    found = rows("select distinct release from staging.stg_ons_population__mid_years where release::int <= 2026")
    assert found == [("2023",)]
    with connect("loader") as connection:
        connection.execute("update raw.landings set counts = false where landing_id = %s", [late])
