"""One generated council's returns in raw and the marts of workforce and practice built: shared by their tests."""

from __future__ import annotations

from datetime import date

import pytest

from socialcare.database import connect
from socialcare.door import arrival, plan
from socialcare.door.intake import take_in
from socialcare.generate import Life
from socialcare.generate.everything import write_return
from socialcare.impact import store
from socialcare.land.tables import ensure
from socialcare.registry import all_sources
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings
from socialcare.warehouse import dbt

AS_OF, YEAR = date(2026, 3, 31), 2026
RETURNS = ("csww", "local_records", "ssd")


def take(life: Life, year: int, *local_years: int) -> None:
    """Send a council's returns through the door, and the local records of further years.

    Which of them it has agreed to send is not what is tested.
    """
    with pytest.MonkeyPatch.context() as patch:
        everything = [declared.id for declared in all_returns()]
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
        told = [*((name, year) for name in RETURNS), *(("local_records", one) for one in local_years)]
        for name, of_year in told:
            write_return(life, get_settings().inbox / life.council_id, name, of_year, "none")
        for delivery in arrival.look(life.council_id).whole:
            assert take_in(delivery).verdict == "accepted"


def build() -> None:
    """Build the marts of this part, and what they are made of, alone; then tell what programmes changed."""
    with connect("loader") as connection:
        for source in all_sources():
            ensure(connection, source)
    dbt.build(
        "+practice_workforce +practice_continuity +practice_audits +practice_supervision +practice_survey"
        " +practice_areas +practice_due +practice_team_quarters +practice_impact_quarters +annex_a_readiness"
        " +dim_practice_measure +quality_deliveries"
    )
    assert store.fill() > 0
