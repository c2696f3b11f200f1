"""The synthetic workforce census, with planted defects: each is one worker whose record breaks one rule.

DfE publishes no rules for it that a machine can read: codes that begin with CW are this platform's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from socialcare.generate import write_csww
from socialcare.generate.cin import Written
from socialcare.generate.defects import Severity
from socialcare.generate.life import Life, year_to_september
from socialcare.generate.ssda903 import Planted
from socialcare.generate.write_csww import told_in_letters
from socialcare.generate.xml_text import block_of, lines

#: A worker as the census wants one; numbers are days from its reference date.
_USUAL: dict[str, str | int | None] = {
    **{"AgencyWorker": "0", "SWENo": "", "FTE": "1.000000", "PersonBirthDate": "1985-05-01", "GenderCurrent": "2"},
    **{"Ethnicity": "WBRI", "QualInst": "University of Nowhere (SYNTHETIC)", "QualLevel": "1", "StepUpGrad": "0"},
    **{"OrgRole": "5", "RoleStartDate": -900, "StartOrigin": None, "RoleEndDate": None, "LeaverDestination": None},
    **{"ReasonLeave": None, "FTE30": "1.000000", "Cases30": "15", "WorkingDaysLost": "0.00", "ContractWeeks": "52.0"},
    **{"FrontlineGrad": "0", "Absat30Sept": "0", "ReasonAbsence": None},
}
_LEFT: dict[str, str | int | None] = {
    **{"RoleEndDate": -30, "LeaverDestination": "1", "ReasonLeave": "1", "FTE30": None, "Cases30": None},
    "Absat30Sept": None,
}


@dataclass(frozen=True)
class WorkerDefect:
    """A kind of defect: what is changed in a worker's record, and which rule must find it."""

    name: str
    rule_code: str
    severity: Severity
    changes: Mapping[str, str | int | None] = field(default_factory=dict)
    twice: bool = False
    """The worker is in the census twice; both records are found."""


DEFECTS: tuple[WorkerDefect, ...] = (
    WorkerDefect("worker_without_a_number", "CW01", "quarantine", {"SWENo": None}),
    WorkerDefect("worker_number_without_letters", "CW01", "quarantine", {"SWENo": "1234567"}),
    WorkerDefect("agency_not_said", "CW02", "quarantine", {"AgencyWorker": None}),
    WorkerDefect("agency_not_a_code", "CW02", "quarantine", {"AgencyWorker": "7"}),
    WorkerDefect("started_on_no_day", "CW03", "quarantine", {"RoleStartDate": "2020-02-31"}),
    WorkerDefect("left_on_no_day", "CW04", "quarantine", {**_LEFT, "RoleEndDate": "soon"}),
    WorkerDefect("left_before_starting", "CW05", "quarantine", {**_LEFT, "RoleStartDate": -20, "StartOrigin": "1"}),
    WorkerDefect("starts_next_year", "CW06", "quarantine", {"RoleStartDate": 30}),
    WorkerDefect("worker_twice", "CW10", "warning", twice=True),
    WorkerDefect("works_twice_the_time", "CW11", "warning", {"FTE": "2.000000"}),
    WorkerDefect("left_in_an_earlier_year", "CW12", "warning", {**_LEFT, "RoleEndDate": -500}),
    WorkerDefect("left_without_a_reason", "CW13", "warning", {**_LEFT, "ReasonLeave": None}),
    WorkerDefect("a_reason_but_did_not_leave", "CW14", "warning", {"ReasonLeave": "1"}),
    WorkerDefect("cases_without_working", "CW15", "warning", {"FTE30": None}),
    WorkerDefect("agency_worker_with_an_origin", "CW16", "warning", {"AgencyWorker": "1", "StartOrigin": "4"}),
    WorkerDefect("absent_without_a_reason", "CW17", "warning", {"Absat30Sept": "1"}),
    WorkerDefect("a_reason_but_not_absent", "CW18", "warning", {"ReasonAbsence": "SIC"}),
    WorkerDefect("new_from_nowhere", "CW19", "warning", {"RoleStartDate": -100}),
    WorkerDefect("worker_born_on_no_day", "CW20", "warning", {"PersonBirthDate": "1985-02-31"}),
    WorkerDefect("worker_of_ten", "CW21", "warning", {"PersonBirthDate": "2015-05-01"}),
    WorkerDefect("worker_sex_not_a_code", "CW22", "warning", {"GenderCurrent": "7"}),
    WorkerDefect("worker_ethnicity_not_a_code", "CW23", "warning", {"Ethnicity": "White"}),
    WorkerDefect("role_not_a_code", "CW24", "warning", {"OrgRole": "9"}),
    WorkerDefect("cases_in_words", "CW25", "warning", {"Cases30": "many"}),
)


def write_workforce(life: Life, year: int, path: Path, *, defects: tuple[WorkerDefect, ...] = DEFECTS) -> Written:
    """Write the census of a year to September; a planted defect's line is that of its worker in the file."""
    span = year_to_september(year)
    reference = date.fromordinal(span.ends + date(1970, 1, 1).toordinal())
    text = write_csww.head(life, span) + write_csww.write(life, span)
    line = text.count("\n")
    parts, planted = [text], []
    for number, defect in enumerate(defects):
        told = {**_USUAL, "SWENo": f"SW99999{number:05d}", **defect.changes}
        block = block_of("CSWWWorker", told_in_letters({n: _told(v, reference) for n, v in told.items()}, year))
        made = "".join(lines(block))
        for _ in range(2 if defect.twice else 1):
            planted.append(Planted(defect.name, "workers", line + 1, defect.rule_code, defect.severity))
            parts.append(made)
            line += made.count("\n")
    path.write_text("".join([*parts, write_csww.TAIL]), encoding="utf-8", newline="\n")
    return Written(path, tuple(planted))


def _told(value: str | int | None, reference: date) -> str | None:
    return (reference + timedelta(days=value)).isoformat() if isinstance(value, int) else value
