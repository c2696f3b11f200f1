"""The 126 rules of DfE that the reference lists: each is here, in DfE's words, with what breaks it and what does not.

``dfe_rules.csv`` has each code, its words and the rule set that they are from (the public validators of the two
returns); a rule set is named after its collection year: 2022/23 ends in 2023.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.unit import test_rules_ssda903 as looked_after
from tests.unit import test_specs_cin as in_need

from socialcare.registry.returns import return_spec


class Known(NamedTuple):
    return_id: str
    rule_set: str
    code: str
    wording: str

    @property
    def year(self) -> int:
        """The collection year of the rule set."""
        return 2000 + int(self.rule_set[-2:])


with (Path(__file__).parent / "dfe_rules.csv").open(encoding="utf-8", newline="") as file:
    KNOWN = [Known(*row) for row in list(csv.reader(file))[1:]]

each_rule = pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.return_id}-{known.code}")


def test_the_list_has_63_rules_of_each_return() -> None:
    codes = {(known.return_id, known.code) for known in KNOWN}
    assert [sum(one == name for one, _ in codes) for name in ("ssda903", "cin_census")] == [63, 63]


@each_rule
def test_a_rule_is_in_force_in_dfes_words(known: Known) -> None:
    spec = return_spec(known.return_id)
    for year in {min(known.year, spec.last_year), spec.last_year}:
        of_year = [rule for rule in spec.for_year(year).rules if rule.code == known.code]
        assert of_year, year
        assert {" ".join(rule.wording.split()) for rule in of_year} == {known.wording}, year


@each_rule
def test_a_rule_has_rows_that_break_it_and_rows_that_do_not(known: Known) -> None:
    """The cases themselves are run by the tests that they are from; the clean census breaks no rule."""
    if known.return_id == "ssda903":
        cases = [case for case in looked_after.CASES if case.code == known.code]
        assert any(case.breaks for case in cases)
        assert any(case.keeps for case in cases)
    else:
        broken = {case[0] for case in in_need.CASES} | {"100", "2883"}  # those two have tests of their own
        assert known.code in broken
        spec = return_spec(known.return_id)
        paths = {str(spec.tables[rule.table].path) for rule in spec.rules if rule.code == known.code}
        assert all(f"<{path.rsplit('/', 1)[-1]}>" in in_need.HEAD + in_need.CLEAN for path in paths)
