"""DfE's own yearly releases, one after the other, hold no night: what it restates honestly is not news."""

from __future__ import annotations

import pytest

from socialcare.database import connect
from socialcare.gate import declared, differ, judge

pytestmark = pytest.mark.usefixtures("england")

#: What people would have read once every release to a year had landed, as the chosen figures would have been then.
_AS_OF = """
create table versions.indicator_values__v{year} as
select distinct on (indicator_id, area_code, period) indicator_id, geographic_level, area_code, area_name, period,
    period_end_date, 'published'::text as basis, i.period_type, value, value_status, i.unit, release_id
from marts.indicator_history join marts.dim_indicator i using (indicator_id)
where left(release, 4) <= '{year}' order by indicator_id, area_code, period, release desc;
create table versions.dim_council__v{year} as select council_code, valid_to from marts.dim_council;
"""


@pytest.mark.parametrize(("before", "after"), [(2022, 2023), (2023, 2024)])
def test_the_releases_of_a_year_are_published(before: int, after: int) -> None:
    with connect("publisher") as connection:
        for year in (before, after):
            connection.execute(_AS_OF.format(year=year).encode())
        diff = differ.diff(connection, declared.load(), before, after)
        connection.rollback()  # the warehouse is everybody's to read
    assert (diff.rows["change"] == "added").sum() > 50_000
    assert (diff.rows["change"] == "restated").sum() > 1_000
    assert judge.findings(diff, declared.load()) == []
