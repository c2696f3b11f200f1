"""Every planted defect gets its verdict at the real door, and what is clean is left alone. All of it made up.

The defects of a return live together in one delivery: each has a child, a family or a worker of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from socialcare.database import connect
from socialcare.door import arrival, plan
from socialcare.door.intake import take_in
from socialcare.door.verdicts import Taken
from socialcare.generate import Life
from socialcare.generate.everything import write_return
from socialcare.generate.ssda903 import Planted
from socialcare.generate.written import RETURN_OF, WRITERS, is_declared
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings

AS_OF, YEAR = date(2026, 10, 31), 2027


@pytest.fixture(scope="module", autouse=True)
def every_return_is_agreed() -> Iterator[None]:
    """What is tested here is the door, and not which returns a council has agreed to send."""
    with pytest.MonkeyPatch.context() as patch:
        everything = [declared.id for declared in all_returns()]
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
        yield


def rows(query: str, *values: object) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query, values).fetchall()


def send(life: Life, name: str, year: int, defects: str) -> tuple[Taken, list[Planted]]:
    """Put one return into the council's inbox and take it in; return the verdict and what was planted."""
    inbox = get_settings().inbox / life.council_id
    _, planted = write_return(life, inbox, name, year, defects)  # type: ignore[arg-type]
    (delivery,) = arrival.look(life.council_id).whole
    return take_in(delivery), planted


def found() -> Counter[tuple[str, int, str, str]]:
    return Counter(rows("select table_name, line, rule_code, severity from door.findings"))


@pytest.mark.parametrize("name", list(WRITERS))
def test_every_planted_defect_gets_its_verdict(warehouse: str, name: str) -> None:
    life = Life("durham", AS_OF, None, 8)
    taken, planted = send(life, name, YEAR, "all")
    assert taken.verdict == "partly_accepted"
    there = found()
    missed = [one for one in planted if not there[one.table, one.line, one.rule_code, one.severity]]
    assert missed == []
    assert {one.name for one in planted} >= _KINDS[name]
    # A row is out exactly when a rule that keeps it out found something on it.
    out = {(table, line) for table, line, _, severity in there if severity == "quarantine"}
    assert taken.rows_quarantined == len(out)


#: One kind or two of each return, so that an empty list of defects cannot pass for all of them.
_KINDS = {
    "ssda903": {"episode_twice"},
    "ssda903_xml": {"episode_twice"},
    "cin_census": {"child_without_a_number", "assessed_after_closing"},
    "csww": {"worker_without_a_number"},
    "annex_a": {"contacts_contact_date_is_no_day"},
    "annex_a_csv": {"contacts_contact_date_is_no_day", "section_47_row_has_a_cell_too_many"},
    "local_records": {"teams_the_team_closed_before_it_opened", "staff_row_has_a_cell_too_many"},
    "ssd": {"person_pers_dob_is_no_day", "missing_row_has_a_cell_too_many"},
}


#: What is warned of in clean data, and why it is there.
EXPECTED = {
    # The life has audits that leave a question open: what is not answered must not be counted as no.
    ("case_audits", "LR67", "warning"),
    # It has assessments that take longer than 45 working days, some of them still open.
    ("assessments", "8670Q", "warning"),
    # And conferences that came late, and enquiries whose assessment was done before the year began.
    ("section47", "8675Q", "warning"),
    ("section47", "2991Q", "warning"),
}


@pytest.mark.parametrize(
    ("council_id", "year", "seed"),
    [("durham", 2017, None), ("south_tyneside", 2022, 2), ("redcar_and_cleveland", 2027, 3)],
)
def test_nothing_clean_is_quarantined_or_warned_of(
    warehouse: str, council_id: str, year: int, seed: int | None
) -> None:
    life = Life(council_id, date(year, 3, 31) if year % 2 else date(year - 1, 12, 31), seed, 10)
    for name in (name for name in WRITERS if is_declared(name, life, year)):
        taken, _ = send(life, name, year, "none")
        assert (taken.verdict, taken.reason, taken.rows_quarantined) == ("accepted", "", 0), name
        assert taken.rows_in == taken.rows_loaded, name
    assert {(table, code, severity) for table, _, code, severity in found()} <= EXPECTED


def test_there_are_more_than_a_thousand_kinds(tmp_path: Path) -> None:
    life = Life("durham", AS_OF, None, 5)
    kinds = {(name, one.name) for name in WRITERS for one in write_return(life, tmp_path, name, YEAR, "all")[1]}
    assert len({kind for return_, kind in kinds if return_ not in RETURN_OF}) >= 1_000
