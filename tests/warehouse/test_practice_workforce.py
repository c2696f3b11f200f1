"""Workforce figures of a small census, worked out by hand, and those who came from another council of the region."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from socialcare.database import connect
from socialcare.door import arrival, plan
from socialcare.door.intake import take_in
from socialcare.land.tables import ensure
from socialcare.registry import all_sources
from socialcare.registry.councils import council
from socialcare.settings import get_settings
from socialcare.warehouse import dbt

from .delivered import deliver, rows, token

#: Six workers of 30 September 2024: SWENo, agency, FTE, role, began, origin, ended, destination, FTE30, cases, days
#: lost, ASYE, absent. Made up.
WORKERS = """
SW9900000001 0 1.0 5 2015-01-12 . .          . 1.0 18 0.0  . 0
SW9900000002 0 0.5 5 2024-01-08 1 .          . 0.5 12 10.0 1 0
SW9900000003 0 1.0 4 2020-06-01 . .          . 1.0 15 4.5  . 0
SW9900000004 0 1.0 3 2009-03-02 . .          . .   .  0.0  . 1
SW9900000005 1 1.0 5 2024-05-06 . .          . 1.0 22 .    . 0
SW9900000006 0 0.8 5 2023-04-03 . 2024-02-29 1 .   .  2.0  . .
"""
#: The headline table of it, by hand and by DfE's method (Children's social work workforce: methodology).
BY_HAND = {
    # In post: workers 1 to 4. FTE 1.0 + 0.5 + 1.0 + 1.0.
    "sw_in_post": (4, None), "sw_in_post_fte": (Decimal("3.5"), None),
    # Agency: worker 5. 1.0 of 1.0 + 3.5.
    "sw_agency": (1, None), "sw_agency_pct": (1, Decimal("4.5")),
    # The council states 2.5 vacancies: of 2.5 + 3.5. One agency worker for them.
    "sw_vacancies_fte": (Decimal("2.5"), None), "sw_vacancy_pct": (Decimal("2.5"), 6),
    "sw_cover_pct": (1, Decimal("2.5")),
    # Begun from 1 October 2023: worker 2 (worker 5 is agency). Left: worker 6, who had served 11 months.
    "sw_starters": (1, None), "sw_starters_fte": (Decimal("0.5"), None), "sw_from_region": (0, None),
    "sw_leavers": (1, None), "sw_leavers_fte": (Decimal("0.8"), None),
    "sw_turnover_pct": (Decimal("0.8"), Decimal("3.5")), "sw_left_soon_pct": (Decimal("0.8"), Decimal("0.8")),
    # Days lost by those in post: 0 + 10 + 4.5 + 0, of 253 days for each of 3.5.
    "sw_absence_pct": (Decimal("14.5"), Decimal("885.5")), "sw_absent": (1, None),
    # Worker 2 alone began less than two years before; workers 1 and 2 hold the role of case holder.
    "sw_under_2_years_pct": (Decimal("0.5"), Decimal("3.5")), "sw_case_holders_pct": (Decimal("1.5"), Decimal("3.5")),
    "sw_asye": (1, None),
    # Cases 18 + 12 + 15 + 22 of FTE 1 + 0.5 + 1 + 1: agency workers hold cases too.
    "sw_caseload": (67, Decimal("3.5")),
    # For each FTE: 15, 18, 22 and 24 (12 at half time). Two of four hold more than 20.
    "sw_over_20_pct": (2, 4),
}  # fmt: skip
#: Of 15, 18, 22, 24: quartiles between the ordered values (15 + 0.75 x 3, 20, 22 + 0.25 x 2).
CASELOADS = {"min": 15, "q1": 17.25, "median": 20, "q3": 22.5, "max": 24}
VALUES = {"sw_turnover_pct": 22.86, "sw_vacancy_pct": 41.67, "sw_absence_pct": 1.64, "sw_caseload": 19.14}


def _worker(line: str) -> str:
    names = (
        *("SWENo", "AgencyWorker", "FTE", "OrgRole", "RoleStartDate", "StartOrigin", "RoleEndDate"),
        *("LeaverDestination", "FTE30", "Cases30", "WorkingDaysLost", "CFKSSstatus", "Absat30Sept"),
    )
    told = {name: text for name, text in zip(names, line.split(), strict=True) if text != "."}
    told |= {"PersonBirthDate": "1985-05-01", "Sex": "F", "Ethnicity": "WBRI"}
    if told["AgencyWorker"] == "0":
        told |= {"QualLevel": "1", "StepUpGrad": "0", "FrontlineGrad": "0", "ContractWeeks": "52.0"}
    if "RoleEndDate" in told:
        told["ReasonLeave"] = "1"
    if told.get("Absat30Sept") == "1":
        told["ReasonAbsence"] = "SIC"
    order = (
        *("AgencyWorker", "SWENo", "FTE", "PersonBirthDate", "Sex", "Ethnicity", "QualLevel", "StepUpGrad", "OrgRole"),
        *("RoleStartDate", "StartOrigin", "RoleEndDate", "LeaverDestination", "ReasonLeave", "FTE30", "Cases30"),
        *("WorkingDaysLost", "ContractWeeks", "FrontlineGrad", "Absat30Sept", "ReasonAbsence", "CFKSSstatus"),
    )
    return "".join(f"<{name}>{told[name]}</{name}>" for name in order if name in told)


def _census(folder: Path) -> None:
    folder.mkdir(parents=True)
    workers = "".join(f"<CSWWWorker>{_worker(line)}</CSWWWorker>\n" for line in WORKERS.strip().splitlines())
    (folder / "SYNTHETIC_csww.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Message><Header><CollectionDetails><Collection>CSWW</Collection>'
        "<Year>2024</Year><ReferenceDate>2024-09-30</ReferenceDate></CollectionDetails><Source>"
        "<SourceLevel>L</SourceLevel><LEA>840</LEA><SoftwareCode>SYNTHETIC</SoftwareCode>"
        "<DateTime>2024-11-01T02:00:00</DateTime></Source></Header>\n<LALevelVacancies><NumberOfVacancies>2.50"
        "</NumberOfVacancies><NoAgencyFTE>1.00</NoAgencyFTE><NoAgencyHeadcount>1</NoAgencyHeadcount>"
        f"</LALevelVacancies>\n{workers}</Message>\n"
    )
    stated = {"return": "csww", "as_of_date": "2024-09-30", "collection_year": 2024, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))


@pytest.fixture(scope="module")
def built(module_warehouse: str) -> None:
    """A census of six through the door; two councils that one worker was at, and a small list of staff, by hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": ["csww"]}))
        _census(get_settings().inbox / "durham" / "SYNTHETIC_csww")
        (delivery,) = arrival.look("durham").whole
        assert take_in(delivery).verdict == "accepted"
    moved = {"worker_pseudonym": token("moved"), "is_agency": "0", "fte": "1.0", "role": "5"}
    came = {**moved, "role_start_date": "2024-03-01", "start_origin": "2"}
    left = {**moved, "role_start_date": "2019-03-01", "role_end_date": "2024-02-15", "leaver_destination": "1"}
    new = {**moved, "worker_pseudonym": token("new"), "role_start_date": "2024-03-01", "start_origin": "1"}
    for name, workers in (("south_tyneside", [came, new]), ("redcar_and_cleveland", [left])):
        deliver("2024-09-30", {"workers": workers}, return_id="csww", council=name, year=2024)
    _staff()
    with connect("loader") as connection:
        for source in all_sources():
            ensure(connection, source)
    dbt.build("+practice_workforce")


def _staff() -> None:
    """Four jobs on 31 March 2026: one holder is away, one was and is back, one comes from an agency, one has left."""
    job = {"team": "FF-3", "job": "SW", "started": "2020-01-06", "fte": 1, "agency": "N"}
    everybody = [
        {**job, "staff_pseudonym": token("a"), "away_from": "2026-01-05"},
        {**job, "staff_pseudonym": token("b"), "away_from": "2025-06-02", "away_to": "2025-09-30"},
        {**job, "staff_pseudonym": token("c"), "agency": "Y", "fte": 0.5},
        {**job, "staff_pseudonym": token("d"), "ended": "2025-12-31"},
    ]
    teams = [{"team": "FF-3", "service": "SW"}]
    deliver("2026-03-31", {"staff": everybody, "teams": teams}, return_id="local_records", year=2026)


def figures(where: str) -> dict[str, tuple[Decimal | None, ...]]:
    found = rows(f"select measure, numerator, denominator, value from marts.practice_workforce where {where}")
    return {measure: (above, below, value) for measure, above, below, value in found}


def test_the_headline_table_of_a_census_is_the_one_worked_by_hand(built: None) -> None:
    found = figures("council_name = 'Durham' and breakdown = 'council' and return_id = 'csww'")
    assert {name: found[name][:2] for name in BY_HAND} == BY_HAND
    assert {name: round(float(found[name][2] or 0), 2) for name in VALUES} == VALUES
    assert {name: float(found[f"sw_caseload_{name}"][2] or 0) for name in CASELOADS} == CASELOADS
    assert set(found) == set(BY_HAND) | {f"sw_caseload_{name}" for name in CASELOADS} | {"sw_agency_fte"}


def test_a_census_is_divided_by_role_origin_destination_reason_and_time(built: None) -> None:
    found = rows(
        "select measure, breakdown, breakdown_name, value::float from marts.practice_workforce"
        " where council_name = 'Durham' and measure in ('sw_in_post_fte', 'sw_starters', 'sw_leavers', 'sw_absent')"
        " and breakdown in ('role', 'origin', 'destination', 'reason_left', 'absence', 'time_in_service')"
        " order by 1, 2, 3"
    )
    first, elsewhere = "Newly Qualified Social Workers", "Social Worker Role in a Different Local Authority in England"
    assert found == [
        ("sw_absent", "absence", "Sick Leave", 1.0),
        ("sw_in_post_fte", "role", "Case Holder", 1.5),
        ("sw_in_post_fte", "role", "First Line Manager", 1.0),
        ("sw_in_post_fte", "role", "Senior Practitioner", 1.0),
        ("sw_in_post_fte", "time_in_service", "10 years to less than 20", 1.0),
        ("sw_in_post_fte", "time_in_service", "2 years to less than 5", 1.0),
        ("sw_in_post_fte", "time_in_service", "5 years to less than 10", 1.0),
        ("sw_in_post_fte", "time_in_service", "Less than 2 years", 0.5),
        ("sw_leavers", "destination", elsewhere, 1.0),
        ("sw_leavers", "reason_left", "Resignation", 1.0),
        ("sw_leavers", "role", "Case Holder", 1.0),
        ("sw_starters", "origin", first, 1.0),
        ("sw_starters", "role", "Case Holder", 1.0),
    ]


def test_who_came_from_the_region_is_told_to_the_council_that_they_came_to_and_to_no_other(built: None) -> None:
    found = rows(
        "select council_name, measure, value::int from marts.practice_workforce"
        " where measure in ('sw_from_region', 'sw_starters', 'sw_leavers') and breakdown = 'council'"
        " and council_name <> 'Durham' order by 1, 2"
    )
    assert found == [
        ("Redcar and Cleveland", "sw_leavers", 1),
        ("South Tyneside", "sw_from_region", 1),
        ("South Tyneside", "sw_starters", 2),
    ]
    columns = rows("select column_name from information_schema.columns where table_name = 'practice_workforce'")
    assert not [name for (name,) in columns if "pseudonym" in name or "token" in name]


def test_the_list_of_staff_tells_tonight_by_team_and_service(built: None) -> None:
    by = "council_name = 'Durham' and return_id = 'local_records' and breakdown"
    whole = {name: found[:2] for name, found in figures(f"{by} = 'council'").items()}
    assert whole == {
        "staff_in_post": (3, None),
        "staff_in_post_fte": (Decimal("2.5"), None),
        "staff_agency_pct": (Decimal("0.5"), Decimal("2.5")),
        "staff_away_pct": (1, 3),
        "staff_leavers": (1, None),
        "staff_turnover_pct": (1, 2),
        "staff_under_2_years_pct": (0, 2),
    }
    assert {name: found[:2] for name, found in figures(f"{by} = 'team' and period_type <> 'quarter'").items()} == whole
    assert (
        figures(f"{by} = 'service' and breakdown_value = 'SW' and measure = 'staff_in_post'")["staff_in_post"][0] == 3
    )
