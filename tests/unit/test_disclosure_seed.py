"""The relations that the attack reckons with: does every share, and everything counted, have its own?"""

from __future__ import annotations

import csv
import re

from socialcare.settings import PROJECT_ROOT

from .disclosure_lives import rules

DBT = PROJECT_ROOT / "dbt_project"


def seed(name: str) -> list[dict[str, str]]:
    with (DBT / "seeds" / "indicators" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


LOCAL = seed("local_rules.csv")


def test_every_share_of_people_is_declared_as_part_of_its_whole() -> None:
    """A share that is known to be one (it has Wilson's interval) bounds its part: a part is never above its whole."""
    of_people = {row["indicator_id"] for row in seed("indicator_rules.csv") if row["interval_method"] == "wilson"}
    shares = {(row["denominator"], row["numerator"]) for row in LOCAL if row["indicator_id"] in of_people}
    declared = {(rule.whole, part) for rule in rules() if rule.kind == "at_most" for part in rule.parts.split(" + ")}
    assert shares
    # Adoptions are a share of those who left, and declared with the other way of leaving.
    assert shares <= declared


def test_every_count_of_a_year_runs_or_is_known_at_its_end() -> None:
    """What is counted over a year only grows in it, but what is asked at its end or counted in parts."""
    counted = {row[side] for row in LOCAL if row["over"] == "year" for side in ("numerator", "denominator")}
    running = {rule.whole for rule in rules() if rule.kind == "running"}
    at_the_end = {name for name in counted if re.match("oc2_|care_leavers|cla_followed|cla_3_placements", name)}
    of_workers = {"leavers_fte", "staff_fte", "days_lost", "days_worked"}
    assert counted - {"", "population"} == running | at_the_end | of_workers


def test_what_is_counted_tonight_is_counted_as_at_month_ends() -> None:
    tonight = (DBT / "models" / "marts" / "local_indicators.sql").read_text()
    month_ends = (DBT / "models" / "intermediate" / "int_shared__counted.sql").read_text()
    counted = set(re.findall(r"select \* from \{\{ ref\('int_local__(\w+)'\)", tonight))
    assert counted
    assert counted == set(re.findall(r"select \* from \{\{ ref\('int_shared__(\w+)'\)", month_ends))


def test_every_relation_names_what_is_counted() -> None:
    counted = {row[side] for row in LOCAL for side in ("numerator", "denominator")}
    for rule in rules():
        names = {rule.whole, *(re.split(r" [+-] ", rule.parts) if rule.parts else ())}
        assert names <= counted, rule
