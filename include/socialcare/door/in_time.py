"""Tell at the door what was done in time, from whole days: beyond it a day near a birth is its month (ADR 0015)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from socialcare.door.cells import NO_DAY, Bools, Checked, Days
from socialcare.registry.bank_holidays import BANK_HOLIDAYS
from socialcare.registry.return_tables import Column, InTime

_HOLIDAYS = np.array(BANK_HOLIDAYS, dtype="datetime64[D]")


def told_in_time(declared: dict[str, Column], columns: dict[str, Checked]) -> dict[str, Checked]:
    """Return the dates of a block of which it is declared when they are in time, each with the answer."""
    return {
        name: replace(columns[name], in_time=_answers(limit, columns[name], columns[limit.beside]))
        for name in columns
        if (limit := declared[name].in_time) and limit.beside in columns
    }


def _answers(limit: InTime, done: Checked, beside: Checked) -> pa.Array:
    assert done.days is not None
    assert beside.days is not None
    unknown = (done.days == NO_DAY) | (beside.days == NO_DAY)
    if limit.working_days is None:
        return pa.array(done.days <= beside.days, mask=unknown)
    return pa.array(_within(limit.working_days, beside.days, done.days, unknown), mask=unknown)


def _within(most: int, since: Days, until: Days, unknown: Bools) -> Bools:
    """Count as DfE does: the day after the first is one, and neither weekends nor England's bank holidays count."""
    begin, end = (np.where(unknown, 0, days + 1).astype("datetime64[D]") for days in (since, until))
    within: Bools = np.busday_count(begin, end, holidays=_HOLIDAYS) <= most
    return within
