"""The workforce census, written from a life: one XML message, worker by worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from socialcare.generate import workers
from socialcare.generate.children import DFE_CODES
from socialcare.generate.rows import Rows, Texts, days_as_text
from socialcare.generate.staff import caseloads
from socialcare.generate.truth_staff import role_on, vacancies
from socialcare.generate.xml_text import element, joined

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

_ISO = "%Y-%m-%d"
TAIL = "</Message>\n"
#: The census year that first asks for sex in letters, and the last that asks who is in the assessed first year.
_LETTERS_FROM, _LAST_ASKED = 2024, 2024


def head(life: Life, span: Span) -> str:
    """Return the message's beginning, with what the council says as a whole."""
    people = life.staff.workers
    agency = workers.in_post(people, span.until) & people["agency"]
    reference = days_as_text(np.array([span.ends]), _ISO)[0]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- SYNTHETIC: no real worker is in this file -->\n<Message>\n'
        f"<Header>\n<CollectionDetails>\n<Collection>CSWW</Collection>\n<Year>{span.year}</Year>\n"
        f"<ReferenceDate>{reference}</ReferenceDate>\n</CollectionDetails>\n<Source>\n<SourceLevel>L</SourceLevel>\n"
        f"<LEA>{DFE_CODES.get(life.council_id, '999')}</LEA>\n<SoftwareCode>SYNTHETIC</SoftwareCode>\n"
        f"<DateTime>{reference}T02:00:00</DateTime>\n</Source>\n</Header>\n<LALevelVacancies>\n"
        f"<NumberOfVacancies>{vacancies(life, span):.2f}</NumberOfVacancies>\n"
        f"<NoAgencyFTE>{people['fte'][agency].sum():.2f}</NoAgencyFTE>\n"
        f"<NoAgencyHeadcount>{np.count_nonzero(agency)}</NoAgencyHeadcount>\n</LALevelVacancies>\n"
    )


def write(life: Life, span: Span) -> str:
    """Return the workers of the census: those in post on 30 September, and those who left in the year."""
    people = life.staff.social_workers
    left = span.holds(people["ended"]) & ~people["agency"]
    wanted = workers.in_post(people, span.until) | left
    cases = caseloads(life.allocations, len(people), span.until)
    absent = workers.absence(life.council_id, life.seed, people, span.year)
    rows = people.also(cases=cases, role_now=role_on(people, span.until), **{n: absent[n] for n in absent.names})
    return "".join(_workers(rows.where(wanted), span).to_pylist())


def _workers(rows: Rows, span: Span) -> pa.Array:
    agency, left = rows["agency"], rows["ended"] <= span.until
    new = span.holds(rows["began"]) & ~agency
    fte = np.char.mod("%.6f", rows["fte"])
    asye = np.where(new & (rows["origin"] == "1") & (span.year <= _LAST_ASKED), "1", "")
    holds = ~left & (rows["cases"] > 0)
    away = rows["away"] & ~left
    return joined(
        "<CSWWWorker>\n",
        element("AgencyWorker", np.where(agency, "1", "0")),
        element("SWENo", rows["swe"]),
        element("FTE", fte),
        element("PersonBirthDate", days_as_text(rows["born"], _ISO)),
        _sex(rows["gender"], span.year),
        element("Ethnicity", rows["ethnic"]),
        element("QualInst", _own("University of Nowhere (SYNTHETIC)", ~agency)),
        element("QualLevel", np.where(agency, "", rows["level"])),
        element("StepUpGrad", np.where(agency, "", np.where(rows["step_up"], "1", "0"))),
        element("OrgRole", rows["role_now"]),
        element("RoleStartDate", days_as_text(rows["began"], _ISO)),
        element("StartOrigin", np.where(new, rows["origin"], "")),
        element("RoleEndDate", np.where(left, days_as_text(rows["ended"], _ISO), "")),
        element("LeaverDestination", np.where(left, rows["destination"], "")),
        element("ReasonLeave", np.where(left, rows["reason_left"], "")),
        element("FTE30", np.where(left, "", fte)),
        element("Cases30", np.where(holds, rows["cases"].astype(np.str_), "")),
        element("WorkingDaysLost", np.where(agency, "", np.char.mod("%.2f", rows["days"]))),
        element("ContractWeeks", _own("52.0", ~agency)),
        element("FrontlineGrad", np.where(agency, "", np.where(rows["frontline"], "1", "0"))),
        element("Absat30Sept", np.where(left, "", np.where(away, "1", "0"))),
        element("ReasonAbsence", np.where(away, rows["why"], "")),
        element("CFKSSstatus", asye),
        "</CSWWWorker>\n",
    )


def _sex(codes: Texts, year: int) -> pa.Array:
    if year < _LETTERS_FROM:
        return element("GenderCurrent", codes)
    return element("Sex", np.where(codes == "1", "M", "F"))


def told_in_letters(worker: dict[str, str | None], year: int) -> dict[str, str | None]:
    """Return a worker's record with sex as the year asks for it."""
    letters = {"1": "M", "2": "F", "9": "U"}
    if year < _LETTERS_FROM:
        return worker
    return {
        "Sex" if name == "GenderCurrent" else name: letters.get(value or "", value)
        if name == "GenderCurrent"
        else value
        for name, value in worker.items()
    }


def _own(text: str, wanted: np.ndarray) -> Texts:
    return np.where(wanted, text, "")
