"""The page about agreements says what the declarations say."""

from __future__ import annotations

import re

import yaml

from socialcare.door.erase_tables import NAMED
from socialcare.registry import all_councils
from socialcare.registry.returns import all_returns
from socialcare.settings import PROJECT_ROOT
from socialcare.warehouse import generate
from socialcare.warehouse.generate_governance import governance

PAGE = PROJECT_ROOT / "docs" / "governance.md"
MARTS = PROJECT_ROOT / "dbt_project" / "models" / "marts"


def test_the_page_is_what_the_declarations_say_now() -> None:
    assert generate.files()[PAGE] == PAGE.read_text()


def test_it_names_every_council_with_its_agreement_its_times_its_contact_and_its_returns() -> None:
    text = PAGE.read_text()
    for council in all_councils():
        row = next(line for line in text.splitlines() if line.startswith(f"| {council.name} | {council.agreement} |"))
        assert f"| {council.contact} | {council.retention_days:,} days | {council.rows_retention_days:,} days |" in row
        assert council.purpose in row
        for name in (one.name for one in all_returns() if one.id in council.returns):
            assert f"| {council.name} | {name} |" in text


def test_another_declaration_is_another_page() -> None:
    durham, *others = all_councils()
    longer = durham.model_copy(update={"retention_days": 400, "agreement": "Another (synthetic)"})
    page = governance((longer, *others), all_returns(), "GENERATED")
    assert "| Durham | Another (synthetic) |" in page
    assert "| 400 days |" in page


def test_no_row_of_anybody_is_in_an_extract() -> None:
    """An erasure finds rows by their columns of tokens, in tables alone: files that are given out may not have any."""
    found = [
        f"{model['name']}.{column['name']}"
        for path in sorted(MARTS.glob("*.yml"))
        for model in yaml.safe_load(path.read_text()).get("models", [])
        for column in model.get("columns", [])
        if re.search(NAMED, column["name"])
    ]
    assert found == []
