"""The control before a version is made: what was shared stays, the attack runs, more is hidden where it succeeds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from socialcare.database import connect
from socialcare.disclosure import reading, remembered
from socialcare.disclosure.attack import Attack
from socialcare.disclosure.cells import Cell, Said, columns_of
from socialcare.disclosure.reading import NOT_SHARED
from socialcare.disclosure.secondary import Protection
from socialcare.disclosure.secondary import protect as hide_more
from socialcare.disclosure.statements import Row, hidden_in
from socialcare.errors import Fault

_MART = sql.Identifier("marts", "shared_local_indicators")
_KEY = ("council_code", "indicator_id", "period_type", "month_end")

#: Those of a row that say what was counted; its names and words may be bettered later.
_FIGURES = (
    *("as_of_date", "period_start_date", "period_end_date", "value", "value_status", "status_reason", "numerator"),
    *("numerator_status", "denominator", "denominator_status", "population_year", "is_synthetic"),
)

_HIDDEN = "c: 1 to 5, or hidden so that none can be worked out."

_HIDE = """
update {mart} set {side} = null, {side_status} = %(status)s, value = null,
    value_status = case when value_status in ('rounded', 'suppressed') then %(status)s else value_status end,
    status_reason = case when value_status in ('rounded', 'suppressed') then %(reason)s else status_reason end
where (council_code, {side_measure}, period_type, month_end) in (
    select * from unnest(%(councils)s::text[], %(measures)s::text[], %(kinds)s::text[], %(months)s::date[])
)
"""


@dataclass(frozen=True)
class Controlled:
    """What the control did: counts only, and the true counts that ``remembered.keep`` is to keep."""

    shared: int
    small: int
    hidden: int
    kept_back: int
    by_publishers: int
    open_before: int
    programmes: int
    seconds: float
    truths: Mapping[Cell, float] = field(default_factory=dict, repr=False)


def protect(night_id: str) -> Controlled:
    """Attack what ``marts.shared_local_indicators`` would share in this night, and hide there what gives others away.

    Raises Fault ``disclosure_risk``, and changes nothing, when a hidden count cannot be protected.
    """
    started = time.monotonic()
    with connect("publisher") as connection:
        before, truths = reading.shared_before(connection), remembered.read(connection)
    attack = Attack()
    with connect("transformer") as connection:
        before = _of_tonights_kind(connection, before)
        _let_stay(connection, (row for row in before if row["version_state"] != "withdrawn" and _was_shared(row)))
        made = hide_more(reading.knowledge(connection, before, truths), attack)
        _require_safe(made, night_id)
        _hide(connection, made.hidden, "suppressed", _HIDDEN)
        _hide(connection, made.kept_back, "not_available", NOT_SHARED)
        _require_safe(hide_more(reading.knowledge(connection, before, truths), attack), night_id, nothing_more=True)
    return _controlled(made, attack, time.monotonic() - started)


def _of_tonights_kind(connection: psycopg.Connection, before: Iterable[Row]) -> list[Row]:
    """Return earlier rows without the SYNTHETIC ones of what is real tonight: they say nothing of it, nor stay."""
    kinds = sql.SQL("select distinct council_code, return_id, is_synthetic from {}").format(_MART)
    tonight = set(connection.execute(kinds).fetchall())
    return [
        row for row in before
        if (row["council_code"], row["return_id"], not row["is_synthetic"]) not in tonight
    ]  # fmt: skip


def _let_stay(connection: psycopg.Connection, shared: Iterable[Row]) -> None:
    """Put back what was shared of a month end, as it was: a correction shows from the next month end on."""
    names = [
        column.name
        for column in connection.execute(sql.SQL("select * from {} limit 0").format(_MART)).description or ()
    ]
    rows = {tuple(row[name] for name in _KEY): row for row in shared}  # the last one stays
    if not rows:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    connection.execute(sql.SQL("create temporary table stays on commit drop as table {} with no data").format(_MART))
    with connection.cursor().copy(sql.SQL("copy stays ({}) from stdin").format(columns)) as copy:
        for row in rows.values():
            copy.write_row([row.get(name) for name in names])
    same = sql.SQL(" and ").join(sql.SQL("now.{0} = stays.{0}").format(sql.Identifier(name)) for name in _KEY)
    taken = sql.SQL(", ").join(sql.SQL("{0} = stays.{0}").format(sql.Identifier(name)) for name in _FIGURES)
    connection.execute(sql.SQL("update {} as now set {} from stays where {}").format(_MART, taken, same))
    connection.execute(
        sql.SQL(
            "insert into {0} ({1}) select {1} from stays where not exists (select from {0} as now where {2})"
        ).format(_MART, columns, same)
    )
    # Also under a name that is new tonight: what was corrected since would else be told of a month end that is out.
    _hide(connection, hidden_in(rows.values()), "suppressed", _HIDDEN)


def _was_shared(row: Row) -> bool:
    """Whether a row told anything: where its value is not available, one of its counts may have been told."""
    told = {row["numerator_status"], row["denominator_status"]} & {"rounded", "suppressed"}
    return bool(told or row["value_status"] != "not_available" or row["status_reason"] == NOT_SHARED)


def _hide(connection: psycopg.Connection, cells: Iterable[Cell], status: str, reason: str) -> None:
    those = columns_of(cells)
    for side in ("numerator", "denominator"):
        names = {"side": side, "side_status": f"{side}_status", "side_measure": f"{side}_measure"}
        query = sql.SQL(_HIDE).format(mart=_MART, **{name: sql.Identifier(told) for name, told in names.items()})
        connection.execute(query, {"status": status, "reason": reason, **those})


def _require_safe(made: Protection, night_id: str, *, nothing_more: bool = False) -> None:
    more = len(made.hidden) + len(made.kept_back) if nothing_more else 0
    if made.left or more:
        raise Fault(
            "disclosure_risk",
            f"In what would be shared, {made.left or more} hidden figures could be worked out closer than 1 to 5.",
            where=f"marts.shared_local_indicators, night {night_id}",
            remedy="nothing was published, and people read the version before. See docs/disclosure.md, when a night is "
            "held; councils' own figures are not the cause.",
        )


def _controlled(made: Protection, attack: Attack, seconds: float) -> Controlled:
    told = made.knowledge.told.values()
    return Controlled(
        shared=len(told),
        small=sum(one.said is Said.SMALL for one in told),
        hidden=len(made.hidden),
        kept_back=len(made.kept_back),
        by_publishers=made.by_publishers,
        open_before=made.open_before,
        programmes=attack.effort.programmes,
        seconds=round(seconds, 3),
        truths={cell: one.truth for cell, one in made.knowledge.told.items() if one.truth is not None},
    )
