"""Two councils that took each other's figures: each says now what the other said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Matrix = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pair:
    """Two councils, in how many places they are swapped, and the first of these."""

    mart: str
    one: str
    other: str
    places: int
    indicator: str
    period: str


def pairs(rows: pd.DataFrame, *, times: float, exact: float, close: float, share: float, wanted: int) -> Iterator[Pair]:
    """Find the pairs of councils that are swapped in at least ``wanted`` places (an indicator at a period).

    A place counts where the two were ``times`` apart. An old figure must now be the other's within ``exact``. A new
    period moves by itself: within ``close`` is enough there, if it is so in ``share`` of all the places.
    """
    told = rows[(rows["after"] > 0) & (rows["beside"] > 0)]
    for mart, within in told.groupby("mart", sort=False):
        names = within.drop_duplicates("council").set_index("council")["council_name"].sort_index()
        for chosen, near, part in (
            (within[within["was_there"]], exact, 0.0),
            (within[within["is_new_period"]], close, share),
        ):
            yield from _of_mart(str(mart), chosen, names, times, near, part, wanted)


def _of_mart(
    mart: str, rows: pd.DataFrame, names: pd.Series[str], times: float, near: float, share: float, wanted: int
) -> Iterator[Pair]:
    import pandas as pd

    hits, places = np.zeros((2, len(names), len(names)), dtype=np.int64)
    first: dict[tuple[int, int], tuple[str, str]] = {}
    for (indicator, _, _, period), group in rows.groupby(["indicator", "kind", "series", "period"], sort=False):
        at = names.index.get_indexer(pd.Index(group["council"]))
        apart, swapped = _compared(group, np.log(times), near)
        places[np.ix_(at, at)] += apart
        hits[np.ix_(at, at)] += swapped
        for one, other in zip(*np.nonzero(np.triu(swapped)), strict=True):
            first.setdefault((min(at[one], at[other]), max(at[one], at[other])), (str(indicator), str(period)))
    found = np.triu((hits >= wanted) & (hits >= share * places) & (hits > 0))
    for one, other in zip(*np.nonzero(found), strict=True):
        yield Pair(mart, names.iloc[one], names.iloc[other], int(hits[one, other]), *first[int(one), int(other)])


def _compared(group: pd.DataFrame, far: float, near: float) -> tuple[Matrix, Matrix]:
    before, after = np.log(group["beside"].to_numpy()), np.log(group["after"].to_numpy())
    apart = np.abs(before[:, None] - before[None, :]) >= far
    like = np.abs(after[:, None] - before[None, :]) <= near
    return apart.astype(np.int64), (apart & like & like.T).astype(np.int64)
