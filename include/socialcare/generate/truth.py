"""The planted truth: the right answer for every indicator, counted in the life itself and never in a file."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from socialcare.generate.rows import OPEN, Bools, Days, Ints

#: Round numbers, made up: a rate here shows how one is computed, and is no council's rate.
POPULATION = {"durham": 100_000, "south_tyneside": 30_000, "redcar_and_cleveland": 27_000}


@dataclass(frozen=True)
class Figure:
    """One right answer. ``value`` is the numerator, or its share, mean or rate as ``unit`` says."""

    indicator: str
    name: str
    unit: str
    numerator: float
    denominator: float | None
    value: float | None
    how: str


def count(indicator: str, name: str, numerator: float, how: str) -> Figure:
    """Return a plain number."""
    return Figure(indicator, name, "number", numerator, None, numerator, how)


def share(indicator: str, name: str, numerator: float, denominator: float, how: str) -> Figure:
    """Return a percentage; nothing where there is nobody to count."""
    value = 100 * numerator / denominator if denominator else None
    return Figure(indicator, name, "percent", numerator, denominator, value, how)


def mean(indicator: str, name: str, numerator: float, denominator: float, how: str) -> Figure:
    """Return a mean; nothing where there is nobody to count."""
    value = numerator / denominator if denominator else None
    return Figure(indicator, name, "mean", numerator, denominator, value, how)


def per_10_000(indicator: str, name: str, numerator: float, council_id: str, how: str) -> Figure:
    """Return a rate in the made-up population of the council."""
    people = POPULATION.get(council_id, 25_000)
    return Figure(indicator, name, "per 10,000", numerator, people, 10_000 * numerator / people, how)


def total(mask: Bools) -> int:
    """Count the rows that a mask picks."""
    return int(np.count_nonzero(mask))


def different(owners: Ints) -> int:
    """Count each owner once."""
    return len(np.unique(owners))


def distinct_each(owner: Ints, value: Ints, size: int) -> Ints:
    """Return how many different values each of ``size`` owners has."""
    pairs = np.unique(np.stack([owner, value], axis=1), axis=0)
    return np.bincount(pairs[:, 0].astype(np.int64), minlength=size)


def in_time(began: Days, first_due: Days, owner: Ints, held: Days, due_after: Days, begins: int, until: int) -> Bools:
    """Say whose every review in a time was in time.

    ``owner`` is the place in ``began`` of each review held, in the order of owners and of time; ``due_after`` is
    when the next was due. What is not due yet is in time; what was due and has not been held is late.
    """
    known = held <= until
    owner, held, due_after = owner[known], held[known], due_after[known]
    kept = np.ones(len(began), dtype=bool)
    order = np.lexsort((held, owner))
    owner, held, due_after = owner[order], held[order], due_after[order]
    is_last = np.append(owner[1:] != owner[:-1], True) if len(owner) else np.zeros(0, dtype=bool)
    following = np.where(is_last, OPEN, np.append(held[1:], OPEN))
    _mark_late(kept, owner, due_after, following, begins, until)
    first = np.full(len(began), OPEN)
    np.minimum.at(first, owner, held)
    _mark_late(kept, np.arange(len(began)), first_due, first, begins, until)
    return kept


def _mark_late(kept: Bools, owner: Ints, due: Days, done: Days, begins: int, until: int) -> None:
    late = (done > due) & (due < until) & (done >= begins)
    kept[owner[late]] = False


def write(figures: list[Figure], path: Path, about: dict[str, object]) -> None:
    """Write the truth beside a delivery: JSON where the name says so, CSV otherwise."""
    if path.suffix == ".json":
        made = {"synthetic": True, **about, "figures": [asdict(figure) for figure in figures]}
        path.write_text(json.dumps(made, indent=1, default=_plain) + "\n")
        return
    with path.open("w", newline="") as file:
        names = [*about, *asdict(figures[0])]
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({**about, **asdict(figure)} for figure in figures)


def _plain(value: npt.NDArray[np.generic] | np.generic) -> object:
    return value.item()
