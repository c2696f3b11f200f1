"""What the attack knows, read from the warehouse: shared rows, true figures, earlier versions, publications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from math import inf
from typing import Any

import psycopg
from psycopg.rows import dict_row

from socialcare.disclosure.attack import Knowledge
from socialcare.disclosure.cells import Bound, Cell, Told, bound
from socialcare.disclosure.relations import Catalogue, Relation, rule
from socialcare.disclosure.remembered import Remembered
from socialcare.disclosure.statements import Row, Statements, cells_of, take

NOT_SHARED = "Not shared as at this month end."

_ROWS = "select * from marts.shared_local_indicators"

_TRUTHS = "select council_code, measure, period_type, month_end, amount from intermediate.int_shared__counted"

_RULES = "select kind, whole, coalesce(parts, '') as parts, factor from reference.disclosure_relations"

#: Whatever was published and is still kept, the version that people read last: it is what stays.
_BEFORE = """
select shared.*, built.state as version_state from versions.shared_local_indicators as shared
join versions.version as built using (version_id)
left join versions.current using (version_id)
where built.published_at is not null and built.dropped_at is null
order by current.version_id is not null, shared.version_id
"""

#: What publishers say of the same council, indicator and period as a shared row.
_PUBLISHED = """
select shared.council_code, shared.period_type, shared.month_end, shared.numerator_measure, shared.denominator_measure,
    theirs.value, theirs.numerator, theirs.denominator, theirs.unit, theirs.decimals
from marts.shared_local_indicators as shared
join marts.indicator_values as theirs
    on theirs.indicator_id = shared.indicator_id and theirs.area_code = shared.council_code
    and theirs.period_end_date = shared.period_end_date
    and coalesce(theirs.period_start_date = shared.period_start_date, true)
where theirs.geographic_level = 'la' and theirs.value is not null
"""

#: Of what a publisher hides of ours: what it says of each council of the region, and of the region.
_REGION = """
with hidden as (
    select distinct shared.indicator_id, shared.numerator_measure, shared.period_type, shared.month_end,
        theirs.period, councils.region_code
    from marts.shared_local_indicators as shared
    join marts.indicator_values as theirs
        on theirs.indicator_id = shared.indicator_id and theirs.area_code = shared.council_code
        and theirs.period_end_date = shared.period_end_date
        and coalesce(theirs.period_start_date = shared.period_start_date, true)
    join reference.councils as councils on councils.council_code = shared.council_code
    where theirs.geographic_level = 'la' and theirs.value_status = 'suppressed'
)
select hidden.indicator_id, hidden.numerator_measure, hidden.period_type, hidden.month_end, hidden.region_code,
    theirs.geographic_level, theirs.area_code, theirs.value_status,
    case when theirs.unit = 'number' then theirs.value else theirs.numerator end as amount
from hidden
join marts.indicator_values as theirs on theirs.indicator_id = hidden.indicator_id and theirs.period = hidden.period
left join reference.councils as councils on councils.council_code = theirs.area_code
where theirs.area_code = hidden.region_code
    or (theirs.geographic_level = 'la' and councils.region_code = hidden.region_code)
"""

#: Publishers round a region's counts to the nearest 10.
_REGION_REACH = 5


def shared_before(connection: psycopg.Connection) -> list[Row]:
    """Return every row that was ever published and is still kept; those that people read now come last."""
    there = connection.execute("select to_regclass('versions.shared_local_indicators')").fetchone()
    return _read(connection, _BEFORE) if there and there[0] else []


def knowledge(connection: psycopg.Connection, before: Iterable[Row], remembered: Remembered | None = None) -> Knowledge:
    """Return all that an attacker has, once tonight's rows are shared too.

    What was told is held against what was true then (``remembered``), what is new against what is true tonight.
    """
    rules = [rule(row["kind"], row["whole"], row["parts"], row["factor"]) for row in _read(connection, _RULES)]
    times = {one.whole: one.factor for one in rules if one.kind == "multiple"}
    truths = {
        Cell(row["council_code"], row["measure"], row["period_type"], row["month_end"]): float(row["amount"])
        for row in _read(connection, _TRUTHS)
        if row["amount"] is not None
    }
    statements, stays = Statements(), dict[Cell, float]()
    for version_id, shared in groupby(before, key=lambda row: row["version_id"]):
        then = remembered.as_of(version_id) if remembered else {}
        for row in shared:
            take(statements, row, truths, times, then, is_new=False)
            if row["version_state"] != "withdrawn":
                stays |= {cell: then[cell] for cell, *_ in cells_of(row) if cell in then}
    for row in _read(connection, _ROWS):
        take(statements, row, truths, times, stays, is_new=True)
    relations = Catalogue(rules, statements.begins).relations()
    bounds, shares = _published(_read(connection, _PUBLISHED), statements.told)
    for cell, told in _regions(_read(connection, _REGION), shares):
        bounds.setdefault(cell, told)
    for cell, otherwise in statements.said_otherwise:
        also = bound(otherwise, is_whole=not _is_in_parts(truths, cell.measure))
        bounds[cell] = bounds[cell].within(also) if cell in bounds else also
    return Knowledge(statements.told, relations, bounds, shares)


def _is_in_parts(truths: Mapping[Cell, float], measure: str) -> bool:
    return any(truth % 1 for cell, truth in truths.items() if cell.measure == measure)


def _published(rows: Iterable[Row], told: Mapping[Cell, Told]) -> tuple[dict[Cell, Bound], list[Relation]]:
    """Return what publishers' counts and percentages say of ours, where they count the same."""
    bounds: dict[Cell, Bound] = {}
    shares: list[Relation] = []
    for row in rows:
        cells = {
            side: Cell(row["council_code"], row[f"{side}_measure"], row["period_type"], row["month_end"])
            for side in ("numerator", "denominator")
            if row[f"{side}_measure"] not in (None, "population")
        }
        for side, cell in cells.items():
            amount = row["value"] if side == "numerator" and row["unit"] in ("number", "FTE") else row[side]
            if amount is not None and cell in told and told[cell].truth == float(amount):
                bounds[cell] = Bound(float(amount), float(amount), float(amount) % 1 == 0)
        if row["unit"] == "%" and len(cells) == 2 and all(cell in told for cell in cells.values()):
            shares += _share(cells["numerator"], cells["denominator"], float(row["value"]), int(row["decimals"]))
    return bounds, shares


def _regions(rows: Iterable[Row], relations: list[Relation]) -> Iterator[tuple[Cell, Bound]]:
    """Add what a region's total says of those of its councils that are hidden; yield each of them."""
    together: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = tuple(
            row[name] for name in ("indicator_id", "numerator_measure", "period_type", "month_end", "region_code")
        )
        together.setdefault(key, []).append(row)
    for (_, measure, kind, month_end, _), said in together.items():
        total = [row["amount"] for row in said if row["geographic_level"] == "region"]
        councils = [row for row in said if row["geographic_level"] == "la"]
        hidden = [row for row in councils if row["value_status"] == "suppressed"]
        known = [row["amount"] for row in councils if row["value_status"] != "suppressed"]
        if len(total) != 1 or None in [*total, *known]:
            continue
        cells = [Cell(row["area_code"], measure, kind, month_end) for row in hidden]
        left = float(total[0]) - float(sum(known))
        terms = tuple((cell, 1.0) for cell in cells)
        relations.append(Relation(terms, left - _REGION_REACH, left + _REGION_REACH))
        yield from ((cell, Bound()) for cell in cells)


def _share(part: Cell, whole: Cell, percentage: float, decimals: int) -> list[Relation]:
    """Return that a part is this share of its whole, as far as the percentage is given."""
    half = 0.5 * 10.0**-decimals
    return [
        Relation(((part, 100.0), (whole, -(percentage - half))), 0, inf),
        Relation(((part, 100.0), (whole, -(percentage + half))), -inf, 0),
    ]


def _read(connection: psycopg.Connection, query: str) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()
