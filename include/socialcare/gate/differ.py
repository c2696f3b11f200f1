"""Compare two versions over every declared mart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from socialcare.gate import compare
from socialcare.gate.declared import Declared
from socialcare.gate.judge import Diff

if TYPE_CHECKING:
    pass


def diff(connection: psycopg.Connection, declared: Declared, before: int, after: int) -> Diff:
    """Return what differs between two versions, and the sizes that shares are of."""
    import pandas as pd

    rows, sizes, missing, back = [], [], [], []
    # The planner takes what is grouped for a few rows, and would compare each with each.
    connection.execute("set local enable_nestloop = off")
    for mart in compare.comparable(connection, declared, before, after):
        rows.append(compare.rows_of(connection, mart, before, after))
        size = compare.sizes_of(connection, mart, before, after)
        sizes.append(size.assign(mart=mart.name, one_calendar=mart.one_calendar))
        if mart.one_calendar:
            gone = compare.missing_of(connection, mart, declared.councils, before, after)
            missing.append(gone.assign(mart=mart.name))
        else:
            back.append(compare.gone_back_of(connection, mart, before, after).assign(mart=mart.name))
    if not rows:
        return Diff(*(pd.DataFrame() for _ in range(4)))
    whole = compare.classed(pd.concat(rows, ignore_index=True), declared.tolerance)
    return Diff(whole, *(pd.concat(part or [pd.DataFrame()], ignore_index=True) for part in (sizes, missing, back)))
