"""The workforce census: each rule with a message that breaks it; every year as DfE changed it. All of it made up."""

from __future__ import annotations

from functools import cache

import pytest
from tests.unit.census_cases import Case, changed, found

from socialcare.registry.returns import return_spec

SPEC = return_spec("csww")
THIS_YEAR = 2026
HEAD = """<Message>
<Header><CollectionDetails><Collection>CSWW</Collection><Year>2026</Year><ReferenceDate>2026-09-30</ReferenceDate>
</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>999</LEA></Source></Header>
"""
TAIL = "</Message>\n"
#: The council as a whole; a worker who stayed, one who left and one from an agency.
CLEAN = """<LALevelVacancies><NumberOfVacancies>12.50</NumberOfVacancies><NoAgencyFTE>7.80</NoAgencyFTE>
 <NoAgencyHeadcount>9</NoAgencyHeadcount><RecruitmentBonus>0</RecruitmentBonus><RetentionBonus>1</RetentionBonus>
 <PerformanceAward>0</PerformanceAward><CarAllowance>2</CarAllowance><RelocationPackage>0</RelocationPackage>
 <RegionalWeighting>0</RegionalWeighting><CostSWE>1</CostSWE><CostDBS>1</CostDBS>
 <OtherAllowances>None</OtherAllowances></LALevelVacancies>
<CSWWWorker><AgencyWorker>0</AgencyWorker><SWENo>SW1000</SWENo><FTE>0.8</FTE>
 <PersonBirthDate>1980-05-06</PersonBirthDate><Sex>F</Sex><Ethnicity>WBRI</Ethnicity><QualLevel>2</QualLevel>
 <StepUpGrad>0</StepUpGrad><OrgRole>5</OrgRole><RoleStartDate>2026-01-05</RoleStartDate><StartOrigin>1</StartOrigin>
 <FTE30>0.800000</FTE30><Cases30>14</Cases30><WorkingDaysLost>3.5</WorkingDaysLost><FrontlineGrad>1</FrontlineGrad>
 <Absat30Sept>1</Absat30Sept><ReasonAbsence>MAT</ReasonAbsence><BaseSalary>40000.00</BaseSalary></CSWWWorker>
<CSWWWorker><AgencyWorker>0</AgencyWorker><SWENo>SW2000</SWENo><FTE>1</FTE>
 <RoleStartDate>2019-02-04</RoleStartDate><RoleEndDate>2026-06-30</RoleEndDate>
 <LeaverDestination>3</LeaverDestination><ReasonLeave>1</ReasonLeave></CSWWWorker>
<CSWWWorker><AgencyWorker>1</AgencyWorker><SWENo>SW3000</SWENo><FTE>1</FTE>
 <FTE30>1</FTE30><Cases30>20</Cases30><ContractWeeks>26.0</ContractWeeks></CSWWWorker>
"""
BEFORE = (
    CLEAN[: CLEAN.index("<RecruitmentBonus>")] + "</LALevelVacancies>\n" + CLEAN[CLEAN.index("<CSWWWorker>") :]
).replace("2026", "2023")
BEFORE = BEFORE.replace("<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>").replace(
    "<BaseSalary>40000.00</BaseSalary>", "<CFKSSstatus>2</CFKSSstatus>"
)

#: What is changed in the clean message, and which rule then finds which row of which table.
CASES: list[Case] = [
    ("CW01", "workers", 1, [("SW1000", "1000")]),
    ("CW01", "workers", 1, [("<SWENo>SW1000</SWENo>", "")]),
    ("CW02", "workers", 1, [("<AgencyWorker>0", "<AgencyWorker>N")]),
    ("CW03", "workers", 1, [("2026-01-05", "2026-02-31")]),
    ("CW04", "workers", 2, [("2026-06-30", "30 June")]),
    ("CW05", "workers", 2, [("2026-06-30", "2019-02-03")]),
    ("CW06", "workers", 1, [("2026-01-05", "2026-10-01")]),
    ("CW07", "la_level", 1, [("12.50", "twelve")]),
    ("CW07", "la_level", 1, [("<NoAgencyFTE>7.80</NoAgencyFTE>", "")]),
    ("CW07", "la_level", 1, [("<NoAgencyHeadcount>9", "<NoAgencyHeadcount>-9")]),
    ("CW09", "la_level", 1, [("7.80", "9.80")]),
    ("CW10", "workers", 1, [("SW2000", "SW1000")]),
    ("CW10", "workers", 2, [("SW2000", "SW1000")]),
    ("CW11", "workers", 1, [("<FTE>0.8", "<FTE>80")]),
    ("CW11", "workers", 1, [("<FTE30>0.8", "<FTE30>1.8")]),
    ("CW12", "workers", 2, [("2026-06-30", "2025-09-30")]),
    ("CW13", "workers", 2, [("<ReasonLeave>1</ReasonLeave>", "")]),
    ("CW13", "workers", 2, [("<LeaverDestination>3</LeaverDestination>", "")]),
    ("CW14", "workers", 2, [("<RoleEndDate>2026-06-30</RoleEndDate>", "")]),
    ("CW15", "workers", 1, [("<FTE30>0.800000", "<FTE30>0")]),
    ("CW15", "workers", 3, [("<FTE30>1</FTE30>", "")]),
    ("CW16", "workers", 3, [("<SWENo>SW3000</SWENo>", "<SWENo>SW3000</SWENo><StartOrigin>4</StartOrigin>")]),
    ("CW17", "workers", 1, [("<ReasonAbsence>MAT</ReasonAbsence>", "")]),
    ("CW18", "workers", 1, [("<Absat30Sept>1", "<Absat30Sept>0")]),
    ("CW18", "workers", 1, [("<Absat30Sept>1</Absat30Sept>", "")]),
    ("CW19", "workers", 1, [("<StartOrigin>1</StartOrigin>", "")]),
    ("CW20", "workers", 1, [("1980-05-06", "1980-13-06")]),
    ("CW21", "workers", 1, [("1980-05-06", "2009-05-06")]),
    ("CW21", "workers", 1, [("1980-05-06", "1930-05-06")]),
    ("CW22", "workers", 1, [("<Sex>F", "<Sex>2")]),
    ("CW23", "workers", 1, [("WBRI", "WROM")]),
    ("CW24", "workers", 1, [("<OrgRole>5", "<OrgRole>7")]),
    ("CW24", "workers", 1, [("<ReasonAbsence>MAT", "<ReasonAbsence>MAT</ReasonAbsence><ReasonAbsence>SIC")]),
    ("CW25", "workers", 1, [("<Cases30>14", "<Cases30>many")]),
    ("CW25", "workers", 1, [("3.5", "400")]),
    ("CW26", "la_level", 1, [("<RetentionBonus>1", "<RetentionBonus>3")]),
]


def _numbered(part: str, number: int) -> str:
    """Make the workers of one part others than those of the next."""
    return (
        part.replace("SW1000", f"SW1{number:03}")
        .replace("SW2000", f"SW2{number:03}")
        .replace("SW3000", f"SW3{number:03}")
    )


@cache
def _found() -> list[set[tuple[str, str, int]]]:
    parts = [_numbered(changed(CLEAN, case[-1]), number) for number, case in enumerate(CASES)]
    return found("csww", THIS_YEAR, HEAD, parts, TAIL)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: "-".join(CASES[n][:2]))
def test_a_rule_finds_what_breaks_it(number: int) -> None:
    assert CASES[number][:3] in _found()[number]


@pytest.mark.parametrize(("year", "message"), [(THIS_YEAR, CLEAN), (2023, BEFORE)])
def test_nothing_is_found_in_a_clean_message(year: int, message: str) -> None:
    assert found("csww", year, HEAD.replace(str(THIS_YEAR), str(year)), [message], TAIL) == [set()]


def test_a_gender_of_before_2024_and_a_reference_date_are_judged() -> None:
    message = changed(BEFORE, [("<GenderCurrent>2", "<GenderCurrent>F")])
    assert found("csww", 2023, HEAD.replace("2026-", "2022-"), [message], TAIL) == [
        {("CW22", "workers", 1), ("CW08", "header", 1)}
    ]


def test_every_rule_has_a_message_that_breaks_it() -> None:
    assert {rule.code for rule in SPEC.rules} == {case[0] for case in CASES} | {"CW08"}


def test_every_column_has_a_privacy_class_and_its_reason() -> None:
    for table in SPEC.tables.values():
        for name, column in table.columns.items():
            assert column.privacy, name
            assert column.because, name


def test_no_name_number_birthday_or_pay_of_a_worker_is_kept_as_it_is() -> None:
    becomes = {name: column.becomes for name, column in SPEC.tables["workers"].columns.items()}
    assert becomes["SWENo"] == "pseudonym"
    assert SPEC.tables["workers"].columns["SWENo"].identifies == "worker"
    assert becomes["PersonBirthDate"] == "birth_month"
    assert {becomes[name] for name in ("QualInst", "BaseSalary", "RRPayments", "OtherPayments")} == {"dropped"}


@pytest.mark.parametrize(
    ("year", "has", "has_not"),
    [  # the schemas of the years, as LIIA publishes them
        (2023, "GenderCurrent", "Sex"),
        (2024, "Sex", "GenderCurrent"),
        (2024, "CFKSSstatus", "BaseSalary"),
        (2025, "BaseSalary", "CFKSSstatus"),
        (2025, "RRPayments", "QualInst"),
    ],
)
def test_elements_are_those_of_the_year(year: int, has: str, has_not: str) -> None:
    columns = SPEC.for_year(year).tables["workers"].columns
    assert has in columns
    assert has_not not in columns


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
