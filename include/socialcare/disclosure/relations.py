"""What the catalogue says of how counts depend on each other: the rules that an attacker reckons with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import inf

from socialcare.disclosure.cells import Bound, Cell

_SLACK = 1e-6


@dataclass(frozen=True)
class Rule:
    """One row of the seed disclosure_relations."""

    kind: str
    whole: str
    parts: str
    factor: float = 1


@dataclass(frozen=True)
class Relation:
    """A sum of counts that lies between two numbers."""

    terms: tuple[tuple[Cell, float], ...]
    low: float
    high: float

    @property
    def is_equality_of_two(self) -> bool:
        return len(self.terms) == 2 and self.low == self.high == 0

    def holds(self, amounts: Mapping[Cell, float]) -> bool:
        total = sum(factor * amounts[cell] for cell, factor in self.terms)
        return self.low - _SLACK <= total <= self.high + _SLACK

    def says_nothing(self, bounds: Mapping[Cell, Bound]) -> bool:
        """Whether it holds whatever the counts are within their bounds."""
        least = sum(f * (bounds[c].low if f > 0 else bounds[c].high) for c, f in self.terms)
        most = sum(f * (bounds[c].high if f > 0 else bounds[c].low) for c, f in self.terms)
        return self.low - _SLACK <= least and most <= self.high + _SLACK


class Catalogue:
    """The rules, applied to the counts that there are. ``begins`` is the first day of each count's period."""

    def __init__(self, rules: Iterable[Rule], begins: Mapping[Cell, date | None]) -> None:
        self._rules = list(rules)
        self._begins = begins
        self._months: dict[tuple[str, str, str], list[Cell]] = {}
        for cell in sorted(begins, key=lambda one: one.month_end):
            self._months.setdefault((cell.council, cell.measure, cell.period_type), []).append(cell)

    def relations(self) -> list[Relation]:
        """Return every relation between counts that are shared or hidden."""
        found = list(self._ended_years())
        for rule in self._rules:
            if rule.kind == "running":
                found += self._running(rule.whole)
            elif rule.kind == "stock":
                found += self._stock(rule)
            else:
                found += self._of_one_period(rule)
        return list(dict.fromkeys(found))

    def _of_one_period(self, rule: Rule) -> Iterator[Relation]:
        """Yield parts within a whole, a total, two names of one count, or a multiple."""
        names = rule.parts.split(" + ")
        for whole in self._cells(rule.whole):
            parts = [cell for cell in (self._beside(whole, name) for name in names) if cell]
            is_complete = len(parts) == len(names)
            if rule.kind == "at_most" and parts:
                yield Relation(((whole, rule.factor), *((part, -1.0) for part in parts)), 0, inf)
            elif rule.kind == "total" and parts:
                yield Relation(((whole, 1.0), *((part, -1.0) for part in parts)), 0, 0 if is_complete else inf)
            elif is_complete:
                yield Relation(((whole, 1.0), (parts[0], -rule.factor)), 0, 0)

    def _stock(self, rule: Rule) -> Iterator[Relation]:
        """Yield what a stock changed by from one month end to the next: what came in less what went out."""
        flow_in, flow_out = rule.parts.split(" - ")
        for series in (found for (_, measure, _), found in self._months.items() if measure == rule.whole):
            for before, after in pairwise(series):
                terms = [(after, 1.0), (before, -1.0)]
                flows = [self._since(after, before, flow_in, -1), self._since(after, before, flow_out, 1)]
                if all(flows):
                    yield Relation((*terms, *flows[0], *flows[1]), 0, 0)

    def _since(self, after: Cell, before: Cell, measure: str, sign: int) -> tuple[tuple[Cell, float], ...]:
        now, then = (Cell(cell.council, measure, "year_to_date", cell.month_end) for cell in (after, before))
        if now not in self._begins or then not in self._begins:
            return ()
        if self._begins[now] == self._begins[then]:
            return ((now, sign), (then, -sign))
        return ((now, sign),)  # the year began between the two

    def _running(self, measure: str) -> Iterator[Relation]:
        """Yield how years to date grow, and what they and twelve months say of each other."""
        for cell in self._cells(measure):
            if cell.period_type == "year_to_date":
                yield from self._grows(cell)
            elif cell.period_type == "rolling_12_months":
                yield from self._twelve_months(cell)

    def _grows(self, cell: Cell) -> Iterator[Relation]:
        series = self._months[cell.council, cell.measure, cell.period_type]
        after = next((one for one in series if one.month_end > cell.month_end), None)
        if after is None or self._begins[after] != self._begins[cell]:
            return
        yield Relation(((after, 1), (cell, -1)), 0, inf)
        rolled = [Cell(one.council, one.measure, "rolling_12_months", one.month_end) for one in (after, cell)]
        if all(one in self._begins for one in rolled):
            # Twelve months gain what the year gained, and lose what is twelve months old.
            yield Relation(((after, 1), (cell, -1), (rolled[0], -1), (rolled[1], 1)), 0, inf)

    def _twelve_months(self, cell: Cell) -> Iterator[Relation]:
        year = Cell(cell.council, cell.measure, "year_to_date", cell.month_end)
        if year not in self._begins:
            return
        yield Relation(((cell, 1), (year, -1)), 0, inf)
        series = self._months[cell.council, cell.measure, "year_to_date"]
        before = [one for one in series if one.month_end < (self._begins[year] or one.month_end)]
        ended = [
            one for one in before if (self._begins[year] or one.month_end).toordinal() - one.month_end.toordinal() == 1
        ]
        ago = [one for one in before if (one.month_end.year + 1, one.month_end.month) == _month(cell)]
        if ended and ago and ended[0] != ago[0]:
            yield Relation(((cell, 1), (ago[0], 1), (year, -1), (ended[0], -1)), 0, 0)

    def _ended_years(self) -> Iterator[Relation]:
        """Yield that a year to date which has ended is the twelve months."""
        for cell in self._begins:
            rolled = Cell(cell.council, cell.measure, "rolling_12_months", cell.month_end)
            is_both = cell.period_type == "year_to_date" and rolled in self._begins
            if is_both and self._begins[rolled] == self._begins[cell]:
                yield Relation(((rolled, 1), (cell, -1)), 0, 0)

    def _cells(self, measure: str) -> list[Cell]:
        return [cell for (_, name, _), cells in self._months.items() if name == measure for cell in cells]

    def _beside(self, whole: Cell, measure: str) -> Cell | None:
        """Return the same council's count of another thing at the same time; a stock stands beside a flow."""
        for kind in (whole.period_type, "snapshot"):
            cell = Cell(whole.council, measure, kind, whole.month_end)
            if cell in self._begins:
                return cell
        return None


def rule(kind: str, whole: str, parts: str, factor: float | None = None) -> Rule:
    """Return a rule as the seed has it. Raises ValueError for a word that is no kind of rule."""
    if not re.fullmatch("at_most|total|same|multiple|stock|running", kind):
        raise ValueError(f"no such kind of relation: {kind}")
    return Rule(kind, whole, parts, factor or 1)


def _month(cell: Cell) -> tuple[int, int]:
    return cell.month_end.year, cell.month_end.month
