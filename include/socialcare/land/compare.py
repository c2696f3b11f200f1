"""A release against the one before it: rows, periods and England's totals, where a change would be implausible.

An arriving release is compared with the newest earlier one that counts and, where releases arrive out of order,
the oldest later one is compared with it; a correction also with the file that it replaces. What is implausible and
yet right is accepted in the source's file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from socialcare.errors import Fault
from socialcare.land import areas, totals
from socialcare.land.complete import FEWEST_ROWS, number_of
from socialcare.land.headings import Naming
from socialcare.land.parse import Parsed
from socialcare.land.totals import Totals

#: A release restates each year for the same councils: a year's rows differ by up to 1% across the real releases.
ROWS_CHANGE = 0.1
#: A table without years (the areas of a country, the visits of a year) may change more: the population workbooks
#: went from the United Kingdom to England and Wales with 12% fewer rows.
TABLE_CHANGE = 0.5
#: A release's newest period ends in its own year; one real file was filed a year early.
YEARS_AHEAD = 1

_BESIDE = {
    "before": "release < %s order by release desc",
    "replaced": "release = %s",
    "after": "release > %s order by release",
}


@dataclass(frozen=True)
class Side:
    """One release of a table: what the comparison needs of it. A table without periods has one, named ''.

    ``areas`` are those of the newest period, of a table that feeds a comparison.
    """

    naming: Naming
    rows: dict[str, int]
    england: Totals
    areas: frozenset[str] = frozenset()

    @property
    def newest(self) -> str:
        return max(self.rows)


def check(connection: psycopg.Connection, table_name: str, naming: Naming, parsed: Parsed) -> None:
    """Raise a Fault where the arriving table differs implausibly from its neighbours in time, or the file it replaces.

    Faults: ``area_unknown``, ``areas_missing``, ``rows_implausible``, ``periods_implausible``,
    ``totals_implausible``.
    """
    areas.check(parsed.table, parsed.line_numbers, naming)
    arriving = side_of(parsed, naming)
    _is_of_its_year(arriving, table_name)
    for which in _BESIDE:
        found = _landing(connection, naming, table_name, which)
        if found is not None:
            held = _held(connection, table_name, *found)
            compare(*((arriving, held) if which == "after" else (held, arriving)), table_name)
    alone(arriving, table_name)


def compare(older: Side, newer: Side, table_name: str) -> None:
    """Raise a Fault where one release differs implausibly from the release before it."""
    for kind, what in _differences(older, newer):
        if not _is_accepted(newer.naming, table_name, kind):
            raise _implausible(kind, newer.naming, table_name, what, beside=older.naming)
    if lost := areas.missing(older.areas, newer.areas):
        raise _areas_missing(newer, table_name, ", ".join(lost), f" Release {older.naming.release} has it.")


def alone(arriving: Side, table_name: str) -> None:
    """Raise a Fault for what no release before is needed to see."""
    for kind, what in (("rows", _short(arriving)), ("totals", totals.leap(arriving.england))):
        if what and not _is_accepted(arriving.naming, table_name, kind):
            raise _implausible(kind, arriving.naming, table_name, what)
    if _has_areas(arriving.naming) and arriving.newest not in arriving.england:
        raise _areas_missing(arriving, table_name, f"England ({areas.ENGLAND})")


def side_of(parsed: Parsed, naming: Naming) -> Side:
    """Return what the comparison needs of a table that was just read."""
    if not naming.table.standard:
        return Side(naming, {"": parsed.table.num_rows}, {})
    counted = parsed.table.column("time_period").value_counts().to_pylist()
    rows = {str(row["values"]).strip(): int(row["counts"]) for row in counted}
    held = areas.of_table(parsed.table, max(rows)) if _has_areas(naming) else set()
    return Side(naming, rows, totals.of_table(parsed.table, naming), frozenset(held))


def _landing(connection: psycopg.Connection, naming: Naming, table_name: str, which: str) -> tuple[Naming, int] | None:
    """Return the newest earlier landing that counts, the one of the same release, or the oldest later one."""
    row = connection.execute(
        f"select release, file_name, landing_id from raw.current_landings"  # our own words
        f" where source_id = %s and table_name = %s and {_BESIDE[which]} limit 1",
        [naming.source.id, table_name, naming.release],
    ).fetchone()
    if row is None:
        return None
    release, file_name, landing_id = row
    return Naming.of(naming.source, table_name, release, file_name), landing_id


def _held(connection: psycopg.Connection, table_name: str, naming: Naming, landing_id: int) -> Side:
    """Read what the comparison needs of a landing."""
    table = sql.Identifier("raw", naming.source.raw_table(table_name))
    period = sql.SQL("trim(time_period)" if naming.table.standard else "''")
    query = sql.SQL("select {}, count(*) from {} where _landing_id = %s group by 1").format(period, table)
    rows: dict[str, int] = dict(connection.execute(query, [landing_id]).fetchall())
    if not naming.table.standard:
        return Side(naming, rows, {})
    query = sql.SQL("select {} from {} where _landing_id = %s and geographic_level = any(%s)").format(
        sql.SQL(", ").join(map(sql.Identifier, totals.columns_of(naming))), table
    )
    cursor = connection.cursor(row_factory=dict_row)
    england = cursor.execute(query, [landing_id, totals.national_words(naming)]).fetchall()
    codes: list[str | None] = []
    if _has_areas(naming):
        newest = sql.SQL(
            "select distinct coalesce(new_la_code, region_code) from {} where _landing_id = %s and {} = %s"
        )
        found = connection.execute(newest.format(table, period), [landing_id, max(rows)])
        codes = [code for (code,) in found]
    return Side(naming, rows, totals.of_rows(england, naming), frozenset(areas.parts_of(codes)))


def _has_areas(naming: Naming) -> bool:
    """Whether a comparison needs the table's regions and councils."""
    return naming.table.core and naming.table.standard == "ees"


def _differences(older: Side, newer: Side) -> Iterator[tuple[str, str]]:
    """Yield each kind of implausible difference and what it is."""
    allowed = ROWS_CHANGE if newer.naming.table.standard else TABLE_CHANGE
    for period in sorted(older.rows.keys() & newer.rows.keys(), reverse=True):
        old, new = older.rows[period], newer.rows[period]
        if abs(new - old) > allowed * old:
            of = f" for {period}" if period else ""
            yield "rows", f"it has {number_of(new, 'row')}{of}, and the one before had {old}."
            break
    if newer.naming.table.standard and (lost := _lost(set(older.rows), set(newer.rows))):
        yield "periods", lost
    if what := totals.difference(older.england, newer.england):
        yield "totals", what


def _lost(older: set[str], newer: set[str]) -> str:
    """Say which periods the newer release lacks although it should restate them."""
    newest = max(older)
    if newest > max(newer):
        return f"it ends with {max(newer)}, and the one before ended with {newest}."
    if gone := sorted(period for period in older - newer if period > min(newer)):
        return f"it lacks {', '.join(gone)}, which the one before had."
    if len(newer) < len(older):
        return f"it has {number_of(len(newer), 'period')} from {min(newer)} on, and the one before had {len(older)}."
    return ""


def _short(side: Side) -> str:
    """Say which period has fewer rows than the others of the same file."""
    period = min(side.rows, key=side.rows.__getitem__)
    few, most = side.rows[period], max(side.rows.values())
    return f"it has {number_of(few, 'row')} for {period}, and {most} for another." if few < FEWEST_ROWS * most else ""


def _is_of_its_year(arriving: Side, table_name: str) -> None:
    naming = arriving.naming
    if not naming.table.standard or not naming.release.isdecimal():
        return
    newest = max(arriving.rows, key=_year)
    if _year(newest) > int(naming.release) + YEARS_AHEAD and not _is_accepted(naming, table_name, "periods"):
        raise _implausible("periods", naming, table_name, f"it has the period {newest}, which is years ahead.")


def _year(period: str) -> int:
    """The year in which a period ends: 2024 in 2024, 202324 in 2024."""
    return int(period[:4]) + (len(period) > 4)


def _areas_missing(side: Side, table_name: str, names: str, beside: str = "") -> Fault:
    naming = side.naming
    return Fault(
        "areas_missing",
        f"Release {naming.release} of {table_name} has no rows for {names} in {side.newest}, its newest period."
        f"{beside}",
        where=f"{naming.where}, column geographic_level",
        remedy="open the file; every comparison needs these areas: wait for a corrected one. A council that was "
        "abolished leaves include/socialcare/councils and gets a valid_to in "
        f"dbt_project/{areas.FOLDER}/councils.csv.",
    )


def _is_accepted(naming: Naming, table_name: str, kind: str) -> bool:
    return any(
        (accepted.release, accepted.table, accepted.check) == (naming.release, table_name, kind)
        for accepted in naming.source.accepted
    )


def _implausible(kind: str, naming: Naming, table_name: str, what: str, beside: Naming | None = None) -> Fault:
    source, release = naming.source, naming.release
    compared = ""
    if beside:
        is_correction = beside.release == release
        compared = f", compared with {'the file that it replaces' if is_correction else f'release {beside.release}'},"
    return Fault(
        f"{kind}_implausible",
        f"Release {release} of {table_name}{compared} is implausible: {what}",
        where=f"{source.id}, file {naming.file_name}" + (f" beside {beside.file_name}" if beside else ""),
        remedy=f"open the file; if it is right, add {{release: '{release}', table: {table_name}, check: {kind}, "
        f"why: ...}} to `accepted` in {source.file} and run the source again; else wait for a corrected one.",
    )
