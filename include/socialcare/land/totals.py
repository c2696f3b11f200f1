"""England's figures in a table: which differ beyond what a revision, or a year's change, explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pac

from socialcare.land import figures
from socialcare.land.headings import Naming
from socialcare.land.values import our_word

#: Period -> breakdown and measure -> number.
Totals = dict[str, dict[tuple[str, ...], float]]
Row = Mapping[str, str | None]

#: England's figures for a year are restated by a few per cent. Beyond this change, in most of them, something else
#: is counted. Across the real releases at most one figure in nine of a table changes so much.
CHANGE = 0.25
MOST = 0.5
#: A figure that grows or shrinks so much has lost or gained a digit, or is in another unit.
TENFOLD = 10
#: Smaller figures than this move a lot by rounding alone.
SMALL = 20

#: From a year to the next a count moves less than fivefold, one below ten taken for ten, so that a digit too many is
#: seen also where the figure fell. In the newest year of a real file the most is 3 times (30 and 10 children); across
#: all years of all real files 3.8 times, and once 9.7 (cases closed for a reason not known: 26,180 in 2019, 2,700 in
#: 2020), which somebody would have had to accept.
COUNT_FACTOR, COUNT_LEAST = 5, 10.0
#: A rate or a percentage moves less: 1.5 times in the newest year of a real file; across all years at most 3.1 times
#: (assessments per 10,000 children in their first two years: 152.8 and 477.5), next 2.2 (86% of children looked after
#: saw a dentist in 2020, 40% in 2021). Below ten they move more, by rounding too: 7.2% and 0.7%.
RATE_FACTOR, RATE_LEAST = 4, 2.5
_RATE = re.compile(r"(^|_)(rate|perc|percent|percentage|per)(_|$)|^pt_")


def columns_of(naming: Naming) -> list[str]:
    """Return the columns that the comparison reads."""
    names = [column.name for column in (*naming.table.filters, *naming.table.figures)]
    return ["time_period", "geographic_level", *names]


def national_words(naming: Naming) -> list[str]:
    """Return the words for England's rows in this release."""
    renamed = naming.edition.rename_values.get("geographic_level", {}) if naming.edition else {}
    return ["National", *(theirs for theirs, ours in renamed.items() if ours == "National")]


def of_table(table: pa.Table, naming: Naming) -> Totals:
    """Return England's figures of a table that was just read."""
    words = pa.array(national_words(naming), pa.string())
    rows = table.filter(pac.is_in(table.column("geographic_level"), words))
    return of_rows(rows.select([n for n in columns_of(naming) if n in table.column_names]).to_pylist(), naming)


def of_rows(rows: Iterable[Row], naming: Naming) -> Totals:
    """Return England's figures, the breakdown in the words of the other releases."""
    filters = [column.name for column in naming.table.filters]
    totals: Totals = {}
    for row in rows:
        found = totals.setdefault((row["time_period"] or "").strip(), {})
        breakdown = tuple(our_word(naming, name, row.get(name)) for name in filters)
        for column in naming.table.figures:
            value = figures.number(row.get(column.name), naming.table)
            if value is not None:
                found[(*breakdown, column.name)] = value
    return totals


def difference(older: Totals, newer: Totals) -> str:
    """Say how England's figures of the newest shared period differ, where a revision does not explain it."""
    shared = max(older.keys() & newer.keys(), default=None)
    if shared is None:
        return ""
    pairs = {
        key: (older[shared][key], newer[shared][key])
        for key in older[shared].keys() & newer[shared].keys()
        if max(abs(older[shared][key]), abs(newer[shared][key])) >= SMALL
    }
    changed = {key: pair for key, pair in pairs.items() if _change(*pair) > CHANGE}
    tenfold = [key for key, (old, new) in changed.items() if max(old, new) >= TENFOLD * max(min(old, new), 1)]
    if len(changed) > MOST * len(pairs):
        shown = min(changed)
        words = f"{len(changed)} of England's {len(pairs)} figures for {shared} changed by more than {CHANGE:.0%}"
    elif tenfold:
        shown = min(tenfold)
        words = f"a figure of England for {shared} changed tenfold"
    else:
        return ""
    old, new = pairs[shown]
    return f"{words}, as {', '.join(shown)}: {old:g} and now {new:g}."


def leap(england: Totals) -> str:
    """Say which of England's figures is of another size in the newest period than in the one before it."""
    if len(england) < 2:
        return ""
    before, newest = sorted(england)[-2:]
    for key in sorted(england[before].keys() & england[newest].keys()):
        old, new = england[before][key], england[newest][key]
        if _is_leap(key[-1], old, new):
            return f"England's {', '.join(key)} is {old:g} for {before} and {new:g} for {newest}."
    return ""


def _is_leap(column: str, old: float, new: float) -> bool:
    """Whether a year's change is none; a score that may fall below nothing has no size to compare."""
    factor, least = (RATE_FACTOR, RATE_LEAST) if _RATE.search(column) else (COUNT_FACTOR, COUNT_LEAST)
    return min(old, new) >= 0 and max(old, new) >= factor * max(min(old, new), least)


def _change(old: float, new: float) -> float:
    return abs(new - old) / max(abs(old), 1)
