"""The declaration of the Standard Safeguarding Dataset: every column classed, every rule broken once and kept once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.spec_rules import Changes, Delivery, changed, found
from tests.unit.door_cases import found as judged

from socialcare.door.recognise import recognise
from socialcare.registry.returns import Rule, Table, return_spec

SPEC = return_spec("ssd")
YEAR = SPEC.for_year(2026)
AS_OF = date(2026, 3, 20)

#: One child of whom every table has a row, and nothing is wrong. SYNTHETIC.
CLEAN: Delivery = {
    "person": [
        {
            "PERS_PERSON_ID": "1",
            "PERS_LEGACY_ID": "SYN1",
            "PERS_UPN_UNKNOWN": "UN1",
            "PERS_SEX": "F",
            "PERS_ETHNICITY": "WBRI",
            "PERS_DOB": "2012-04-05",
        }
    ],
    "address": [
        {
            "ADDR_TABLE_ID": "2",
            "ADDR_PERSON_ID": "1",
            "ADDR_ADDRESS_START_DATE": "2020-01-01",
            "ADDR_ADDRESS_END_DATE": "2020-01-01",
        }
    ],
    "disability": [{"DISA_PERSON_ID": "1", "DISA_TABLE_ID": "3", "DISA_DISABILITY_CODE": "LD"}],
    "immigration_status": [{"IMMI_IMMIGRATION_STATUS_ID": "4", "IMMI_PERSON_ID": "1"}],
    "legal_status": [
        {
            "LEGA_LEGAL_STATUS_ID": "5",
            "LEGA_PERSON_ID": "1",
            "LEGA_LEGAL_STATUS": "C2",
            "LEGA_LEGAL_STATUS_START_DATE": "2025-06-01",
        }
    ],
    "contacts": [{"CONT_CONTACT_ID": "6", "CONT_PERSON_ID": "1", "CONT_CONTACT_DATE": "2026-03-20"}],
    "early_help_episodes": [{"EARL_EPISODE_ID": "7", "EARL_PERSON_ID": "1", "EARL_EPISODE_START_DATE": "2012-04-05"}],
    "cin_episodes": [
        {
            "CINE_REFERRAL_ID": "8",
            "CINE_PERSON_ID": "1",
            "CINE_REFERRAL_DATE": "2025-01-06",
            "CINE_CIN_PRIMARY_NEED_CODE": "N1",
            "CINE_REFERRAL_SOURCE_CODE": "5D",
        }
    ],
    "cin_assessments": [
        {
            "CINA_ASSESSMENT_ID": "9",
            "CINA_PERSON_ID": "1",
            "CINA_REFERRAL_ID": "8",
            "CINA_ASSESSMENT_START_DATE": "2025-01-06",
            "CINA_ASSESSMENT_AUTH_DATE": "2025-02-20",
        }
    ],
    "assessment_factors": [
        {"CINF_TABLE_ID": "10", "CINF_ASSESSMENT_ID": "9", "CINF_ASSESSMENT_FACTORS_JSON": '["3B", "16A"]'}
    ],
    "cin_plans": [
        {
            "CINP_CIN_PLAN_ID": "11",
            "CINP_REFERRAL_ID": "8",
            "CINP_PERSON_ID": "1",
            "CINP_CIN_PLAN_START_DATE": "2025-02-20",
            "CINP_CIN_PLAN_END_DATE": "2025-03-20",
        }
    ],
    "cin_visits": [
        {
            "CINV_CIN_VISIT_ID": "12",
            "CINV_PERSON_ID": "1",
            "CINV_CIN_VISIT_DATE": "2025-02-27",
            "CINV_CIN_VISIT_SEEN": "Y",
            "CINV_CIN_VISIT_SEEN_ALONE": "Y",
        }
    ],
    "s47_enquiry": [
        {
            "S47E_S47_ENQUIRY_ID": "13",
            "S47E_REFERRAL_ID": "8",
            "S47E_PERSON_ID": "1",
            "S47E_S47_START_DATE": "2025-03-10",
            "S47E_S47_END_DATE": "2025-03-20",
        }
    ],
    "initial_cp_conference": [
        {
            "ICPC_ICPC_ID": "14",
            "ICPC_S47_ENQUIRY_ID": "13",
            "ICPC_PERSON_ID": "1",
            "ICPC_CP_PLAN_ID": "15",
            "ICPC_REFERRAL_ID": "8",
            "ICPC_ICPC_DATE": "2025-03-20",
            "ICPC_ICPC_OUTCOME_CP_FLAG": "Y",
        }
    ],
    "cp_plans": [
        {
            "CPPL_CP_PLAN_ID": "15",
            "CPPL_REFERRAL_ID": "8",
            "CPPL_ICPC_ID": "14",
            "CPPL_PERSON_ID": "1",
            "CPPL_CP_PLAN_START_DATE": "2025-03-20",
            "CPPL_CP_PLAN_END_DATE": "2025-06-20",
            "CPPL_CP_PLAN_INITIAL_CATEGORY": "Neglect",
            "CPPL_CP_PLAN_LATEST_CATEGORY": "NEG",
        }
    ],
    "cp_visits": [
        {
            "CPPV_CP_VISIT_ID": "16",
            "CPPV_PERSON_ID": "1",
            "CPPV_CP_PLAN_ID": "15",
            "CPPV_CP_VISIT_DATE": "2025-03-20",
            "CPPV_CP_VISIT_SEEN": "Y",
            "CPPV_CP_VISIT_SEEN_ALONE": "N",
        }
    ],
    "cp_reviews": [
        {
            "CPPR_CP_REVIEW_ID": "17",
            "CPPR_PERSON_ID": "1",
            "CPPR_CP_PLAN_ID": "15",
            "CPPR_CP_REVIEW_DUE": "2025-06-20",
            "CPPR_CP_REVIEW_DATE": "2025-06-20",
        }
    ],
    "cla_episodes": [
        {
            "CLAE_CLA_EPISODE_ID": "18",
            "CLAE_PERSON_ID": "1",
            "CLAE_CLA_PLACEMENT_ID": "19",
            "CLAE_CLA_EPISODE_START_DATE": "2025-06-01",
            "CLAE_CLA_EPISODE_START_REASON": "S",
            "CLAE_CLA_ID": "20",
            "CLAE_REFERRAL_ID": "8",
            "CLAE_ENTERED_CARE_DATE": "2025-06-01",
            "CLAE_CLA_LAST_IRO_CONTACT_DATE": "2026-01-05",
        }
    ],
    "cla_placement": [
        {
            "CLAP_CLA_PLACEMENT_ID": "19",
            "CLAP_CLA_ID": "20",
            "CLAP_PERSON_ID": "1",
            "CLAP_CLA_PLACEMENT_START_DATE": "2025-06-01",
            "CLAP_CLA_PLACEMENT_TYPE": "U6",
            "CLAP_CLA_PLACEMENT_DISTANCE": "12.4",
        }
    ],
    "cla_reviews": [
        {
            "CLAR_CLA_REVIEW_ID": "21",
            "CLAR_CLA_ID": "20",
            "CLAR_CLA_REVIEW_DATE": "2025-06-27",
            "CLAR_CLA_REVIEW_PARTICIPATION": "PN1",
        }
    ],
    "cla_visits": [
        {
            "CLAV_CLA_VISIT_ID": "22",
            "CLAV_CLA_ID": "20",
            "CLAV_PERSON_ID": "1",
            "CLAV_CLA_VISIT_DATE": "2025-06-08",
            "CLAV_CLA_VISIT_SEEN": "Y",
        }
    ],
    "cla_health": [{"CLAH_HEALTH_CHECK_ID": "23", "CLAH_PERSON_ID": "1", "CLAH_HEALTH_CHECK_TYPE": "Dental Check"}],
    "cla_immunisations": [{"CLAI_PERSON_ID": "1", "CLAI_IMMUNISATIONS_STATUS": "Y"}],
    "cla_substance_misuse": [{"CLAS_SUBSTANCE_MISUSE_ID": "24", "CLAS_PERSON_ID": "1"}],
    "cla_convictions": [{"CLAC_CLA_CONVICTION_ID": "25", "CLAC_PERSON_ID": "1"}],
    "cla_previous_permanence": [
        {"LAPP_TABLE_ID": "26", "LAPP_PERSON_ID": "1", "LAPP_PREVIOUS_PERMANENCE_OPTION": "Z1"}
    ],
    "cla_care_plan": [
        {
            "LACP_TABLE_ID": "27",
            "LACP_PERSON_ID": "1",
            "LACP_CLA_CARE_PLAN_START_DATE": "2025-06-10",
            "LACP_CLA_CARE_PLAN_END_DATE": "2025-06-10",
        }
    ],
    "sdq_scores": [
        {"CSDQ_TABLE_ID": "28", "CSDQ_PERSON_ID": "1", "CSDQ_SDQ_COMPLETED_DATE": "2026-01-10", "CSDQ_SDQ_SCORE": "14"}
    ],
    "missing": [
        {
            "MISS_TABLE_ID": "29",
            "MISS_PERSON_ID": "1",
            "MISS_MISSING_EPISODE_START_DATE": "2025-07-01",
            "MISS_MISSING_EPISODE_TYPE": "M",
            "MISS_MISSING_EPISODE_END_DATE": "2025-07-01",
            "MISS_MISSING_RHI_OFFERED": "Y",
            "MISS_MISSING_RHI_ACCEPTED": "N",
        }
    ],
    "care_leavers": [
        {
            "CLEA_TABLE_ID": "30",
            "CLEA_PERSON_ID": "1",
            "CLEA_CARE_LEAVER_ELIGIBILITY": "Eligible child",
            "CLEA_PATHWAY_PLAN_REVIEW_DATE": "2026-02-01",
            "CLEA_CARE_LEAVER_LATEST_CONTACT": "2026-02-01",
        }
    ],
    "permanence": [
        {
            "PERM_TABLE_ID": "31",
            "PERM_PERSON_ID": "1",
            "PERM_CLA_ID": "20",
            "PERM_ADM_DECISION_DATE": "2025-09-01",
            "PERM_MATCHED_DATE": "2025-11-01",
            "PERM_PLACED_FOR_ADOPTION_DATE": "2025-12-01",
            "PERM_PERMANENCE_ORDER_DATE": "2026-03-01",
        }
    ],
    "professionals": [
        {"PROF_PROFESSIONAL_ID": "32", "PROF_STAFF_ID": "S100", "PROF_SOCIAL_WORKER_REGISTRATION_NO": "SW0000001"}
    ],
    "department": [{"DEPT_TEAM_ID": "33"}],
    "involvements": [
        {
            "INVO_INVOLVEMENTS_ID": "34",
            "INVO_PROFESSIONAL_ID": "32",
            "INVO_PERSON_ID": "1",
            "INVO_INVOLVEMENT_START_DATE": "2025-01-06",
        }
    ],
}

Case = tuple[str, str, Changes, Changes]


def _change(table: str, *rows: dict[str, str]) -> Delivery:
    return changed(CLEAN, table, list(rows))


def _without(table: str) -> Delivery:
    return {name: rows for name, rows in CLEAN.items() if name != table}


def _of_each_table() -> Iterator[Case]:
    """Keys, links and days: the same three questions of every table, put from the declaration."""
    for rule in (rule for rule in SPEC.rules if rule.sql):
        column = rule.columns[0]
        if rule.code == "SD10":
            yield "SD10", rule.table, _change(rule.table, {}, {}), CLEAN
        elif rule.code == "SD11":
            yield "SD11", rule.table, _change(rule.table, {column: "99"}), _without("person")
        elif "SD12" <= rule.code <= "SD17":
            yield rule.code, rule.table, _change(rule.table, {column: "99"}), _without(_linked(rule))
        elif rule.code == "SD20":
            yield "SD20", rule.table, _change(rule.table, {column: "1900-01-01"}), CLEAN
        elif rule.code == "SD21":
            days = [{rule.columns[0]: "2025-03-02", rule.columns[1]: ended} for ended in ("2025-03-01", "2025-03-02")]
            yield "SD21", rule.table, days[0], days[1]
        elif rule.code == "SD22":
            yield "SD22", rule.table, {column: "2026-03-21"}, {column: "2026-03-20"}
        elif rule.code == "SD23":
            yield "SD23", rule.table, {column: "2012-04-04"}, {column: "2012-04-05"}


def _linked(rule: Rule) -> str:
    found_in = re.search(r"was_sent\('(\w+)'\)", rule.sql)
    assert found_in
    return found_in[1]


CASES: list[Case] = [
    *_of_each_table(),
    ("SD10", "disability", [{}, {"DISA_TABLE_ID": "35"}], [{}, {"DISA_DISABILITY_CODE": "AUT"}]),
    ("SD24", "person", {"PERS_DOB": "2026-03-21"}, {"PERS_DOB": "2026-03-20"}),
    ("SD25", "permanence", {"PERM_MATCHED_DATE": "2025-08-31"}, {"PERM_MATCHED_DATE": ""}),
    ("SD26", "initial_cp_conference", {"ICPC_ICPC_DATE": "2025-03-09"}, {"ICPC_ICPC_DATE": "2025-03-10"}),
    ("SD27", "cp_plans", {"CPPL_CP_PLAN_START_DATE": "2025-03-21"}, CLEAN),
    ("SD28", "cin_assessments", {"CINA_ASSESSMENT_START_DATE": "2025-01-05"}, CLEAN),
    ("SD29", "cp_visits", {"CPPV_CP_VISIT_DATE": "2025-06-21"}, {"CPPV_CP_VISIT_DATE": "2025-06-20"}),
    ("SD29", "cp_reviews", {"CPPR_CP_REVIEW_DATE": "2025-03-19"}, CLEAN),
    ("SD30", "person", {"PERS_EXPECTED_DOB": "2012-04-01"}, {"PERS_EXPECTED_DOB": "2026-04-01", "PERS_DOB": ""}),
    ("SD31", "person", {"PERS_UPN": "UN1"}, {"PERS_UPN": "UN1", "PERS_UPN_UNKNOWN": ""}),
    (
        "SD32",
        "cin_episodes",
        {"CINE_CLOSE_DATE": "2025-08-01"},
        {"CINE_CLOSE_DATE": "2025-08-01", "CINE_CLOSE_REASON": "RC9"},
    ),
    (
        "SD33",
        "cin_episodes",
        [{}, {"CINE_REFERRAL_ID": "36", "CINE_REFERRAL_DATE": "2025-08-01"}],
        [
            {"CINE_CLOSE_DATE": "2025-08-01", "CINE_CLOSE_REASON": "RC7"},
            {"CINE_REFERRAL_ID": "36", "CINE_REFERRAL_DATE": "2025-08-01"},
        ],
    ),
    ("SD34", "cla_episodes", {"CLAE_CLA_EPISODE_CEASED_REASON": "X1"}, CLEAN),
    (
        "SD35",
        "cla_episodes",
        [{}, {"CLAE_CLA_EPISODE_START_DATE": "2025-08-01"}],
        [{"CLAE_CLA_EPISODE_CEASED_DATE": "2025-08-01"}, {"CLAE_CLA_EPISODE_START_DATE": "2025-08-01"}],
    ),
    ("SD36", "cla_episodes", {"CLAE_ENTERED_CARE_DATE": "2025-06-02"}, CLEAN),
    (
        "SD37",
        "cp_plans",
        [{"CPPL_CP_PLAN_END_DATE": ""}, {"CPPL_CP_PLAN_START_DATE": "2025-05-01"}],
        [{}, {"CPPL_CP_PLAN_START_DATE": "2025-06-20"}],
    ),
    (
        "SD38",
        "initial_cp_conference",
        {"ICPC_ICPC_OUTCOME_CP_FLAG": "N"},
        {"ICPC_ICPC_OUTCOME_CP_FLAG": "N", "ICPC_CP_PLAN_ID": ""},
    ),
    ("SD39", "missing", {"MISS_MISSING_RHI_OFFERED": "NA", "MISS_MISSING_RHI_ACCEPTED": "Y"}, CLEAN),
    (
        "SD40",
        "missing",
        {"MISS_MISSING_RHI_OFFERED": ""},
        {"MISS_MISSING_RHI_OFFERED": "", "MISS_MISSING_EPISODE_END_DATE": ""},
    ),
    ("SD41", "involvements", {"INVO_PROFESSIONAL_ID": ""}, CLEAN),
    ("SD42", "sdq_scores", {"CSDQ_SDQ_SCORE": ""}, {"CSDQ_SDQ_SCORE": "", "CSDQ_SDQ_REASON": "SDQ1"}),
    ("SD43", "disability", [{}, {"DISA_DISABILITY_CODE": "NONE"}], {"DISA_DISABILITY_CODE": "NONE"}),
    *(
        (
            "SD44",
            table,
            {f"{stem}_SEEN": "N", f"{stem}_SEEN_ALONE": "Y"},
            {f"{stem}_SEEN": "N", f"{stem}_SEEN_ALONE": "N"},
        )
        for table, stem in (
            ("cp_visits", "CPPV_CP_VISIT"),
            ("cin_visits", "CINV_CIN_VISIT"),
            ("cla_visits", "CLAV_CLA_VISIT"),
        )
    ),
    ("SD45", "professionals", [{}, {"PROF_PROFESSIONAL_ID": "37"}], CLEAN),
]


def test_nothing_is_found_in_a_clean_delivery() -> None:
    assert set(CLEAN) == set(SPEC.tables)
    assert found(YEAR, CLEAN, AS_OF) == set()


@pytest.mark.parametrize(("code", "table", "wrong", "right"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_rule_finds_what_it_says_and_nothing_near(code: str, table: str, wrong: Changes, right: Changes) -> None:
    assert found(YEAR, changed(CLEAN, table, wrong), AS_OF, only=(code, table))
    assert not found(YEAR, changed(CLEAN, table, right), AS_OF, only=(code, table))


def test_every_rule_in_sql_has_a_failing_and_a_passing_case() -> None:
    assert {(r.code, r.table) for r in SPEC.rules if r.sql} == {(code, table) for code, table, _, _ in CASES}


def test_all_48_objects_are_known_and_no_heading_is_of_two() -> None:
    assert len(SPEC.tables) + len(SPEC.other_tables) == 48
    headings = [heading for table in SPEC.tables.values() for heading in table.columns]
    headings += [heading for others in SPEC.other_tables.values() for heading in others]
    assert len(headings) == len(set(headings))


def test_every_column_is_classed_with_a_reason_and_checked_by_one_rule() -> None:
    for name, table in SPEC.tables.items():
        for heading, column in table.columns.items():
            assert column.privacy, (name, heading)
            assert column.because.endswith("."), (name, heading)
            rules = [r for r in SPEC.rules if (r.table, r.check, r.columns) == (name, "valid", (heading,))]
            assert len(rules) == (1 if column.is_loaded else 0), (name, heading)


def test_names_comments_and_what_a_system_writes_freely_are_dropped() -> None:
    kept = {h for table in SPEC.tables.values() for h, column in table.columns.items() if column.is_loaded}
    named = {"PERS_FORENAME", "PERS_SURNAME", "PROF_PROFESSIONAL_NAME", "PERS_SINGLE_UNIQUE_ID", "ADDR_ADDRESS_JSON"}
    headings = {h for table in SPEC.tables.values() for h in table.columns}
    written = {h for h in headings if h.endswith(("_OUTCOME_JSON", "_PLAN_JSON"))}
    assert len(written) == 6
    assert not kept & (named | written)


def test_a_worker_is_never_kept_by_what_may_be_a_name() -> None:
    for table in SPEC.tables.values():
        for heading, column in table.columns.items():
            if heading.endswith(("_WORKER_ID", "_ADVISOR", "PROFESSIONAL_ID")):
                assert (column.identifies, column.becomes) == ("staff", "pseudonym"), heading


NAMED = (
    "Jane Doe",
    "Zebedee",
    "DOE",
    "SYN0000001",
    "4857773456",
    "A123456789012",
    "05/04/2012",
    "2012-04-05",
    "DH1 3ZZ",
)


@pytest.mark.parametrize("identity", NAMED)
def test_nothing_that_identifies_fits_a_text_that_is_kept(identity: str) -> None:
    for name, table in SPEC.tables.items():
        for heading, column in table.columns.items():
            if column.type == "text" and column.is_loaded:
                assert not re.search(str(column.pattern), identity), (name, heading)


@pytest.mark.parametrize(
    ("cell", "passes"),
    [
        ('["1A","2B"]', True),
        ('{"1B": "Yes", "20": "Yes"}', True),
        ("[]", True),
        ('{"1B": "Yes", "COMMENTS": "Mum said"}', False),
        ('["1A"] Jane Doe', False),
    ],
)
def test_factors_pass_as_codes_and_nothing_beside_them(cell: str, passes: bool) -> None:
    factors = SPEC.tables["assessment_factors"].columns["CINF_ASSESSMENT_FACTORS_JSON"]
    assert bool(re.search(str(factors.pattern), cell)) is passes


#: Days that only bound a birth, or are long after it (ADR 0015): visits, reviews, checks, decisions, ends of care.
KEPT_DAYS = {
    "ADDR_ADDRESS_END_DATE",
    "CINV_CIN_VISIT_DATE",
    "CLAC_CLA_CONVICTION_DATE",
    "CLAE_CLA_EPISODE_CEASED_DATE",
    "CLAE_CLA_LAST_IRO_CONTACT_DATE",
    "CLAH_HEALTH_CHECK_DATE",
    "CLAI_IMMUNISATIONS_STATUS_DATE",
    "CLAP_CLA_PLACEMENT_END_DATE",
    "CLAR_CLA_REVIEW_DATE",
    "CLAR_CLA_REVIEW_DUE_DATE",
    "CLAS_SUBSTANCE_MISUSE_DATE",
    "CLAV_CLA_VISIT_DATE",
    "CLEA_CARE_LEAVER_LATEST_CONTACT",
    "CLEA_PATHWAY_PLAN_REVIEW_DATE",
    "CPPR_CP_REVIEW_DATE",
    "CPPR_CP_REVIEW_DUE",
    "CPPV_CP_VISIT_DATE",
    "CSDQ_SDQ_COMPLETED_DATE",
    "IMMI_IMMIGRATION_STATUS_END_DATE",
    "LACP_CLA_CARE_PLAN_END_DATE",
    "LEGA_LEGAL_STATUS_END_DATE",
    "MISS_MISSING_EPISODE_END_DATE",
    "MISS_MISSING_EPISODE_START_DATE",
    "PERM_ADM_DECISION_DATE",
    "PERM_DECISION_REVERSED_DATE",
    "PERM_FFA_CP_DECISION_DATE",
    "PERM_MATCHED_DATE",
    "PERM_PERMANENCE_ORDER_DATE",
    "PERM_PLACED_FOR_ADOPTION_DATE",
    "PERM_PLACEMENT_ORDER_DATE",
}


def test_every_day_on_which_a_newborn_may_first_be_met_shows_its_month() -> None:
    of_children = (table for table in SPEC.tables.values() if table.subject("child"))
    kept = {
        h for table in of_children for h, c in table.every_column.items() if c.type == "date" and c.becomes == "kept"
    }
    assert kept == KEPT_DAYS
    assert next(iter(SPEC.tables)) == "person", "the births are read first"


@pytest.mark.parametrize("return_id", ["ssd", "local_records", "ssda903"])
def test_a_file_is_told_by_its_headings_whichever_return_it_is_of(return_id: str, tmp_path: Path) -> None:
    declared = return_spec(return_id)
    file = tmp_path / "a.csv"
    for name, table in declared.tables.items():
        file.write_text(",".join(heading.lower() for heading in table.columns) + "\n")
        assert (recognise(file).return_id, recognise(file).table) == (return_id, name)
    for name, headings in declared.other_tables.items():
        file.write_text(",".join(headings) + ",more\n")
        assert (recognise(file).return_id, recognise(file).other_table) == (return_id, name)


def test_the_child_is_the_first_child_identifier_of_every_table() -> None:
    def child(table: Table) -> str | None:
        return table.subject("child")

    assert {name for name, table in SPEC.tables.items() if child(table) is None} == {
        "assessment_factors",
        "department",
        "professionals",
    }
    assert child(SPEC.tables["person"]) == "PERS_PERSON_ID"


def test_the_door_itself_finds_nothing_in_a_clean_delivery() -> None:
    assert judged("ssd", 2026, CLEAN, as_of=AS_OF) == set()


def test_the_door_finds_every_cell_that_is_not_of_its_kind() -> None:
    wrong: Delivery = {name: [dict.fromkeys(table.columns, "~")] for name, table in SPEC.tables.items()}
    found_out = {(code, table) for code, table, _ in judged("ssd", 2026, wrong, as_of=AS_OF)}
    assert found_out >= {(rule.code, rule.table) for rule in SPEC.rules if rule.check == "valid"}
