"""What a check at the desk says is what the door then says: verdict, counts and every finding, for each return."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from socialcare.database import connect
from socialcare.door import arrival
from socialcare.door.check import check
from socialcare.door.check_report import findings
from socialcare.door.intake import take_in
from socialcare.generate.everything import write_everything
from socialcare.generate.written import WRITERS
from socialcare.registry import councils
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings

COUNCIL = "durham"


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A delivery of every return, all SYNTHETIC, with every defect that its generator plants."""
    return write_everything(
        COUNCIL, tmp_path_factory.mktemp("made"), date(2026, 10, 31), 2027, in_care=15, defects="all"
    )


def at_the_desk(folder: Path) -> tuple[str, str, Counter[Any], Counter[Any]]:
    with check([folder], date(2026, 11, 1), council_id=COUNCIL) as checked:
        files = Counter((f.found.table, f.verdict, f.reason, f.rows_in, f.rows_loaded) for f in checked.files)
        found = Counter(
            tuple(row[name] for name in ("table", "row", "rule_code", "column", "severity"))
            for table in findings(checked)
            for row in table.to_pylist()
        )
        return checked.verdict, checked.reason, files, found


def at_the_door(folder: Path) -> tuple[str, str, Counter[Any], Counter[Any]]:
    shutil.copytree(folder, get_settings().inbox / COUNCIL / folder.name)
    (delivery,) = arrival.look(COUNCIL).whole
    taken = take_in(delivery, today=date(2026, 11, 1))
    with connect("loader") as connection:
        files = connection.execute(
            "select table_name, verdict, reason, rows_in, rows_loaded from door.files"
        ).fetchall()
        found = connection.execute(
            "select table_name, line, rule_code, column_name, severity from door.findings"
        ).fetchall()
    return taken.verdict, taken.reason, Counter((t, v, r or "", *n) for t, v, r, *n in files), Counter(found)


@pytest.fixture
def sends_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a council that agreed to send every return."""
    known = {one.id: one for one in councils.all_councils()}
    every = known[COUNCIL].model_copy(update={"returns": tuple(one.id for one in all_returns())})
    monkeypatch.setattr(councils, "all_councils", lambda: tuple((known | {COUNCIL: every}).values()))


@pytest.mark.parametrize("name", WRITERS)
def test_the_desk_says_what_the_door_says(
    warehouse: str, sends_everything: None, deliveries: dict[str, Path], name: str
) -> None:
    desk, door = at_the_desk(deliveries[name]), at_the_door(deliveries[name])
    assert desk == door
    verdict, reason, _, found = desk
    assert (verdict, reason) == ("partly_accepted", "")
    assert len(found) > 10
