"""Was a file of Explore Education Statistics received whole? Asked of its rows, as a cut may fall between two."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from socialcare.errors import Fault
from socialcare.land.codes import Codes
from socialcare.land.headings import Naming

#: A period with fewer rows than this share of the largest was cut. Councils come and go: in the real files the
#: smallest period has 0.98 of the rows of the largest.
FEWEST_ROWS = 0.9


def check(codes: Codes, naming: Naming) -> None:
    """Raise Fault ``truncated`` where whole rows are missing from the end.

    These files restate each period for every area, period by period: a period that stops short, or one that the
    file's name promises and the file lacks, is a file that was cut. Each period ends with the same row (the last
    filters of the last council of Outer London); the file must end with it too.
    """
    where = f"{naming.where}, column time_period"
    periods = codes.words("time_period")
    rows = np.bincount(codes.of("time_period"), minlength=len(periods))
    fewest = int(rows.argmin())
    if rows[fewest] < FEWEST_ROWS * rows.max():
        raise cut(f"The period {periods[fewest]} has {rows[fewest]} rows where others have {rows.max()}.", where)
    promised = re.search(r"_(\d{4})_to_(\d{4})\.csv$", naming.file_name)
    for year in promised.groups() if promised else ():
        if year not in periods and all(len(str(period)) == len(year) for period in periods):
            raise cut(f"The file's name promises the period {year}; there is no row of it.", where)
    if missing := _end_is_missing(codes, naming):
        raise cut(f"The last rows of the period {missing} are missing; the other periods have them.", where)


def _end_is_missing(codes: Codes, naming: Naming) -> str | None:
    """Return the last period where it lacks the row with which the other periods end."""
    numbers = codes.of("time_period")
    ends = np.append(np.flatnonzero(np.diff(numbers)), len(numbers) - 1)
    keys = codes.together([name for name in naming.table.grain if name in codes and name != "time_period"])
    others = [int(key) for key in keys[ends[:-1]]]
    if not others or int(keys[-1]) in others:
        return None
    usual = Counter(others).most_common(1)[0][0]
    last = keys[ends[-2] + 1 :]
    # One real file ends its oldest year with another council: nothing is missing where the usual end is elsewhere.
    return None if usual in last else str(codes.words("time_period")[numbers[-1]])


def cut(what: str, where: str) -> Fault:
    """A file that was not received whole."""
    remedy = "fetch the file again; it was not received whole."
    return Fault("truncated", what, where=where, remedy=remedy, retryable=True)
