"""Rules see rows together, in bounded memory: a child's, and of what is nobody's no more than can be held."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.unit.door_cases import MadeFile, Row

from socialcare.door import judge as judging
from socialcare.door import register
from socialcare.door.check import check
from socialcare.door.engine import RuleEngine
from socialcare.door.identity import Pseudonymiser
from socialcare.door.judge import DeliveryJudge
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.registry.returns import return_spec

EPISODE: Row = {"CHILD": "", "DECOM": "01/09/2026", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U6"}


def test_rows_without_a_child_are_not_all_in_one_group(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "_GROUP", 20)
    year = return_spec("ssda903").for_year(2027)
    known = Circumstances(year.year_end, ("episodes",))
    with DeliveryJudge(year, known, Pseudonymiser("durham")) as judge, Findings() as findings:
        file = judge.file(MadeFile([EPISODE] * 200), "episodes", findings)  # type: ignore[arg-type]
        assert sum(len(good.lines) for good in file.rows()) == 0
        groups = [len(group["episodes"]) for group in judge.spill.groups()]
    assert sum(groups) == 200
    assert max(groups) <= 20


def teams(folder: Path, count: int) -> Path:
    path = folder / "teams.csv"
    rows = (f"AB-{number},SW,01/04/2020,\r\n" for number in range(1, count + 1))
    path.write_text("TEAM,SERVICE,OPENED,CLOSED\r\n" + "".join(rows))
    return path


@pytest.mark.parametrize(
    ("count", "verdict", "reason"), [(30, "accepted", ""), (31, "rejected", "too_many_rows_together")]
)
def test_more_rows_of_nobody_than_can_be_held_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, verdict: str, reason: str
) -> None:
    monkeypatch.setattr(judging, "MOST_TOGETHER", 30)
    with check([teams(tmp_path, count)], date(2026, 11, 1), as_of=date(2026, 10, 31)) as checked:
        assert (checked.verdict, checked.reason) == (verdict, reason)


def test_rows_of_children_are_not_counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_TOGETHER", 1)
    year = return_spec("ssda903").for_year(2027)
    with DeliveryJudge(year, Circumstances(year.year_end), Pseudonymiser("durham")) as judge, Findings() as findings:
        file = judge.file(MadeFile([EPISODE | {"CHILD": "A1"}] * 5), "episodes", findings)  # type: ignore[arg-type]
        assert sum(len(good.lines) for good in file.rows()) == 5


def test_an_engine_judges_some_groups_and_the_next_one_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a database keeps of each group must not add up: engines come and go, and find what one would."""
    monkeypatch.setattr(register, "_GROUP", 20)
    made, closed = [], []
    make, close = RuleEngine.__init__, RuleEngine.close
    monkeypatch.setattr(RuleEngine, "__init__", lambda *given: made.append(make(*given)))
    monkeypatch.setattr(RuleEngine, "close", lambda engine: closed.append(close(engine)))
    year = return_spec("ssda903").for_year(2027)
    twice = [EPISODE | {"CHILD": f"A{number}"} for number in range(400) for _ in range(2)]
    with (
        DeliveryJudge(year, Circumstances(year.year_end, ("episodes",)), Pseudonymiser("durham")) as judge,
        Findings() as findings,
    ):
        file = judge.file(MadeFile(twice), "episodes", findings)  # type: ignore[arg-type]
        assert sum(len(good.lines) for good in file.rows()) == 800
        again = next(number for number, rule in enumerate(file.rules) if rule.code == "SC03")
        out = judge.finish()["episodes"]
        found = np.concatenate([chunk["line"][chunk["rule"] == again] for chunk in findings.chunks()])
    assert len(made) > 2
    assert len(closed) == len(made)
    assert np.array_equal(np.sort(found), np.arange(3, 803, 2)), "the second of each pair, from line 2 on"
    assert set(found) <= set(out)
