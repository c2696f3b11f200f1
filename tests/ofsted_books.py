"""Ofsted's workbooks as it laid them out in 2023, 2024 and from 2025, with a few rows.

Rows marked as published are Ofsted's, from the publication named; rows marked as invented are nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass

from socialcare.publishers import workbooks

O, G, RI, I = "Outstanding", "Good", "Requires improvement to be good", "Inadequate"  # noqa: E741
STANDARD, SHORT = "ILACS Standard Inspection", "ILACS Short Inspection"
FOCUSED, MONITORING = "ILACS Focused Visit", "LA Monitoring visit"

NAMES = {
    "2023": "Childrens_social_care_in_England_2023_underlying_data.ods",
    "2024": "LA_Inspection_Outcomes_as_at_March_2024.ods",
    "2025": "LA_Inspection_Outcomes_as_at_31_March_2025.ods",
    "2026": "local_authority_inspection_outcomes_as_at_31_march_2026_underlying_data.ods",
    "2027": "local_authority_inspection_outcomes_as_at_31_march_2027_underlying_data.xlsx",
}
_LINK = "Ofsted Local Authority Webpage"
_EXPERIENCES = (
    "xperiences and progress of children who need help and protection",
    "xperiences and progress of children in care",
    "xperiences and progress of care leavers",
)
_JUDGED_2024 = ["Overall effectiveness", "Impact of leaders", *(f"E{name}" for name in _EXPERIENCES)]
_JUDGED_2025 = [
    "Overall effectiveness",
    "The impact of leaders on social work practice with children and families",
    *(f"The e{name}" for name in _EXPERIENCES),
]
_ACTIVITY_2024 = ["Inspection/Visit date", "Inspection/Visit type", *_JUDGED_2024, "Visit Theme"]
_ACTIVITY_2025 = ["Inspection/Visit date", "Publication date", "Inspection/Visit type", *_JUDGED_2025, "Visit Theme"]
_HISTORY_2025 = ["Inspection date", "Publication date", "Inspection type", *_JUDGED_2025]
#: As published in 2023, with the blanks and line breaks inside the headings.
_BEFORE_ILACS = [
    "Safeguarding & Looked After Children (SLAC) Inspection publication date",
    "SLAC Safeguarding Overall effectiveness (OE)",
    "SLAC Looked After Children Overall Effectiveness (OE)",
    "SLAC re-inspection of Safeguarding publication date",
    "SLAC re-inspection Safeguarding OE",
    "SLAC re-inspection of services for Children Looked After publication date",
    "SLAC re-inspection of services Children Looked After OE",
    "Child Protection Inspections (CPI) publication date",
    "CPI Overall Effectiveness (OE)",
    "Child Protection Re-Inspection (CPRI) publication date",
    "CPRI Overall Effectiveness (OE)",
    "Targeted Looked After Children (TLAC) inspection publication date",
    "TLAC Overall Effectiveness (OE)",
    *(
        heading.format(order)
        for order in ("First SIF", "SIF Re-inspection")
        for heading in (
            "Single Inspection of LA Children's Services (SIF)  {} publication date",
            " {} Overall Judgement\n(OE)",
            " {} children who need help and protection ",
            " {} children looked after and achieving permanence ",
            " {} CLA Sub: Adoption Performance",
            " {} CLA Sub: Experiences and progress of care leavers",
            " {} leadership, management and governance",
            *(("LSCB Overall Effectiveness ",) if order == "First SIF" else ()),
        )
    ),
]
_ILACS_2023 = [
    f"{order} ILACS framework {heading}"
    for order in ("First", "Second")
    for heading in (
        *("inspection type", "publication date", "overall effectiveness", "impact of leaders"),
        f"e{_EXPERIENCES[0]}",
        *((f"e{_EXPERIENCES[1]} and care leavers",) if order == "First" else (f"e{name}" for name in _EXPERIENCES[1:])),
    )
]


@dataclass(frozen=True)
class Seen:
    """One inspection or visit: ``grades`` are overall, leaders, help and protection, in care, care leavers."""

    council: str
    code: str
    began: str
    published: str
    kind: str
    grades: tuple[str, ...] = ("", "", "", "", "")
    theme: str = ""
    status: str = "Current"

    def __post_init__(self) -> None:
        assert len(self.grades) == 5


def _titled(*rows: list[str]) -> workbooks.Sheet:
    """Return the rows under a title and the note that states the header's place, not always rightly."""
    return [["Local authority inspections"], ["This table begins in cell A3."], *rows]


def book_2023(seen: list[Seen], *before_ilacs: list[str], abolished: tuple[list[str], ...] = ()) -> bytes:
    """Return a workbook in the form of 2023.

    The history sheet holds the rows ``before_ilacs`` (name, region, kind, then the columns up to the SIF) and the
    councils of ``seen``, whose inspections are on the other two sheets.
    """
    head = ["Web link", "Local authority name", "LA region", "LA Authority Type", *_BEFORE_ILACS, *_ILACS_2023]
    as_at = ["Web link", "Local authority name", "Ofsted region", "Inspection date", *_JUDGED_2024]
    below = [["Table 11:History of inspections of local authorities that existed before the restructure"], head]
    below = [*below, *([_LINK, *row] for row in abolished)] if abolished else []
    return workbooks.ods(
        {
            "Cover": [["Cover"]],
            "LA_level_at_31_Mar_2023": _titled(
                [""], as_at, *([_LINK, one.council, "a region", one.began, *one.grades] for one in seen)
            ),
            "LA_level_in_year_2022-23": _titled(
                ["Web link", "Local authority name", "Ofsted region", *_ACTIVITY_2024],
                *([_LINK, s.council, "a region", s.began, s.kind, *s.grades, s.theme] for s in seen),
            ),
            "LA_inspections_2009-2023": _titled(
                ["Links open in a new window."],
                ["Some cells are empty."],
                head,
                *([_LINK, *row] for row in before_ilacs),
                *([_LINK, one.council, "a region", "Unitary"] for one in seen),
                [""],
                *below,
            ),
        }
    )


def book_2024(as_at: list[Seen], in_year: list[Seen], history: list[tuple[Seen, ...]]) -> bytes:
    """Return a workbook in the form of 2024: names without codes, history with two inspections side by side."""
    wide = ["Web link", "Local authority name", "LA region"]
    for order in ("First", "Second"):
        headings = ("publication date", "inspection type", "overall effectiveness", "impact of leaders")
        wide += [f"{order} ILACS {heading}" for heading in (*headings, *(f"e{name}" for name in _EXPERIENCES))]
    return workbooks.ods(
        {
            "Cover": [["Cover"]],
            "Inspections_31_March_2024": _titled(
                ["Web link", "Local authority name", "Ofsted region", "Inspection date", *_JUDGED_2024],
                *([_LINK, seen.council, "a region", seen.began, *seen.grades] for seen in as_at),
            ),
            "Inspections_in_year_2023-24": _titled(
                ["Web link", "Local authority name", "Region", *_ACTIVITY_2024],
                *([_LINK, s.council, "a region", s.began, s.kind, *s.grades, s.theme] for s in in_year),
            ),
            "ILACS_inspections_2018-2024": _titled(
                ["Links open in a new window."],
                wide,
                *(
                    [_LINK, both[0].council, "a region"]
                    + [cell for seen in both for cell in (seen.published, seen.kind, *seen.grades)]
                    for both in history
                ),
            ),
        }
    )


def book_2025(
    as_at: list[Seen],
    in_year: list[Seen],
    history: list[Seen],
    *,
    excel: bool = False,
    without: str = "",
) -> bytes:
    """Return a workbook in the form used from 2025, as ods or xlsx; ``without`` is a heading to leave out."""
    place = ["Web link", "Local authority area code", "Local authority name"]
    sheets = {
        "Inspections_as_at_31_March": _titled(
            [*place, "Ofsted region", "Inspection date", "Publication date", *_JUDGED_2025],
            *([_LINK, s.code, s.council, "a region", s.began, s.published, *s.grades] for s in as_at),
        ),
        "In-year_inspections": _titled(
            [*place, "Region", *_ACTIVITY_2025],
            *(
                [_LINK, s.code, s.council, "a region", s.began, s.published, s.kind, *s.grades, s.theme]
                for s in in_year
            ),
        ),
        "ILACS_inspection_history": _titled(
            [*place, "Local authority status", "Ofsted region", *_HISTORY_2025],
            *(
                [_LINK, s.code, s.council, s.status, "a region", s.began, s.published, s.kind, *s.grades]
                for s in history
            ),
        ),
    }
    if without:
        sheets = {name: _drop(rows, without) for name, rows in sheets.items()}
    return (workbooks.xlsx if excel else workbooks.ods)({"Cover": [["Cover"]], **sheets})


def _drop(rows: workbooks.Sheet, heading: str) -> workbooks.Sheet:
    """Leave out a column of the table below the two rows of title."""
    at = rows[2].index(heading)
    return [*rows[:2], *([*row[:at], *row[at + 1 :]] for row in rows[2:])]
