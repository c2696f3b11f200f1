"""A declaration's first draft, from real figures of the bundled sample and from shapes that publishers use."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from socialcare.errors import Fault
from socialcare.publishers import workbooks
from socialcare.registry.sources import Source, all_sources
from socialcare.scaffold import UNWRITTEN, guess, new_source

EES = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,"
    "new_la_code,la_name,population_count,number,rate_per_10000"
)
AREAS = ("E06000047,County Durham", "E08000023,South Tyneside", "E06000003,Redcar and Cleveland")


def release(root: Path, year: int, group: str = "Looked after at 31 March") -> Path:
    """Write a file in the shape of Explore Education Statistics; its figures are invented."""
    lines = [EES]
    for number, area in enumerate(AREAS):
        for place, word in enumerate((group, "Started in the year")):
            figures = ("c", "z") if (number, place) == (1, 1) else (f"{number}{place}5", f"{number}.{place}")
            lines.append(
                f"{year},Reporting year,Local authority,E92000001,England,E12000001,North East,840,"
                f"{area},{word},{','.join(figures)}"
            )
    path = root / str(year) / f"cla_2019_to_{year}.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def written(draft: Path) -> Source:
    """Do what a person does: write what the draft leaves open, and rename it. Returns the declaration."""
    text = draft.read_text().replace(f'homepage: "{UNWRITTEN}"', "homepage: https://example.org")
    text = text.replace(f'address: "{UNWRITTEN}"', "address: https://example.org")
    draft.write_text(text.replace(f'"{UNWRITTEN}', '"Written by a person'))
    draft.rename(draft.with_suffix(""))
    (declared,) = all_sources(draft.parent)
    all_sources.cache_clear()
    return declared


def test_a_draft_loads_only_when_its_meanings_are_written(tmp_path: Path) -> None:
    draft = new_source("dfe_made_up", [release(tmp_path, 2024)], folder=tmp_path)
    # Title, publisher, homepage, a release's title, two of extract, one table, three columns, c and z.
    assert draft.unwritten == 12
    assert draft.path.name == "dfe_made_up.yml.draft"
    assert all_sources(tmp_path) == (), "a draft disturbs nobody"
    all_sources.cache_clear()
    (tmp_path / "dfe_made_up.yml").write_text(draft.path.read_text())
    with pytest.raises(Fault, match="title: replace each") as fault:
        all_sources(tmp_path)
    assert fault.value.where == "dfe_made_up.yml"
    all_sources.cache_clear()
    assert written(draft.path).id == "dfe_made_up"


def test_releases_of_one_table_are_put_together(tmp_path: Path) -> None:
    files = [release(tmp_path, 2024), release(tmp_path, 2023, "Looked after")]
    draft = new_source("dfe_made_up", files, folder=tmp_path)
    declared = written(draft.path)
    assert declared.first_release == "2023"
    table = declared.tables["cla"]
    assert (table.standard, table.files) == ("ees", r"^cla_\d+_to_\d+\.csv$")
    population, number, rate = table.columns
    assert population.kind == "filter"
    assert population.values == ("Looked after", "Looked after at 31 March", "Started in the year")
    assert table.grain == ("time_period", "geographic_level", "region_code", "new_la_code", "population_count")
    assert [table.kind_of(column) for column in (number, rate)] == ["figure", "figure"]
    assert {symbol.symbol: symbol.status for symbol in declared.symbols} == {
        "c": "suppressed",
        "z": "not_applicable",
    }


def test_a_wide_file_of_before_keeps_its_thousands_and_the_year_in_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "2016" / "SFR08_2017_UD.csv"
    path.parent.mkdir()
    rows = [f'E0600{n:04},Place {n},"1,{n:03}",{n}.5' for n in range(1, 9)]
    path.write_text("LA_code,LA_name,A1_Workers_2016,B3_Rate_2016\n" + "\n".join(rows) + "\n")
    table = written(new_source("dfe_before", [path], folder=tmp_path).path).tables["sfr_ud"]
    assert table.thousands
    assert table.grain == ("la_code",)
    assert [(c.name, c.header, table.kind_of(c)) for c in table.columns] == [
        ("la_code", "LA_code", "text"),
        ("la_name", "LA_name", "text"),
        ("a1_workers", "A1_Workers_{release}", "figure"),
        ("b3_rate", "B3_Rate_{release}", "figure"),
    ]


def test_of_a_workbook_each_sheet_with_a_table_is_one_below_its_titles(tmp_path: Path) -> None:
    path = tmp_path / "outcomes_2024.xlsx"
    notes = [["Contents"], ["Sheet 1", "what it is"]]
    grades = ("Good", "Inadequate")
    data = [
        ["Inspections as at 31 March"],
        ["Web link", "Local authority", "Overall effectiveness"],
        *([f"link {n}", f"Council {n}", grades[n % 2]] for n in range(8)),
    ]
    path.write_bytes(workbooks.xlsx({"Notes": notes, "Inspections_31_March_2024": data}))
    declared = written(new_source("ofsted_made_up", [path], folder=tmp_path).path)
    ((name, table),) = declared.tables.items()
    assert (name, table.reader, table.sheet) == ("outcomes", "sheet", r"^Inspections_\d+_March_\d+$")
    assert table.header == ("Web link", "Local authority")
    assert table.filters[0].values == grades


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "c", "low"], "figure"),
        (["c", "z", "x", "z"], "figure"),
        (["0:11", "1:2", "c", "3:0"], "years_months"),
        (["Male", "Female", "Male", "Female"], "filter"),
        (["Durham", "Gateshead", "Sunderland", "Stockton"], "text"),
    ],
)
def test_the_kind_of_a_column_is_guessed_from_its_cells(cells: list[str], kind: str) -> None:
    assert guess.column("measure", pa.chunked_array([cells]), "").kind == kind


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("% of children", "pct_of_children"),
        ("LA_code (9 digit)", "la_code_9_digit"),
        ("90+", "c_90_and_over"),
        ("Overall effectiveness", "overall_effectiveness"),
    ],
)
def test_a_heading_becomes_a_name_of_ours(heading: str, name: str) -> None:
    assert guess.name_of(heading) == name


def test_what_cannot_be_drafted_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    path = release(tmp_path, 2024)
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html><html><body>Sorry</body></html>")
    for source_id, files, name in (
        ("Fostering", [path], "source_id_wrong"),
        ("dfe_made_up", [tmp_path / "nowhere.csv"], "file_missing"),
        ("dfe_made_up", [path, page], "not_data"),
    ):
        with pytest.raises(Fault) as fault:
            new_source(source_id, files, folder=tmp_path)
        assert fault.value.name == name
    assert not list(tmp_path.glob("*.yml*"))
    draft = new_source("dfe_made_up", [path], folder=tmp_path)
    for begun in (draft.path, draft.path.with_suffix("")):  # what a person began is never written over
        draft.path.rename(begun)
        with pytest.raises(Fault) as fault:
            new_source("dfe_made_up", [path], folder=tmp_path)
        assert (fault.value.name, fault.value.where) == ("source_exists", begun.name)
