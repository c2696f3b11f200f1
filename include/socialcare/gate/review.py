"""Compare a new version with the one that people read, keep what differs, and hold it if that is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.gate import differ, judge
from socialcare.gate.declared import load
from socialcare.gate.judge import Diff, Finding
from socialcare.warehouse import versions_held
from socialcare.warehouse.versions_held import Held

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 6
_COLUMNS = (
    "version_id, against_version, mart, access, indicator_id, council_code, council_name, change, figures, period,"
    " value_before, value_after, release_before, release_after"
)


def review(version_id: int, night_id: str) -> list[Finding]:
    """Let an audited version go on, or hold it: raises Fault ``version_held`` naming each reason.

    A first version, or the first from other sources, has nothing to compare with; one that people have read, or that
    a person has approved beside what is read still, is not asked about again.
    """
    with connect("publisher") as connection:
        against = _compared_with(connection, version_id)
        if against is None:
            versions_held.supersede()
            return []
        declared = load()
        diff = differ.diff(connection, declared, against, version_id)
        keep(connection, diff, version_id, against)
    found = judge.findings(diff, declared) if len(diff.sizes) else []
    declined = versions_held.declined_before(version_id)
    if declined:
        found.insert(0, Finding("declined_before", "", "", 0, f"exactly these figures were declined by {declined}"))
    if not found:
        versions_held.supersede()
        return []
    deadline = versions_held.hold(version_id, against, night_id, [one.as_dict() for one in found])
    raise Fault(
        "version_held",
        f"Version {version_id} is held for a person until {deadline:%Y-%m-%d %H:%M} UTC, because "
        f"{len(found)} change(s) from version {against} are too large to go out by themselves: {told(found)}.",
        where=f"version {version_id}",
        remedy=versions_held.how_to_answer(version_id),
    )


def told(found: list[Finding]) -> str:
    """Return the reasons in one line: every rule once before any twice."""
    order = sorted(range(len(found)), key=lambda n: (sum(one.rule == found[n].rule for one in found[:n]), n))
    lines = [sentence(found[n]) for n in order[:_SHOWN]]
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(lines) + more


def sentence(one: Finding) -> str:
    """Return one reason in words, its rule first."""
    place = f" {one.mart}, {one.indicator}:" if one.mart else ""
    return f"{one.rule}:{place} {one.text}"


def question(held: Held) -> str:
    """Return what is to be read before answering, as Airflow's page shows it."""
    lines = [f"- {sentence(Finding(**one))}" for one in held.findings]
    return (
        f"Version {held.version_id} differs from version {held.against_version}, which people read, by more than goes "
        f"out by itself:\n\n" + "\n".join(lines) + f"\n\nEvery change: `socialcare diff {held.version_id}`. An answer "
        f"needs your name and a reason. Without one by {held.deadline:%Y-%m-%d %H:%M} UTC it is not published."
    )


def _compared_with(connection: psycopg.Connection, version_id: int) -> int | None:
    """Return what people read, or the newest they read from the same kind of sources; None: nothing to compare."""
    row = connection.execute(
        "select o.version_id from versions.version n"
        " left join versions.holds h on h.version_id = n.version_id"
        " join versions.version o on o.data_mode = n.data_mode and o.version_id <> n.version_id"
        " left join versions.current c on c.version_id = o.version_id"
        " where n.version_id = %s and n.state = 'audited' and n.published_at is null"
        # An answer counts beside what was read when it was given.
        " and (h.decision is distinct from 'approved'"
        "  or h.current_version is distinct from (select version_id from versions.current))"
        " and o.state = 'published' and o.dropped_at is null"
        " order by c.version_id is null, o.published_at desc limit 1",
        [version_id],
    ).fetchone()
    return int(row[0]) if row else None


def keep(connection: psycopg.Connection, diff: Diff, version_id: int, against: int) -> None:
    """Write the diff, one row per indicator, council and kind of change; where no value is told, the number alone."""
    connection.execute("delete from quality.release_diff where version_id = %s", [version_id])
    if diff.rows.empty:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy quality.release_diff ({_COLUMNS}) from stdin".encode()) as copy,
    ):
        for row in summed(diff.rows):
            copy.write_row([version_id, against, *row])


def summed(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return a row per mart, indicator, council and change, with its largest change where everybody may read it."""
    by = ["mart", "told_as", "indicator", "council", "change"]
    moved = (rows["after"] - rows["beside"]).abs() / rows["beside"].abs().clip(lower=1e-9)
    largest = rows.assign(moved=moved.fillna(-1)).sort_values("moved", ascending=False, kind="stable")
    counted = rows.groupby(by).size().rename("figures")
    first = largest.drop_duplicates(by).set_index(by).join(counted)
    first.loc[first.index.get_level_values("told_as") == "own", ["period", "before", "after"]] = None
    shown = ["council_name", "change", "figures", "period", "before", "after", "release_before", "release_after"]
    told = first.reset_index()[["mart", "told_as", "indicator", "council", *shown]].astype(object)
    return [tuple(row) for row in told.where(told.notna(), None).to_numpy()]
