"""Ordering synthetic extracts at the command line: any council, years and size, and nothing is written over."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from socialcare.errors import Fault
from socialcare.generate import order
from socialcare.generate.written import WRITERS, chosen


def ordered(**changes: object) -> order.Order:
    asked = {"council_id": "gateshead", "years": "2026", "in_care": 5, "seed": None, "as_of": None}
    return order.make(**{**asked, "defects": "none", "returns": "", **changes})  # type: ignore[arg-type]


def test_the_command_writes_years_of_one_life_with_the_truth_beside_them(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("socialcare")), "generate", "--council", "gateshead"]
    command += ["--years", "2025-2026", "--in-care", "5", "--out", "out", "--defects", "some"]
    home = tmp_path / "home"
    environment = {"PATH": "/usr/bin:/bin", "SOCIALCARE_HOME": str(home)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not home.exists(), "it needs no home and no database"
    for year in ("2025", "2026"):
        folder = tmp_path / "out" / year
        told = {path.name.removeprefix("SYNTHETIC_")[:-11] for path in folder.iterdir() if path.is_dir()}
        # Annex A tells of the last day alone.
        assert told == set(WRITERS) - ({"annex_a", "annex_a_csv"} if year == "2025" else set())
        truth = json.loads((folder / "truth.json").read_text())
        assert (truth["synthetic"], truth["council"], truth["collection_year"]) == (True, "gateshead", int(year))
        planted = list(csv.DictReader((folder / "planted.csv").open()))
        assert len({row["name"] for row in planted}) > 50
        assert {row["severity"] for row in planted} == {"quarantine", "warning"}
        assert all("SYNTHETIC" in path.parent.name for path in folder.glob("*/delivery.json"))
    again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "folder_not_empty" in again.stderr


def test_the_years_are_of_one_life(tmp_path: Path) -> None:
    made = list(order.write(ordered(years="2025,2026", returns="ssd"), tmp_path / "out"))
    births = []
    for folder in made:
        (path,) = folder.glob("*/SYNTHETIC_ssd_person_*.csv")
        births.append({row["PERS_PERSON_ID"]: row["PERS_DOB"] for row in csv.DictReader(path.open())})
    earlier, later = births
    assert earlier
    assert earlier.items() <= later.items()


def test_the_same_order_makes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (folder,) = order.write(ordered(seed=seed, defects="all", years="2027"), tmp_path / name)
        made.append({str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert made[0] == made[1]
    assert made[0] != made[2]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"council_id": "../up"}, "council_name_wrong"),
        ({"council_id": "Durham"}, "council_name_wrong"),
        ({"years": "2016"}, "years_wrong"),
        ({"years": "2026-2028"}, "years_wrong"),
        ({"years": "2026-2025"}, "years_wrong"),
        ({"years": "soon"}, "years_wrong"),
        ({"as_of": date(2024, 3, 31)}, "as_of_wrong"),
        ({"returns": "ssda903,annex_b"}, "return_unknown"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused_by_name(changes: dict[str, object], name: str) -> None:
    with pytest.raises(Fault, match=name):
        ordered(**changes)


def test_what_is_ordered() -> None:
    made = ordered(years="2019, 2024-2026", returns="csww, ssd")
    assert (made.years, made.returns, made.as_of) == ((2019, 2024, 2025, 2026), ("csww", "ssd"), date(2026, 3, 31))
    assert ordered(years="2027").as_of == date(2026, 10, 31), "the day of the bundled sample"
    assert chosen(range(100), "some") == tuple(range(0, 100, 12))
    assert (chosen(range(9), "none"), chosen(range(9), "all")) == ((), tuple(range(9)))
