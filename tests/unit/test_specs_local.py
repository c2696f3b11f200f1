"""The declaration of the local records: every column classed, every rule broken once and kept once."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from tests.spec_rules import Changes, Delivery, changed, found
from tests.unit.door_cases import found as judged

from socialcare.registry.returns import return_spec
from socialcare.settings import PROJECT_ROOT

SPEC = return_spec("local_records")
YEAR = SPEC.for_year(2026)
AS_OF = date(2026, 3, 20)
GUIDE = PROJECT_ROOT / "docs" / "local-records.md"

#: A small delivery in which nothing is wrong. SYNTHETIC.
CLEAN: Delivery = {
    "teams": [{"TEAM": "FF-3", "SERVICE": "SW", "OPENED": "2018-02-01"}, {"TEAM": "OPS-1", "SERVICE": "EH"}],
    "staff": [
        {
            "STAFF_NO": "S100",
            "SWE_NUMBER": "SW0000001",
            "TEAM": "FF-3",
            "JOB": "SW",
            "STARTED": "2020-01-06",
            "FTE": "1",
        },
        {"STAFF_NO": "S200", "TEAM": "OPS-1", "JOB": "KW", "STARTED": "2021-05-04", "FTE": "0.8"},
        {
            "STAFF_NO": "S300",
            "SWE_NUMBER": "SW0000003",
            "TEAM": "FF-3",
            "JOB": "TM",
            "STARTED": "2015-03-02",
            "FTE": "1",
        },
    ],
    "case_audits": [
        {
            "AUDIT": "A1",
            "CHILD": "SYN1",
            "AUDITED_ON": "2026-02-02",
            "THEME": "VOICE",
            "TEAM": "FF-3",
            "STAFF_NO": "S100",
            "AUDITOR": "TM",
            "PRACTITIONER_TOOK_PART": "Y",
            "FAMILY_FEEDBACK_ASKED": "Y",
            "FAMILY_FEEDBACK_RECEIVED": "N",
            "GRADE": "GOOD",
            "SCALE": "7",
            "MODERATED_ON": "2026-02-20",
            "MODERATED_GRADE": "RI",
        }
    ],
    "audit_answers": [
        {"AUDIT": "A1", "QUESTION": "VOICE_INVOLVED", "ANSWER": "Y"},
        {"AUDIT": "A1", "QUESTION": "VOICE_UNDERSTOOD", "ANSWER": "P"},
        {"AUDIT": "A1", "QUESTION": "VOICE_OPPORTUNITY", "ANSWER": "N"},
        {"AUDIT": "A1", "QUESTION": "VOICE_MEETINGS", "ANSWER": "NA"},
        {"AUDIT": "A1", "QUESTION": "OVERSIGHT", "ANSWER": ""},
    ],
    "audit_actions": [
        {"AUDIT": "A1", "ACTION_NO": "1", "OWNER": "TM", "DUE_ON": "2026-03-02", "CLOSED_ON": "2026-03-01"}
    ],
    "step_decisions": [
        {
            "CHILD": "SYN1",
            "DECIDED_ON": "2026-01-14",
            "FROM_TIER": "4",
            "TO_TIER": "3",
            "DECISION": "AGREED",
            "DECIDED_AT": "MEETING",
            "REASON": "GOALS",
            "FROM_TEAM": "FF-3",
            "TO_TEAM": "OPS-1",
            "HANDOVER_ON": "2026-01-14",
            "FAMILY_TOLD_BEFORE": "N",
        }
    ],
    "lead_practitioners": [
        {
            "CHILD": "SYN1",
            "STAFF_NO": "S300",
            "ROLE": "SW",
            "TEAM": "FF-3",
            "STARTED": "2025-02-01",
            "ENDED": "2025-06-01",
        },
        {
            "CHILD": "SYN1",
            "STAFF_NO": "S100",
            "ROLE": "SW",
            "TEAM": "FF-3",
            "STARTED": "2025-06-01",
            "CHANGE_REASON": "LEFTRL",
        },
    ],
    "family_plan_reviews": [
        {
            "CHILD": "SYN2",
            "PLAN": "P1",
            "PLAN_FROM": "2025-09-01",
            "PLAN_TO": "2026-03-20",
            "GOAL_NO": "1",
            "BY_WHEN": "2025-12-01",
            "DUE_ON": "2025-10-15",
            "REVIEWED_ON": "2025-10-14",
            "PROGRESS": "BETTER",
            "SCALE": "6",
            "FAMILY_ATTENDED": "Y",
            "NEXT_DUE_ON": "2025-11-26",
        }
    ],
    "return_home_interviews": [
        {
            "CHILD": "SYN3",
            "EPISODE": "M1",
            "KIND": "M",
            "MISSING_ON": "2026-03-01",
            "RETURNED_ON": "2026-03-02",
            "RETURNED_AT": "23:30",
            "OFFERED": "Y",
            "ACCEPTED": "Y",
            "INTERVIEWED_ON": "2026-03-05",
            "INTERVIEWED_AT": "16:00",
            "INTERVIEWER": "IND",
        }
    ],
    "pathway_plans": [
        {
            "CHILD": "SYN4",
            "ELIGIBILITY": "FR",
            "PLAN_FROM": "2024-05-01",
            "LAST_REVIEW_ON": "2025-11-03",
            "NEXT_DUE_ON": "2026-05-03",
            "VOICE": "Y",
            "TEAM": "FF-3",
        }
    ],
    "short_breaks": [
        {
            "CHILD": "SYN5",
            "REQUEST": "B1",
            "REQUESTED_ON": "2025-05-01",
            "ASSESSED_ON": "2025-06-10",
            "NEED_AGREED": "Y",
            "SERVICE": "NIGHT",
            "OFFERED_ON": "2025-10-01",
            "STARTED_ON": "2025-10-18",
            "DISABILITY": "AUT",
            "CLOSED_ON": "2025-10-18",
            "CLOSED_REASON": "STARTED",
        }
    ],
    "supervision": [
        {
            "STAFF_NO": "S100",
            "HELD_ON": "2026-03-03",
            "KIND": "ONE",
            "SUPERVISOR_NO": "S300",
            "NEXT_DUE_ON": "2026-03-31",
            "REFLECTIVE_SCORE": "8",
            "CASES_DISCUSSED": "5",
        }
    ],
    "appraisals": [
        {"STAFF_NO": "S100", "KIND": "ANNUAL", "DUE_ON": "2026-01-06", "HELD_ON": "2026-02-01", "QUALITY": "2"}
    ],
    "asye": [
        {
            "STAFF_NO": "S100",
            "COHORT": "2020-01",
            "STARTED": "2020-01-06",
            "THREE_MONTHS_ON": "2020-04-06",
            "SIX_MONTHS_ON": "2020-07-06",
            "NINE_MONTHS_ON": "2020-10-06",
            "FINISHED_ON": "2021-01-06",
            "RESULT": "PASS",
        }
    ],
    "training_sessions": [
        {
            "SESSION": "SUP-2026-1",
            "COURSE": "SUP-1",
            "PROGRAMME": "SMP-1",
            "PROVIDER": "COMM",
            "HELD_ON": "2026-02-10",
            "DAYS": "0.5",
            "MANDATORY": "Y",
            "PLACES": "12",
        }
    ],
    "training_attendance": [
        {
            "SESSION": "SUP-2026-1",
            "STAFF_NO": "S100",
            "BOOKED": "Y",
            "BOOKED_ON": "2026-01-20",
            "ATTENDED": "Y",
            "COMPLETED": "Y",
        },
        {"SESSION": "SUP-2026-1", "STAFF_NO": "S300", "BOOKED": "Y", "ATTENDED": "N"},
    ],
    "training_feedback": [
        {
            "SESSION": "SUP-2026-1",
            "FORM_NO": "1",
            "CONFIDENCE_BEFORE": "4",
            "CONFIDENCE_AFTER": "7",
            "RATING": "5",
            "WILL_USE": "Y",
        }
    ],
    # Kantar, Families First round 2, Table 7, first row, as published: 11, 51, 14, 39 and 40 of 155.
    "staff_survey": [
        {
            "WAVE": "2019",
            "FIELDWORK_FROM": "2019-11-14",
            "FIELDWORK_TO": "2019-12-20",
            "INVITED": "1000",
            "RESPONSES": "195",
            "QUESTION": "Q5",
            "ITEM": "a",
            "WORDING": "12",
            "OPTION": option,
            "COUNT": count,
            "PERCENT": percent,
            "N": "155",
        }
        for option, count, percent in (
            ("S_AGREE", "11", "7"),
            ("AGREE", "51", "33"),
            ("NEITHER", "14", "9"),
            ("DISAGREE", "39", "25"),
            ("S_DISAGREE", "40", "26"),
        )
    ],
}


def _change(table: str, *rows: dict[str, str]) -> Delivery:
    return changed(CLEAN, table, list(rows))


def _without(table: str) -> Delivery:
    return {name: rows for name, rows in CLEAN.items() if name != table}


RHI, SURVEY = "return_home_interviews", "staff_survey"
_TWO_LEADS = {"STAFF_NO": "S100", "STARTED": "2025-03-01", "ENDED": "", "CHANGE_REASON": "LEFTRL"}

#: code, table, a delivery that breaks the rule at its last row, one that is near and does not.
CASES: list[tuple[str, str, Changes, Changes]] = [
    *(("LR10", table, [{}, {}], {}) for table in CLEAN),
    (
        "LR10",
        "supervision",
        [{"KIND": "CASE", "CHILD": "SYN1"}, {"KIND": "CASE", "CHILD": "SYN1"}],
        [{"KIND": "CASE", "CHILD": "SYN1"}, {"KIND": "CASE", "CHILD": "SYN2"}],
    ),
    ("LR11", "audit_answers", {"AUDIT": "A9"}, {}),
    ("LR11", "audit_actions", {"AUDIT": "A9"}, _without("case_audits")),
    ("LR12", "training_attendance", {"SESSION": "SUP-2026-9"}, _without("training_sessions")),
    ("LR12", "training_feedback", {"SESSION": "SUP-2026-9"}, _without("training_sessions")),
    *(
        ("LR13", table, {column: "ZZ-9"}, {column: ""})
        for table, column in (
            ("staff", "TEAM"),
            ("case_audits", "TEAM"),
            ("step_decisions", "FROM_TEAM"),
            ("step_decisions", "TO_TEAM"),
            ("lead_practitioners", "TEAM"),
            ("pathway_plans", "TEAM"),
        )
    ),
    *(
        ("LR14", table, {"STAFF_NO": "S999"}, _without("staff"))
        for table in ("case_audits", "lead_practitioners", "supervision", "appraisals", "asye", "training_attendance")
    ),
    ("LR20", "teams", {"CLOSED": "2018-01-31"}, {"CLOSED": "2018-02-01"}),
    ("LR21", "staff", {"ENDED": "2020-01-05"}, {"ENDED": "2020-01-06"}),
    ("LR22", "staff", {"AWAY_FROM": "2025-05-02", "AWAY_TO": "2025-05-01"}, {"AWAY_FROM": "2025-05-02", "AWAY_TO": ""}),
    ("LR23", "case_audits", {"AUDITED_ON": "2026-03-21"}, {"AUDITED_ON": "2026-03-20"}),
    ("LR24", "case_audits", {"MODERATED_ON": "2026-02-01"}, {"MODERATED_ON": "2026-02-02"}),
    ("LR25", "audit_actions", {"CLOSED_ON": "2026-03-21"}, {"CLOSED_ON": ""}),
    ("LR26", "audit_actions", {"DUE_ON": "2026-02-01"}, {"DUE_ON": "2026-02-02"}),
    ("LR27", "step_decisions", {"DECIDED_ON": "2026-03-21"}, {"DECIDED_ON": "2026-03-20"}),
    ("LR28", "step_decisions", {"HANDOVER_ON": "2026-01-13"}, {"HANDOVER_ON": ""}),
    ("LR29", "lead_practitioners", {"ENDED": "2025-01-31"}, {"ENDED": "2025-02-01"}),
    ("LR30", "lead_practitioners", {"STARTED": "2026-03-21"}, {"STARTED": "2026-03-20", "ENDED": ""}),
    ("LR31", "family_plan_reviews", {"PLAN_TO": "2025-08-31"}, {"PLAN_TO": ""}),
    ("LR32", "family_plan_reviews", {"REVIEWED_ON": "2026-03-21"}, {"REVIEWED_ON": ""}),
    ("LR33", "family_plan_reviews", {"REVIEWED_ON": "2025-08-31"}, {"REVIEWED_ON": "2025-09-01"}),
    ("LR33", "family_plan_reviews", {"PLAN_TO": "2025-10-13"}, {"PLAN_TO": "2025-10-14"}),
    ("LR34", "family_plan_reviews", {"BY_WHEN": "2025-08-31"}, {"BY_WHEN": "2025-09-01"}),
    ("LR35", "family_plan_reviews", {"NEXT_DUE_ON": "2025-10-14"}, {"NEXT_DUE_ON": "2025-10-15"}),
    ("LR36", RHI, {"MISSING_ON": "2026-03-21"}, {"MISSING_ON": "2026-03-02"}),
    ("LR37", RHI, {"RETURNED_ON": "2026-02-28"}, {"RETURNED_ON": "2026-03-01"}),
    ("LR38", RHI, {"INTERVIEWED_ON": "2026-03-01"}, {"INTERVIEWED_ON": "2026-03-03"}),
    (
        "LR38",
        RHI,
        {"INTERVIEWED_ON": "2026-03-02", "INTERVIEWED_AT": "23:29"},
        {"INTERVIEWED_ON": "2026-03-02", "INTERVIEWED_AT": "23:30"},
    ),
    ("LR39", RHI, {"RETURNED_ON": ""}, {"RETURNED_ON": "", "INTERVIEWED_ON": ""}),
    ("LR40", "pathway_plans", {"LAST_REVIEW_ON": "2026-03-21"}, {"LAST_REVIEW_ON": "2026-03-20"}),
    ("LR41", "pathway_plans", {"LAST_REVIEW_ON": "2024-04-30"}, {"LAST_REVIEW_ON": "2024-05-01", "NEXT_DUE_ON": ""}),
    ("LR42", "short_breaks", {"STARTED_ON": "2026-03-21"}, {"STARTED_ON": "2026-03-20"}),
    ("LR43", "short_breaks", {"CLOSED_ON": "2025-04-30"}, {"ASSESSED_ON": "2025-05-01"}),
    ("LR44", "short_breaks", {"OFFERED_ON": "2025-10-19"}, {"OFFERED_ON": "2025-10-18"}),
    ("LR45", "supervision", {"HELD_ON": "2026-03-21"}, {"HELD_ON": "2026-03-20"}),
    ("LR46", "supervision", {"NEXT_DUE_ON": "2026-03-03"}, {"NEXT_DUE_ON": "2026-03-04"}),
    ("LR47", "appraisals", {"HELD_ON": "2026-03-21"}, {"HELD_ON": "2026-03-20"}),
    ("LR48", "asye", {"SIX_MONTHS_ON": "2020-04-05"}, {"SIX_MONTHS_ON": "", "THREE_MONTHS_ON": ""}),
    ("LR48", "asye", {"FINISHED_ON": "2020-10-05"}, {"FINISHED_ON": "2020-10-06"}),
    (
        "LR49",
        "training_attendance",
        _change("training_sessions", {"HELD_ON": "2026-03-21"}),
        _change("training_sessions", {"HELD_ON": "2026-03-20"}),
    ),
    ("LR50", SURVEY, {"FIELDWORK_TO": "2019-11-13"}, {"FIELDWORK_TO": "2019-11-14"}),
    ("LR51", "step_decisions", {"TO_TIER": "4"}, {"TO_TIER": "2"}),
    ("LR52", "supervision", {"SUPERVISOR_NO": "S100"}, {"SUPERVISOR_NO": ""}),
    ("LR53", "training_attendance", {"BOOKED": "N"}, {"BOOKED": "N", "ATTENDED": "", "COMPLETED": ""}),
    ("LR54", SURVEY, {"COUNT": "156"}, {"COUNT": "155"}),
    ("LR55", SURVEY, [{}, {"OPTION": "NOT_SURE", "N": "154"}], [{}, {"ITEM": "b", "N": "154"}]),
    ("LR60", "staff", {"SWE_NUMBER": ""}, {"SWE_NUMBER": "", "JOB": "KW"}),
    ("LR61", "staff", [{}, {"STAFF_NO": "S400"}], [{}, {"STARTED": "2024-01-01", "FTE": "0"}]),
    (
        "LR62",
        "staff",
        [{}, {"STARTED": "2024-01-01", "FTE": "0.2"}],
        [{"ENDED": "2024-01-01"}, {"STARTED": "2024-01-01", "FTE": "0.2"}],
    ),
    ("LR63", "staff", {"AWAY_TO": "2025-05-01"}, {"AWAY_FROM": "2025-05-01"}),
    ("LR64", "case_audits", {"MODERATED_ON": ""}, {"MODERATED_ON": "", "MODERATED_GRADE": ""}),
    ("LR65", "case_audits", {"GRADE": ""}, {"GRADE": "OUT"}),
    (
        "LR66",
        "case_audits",
        {"FAMILY_FEEDBACK_RECEIVED": "Y", "FAMILY_FEEDBACK_ASKED": ""},
        {"FAMILY_FEEDBACK_RECEIVED": "Y"},
    ),
    (
        "LR67",
        "case_audits",
        {
            **CLEAN,
            "audit_answers": [
                {**a, "ANSWER": "" if a["QUESTION"] == "VOICE_MEETINGS" else a["ANSWER"]}
                for a in CLEAN["audit_answers"]
            ],
        },
        _without("audit_answers"),
    ),
    ("LR67", "case_audits", {**CLEAN, "audit_answers": CLEAN["audit_answers"][1:]}, CLEAN),
    ("LR68", "step_decisions", {"DECISION": "DEFER"}, {"DECISION": "NOT", "HANDOVER_ON": ""}),
    (
        "LR69",
        "step_decisions",
        {"FAMILY_TOLD_BEFORE": ""},
        {"FAMILY_TOLD_BEFORE": "", "DECISION": "NOT", "HANDOVER_ON": ""},
    ),
    ("LR70", "lead_practitioners", [{}, _TWO_LEADS], [{}, {**_TWO_LEADS, "ROLE": "PA"}]),
    (
        "LR71",
        "lead_practitioners",
        [{}, {"STAFF_NO": "S100", "STARTED": "2025-06-01", "ENDED": ""}],
        [{}, {"STARTED": "2025-06-01", "ENDED": ""}],
    ),
    ("LR72", "family_plan_reviews", {"REVIEWED_ON": ""}, {"REVIEWED_ON": "", "PROGRESS": ""}),
    ("LR73", RHI, {"OFFERED": "NA", "ACCEPTED": ""}, {"ACCEPTED": ""}),
    ("LR74", RHI, {"OFFERED": "N", "INTERVIEWED_ON": ""}, {"OFFERED": "N", "ACCEPTED": "", "INTERVIEWED_ON": ""}),
    (
        "LR75",
        RHI,
        {"OFFERED": "", "ACCEPTED": "", "INTERVIEWED_ON": ""},
        {"RETURNED_ON": "", "OFFERED": "", "ACCEPTED": "", "INTERVIEWED_ON": ""},
    ),
    ("LR76", RHI, {"INTERVIEWED_ON": ""}, {"INTERVIEWED_ON": "", "RETURNED_ON": "2026-03-17"}),
    ("LR76", RHI, {"INTERVIEWED_ON": "", "ACCEPTED": ""}, {"INTERVIEWED_ON": "", "NOT_DONE_REASON": "NOTFOUND"}),
    ("LR77", RHI, {"INTERVIEWED_AT": ""}, {"INTERVIEWED_AT": "", "INTERVIEWED_ON": "2026-03-04"}),
    # Thirty days later at the same time is 720 hours to the minute.
    (
        "LR78",
        RHI,
        {
            "MISSING_ON": "2026-02-01",
            "RETURNED_ON": "2026-02-03",
            "INTERVIEWED_ON": "2026-03-05",
            "INTERVIEWED_AT": "23:31",
        },
        {
            "MISSING_ON": "2026-02-01",
            "RETURNED_ON": "2026-02-03",
            "INTERVIEWED_ON": "2026-03-05",
            "INTERVIEWED_AT": "23:30",
        },
    ),
    (
        "LR79",
        RHI,
        {"NOT_DONE_REASON": "REFUSED"},
        {"NOT_DONE_REASON": "REFUSED", "ACCEPTED": "N", "INTERVIEWED_ON": ""},
    ),
    (
        "LR80",
        RHI,
        [{"MISSING_ON": "2026-02-27"}, {"EPISODE": "M2"}],
        [{"MISSING_ON": "2026-02-27", "RETURNED_ON": "2026-03-01"}, {"EPISODE": "M2"}],
    ),
    ("LR81", "pathway_plans", {"PLAN_FROM": ""}, {"PLAN_FROM": "", "ELIGIBILITY": "Q"}),
    ("LR82", "pathway_plans", {"NEXT_DUE_ON": "2026-05-04"}, {"NEXT_DUE_ON": ""}),
    ("LR83", "short_breaks", {"CLOSED_ON": ""}, {"CLOSED_ON": "", "CLOSED_REASON": ""}),
    ("LR84", "short_breaks", {"STARTED_ON": ""}, {"STARTED_ON": "", "CLOSED_REASON": "NONEED"}),
    ("LR85", "short_breaks", {"NEED_AGREED": "N"}, {"NEED_AGREED": ""}),
    ("LR86", "supervision", {"KIND": "CASE"}, {"KIND": "CASE", "CHILD": "SYN1"}),
    ("LR86", "supervision", {"CHILD": "SYN1"}, {}),
    ("LR87", "appraisals", {"HELD_ON": ""}, {"HELD_ON": "", "QUALITY": ""}),
    ("LR88", "asye", {"RESULT": ""}, {"RESULT": "", "FINISHED_ON": ""}),
    ("LR89", "training_attendance", {"ATTENDED": ""}, {"COMPLETED": "N"}),
    (
        "LR90",
        "training_sessions",
        {
            **_change("training_sessions", {"PLACES": "1"}),
            "training_attendance": [
                {**CLEAN["training_attendance"][0]},
                {**CLEAN["training_attendance"][1], "ATTENDED": "Y"},
            ],
        },
        {"PLACES": "1"},
    ),
    ("LR91", "training_sessions", _change("training_feedback", {}, {"FORM_NO": "2"}), _without("training_attendance")),
    ("LR92", "training_feedback", {"CONFIDENCE_AFTER": ""}, {"CONFIDENCE_AFTER": "", "CONFIDENCE_BEFORE": ""}),
    ("LR93", SURVEY, {"PERCENT": "5"}, {"PERCENT": "8"}),
    ("LR94", SURVEY, {"COUNT": "10", "PERCENT": "6"}, {"COUNT": "155", "PERCENT": "100"}),
    ("LR95", SURVEY, {"INVITED": "154"}, {"INVITED": ""}),
    # The report says 154 responses; its tables rest on up to 195 (contradiction C13 of the founding documents).
    ("LR96", SURVEY, {"RESPONSES": "154"}, {"RESPONSES": "155"}),
]


def test_nothing_is_found_in_a_clean_delivery() -> None:
    assert found(YEAR, CLEAN, AS_OF) == set()


@pytest.mark.parametrize(("code", "table", "wrong", "right"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_rule_finds_what_it_says_and_nothing_near(code: str, table: str, wrong: Changes, right: Changes) -> None:
    assert found(YEAR, changed(CLEAN, table, wrong), AS_OF, only=(code, table))
    assert not found(YEAR, changed(CLEAN, table, right), AS_OF, only=(code, table))


def test_every_rule_in_sql_has_a_failing_and_a_passing_case() -> None:
    assert {(r.code, r.table) for r in SPEC.rules if r.sql} == {(code, table) for code, table, _, _ in CASES}


def test_every_column_is_classed_with_a_reason_and_checked_by_one_rule() -> None:
    for name, table in SPEC.tables.items():
        for heading, column in table.columns.items():
            assert column.privacy, (name, heading)
            assert len(column.because) > 25, (name, heading)
            rules = [r for r in SPEC.rules if (r.table, r.check, r.columns) == (name, "valid", (heading,))]
            assert len(rules) == (1 if column.is_loaded else 0), (name, heading)


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


def test_an_unanswered_question_stays_missing() -> None:
    answer = SPEC.tables["audit_answers"].columns["ANSWER"]
    assert not answer.mandatory
    assert answer.becomes == "kept"
    assert "" not in SPEC.code_lists["audit_answer"]


def test_tables_are_told_apart_by_the_headings_that_must_be_there() -> None:
    must = {name: {h for h, c in table.columns.items() if c.mandatory} for name, table in SPEC.tables.items()}
    for name, headings in must.items():
        others = [o for o, table in SPEC.tables.items() if o != name and headings == set(table.columns)]
        assert others == [], name


def test_the_guide_shows_every_file_with_two_rows_that_nothing_is_wrong_with() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^## [^\n]*`(\w+)\.csv`$.*?```csv\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    shown: Delivery = {name: list(csv.DictReader(io.StringIO(text))) for name, text in blocks}
    assert list(shown) == list(SPEC.tables)
    assert all(len(rows) == 2 for rows in shown.values())
    for name, rows in shown.items():
        assert list(rows[0]) == list(SPEC.tables[name].columns), name
    needs_more_rows = {"LR14", "LR67", "LR91"}  # who is on the staff, all four questions, who attended
    assert {code for code, _, _ in found(YEAR, shown, AS_OF)} <= needs_more_rows


def test_the_guide_explains_every_heading_and_every_word() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for table in SPEC.tables.values():
        assert all(f"`{heading}`" in text for heading in table.columns)
    for words in SPEC.code_lists.values():
        assert all(f"`{word}`" in text for word in words)


def test_the_door_itself_finds_nothing_in_a_clean_delivery() -> None:
    assert judged("local_records", 2026, CLEAN, as_of=AS_OF) == set()


def test_the_door_finds_every_cell_that_is_not_of_its_kind() -> None:
    wrong: Delivery = {name: [dict.fromkeys(table.columns, "~")] for name, table in SPEC.tables.items()}
    found_out = {(code, table) for code, table, _ in judged("local_records", 2026, wrong, as_of=AS_OF)}
    assert found_out >= {(rule.code, rule.table) for rule in SPEC.rules if rule.check == "valid"}
