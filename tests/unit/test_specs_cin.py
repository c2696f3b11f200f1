"""The CIN census: DfE's rules, each with a message that breaks it; every year as DfE changed it. All made up."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from tests.unit.census_cases import Case, changed, found

from socialcare.registry.returns import return_spec

SPEC = return_spec("cin_census")
THIS_YEAR = 2026
HEAD = """<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>
</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>999</LEA></Source></Header>
<Children>
"""
TAIL = """</Children>
</Message>
"""
#: Three children: assessed, protected and helped; not yet born; referred and nothing more.
CLEAN = """<Child>
 <ChildIdentifiers><LAchildID>one</LAchildID><UPN>A123456789012</UPN><FormerUPN>A123456789012</FormerUPN>
  <PersonBirthDate>2015-03-02</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
 <ChildCharacteristics><Ethnicity>WBRI</Ethnicity>
  <Disabilities><Disability>HAND</Disability><Disability>LD</Disability></Disabilities></ChildCharacteristics>
 <CINdetails>
  <CINreferralDate>2025-05-06</CINreferralDate><ReferralSource>1A</ReferralSource>
  <PrimaryNeedCode>N1</PrimaryNeedCode>
  <CINclosureDate>2025-12-15</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>
  <Assessments><AssessmentActualStartDate>2025-05-06</AssessmentActualStartDate>
   <AssessmentInternalReviewDate>2025-05-20</AssessmentInternalReviewDate>
   <AssessmentAuthorisationDate>2025-06-10</AssessmentAuthorisationDate>
   <FactorsIdentifiedAtAssessment><AssessmentFactors>1B</AssessmentFactors>
    <AssessmentFactors>3B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>
  <CINPlanDates><CINPlanStartDate>2025-11-18</CINPlanStartDate><CINPlanEndDate>2025-12-15</CINPlanEndDate></CINPlanDates>
  <Section47><S47ActualStartDate>2025-05-08</S47ActualStartDate><InitialCPCtarget>2025-05-29</InitialCPCtarget>
   <DateOfInitialCPC>2025-05-20</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47>
  <ReferralNFA>0</ReferralNFA>
  <ChildProtectionPlans><CPPstartDate>2025-05-20</CPPstartDate><CPPendDate>2025-11-18</CPPendDate>
   <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>
   <NumberOfPreviousCPP>0</NumberOfPreviousCPP>
   <Reviews><CPPreviewDate>2025-08-12</CPPreviewDate><CPPreviewDate>2025-11-18</CPPreviewDate></Reviews>
  </ChildProtectionPlans>
 </CINdetails>
</Child>
<Child>
 <ChildIdentifiers><LAchildID>two</LAchildID><UPNunknown>UN1</UPNunknown>
  <ExpectedPersonBirthDate>2026-05-01</ExpectedPersonBirthDate><Sex>U</Sex></ChildIdentifiers>
 <ChildCharacteristics><Ethnicity>NOBT</Ethnicity>
  <Disabilities><Disability>NONE</Disability></Disabilities></ChildCharacteristics>
 <CINdetails>
  <CINreferralDate>2026-02-20</CINreferralDate><ReferralSource>3B</ReferralSource>
  <PrimaryNeedCode>N3</PrimaryNeedCode>
  <Assessments><AssessmentActualStartDate>2026-02-23</AssessmentActualStartDate></Assessments>
  <Section47><S47ActualStartDate>2026-03-20</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47>
  <ReferralNFA>false</ReferralNFA>
 </CINdetails>
</Child>
<Child>
 <ChildIdentifiers><LAchildID>three</LAchildID><UPNunknown>UN7</UPNunknown>
  <PersonBirthDate>2012-01-01</PersonBirthDate><Sex>M</Sex></ChildIdentifiers>
 <ChildCharacteristics><Ethnicity>REFU</Ethnicity></ChildCharacteristics>
 <CINdetails>
  <CINreferralDate>2025-09-09</CINreferralDate><ReferralSource>6</ReferralSource><ReferralNFA>true</ReferralNFA>
 </CINdetails>
</Child>
"""
#: The same before 2025, with what was collected then.
BEFORE_2025 = (
    CLEAN.replace("2026", "2024")
    .replace("2025", "2023")
    .replace("<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>")
    .replace("<Sex>U</Sex>", "<GenderCurrent>0</GenderCurrent>")
    .replace("<Sex>M</Sex>", "<GenderCurrent>1</GenderCurrent>")
    .replace("2023-05-20", "2023-05-22")  # not a weekend
)
REFERRAL = """<CINdetails><CINreferralDate>{}</CINreferralDate><ReferralSource>6</ReferralSource>
  <PrimaryNeedCode>N1</PrimaryNeedCode>{}<ReferralNFA>0</ReferralNFA></CINdetails>"""
CLOSED = "<CINclosureDate>{}</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>"
ASSESSMENT = """<Assessments><AssessmentActualStartDate>{}</AssessmentActualStartDate>{}</Assessments>"""
ENQUIRY = "<Section47><S47ActualStartDate>{}</S47ActualStartDate>{}<ICPCnotRequired>{}</ICPCnotRequired></Section47>"
PLAN = "<CINPlanDates><CINPlanStartDate>{}</CINPlanStartDate>{}</CINPlanDates>"
PROTECTION = """<ChildProtectionPlans><CPPstartDate>{}</CPPstartDate>{}
  <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>
  <NumberOfPreviousCPP>1</NumberOfPreviousCPP></ChildProtectionPlans>"""
NFA_ONE = ("<ReferralNFA>0</ReferralNFA>", "<ReferralNFA>1</ReferralNFA>")
DETAILS = "<CINdetails>"
DIED = ("<Sex>F</Sex>", "<Sex>F</Sex><PersonDeathDate>2025-05-01</PersonDeathDate>")
OPEN_ONE = ("<CINclosureDate>2025-12-15</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>", "")


def date_of(element: str, old: str, new: str) -> tuple[str, str]:
    return f"<{element}>{old}</{element}>", f"<{element}>{new}</{element}>" if new else ""


#: What is changed in the clean message, and which rule then finds which row of which table.
CASES: list[Case] = [
    ("8500", "children", 1, [("<LAchildID>one</LAchildID>", "")]),
    ("1570", "children", 1, [(">one<", ">one45678901234567890x<")]),
    ("CN01", "assessments", 1, [(">one<", "><")]),
    ("8510", "children", 2, [(">two<", ">one<")]),
    ("1520", "children", 1, [("<UPNunknown>UN1</UPNunknown>", "<UPN>A123456789012</UPN>")]),
    ("1510", "children", 1, [("<UPN>A123456789012", "<UPN>B123456789012")]),
    ("1540", "children", 1, [("<UPN>A123456789012", "<UPN>A12345678901X2")]),
    ("1560Q", "children", 1, [("<FormerUPN>A123456789012", "<FormerUPN>none")]),
    ("CN14", "children", 2, [("UN1", "UN9")]),
    ("CN02", "children", 1, [("2015-03-02", "2015-02-31")]),
    ("CN03", "children", 2, [("2026-05-01", "May")]),
    ("CN04", "children", 1, [("<Sex>F</Sex>", "<Sex>F</Sex><PersonDeathDate>2026</PersonDeathDate>")]),
    ("8520", "children", 1, [("2015-03-02", "2095-03-02")]),
    ("8525Q", "children", 1, [date_of("PersonBirthDate", "2015-03-02", "")]),
    ("8530Q", "children", 2, [("2026-05-01", "2027-05-01")]),
    ("8535Q", "children", 1, [("<Sex>F</Sex>", "<Sex>F</Sex><PersonDeathDate>2014-05-01</PersonDeathDate>")]),
    ("8545Q", "children", 1, [("<Sex>F</Sex>", "<Sex>F</Sex><PersonDeathDate>2024-05-01</PersonDeathDate>")]),
    ("4180", "children", 1, [("<Sex>F</Sex>", "<Sex>2</Sex>")]),
    ("4180", "children", 1, [("<Sex>F</Sex>", "")]),
    ("8750", "children", 2, [("<Sex>U</Sex>", "<Sex>F</Sex>")]),
    ("4220", "children", 1, [("WBRI", "WHITE")]),
    ("8590", "children", 3, [(CLEAN[CLEAN.rindex("<CINdetails>") : CLEAN.rindex("</Child>")], "")]),
    ("8772", "children", 2, [("UN1", "UN7")]),
    ("8775Q", "children", 1, [("2015-03-02", "1999-03-02")]),
    ("8770Q", "children", 3, [("<UPNunknown>UN7</UPNunknown>", "<UPNunknown>UN1</UPNunknown>")]),
    ("8770Q", "children", 3, [("<UPNunknown>UN7</UPNunknown>", "")]),
    ("4008", "children", 1, [DIED]),
    ("4009Q", "children", 1, [DIED]),
    ("8540", "disabilities", 1, [("HAND", "FOOT")]),
    ("8790", "disabilities", 1, [("HAND", "NONE")]),
    ("8794", "disabilities", 2, [("HAND", "LD")]),
    ("8600", "cin_details", 1, [("<CINreferralDate>2025-05-06", "<CINreferralDate>2026-05-06")]),
    ("8600", "cin_details", 1, [("<CINreferralDate>2025-05-06", "<CINreferralDate>")]),
    ("8630", "cin_details", 1, [("<CINclosureDate>2025-12-15", "<CINclosureDate>2025-04-15")]),
    ("CN05", "cin_details", 1, [("<CINclosureDate>2025-12-15", "<CINclosureDate>soon")]),
    ("CN06", "cin_details", 1, [("<ReasonForClosure>", "<DateOfInitialCPC>soon</DateOfInitialCPC><ReasonForClosure>")]),
    ("8866", "cin_details", 1, [("<ReferralSource>1A", "<ReferralSource>1E")]),
    ("8568", "cin_details", 1, [("<ReferralNFA>0", "<ReferralNFA>N")]),
    ("8610", "cin_details", 2, [("<PrimaryNeedCode>N3</PrimaryNeedCode>", "")]),
    ("8650", "cin_details", 2, [("<PrimaryNeedCode>N3", "<PrimaryNeedCode>N12")]),
    ("8640", "cin_details", 1, [("RC7", "RC77")]),
    ("8620", "cin_details", 1, [("<CINclosureDate>2025-12-15", "<CINclosureDate>2026-04-15")]),
    ("8805", "cin_details", 1, [("<ReasonForClosure>RC7</ReasonForClosure>", "")]),
    ("8810", "cin_details", 1, [("<CINclosureDate>2025-12-15</CINclosureDate>", "")]),
    ("8606", "cin_details", 1, [("2015-03-02", "2026-03-02")]),
    ("8606", "cin_details", 2, [("<CINreferralDate>2026-02-20", "<CINreferralDate>2025-07-20")]),
    ("8555Q", "cin_details", 1, [DIED]),
    ("8585Q", "cin_details", 1, [("RC7", "RC2")]),
    ("8815", "cin_details", 1, [OPEN_ONE, (DETAILS, REFERRAL.format("2026-01-06", "") + DETAILS)]),
    ("8816", "cin_details", 2, [OPEN_ONE, (DETAILS, REFERRAL.format("2026-01-06", "") + DETAILS)]),
    ("8820", "cin_details", 1, [(DETAILS, REFERRAL.format("2025-12-01", CLOSED.format("2026-01-05")) + DETAILS)]),
    ("8831", "cin_details", 1, [NFA_ONE]),
    ("2990", "cin_details", 1, [("RC7", "RC8")]),
    ("2990", "cin_details", 1, [("RC7", "RC9")]),
    (
        "8825Q",
        "cin_details",
        1,
        [(DETAILS, REFERRAL.format("2025-04-01", CLOSED.format("2025-04-02").replace("RC7", "RC8")) + DETAILS)],
    ),
    ("8565", "cin_details", 1, [("<CINclosureDate>2025-12-15", "<CINclosureDate>2025-12-12")]),
    ("8867", "cin_details", 1, [date_of("AssessmentAuthorisationDate", "2025-06-10", "")]),
    ("8868", "cin_details", 1, [date_of("DateOfInitialCPC", "2025-05-20", "")]),
    (
        "8875",
        "cin_details",
        2,
        [("N3</PrimaryNeedCode>", "N3</PrimaryNeedCode><DateOfInitialCPC>2026-03-07</DateOfInitialCPC>")],
    ),
    (
        "1104",
        "cin_details",
        2,
        [("N3</PrimaryNeedCode>", "N3</PrimaryNeedCode><DateOfInitialCPC>2026-02-19</DateOfInitialCPC>")],
    ),
    ("CN07", "assessments", 1, [("<AssessmentActualStartDate>2025-05-06", "<AssessmentActualStartDate>")]),
    ("CN08", "assessments", 1, [("<AssessmentAuthorisationDate>2025-06-10", "<AssessmentAuthorisationDate>10/6")]),
    ("CN09", "assessments", 1, [("<AssessmentInternalReviewDate>2025-05-20", "<AssessmentInternalReviewDate>x")]),
    (
        "8608",
        "assessments",
        1,
        [("<AssessmentAuthorisationDate>2025-06-10", "<AssessmentAuthorisationDate>2025-05-05")],
    ),
    ("1103", "assessments", 1, [("<AssessmentActualStartDate>2025-05-06", "<AssessmentActualStartDate>2025-05-05")]),
    (
        "8696",
        "assessments",
        1,
        [("<AssessmentAuthorisationDate>2025-06-10", "<AssessmentAuthorisationDate>2026-06-10")],
    ),
    ("8736", "assessments", 2, [("<AssessmentActualStartDate>2026-02-23", "<AssessmentActualStartDate>2025-02-24")]),
    ("8569Q", "cin_details", 3, [("2025-09-09", "2025-03-28")]),
    # 45 working days before Tuesday 31 March 2026 is Tuesday 27 January.
    ("8670Q", "assessments", 2, [("2026-02-20", "2026-01-26"), ("2026-02-23", "2026-01-26")]),
    (
        "8896",
        "assessments",
        2,
        [
            (
                "<Section47><S47ActualStartDate>2026",
                ASSESSMENT.format("2026-03-01", "") + "<Section47><S47ActualStartDate>2026",
            )
        ],
    ),
    (
        "8863Q",
        "assessments",
        2,
        [
            (
                "<CINPlanDates>",
                ASSESSMENT.format("2025-06-01", "<AssessmentAuthorisationDate>2025-07-01</AssessmentAuthorisationDate>")
                + "<CINPlanDates>",
            )
        ],
    ),
    ("8614", "assessments", 1, [date_of("AssessmentAuthorisationDate", "2025-06-10", "")]),
    (
        "8897Q",
        "assessments",
        1,
        [("<AssessmentFactors>1B</AssessmentFactors>", ""), ("<AssessmentFactors>3B</AssessmentFactors>", "")],
    ),
    ("8873Q", "assessments", 1, [("<AssessmentFactors>1B</AssessmentFactors>", ""), ("3B", "21")]),
    ("CN13", "assessment_factors", 1, [("1B", "1D")]),
    ("8869", "assessment_factors", 1, [("1B", "21")]),
    ("8898", "assessment_factors", 2, [("1B", "3B")]),
    ("8945Q", "assessment_factors", 1, [("1B", "18A")]),
    ("8950Q", "assessment_factors", 1, [("1B", "19A")]),
    ("4010", "cin_plans", 1, [("<CINPlanStartDate>2025-11-18", "<CINPlanStartDate>2026-11-18")]),
    ("4010", "cin_plans", 1, [("<CINPlanStartDate>2025-11-18", "<CINPlanStartDate>")]),
    ("4011", "cin_plans", 1, [("<CINPlanEndDate>2025-12-15", "<CINPlanEndDate>2025-11-17")]),
    ("CN11", "cin_plans", 1, [("<CINPlanEndDate>2025-12-15", "<CINPlanEndDate>15")]),
    ("4012Q", "cin_plans", 1, [("<CINPlanEndDate>2025-12-15", "<CINPlanEndDate>2025-11-18")]),
    ("4013", "cin_plans", 1, [("<CINPlanEndDate>2025-12-15", "<CINPlanEndDate>2026-04-01")]),
    ("4015", "cin_plans", 1, [("<CINPlanStartDate>2025-11-18", "<CINPlanStartDate>2025-05-05")]),
    ("4000", "cin_plans", 1, [NFA_ONE]),
    ("4001", "cin_plans", 1, [date_of("CINPlanEndDate", "2025-12-15", ""), date_of("CPPendDate", "2025-11-18", "")]),
    (
        "4004",
        "cin_plans",
        1,
        [
            date_of("CINPlanEndDate", "2025-12-15", ""),
            ("<CINPlanDates>", PLAN.format("2025-12-01", "") + "<CINPlanDates>"),
        ],
    ),
    (
        "4014",
        "cin_plans",
        1,
        [
            (
                "<CINPlanDates>",
                PLAN.format("2025-12-01", "<CINPlanEndDate>2025-12-15</CINPlanEndDate>") + "<CINPlanDates>",
            )
        ],
    ),
    ("4016", "cin_plans", 1, [("<CINPlanStartDate>2025-11-18", "<CINPlanStartDate>2025-11-17")]),
    ("4017", "cin_plans", 1, [("<CINPlanStartDate>2025-11-18", "<CINPlanStartDate>2025-05-19")]),
    ("8615", "section47", 1, [("<S47ActualStartDate>2025-05-08", "<S47ActualStartDate>2025-05-21")]),
    ("8615", "section47", 1, [("<S47ActualStartDate>2025-05-08", "<S47ActualStartDate>")]),
    ("CN06", "section47", 1, [("<DateOfInitialCPC>2025-05-20", "<DateOfInitialCPC>20")]),
    ("CN10", "section47", 1, [("<InitialCPCtarget>2025-05-29", "<InitialCPCtarget>29")]),
    ("CN15", "section47", 1, [("<ICPCnotRequired>false", "<ICPCnotRequired>perhaps")]),
    ("2889", "section47", 1, [("<S47ActualStartDate>2025-05-08", "<S47ActualStartDate>2025-05-05")]),
    (
        "1104",
        "section47",
        1,
        [("2025-05-08", "2025-05-01"), ("<DateOfInitialCPC>2025-05-20", "<DateOfInitialCPC>2025-05-02")],
    ),
    (
        "2884",
        "section47",
        1,
        [("<ReasonForClosure>", "<DateOfInitialCPC>2025-05-20</DateOfInitialCPC><ReasonForClosure>")],
    ),
    ("2991Q", "section47", 2, [(ASSESSMENT.format("2026-02-23", ""), "")]),
    # 15 working days before Tuesday 31 March 2026 is Tuesday 10 March.
    ("8675Q", "section47", 2, [("2026-03-20", "2026-03-09")]),
    ("8740", "section47", 2, [("2026-03-20", "2025-03-20")]),
    ("8715", "section47", 1, [("<DateOfInitialCPC>2025-05-20", "<DateOfInitialCPC>2026-05-20")]),
    ("8839", "section47", 2, [("<ReferralNFA>false", ENQUIRY.format("2026-03-23", "", "0") + "<ReferralNFA>false")]),
    ("8870Q", "section47", 1, [("2025-05-29", "2025-05-31")]),
    ("8875", "section47", 1, [("<DateOfInitialCPC>2025-05-20", "<DateOfInitialCPC>2025-05-24")]),
    ("8890", "section47", 3, [("<ReferralNFA>false", ENQUIRY.format("2026-03-23", "", "0") + "<ReferralNFA>false")]),
    ("8720", "cp_plans", 1, [("<CPPstartDate>2025-05-20", "<CPPstartDate>2026-05-20")]),
    ("8720", "cp_plans", 1, [("<CPPstartDate>2025-05-20", "<CPPstartDate>")]),
    ("8925", "cp_plans", 1, [("<CPPendDate>2025-11-18", "<CPPendDate>2025-05-18")]),
    ("CN12", "cp_plans", 1, [("<CPPendDate>2025-11-18", "<CPPendDate>18")]),
    ("8840", "cp_plans", 1, [("<CPPendDate>2025-11-18", "<CPPendDate>2025-05-20")]),
    ("1105", "cp_plans", 1, [("<CPPstartDate>2025-05-20", "<CPPstartDate>2025-05-05")]),
    ("2885", "cp_plans", 1, [("<CPPstartDate>2025-05-20", "<CPPstartDate>2025-05-21")]),
    ("8832", "cp_plans", 1, [NFA_ONE]),
    ("8905", "cp_plans", 1, [("<InitialCategoryOfAbuse>NEG", "<InitialCategoryOfAbuse>NEGLECT")]),
    ("8910", "cp_plans", 1, [("<LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>", "")]),
    ("8730", "cp_plans", 1, [("<NumberOfPreviousCPP>0", "<NumberOfPreviousCPP>")]),
    ("8930", "cp_plans", 1, [("<CPPendDate>2025-11-18", "<CPPendDate>2026-11-18")]),
    (
        "8935",
        "cp_plans",
        2,
        [
            date_of("CPPendDate", "2025-11-18", ""),
            ("<ChildProtectionPlans>", PROTECTION.format("2025-05-20", "") + "<ChildProtectionPlans>"),
        ],
    ),
    (
        "8940",
        "cp_plans",
        2,
        [
            (
                "<ChildProtectionPlans>",
                PROTECTION.format("2025-05-19", "<CPPendDate>2025-05-30</CPPendDate>") + "<ChildProtectionPlans>",
            )
        ],
    ),
    ("8915", "cp_plans", 1, [DIED]),
    ("8920", "cp_plans", 1, [DIED]),
    ("8842Q", "cp_reviews", 1, [("<CPPreviewDate>2025-08-12", "<CPPreviewDate>")]),
    ("8841", "cp_reviews", 1, [("<CPPreviewDate>2025-08-12", "<CPPreviewDate>2025-05-20")]),
    ("4003", "cp_reviews", 1, [("<CPPreviewDate>2025-08-12", "<CPPreviewDate>2025-11-19")]),
]
CASES_BEFORE_2025: list[Case] = [
    ("4180", "children", 1, [("<GenderCurrent>2", "<GenderCurrent>F")]),
    ("8750", "children", 2, [("<GenderCurrent>0", "<GenderCurrent>1")]),
    ("8770Q", "children", 3, [("<UPNunknown>UN7</UPNunknown>", "")]),
    ("CN01", "children", 1, [(">one<", ">one45678901234567890x<")]),
]


def _numbered(part: str, number: int) -> str:
    """Make the children of one part others than those of the next."""
    for name in ("one", "two", "three"):
        part = part.replace(f">{name}<", f">{name}{number}<")
    return part


@cache
def _found(year: int) -> list[set[tuple[str, str, int]]]:
    """Judge all cases of a year at once."""
    cases, clean = (CASES, CLEAN) if year == THIS_YEAR else (CASES_BEFORE_2025, BEFORE_2025)
    parts = [_numbered(changed(clean, case[-1]), number) for number, case in enumerate(cases)]
    return found("cin_census", year, HEAD.replace(str(THIS_YEAR), str(year)), parts, TAIL)


@pytest.mark.parametrize(("year", "children"), [(THIS_YEAR, CLEAN), (2024, BEFORE_2025)])
def test_nothing_is_found_in_a_clean_message(year: int, children: str) -> None:
    assert found("cin_census", year, HEAD.replace(str(THIS_YEAR), str(year)), [children], TAIL) == [set()]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: "-".join(CASES[n][:2]))
def test_a_rule_finds_what_breaks_it(number: int) -> None:
    assert CASES[number][:3] in _found(THIS_YEAR)[number]


@pytest.mark.parametrize("number", range(len(CASES_BEFORE_2025)), ids=lambda n: "-".join(CASES_BEFORE_2025[n][:2]))
def test_a_rule_of_before_2025_finds_what_breaks_it(number: int) -> None:
    assert CASES_BEFORE_2025[number][:3] in _found(2024)[number]


def test_an_assessment_of_45_working_days_is_not_yet_too_long() -> None:
    children = changed(CLEAN, [("2026-02-20", "2026-01-27"), ("2026-02-23", "2026-01-27")])
    assert found("cin_census", THIS_YEAR, HEAD, [children], TAIL) == [set()]


def test_before_the_year_is_over_working_days_count_back_from_the_day_of_the_extract() -> None:
    # 45 working days before Monday 2 March 2026, Christmas and New Year left out: Wednesday 24 December 2025.
    def of(day: str) -> set[str]:
        children = changed(CLEAN, [("2026-02-20", day), ("2026-02-23", day)])
        (broken,) = found("cin_census", THIS_YEAR, HEAD, [children], TAIL, as_of=date(2026, 3, 2))
        return {code for code, *_ in broken}

    assert of("2025-12-24") == set()
    assert of("2025-12-23") == {"8670Q"}


def test_an_enquiry_of_15_working_days_is_not_yet_too_long() -> None:
    # 15 working days before Friday 17 October 2025, which no bank holiday is in: Friday 26 September.
    def of(day: str) -> set[str]:
        asked = [("2026-02-20", "2025-09-20"), ("2026-02-23", "2025-09-20"), ("2026-03-20", day)]
        (broken,) = found("cin_census", THIS_YEAR, HEAD, [changed(CLEAN, asked)], TAIL, as_of=date(2025, 10, 17))
        return {code for code, table, _ in broken if table == "section47"}

    assert of("2025-09-26") == set()
    assert of("2025-09-25") == {"8675Q"}


def test_another_reference_date_than_the_last_day_of_the_year_is_found() -> None:
    head = HEAD.replace("2026-03-31", "2026-03-30")
    assert found("cin_census", THIS_YEAR, head, [CLEAN], TAIL) == [{("100", "header", 1)}]


def test_more_plans_than_conferences_are_found_once_for_the_whole_return() -> None:
    without = changed(CLEAN, [date_of("DateOfInitialCPC", "2025-05-20", "")])
    results = found("cin_census", THIS_YEAR, HEAD, [_numbered(without, 1), _numbered(CLEAN, 2)], TAIL)
    assert ("2883", "header", 1) in results[0]
    assert not {code for code, *_ in results[1]} & {"2883"}


def test_too_many_children_without_a_recorded_sex_are_found_once() -> None:
    unknown = changed(CLEAN, [("<Sex>M</Sex>", "<Sex>U</Sex>")])
    assert found("cin_census", THIS_YEAR, HEAD, [unknown], TAIL) == [{("2886Q", "header", 1)}]
    # 1 of 3 in one part and none of 150 in the others: below 2 in 100, the unborn left out.
    many = [_numbered(unknown, 0), *(_numbered(CLEAN, number) for number in range(1, 75))]
    assert not any("2886Q" in str(part) for part in found("cin_census", THIS_YEAR, HEAD, many, TAIL))


def test_every_rule_has_a_message_that_breaks_it() -> None:
    tried = {case[:2] for case in CASES + CASES_BEFORE_2025} | {(code, "header") for code in ("100", "2883", "2886Q")}
    declared = {(rule.code, rule.table) for rule in SPEC.rules}
    assert {rule for rule in declared - tried if rule[0] not in ("CN01", "CN16")} == set()
    assert tried <= declared


def test_every_column_has_a_privacy_class_and_its_reason() -> None:
    for table in SPEC.tables.values():
        for name, column in table.columns.items():
            assert column.privacy, name
            assert column.because, name


def test_no_identifier_and_no_day_of_birth_or_death_is_kept_as_it_is() -> None:
    for table in SPEC.tables.values():
        for name, column in table.columns.items():
            if column.privacy == "direct-id" or name.startswith(("Person", "ExpectedPerson")):
                assert column.becomes in ("pseudonym", "upn_kind", "birth_month", "dropped"), name


@pytest.mark.parametrize(
    ("year", "codes", "valid", "gone"),
    [  # the schemas of the years, as LIIA publishes them
        (2020, "factor", "18A", "18B"),
        (2021, "factor", "18B", "24A"),
        (2022, "factor", "24A", "25A"),
        (2022, "referral_source", "5C", "5D"),
        (2023, "referral_source", "5D", "5E"),
        (2022, "closure", "RC8", "RC9"),
        (2023, "closure", "RC9", "RC10"),
    ],
)
def test_codes_are_those_of_the_year(year: int, codes: str, valid: str, gone: str) -> None:
    known = SPEC.for_year(year).code_lists[codes]
    assert valid in known
    assert gone not in known


def test_sex_took_the_place_of_gender_in_2025() -> None:
    assert [
        ("GenderCurrent" in c, "Sex" in c) for c in (SPEC.for_year(y).tables["children"].columns for y in (2024, 2025))
    ] == [(True, False), (False, True)]


def test_the_first_need_was_renamed_in_2026() -> None:
    assert [SPEC.for_year(y).code_lists["need"]["N1"] for y in (2025, 2026)] == [
        "Abuse or neglect",
        "Abuse, neglect and exploitation",
    ]


@pytest.mark.parametrize("year", range(SPEC.base_year, SPEC.last_year + 1))
def test_a_row_without_what_raw_requires_never_comes_as_far(year: int) -> None:
    declared = SPEC.for_year(year)
    kept_out = {
        (rule.table, rule.columns[0])
        for rule in declared.rules
        if rule.check == "valid" and rule.severity == "quarantine"
    }
    required = {(n, key) for n, table in declared.tables.items() for key in table.key if table.columns[key].mandatory}
    assert required <= kept_out


def test_no_day_of_a_childs_life_is_kept_whole_near_a_birth() -> None:
    for name, table in SPEC.tables.items():
        dates = {column.becomes for column in table.columns.values() if column.type == "date"}
        assert dates <= ({"kept"} if name == "header" else {"birth_month", "day_or_month"}), name
        assert table.subject() or name == "header", "the birth is found by the child"
