"""What is kept from build to build: only the indicators of which a release came or went are compared again."""

from __future__ import annotations

from typing import Any

import pytest
from tests.warehouse.test_dbt_build import NORTH_EAST, ees, land, make_tables, workforce

from socialcare.database import connect
from socialcare.warehouse import dbt

REFERRALS = "dfe_children_in_need__referrals"
SELECTED = "+regional_comparison int_indicators__pending"
COMPARED = "select * from marts.regional_comparison order by council_code, indicator_id, period"


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("transformer") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def referrals(period: str, share: str) -> list[dict[str, str]]:
    areas = [("National", "E92000001", ""), ("Regional", "E12000001", "")]
    areas += [("Local authority", code, old) for code, (old, _) in NORTH_EAST.items()]
    return [
        ees(level, code, old, period, referrals="1000", re_referrals=str(10 * int(share)), re_referrals_percent=share)
        for level, code, old in areas
    ]


def pending() -> set[str]:
    return {indicator for (indicator,) in rows("select indicator_id from intermediate.int_indicators__pending")}


@pytest.fixture(scope="module")
def built(module_warehouse: str) -> None:
    with connect("loader") as connection:
        make_tables(connection)
        land(connection, "dfe_social_work_workforce__indicators", "2024", workforce("2024", NORTH_EAST))
        land(connection, REFERRALS, "2023", referrals("2023", "20"))
    dbt.build(SELECTED)


@pytest.mark.usefixtures("built")
def test_a_new_release_touches_its_own_indicators_and_a_full_refresh_gives_the_same() -> None:
    assert {"sw_agency_fte_pct", "rereferral_pct"} <= pending()
    with connect("loader") as connection:
        land(connection, REFERRALS, "2024", referrals("2023", "21") + referrals("2024", "22"))
    dbt.build(SELECTED)
    assert {"rereferral_pct"} <= pending()
    assert not {"sw_agency_fte_pct", "sw_vacancy_fte_pct"} & pending()
    kept = rows(COMPARED)
    newest = rows(
        "select period, value::int, release_id, change_on_previous::int from marts.regional_comparison"
        " where indicator_id = 'rereferral_pct' and council_code = 'E06000047' order by period"
    )
    assert newest == [
        ("2023", 21, "dfe_children_in_need/2024", None),
        ("2024", 22, "dfe_children_in_need/2024", 1),
    ]
    with connect("transformer") as connection:
        connection.execute("comment on table intermediate.int_indicators__compared is null")
    dbt.build(SELECTED)
    assert "sw_agency_fte_pct" in pending()
    assert rows(COMPARED) == kept
    # A release withdrawn is forgotten, and its indicator with it where nothing else is held.
    with connect("loader") as connection:
        connection.execute("update raw.landings set counts = false where source_id = 'dfe_children_in_need'")
    dbt.build(SELECTED)
    assert rows("select distinct indicator_id from marts.regional_comparison order by 1") == [
        ("sw_agency_fte_pct",),
        ("sw_vacancy_fte_pct",),
    ]
