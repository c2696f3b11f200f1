"""Which files of a mirror are taken: by folder, release and name; the others are listed, with a reason or without."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.land_made_up import source

from socialcare.land import mirror


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    gaps = ("The file trips.csv of each release is about transport.",)
    monkeypatch.setattr(mirror, "all_sources", lambda: (source(known_gaps=gaps, last_release="2024"),))
    for name in ("README.md", *(f"dfe/made_up/{file}" for file in FILES)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


FILES = (
    "2023/care.csv",
    "2024/care_by_council.csv",
    "2024/trips.csv",
    "2024/unknown.csv",
    "2024/older/care.csv",
    "2021/care.csv",
    "2025/care.csv",
    "care.csv",
)


def test_a_declared_file_of_a_release_of_the_series_is_taken(folder: Path) -> None:
    found = [(taken.release, taken.table, taken.path.name) for taken in mirror.taken(folder)]
    assert found == [("2023", "care", "care.csv"), ("2024", "care", "care_by_council.csv")]


def test_every_other_file_is_listed_with_the_gap_that_names_it(folder: Path) -> None:
    listed = {file.path.relative_to(folder).as_posix(): file.reason for file in mirror.not_taken(folder)}
    assert listed.pop("README.md") == "It says what the folder holds."
    assert listed.pop("dfe/made_up/2024/trips.csv") == "The file trips.csv of each release is about transport."
    assert sorted(listed) == sorted(f"dfe/made_up/{file}" for file in FILES[3:])
    assert set(listed.values()) == {""}


def test_a_series_may_carry_the_release_in_its_files_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"folder": "dfe/made_up", "release_in_name": r"^wide(?P<yy>\d{2})\.csv$"}
    monkeypatch.setattr(mirror, "all_sources", lambda: (source(mirror=named),))
    (folder / "dfe/made_up/wide23.csv").write_text("x")
    assert [(taken.release, taken.table) for taken in mirror.taken(folder)] == [("2023", "wide")]
