"""The statements that carry the history of one table on by one delivery: set-based, over what raw holds of it.

A row is the same as the night before when it says the same (``content``). Of the others, what is gone and what has
come under the same key (``record``) are the two sides of one change; the rest is new, back again, or missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg import sql

from socialcare.warehouse.history_shape import OF_VERSION, Shape
from socialcare.warehouse.history_tables import identified


@dataclass(frozen=True)
class Step:
    """One table of one delivery, and what its history knows so far."""

    delivery_id: int
    council_id: str
    is_synthetic: bool
    collection_year: int | None
    as_of_date: date
    before: date | None
    """The day described by the delivery before that held this table; None: this is the first."""
    quarantined: int

    @property
    def values(self) -> dict[str, object]:
        """What the statements are given."""
        return {
            "delivery": self.delivery_id,
            "council": self.council_id,
            "synthetic": self.is_synthetic,
            "year": self.collection_year,
            "day": self.as_of_date,
            "before": self.before,
            "quarantined": self.quarantined,
        }


_HELD = sql.SQL(
    "h.council_id = %(council)s and h.is_synthetic = %(synthetic)s and h.collection_year is not distinct from %(year)s"
)
_SAME = sql.SQL("i.content = h.content and i.nth = h.nth")


def incoming(shape: Shape) -> sql.Composed:
    """The signs of the delivery's rows and the days on which they hold; what they say stays in raw until it is new."""
    starts = sql.Identifier(shape.starts) if shape.starts else sql.SQL("null::date")
    ends = sql.SQL("least({})").format(sql.SQL(", ").join(map(sql.Identifier, shape.ends))) if shape.ends else starts
    return sql.SQL(
        "create temporary table incoming on commit drop as"
        " select *, row_number() over (partition by content order by line)::integer as nth from ("
        " select {record} as record, {content} as content, {starts} as valid_from, {ends} as valid_to,"
        " {latest} as latest, _line as line from {raw} where _delivery_id = %(delivery)s) as sent"
    ).format(
        starts=starts,
        ends=ends,
        record=_sign(shape, shape.key),
        content=_sign(shape, tuple(shape.columns)),
        latest=_latest(shape),
        raw=sql.Identifier("raw", shape.raw),
    )


def come(shape: Shape) -> sql.Composed:
    """Rows that say what was not known the night before."""
    return sql.SQL(
        "create temporary table come on commit drop as select i.*,"
        " row_number() over (partition by i.record order by i.content, i.nth) as turn"
        " from incoming as i"
        " where not exists (select 1 from {history} as h where {held} and h.known_to is null and {same})"
    ).format(history=identified(shape), held=_HELD, same=_SAME)


def gone(shape: Shape) -> sql.Composed:
    """What was known and is not said any more, and why: its other side came, or what silence means."""
    return sql.SQL(
        "create temporary table gone on commit drop as"
        " with waiting as materialized ("
        " select subject_token from raw.waiting_subjects where delivery_id = %(delivery)s and table_name = {name}"
        " and %(quarantined)s > 0"
        "), missing as ("
        " select h.ctid as place, h.record, h.valid_to, h.not_told_because, {token} as token,"
        " row_number() over (partition by h.record order by h.content, h.nth) as turn"
        " from {history} as h where {held} and h.known_to is null"
        " and not exists (select 1 from incoming as i where {same}))"
        " select m.place, m.record, m.turn, case"
        " when c.record is not null then case when {open} and m.valid_to is null and c.valid_to >= %(before)s"
        " then 'ended' else 'corrected' end"
        " when m.not_told_because = 'too_old' then 'still_too_old'"
        " when exists (select 1 from waiting as w where w.subject_token is null or w.subject_token = m.token)"
        " then 'quarantined'"
        " when {rolling} and m.valid_to < coalesce((select min(valid_to) from incoming), 'infinity') then 'too_old'"
        " else 'deleted' end as fate"
        " from missing as m left join come as c on m.record = c.record and m.turn = c.turn"
    ).format(
        name=sql.Literal(shape.name),
        token=_token(shape.subject),
        history=identified(shape),
        held=_HELD,
        same=_SAME,
        open=sql.Literal(bool(shape.ends)),
        rolling=sql.Literal(shape.rolling),
    )


def told_again(shape: Shape) -> sql.Composed:
    """What deliveries were silent on and this one tells again, unchanged."""
    return sql.SQL(
        "update {history} as h set not_told_since = null, not_told_because = null"
        " where {held} and h.known_to is null and h.not_told_since is not null"
        " and exists (select 1 from incoming as i where {same})"
    ).format(history=identified(shape), held=_HELD, same=_SAME)


def close(shape: Shape) -> sql.Composed:
    """End what this delivery says otherwise, or leaves out though nothing keeps it from telling."""
    return sql.SQL(
        "update {history} as h set known_to = %(day)s, known_to_delivery = %(delivery)s, closed_as = g.fate,"
        " not_told_since = null, not_told_because = null"
        " from gone as g where h.ctid = g.place and g.fate in ('ended', 'corrected', 'deleted')"
    ).format(history=identified(shape))


def doubt(shape: Shape) -> sql.Composed:
    """Keep the last that is known of what is missing and may still hold, and say since when it is not told."""
    return sql.SQL(
        "update {history} as h set not_told_since = coalesce(h.not_told_since, %(day)s), not_told_because = g.fate"
        " from gone as g where h.ctid = g.place and g.fate in ('quarantined', 'too_old')"
    ).format(history=identified(shape))


def begin(shape: Shape) -> sql.Composed:
    """Add a version for each row that came, and note how many rows the delivery told and what they changed."""
    return sql.SQL(
        "with begun as (insert into {history} ({version}, {said})"
        " select %(council)s, %(synthetic)s, %(year)s, c.record, c.content, c.nth, c.valid_from, c.valid_to,"
        " %(day)s, %(delivery)s, {kind}, null, null, null, null, null, {said_r}"
        " from come as c join {raw} as r on r._delivery_id = %(delivery)s and r._line = c.line"
        " left join gone as g on c.record = g.record and c.turn = g.turn returning opened_as)"
        " insert into intermediate.int_history__changes (delivery_id, table_name, change, row_count)"
        " select %(delivery)s, {name}, change, row_count from ("
        " select 'told' as change, count(*) as row_count from incoming"
        " union all select opened_as, count(*) from begun where opened_as not in ('ended', 'corrected')"
        " group by opened_as"
        " union all select fate, count(*) from gone where fate <> 'still_too_old' group by fate) as counted"
    ).format(
        history=identified(shape),
        version=sql.SQL(", ").join(map(sql.Identifier, OF_VERSION)),
        said=sql.SQL(", ").join(map(sql.Identifier, shape.columns)),
        said_r=sql.SQL(", ").join(sql.Identifier("r", name) for name in shape.columns),
        raw=sql.Identifier("raw", shape.raw),
        kind=_kind(shape),
        name=sql.Literal(shape.name),
    )


def _kind(shape: Shape) -> sql.Composed:
    """Why a version begins. Late: it held before the day that the delivery before described, and was not told."""
    return sql.SQL(
        "case when g.record is not null then g.fate when %(before)s::date is null then 'first'"
        " when exists (select 1 from {history} as h where {held} and h.record = c.record and h.closed_as = 'deleted')"
        " then 'returned' when c.latest < %(before)s then 'late' else 'new' end"
    ).format(history=identified(shape), held=_HELD)


def _sign(shape: Shape, names: tuple[str, ...]) -> sql.Composable:
    """16 bytes that are the same when the columns say the same. Empty ones do not count, nor does 1 against 1.0."""
    if not names:
        return sql.SQL("''::bytea")
    told = [
        sql.SQL("{} || " + ("trim_scale({})" if shape.columns[name].kind.startswith("numeric") else "{}")).format(
            sql.Literal(f"{name}="), sql.Identifier(name)
        )
        for name in names
    ]
    return sql.SQL("substr(sha256(convert_to(concat_ws(chr(31), {}), 'UTF8')), 1, 16)").format(sql.SQL(", ").join(told))


def _latest(shape: Shape) -> sql.Composable:
    """The last day on which the row may have begun: the end of the month where only the month is kept."""
    if not shape.starts:
        return sql.SQL("null::date")
    starts, flag = sql.Identifier(shape.starts), f"{shape.starts}_is_month"
    if flag not in shape.columns:
        return starts
    return sql.SQL("case when {flag} then ({starts} + interval '1 month - 1 day')::date else {starts} end").format(
        flag=sql.Identifier(flag), starts=starts
    )


def _token(subject: str | None) -> sql.Composable:
    """The keyed number that findings know a subject by: the first 8 bytes of its token, the lowest first."""
    if subject is None:
        return sql.SQL("null::bigint")
    name = sql.Identifier("h", subject)
    pairs = sql.SQL(" || ").join(sql.SQL("substr({}, {}, 2)").format(name, sql.Literal(at)) for at in range(15, 0, -2))
    return sql.SQL("('x' || {})::bit(64)::bigint").format(pairs)
