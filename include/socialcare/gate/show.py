"""What differs between a version and the one before it, for a person to read: on a terminal and in the data docs."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from socialcare.database import connect
from socialcare.gate.judge import Finding
from socialcare.gate.review import sentence
from socialcare.warehouse import versions_held

_LISTED = 40
_BY_INDICATOR = """
select mart, indicator_id, change, sum(figures)::bigint as figures, count(*) as councils,
    bool_or(access = 'own') as is_own
from quality.release_diff where version_id = %s
group by 1, 2, 3 order by change in ('added', 'restated'), change, figures desc, mart, indicator_id
"""
_LARGEST = """
select indicator_id, council_name, period, value_before, value_after, change, figures
from quality.release_diff
where version_id = %s and access = 'shared' and change in ('changed', 'hidden', 'removed')
order by abs(value_after - value_before) / nullif(abs(value_before), 0) desc nulls last, indicator_id, council_name
limit %s
"""


def show(console: Console, version_id: int | None) -> None:
    """Print a version's diff: why it was held, counts by indicator, the largest changes. Default: the newest diff."""
    version_id = version_id or _newest()
    if version_id is None:
        console.print("No version has been compared with another yet.")
        return
    against, compared_at = _against(version_id)
    if against is None:
        console.print(f"Version {version_id} differs in no figure from the one it was compared with, or was the first.")
    else:
        console.print(f"Version {version_id} beside version {against}, compared {compared_at:%Y-%m-%d %H:%M} UTC")
    _show_hold(console, version_id)
    if against is not None:
        console.print(_table(("mart", "indicator", "change", "figures", "councils"), counts(version_id)))
        changed = largest(version_id)
        if changed:
            console.print("Largest changes of old figures that everybody may read:")
            console.print(_table(("indicator", "council", "period", "before", "after", "change", "figures"), changed))


def _show_hold(console: Console, version_id: int) -> None:
    held = versions_held.find(version_id)
    if held is None:
        return
    words = f"{held.decision} by {held.decided_by}: {held.reason}" if held.decided_by else held.decision
    state = words or ("waits for a person" if held.is_open else "was not answered in time")
    console.print(f"Held until {held.deadline:%Y-%m-%d %H:%M} UTC; {state}.", markup=False, highlight=False)
    for one in held.findings:
        console.print(f"  {sentence(Finding(**one))}", markup=False, highlight=False)
    if held.is_open:
        console.print(f"  what to do: {versions_held.how_to_answer(version_id)}", markup=False, highlight=False)


def largest(version_id: int) -> list[tuple[Any, ...]]:
    """Return the largest changes of old figures that everybody may read."""
    return _rows(_LARGEST, version_id, _LISTED)


def counts(version_id: int) -> list[tuple[Any, ...]]:
    """Return how many figures changed how, by mart and indicator; what was added as one sum."""
    rows = _rows(_BY_INDICATOR, version_id)
    kept = [row for row in rows if row[2] != "added"]
    added = sum(row[3] for row in rows if row[2] == "added")
    told = [(mart + (" (counts alone)" if own else ""), *rest) for mart, *rest, own in kept[:_LISTED]]
    if len(kept) > _LISTED:
        told.append(("...", f"{len(kept) - _LISTED} more", "", "", ""))
    return [*told, ("all", "", "added", added, "")]


def _against(version_id: int) -> tuple[Any, Any]:
    found = _rows(
        "select against_version, max(compared_at) from quality.release_diff where version_id = %s group by 1",
        version_id,
    )
    return (found[0][0], found[0][1]) if found else (None, None)


def _newest() -> int | None:
    found = _rows(
        "select max(version_id) from (select version_id from quality.release_diff"
        " union all select version_id from versions.holds) either"
    )
    return int(found[0][0]) if found and found[0][0] is not None else None


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect("publisher") as connection:
        return connection.execute(query.encode(), values).fetchall()


def _table(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table


def show_trend(console: Console, nights: int) -> None:
    """Print how the checks came out, night by night, newest first, and what did not pass in the newest."""
    console.print(_table(("night", "layer", "passed", "warned", "failed", "not evaluated"), trend(nights)))
    wrong = _rows(
        "select outcome, severity, suite, expectation, why from quality.results where outcome <> 'passed'"
        " and night_id = (select night_id from quality.trend order by ran_at desc limit 1) order by 1, 2, 3"
    )
    for outcome, severity, suite, expectation, why in wrong:
        line = f"{outcome} ({severity}) {suite} {expectation}: {why}"
        console.print(line, markup=False, highlight=False)


def trend(nights: int) -> list[tuple[Any, ...]]:
    """Return each night's checks, by layer, the newest night first."""
    return _rows(
        "select night_id, layer, passed, warned, failed, errors from quality.trend order by ran_at desc limit %s",
        2 * nights,
    )
