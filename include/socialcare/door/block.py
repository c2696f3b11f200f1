"""Check every cell of a block: on its own, so that several blocks can be checked side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from socialcare.door.cells import Bools, CellChecker, Checked, Numbers
from socialcare.door.in_time import told_in_time
from socialcare.door.reading import Block
from socialcare.door.register import Records
from socialcare.door.relations import Relation
from socialcare.door.upn import wrong_check_letters
from socialcare.registry.returns import Column, Rule


@dataclass(frozen=True)
class Looked:
    """A block after each of its cells was looked at."""

    columns: dict[str, Checked]
    whose: Numbers
    marked: dict[int, Bools]
    """The rows that break a rule of one cell, by the number of the rule."""
    bad: Bools
    """The rows that such a rule keeps out."""
    records: Records


class BlockChecker:
    """Checks the blocks of one table of a delivery. It changes nothing that another block sees."""

    def __init__(
        self, checker: CellChecker, columns: dict[str, Column], relation: Relation, rules: tuple[Rule, ...]
    ) -> None:
        self._checker, self._columns, self._relation, self._rules = checker, columns, relation, rules
        shared = {rule.columns[0] for rule in rules if rule.check == "shared"}
        self._wants_same = relation.wants_same | shared
        self._has_none = {rule.columns[0] for rule in rules if rule.check == "no_date"}

    def look_at(self, block: Block) -> Looked:
        """Check the cells of a block."""
        columns = {name: self._check(name, cells) for name, cells in block.columns.items() if name in self._columns}
        marked: dict[int, Bools] = {}
        bad = np.zeros(len(block.lines), dtype=bool)
        for number, rule in enumerate(self._rules):
            found = self._broken(rule, block, columns)
            if found is not None and found.any():
                marked[number] = found
                if rule.severity == "quarantine":
                    bad |= found
        records = self._relation.records(block.lines, columns, bad)
        whose = self._relation.whose(columns, len(block.lines))
        columns |= told_in_time(self._columns, columns)  # from whole days, so before any is reduced
        return Looked(columns, whose, marked, bad, records)

    def _check(self, name: str, cells: pa.DictionaryArray) -> Checked:
        wants_same, has_none = name in self._wants_same, name in self._has_none
        return self._checker.check(self._columns[name], cells, wants_same=wants_same, has_none=has_none)

    def _broken(self, rule: Rule, block: Block, columns: dict[str, Checked]) -> Bools | None:
        (name, *_) = rule.columns
        if name not in columns:
            return None
        if rule.check == "valid":
            return _invalid(self._columns[name], columns[name])
        if rule.check == "check_letter":
            return wrong_check_letters(block.columns[name])
        return columns[name].none if rule.check == "no_date" else None


def _invalid(column: Column, cells: Checked) -> Bools:
    bad: Bools = cells.wrong | cells.blank if column.mandatory else cells.wrong
    return bad
