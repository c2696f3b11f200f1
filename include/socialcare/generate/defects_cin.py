"""What can be wrong with the census of children in need: each kind of defect is one child who breaks one rule."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from socialcare.generate.defects import Severity
from socialcare.generate.xml_text import Block, block_of, line_of, lines

#: Days from the last day known, as numbers: they become dates, on the Friday where that is a weekend.
CASE = "CINdetails.0"
USUAL: dict[str, Any] = {
    "ChildIdentifiers": {
        **{"LAchildID": "", "UPN": "", "FormerUPN": None, "UPNunknown": None, "PersonBirthDate": "2015-05-01"},
        **{"ExpectedPersonBirthDate": None, "Sex": "F", "PersonDeathDate": None},
    },
    "ChildCharacteristics": {"Ethnicity": "WBRI", "Disabilities": {"Disability": ["NONE"]}},
    "CINdetails": [
        {
            **{"CINreferralDate": -150, "ReferralSource": "2A", "PrimaryNeedCode": "N1", "CINclosureDate": None},
            **{"ReasonForClosure": None, "DateOfInitialCPC": None},
            "Assessments": [
                {
                    **{"AssessmentActualStartDate": -150, "AssessmentAuthorisationDate": -110},
                    "FactorsIdentifiedAtAssessment": {"AssessmentFactors": ["3B"]},
                }
            ],
            **{"CINPlanDates": [], "Section47": [], "ReferralNFA": "0", "ChildProtectionPlans": []},
        }
    ],
}
PLAN = {"CINPlanStartDate": -100, "CINPlanEndDate": None}
ENQUIRY = {
    **{"S47ActualStartDate": -140, "InitialCPCtarget": -119, "DateOfInitialCPC": -126, "ICPCnotRequired": "0"},
}
PROTECTION = {
    **{"CPPstartDate": -126, "CPPendDate": None, "InitialCategoryOfAbuse": "NEG", "LatestCategoryOfAbuse": "NEG"},
    **{"NumberOfPreviousCPP": "0", "Reviews": {"CPPreviewDate": [-50]}},
}
#: Longer histories, as changes to the usual child.
PLANNED: dict[str, Any] = {f"{CASE}.CINPlanDates": [PLAN]}
PROTECTED: dict[str, Any] = {f"{CASE}.Section47": [ENQUIRY], f"{CASE}.ChildProtectionPlans": [PROTECTION]}
NOTHING: dict[str, Any] = {
    **{f"{CASE}.Assessments": [], f"{CASE}.PrimaryNeedCode": None, f"{CASE}.ReferralNFA": "1"},
}
CLOSED: dict[str, Any] = {f"{CASE}.CINclosureDate": -20, f"{CASE}.ReasonForClosure": "RC7"}
#: Where each table's rows are in the message.
PATHS: dict[str, tuple[str, ...]] = {
    "children": (),
    "disabilities": ("ChildCharacteristics", "Disabilities", "Disability"),
    "cin_details": ("CINdetails",),
    "assessments": ("CINdetails", "Assessments"),
    "assessment_factors": ("CINdetails", "Assessments", "FactorsIdentifiedAtAssessment", "AssessmentFactors"),
    "cin_plans": ("CINdetails", "CINPlanDates"),
    "section47": ("CINdetails", "Section47"),
    "cp_plans": ("CINdetails", "ChildProtectionPlans"),
    "cp_reviews": ("CINdetails", "ChildProtectionPlans", "Reviews", "CPPreviewDate"),
}


@dataclass(frozen=True)
class XmlDefect:
    """A kind of defect in a message: changes to the usual child by path, and where the rule must find it."""

    name: str
    table: str
    rule_code: str
    severity: Severity
    changes: Mapping[str, Any] = field(default_factory=dict)
    at: int = 0
    """Which of the elements of the table's kind, where the child has several."""
    also: tuple[tuple[str, str, Severity, int], ...] = ()
    """What else must be found at the child because of it: table, rule, severity and which element."""
    twice: bool = False
    """The child is in the message a second time, and the finding is on that one."""
    first_year: int = 0
    last_year: int = 9999

    def applies(self, year: int) -> bool:
        """Whether the rule finds it in this year."""
        return self.first_year <= year <= self.last_year


def child(
    defect: XmlDefect, identifier: str, upn: str, until: date, year: int
) -> tuple[list[Block], list[tuple[str, str, Severity, int]]]:
    """Return the child's blocks, and what must be found: table, rule, severity and line of the blocks (from 0)."""
    made = copy.deepcopy(USUAL)
    _set(made, "ChildIdentifiers.LAchildID", identifier)
    _set(made, "ChildIdentifiers.UPN", upn)
    for path, value in defect.changes.items():
        _set(made, path, copy.deepcopy(value))
    if year < 2025:
        sex = made["ChildIdentifiers"].pop("Sex")
        made["ChildIdentifiers"]["GenderCurrent"] = {"M": "1", "F": "2", "U": "0"}.get(sex, sex)
    block = block_of("Child", _dated(made, until))
    length = sum(1 for _ in lines(block))
    wanted = ((defect.table, defect.rule_code, defect.severity, defect.at), *defect.also)
    found = [(table, code, severity, _line(block, table, at)) for table, code, severity, at in wanted]
    if not defect.twice:
        return [block], found
    return [block, block], [(table, code, severity, line + length) for table, code, severity, line in found]


def _line(block: Block, table: str, at: int) -> int:
    steps = PATHS[table]
    return line_of(block, [(tag, at if n == len(steps) - 1 else 0) for n, tag in enumerate(steps)])


def _set(made: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        made = made[int(step)] if step.isdigit() else made[step]
    if last.isdigit() and int(last) == len(made):
        made.append(value)
    else:
        made[int(last) if last.isdigit() else last] = value


def _dated(made: Any, until: date) -> Any:
    """Turn numbers of days into dates, never at a weekend."""
    if isinstance(made, Mapping):
        return {name: _dated(value, until) for name, value in made.items()}
    if isinstance(made, list):
        return [_dated(value, until) for value in made]
    if isinstance(made, int):
        day = until + timedelta(days=made)
        return (day - timedelta(days=max(0, day.weekday() - 4))).isoformat()
    if isinstance(made, str) and made.startswith("saturday"):
        day = until + timedelta(days=int(made.removeprefix("saturday")))
        return (day + timedelta(days=(5 - day.weekday()) % 7)).isoformat()
    return made


def changed(
    base: Mapping[str, Any],
    name: str,
    table: str,
    code: str,
    severity: Severity,
    *,
    at: int = 0,
    first_year: int = 0,
    **changes: Any,
) -> XmlDefect:
    """Make a defect; a change names its element, with __ between the steps."""
    told = {path.replace("__", "."): value for path, value in changes.items()}
    told = {path if path.split(".")[0] in USUAL else f"{CASE}.{path}": value for path, value in told.items()}
    return XmlDefect(name, table, code, severity, {**base, **told}, at, first_year=first_year)


def about(name: str, code: str, severity: Severity, *, first_year: int = 0, **changes: Any) -> XmlDefect:
    """Make a defect of who the child is."""
    told = {f"ChildIdentifiers.{tag}": value for tag, value in changes.items()}
    return XmlDefect(name, "children", code, severity, told, first_year=first_year)
