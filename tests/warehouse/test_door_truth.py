"""The planted truth comes out of raw exactly: every figure that a return carries, by plain SQL. All of it made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from socialcare.database import connect
from socialcare.door import arrival, plan
from socialcare.door.intake import take_in
from socialcare.generate import Life, truth
from socialcare.generate.everything import write_return
from socialcare.generate.truth import Figure
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings

from .truth_sql import CIN_CENSUS, CSWW, SSDA903
from .truth_sql_local import ANNEX_A, LOCAL_RECORDS, SSD, TOGETHER

AS_OF, YEAR = date(2026, 3, 31), 2026
#: The looked-after return comes as files from the one council, and as one message from the other.
SENDS = {
    "durham": ("ssda903", "cin_census", "csww", "annex_a", "local_records", "ssd"),
    "south_tyneside": ("ssda903_xml", "cin_census", "csww", "annex_a_csv", "local_records", "ssd"),
}
CARRIED = {
    **{"ssda903": SSDA903, "cin_census": CIN_CENSUS, "csww": CSWW, "annex_a": ANNEX_A},
    **{"local_records": LOCAL_RECORDS, "ssd": SSD, "together": TOGETHER},
}
#: Rates have the numerator of the number, and a population that no council sends (it is ONS's).
RATES = ("CLA01", "CLA02", "CLA03", "CIN01", "CIN02", "CIN06", "CIN07", "CIN17", "CIN09", "CIN10")
#: What nothing in raw says, and why.
NOT_CARRIED = {
    "IMP01": "what a programme brings is estimated: no row says it",
    "EH01": "the day an early help assessment was completed is in Annex A alone, which holds six months and not a year",
}


@pytest.fixture(scope="module", autouse=True)
def every_return_is_agreed() -> Iterator[None]:
    """What is tested here is the door, and not which returns a council has agreed to send."""
    with pytest.MonkeyPatch.context() as patch:
        everything = [declared.id for declared in all_returns()]
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
        yield


@pytest.fixture(scope="module")
def told(module_warehouse: str, every_return_is_agreed: None) -> dict[str, dict[str, Figure]]:
    """Every return of two councils in raw, and the right answers of both."""
    figures = {}
    for council_id, returns in SENDS.items():
        life = Life(council_id, AS_OF, None, 60)
        figures[council_id] = {figure.indicator: figure for figure in truth(life, YEAR)}
        for name in returns:
            write_return(life, get_settings().inbox / council_id, name, YEAR, "none")
        for delivery in arrival.look(council_id).whole:
            taken = take_in(delivery)
            assert (taken.verdict, taken.rows_quarantined) == ("accepted", 0)
    return figures


def worked_out(query: str, council_id: str) -> list[float]:
    """Return what the query gives of one council's rows."""
    own = re.sub(r"\braw\.(\w+)", rf"(select * from raw.\1 where council_id = '{council_id}') as \1_rows", query)
    own = re.sub(r"as \w+_rows (?=[a-z]\b(?!\.))", "", own)  # a table that the query names itself
    with connect("loader") as connection:
        (row,) = connection.execute(own.replace("%%", "%")).fetchall()
    return [float(number) for number in row]


@pytest.mark.parametrize("council_id", list(SENDS))
@pytest.mark.parametrize("return_id", list(CARRIED))
def test_figures_worked_out_from_raw_are_the_planted_truth(
    told: dict[str, dict[str, Figure]], council_id: str, return_id: str
) -> None:
    wrong = {}
    for indicator, query in CARRIED[return_id].items():
        figure, found = told[council_id][indicator], worked_out(query, council_id)
        wanted = [float(n) for n in (figure.numerator, figure.denominator) if n is not None]
        if found != pytest.approx(wanted, abs=1e-9):
            wrong[indicator] = (found, wanted)
    assert wrong == {}


def test_newborns_are_among_those_counted_and_no_figure_hangs_on_a_day_that_is_a_month(
    told: dict[str, dict[str, Figure]],
) -> None:
    """Of a child met in the month of its birth or the next, raw knows months (ADR 0015); what was in time is told.

    A second referral of such a child 12 to 13 months after the first would be within 12 months, or would not: nothing
    in raw says so. The made-up children have none.
    """
    with connect("loader") as connection:
        for table in ("cin_census__assessments", "ssd__cin_assessments"):
            (count,) = connection.execute(f"select count(*) from raw.{table} where start_date_is_month").fetchone() or (
                0,
            )
            assert count > 0, table
        undecided = connection.execute(
            "select 1 from raw.ssd__cin_episodes f join raw.ssd__cin_episodes n using (council_id, child_pseudonym)"
            " where f.referral_date_is_month and n.referral_date > f.referral_date + interval '12 months'"
            " and n.referral_date < f.referral_date + interval '13 months'"
        ).fetchall()
    assert undecided == []


def test_no_figure_is_left_out_without_a_reason(told: dict[str, dict[str, Figure]]) -> None:
    # What only the marts of practice show is tested with them (test_practice_truth).
    figures = {name: figure for name, figure in told["durham"].items() if not name.startswith("PR_")}
    worked = {indicator for queries in CARRIED.values() for indicator in queries}
    assert set(figures) - worked - set(RATES) == set(NOT_CARRIED)
    assert {name: figures[f"{name}n"].numerator for name in RATES} == {n: figures[n].numerator for n in RATES}
    assert len(worked) >= 90
