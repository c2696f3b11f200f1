"""Synthetic SSDA903 Header and Episodes, with the planted truth: the right answer and every planted defect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from socialcare.generate import lives
from socialcare.generate.defects import DEFECTS, Defect, Sheet, plant

#: Open children of a council, near the size of the real ones; any other council gets 300.
OPEN_CHILDREN = {"durham": 1_200, "south_tyneside": 320, "redcar_and_cleveland": 400}
#: Where made-up homes are. The last two letters are always ZZ, which no real postcode of these has.
_AREAS = {
    "durham": ("DH1", "DH6", "DH7", "DL1", "DL5", "DL14", "SR8"),
    "south_tyneside": ("NE31", "NE32", "NE33", "NE34", "NE35"),
    "redcar_and_cleveland": ("TS6", "TS10", "TS11", "TS12", "TS13"),
}
_HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
_EPISODES = (
    *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
    *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Planted:
    """One planted defect and what the door must find: its rule at this row (the heading is row 1)."""

    name: str
    table: str
    line: int
    rule_code: str
    severity: str


@dataclass(frozen=True)
class Generated:
    """The files as columns of text, and the truth about them."""

    tables: dict[str, pa.Table]
    open_children: int
    """Children with an open episode, V3 and V4 left out, once the door quarantined what it must."""
    planted: tuple[Planted, ...]
    rows: dict[str, int]
    quarantined: dict[str, int]


def ssda903(
    council_id: str,
    as_of_date: date,
    collection_year: int,
    seed: int | None = None,
    *,
    open_children: int | None = None,
    defects: tuple[Defect, ...] = DEFECTS,
) -> Generated:
    """Make one council's Header and Episodes. The same arguments make the same bytes."""
    random = np.random.default_rng(seed if seed is not None else _seed(council_id))
    clean = open_children or OPEN_CHILDREN.get(council_id, 300)
    year_begins = date(collection_year - 1, 4, 1)
    made = lives.make(random, clean, as_of_date, year_begins)
    header, episodes = _sheets(random, council_id, made, collection_year)
    counted, planted = _plant(council_id, header, episodes, defects, as_of_date)
    quarantined = {
        table: len({p.line for p in planted if p.table == table and p.severity == "quarantine"})
        for table in ("header", "episodes")
    }
    return Generated(
        {"header": header.table(), "episodes": episodes.table()},
        clean + counted,
        tuple(planted),
        {"header": header.rows, "episodes": episodes.rows},
        quarantined,
    )


def _seed(council_id: str) -> int:
    return int.from_bytes(hashlib.sha256(council_id.encode()).digest()[:8], "big")


def _sheets(random: np.random.Generator, council_id: str, made: lives.Lives, year: int) -> tuple[Sheet, Sheet]:
    count = len(made.born)
    ids = np.strings.add(f"SYN-{council_id[:3].upper()}-", np.strings.zfill((np.arange(count) + 1).astype(str), 7))
    sex = made.sex if year >= 2025 else np.where(made.sex == "M", "1", "2")
    mother = made.is_mother & (made.sex == "F")
    header = Sheet(
        _HEADER,
        {
            "CHILD": ids,
            "SEX": sex,
            "DOB": days_as_text(made.born),
            "ETHNIC": made.ethnic,
            "UPN": _upns(random, count),
            "MOTHER": np.where(made.sex == "F", np.where(mother, "1", "0"), ""),
            "MC_DOB": np.where(mother, days_as_text(made.born + 6_000), ""),
        },
    )
    rows = len(made.child)
    homes = _postcodes(random, council_id, count)[made.child]
    at_home = made.columns["PLACE"] == "P1"
    episodes = Sheet(
        _EPISODES,
        {
            "CHILD": ids[made.child],
            "DECOM": days_as_text(made.began),
            **{n: made.columns[n] for n in ("RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "REC")},
            "DEC": np.where(made.ended < 0, "", days_as_text(np.maximum(made.ended, 0))),
            "REASON_PLACE_CHANGE": made.columns["REASON_PLACE_CHANGE"],
            "HOME_POST": homes,
            "PL_POST": np.where(at_home, homes, _postcodes(random, council_id, rows)),
            "URN": np.where(
                at_home, "", np.strings.add("SC9", np.strings.zfill(random.integers(0, 99_999, rows).astype(str), 5))
            ),
        },
    )
    return header, episodes


def _plant(
    council_id: str, header: Sheet, episodes: Sheet, defects: tuple[Defect, ...], as_of: date
) -> tuple[int, list[Planted]]:
    """Add children of their own for the defects; return how many of them still count as open, and the truth."""
    counted, planted = 0, []
    for number, defect in enumerate(defects):
        child = f"SYN-{council_id[:3].upper()}-9{number:06d}"
        for table, line in plant(defect, child, header, episodes, as_of):
            planted.append(Planted(defect.name, table, line, defect.rule_code, defect.severity))
        counted += defect.counts_as_open
    return counted, planted


def days_as_text(days: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Return days since 1970-01-01 as dd/mm/yyyy."""
    first = int(days.min(initial=0))
    calendar = np.arange(first, int(days.max(initial=0)) + 1).astype("datetime64[D]").astype(object)
    text = np.array([day.strftime("%d/%m/%Y") for day in calendar])
    return text[days - first]


def _upns(random: np.random.Generator, count: int) -> npt.NDArray[Any]:
    """Return made-up pupil numbers (authority 999 does not exist), some of them unknown."""
    digits = np.strings.zfill(random.integers(0, 99_999_999, count).astype(str), 8)
    numbers = np.strings.add(np.strings.add(random.choice(list("ABCDEFGH"), count), "999"), digits)
    numbers = np.strings.add(numbers, random.integers(0, 10, count).astype(str))
    return np.where(random.random(count) < 0.15, "UN1", numbers)


def _postcodes(random: np.random.Generator, council_id: str, count: int) -> npt.NDArray[Any]:
    areas = np.array(_AREAS.get(council_id, ("ZE9",)))
    outward = np.strings.add(random.choice(areas, count), " ")
    return np.strings.add(np.strings.add(outward, random.integers(1, 10, count).astype(str)), "ZZ")
