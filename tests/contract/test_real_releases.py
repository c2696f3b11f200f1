"""Every real file is read row for row, plausible beside the release before (skipped where they are not at hand)."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from tests.conftest import PUBLISHED

from socialcare.errors import Fault
from socialcare.land import account, compare, complete, mirror
from socialcare.land.codes import Codes
from socialcare.land.headings import Naming
from socialcare.land.parse import Parsed, parse

#: Discovered, so that a file or a declaration added tomorrow is held to the same.
TAKEN = mirror.taken(PUBLISHED) if PUBLISHED.is_dir() else []
TABLES = sorted({(found.source.id, found.table) for found in TAKEN})
STANDARD = [found for found in TAKEN if found.source.tables[found.table].standard]


def name(found: mirror.Taken) -> str:
    return f"{found.source.id}-{found.release}-{found.table}"


def naming(found: mirror.Taken) -> Naming:
    return Naming.of(found.source, found.table, found.release, found.path.name)


@cache
def parsed_of(source_id: str, table: str, release: str) -> Parsed:
    """Parse one table of one real release, once for all tests."""
    (found,) = (f for f in TAKEN if (f.source.id, f.table, f.release) == (source_id, table, release))
    return parse(found.source, table, release, found.path.name, found.path.read_bytes())


def read(source_id: str, table: str, release: str) -> Parsed:
    if not TAKEN:
        pytest.skip("the folder of real published files (shared/published) is not beside this checkout")
    return parsed_of(source_id, table, release)


def column(parsed: Parsed, name: str) -> list[str | None]:
    return [row[parsed.columns.index(name)] for row in parsed.rows]


@pytest.mark.parametrize("found", TAKEN, ids=name)
def test_a_file_gives_as_many_rows_as_it_has(found: mirror.Taken) -> None:
    parsed = parsed_of(found.source.id, found.table, found.release)
    counted = account.count(found.path.read_bytes(), naming(found))
    assert (parsed.table.num_rows, parsed.blank, parsed.notes) == (counted.data, counted.blank, counted.notes)
    lines = parsed.line_numbers.to_numpy()
    assert (lines[1:] > lines[:-1]).all()
    if found.path.suffix == ".csv" and not counted.blank and b'"' not in found.path.read_bytes():
        assert lines[-1] == found.path.read_bytes().count(b"\n")
    for required in found.source.tables[found.table].all_columns:
        assert not required.required or required.name in parsed.columns


def test_the_file_that_ends_in_blank_rows_has_them_counted_apart() -> None:
    # SFR08_2017_UD.csv, 2016: 164 rows of data (152 councils, regions, England), then 32 of commas alone.
    parsed = read("dfe_social_work_workforce_sfr", "workforce", "2016")
    assert (parsed.table.num_rows, parsed.blank) == (164, 32)


@pytest.mark.parametrize(("source_id", "table"), TABLES)
def test_each_release_is_plausible_beside_the_one_before(source_id: str, table: str) -> None:
    sides = [
        compare.side_of(parsed_of(source_id, table, found.release), naming(found))
        for found in sorted(TAKEN, key=lambda found: found.release)
        if (found.source.id, found.table) == (source_id, table)
    ]
    for side in sides:
        compare._is_of_its_year(side, table)
    for older, newer in pairwise(sides):
        compare.compare(older, newer, table)


@pytest.mark.parametrize("found", STANDARD, ids=name)
def test_a_real_file_cut_between_two_rows_is_known_to_be(found: mirror.Taken) -> None:
    parsed = parsed_of(found.source.id, found.table, found.release)
    periods = parsed.table.column("time_period").to_pylist()
    ends = [at for at in range(1, len(periods)) if periods[at] != periods[at - 1]]
    # Within the first period, and between two, only the release before or the file's name can tell.
    cuts = {ends[0] + 1, len(periods) - 1, *range(ends[0] + 1, len(periods), max(len(periods) // 7, 1))} - {*ends}
    for kept in cuts - {len(periods)}:
        with pytest.raises(Fault) as raised:
            complete.check(Codes(parsed.table.slice(0, kept)), naming(found))
        assert raised.value.name == "truncated", kept


def test_every_file_of_the_folder_is_taken_or_its_absence_is_argued(published: Path) -> None:
    argued = {file.path.relative_to(published).as_posix(): file.reason for file in mirror.not_taken(published)}
    assert not [path for path, reason in argued.items() if not reason]
    assert len({found.path for found in TAKEN}) + len(argued) == sum(path.is_file() for path in published.rglob("*"))


@pytest.mark.parametrize(
    ("release", "judgements"),
    [
        # Counted from Ofsted's workbooks: outstanding, good, requires improvement, inadequate, blank.
        ("2023", [25, 65, 48, 14, 0]),
        ("2024", [30, 61, 43, 17, 2]),
    ],
)
def test_ofsteds_councils_have_the_counted_judgements(release: str, judgements: list[int]) -> None:
    parsed = read("ofsted_inspection_outcomes", "as_at", release)
    words = ["Outstanding", "Good", "Requires improvement to be good", "Inadequate", None]
    counts = Counter(column(parsed, "overall_effectiveness"))
    assert [counts[word] for word in words] == judgements
    assert sum(judgements) == len(parsed.rows)
    assert column(parsed, "inspection_date").count("Not yet inspected") == judgements[-1]


@pytest.mark.parametrize(("release", "abolished"), [("2023", 4), ("2024", 3)])
def test_ofsteds_history_has_every_council_and_the_abolished_ones(release: str, abolished: int) -> None:
    # 2023 lists Bournemouth, Dorset, Poole and Northamptonshire below; 2024 Bournemouth, Northamptonshire, Cumbria.
    parsed = read("ofsted_inspection_outcomes", "history", release)
    parts = Counter(column(parsed, "table_part"))
    assert parts["2"] == abolished
    assert parts["1"] == {"2023": 152, "2024": 153}[release]


def test_durhams_history_is_2019_requires_improvement_and_2022_good() -> None:
    parsed = read("ofsted_inspection_outcomes", "history", "2024")
    (durham,) = (dict(zip(parsed.columns, row, strict=True)) for row in parsed.rows if "Durham" in row)
    assert str(durham["first_publication_date"])[:4] == "2019"
    assert durham["first_overall_effectiveness"] == "Requires improvement to be good"
    assert str(durham["second_publication_date"])[:4] == "2022"
    assert durham["second_overall_effectiveness"] == "Good"
    assert durham["second_leaders"] == "Outstanding"


def test_all_dates_of_ofsted_are_iso_dates() -> None:
    for table in ("as_at", "in_year", "history"):
        for release in ("2023", "2024"):
            parsed = read("ofsted_inspection_outcomes", table, release)
            for name in (n for n in parsed.columns if n.endswith("_date")):
                for value in column(parsed, name):
                    assert value in (None, "Not yet inspected") or (value[:2] == "20" and len(value) == 10), value


@pytest.mark.parametrize("release", ["2022", "2023"])
def test_the_ages_of_the_population_workbook_add_up_to_everyone(release: str) -> None:
    parsed = read("ons_population", "mid_year", release)
    assert parsed.columns[3] == "all_ages"
    assert len(parsed.columns) == 4 + 91
    for row in parsed.rows:
        assert sum(int(str(cell)) for cell in row[4:]) == int(str(row[3])), row[1]


def test_the_neighbours_of_our_councils_are_as_published() -> None:
    # DfE's neighbour groups: the first and the last of Durham's ten, by either model.
    for release, first, last in (("2021", "342", "392"), ("2025", "876", "841")):
        parsed = read("dfe_statistical_neighbours", "groups", release)
        (durham,) = (dict(zip(parsed.columns, r, strict=True)) for r in parsed.rows if r[2] == "840")
        assert (durham["sn1"], durham["sn10"]) == (first, last)
        assert len(parsed.rows) == 158
