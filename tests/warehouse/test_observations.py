"""Every published figure in one table, kept by landing, and what later releases changed. Figures are made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from psycopg import sql
from tests.warehouse.test_dbt_build import ees, land, make_tables, rows

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.settings import PROJECT_ROOT
from socialcare.warehouse import dbt

WORKFORCE = "dfe_social_work_workforce__indicators"
LOOKED_AFTER = "dfe_children_looked_after__numbers_and_rates"
SELECTED = "+restatements"


def durham(period: str, **measures: str) -> dict[str, str]:
    return {**ees("Local authority", "E06000047", "840", period), "la_name": "County Durham", **measures}


def looked_after(code: str, old: str, words: str, rate: str) -> dict[str, str]:
    row = ees("Local authority", code, old, "2019")
    return {**row, "population_count": words, "rate_per_10000": rate}


AT_31_MARCH = "Children looked after at 31 March each year"


@pytest.fixture(scope="module")
def held(module_warehouse: str) -> dict[str, int]:
    """Releases of several shapes, built once; the landings by a short name."""
    with connect("loader") as connection:
        make_tables(connection)
        landings = {
            "2022": land(connection, WORKFORCE, "2022", [durham("2021", agency_fte="138.5", vacancy_fte="10")]),
            "wrong": land(connection, WORKFORCE, "2023", [durham("2021", agency_fte="999")]),
            "2023": land(
                connection, WORKFORCE, "2023",
                [
                    durham("2021", agency_fte="138.5", vacancy_fte="12.0", caseload_fte="low"),
                    ees("Local authority", "E08000016", "370", "2021", agency_fte="5", inpost_fte="c"),
                    ees("Local authority", "E09000021 / E09000027", "314 / 318", "2021", agency_fte="z"),
                    ees("Regional", "E13000001", "", "2021", agency_fte="1480"),
                ],
            ),
            "2024": land(
                connection, WORKFORCE, "2024",
                [
                    durham("2021", agency_fte="u", vacancy_fte="12", caseload_fte="low"),
                    ees("Local authority", "E08000038", "370", "2021", agency_fte="5", inpost_fte="4"),
                    ees("Local authority", "E09000021 / E09000027", "314 / 318", "2021", agency_fte="x"),
                ],
            ),
            "rates 2024": land(
                connection, LOOKED_AFTER, "2024",
                [
                    looked_after("E06000047", "840", AT_31_MARCH, "84"),
                    looked_after("E06000047", "840", "Children ceasing to be looked after each year", "30"),
                ],
            ),
            "rates 2025": land(
                connection, LOOKED_AFTER, "2025",
                [looked_after("E06000047", "840", "Children looked after on 31 March each year", "85")],
            ),
            "adoption": land(
                connection, "dfe_children_looked_after__adoption_timeliness", "2024",
                [
                    {
                        "time_period": "2024", "geographic_level": "National", "country_code": "E92000001",
                        "country_name": "England", "stage_of_adoption_process": stage, "age_start_poc": "Aged 1",
                        "number": number,
                    }
                    for stage, number in (("A", "0:11"), ("B", "1:02"), ("C", "1660"), ("D", "k"))
                ],
            ),
            "absence": land(
                connection, "dfe_outcomes_for_children_in_social_care__absence", "2023",
                [
                    {
                        **durham("202223", t_pupils="1200"), "social_care_group": "CLA",
                        "school_type": "State-funded AP school",
                    }
                ],
            ),
            "sfr": land(
                connection, "dfe_social_work_workforce_sfr__workforce", "2016",
                [
                    {"country_code": "E92000001", "country_name": "England", "inpost_fte": "27,700"},
                    {
                        "country_code": "E92000001", "region_code": "E12000001", "new_la_code": "E06000047",
                        "old_la_code": "840", "la_name": "Durham", "inpost_fte": "-", "starters_fte": ".",
                    },
                ],
            ),
        }  # fmt: skip
    dbt.build(SELECTED)
    return landings


def figures(where: str) -> list[tuple[object, ...]]:
    return rows(
        "select measure, value::text, value_status, value_text from intermediate.int_observations__unioned"
        f" where {where} order by 1, 2, 4"
    )


@pytest.mark.usefixtures("held")
def test_a_symbol_means_what_its_source_says_and_is_never_a_number() -> None:
    assert figures("release = '2024' and area_code = 'E06000047' and source_id = 'dfe_social_work_workforce'") == [
        ("agency_fte", None, "not_available", "u"),
        ("caseload_fte", None, "low", "low"),
        ("vacancy_fte", "12", "final", "12"),
    ]
    assert figures("release = '2023' and value_status in ('suppressed', 'not_applicable')") == [
        ("agency_fte", None, "not_applicable", "z"),
        ("inpost_fte", None, "suppressed", "c"),
    ]


@pytest.mark.usefixtures("held")
def test_a_figure_keeps_the_publishers_decimals() -> None:
    assert figures("release = '2023' and measure = 'vacancy_fte'") == [("vacancy_fte", "12.0", "final", "12.0")]


@pytest.mark.usefixtures("held")
def test_a_file_before_the_explorer_says_its_area_by_its_codes_and_its_period_by_its_release() -> None:
    found = rows(
        "select geographic_level, area_code, period, period_year, measure, value::text, value_status"
        " from intermediate.int_observations__unioned where source_id = 'dfe_social_work_workforce_sfr'"
        " order by 1, 5"
    )
    assert found == [
        ("la", "E06000047", "2016", 2016, "inpost_fte", None, "low"),
        ("la", "E06000047", "2016", 2016, "starters_fte", None, "not_applicable"),
        ("national", "E92000001", "2016", 2016, "inpost_fte", "27700", "final"),  # published as 27,700
    ]


@pytest.mark.usefixtures("held")
def test_years_and_months_become_months_and_a_count_beside_them_stays_a_count() -> None:
    assert figures("table_name = 'adoption_timeliness'") == [
        ("number", "11", "final", "0:11"),
        ("number", "14", "final", "1:02"),
        ("number", "1660", "final", "1660"),
        ("number", None, "low", "k"),
    ]


@pytest.mark.usefixtures("held")
def test_a_breakdown_is_written_in_the_words_of_the_other_releases() -> None:
    found = rows(
        "select release, breakdown from intermediate.int_observations__unioned"
        " where table_name = 'numbers_and_rates' and value in (84, 85) order by 1"
    )
    # The 2025 release writes "on 31 March".
    assert found == [("2024", f"population_count={AT_31_MARCH}"), ("2025", f"population_count={AT_31_MARCH}")]


@pytest.mark.usefixtures("held")
def test_a_breakdown_names_only_columns_that_divide_in_declared_order_and_an_academic_year_ends_in_its_second() -> None:
    found = rows(
        "select breakdown, period, period_year from intermediate.int_observations__unioned where table_name = 'absence'"
    )
    assert found == [("social_care_group=CLA; school_type=State-funded alternative provision school", "202223", 2023)]


@pytest.mark.usefixtures("held")
def test_what_a_later_release_changed_is_listed_once_with_what_it_was() -> None:
    found = rows(
        "select measure, area_code, release_from, text_from, release_to, text_to, change::text, kind"
        " from marts.restatements where source_id = 'dfe_social_work_workforce' order by 1, 2, 3"
    )
    assert found == [
        ("agency_fte", "E06000047", "2023", "138.5", "2024", "u", None, "number to symbol"),
        ("agency_fte", "E09000021 / E09000027", "2023", "z", "2024", "x", None, "symbol to symbol"),
        ("inpost_fte", "E08000038", "2023", "c", "2024", "4", None, "symbol to number"),
        ("vacancy_fte", "E06000047", "2022", "10", "2023", "12.0", "2.0", "number to number"),
        # 12.0 and 12 are one number; Barnsley's new code (E08000038) hides nothing and invents nothing.
    ]


@pytest.mark.usefixtures("held")
def test_renamed_words_do_not_hide_a_restatement() -> None:
    found = rows(
        "select area_name, value_from::text, value_to::text, release_from, release_to from marts.restatements"
        " where table_name = 'numbers_and_rates'"
    )
    assert found == [("Durham", "84", "85", "2024", "2025")]


def contents() -> list[tuple[object, ...]]:
    return rows(
        "select md5(string_agg(held::text, ' ' order by held::text)), count(*)"
        " from intermediate.int_observations__unioned held"
        " union all select md5(string_agg(r::text, ' ' order by r::text)), count(*) from marts.restatements r"
    )


def test_a_landing_that_comes_or_goes_is_followed_and_ends_as_a_build_from_nothing_would(held: dict[str, int]) -> None:
    before, made = contents(), oid()
    with connect("loader") as connection:
        connection.execute("update raw.landings set counts = false where landing_id = %s", [held["2023"]])
        late = land(connection, WORKFORCE, "2025", [durham("2021", agency_fte="140")])
    dbt.build(SELECTED)
    # The first file of 2023 counts again; 2022 is compared with it, it with 2024, 2024 with 2025.
    found = rows(
        "select release_from, text_from, release_to, text_to from marts.restatements"
        " where source_id = 'dfe_social_work_workforce' and area_code = 'E06000047' and measure = 'agency_fte'"
        " order by 1"
    )
    assert found == [("2022", "138.5", "2023", "999"), ("2023", "999", "2024", "u"), ("2024", "u", "2025", "140")]
    followed = contents()
    with connect("transformer") as connection:
        connection.execute("drop table intermediate.int_observations__unioned cascade")
    dbt.build(SELECTED)
    assert contents() == followed
    assert oid() != made
    with connect("loader") as connection:
        connection.execute("update raw.landings set counts = landing_id <> %s", [late])
    made = oid()
    dbt.build(SELECTED)
    assert contents() == before
    assert oid() == made, "brought up to date, not made again"


def test_what_lands_between_two_models_of_one_build_is_compared_by_the_next(held: dict[str, int]) -> None:
    before = contents()
    with connect("loader") as connection:
        late = land(connection, WORKFORCE, "2025", [durham("2021", agency_fte="141")])
    dbt.build("int_restatements__found")  # the table of all figures was made before it came
    dbt.build(SELECTED)
    found = rows(
        "select text_from, text_to from marts.restatements where release_to = '2025' and measure = 'agency_fte'"
    )
    assert found == [("u", "141")]
    with connect("loader") as connection:
        connection.execute("update raw.landings set counts = false where landing_id = %s", [late])
    dbt.build(SELECTED)
    assert contents() == before


def oid(table: str = "int_observations__unioned") -> object:
    return rows(f"select 'intermediate.{table}'::regclass::oid")


def test_every_table_that_is_kept_from_build_to_build_is_made_anew_when_the_rules_change() -> None:
    models = (PROJECT_ROOT / "dbt_project" / "models").rglob("*.sql")
    assert {model.stem for model in models if "materialized='incremental'" in model.read_text()} == set(dbt._KEPT)


@pytest.fixture(scope="module")
def kept(held: dict[str, int]) -> None:
    """All that is kept from build to build, not only what restatements stand on."""
    dbt.build(" ".join(f"+{table}" for table in dbt._KEPT))


def test_a_table_that_is_not_there_yet_does_not_make_the_others_anew(held: dict[str, int]) -> None:
    with connect("transformer") as connection:
        connection.execute("drop table if exists intermediate.int_ranks__moved cascade")
    assert dbt._was_made_by(dbt._fingerprint())
    assert not dbt._was_made_by("other rules")


@pytest.mark.usefixtures("kept")
def test_a_change_of_the_rules_makes_what_is_kept_anew_even_after_a_build_that_was_cut_short() -> None:
    """One table without its note is enough: so a build leaves it that is cut short between making it and saying how."""
    rules = dbt._fingerprint()
    assert dbt._was_made_by(rules)
    assert not dbt._was_made_by("other rules")
    made = {table: oid(table) for table in dbt._KEPT}
    for table in dbt._KEPT:
        note(table, None)
        assert not dbt._was_made_by(rules), table
        note(table, dbt._note(rules))
    note(dbt._KEPT[0], None)
    dbt.build(" ".join(dbt._KEPT))
    assert [table for table in dbt._KEPT if oid(table) == made[table]] == []
    assert dbt._was_made_by(rules)


def note(table: str, said: str | None) -> None:
    with connect("transformer") as connection:
        place = sql.Identifier("intermediate", table)
        connection.execute(sql.SQL("comment on table {} is {}").format(place, sql.Literal(said)))


@pytest.fixture
def odd(held: dict[str, int]) -> Iterator[Callable[[list[dict[str, str]]], None]]:
    """Land odd rows as a release of 2019 for the length of one test."""
    landed: list[int] = []
    with connect("loader") as connection:

        def put(odd_rows: list[dict[str, str]]) -> None:
            landed.append(land(connection, WORKFORCE, "2019", odd_rows))
            connection.commit()

        yield put
        connection.execute("update raw.landings set counts = false where landing_id = any(%s)", [landed])


def refusal() -> str:
    with pytest.raises(Fault) as caught:
        dbt.build(SELECTED)
    assert caught.value.name == "models_failed"
    return caught.value.what


def test_an_area_that_is_no_council_stops_the_build_and_is_named(odd: Callable[[list[dict[str, str]]], None]) -> None:
    no_councils = {
        "E31000001": "Avon Fire and Rescue Service",
        "E23000013": "Cleveland Police",
        "E07000055": "Easington",
        "E06000047 / E07000055": "Durham / Easington",
    }
    odd(
        [
            {**ees("Local authority", code, "", "2021", agency_fte="1"), "la_name": no_councils[code]}
            for code in no_councils
        ]
    )
    said = refusal()
    assert "areas_are_known" in said
    assert "dfe_social_work_workforce/2019" in said
    for code, name in no_councils.items():
        assert f"{code} ({name}) as la" in said


def test_a_word_that_nobody_declared_stops_the_build_and_is_named(odd: Callable[[list[dict[str, str]]], None]) -> None:
    odd([durham("2021", agency_fte="?")])
    said = refusal()
    assert "symbols_are_known" in said
    assert "? as agency_fte (la, period 2021), line 2 of indicators in dfe_social_work_workforce/2019" in said
