"""One council's life in all returns at once, with the truth beside them: sample, test oracle and benchmark."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from pathlib import Path

from socialcare.generate import truth_care, truth_due, truth_impact, truth_need, truth_practice, truth_staff
from socialcare.generate.life import Life, year_to_march, year_to_september
from socialcare.generate.ssda903 import Planted
from socialcare.generate.truth import Figure, write
from socialcare.generate.written import RETURN_OF, WRITERS, Wanted, census_year, is_declared, told_of


def write_everything(
    council_id: str,
    folder: Path,
    as_of: date,
    year: int,
    *,
    seed: int | None = None,
    in_care: int | None = None,
    returns: Collection[str] = tuple(WRITERS),
    defects: Wanted = "none",
) -> dict[str, Path]:
    """Write the returns of a collection year, each into its own folder marked SYNTHETIC; return the folders.

    The truth of all of them is in ``truth.json`` and ``truth.csv``, and what was planted in ``planted.csv``.
    """
    return write_year(Life(council_id, as_of, seed, in_care), folder, year, returns=returns, defects=defects)


def write_year(
    life: Life, folder: Path, year: int, *, returns: Collection[str] = tuple(WRITERS), defects: Wanted = "none"
) -> dict[str, Path]:
    """Write a collection year of a life that may tell several; returns that are not declared for it are left out."""
    made: dict[str, Path] = {}
    planted: list[tuple[str, Planted]] = []
    for name in (name for name in returns if is_declared(name, life, year)):
        made[name], found = write_return(life, folder, name, year, defects)
        planted.extend((name, one) for one in found)
    about: dict[str, object] = {"council": life.council_id, "collection_year": year}
    about |= {"as_of": min(life.as_of_date, date(year, 3, 31)).isoformat()}
    figures = truth(life, year)
    for suffix in ("json", "csv"):
        write(figures, folder / f"truth.{suffix}", about)
    _write_planted(planted, folder / "planted.csv")
    return made


def write_return(life: Life, folder: Path, name: str, year: int, defects: Wanted) -> tuple[Path, list[Planted]]:
    """Write one return as it is when this collection year is told; return its folder and what was planted."""
    return_id = RETURN_OF.get(name, name)
    of_year, as_of = told_of(return_id, life, year)
    place = folder / f"SYNTHETIC_{name}_{as_of.isoformat()}"
    place.mkdir(parents=True)
    planted = WRITERS[name](life, of_year, place, defects)
    stated = {"return": return_id, "as_of_date": as_of.isoformat(), "collection_year": of_year, "synthetic": True}
    (place / "delivery.json").write_text(json.dumps(stated) + "\n")
    return place, planted


def truth(life: Life, year: int) -> list[Figure]:
    """Return the right answers of a collection year; the workforce's are of the last 30 September before its end."""
    span = year_to_march(year, life.as_of_date)
    figures = [*truth_care.figures(life, span), *truth_need.figures(life, span), *truth_staff.practice(life, span)]
    figures += [*truth_impact.figures(life, span), *truth_practice.figures(life, span), *truth_due.figures(life, span)]
    census = year_to_september(census_year(life.as_of, year))
    return [*figures, *truth_staff.workforce(life, census), *truth_practice.workforce(life, census)]


def _write_planted(planted: list[tuple[str, Planted]], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["return", "name", "table", "line", "rule_code", "severity"])
        writer.writeheader()
        writer.writerows({"return": name, **asdict(one)} for name, one in planted)
