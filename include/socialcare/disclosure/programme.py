"""The attack on one group of counts: an integer programme, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from socialcare.disclosure.cells import SMALL, Bound, Cell
from socialcare.disclosure.relations import Relation
from socialcare.errors import Fault


@dataclass
class Effort:
    """How many programmes were solved, and how many groups of counts they were about."""

    programmes: int = 0
    groups: int = 0


class Programme:
    """Counts within their bounds that fit every relation: which values of 1 to 5 may one of them have?"""

    def __init__(self, bounds: Mapping[Cell, Bound], relations: Sequence[Relation], effort: Effort) -> None:
        self._bounds, self._effort = bounds, effort
        self._place = {cell: place for place, cell in enumerate(bounds)}
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        for one in bounds.values():
            self._solver.addVar(one.low, one.high)
        for cell, one in bounds.items():
            if one.is_whole:
                self._solver.changeColIntegrality(self._place[cell], highspy.HighsVarType.kInteger)
        for relation in relations:
            self._solver.addRow(
                relation.low,
                relation.high,
                len(relation.terms),
                np.array([self._place[cell] for cell, _ in relation.terms], dtype=np.int32),
                np.array([factor for _, factor in relation.terms], dtype=np.double),
            )

    def possible(self, targets: Sequence[Cell]) -> dict[Cell, frozenset[int]]:
        """Return which values of 1 to 5 each target may have."""
        found: dict[Cell, set[int]] = {target: set() for target in targets}
        self._effort.groups += 1
        for target in targets:
            for value in SMALL:
                if value not in found[target]:
                    self._try(target, value, found)
        return {target: frozenset(values) for target, values in found.items()}

    def _try(self, target: Cell, value: int, found: dict[Cell, set[int]]) -> None:
        place, bound = self._place[target], self._bounds[target]
        # A count of parts of people (full-time equivalents) is near the value.
        low, high = (value, value) if bound.is_whole else (value - 0.5, min(value + 0.5, SMALL[-1]))
        self._solver.changeColBounds(place, max(low, bound.low), min(high, bound.high))
        solution = self._solve() if max(low, bound.low) <= min(high, bound.high) else None
        self._solver.changeColBounds(place, bound.low, bound.high)
        if solution is None:
            return
        # One solution shows a value of every target at once.
        for other in found:
            near = min(max(round(solution[self._place[other]]), SMALL[0]), SMALL[-1])
            if abs(near - solution[self._place[other]]) <= (1e-6 if self._bounds[other].is_whole else 0.5):
                found[other].add(near)
        found[target].add(value)

    def _solve(self) -> list[float] | None:
        self._effort.programmes += 1
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return list(self._solver.getSolution().col_value)
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        raise Fault(
            "disclosure_risk", "The attack on what would be shared could not be carried through.",
            where="socialcare.disclosure", remedy="nothing was published. Run the night again; if it stays, report it.",
            retryable=True,
        )  # fmt: skip
