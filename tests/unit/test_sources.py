"""The declarations of published sources: complete, refused when wrong, and enough to add a source."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from socialcare.errors import Fault
from socialcare.land.parse import parse
from socialcare.registry import Source, all_sources, source
from socialcare.registry.sources import FOLDER

MADE_UP = """
id: ons_births
title: Births in England and Wales
publisher: Office for National Statistics
licence: OGL-3.0
homepage: https://www.ons.gov.uk/births
cadence_months: 12
tier: 3
release_title: "Births, {release}"
first_release: "2023"
extract: {family: govuk_files, page: government/births, release: '^births_(?P<release>[0-9]{4})'}
mirror: {folder: ons/births}
new_columns: freeze
tables:
  births:
    description: One row per council and year.
    files: '^births_.*[.]csv$'
    reader: csv
    header: [code]
    grain: [code]
    columns:
      - {name: code, required: true, meaning: The council}
      - {name: births, header: Live births, required: true, meaning: Live births in the year}
editions:
  - {name: old, releases: ["2023"], why: It was called otherwise., rename: {"Births (live)": births}}
"""


def test_the_sources_are_these() -> None:
    assert [declared.id for declared in all_sources()] == [
        "dfe_children_in_need",
        "dfe_children_looked_after",
        "dfe_lait",
        "dfe_outcomes_for_children_in_social_care",
        "dfe_social_work_workforce",
        "dfe_social_work_workforce_sfr",
        "dfe_statistical_neighbours",
        "ofsted_inspection_outcomes",
        "ons_area_lookup",
        "ons_population",
    ]


@pytest.mark.parametrize("declared", all_sources(), ids=lambda s: s.id)
def test_every_column_says_what_it_means_and_every_difference_why(declared: Source) -> None:
    for table in declared.tables.values():
        assert any(column.required for column in table.all_columns)
        for column in table.all_columns:
            assert column.meaning[0].isupper() or column.meaning[0].isdigit(), (column.name, column.meaning)
    assert all(edition.why.endswith(".") for edition in declared.editions)
    assert declared.known_gaps


@pytest.mark.parametrize("declared", all_sources(), ids=lambda s: s.id)
def test_raw_table_names_fit_into_postgres(declared: Source) -> None:
    assert all(len(declared.raw_table(name)) <= 63 for name in declared.tables)


def test_a_new_source_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "ons_births.yml").write_text(MADE_UP)
    (births,) = all_sources(tmp_path)
    now = parse(births, "births", "2024", "births_2024.csv", b"code,Live births\nE06000047,4321\n")
    then = parse(births, "births", "2023", "births_2023.csv", b"Births (live),code\n4444,E06000047\n")
    assert (now.columns, now.rows) == (("code", "births"), [("E06000047", "4321")])
    assert (then.rows, then.edition) == ([("E06000047", "4444")], "old")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"licence": "proprietary"}, "licence"),
        ({"colour": "blue"}, "colour"),
        ({"homepage": "http://plain.example"}, "homepage"),
        ({"title": "?"}, "title: replace each"),
        ({"release_title": "? {release}"}, "release_title: replace each"),
        ({"editions": [{"name": "x", "releases": ["2023"], "why": "A typo.", "rename": {"a": "bithrs"}}]}, "bithrs"),
    ],
)
def test_a_wrong_declaration_is_refused_by_file_and_field(tmp_path: Path, change: dict[str, object], said: str) -> None:
    (tmp_path / "ons_births.yml").write_text(yaml.safe_dump(yaml.safe_load(MADE_UP) | change))
    with pytest.raises(Fault, match=said) as refused:
        all_sources(tmp_path)
    assert refused.value.name == "source_declaration_wrong"
    assert refused.value.where == "ons_births.yml"
    assert "pydantic" not in refused.value.what  # nor the address of its manual


def test_the_id_must_be_the_files_name(tmp_path: Path) -> None:
    (tmp_path / "births.yml").write_text(MADE_UP)
    with pytest.raises(Fault, match=r"name the file ons_births\.yml"):
        all_sources(tmp_path)


def test_an_unknown_source_is_answered_with_those_that_exist() -> None:
    with pytest.raises(Fault, match="dfe_children_looked_after"):
        source("dfe_children_lost")


def test_declarations_hold_no_address_but_the_publishers() -> None:
    for path in FOLDER.glob("*.yml"):
        for line in path.read_text().splitlines():
            if "://" in line:
                assert "service.gov.uk" in line or "www.gov.uk" in line or "www.ons.gov.uk" in line, line
