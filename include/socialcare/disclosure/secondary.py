"""Hide more where the attack finds a way, until it finds none. What was shared before cannot be hidden again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from socialcare.disclosure.attack import ALL, Attack, Knowledge, Leak
from socialcare.disclosure.cells import Cell, Said


@dataclass
class Protection:
    """What was hidden beside the small counts, and what it took."""

    knowledge: Knowledge
    hidden: list[Cell] = field(default_factory=list)
    kept_back: list[Cell] = field(default_factory=list)
    by_publishers: int = 0
    """Hidden counts that publications narrow with nothing of ours beside them: counted, and never told."""
    open_before: int = 0
    """Hidden counts that could be narrowed before anything of tonight is shared: by publishers, or by both."""
    left: int = 0
    """Hidden counts that tonight's figures would narrow, and that could not be protected: nothing is shared then."""


def protect(knowledge: Knowledge, attack: Attack) -> Protection:
    """Hide counts of tonight until no hidden count is narrower than it was without them."""
    made = Protection(knowledge)
    for circle in knowledge.circles():
        _protect(circle, attack, made)
    return made


def _protect(circle: Knowledge, attack: Attack, made: Protection) -> None:
    """Do it for the councils of one circle: those that a relation joins."""
    now = circle
    made.by_publishers += len(_given_away(circle, attack))
    while True:
        leaks = attack.leaks(now)
        ours = [leak for leak in leaks if not _was_open(leak, circle, attack)]
        chosen = _choose(ours[0], now, attack) if ours else None
        if chosen is None:
            made.open_before += len(leaks) - len(ours)
            made.left += len(ours)
            return
        cells, said = chosen
        now, made.knowledge = now.hiding(cells, said), made.knowledge.hiding(cells, said)
        (made.hidden if said is Said.HIDDEN else made.kept_back).extend(cells)


def _given_away(circle: Knowledge, attack: Attack) -> set[Cell]:
    """Return what publishers' own figures give away, whatever we share."""
    if not circle.published and not circle.sums:
        return set()
    alone = circle.hiding((cell for cell, one in circle.told.items() if one.said is Said.SHOWN), Said.KEPT_BACK)
    without = replace(alone, published={}, sums=())
    return {leak.target for leak in attack.leaks(alone)} - {leak.target for leak in attack.leaks(without)}


def _was_open(leak: Leak, knowledge: Knowledge, attack: Attack) -> bool:
    """Whether what is out already narrows the count as far, for somebody, with all of tonight's figures left out."""
    if knowledge.told[leak.target].is_new:
        return False  # it need not be shared at all
    tonight = [cell for cell, one in knowledge.told.items() if one.is_new]
    before = knowledge.hiding(tonight, Said.KEPT_BACK)
    attackers = (None, *knowledge.councils)
    return any(attack.possible(before, one).get(leak.target, ALL) <= leak.values for one in attackers)


def _choose(leak: Leak, knowledge: Knowledge, attack: Attack) -> tuple[list[Cell], Said] | None:
    """Return the counts to hide next: shown ones, first one that ends the leak; else a hidden one is kept back.

    A true nought stays. Counts that are always equal are hidden together.
    """
    told = knowledge.told
    shown = [
        c for c in leak.group.cells if c in told and told[c].is_new and told[c].said is Said.SHOWN and told[c].shown
    ]
    small = [c for c in leak.group.cells if c in told and told[c].is_new and told[c].said is Said.SMALL]
    others = [cell for cell in small if cell != leak.target]
    for cells, said in ((shown, Said.HIDDEN), (others, Said.KEPT_BACK)):
        ordered = [_equals(cell, knowledge) for cell in _nearest(leak, cells)]
        for together in ordered:
            if _is_closed(leak, knowledge.hiding(together, said), attack):
                return together, said
        if ordered:
            return ordered[0], said
    return ([leak.target], Said.KEPT_BACK) if leak.target in small else None


def _is_closed(leak: Leak, knowledge: Knowledge, attack: Attack) -> bool:
    return all(one.target != leak.target for one in attack.leaks(knowledge))


def _nearest(leak: Leak, cells: Iterable[Cell]) -> list[Cell]:
    """Order counts by how far they stand from the hidden one, then by the smallest."""
    reached, ring, distance = {leak.target: 0}, {leak.target}, 0
    while ring:
        distance += 1
        beside = {
            cell for relation in leak.group.relations
            if ring & {one for one, _ in relation.terms} for cell, _ in relation.terms
        }  # fmt: skip
        ring = beside - set(reached)
        reached |= dict.fromkeys(ring, distance)
    return sorted(cells, key=lambda cell: (reached.get(cell, distance), cell))


def _equals(cell: Cell, knowledge: Knowledge) -> list[Cell]:
    """Return a count and all of tonight's that are it under another name: the same number would give it away."""
    told, found, ring = knowledge.told, [cell], [cell]
    pairs = [relation for relation in knowledge.relations if relation.is_equality_of_two]
    while ring:
        one = ring.pop()
        for relation in pairs:
            names = [name for name, _ in relation.terms]
            if one in names:
                other = names[1 - names.index(one)]
                if other not in found and other in told and told[other].is_new and told[other].said is told[cell].said:
                    found.append(other)
                    ring.append(other)
    return found
