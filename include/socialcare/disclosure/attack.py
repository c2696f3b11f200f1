"""The attack on everything that is shared, and would be: by an outsider, and by each council that knows its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from socialcare.disclosure.cells import SMALL, Bound, Cell, Said, Told, bound
from socialcare.disclosure.programme import Effort, Programme
from socialcare.disclosure.relations import Relation

ALL = frozenset(SMALL)


@dataclass(frozen=True)
class Knowledge:
    """What is said of every count, what publishers say beside it, and what the catalogue says of all."""

    told: Mapping[Cell, Told]
    relations: Sequence[Relation]
    published: Mapping[Cell, Bound] = field(default_factory=dict)
    sums: Sequence[Relation] = ()
    """What publishers say of several counts at once: shares, and totals of regions."""

    def hiding(self, cells: Iterable[Cell], said: Said = Said.HIDDEN) -> Knowledge:
        """Return the same with more counts hidden."""
        return replace(self, told={**self.told, **{cell: replace(self.told[cell], said=said) for cell in cells}})

    @property
    def councils(self) -> list[str]:
        return sorted({cell.council for cell in self.told})

    def circles(self) -> list[Knowledge]:
        """Return the same in parts that no relation joins: most often one for each council."""
        joined: dict[str, set[str]] = {}
        for names in ({name} for name in {cell.council for cell in self.told}):
            joined |= dict.fromkeys(names, names)
        for relation in (*self.relations, *self.sums):
            together = set().union(*(joined.setdefault(c.council, {c.council}) for c, _ in relation.terms))
            joined |= dict.fromkeys(together, together)
        return [self._of(names) for names in {id(names): names for names in joined.values()}.values()]

    def _of(self, councils: set[str]) -> Knowledge:
        return Knowledge(
            {cell: one for cell, one in self.told.items() if cell.council in councils},
            [relation for relation in self.relations if relation.terms[0][0].council in councils],
            {cell: one for cell, one in self.published.items() if cell.council in councils},
            [relation for relation in self.sums if relation.terms[0][0].council in councils],
        )


@dataclass(frozen=True)
class Group:
    """Counts that depend on each other, with all that is known of them."""

    bounds: tuple[tuple[Cell, Bound], ...]
    relations: tuple[Relation, ...]
    targets: tuple[Cell, ...]
    certain: tuple[Relation, ...]
    """Those of the relations that hold of what was told. The others may, or hold of what is true by now."""

    @property
    def cells(self) -> list[Cell]:
        return [cell for cell, _ in self.bounds]


@dataclass(frozen=True)
class Leak:
    """A hidden count that could be narrowed, to which values, and by what."""

    target: Cell
    values: frozenset[int]
    group: Group


class Attack:
    """Attacks that remember what they solved: most groups are the same for every attacker."""

    def __init__(self) -> None:
        self.effort = Effort()
        self._solved: dict[Group, dict[Cell, frozenset[int]]] = {}

    def leaks(self, knowledge: Knowledge) -> list[Leak]:
        """Return every hidden count that some attacker can narrow, once."""
        found: dict[Cell, Leak] = {}
        for circle in knowledge.circles():
            # A council learns nothing from its own figures where no relation joins them with another's.
            insiders = circle.councils if len(circle.councils) > 1 else ()
            for attacker in (None, *insiders):
                for leak in self.leaks_to(circle, attacker):
                    found.setdefault(leak.target, leak)
        return [found[target] for target in sorted(found)]

    def leaks_to(self, knowledge: Knowledge, attacker: str | None) -> list[Leak]:
        """Return what one attacker can narrow: an outsider (None), or a council that knows its own true figures."""
        found = []
        for group in groups(knowledge, attacker):
            for target, values in self._possible(group).items():
                if values != ALL:
                    found.append(Leak(target, values, group))
        return found

    def possible(self, knowledge: Knowledge, attacker: str | None = None) -> dict[Cell, frozenset[int]]:
        """Return the values that each hidden count of 1 to 5 may have."""
        return {cell: values for group in groups(knowledge, attacker) for cell, values in self._possible(group).items()}

    def _possible(self, group: Group) -> dict[Cell, frozenset[int]]:
        if group not in self._solved:
            found = _by_itself(group) or self._solve(group, group.relations)
            if not all(found.values()) and len(group.certain) < len(group.relations):
                found = self._solve(group, group.certain)  # a relation that fits nothing is no knowledge
            self._solved[group] = found
        return self._solved[group]

    def _solve(self, group: Group, relations: Sequence[Relation]) -> dict[Cell, frozenset[int]]:
        return Programme(dict(group.bounds), relations, self.effort).possible(group.targets)


def _by_itself(group: Group) -> dict[Cell, frozenset[int]] | None:
    """Answer for a count that nothing is known of but its own bounds."""
    if group.relations:
        return None
    return {
        cell: frozenset(value for value in SMALL if one.holds(value) or (not one.is_whole and one.low < value))
        for cell, one in group.bounds
    }


def groups(knowledge: Knowledge, attacker: str | None = None) -> list[Group]:
    """Return the groups of counts that depend on each other and hold something hidden, for one attacker."""
    bounds = _bounds(knowledge, attacker)
    told = knowledge.told
    targets = {cell for cell, one in told.items() if one.said is Said.SMALL and cell.council != attacker}
    then = {cell: one.truth for cell, one in told.items() if one.truth is not None}
    now = then | {cell: one.now for cell, one in told.items() if one.now is not None}
    speaking = [
        relation for relation in (*knowledge.relations, *knowledge.sums)
        if (_may_hold(relation, then) or _may_hold(relation, now)) and not relation.says_nothing(bounds)
    ]  # fmt: skip
    certain = {
        relation for relation in speaking
        if all(cell in then for cell, _ in relation.terms) and relation.holds(then)
    }  # fmt: skip
    return _connected(bounds, speaking, targets, certain)


def _bounds(knowledge: Knowledge, attacker: str | None) -> dict[Cell, Bound]:
    in_parts = {c.measure for c, one in knowledge.told.items() if one.truth is not None and one.truth % 1}
    bounds = {cell: bound(one, cell.measure not in in_parts) for cell, one in knowledge.told.items()}
    for cell, also in knowledge.published.items():
        bounds[cell] = bounds[cell].within(also) if cell in bounds else also
    for cell, one in knowledge.told.items():
        if cell.council == attacker and one.truth is not None:
            bounds[cell] = Bound(one.truth, one.truth, cell.measure not in in_parts)
    return bounds


def _may_hold(relation: Relation, truths: Mapping[Cell, float]) -> bool:
    """Whether a relation holds of the true figures: one that does not is no knowledge. Unknown figures: it may."""
    return any(cell not in truths for cell, _ in relation.terms) or relation.holds(truths)


def _connected(
    bounds: Mapping[Cell, Bound], relations: Sequence[Relation], targets: set[Cell], known: set[Relation]
) -> list[Group]:
    """Part counts into groups. What has one value only connects nothing."""
    above: dict[Cell, Cell] = {}

    def top(cell: Cell) -> Cell:
        while above.setdefault(cell, cell) != cell:
            above[cell] = above[above[cell]]
            cell = above[cell]
        return cell

    for relation in relations:
        free = [cell for cell, _ in relation.terms if not bounds[cell].is_fixed]
        for cell in free[1:]:
            above[top(cell)] = top(free[0])
    members: dict[Cell, list[Cell]] = {}
    for cell in above | dict.fromkeys(targets):
        members.setdefault(top(cell), []).append(cell)
    of_group: dict[Cell, list[Relation]] = {}
    for relation in relations:
        for one in {top(cell) for cell, _ in relation.terms if not bounds[cell].is_fixed}:
            of_group.setdefault(one, []).append(relation)
    made = []
    for one, cells in members.items():
        hidden = tuple(sorted(targets.intersection(cells)))
        if hidden:
            mine = tuple(of_group.get(one, ()))
            every = sorted({*cells, *(cell for relation in mine for cell, _ in relation.terms)})
            certain = tuple(relation for relation in mine if relation in known)
            made.append(Group(tuple((cell, bounds[cell]) for cell in every), mine, hidden, certain))
    return made
