"""What can be wrong with children, referrals and cases in the census of children in need."""

from __future__ import annotations

from socialcare.generate.defects_cin import CLOSED, NOTHING, PLANNED, USUAL, XmlDefect, about, changed

_PEOPLE: tuple[XmlDefect, ...] = (
    about("child_without_a_number", "8500", "quarantine", LAchildID=None),
    about("child_number_too_long", "1570", "quarantine", LAchildID="SYNDURX12345678901234", first_year=2025),
    XmlDefect("child_twice", "children", "8510", "quarantine", NOTHING, twice=True),
    about("birth_on_31_february", "CN02", "quarantine", PersonBirthDate="2015-02-31"),
    about("born_after_the_year", "8520", "quarantine", PersonBirthDate="2095-05-01"),
    about("neither_born_nor_expected", "8525Q", "warning", PersonBirthDate=None),
    about("born_and_expected", "8525Q", "warning", ExpectedPersonBirthDate=30),
    about("sex_missing", "4180", "warning", Sex=None),
    about("sex_not_a_code", "4180", "warning", Sex="X"),
    about(
        *("unborn_with_a_sex", "8750", "warning"),
        PersonBirthDate=None,
        ExpectedPersonBirthDate=30,
        UPN=None,
        UPNunknown="UN1",
    ),
    about("died_before_birth", "8535Q", "warning", PersonDeathDate="2014-05-01"),
    about("upn_with_letters_in_the_middle", "1540", "warning", UPN="A8400ABC00001"),
    about("upn_with_a_wrong_letter", "1510", "warning", UPN="A840000000000"),
    about("upn_and_no_reason_missing", "8770Q", "warning", UPN=None),
    about("former_upn_too_short", "1560Q", "warning", FormerUPN="A123"),
    changed({}, "ethnicity_missing", "children", "4220", "warning", ChildCharacteristics__Ethnicity=None),
    changed({}, "ethnicity_not_a_code", "children", "4220", "warning", ChildCharacteristics__Ethnicity="White"),
    changed({}, "no_case", "children", "8590", "warning", CINdetails=[]),
    changed(
        *({}, "none_and_a_disability", "disabilities", "8790", "warning"),
        ChildCharacteristics__Disabilities={"Disability": ["NONE", "LD"]},
    ),
    changed(
        *({}, "disability_twice", "disabilities", "8794", "warning"),
        at=1,
        ChildCharacteristics__Disabilities={"Disability": ["LD", "LD"]},
    ),
    changed(
        *({}, "disability_not_a_code", "disabilities", "8540", "quarantine"),
        ChildCharacteristics__Disabilities={"Disability": ["TALL"]},
    ),
)

_CASES: tuple[XmlDefect, ...] = (
    changed({}, "referred_on_no_day", "cin_details", "8600", "quarantine", CINreferralDate=None),
    changed({}, "referred_after_the_year", "cin_details", "8600", "quarantine", CINreferralDate="2095-05-01"),
    changed({}, "source_missing", "cin_details", "8866", "warning", ReferralSource=None),
    changed({}, "source_not_a_code", "cin_details", "8866", "warning", ReferralSource="99"),
    changed({}, "need_missing", "cin_details", "8610", "warning", PrimaryNeedCode=None),
    changed({}, "need_not_a_code", "cin_details", "8650", "warning", PrimaryNeedCode="N99"),
    changed({}, "no_further_action_not_said", "cin_details", "8568", "warning", ReferralNFA=None),
    changed(CLOSED, "closed_before_referred", "cin_details", "8630", "quarantine", CINclosureDate=-200),
    changed(CLOSED, "closed_without_reason", "cin_details", "8805", "warning", ReasonForClosure=None),
    changed({}, "reason_without_closing", "cin_details", "8810", "warning", ReasonForClosure="RC7"),
    changed(CLOSED, "reason_not_a_code", "cin_details", "8640", "warning", ReasonForClosure="RC99"),
    changed(CLOSED, "closed_on_no_day", "cin_details", "CN05", "quarantine", CINclosureDate="2026-02-31"),
    changed(CLOSED, "closed_by_death_without_one", "cin_details", "8585Q", "warning", ReasonForClosure="RC2"),
    changed(CLOSED, "assessed_after_closing", "cin_details", "8565", "warning", CINclosureDate=-130),
    changed(
        *(CLOSED, "closed_with_an_open_assessment", "cin_details", "8867", "warning"),
        Assessments=[{"AssessmentActualStartDate": -30}],
    ),
    changed(
        *(CLOSED, "closed_with_an_open_enquiry", "cin_details", "8868", "warning"),
        CINclosureDate=-5,
        Section47=[{"S47ActualStartDate": -12, "ICPCnotRequired": "0"}],
    ),
    changed(
        *({**CLOSED, **PLANNED}, "closed_after_assessment_but_planned", "cin_details", "2990", "warning"),
        ReasonForClosure="RC8",
        CINPlanDates=[{"CINPlanStartDate": -100, "CINPlanEndDate": -30}],
    ),
    changed(
        *(CLOSED, "closed_after_assessment_but_none", "cin_details", "8825Q", "warning"),
        ReasonForClosure="RC8",
        Assessments=[],
    ),
    changed(
        *(NOTHING, "assessed_though_nothing_was_to_be_done", "cin_details", "8831", "warning"),
        Assessments=USUAL["CINdetails"][0]["Assessments"],
    ),
    changed({}, "referred_forty_weeks_before_birth", "cin_details", "8606", "warning", CINreferralDate="2014-01-06"),
)

KINDS = (*_PEOPLE, *_CASES)
