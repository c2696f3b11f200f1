"""Runs the rules that are SQL, over all rows of some children together, in a database that is nowhere but here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from socialcare.door.relations import Records, Relation, words
from socialcare.door.rule_words import Circumstances, kinds, macros
from socialcare.errors import Fault
from socialcare.registry.returns import ReturnYear, Rule

#: Rules read the relations that are given to them, and nothing else: no file, no network, no extension.
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "160MB",
    "temp_directory": "",
    # What a query took goes back to the system when it ends.
    "allocator_flush_threshold": "1MB",
    "allocator_bulk_deallocation_flush_threshold": "1MB",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,
}
_SETTINGS = ("set enable_external_access = false",)
#: Where the rows of a group arrive, before they are a table.
_ARRIVED = "arrived"
#: A view that more rules ask than this is worked out once.
_OFTEN = 8

_NO_LINE = int(np.iinfo(np.int32).max)


@dataclass(frozen=True)
class Found:
    """The lines of one table that break one of its rules (by its number among the table's rules)."""

    table: str
    rule: int
    lines: npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Statement:
    """One statement and the numbers of the rules that it answers: a column of truth each, or lines alone."""

    table: str
    text: str
    rules: tuple[int, ...]
    is_query: bool = False


@dataclass(frozen=True)
class Total:
    """What a rule about all children (by its number) comes to in one group, and the first line of its table there."""

    table: str
    rule: int
    value: float
    line: int


def rules_of(year: ReturnYear, table: str) -> tuple[Rule, ...]:
    """Return the rules of one table in the order of the declaration: findings hold places in it."""
    return tuple(rule for rule in year.rules if rule.table == table)


def over_all(totals: Iterable[Total]) -> Iterator[Found]:
    """Yield the rules that the sums over all groups break, each on the first line of its table."""
    parts: dict[tuple[str, int], list[Total]] = {}
    for total in totals:
        parts.setdefault((total.table, total.rule), []).append(total)
    for (table, rule), of_rule in parts.items():
        line = min(total.line for total in of_rule)
        if sum(total.value for total in of_rule) > 0 and line < _NO_LINE:
            yield Found(table, rule, np.array([line], np.int32))


class RuleEngine:
    """The rules of one return in one year, ready to run over group after group of rows."""

    def __init__(self, year: ReturnYear, relations: dict[str, Relation], known: Circumstances) -> None:
        self._year, self._relations = year, relations
        self._filled: set[str] = set()
        self._statements = [s for table in year.tables for s in _statements(table, rules_of(year, table))]
        self._rules = {table: rules_of(year, table) for table in year.tables}
        self._database = duckdb.connect(":memory:", config=_CLOSED)
        for setting in _SETTINGS:
            self._database.execute(setting)
        for text in (*macros(year, known), *kinds(relations)):
            self._database.execute(text)
        for table, relation in relations.items():
            self._fill(table, relation.nothing)
            self._run(f"create temp view {table} as {relation.typed(f'{_ARRIVED}_{table}')}", f"the table {table}")
        self._worked_out = self._make_views()

    def close(self) -> None:
        """Let go of the database and what is in it."""
        self._database.close()

    def judge(self, group: dict[str, Records]) -> tuple[list[Found], list[Total]]:
        """Return what is found in a group that parts no child: every rule with a line that breaks it.

        And what the rules about all children come to in it: ``over_all`` judges them.
        """
        for table, relation in self._relations.items():
            rows = group.get(table, relation.nothing)
            if len(rows) or table in self._filled:
                self._fill(table, relation.sorted(rows))
        asked = [statement for statement in self._statements if len(group.get(statement.table, ()))]
        sums = (rule.total for rules in self._rules.values() for rule in rules if rule.total)
        self._work_out(" ".join([*(statement.text for statement in asked), *sums]))
        found = [broken for statement in asked for broken in self._ask(statement)]
        totals = list(self._totals_of(group))
        for name in self._worked_out:  # or the group that comes next would be held beside this one
            self._run(f"drop table if exists {name}", f"the view {name}")
        return found, totals

    def _fill(self, table: str, rows: Records) -> None:
        """Put rows in the place of those of the group before."""
        self._database.register(f"{_ARRIVED}_{table}", self._relations[table].arrow(rows))
        (self._filled.add if len(rows) else self._filled.discard)(table)

    def _make_views(self) -> dict[str, str]:
        """Make the views; return those that many rules ask, each with the SQL that works out what is asked of it."""
        often, asked = _asked_often(self._year), words(_all_sql(self._year))
        worked_out = {}
        for name, text in self._year.views.items():
            if name not in often:
                self._run(f"create temp view {name} as {text}", f"the view {name}")
                continue
            described = self._run(f"describe ({text})", f"the view {name}").fetchall()
            columns = ", ".join(column for column, *_ in described if column == "_line" or column in asked)
            worked_out[name] = f"create temp table {name} as select {columns} from ({text})"
            self._run(worked_out[name], f"the view {name}")  # made of no rows now, so that the next can be described
        return worked_out

    def _work_out(self, asking: str) -> None:
        """Work out the views that some SQL asks, or that those ask."""
        wanted = words(asking)
        for name, text in reversed(self._year.views.items()):
            wanted |= words(text) if name in wanted else frozenset()
        for name, text in self._worked_out.items():
            self._run(f"drop table if exists {name}", f"the view {name}")
            if name in wanted:
                self._run(text, f"the view {name}")

    def _totals_of(self, group: dict[str, Records]) -> Iterator[Total]:
        for table in self._year.tables:
            lines = group[table]["_line"] if table in group else ()
            first = int(np.min(lines)) if len(lines) else _NO_LINE
            for number, rule in enumerate(self._rules[table]):
                if rule.total:
                    ((value,),) = self._run(rule.total, f"{table}: {rule.code}").fetchall() or [(0,)]
                    yield Total(table, number, float(value or 0), first)

    def _ask(self, statement: _Statement) -> Iterator[Found]:
        rules = self._rules[statement.table]
        codes = " ".join(rules[number].code for number in statement.rules)
        found = self._run(statement.text, f"{statement.table}: {codes}").fetchnumpy()
        lines = np.asarray(found["_line"], np.int32)
        if not len(lines):
            return
        for number in statement.rules:
            broken = np.unique(lines if statement.is_query else lines[np.asarray(found[f"r{number}"], bool)])
            if len(broken):
                yield Found(statement.table, number, broken)

    def _run(self, text: str, what: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._database.execute(text)
        except duckdb.Error as error:
            # Its own words may hold a value, so they go no further than its kind.
            raise Fault(
                "rule_failed",
                f"A rule could not be judged ({type(error).__name__}): {what}.",
                where=f"specs/{self._year.return_id}.yml",
                remedy="correct the SQL of the rule; nothing was loaded.",
            ) from None


def _statements(table: str, rules: tuple[Rule, ...]) -> Iterator[_Statement]:
    """Yield one statement for all simple rules over the same rows, and one for each that is a query."""
    simple: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        if rule.fails:
            simple.setdefault(rule.over or table, []).append(number)
        elif rule.query:
            yield _Statement(table, f"select _line from ({rule.query})", (number,), is_query=True)
    for rows, numbers in simple.items():
        truths = ", ".join(f"coalesce(({rules[n].fails}), false) as r{n}" for n in numbers)
        any_of = " or ".join(f"({rules[n].fails})" for n in numbers)
        yield _Statement(table, f"select _line, {truths} from {rows} where {any_of}", tuple(numbers))


def _asked_often(year: ReturnYear) -> frozenset[str]:
    """Return the views that many rules ask: these are worked out once for a group, the others where they are asked."""
    asked = Counter(word for rule in year.rules for word in {rule.over, *words(rule.sql)} if word in year.views)
    return frozenset(name for name, times in asked.items() if times > _OFTEN)


def _all_sql(year: ReturnYear) -> str:
    return " ".join([*year.views.values(), *(rule.sql for rule in year.rules)])
