"""A council's own figures by the catalogue's definitions are those that were planted. All of it made up."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import psycopg
import pytest

from socialcare.database import connect
from socialcare.door import arrival, plan
from socialcare.door.intake import take_in
from socialcare.generate import Life, truth
from socialcare.generate.everything import write_return
from socialcare.generate.truth import Figure
from socialcare.land.tables import ensure
from socialcare.registry import all_councils, all_sources
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings
from socialcare.warehouse import dbt, versions

from .delivered import Row, deliver, rows, token

AS_OF, YEAR = date(2026, 3, 31), 2026
#: The planted figure of each indicator. A rate has its numerator alone, since the made-up population is not ONS's.
NUMBERS = {
    "cla": "CLA01n", "cla_rate_per_10000": "CLA01", "cla_starts": "CLA02n", "cla_starts_rate_per_10000": "CLA02",
    "cla_ends": "CLA03n", "cla_ends_rate_per_10000": "CLA03", "cla_adopted": "CLA_ADOPTED",
    "cla_special_guardianship": "CLA_SGO", "cla_3_placements": "CLA04", "care_leavers_suitable_home": "CL01",
    "care_leavers_active": "CL03", "cin_rate_per_10000": "CIN01", "referrals": "CIN02n",
    "referrals_rate_per_10000": "CIN02", "s47_rate_per_10000": "CIN06", "icpc_rate_per_10000": "CIN07",
    "cpp": "CIN09n", "cpp_rate_per_10000": "CIN09", "cpp_starts": "CIN10n", "cpp_starts_rate_per_10000": "CIN10",
    "cpp_subsequent": "CIN13", "cpp_ended_2_years": "CIN15", "sw_fte": "WF01", "sw_cases": "WF10",
    "cla_long_stable": "CLA05", "cpp_reviewed_in_time": "CIN16",
}  # fmt: skip
#: Numerator, denominator and value are those planted.
SHARES = {
    "cla_3_placements_pct": "CLA04", "cla_missing_pct": "CLA07", "cla_sdq_mean": "CLA13",
    "cla_health_assessment_pct": "CLA11", "cla_immunised_pct": "CLA_IMM", "cla_dental_check_pct": "CLA12",
    "cla_substance_pct": "CLA_SUB", "care_leavers_suitable_home_pct": "CL01", "care_leavers_active_pct": "CL03",
    "referrals_nfa_pct": "CIN04", "rereferral_pct": "CIN03", "assessments_45_days_pct": "CIN05",
    "icpc_15_days_pct": "CIN08", "cpp_subsequent_pct": "CIN13", "cpp_2_years_pct": "CIN14",
    "cpp_ended_2_years_pct": "CIN15", "sw_turnover_fte_pct": "WF04", "sw_vacancy_fte_pct": "WF05",
    "sw_agency_fte_pct": "WF06", "sw_absence_fte_pct": "WF09", "sw_caseload_fte": "WF10",
    "cla_long_stable_pct": "CLA05", "cpp_reviewed_in_time_pct": "CIN16",
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(module_warehouse: str) -> dict[str, Figure]:
    """A year of Durham's returns in raw and built; the right answers."""
    with pytest.MonkeyPatch.context() as patch:
        everything = [declared.id for declared in all_returns()]
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
        life = Life("durham", AS_OF, None, 60)
        for name in ("ssda903", "cin_census", "csww", "ssd"):
            write_return(life, get_settings().inbox / "durham", name, YEAR, "none")
        for delivery in arrival.look("durham").whole:
            assert take_in(delivery).verdict == "accepted"
    with connect("loader") as connection:
        for source in all_sources():
            ensure(connection, source)
    dbt.build("+local_indicators")
    return {figure.indicator: figure for figure in truth(life, YEAR)}


def told(period_types: str) -> dict[str, dict[str, Any]]:
    """Durham's figures of these kinds of period, by indicator."""
    columns = ("indicator_id", "value", "value_status", "status_reason", "numerator", "denominator", "is_synthetic")
    found = rows(
        f"select {', '.join(columns)} from marts.local_indicators"
        f" where council_name = 'Durham' and period_type in ({period_types})"
    )
    return {row[0]: dict(zip(columns, row, strict=True)) for row in found}


@pytest.mark.parametrize("flows", ["rolling_12_months", "year_to_date"])
def test_local_figures_are_the_planted_truth(planted: dict[str, Figure], flows: str) -> None:
    """The collection year has ended, so that the year to date and the twelve months are one."""
    found, wrong = told(f"'snapshot', '{flows}'"), {}
    for indicator, planted_as in (NUMBERS | SHARES).items():
        figure, local = planted[planted_as], found[indicator]
        wanted, got = [figure.numerator], [float(local["numerator"] if local["numerator"] is not None else -1)]
        if indicator in SHARES:
            wanted += [figure.denominator or 0, figure.value or 0]
            got += [float(local["denominator"] or 0), float(local["value"] or 0)]
        if got != pytest.approx(wanted, abs=1e-6):
            wrong[indicator] = (got, wanted, local["status_reason"])
    assert wrong == {}
    assert len(NUMBERS | SHARES) >= 49
    assert {local["is_synthetic"] for local in found.values()} == {True}


def test_a_council_that_sent_nothing_has_a_row_that_says_so_for_each(planted: dict[str, Figure]) -> None:
    found = rows(
        "select count(distinct indicator_id), count(value), array_agg(distinct value_status), min(status_reason),"
        " max(status_reason) from marts.local_indicators where council_name = 'South Tyneside'"
    )
    nothing = "Nothing was sent that it is worked out from."
    assert found == [(len(told("'snapshot', 'year_to_date'")), 0, ["not_available"], nothing, nothing)]


def test_twelve_months_in_mid_year_need_both_years_and_count_nothing_twice(warehouse: str) -> None:
    """As at 30 September 2026, from two collection years; worked out by hand."""
    deliver("2026-03-31", {"episodes": [_episode("a", "2025-05-01", "2025-08-01", "E11"), LONG]}, year=2026)
    deliver("2026-09-30", {"episodes": [_episode("b", "2026-06-01"), LONG]}, year=2027)
    deliver("2026-09-30", {"cin_details": [_case("c", "2026-05-01")]}, return_id="cin_census", year=2027)
    deliver(
        "2026-09-30", {"cin_episodes": [_referral("c", "2026-05-01"), _referral("d", "2026-02-01")]}, return_id="ssd"
    )
    with connect("loader") as connection:
        for source in all_sources():
            ensure(connection, source)
    dbt.build("+local_indicators")
    found = rows(
        "select indicator_id, as_of_date::text, period_type, numerator::int, status_reason from marts.local_indicators"
        " where council_name = 'Durham' and indicator_id in ('cla', 'cla_starts', 'cla_adopted', 'referrals',"
        " 'rereferral_pct', 'cla_3_placements') and period_type <> 'year_to_date' order by 1, 2"
    )
    not_held = "The twelve months are not all held."
    assert found == [
        ("cla", "2026-03-31", "snapshot", 1, None),
        ("cla", "2026-09-30", "snapshot", 2, None),
        ("cla_3_placements", "2026-03-31", "rolling_12_months", 0, None),
        ("cla_3_placements", "2026-09-30", "rolling_12_months", None, "Moves are counted within one collection year."),
        # The adoption of August 2025 is in the year to March and no longer in the one to September.
        ("cla_adopted", "2026-03-31", "rolling_12_months", 1, None),
        ("cla_adopted", "2026-09-30", "rolling_12_months", 0, None),
        # Of the long one, who came in November 2025, both deliveries tell.
        ("cla_starts", "2026-03-31", "rolling_12_months", 2, None),
        ("cla_starts", "2026-09-30", "rolling_12_months", 2, None),
        ("referrals", "2026-09-30", "rolling_12_months", None, not_held),
        (
            "rereferral_pct", "2026-09-30", "rolling_12_months", None,
            "Two years of referrals are needed and fewer are held.",
        ),
    ]  # fmt: skip


def _episode(child: str, decom: str, dec: str | None = None, rec: str = "") -> Row:
    return {"child_pseudonym": token(child), "decom": decom, "rne": "S", "ls": "E1", "dec": dec, "rec": rec}


def _case(child: str, day: str) -> Row:
    return {"child_pseudonym": token(child), "child_line": 2, "referral_date": day, "no_further_action": "0"}


def _referral(child: str, day: str) -> Row:
    return {"child_pseudonym": token(child), "referral_pseudonym": token(child + day), "referral_date": day}


LONG = _episode("long", "2025-11-01")


def test_each_council_reads_its_own_rows_and_an_analyst_none(planted: dict[str, Figure]) -> None:
    """Published as the night does it, this mart alone."""
    declared = json.loads(dbt.manifest().read_text())["nodes"]
    alone = {name: node for name, node in declared.items() if node["name"] == "local_indicators"}
    version = versions.prepare("local", manifest={"nodes": alone})
    versions.mark_audited(version)
    versions.publish(version, None)
    for one in all_councils():
        found = rows("select distinct council_code from published.local_indicators", one.role)
        assert found == [(one.ons_code,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows("select 1 from published.local_indicators", "analyst")
