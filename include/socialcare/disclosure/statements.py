"""What shared rows say of each count, held against what it truly was when they said it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from socialcare.disclosure.cells import Cell, Said, Told, bound, is_small

Row = dict[str, Any]


@dataclass
class Statements:
    """What is said of each count, now and in every version that is kept, and when each period begins."""

    told: dict[Cell, Told] = field(default_factory=dict)
    begins: dict[Cell, date | None] = field(default_factory=dict)
    said_otherwise: list[tuple[Cell, Told]] = field(default_factory=list)


def hidden_in(rows: Iterable[Row]) -> set[Cell]:
    """Return the counts that these rows hide and none of them shows."""
    said = [(cell, status) for row in rows for cell, _, status in cells_of(row)]
    shown = {cell for cell, status in said if status == "rounded"}
    return {cell for cell, status in said if status == "suppressed"} - shown


def take(
    found: Statements,
    row: Row,
    truths: Mapping[Cell, float],
    times: Mapping[str, float],
    then: Mapping[Cell, float] = MappingProxyType({}),
    *,
    is_new: bool,
) -> None:
    """Add what a shared row says of its counts to what was said of them before.

    A count is what it was when it was told (``then``); where that is not known, or is not what is shown, what it is.
    """
    for cell, shown, status in cells_of(row):
        known = tuple(amount for amounts in (then, truths) if (amount := amounts.get(cell)) is not None)
        told = _told(shown, status, known, times.get(cell.measure, 1.0), is_new=is_new)
        if told is None:
            continue
        told, earlier = replace(told, now=_by_now(told, truths.get(cell))), found.told.get(cell)
        if earlier is None:
            found.told[cell], found.begins[cell] = told, row["period_start_date"]
        elif earlier.said is not told.said or earlier.shown != told.shown:
            _reconcile(found, cell, earlier, told)
        elif told.truth is not None:  # the same words, of the count that what stays is about
            found.told[cell] = replace(told, is_new=earlier.is_new)


def _reconcile(found: Statements, cell: Cell, earlier: Told, told: Told) -> None:
    """Two statements say something else of one count: a reader has both, of which one may not be of the true count."""
    if told.truth is None and earlier.truth is not None:
        return
    if earlier.truth != told.truth or earlier.said is Said.KEPT_BACK:
        # Of another true count. What was hidden and small stays protected while it stands as hidden.
        if earlier.truth is None or (earlier.said, told.said) != (Said.SMALL, Said.HIDDEN):
            found.told[cell] = told
    elif told.said is Said.SHOWN:
        was_shown = earlier.said is Said.SHOWN
        if was_shown and earlier.truth is not None:
            found.said_otherwise.append((cell, earlier))
        # What was hidden whenever it was told may be hidden again.
        found.told[cell] = replace(told, is_new=told.is_new and (earlier.is_new or not was_shown))


def cells_of(row: Row) -> Iterator[tuple[Cell, float | None, str]]:
    """Yield each count of a row: what it is, what is shown of it, and its status."""
    for side in ("numerator", "denominator"):
        measure = row[f"{side}_measure"]
        if measure is not None and measure != "population":
            cell = Cell(row["council_code"], measure, row["period_type"], row["month_end"])
            yield cell, None if row[side] is None else float(row[side]), row[f"{side}_status"]


def _told(shown: float | None, status: str, known: tuple[float, ...], times: float, *, is_new: bool) -> Told | None:
    truth = known[0] if known else None
    if status == "rounded":
        told = Told(Said.SHOWN, shown, None, is_new, times)
        # One that does not fit was corrected since it was shared: what it was is not known any more.
        fitting = (amount for amount in known if bound(told, is_whole=amount % 1 == 0).holds(amount))
        return replace(told, truth=next(fitting, None))
    if status == "suppressed":
        is_own = truth is None or is_small(truth / times)
        return Told(Said.SMALL if is_own else Said.HIDDEN, None, truth, is_new, times)
    return None if truth is None else Told(Said.KEPT_BACK, None, truth, is_new, times)


def _by_now(told: Told, amount: float | None) -> float | None:
    """Return what the count is by now, where that is something else and what is told of it is true all the same."""
    if amount is None or amount == told.truth or (told.said is Said.SMALL and not is_small(amount / told.times)):
        return None
    return amount if told.said is not Said.SHOWN or bound(told, is_whole=amount % 1 == 0).holds(amount) else None
