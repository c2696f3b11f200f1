"""Was a file of Explore Education Statistics received whole? Asked of its rows, as a cut may fall between two."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from socialcare.errors import Fault
from socialcare.land.codes import Codes
from socialcare.land.headings import Naming

#: A period with fewer rows than this share of the largest is short. Councils come and go: in the real files the
#: smallest period has 0.98 of the rows of the largest.
FEWEST_ROWS = 0.9
_AREA = ("geographic_level", "country_code", "region_code", "new_la_code")


def check(codes: Codes, naming: Naming) -> None:
    """Raise Fault ``truncated`` where the rows prove that the end of the file is missing.

    These files restate each period for every area, period by period. Each period ends with the same row (the last
    filters of the last council of Outer London), and the file must end with it too; the periods that its name promises
    must be there. A period that is merely short, its end in place, was published so: `compare` judges it.
    """
    where = f"{naming.where}, column time_period"
    periods = codes.words("time_period")
    promised = re.search(r"_(\d{4})_to_(\d{4})\.csv$", naming.file_name)
    for year in promised.groups() if promised else ():
        if year not in periods and all(len(str(period)) == len(year) for period in periods):
            raise cut(f"The file's name promises the period {year}; there is no row of it.", where)
    if missing := _end_is_missing(codes, naming) or _area_is_short(codes):
        rows = np.bincount(codes.of("time_period"), minlength=len(periods))
        has, most = int(rows[periods.index(missing)]), int(rows.max())
        if has < FEWEST_ROWS * most:
            raise cut(f"The period {missing} has {number_of(has, 'row')} where others have {most}.", where)
        raise cut(f"The last rows of the period {missing} are missing; the other periods have them.", where)


def _end_is_missing(codes: Codes, naming: Naming) -> str | None:
    """Return the last period where it lacks the row with which the other periods end."""
    numbers = codes.of("time_period")
    ends = np.append(np.flatnonzero(np.diff(numbers)), len(numbers) - 1)
    keys = codes.together([name for name in naming.table.grain if name in codes and name != "time_period"])
    others = [int(key) for key in keys[ends[:-1]]]
    if not others or int(keys[-1]) in others:
        return None
    usual, times = Counter(others).most_common(1)[0]
    if 2 * times <= len(others):  # another layout: its periods do not end alike
        return None
    # One real file ends its oldest year with another council: nothing is missing where the usual end is elsewhere.
    return None if usual in keys[ends[-2] + 1 :] else str(codes.words("time_period")[numbers[-1]])


def _area_is_short(codes: Codes) -> str | None:
    """Return the last period where one area has fewer rows than others, though in each other period all have as many.

    A file is also laid out breakdown by breakdown, or has an area added at its end.
    """
    numbers, size = codes.of("time_period"), len(codes.words("time_period"))
    areas = codes.together([*(name for name in _AREA if name in codes), "time_period"])
    found, rows = np.unique(areas, return_counts=True)
    periods = found % size
    uneven = {int(period) for period in np.unique(periods) if len(np.unique(rows[periods == period])) > 1}
    return str(codes.words("time_period")[numbers[-1]]) if uneven == {int(numbers[-1])} else None


def number_of(count: int, what: str) -> str:
    """1 row, 2 rows."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def cut(what: str, where: str) -> Fault:
    """A file that was not received whole."""
    remedy = "fetch the file again; it was not received whole."
    return Fault("truncated", what, where=where, remedy=remedy, retryable=True)
