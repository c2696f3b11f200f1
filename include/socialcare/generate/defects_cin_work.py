"""What can be wrong with assessments, enquiries and plans in the census of children in need."""

from __future__ import annotations

from typing import Any

from socialcare.generate.defects_cin import ENQUIRY, NOTHING, PLANNED, PROTECTED, XmlDefect, changed


def _factors(*codes: str) -> dict[str, Any]:
    return {"Assessments__0__FactorsIdentifiedAtAssessment": {"AssessmentFactors": list(codes)}}


def _plan(**change: Any) -> dict[str, Any]:
    return {f"ChildProtectionPlans__0__{tag}": value for tag, value in change.items()}


_ASSESSMENTS: tuple[XmlDefect, ...] = (
    changed(
        *({}, "assessed_before_referred", "assessments", "1103", "warning"),
        Assessments__0__AssessmentActualStartDate=-160,
    ),
    changed(
        *({}, "assessed_on_no_day", "assessments", "CN07", "quarantine"),
        Assessments__0__AssessmentActualStartDate="soon",
    ),
    changed(
        *({}, "authorised_on_no_day", "assessments", "CN08", "quarantine"),
        Assessments__0__AssessmentAuthorisationDate="2026-02-31",
    ),
    changed(
        *({}, "authorised_before_begun", "assessments", "8608", "quarantine"),
        Assessments__0__AssessmentActualStartDate=-100,
        Assessments__0__AssessmentAuthorisationDate=-120,
    ),
    changed(
        *({}, "factors_of_an_open_assessment", "assessments", "8614", "warning"),
        Assessments__0__AssessmentActualStartDate=-14,
        Assessments__0__AssessmentAuthorisationDate=None,
    ),
    changed(
        *({}, "no_factors", "assessments", "8897Q", "warning"),
        Assessments__0__FactorsIdentifiedAtAssessment=None,
    ),
    changed({}, "factor_not_a_code", "assessment_factors", "CN13", "quarantine", **_factors("99Z", "3B")),
    changed({}, "factor_twice", "assessment_factors", "8898", "warning", at=1, **_factors("3B", "3B")),
    changed({}, "no_factors_and_a_factor", "assessment_factors", "8869", "warning", at=1, **_factors("3B", "21")),
    changed({}, "old_factor_of_violence", "assessment_factors", "8945Q", "warning", first_year=2025, **_factors("18A")),
    changed({}, "old_factor_of_abuse", "assessment_factors", "8950Q", "warning", first_year=2025, **_factors("19A")),
)

_PLANS: tuple[XmlDefect, ...] = (
    changed(PLANNED, "planned_on_no_day", "cin_plans", "4010", "quarantine", CINPlanDates__0__CINPlanStartDate="soon"),
    changed(
        PLANNED, "plan_ended_before_begun", "cin_plans", "4011", "quarantine", CINPlanDates__0__CINPlanEndDate=-108
    ),
    changed(PLANNED, "plan_of_a_day", "cin_plans", "4012Q", "warning", CINPlanDates__0__CINPlanEndDate=-100),
    changed(
        *(PLANNED, "planned_before_referred", "cin_plans", "4015", "warning"),
        CINPlanDates=[{"CINPlanStartDate": -160, "CINPlanEndDate": -30}],
    ),
    changed(
        *(NOTHING, "planned_though_nothing_was_to_be_done", "cin_plans", "4000", "warning"),
        CINPlanDates=[{"CINPlanStartDate": -100, "CINPlanEndDate": -30}],
    ),
)

_ENQUIRIES: tuple[XmlDefect, ...] = (
    changed(
        *(PROTECTED, "enquired_before_referred", "section47", "2889", "warning"),
        Section47__0__S47ActualStartDate=-160,
    ),
    changed(
        *(PROTECTED, "conference_before_enquiry", "section47", "8615", "quarantine"),
        Section47__0__S47ActualStartDate=-112,
    ),
    changed(
        *({}, "conference_on_a_saturday", "section47", "8875", "warning"),
        Section47=[{**ENQUIRY, "DateOfInitialCPC": "saturday-126"}],
    ),
    changed(
        *({}, "target_on_a_saturday", "section47", "8870Q", "warning"),
        Section47=[{**ENQUIRY, "InitialCPCtarget": "saturday-119"}],
    ),
    changed(
        *({}, "conference_on_no_day", "section47", "CN06", "quarantine"),
        Section47=[{**ENQUIRY, "DateOfInitialCPC": "2026-02-31"}],
    ),
    changed(
        *({}, "conference_told_twice", "section47", "2884", "warning"),
        Section47=[ENQUIRY],
        DateOfInitialCPC=-126,
    ),
)

_PROTECTION: tuple[XmlDefect, ...] = (
    changed(PROTECTED, "protected_before_referred", "cp_plans", "1105", "warning", **_plan(CPPstartDate="2025-01-06")),
    changed(PROTECTED, "protected_on_another_day", "cp_plans", "2885", "warning", **_plan(CPPstartDate=-119)),
    changed(PROTECTED, "protected_for_no_time", "cp_plans", "8840", "warning", **_plan(CPPendDate=-126, Reviews=None)),
    changed(
        *(PROTECTED, "protection_ended_before_begun", "cp_plans", "8925", "quarantine"),
        **_plan(CPPendDate=-133, Reviews=None),
    ),
    changed(
        *(PROTECTED, "protected_since_no_day", "cp_plans", "8720", "quarantine"),
        **_plan(CPPstartDate="soon", Reviews=None),
    ),
    changed(PROTECTED, "category_not_a_code", "cp_plans", "8905", "warning", **_plan(InitialCategoryOfAbuse="BAD")),
    changed(PROTECTED, "latest_category_missing", "cp_plans", "8910", "warning", **_plan(LatestCategoryOfAbuse=None)),
    changed(PROTECTED, "earlier_plans_not_told", "cp_plans", "8730", "warning", **_plan(NumberOfPreviousCPP=None)),
    changed(
        *(PROTECTED, "reviewed_before_begun", "cp_reviews", "8841", "warning"),
        **_plan(Reviews={"CPPreviewDate": [-126]}),
    ),
    changed(
        *(PROTECTED, "reviewed_on_no_day", "cp_reviews", "8842Q", "quarantine"),
        **_plan(Reviews={"CPPreviewDate": ["soon"]}),
    ),
)

KINDS = (*_ASSESSMENTS, *_PLANS, *_ENQUIRIES, *_PROTECTION)
