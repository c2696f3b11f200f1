"""One council's life in all returns at once, with the truth beside them: sample, test oracle and benchmark."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pyarrow as pa

from socialcare.generate import truth_care, truth_need, truth_staff, write_local, write_ssda903, xml_ssda903
from socialcare.generate.annex_a import write_workbook
from socialcare.generate.cin import write_census
from socialcare.generate.csww import write_workforce
from socialcare.generate.deliver import write_csv
from socialcare.generate.life import Life, year_to_march, year_to_september
from socialcare.generate.rows import day
from socialcare.generate.ssda903 import Planted
from socialcare.generate.told_ssda903 import tables_of
from socialcare.generate.truth import Figure, write


def write_everything(
    council_id: str, folder: Path, as_of: date, year: int, *, seed: int | None = None, in_care: int | None = None
) -> dict[str, Path]:
    """Write every return of a collection year into its own folder, each marked SYNTHETIC; return the folders.

    The truth of all of them is in ``truth.json`` and ``truth.csv``, and what was planted in ``planted.csv``.
    """
    life = Life(council_id, as_of, seed, in_care)
    made = {name: folder / f"SYNTHETIC_{name}_{as_of.isoformat()}" for name in _RETURNS}
    planted: list[tuple[str, Planted]] = []
    for name, place in made.items():
        place.mkdir(parents=True, exist_ok=True)
        planted.extend((name, one) for one in _RETURNS[name](life, year, place))
        stated = {"return": name, "as_of_date": as_of.isoformat(), "collection_year": year, "synthetic": True}
        (place / "delivery.json").write_text(json.dumps(stated) + "\n")
    about: dict[str, object] = {"council": council_id, "collection_year": year, "as_of": as_of.isoformat()}
    figures = truth(life, year)
    for suffix in ("json", "csv"):
        write(figures, folder / f"truth.{suffix}", about)
    _write_planted(planted, folder / "planted.csv")
    return made


def truth(life: Life, year: int) -> list[Figure]:
    """Return the right answers of a collection year; the workforce's are of the last 30 September before its end."""
    span = year_to_march(year, life.as_of_date)
    figures = [*truth_care.figures(life, span), *truth_need.figures(life, span), *truth_staff.practice(life, span)]
    return [*figures, *truth_staff.workforce(life, year_to_september(census_year(life, year)))]


def census_year(life: Life, year: int) -> int:
    """Return the year of the last workforce census that a collection year can know of."""
    return year - 1 if life.as_of >= day(date(year - 1, 9, 30)) else year - 2


def _ssda903(life: Life, year: int, place: Path) -> list[Planted]:
    """Write the looked-after return without defects, as CSV: those with defects are made by ``ssda903``."""
    told = write_ssda903.write(life, year_to_march(year, life.as_of_date), tables_of(year))
    for table, rows in told.items():
        columns = {name: pa.array(rows[name], pa.string()) for name in rows.names}
        write_csv(pa.table(columns), place / f"SYNTHETIC_ssda903_{table}_{life.council_id}.csv")
    return []


def _ssda903_xml(life: Life, year: int, place: Path) -> list[Planted]:
    told = write_ssda903.write(life, year_to_march(year, life.as_of_date), tables_of(year))
    with (place / f"SYNTHETIC_ssda903_{life.council_id}.xml").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(xml_ssda903.write(told))
    return []


def _cin(life: Life, year: int, place: Path) -> list[Planted]:
    return list(write_census(life, year, place / f"SYNTHETIC_cin_{life.council_id}.xml").planted)


def _csww(life: Life, year: int, place: Path) -> list[Planted]:
    path = place / f"SYNTHETIC_csww_{life.council_id}.xml"
    return list(write_workforce(life, census_year(life, year), path).planted)


def _annex_a(life: Life, year: int, place: Path) -> list[Planted]:
    """Write the workbook in the layout of today up to an odd year, and with the older List 9 in an even one."""
    write_workbook(life, place / f"SYNTHETIC_annex_a_{life.council_id}.xlsx", wide=year % 2 == 1)
    return []


def _local(life: Life, year: int, place: Path) -> list[Planted]:
    for name, rows in write_local.write(life, year_to_march(year, life.as_of_date)).items():
        columns = {column: pa.array(rows[column], pa.string()) for column in rows.names}
        write_csv(pa.table(columns), place / f"SYNTHETIC_{name}_{life.council_id}.csv")
    return []


_RETURNS = {
    **{"ssda903": _ssda903, "ssda903_xml": _ssda903_xml, "cin_census": _cin, "csww": _csww},
    **{"annex_a": _annex_a, "local_records": _local},
}


def _write_planted(planted: list[tuple[str, Planted]], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["return", "name", "table", "line", "rule_code", "severity"])
        writer.writeheader()
        writer.writerows({"return": name, **asdict(one)} for name, one in planted)
