"""What would be wrong on a director's page is refused when it lands, not found at the build; what is right lands."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import PUBLISHED
from tests.fakes import mirror

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.land import areas, compare
from socialcare.land import mirror as published_files
from socialcare.land.headings import Naming
from socialcare.land.parse import parse
from socialcare.registry import source
from socialcare.registry.sources import Accepted
from socialcare.settings import get_settings
from socialcare.steps import ingest_source as step
from socialcare.steps.night import ingest_source

WORKFORCE = "dfe_social_work_workforce"
NEWEST = "csww_indicators_2017_to_2024.csv"
Row = dict[str, str]
STANDARD = [
    found
    for found in (published_files.taken(PUBLISHED) if PUBLISHED.is_dir() else [])
    if found.source.tables[found.table].standard
]


@pytest.fixture
def folder(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of the sample's workforce releases, 2022 to 2024, which the platform reads."""
    root = mirror.write(tmp_path / "mirror", WORKFORCE)
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(root))
    get_settings.cache_clear()
    return root


def edit(folder: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Change the rows of the newest release's file."""
    path = mirror.only_file(folder, NEWEST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    headings = list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


def is_england(row: Row) -> bool:
    return row["geographic_level"] == "National"


def figure(column: str, change: Callable[[str], str]) -> Callable[[list[Row]], list[Row]]:
    """Change one of England's figures for 2024."""

    def changed(rows: list[Row]) -> list[Row]:
        return [
            row | {column: change(row[column])} if is_england(row) and row["time_period"] == "2024" else row
            for row in rows
        ]

    return changed


def landed() -> list[str]:
    with connect("transformer") as connection:
        query = "select release from raw.current_landings where source_id = %s order by 1"
        return [row[0] for row in connection.execute(query, [WORKFORCE])]


def refused(folder: Path, change: Callable[[list[Row]], list[Row]]) -> Fault:
    """Land the sample with a changed newest release, which must be left out alone."""
    edit(folder, change)
    with pytest.raises(Fault) as raised:
        ingest_source("n1", WORKFORCE)
    assert landed() == ["2022", "2023"]
    assert NEWEST in str(raised.value)
    return raised.value


@pytest.mark.parametrize("found", STANDARD, ids=lambda found: f"{found.source.id}-{found.release}-{found.table}")
def test_every_real_release_is_plausible_by_itself(found: published_files.Taken) -> None:
    naming = Naming.of(found.source, found.table, found.release, found.path.name)
    parsed = parse(found.source, found.table, found.release, found.path.name, found.path.read_bytes())
    compare.alone(compare.side_of(parsed, naming), found.table)


@pytest.mark.parametrize(
    ("column", "change"),
    [("agency_rate_fte", lambda _: "81.0"), ("caseload_fte", lambda text: str(float(text) * 10))],
)
def test_a_wrong_figure_of_england_for_the_newest_year_does_not_land(
    folder: Path, column: str, change: Callable[[str], str]
) -> None:
    fault = refused(folder, figure(column, change))
    assert fault.name == "totals_implausible"
    assert f"England's {column} is" in fault.what
    assert "for 2023 and" in fault.what


def short_2019(rows: list[Row]) -> list[Row]:
    of_year = [at for at, row in enumerate(rows) if row["time_period"] == "2019"]
    gone = {*of_year[::2]} - {of_year[-1]}
    return [row for at, row in enumerate(rows) if at not in gone]


def test_a_short_year_is_implausible_not_cut_and_lands_once_it_is_accepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = refused(folder, short_2019)
    assert fault.name == "rows_implausible"
    assert "for 2019, and" in fault.what
    assert "check: rows" in fault.remedy
    declared = source(WORKFORCE)
    words = {"release": "2024", "table": "indicators", "check": "rows", "why": "It was published so."}
    accepted = declared.model_copy(update={"accepted": (Accepted.model_validate(words),)})
    monkeypatch.setattr(step, "source", lambda _: accepted)
    assert ingest_source("n2", WORKFORCE).detail == "releases 2024"


def without(code: str) -> Callable[[list[Row]], list[Row]]:
    """Leave an area out of 2024."""

    def left(rows: list[Row]) -> list[Row]:
        return [
            row
            for row in rows
            if row["time_period"] != "2024" or code not in (row["new_la_code"] or row["region_code"] or "E92000001")
        ]

    return left


def test_an_area_that_nobody_knows_does_not_land(folder: Path) -> None:
    fault = refused(
        folder,
        lambda rows: [
            row | {"new_la_code": row["new_la_code"].replace("E06000047", "E06009947")}
            if row["time_period"] == "2024"
            else row
            for row in rows
        ],
    )
    assert fault.name == "area_unknown"
    assert "'E06009947' (County Durham)" in fault.what
    assert "councils.csv" in fault.remedy


@pytest.mark.parametrize("code", ["E92000001", "E12000001", "E06000047"])
def test_an_area_that_every_comparison_needs_is_missed_when_it_lands(folder: Path, code: str) -> None:
    fault = refused(folder, without(code))
    assert fault.name == "areas_missing"
    assert code in fault.what


@pytest.mark.parametrize("found", STANDARD, ids=lambda found: f"{found.source.id}-{found.release}-{found.table}")
def test_every_area_of_a_real_release_is_known(found: published_files.Taken) -> None:
    naming = Naming.of(found.source, found.table, found.release, found.path.name)
    parsed = parse(found.source, found.table, found.release, found.path.name, found.path.read_bytes())
    areas.check(parsed.table, parsed.line_numbers, naming)
