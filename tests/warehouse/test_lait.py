"""What a figure of DfE's tool (LAIT) can be to ours, on made-up figures small enough to check by eye."""

from __future__ import annotations

import csv
import fcntl
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import sql
from rich.console import Console
from typer.testing import CliRunner

from socialcare.cli import app
from socialcare.database import ADMIN, connect
from socialcare.errors import Fault
from socialcare.land import tables
from socialcare.registry import all_sources
from socialcare.settings import PROJECT_ROOT, get_settings
from socialcare.warehouse import dbt, lait

DURHAM, REDCAR, NORTH_EAST = "E06000047", "E06000003", "E12000001"
JOINT = ("E09000021 / E09000027", "314 / 318")
OLD = {DURHAM: "840", REDCAR: "807", JOINT[0]: JOINT[1]}

Row = dict[str, str]


def area(code: str, period: str, **cells: str) -> Row:
    """One row of a made-up file: a council's, or the North East's."""
    council = {"new_la_code": code, "old_la_code": OLD[code], "la_name": code} if code in OLD else {}
    level = "Local authority" if council else "Regional"
    return {
        "time_period": period, "geographic_level": level, "country_code": "E92000001", "country_name": "England",
        "region_code": NORTH_EAST, "region_name": "North East", **council, **cells,
    }  # fmt: skip


def looked_after(code: str, period: str, rate: str) -> Row:
    return area(code, period, population_count="Children looked after at 31 March each year", rate_per_10000=rate)


def conferences(code: str, period: str, total: str, *bands: str) -> Row:
    """Initial conferences by working days: 0 to 10, 11 to 15, 16 to 20, 21 or more."""
    names = ("duration_0_to_10_days", "duration_11_to_15_days", "duration_16_to_20_days", "duration_21_or_more_days")
    return area(code, period, icpc=total, **dict(zip(names, bands, strict=True)))


def school_moves(code: str, period: str, percentage: str, moved: str, total: str) -> list[Row]:
    shared = {"cla_group": "CLA on 31 March", "move_measure": "Mid-year moves"}
    moves = "With one or more mid-year moves during the year"
    return [
        area(code, period, **shared, school_stability=moves, number=moved, percentage=percentage),
        area(code, period, **shared, school_stability="Total children", number=total, percentage="100"),
    ]


def reading(code: str, period: str, progress: str) -> Row:
    return area(code, period, social_care_group="CLA 12 months at 31 March", avg_read_progress_score=progress)


OURS: dict[tuple[str, str], list[Row]] = {
    ("dfe_children_looked_after__numbers_and_rates", "2022"): [looked_after(DURHAM, "2018", "80")],
    ("dfe_children_looked_after__numbers_and_rates", "2023"): [
        looked_after(DURHAM, "2019", "84"), looked_after(DURHAM, "2022", "96"), looked_after(REDCAR, "2022", "0"),
        looked_after(JOINT[0], "2022", "31"), looked_after(REDCAR, "2023", "130"), looked_after(REDCAR, "2021", "129"),
    ],
    # A later release says otherwise; LAIT was made before it.
    ("dfe_children_looked_after__numbers_and_rates", "2024"): [looked_after(DURHAM, "2022", "97")],
    ("dfe_children_looked_after__school_moves", "2023"): [
        *school_moves(DURHAM, "2022", "9", "18", "200"), *school_moves(DURHAM, "2023", "9", "18", "200"),
        *school_moves(DURHAM, "2020", "9", "18", "200"), *school_moves(NORTH_EAST, "2023", "9", "1310", "14540"),
    ],
    ("dfe_children_in_need__section_47_and_conferences", "2024"): [
        conferences(NORTH_EAST, "2022", "1000", "100", "550", "200", "150"),
        conferences(NORTH_EAST, "2023", "1000", "100", "550", "200", "150"),
        conferences(DURHAM, "2020", "200", "c", "c", "50", "20"),
        conferences(REDCAR, "2020", "200", "c", "c", "50", "20"),
        conferences(DURHAM, "2021", "200", "30", "c", "50", "c"),
        conferences(DURHAM, "2022", "200", "30", "c", "50", "c"),
        conferences(DURHAM, "2023", "200", "30", "100", "50", "20"),
        conferences(REDCAR, "2022", "c", "0", "c", "0", "0"),
        conferences(REDCAR, "2023", "200", "30", "100", "50", "20"),
    ],
    ("dfe_outcomes_for_children_in_social_care__key_stage_2", "2023"): [
        reading(DURHAM, "202223", "k"), reading(DURHAM, "202122", "-0.07"), reading(REDCAR, "202223", "k"),
    ],
}  # fmt: skip

#: Measure, LAIT's number of the area, year, LAIT's figure: what it should be found to be.
LAIT = {
    # The figure of LAIT's own release, whatever a later one says; the earliest year from the release before.
    ("LAC", "840", "2022", "96"): ("equal", None),
    ("LAC", "840", "2019", "84"): ("equal", None),
    ("LAC", "840", "2018", "80"): ("equal", None),
    # A joint return stands at the first of its two councils.
    ("LAC", "314", "2022", "31"): ("equal", None),
    ("LAC", "318", "2022", "-"): None,
    ("LAC", "807", "2022", "-"): ("ours_only", "zero_as_a_dash"),
    ("LAC", "807", "2021", "-"): ("ours_only", "no_figure_in_lait"),
    # Another number, and nothing behind it that could be rounded or suppressed.
    ("LAC", "807", "2023", "131"): ("different", "unexplained"),
    # A figure of which we have no row at all.
    ("LAC", "393", "2022", "101"): ("lait_only", "unexplained"),
    # 100 and 550 of 1,000, each within 5: 640 of 1005 to 660 of 995, so 66.3 can be and 66.5 cannot.
    ("CP_conf_15days", "980", "2022", "66.299999999999997"): ("different", "rounded_counts"),
    ("CP_conf_15days", "980", "2023", "66.5"): ("different", "unexplained"),
    # 30 and a suppressed count, 50 and another, of 200: 15 to 75.
    ("CP_conf_15days", "840", "2022", "75"): ("lait_only", "suppressed_counts"),
    ("CP_conf_15days", "840", "2021", "75.2"): ("lait_only", "unexplained"),
    # Two suppressed counts, and 70 others of 200: 65 and nothing else.
    ("CP_conf_15days", "840", "2020", "65"): ("lait_only", "suppressed_counts"),
    ("CP_conf_15days", "807", "2020", "64.900000000000006"): ("lait_only", "unexplained"),
    # The whole is suppressed, but nothing came later than 15 days: all of it.
    ("CP_conf_15days", "807", "2022", "100"): ("lait_only", "suppressed_counts"),
    # LAIT's own 30 and 100 make 65.0, not 64.5; where they do not make ours, nothing is explained.
    ("CP_conf_15days", "840", "2023", "64.5"): ("different", "lait_contradicts_itself"),
    ("10_ICPC", "840", "2023", "30"): ("equal", None),
    ("15_ICPC", "840", "2023", "100"): ("equal", None),
    ("CP_conf_15days", "807", "2023", "64.5"): ("different", "unexplained"),
    ("10_ICPC", "807", "2023", "30"): ("equal", None),
    ("15_ICPC", "807", "2023", "-"): ("ours_only", "no_figure_in_lait"),
    # 18 of 200 are 9%. 8 takes one child fewer, and two are allowed; 11 takes three more. 2020 is not in the rule.
    ("Stability_School", "840", "2022", "8"): ("different", "other_edition"),
    ("Stability_School", "840", "2023", "11"): ("different", "unexplained"),
    ("Stability_School", "840", "2020", "8"): ("different", "unexplained"),
    # 1305 to 1315 of 14535 to 14545: 8.97 to 9.05, so 8 cannot be.
    ("Stability_School", "980", "2023", "8"): ("different", "unexplained"),
    # k rounds to zero; a spreadsheet's way to write -0.07.
    ("LAC_KS2_AVG_Prog8_R", "840", "2023", "0"): ("lait_only", "rounds_to_zero"),
    ("LAC_KS2_AVG_Prog8_R", "807", "2023", "0.01"): ("lait_only", "unexplained"),
    ("LAC_KS2_AVG_Prog8_R", "840", "2022", "-7.0000000000000007E-2"): ("equal", None),
    # Nothing of the vacancy rate was landed: nothing is compared.
    ("Work_Force_Vac_Rate", "840", "2022", "12.5"): None,
    ("CareApplications", "840", "2022", "9.1"): None,
}


def land(connection: psycopg.Connection, table: str, release: str, rows: list[Row]) -> None:
    """Put made-up rows where the loader would, as one landing."""
    source_id, name = table.split("__")
    release_id = f"{source_id}/{release}"
    found = connection.execute(
        "insert into raw.landings (source_id, table_name, release_id, release, publication_title, file_name,"
        " file_sha256, file_bytes, rows_loaded)"
        " values (%s, %s, %s, %s, 'Made up', 'made_up.csv', repeat('0', 64), 1, %s) returning landing_id",
        [source_id, name, release_id, release, len(rows)],
    ).fetchone()
    assert found is not None
    for line, row in enumerate(rows, start=2):
        control = {"_landing_id": found[0], "_release_id": release_id, "_file_sha256": "0" * 64, "_line": line}
        whole: dict[str, Any] = {**row, **control}
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier("raw", table),
                sql.SQL(", ").join(map(sql.Identifier, whole)),
                sql.SQL(", ").join(sql.Placeholder() * len(whole)),
            ),
            list(whole.values()),
        )


@pytest.fixture(scope="module")
def built(module_warehouse: str) -> dbt.BuildResult:
    """Our made-up releases and LAIT's made-up figures, compared once."""
    with connect("loader") as connection:
        for source in all_sources():
            tables.ensure(connection, source)
        for (table, release), rows in OURS.items():
            land(connection, table, release, rows)
        figures = [
            {"short_desc": code, "la_number": f"{number}.0", "la_and_regions": number, "years": year, "value": value}
            for code, number, year, value in LAIT
        ]
        land(connection, "dfe_lait__values", "2024-11", figures)
        # A later LAIT, made of later releases, waits until the rules name it.
        land(connection, "dfe_lait__values", "2025-11", [{**figure, "value": "1"} for figure in figures])
        topic = {"topic": "Looked After Children", "polarity": "Low", "y_axis_name": "%"}
        known = {"measure_short": "Stability_School", **topic}
        land(connection, "dfe_lait__measures", "2024-11", [known, {**known, "measure_short": "Never_Heard_Of"}])
    return dbt.build("+lait_coverage")


@pytest.fixture(scope="module")
def found(built: dbt.BuildResult) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    with connect("transformer") as connection:
        rows = connection.execute(
            "select lait_code, lait_area, year::text, agreement, explanation_class from marts.lait_agreement"
        ).fetchall()
    return {(code, number, year): (agreement, why) for code, number, year, agreement, why in rows}


@pytest.mark.parametrize(("figure", "expected"), LAIT.items(), ids=[" ".join(figure) for figure in LAIT])
def test_a_figure_is_explained_only_where_the_counts_bear_it_out(
    found: dict[tuple[str, str, str], tuple[str, str | None]],
    figure: tuple[str, str, str, str],
    expected: tuple[str, str | None] | None,
) -> None:
    assert found.get(figure[:3]) == expected


def test_a_figure_that_nothing_explains_is_a_warning_and_a_fault(built: dbt.BuildResult) -> None:
    assert any("lait_agreement_explanation_class" in name for name, _ in built.warnings)
    told = lait.agreement("marts", "transformer")
    out = Console(record=True, width=200, quiet=True)
    with pytest.raises(Fault) as caught:
        lait.show(out, told)
    assert caught.value.name == "lait_unexplained"
    assert caught.value.what.startswith(f"{len(told.unexplained)} figures differ")


def test_a_measure_of_the_dictionary_that_nobody_listed_is_a_warning(built: dbt.BuildResult) -> None:
    assert any("stg_dfe_lait__measures" in name for name, _ in built.warnings)


@pytest.mark.usefixtures("built")
def test_each_side_keeps_its_own_figure_and_says_where_ours_stands() -> None:
    with connect("transformer") as connection:
        row = connection.execute(
            "select our_value, lait_value, difference, explanation, release_id, table_name, measure, source_line,"
            " area_code from marts.lait_agreement"
            " where lait_code = 'CP_conf_15days' and lait_area = '980' and year = 2022"
        ).fetchone()
    assert row == (
        Decimal("65.0"), Decimal("66.3"), Decimal("-1.3"),
        # 640 of 1005, 660 of 995
        "Made of counts rounded to 10: the exact ones give something from 63.682 to 66.332.",
        "dfe_children_in_need/2024", "section_47_and_conferences",
        "duration_0_to_10_days + duration_11_to_15_days", 2, "E12000001",
    )  # fmt: skip


@pytest.mark.usefixtures("built")
def test_every_measure_has_a_row_that_says_what_became_of_it() -> None:
    told = {one.lait_code: one for one in lait.agreement("marts", "transformer").measures}
    assert len(told) == 134
    assert (told["LAC"].state, told["LAC"].cells_compared, told["LAC"].cells_equal) == ("compared", 5, 4)
    assert told["LAC"].releases == "dfe_children_looked_after/2022, dfe_children_looked_after/2023"
    assert told["Work_Force_Vac_Rate"].state == "not_held"
    assert told["CareApplications"].state == "not_carried"
    assert told["CareApplications"].not_carried_because == "Published by Cafcass, not by DfE."


@pytest.mark.usefixtures("built")
def test_the_verb_lists_each_difference_and_fails_for_one_without_an_explanation() -> None:
    with connect(ADMIN) as connection:
        for mart in ("lait_agreement", "lait_coverage"):
            connection.execute(f"create view published.{mart} as select * from marts.{mart}")
            connection.execute(f"grant select on published.{mart} to analyst")
    with (get_settings().home / "postgres.users").open("a") as users:  # the server stays when the verb is done
        fcntl.flock(users, fcntl.LOCK_SH)
        both_hold = CliRunner().invoke(app, ["lait"])
        every = CliRunner().invoke(app, ["lait", "--differences"])
    assert isinstance(both_hold.exception, Fault)
    assert both_hold.exception.name == "lait_unexplained"
    assert "rounded_counts: Made of counts rounded to 10" in both_hold.output
    assert "zero_as_a_dash: " not in both_hold.output
    assert "zero_as_a_dash: Published as zero; LAIT shows a dash." in every.output
    assert "not compared: Care applications to the courts (per 10,000) (CareApplications): " in every.output


@pytest.mark.usefixtures("found")
def test_without_laits_data_there_is_nothing_to_compare_and_the_report_says_so() -> None:
    with connect("loader") as connection:
        connection.execute("update raw.landings set counts = false where source_id = 'dfe_lait'")
    assert dbt.build("+lait_agreement +lait_coverage").failures == []
    told = lait.agreement("marts", "transformer")
    assert told.differences == []
    assert {one.state for one in told.measures} == {"not_held", "not_carried"}
    with pytest.raises(Fault) as caught:
        lait.show(Console(quiet=True), told)
    assert caught.value.name == "lait_not_held"


def test_the_list_of_measures_names_tables_and_columns_that_are_declared() -> None:
    declared = {source.id: source for source in all_sources()}
    with (PROJECT_ROOT / "dbt_project/seeds/lait/lait_measures.csv").open(newline="") as file:
        rules = [row for row in csv.DictReader(file) if not row["not_carried_because"]]
    assert len({rule["lait_code"] for rule in rules}) == 120
    for rule in rules:
        source = declared[rule["source_id"]]
        table = source.tables[rule["table_name"]]
        figures = {column.name for column in table.figures}
        named = [rule[part] for part in ("measure", "numerator", "other_counts", "denominator") if rule[part]]
        assert {one for part in named for one in part.split(" + ")} <= figures, rule["lait_code"]
        split_by = [column for column in table.filters if len(column.values) > 1]
        for breakdown in filter(None, (rule["breakdown"], rule["denominator_breakdown"])):
            words = [part.split("=", 1) for part in breakdown.split("; ")]
            assert [name for name, _ in words] == [column.name for column in split_by], rule["lait_code"]
            assert all(word in column.values for (_, word), column in zip(words, split_by, strict=True)), words
        assert source.holds(rule["release"]), rule["lait_code"]
