"""What a council's declaration must say."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialcare.errors import Fault
from socialcare.registry.councils import FOLDER, all_councils
from socialcare.registry.returns import all_returns

DURHAM = (FOLDER / "durham.yml").read_text()


def test_every_council_sends_declared_returns_and_says_when() -> None:
    declared = {one.id for one in all_returns()}
    for council in all_councils():
        assert set(council.due) == set(council.returns) <= declared


def test_every_declared_return_is_sent_by_some_council() -> None:
    assert {name for council in all_councils() for name in council.returns} == {one.id for one in all_returns()}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("  csww: {every: year}\n", ""),
        ("  csww: {every: year}\n", "  csww: {every: year}\n  census: {every: year}\n"),
        ("csww: {every: year}", "csww: {every: now}"),
        ('closes: "06-30"', 'closes: "30 June"'),
    ],
)
def test_a_return_without_its_due_day_is_named(tmp_path: Path, right: str, wrong: str) -> None:
    assert right in DURHAM
    (tmp_path / "durham.yml").write_text(DURHAM.replace(right, wrong))
    with pytest.raises(Fault, match="council_declaration_wrong") as raised:
        all_councils(tmp_path)
    assert raised.value.where == "durham.yml"


@pytest.mark.parametrize("field", ["agreement", "purpose", "contact", "retention_days", "rows_retention_days"])
@pytest.mark.parametrize("given", ["", "''", "0"])
def test_nothing_is_taken_without_an_agreement_a_purpose_a_time_and_a_contact(
    tmp_path: Path, field: str, given: str
) -> None:
    lines = DURHAM.splitlines()
    (line,) = (n for n, one in enumerate(lines) if one.startswith(f"{field}:"))
    lines[line] = f"{field}: {given}" if given else ""
    (tmp_path / "durham.yml").write_text("\n".join(lines))
    with pytest.raises(Fault, match="council_declaration_wrong"):
        all_councils(tmp_path)


def test_an_original_never_outlives_its_rows(tmp_path: Path) -> None:
    (tmp_path / "durham.yml").write_text(DURHAM.replace("rows_retention_days: 2190", "rows_retention_days: 364"))
    with pytest.raises(Fault, match="an original would outlive its rows"):
        all_councils(tmp_path)
