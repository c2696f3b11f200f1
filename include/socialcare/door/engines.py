"""Engines side by side over group after group of rows: the database server has nothing to do meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from socialcare.door.cells import Bools, Numbers
from socialcare.door.engine import Found, RuleEngine, Total, over_all
from socialcare.door.register import refuse_crowd, whose
from socialcare.door.relations import Records, Relation
from socialcare.door.rule_words import Circumstances
from socialcare.registry.returns import ReturnYear

#: Groups that are judged side by side.
_AT_ONCE = 2
#: An engine keeps some kilobytes of every group that it judged, so after this many groups another takes its place.
_GROUPS_OF_ONE = 8

Group = dict[str, Records]


@dataclass(frozen=True)
class Broken:
    """A rule of a table (by its number) and the lines that break it: whose they are, and which were out already."""

    table: str
    rule: int
    lines: npt.NDArray[np.int32]
    whose: Numbers
    was_out: Bools


@dataclass
class _Used:
    engine: RuleEngine
    times: int = 0


class RuleEngines:
    """The rules of one return in one year, over any number of groups in the memory of a few."""

    def __init__(self, year: ReturnYear, relations: dict[str, Relation], known: Circumstances) -> None:
        self._made_of = year, relations, known
        self._idle: deque[_Used] = deque()
        self._totals: list[Total] = []

    def judged(self, groups: Iterable[Group]) -> Iterator[list[Broken]]:
        """Yield what was found in each group. Raises UnreadableError for a crowd of rows about one child."""
        waiting: deque[Future[list[Broken]]] = deque()
        with closing(self), ThreadPoolExecutor(_AT_ONCE) as pool:
            for group in groups:
                refuse_crowd(group)
                waiting.append(pool.submit(self._broken_in, group))
                del group  # held by who judges it, and no longer
                if len(waiting) >= _AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def close(self) -> None:
        """Let go of every engine."""
        while self._idle:
            self._idle.pop().engine.close()

    def over_all(self) -> Iterator[Found]:
        """Yield what the rules about all children find, once every group was judged."""
        return over_all(self._totals)

    def _broken_in(self, group: Group) -> list[Broken]:
        return [_broken(found, group[found.table]) for found in self._found_in(group)]

    def _found_in(self, group: Group) -> list[Found]:
        try:
            used = self._idle.popleft()
        except IndexError:
            used = _Used(RuleEngine(*self._made_of))
        try:
            found, totals = used.engine.judge(group)
        except BaseException:
            used.engine.close()
            raise
        self._totals += totals
        used.times += 1
        if used.times < _GROUPS_OF_ONE:
            self._idle.append(used)
        else:
            used.engine.close()
        return found


def _broken(found: Found, rows: Records) -> Broken:
    out = rows["_line"][rows["_bad"]]
    return Broken(found.table, found.rule, found.lines, whose(rows, "_key", found.lines), np.isin(found.lines, out))
