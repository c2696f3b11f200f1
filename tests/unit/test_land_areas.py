"""Areas are known when a file lands, and those that every comparison needs are there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.unit.land_made_up import AREAS, DECLARATION, care, read, source, text

from socialcare.errors import Fault
from socialcare.land import areas, compare
from socialcare.land.headings import Naming
from socialcare.settings import get_settings

CORE = yaml.safe_load(DECLARATION.replace("standard: ees", "standard: ees\n    core: true"))["tables"]
ROWS = care("2024", "2023")


def naming(release: str = "2024") -> Naming:
    return Naming.of(source(tables=CORE), "care", release, f"care_{release}.csv")


def side(rows: list[str], release: str = "2024") -> compare.Side:
    return compare.side_of(read(text(rows, release), release, tables=CORE), naming(release))


def check(rows: list[str]) -> None:
    parsed = read(text(rows))
    areas.check(parsed.table, parsed.line_numbers, naming())


@pytest.mark.parametrize(
    ("old", "new", "said", "column", "file"),
    [
        ("E06000047", "E06009947", "'E06009947' (County Durham)", "new_la_code", "councils.csv"),
        ("E06000047", "E09000021 / E09009927", "'E09009927' (County Durham)", "new_la_code", "councils.csv"),
        ("E12000001", "E12000010", "'E12000010' (North East)", "region_code", "regions.csv"),
        ("E92000001", "W92000004", "'W92000004' (England)", "country_code", "England"),
    ],
)
def test_a_code_that_no_list_knows_is_named_with_its_first_line_and_what_to_add(
    old: str, new: str, said: str, column: str, file: str
) -> None:
    rows = [*ROWS[:8], *(row if "Tyneside" in row else row.replace(old, new) for row in ROWS[8:])]
    with pytest.raises(Fault) as raised:
        check(rows)
    fault = raised.value
    first = next(at for at, row in enumerate(rows, start=2) if new in row)
    assert fault.name == "area_unknown"
    assert said in fault.what
    assert fault.where.endswith(f"column {column}, line {first}")
    assert file in fault.remedy


@pytest.mark.parametrize(("code", "column"), [("E06000047", "new_la_code"), ("E12000001", "region_code")])
def test_a_row_without_the_code_of_its_area_is_named(code: str, column: str) -> None:
    with pytest.raises(Fault, match=f"has .blank. .* in column {column}") as raised:
        check([row if "Tyneside" in row else row.replace(code, "") for row in ROWS])
    assert raised.value.name == "area_unknown"


def test_the_councils_of_joint_returns_of_old_and_the_halves_of_london_are_known() -> None:
    for council in ("E09000021 / E09000027", "E10000021", "E06000066"):
        check([row.replace("E06000047", council) for row in ROWS])
    check([row.replace("E12000001,North East,,,", "E13000001,Inner London,,,") for row in ROWS])


def test_a_row_that_was_just_added_to_the_list_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "dbt_project" / areas.FOLDER
    project.mkdir(parents=True)
    for file in ("councils.csv", "regions.csv"):
        (project / file).write_bytes((get_settings().dbt_project / areas.FOLDER / file).read_bytes())
    monkeypatch.setenv("SOCIALCARE_PROJECT_ROOT", str(tmp_path))
    get_settings.cache_clear()
    try:
        rows = [row.replace("E06000047", "E06009947") for row in ROWS]
        with pytest.raises(Fault, match="E06009947"):
            check(rows)
        with (project / "councils.csv").open("a") as listed:
            listed.write("E06009947,1840,Durham,E12000001,North East,,,\n")
        check(rows)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def england(*gone: str, council: str = AREAS[2]) -> list[str]:
    """Return two years of England, its region and 32 councils, without an area in the newer one."""
    codes = [f"E060000{at:02}" for at in range(12, 42)]
    others = [AREAS[2].replace("E06000047,County Durham", f"{code},{code}") for code in codes]
    all_areas = [AREAS[0], AREAS[1], council, *others, AREAS[3]]
    return [
        f"{year},Reporting year,{area},Total,100,0:1,"
        for year in ("2024", "2023")
        for area in all_areas
        if year == "2023" or area not in gone
    ]


def test_england_must_be_there_in_the_newest_year_even_of_a_first_release() -> None:
    compare.alone(side(england()), "care")
    with pytest.raises(Fault) as raised:
        compare.alone(side(england(AREAS[0])), "care")
    assert raised.value.name == "areas_missing"
    assert "no rows for England (E92000001) in 2024" in raised.value.what


@pytest.mark.parametrize(("area", "name"), [(AREAS[2], "Durham"), (AREAS[1], "North East"), (AREAS[3], "Tyneside")])
def test_what_the_release_before_had_must_be_there_in_the_newest_year(area: str, name: str) -> None:
    lacking = england(area)
    with pytest.raises(Fault, match=name) as raised:
        compare.compare(side(england(), "2023"), side(lacking), "care")
    assert raised.value.name == "areas_missing"
    assert "in 2024, its newest period. Release 2023 has it." in raised.value.what
    compare.compare(side(lacking, "2023"), side(lacking), "care")


def test_a_council_that_sends_nothing_here_may_go() -> None:
    somerset = AREAS[2].replace("E06000047,County Durham", "E06000066,Somerset")
    compare.compare(side(england(council=somerset), "2023"), side(england(somerset, council=somerset)), "care")


def test_half_of_a_joint_return_is_there() -> None:
    joint = AREAS[2].replace("E06000047,County Durham", "E06000047 / E06000005,Durham and Darlington")
    compare.compare(side(england(), "2023"), side(england(council=joint)), "care")


def test_a_table_that_feeds_no_comparison_may_lack_an_area() -> None:
    parsed = read(text(england(AREAS[0])))
    compare.alone(compare.side_of(parsed, Naming.of(source(), "care", "2024", "care.csv")), "care")
