"""Made-up histories of children in care, as whole columns: who came when, moved where, and left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[Any]

#: Days between two moves of one child: at least a dozen, by construction (see ``_starts``).
_DAYS_PER_EPISODE = 30
_LEGAL = np.array(["V2", "C1", "C2", "E1"])
_PLACES = np.array(["U6", "U4", "U3", "U1", "K2", "P1", "R3", "S1"])
_PLACE_WEIGHTS = np.array([0.30, 0.22, 0.14, 0.08, 0.12, 0.06, 0.03, 0.05])
_RNE = np.array(["P", "T", "L", "B", "U"])
_RNE_WEIGHTS = np.array([0.45, 0.15, 0.25, 0.10, 0.05])
_NEEDS = np.array(["N1", "N2", "N3", "N4", "N5", "N6", "N8"])
_NEED_WEIGHTS = np.array([0.62, 0.04, 0.04, 0.10, 0.14, 0.02, 0.04])
_LEFT = np.array(["E4A", "E4B", "E45", "E46", "E12", "E8", "E41"])
_MOVED = np.array(["CARPL", "CREQB", "CREQO", "LAREQ", "CHILD", "STAND", "OTHER"])
_ETHNIC = np.array(["WBRI", "WOTH", "MWBC", "MWAS", "APKN", "BAFR", "OOTH", "NOBT"])
_ETHNIC_WEIGHTS = np.array([0.86, 0.03, 0.03, 0.02, 0.02, 0.02, 0.01, 0.01])
#: Shares of the children: those who left this year, and those on short breaks (V3, V4), who do not count.
_LEAVERS, _SHORT_BREAKS = 0.28, 0.05


@dataclass(frozen=True)
class Lives:
    """Children and their episodes. Days count from 1970-01-01; -1 in ``ended`` is an open episode."""

    born: Ints
    sex: Texts
    ethnic: Texts
    is_mother: npt.NDArray[np.bool_]
    child: Ints
    """For each episode the number of its child; episodes are in the order of children and of time."""
    began: Ints
    ended: Ints
    columns: dict[str, Texts]


def make(random: np.random.Generator, open_children: int, as_of: date, year_begins: date) -> Lives:
    """Make ``open_children`` children in care on the day, and in due share those who left and short breaks."""
    today, first_day = ((d - date(1970, 1, 1)).days for d in (as_of, year_begins))
    leavers, breaks = int(open_children * _LEAVERS), max(2, int(open_children * _SHORT_BREAKS))
    count = open_children + leavers + breaks
    left = np.zeros(count, dtype=bool)
    left[open_children : open_children + leavers] = True
    is_break = np.arange(count) >= open_children + leavers
    last_day = np.where(left, random.integers(first_day, max(today, first_day + 1), count), today)
    age = np.clip(random.gamma(4.0, 900.0, count), 90, 6_500).astype(np.int64)
    stay = np.clip(random.exponential(850.0, count).astype(np.int64) + 45, 45, age - 1)
    moves = np.minimum(random.geometric(0.45, count), np.maximum(stay // _DAYS_PER_EPISODE, 1))
    moves[is_break] = 1
    child, began, ended = _starts(random, last_day - stay, stay, moves, left)
    columns = _codes(random, child, began, ended, left, is_break)
    here = (ended < 0) | (ended >= first_day)  # the return holds what touches the year
    born = last_day - age
    return Lives(
        born=born,
        sex=random.choice(np.array(["M", "F"]), count, p=[0.56, 0.44]),
        ethnic=random.choice(_ETHNIC, count, p=_ETHNIC_WEIGHTS),
        is_mother=random.random(count) < 0.004,
        child=child[here],
        began=began[here],
        ended=ended[here],
        columns={name: values[here] for name, values in columns.items()},
    )


def _starts(
    random: np.random.Generator, first: Ints, stay: Ints, moves: Ints, left: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Cut each stay into episodes: about equal, each cut shifted by at most a third of a piece."""
    child = np.repeat(np.arange(len(moves)), moves)
    position = np.arange(len(child)) - np.repeat(np.cumsum(moves) - moves, moves)
    piece = (stay / moves)[child]
    shift = np.where(position == 0, 0.0, random.uniform(-0.3, 0.3, len(child)))
    began = first[child] + np.floor((position + shift) * piece).astype(np.int64)
    is_last = np.append(child[1:] != child[:-1], True)
    ended = np.append(began[1:], -1)
    ended[is_last] = np.where(left, first + stay, -1)
    return child, began, ended


def _codes(
    random: np.random.Generator,
    child: Ints,
    began: Ints,
    ended: Ints,
    left: npt.NDArray[np.bool_],
    is_break: npt.NDArray[np.bool_],
) -> dict[str, Texts]:
    count = len(child)
    is_first = np.append(True, child[1:] != child[:-1])
    is_last = np.append(is_first[1:], True)
    rne = np.where(is_first, "S", random.choice(_RNE, count, p=_RNE_WEIGHTS))
    legal = _LEGAL[_walk(random, child, is_first, np.isin(rne, ["L", "B", "U"]), len(_LEGAL))]
    legal = np.where(is_break[child], np.where(child % 2, "V3", "V4"), legal)
    place = _PLACES[_walk(random, child, is_first, np.isin(rne, ["P", "T", "B", "U"]), len(_PLACES), _PLACE_WEIGHTS)]
    provider = np.where(place == "P1", "PR0", random.choice(np.array(["PR1", "PR4", "PR5"]), count))
    moves_on = np.append(np.isin(rne[1:], ["P", "T", "B", "U"]), False) & ~is_last
    is_open = ended < 0
    return {
        "RNE": rne,
        "LS": legal,
        "CIN": random.choice(_NEEDS, child.max() + 1, p=_NEED_WEIGHTS)[child],
        "PLACE": place,
        "PLACE_PROVIDER": provider,
        "REC": np.where(is_open, "", np.where(is_last, random.choice(_LEFT, count), "X1")),
        "REASON_PLACE_CHANGE": np.where(moves_on, random.choice(_MOVED, count), ""),
    }


def _walk(
    random: np.random.Generator,
    child: Ints,
    is_first: npt.NDArray[np.bool_],
    changes: npt.NDArray[np.bool_],
    size: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> Ints:
    """Return a code number per episode that changes within a child exactly where ``changes`` says."""
    start = random.choice(size, child.max() + 1, p=weights)[child]
    step = np.where(is_first, 0, np.where(changes, random.integers(1, size, len(child)), 0))
    total = np.cumsum(step)
    before = np.maximum.accumulate(np.where(is_first, total, 0))
    walked: Ints = (start + total - before) % size
    return walked
