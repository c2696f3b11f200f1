"""What can be wrong between the cases and plans of one child in the census, and what else then follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from socialcare.generate import defects_cin_cases, defects_cin_work
from socialcare.generate.defects import Severity
from socialcare.generate.defects_cin import ENQUIRY, NOTHING, PLAN, PROTECTED, PROTECTION, XmlDefect, about, changed

_Also = tuple[tuple[str, str, Severity, int], ...]
_CASE_ROWS = ("disabilities", "cin_details", "assessments", "assessment_factors")
_NOBODYS: _Also = tuple((table, "CN01", "quarantine", 0) for table in _CASE_ROWS)
#: What one thing that is wrong makes wrong elsewhere at the same child.
_ALSO: dict[str, _Also] = {
    "child_without_a_number": _NOBODYS,
    "child_number_too_long": _NOBODYS,
    "born_after_the_year": (("cin_details", "8606", "warning", 0),),
    "died_before_birth": (("children", "8545Q", "warning", 0), ("cin_details", "8555Q", "warning", 0)),
    "referred_after_the_year": (("assessments", "1103", "warning", 0),),
    "expected_in_a_year_and_a_half": (("cin_details", "8606", "warning", 0),),
    "closed_before_referred": (("cin_details", "8565", "warning", 0),),
}
_EARLIER = {"CPPstartDate": -126, "CPPendDate": -70, "InitialCategoryOfAbuse": "NEG", "LatestCategoryOfAbuse": "NEG"}
_SECOND: dict[str, Any] = {
    **{"AssessmentActualStartDate": -130, "AssessmentAuthorisationDate": -100},
    "FactorsIdentifiedAtAssessment": {"AssessmentFactors": ["4B"]},
}
_LONG_AGO: dict[str, Any] = {
    **{"AssessmentActualStartDate": -600, "AssessmentAuthorisationDate": -570},
    "FactorsIdentifiedAtAssessment": {"AssessmentFactors": ["4B"]},
}


def _expected(name: str, code: str, on: str | int) -> XmlDefect:
    """A child not yet born."""
    return about(
        *(name, code, "warning"),
        PersonBirthDate=None,
        ExpectedPersonBirthDate=on,
        Sex="U",
        UPN=None,
        UPNunknown="UN1",
    )


_MORE: tuple[XmlDefect, ...] = (
    _expected("expected_in_a_year_and_a_half", "8530Q", 600),
    _expected("expected_on_no_day", "CN03", "soon"),
    about("died_on_no_day", "CN04", "warning", PersonDeathDate="soon"),
    about("reason_for_no_upn_not_a_code", "CN14", "warning", UPNunknown="UN9"),
    about("no_upn_as_nothing_was_to_be_done_but_was", "8772", "warning", UPNunknown="UN7"),
    about("thirty_years_old", "8775Q", "warning", PersonBirthDate="1990-05-01"),
    changed({}, "case_conference_on_a_saturday", "cin_details", "8875", "warning", DateOfInitialCPC="saturday-126"),
    changed({}, "case_conference_on_no_day", "cin_details", "CN06", "warning", DateOfInitialCPC="soon"),
    changed({}, "conference_before_the_referral", "cin_details", "1104", "warning", DateOfInitialCPC=-171),
    changed(NOTHING, "nothing_was_to_be_done_long_ago", "cin_details", "8569Q", "warning", CINreferralDate=-500),
    changed(
        {},
        "closed_in_an_earlier_year",
        "cin_details",
        "8620",
        "warning",
        CINreferralDate=-600,
        Assessments=[],
        CINclosureDate=-500,
        ReasonForClosure="RC7",
    ),
    changed(
        {},
        "review_of_assessment_on_no_day",
        "assessments",
        "CN09",
        "warning",
        Assessments__0__AssessmentInternalReviewDate="soon",
    ),
    changed(
        {},
        "authorised_in_an_earlier_year",
        "assessments",
        "8696",
        "warning",
        CINreferralDate=-600,
        Assessments__0=_LONG_AGO,
    ),
    replace(changed({}, "assessed_twice_at_once", "assessments", "8863Q", "warning", Assessments__1=_SECOND), at=1),
    changed(
        {},
        "planned_until_no_day",
        "cin_plans",
        "CN11",
        "quarantine",
        CINPlanDates=[{"CINPlanStartDate": -100, "CINPlanEndDate": "soon"}],
    ),
    changed(
        {},
        "plan_of_an_earlier_year",
        "cin_plans",
        "4013",
        "warning",
        CINreferralDate=-700,
        CINPlanDates=[{"CINPlanStartDate": -600, "CINPlanEndDate": -500}],
    ),
    replace(
        changed(
            {},
            "planned_while_planned",
            "cin_plans",
            "4014",
            "warning",
            CINPlanDates=[{**PLAN, "CINPlanEndDate": -30}, {"CINPlanStartDate": -60, "CINPlanEndDate": -20}],
        ),
        at=1,
    ),
    changed(
        {},
        "enquiry_target_on_no_day",
        "section47",
        "CN10",
        "warning",
        Section47=[{**ENQUIRY, "InitialCPCtarget": "soon"}],
    ),
    changed(
        {},
        "need_of_a_conference_not_said",
        "section47",
        "CN15",
        "warning",
        Section47=[{**ENQUIRY, "ICPCnotRequired": "maybe"}],
    ),
    changed({}, "enquiry_without_assessment", "section47", "2991Q", "warning", Assessments=[], Section47=[ENQUIRY]),
    changed(
        {},
        "conference_in_an_earlier_year",
        "section47",
        "8715",
        "warning",
        CINreferralDate=-700,
        Section47=[{**ENQUIRY, "S47ActualStartDate": -610, "DateOfInitialCPC": -600}],
    ),
    replace(
        changed(
            {},
            "enquired_while_enquiring",
            "section47",
            "8890",
            "warning",
            Section47=[ENQUIRY, {**ENQUIRY, "S47ActualStartDate": -133}],
        ),
        at=1,
    ),
    changed(
        PROTECTED,
        "protected_until_no_day",
        "cp_plans",
        "CN12",
        "quarantine",
        ChildProtectionPlans__0__CPPendDate="soon",
    ),
    changed(
        {},
        "protection_ended_in_an_earlier_year",
        "cp_plans",
        "8930",
        "warning",
        CINreferralDate=-900,
        ChildProtectionPlans=[{**_EARLIER, "CPPstartDate": -800, "CPPendDate": -500, "NumberOfPreviousCPP": "0"}],
    ),
    replace(
        changed(
            PROTECTED,
            "protected_while_protected",
            "cp_plans",
            "8940",
            "warning",
            Section47=[ENQUIRY, {**ENQUIRY, "S47ActualStartDate": -105, "DateOfInitialCPC": -98}],
            ChildProtectionPlans=[
                {**_EARLIER, "NumberOfPreviousCPP": "0"},
                {**PROTECTION, "CPPstartDate": -98, "NumberOfPreviousCPP": "1"},
            ],
        ),
        at=1,
    ),
)
#: Every kind that is known here.
DEFECTS: tuple[XmlDefect, ...] = tuple(
    replace(kind, also=_ALSO.get(kind.name, kind.also))
    for kind in (*defects_cin_cases.KINDS, *defects_cin_work.KINDS, *_MORE)
)
