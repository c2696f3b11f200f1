"""The bundled sample against the publishers' own files: every figure equal (skipped where they are not at hand)."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialcare.extract import Extractor, reading
from socialcare.extract.folder import Folder
from socialcare.land.parse import parse
from socialcare.publishers import sample, server
from socialcare.registry import Source, source

Table = list[dict[str, str | None]]


def tables(declared: Source, extractor: Extractor) -> dict[str, Table]:
    """Release/table -> rows, as the platform reads them."""
    found = {}
    for release in extractor.look(declared, {})[0]:
        for file in extractor.files(declared, release):
            fetched = extractor.fetch(file, {})
            assert fetched is not None
            for name in file.tables:
                parsed = parse(declared, name, release.release, fetched.name, fetched.content)
                found[f"{release.release}/{name}"] = [
                    dict(zip(parsed.columns, row, strict=True)) for row in parsed.rows
                ]
    return found


def both(published: Path, source_id: str) -> tuple[dict[str, Table], dict[str, Table]]:
    """The sample's tables and the real ones."""
    declared = source(source_id)
    with server.running() as publishers, reading(declared, publishers, partial=True) as extractor:
        return tables(declared, extractor), tables(declared, Folder(published))


@pytest.mark.parametrize(
    "source_id",
    [
        "dfe_social_work_workforce",
        "dfe_children_looked_after",
        "dfe_children_in_need",
        "dfe_statistical_neighbours",
        "ofsted_inspection_outcomes",
    ],
)
def test_every_row_of_the_sample_is_a_row_of_the_real_file(home: Path, published: Path, source_id: str) -> None:
    ours, real = both(published, source_id)
    assert ours
    for name, rows in ours.items():
        columns = list(rows[0])
        there = {tuple(row.get(column) for column in columns) for row in real[name]}
        missing = [row for row in rows if tuple(row.values()) not in there]
        assert not missing, (name, missing[:3])


@pytest.mark.parametrize("source_id", ["dfe_social_work_workforce", "dfe_children_looked_after"])
def test_no_year_of_an_area_in_the_sample_was_left_out(home: Path, published: Path, source_id: str) -> None:
    ours, real = both(published, source_id)
    areas = sample.areas()
    for name, rows in ours.items():
        kinds = {row.get("population_count") for row in rows}
        expected = [
            row
            for row in real[name]
            if (row["new_la_code"] or row["region_code"] or row["country_code"]) in areas
            and row.get("population_count") in kinds
            and str(row["time_period"]) >= "2017"
        ]
        assert len(rows) == len(expected), name


def test_the_samples_population_is_the_workbooks(home: Path, published: Path) -> None:
    ours, real = both(published, "ons_population")
    for year in ("2022", "2023"):
        workbook = {row["code"]: row for row in real[f"{year}/mid_year"]}
        rows = ours[f"{year}/nomis"]
        assert len(rows) == 18 * len(sample.areas())
        for row in rows:
            age = str(row["c_age_name"]).removeprefix("Age ")
            assert row["obs_value"] == workbook[row["geography_code"]][f"age_{age}"]


def test_the_sample_has_the_councils_it_promises() -> None:
    areas = sample.areas().values()
    north_east = [a for a in areas if a["la_name"] and a["region_code"] == "E12000001"]
    assert len(north_east) == 12
    neighbours = {row[f"sn{at}"] for row in sample.table("neighbours") for at in range(1, 11)} | {
        row["la_number"] for row in sample.table("neighbours")
    }
    assert neighbours <= {area["old_la_code"] for area in areas}
    assert len([a for a in areas if a["la_name"]]) == 27
