"""Every real release parses to its declaration, row for row (skipped where the real files are not at hand)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from socialcare.extract.folder import Folder
from socialcare.land.parse import Parsed, parse
from socialcare.registry import all_sources, source


def read(published: Path, source_id: str, table: str, release: str) -> tuple[Parsed, Path]:
    """Parse one table of one real release; also return its file."""
    declared = source(source_id)
    extractor = Folder(published)
    found = {r.release: r for r in extractor.look(declared, {})[0]}
    for file in extractor.files(declared, found[release]):
        if table in file.tables:
            path = Path(file.url)
            return parse(declared, table, release, file.name, path.read_bytes()), path
    raise AssertionError(f"{source_id} {release} has no {table}")


def column(parsed: Parsed, name: str) -> list[str | None]:
    return [row[parsed.columns.index(name)] for row in parsed.rows]


@pytest.mark.parametrize(
    ("source_id", "table", "release"),
    [
        *(("dfe_social_work_workforce", "indicators", year) for year in ("2022", "2023", "2024")),
        *(("dfe_children_looked_after", "numbers_and_rates", year) for year in ("2022", "2023", "2024")),
        *(("dfe_children_in_need", "referrals", year) for year in ("2023", "2024")),
        ("dfe_children_in_need", "protection_plans", "2024"),
    ],
)
def test_a_csv_gives_as_many_rows_as_it_has_lines(published: Path, source_id: str, table: str, release: str) -> None:
    parsed, path = read(published, source_id, table, release)
    lines = path.read_bytes().count(b"\n")
    assert len(parsed.rows) == lines - 1  # less the header
    assert parsed.lines == list(range(2, lines + 1))
    for required in source(source_id).tables[table].all_columns:
        if required.required:
            assert required.name in parsed.columns


@pytest.mark.parametrize(
    ("release", "judgements"),
    [
        # Counted from Ofsted's workbooks: outstanding, good, requires improvement, inadequate, blank.
        ("2023", [25, 65, 48, 14, 0]),
        ("2024", [30, 61, 43, 17, 2]),
    ],
)
def test_ofsteds_councils_have_the_counted_judgements(published: Path, release: str, judgements: list[int]) -> None:
    parsed, _ = read(published, "ofsted_inspection_outcomes", "as_at", release)
    words = ["Outstanding", "Good", "Requires improvement to be good", "Inadequate", None]
    counts = Counter(column(parsed, "overall_effectiveness"))
    assert [counts[word] for word in words] == judgements
    assert sum(judgements) == len(parsed.rows)
    assert column(parsed, "inspection_date").count("Not yet inspected") == judgements[-1]


@pytest.mark.parametrize(("release", "abolished"), [("2023", 4), ("2024", 3)])
def test_ofsteds_history_has_every_council_and_the_abolished_ones(
    published: Path, release: str, abolished: int
) -> None:
    # 2023 lists Bournemouth, Dorset, Poole and Northamptonshire below; 2024 Bournemouth, Northamptonshire, Cumbria.
    parsed, _ = read(published, "ofsted_inspection_outcomes", "history", release)
    parts = Counter(column(parsed, "table_part"))
    assert parts["2"] == abolished
    assert parts["1"] == {"2023": 152, "2024": 153}[release]


def test_durhams_history_is_2019_requires_improvement_and_2022_good(published: Path) -> None:
    parsed, _ = read(published, "ofsted_inspection_outcomes", "history", "2024")
    (durham,) = (dict(zip(parsed.columns, row, strict=True)) for row in parsed.rows if "Durham" in row)
    assert str(durham["first_publication_date"])[:4] == "2019"
    assert durham["first_overall_effectiveness"] == "Requires improvement to be good"
    assert str(durham["second_publication_date"])[:4] == "2022"
    assert durham["second_overall_effectiveness"] == "Good"
    assert durham["second_leaders"] == "Outstanding"


def test_all_dates_of_ofsted_are_iso_dates(published: Path) -> None:
    for table in ("as_at", "in_year", "history"):
        for release in ("2023", "2024"):
            parsed, _ = read(published, "ofsted_inspection_outcomes", table, release)
            for name in (n for n in parsed.columns if n.endswith("_date")):
                for value in column(parsed, name):
                    assert value in (None, "Not yet inspected") or (value[:2] == "20" and len(value) == 10), value


@pytest.mark.parametrize("release", ["2022", "2023"])
def test_the_ages_of_the_population_workbook_add_up_to_everyone(published: Path, release: str) -> None:
    parsed, _ = read(published, "ons_population", "mid_year", release)
    assert parsed.columns[3] == "all_ages"
    assert len(parsed.columns) == 4 + 91
    for row in parsed.rows:
        assert sum(int(str(cell)) for cell in row[4:]) == int(str(row[3])), row[1]


def test_the_neighbours_of_our_councils_are_as_published(published: Path) -> None:
    # DfE's neighbour groups: the first and the last of Durham's ten, by either model.
    for release, first, last in (("2021", "342", "392"), ("2025", "876", "841")):
        parsed, _ = read(published, "dfe_statistical_neighbours", "groups", release)
        (durham,) = (dict(zip(parsed.columns, r, strict=True)) for r in parsed.rows if r[2] == "840")
        assert (durham["sn1"], durham["sn10"]) == (first, last)
        assert len(parsed.rows) == 158


def test_every_release_in_the_mirror_is_read(published: Path) -> None:
    found = {}
    for declared in all_sources():
        extractor = Folder(published)
        releases = extractor.look(declared, {})[0]
        found[declared.id] = [release.release for release in releases]
        for release in releases:
            for file in extractor.files(declared, release):
                for table in file.tables:
                    assert parse(declared, table, release.release, file.name, Path(file.url).read_bytes()).rows
    assert found == {
        "dfe_children_in_need": ["2023", "2024"],
        "dfe_children_looked_after": ["2022", "2023", "2024"],
        "dfe_social_work_workforce": ["2022", "2023", "2024"],
        "dfe_statistical_neighbours": ["2021", "2025"],
        "ofsted_inspection_outcomes": ["2023", "2024"],
        "ons_population": ["2022", "2023"],
    }
